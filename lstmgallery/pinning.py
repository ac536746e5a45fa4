"""Pin a network: keep the latest trained weights beside its file, and report what that changes.

Takes the results in `build/<network>/` and the content; gives `content/networks/<network>.npz`. The claims of the
write-ups are measured on the old and the new pin, both run again from their weights, so an author sees at once which
sentence is no longer true. Needs no TensorFlow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.desk.claims import Claim, Question, Verdict, answer_with_weights, verdict
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.listing import list_files
from lstmgallery.network import Network, unknown_network
from lstmgallery.origin import Origin
from lstmgallery.pins import (
    Arrays,
    CorpusRecord,
    Curve,
    Header,
    Pin,
    hash_weights,
    pin_path,
    read_pin,
    retrain_command,
    write_pin,
)
from lstmgallery.press.manuscript.content import Content, read_sound_content
from lstmgallery.searches import Search


@dataclass(frozen=True)
class VerdictChange:
    """A claim whose verdict the new weights change; `before` is None if nothing was pinned before."""

    writeup: str
    claim: Claim
    before: Verdict | None
    after: Verdict
    value: float | None


@dataclass(frozen=True)
class Pinned:
    """A new pin: its file, the pin it replaces, and the claims whose verdict changes."""

    network: str
    file: Path
    header: Header
    replaced: Header | None
    changes: tuple[VerdictChange, ...]


def pin_networks(content: Path, build: Path, names: tuple[str, ...], today: date) -> Iterator[Pinned]:
    """Pin the latest trained weights of each network in `names`, or of all networks trained here if `names` is empty.

    Raises `GalleryError` if no trained weights fit a network's front matter.
    """
    files = list_files(content / "networks")
    trained = tuple(file.stem for file in files if _is_trained_here(build / file.stem))
    read = read_sound_content(content, without_pins=names or trained)
    networks = {entry.network.name: entry.network for entry in read.networks}
    for name in names or networks:
        if name not in networks:
            raise unknown_network("pin", content / "networks", name, networks)
    chosen = names or trained
    if not chosen:
        hint = "train them first: lstmgallery build --quick --retrain"
        raise GalleryError(Problem(str(build), "expected networks trained here, found none", hint=hint))
    for name in chosen:
        yield _pin(content, build / name, networks[name], read, today)


def keep(
    content: Path,
    network: Network,
    read: Content,
    header: Header,
    weights: Arrays,
    untrained: Arrays,
) -> Pinned:
    """Write a pin, and return the pin it replaces and the verdicts it changes."""
    file = pin_path(content, network.name)
    old = _readable(file, network)
    changes = tuple(_changes(read, network, weights, old))
    write_pin(file, header, weights, untrained)
    return Pinned(network.name, file, header, None if old is None else old.header, changes)


def describe(
    network: Network,
    weights: Arrays,
    untrained: Arrays,
    *,
    criterion: dict[str, object] | None,
    curve: Curve,
    origin: Origin,
    today: date,
    search: Search | None = None,
    corpus: CorpusRecord | None = None,
) -> Header:
    """Return the header of a network's pin."""
    return Header(
        network=network.pinned_spec,
        sha256=hash_weights(weights, untrained),
        criterion=criterion,
        curve=curve,
        origin=origin,
        date=today,
        search=search,
        vocabulary=tuple(network.task.vocabulary) if network.task.text else None,
        corpus=corpus,
    )


def unpin_network(content: Path, name: str) -> Path:
    """Remove a network's pin and return its path. Raises `GalleryError` if there is none."""
    file = pin_path(content, name)
    try:
        file.unlink()
    except FileNotFoundError:
        known = [each.stem for each in list_files(content / "networks", file.suffix)]
        hint = nearest(name, known) or "no network is pinned"
        raise GalleryError(Problem(str(file), "expected a pinned network, found no file", hint=hint)) from None
    return file


def claims_of(content: Content, network: Network) -> list[tuple[str, Claim]]:
    """Return the claims about one network itself, not its seeds, each with the slug of its write-up."""
    return [
        (writeup.name, claim)
        for writeup in content.articles
        for claim in writeup.claims
        if claim.question.subject.network.name == network.name and claim.question.over is None
    ]


def ask(network: Network, weights: Arrays, questions: Iterable[Question]) -> dict[str, float | None]:
    """Return the answers of a network's weights by the keys of the questions."""
    held_out = network.split().held_out
    found: dict[str, float | None] = answer_with_weights(network, [weights], held_out, list(questions))[0]
    return found


def _pin(content: Path, folder: Path, network: Network, read: Content, today: date) -> Pinned:
    again = f"train it: {retrain_command(network.name)}"
    try:
        about = store.read_about(folder / store.CURVE)
        origin = Origin.model_validate(about["origin"])
    except (OSError, KeyError, ValueError):  # results of an earlier version have no origin
        message = "expected a network trained here, found none"
        raise GalleryError(Problem(str(folder), message, hint=again)) from None
    if "pin" in about:
        message = "expected a network trained here, found the one already pinned"
        raise GalleryError(Problem(str(folder), message, hint=again))
    if about["network"] != network.training_spec:
        unlike = ", ".join(key for key, value in network.training_spec.items() if about["network"].get(key) != value)
        message = f"expected a network trained as its front matter says, found another value of {unlike}"
        raise GalleryError(Problem(str(folder), message, hint=again))
    curve = store.read_table(folder / store.CURVE)
    weights = store.read_weights(folder / store.WEIGHTS)
    untrained = store.read_weights(folder / store.UNTRAINED)
    header = describe(
        network,
        weights,
        untrained,
        criterion=about["criterion"],
        curve=curve_of(curve),
        origin=origin,
        today=today,
        corpus=CorpusRecord.model_validate(about["corpus"]) if "corpus" in about else None,
    )
    return keep(content, network, read, header, weights, untrained)


def curve_of(table: pd.DataFrame) -> Curve:
    """Return a table of training as pins keep it."""
    columns = table.astype(object).where(table.notna(), None).to_dict(orient="list")
    return Curve.model_validate(columns)


def _is_trained_here(folder: Path) -> bool:
    try:
        return "pin" not in store.read_about(folder / store.CURVE)
    except (OSError, KeyError, ValueError):
        return False


def _readable(file: Path, network: Network) -> Pin | None:
    """Return the pin to be replaced; None if there is none, or claims cannot be measured on it."""
    try:
        return read_pin(file, network, however_trained=True)
    except GalleryError:
        return None


def _changes(content: Content, network: Network, weights: Arrays, old: Pin | None) -> Iterator[VerdictChange]:
    claims = claims_of(content, network)
    questions = [claim.question for _, claim in claims]
    after = ask(network, weights, questions)
    is_new = old is None or any(not np.array_equal(old.weights[name], each) for name, each in weights.items())
    before = ask(network, old.weights, questions) if old is not None and is_new else {}
    for slug, claim in claims:
        value = after[claim.question.key]
        now = verdict(value, claim.expectation)
        then = verdict(before[claim.question.key], claim.expectation) if before else None
        if is_new and ((then is None and now != "holds") or (then is not None and then != now)):
            yield VerdictChange(slug, claim, then, now, value)
