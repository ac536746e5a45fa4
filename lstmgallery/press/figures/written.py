"""Texts that a network of real text wrote, from seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd
import pydantic

from lstmgallery.copies import Compared, Copies, Writing, hash_of, hash_text
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.writing import WrittenText, write
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.network import Network
from lstmgallery.press.addresses import explorer_url, network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.marks.plots import Table
from lstmgallery.press.marks.text import count
from lstmgallery.press.marks.written import WrittenOn
from lstmgallery.tasks.facets import RealText

Seed = Annotated[int, pydantic.Field(ge=0, le=2**32 - 1)]
Temperature = Annotated[float, pydantic.Field(ge=0.1, le=5)]
NOT_COMPARED = "Not compared with its training texts."


class WrittenBlock(Block):
    """Texts that a network of real text wrote after `start`, one for each seed."""

    kind: Literal["written"]
    network: str
    seeds: tuple[Seed, ...] = pydantic.Field(min_length=1, max_length=12)
    start: str = pydantic.Field("", max_length=1_000)
    temperature: Temperature = 1.0

    @property
    def asked(self) -> tuple[Writing, ...]:
        return tuple(Writing(start=self.start, temperature=self.temperature, seed=seed) for seed in self.seeds)

    @property
    def writings(self) -> tuple[tuple[str, Writing], ...]:
        return tuple((self.network, each) for each in self.asked)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        check_writer(checker, document, (*path, "network"), self.network)

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.network]
        network = subject.network
        parts, rows, known = [], [], []
        for asked in self.asked:
            written, compared = write_checked(studio, subject, asked)
            mark = WrittenOn(self.start, written.text, written.has_ended, label(network, asked), copied_words(compared))
            live = explorer_url(network.name, text=self.start, write=f"{self.temperature:g}~{asked.seed}")
            summary = f"{mark.label}: {self.start}{written.text}"
            parts.append(Part("", network_path(network.name), mark, summary, explorer=live))
            rows.append(row_of(network, asked, written, compared))
            known.append(compared)
        parts[0] = replace(parts[0], table=copies_table(studio.copies.get(network.name), known))
        return Drawing((tuple(parts),), pd.DataFrame(rows))


def check_writer(checker: Checker, document: Document, path: KeyPath, text: str) -> Network | None:
    """Return the network of real text that a value names; report any other subject."""
    subject = checker.subject(document, path, text, is_neuron=False)
    if subject is None:
        return None
    if subject.network.task.text is None:
        checker.unfit(document, path, subject.network, RealText.needed)
        return None
    if subject.layer is not None:
        message = f"expected a network, found the layer {text!r}"
        checker.problems.append(document.problem(path, message, hint=f"use {subject.network.name!r}"))
        return None
    return subject.network


def write_checked(studio: Studio, subject: Subject, asked: Writing) -> tuple[WrittenText, Compared | None]:
    """Return a text that a network writes, and its comparison with the training texts, if there is one.

    A comparison of other weights, or of another text, is none.
    """
    network, weights = subject.network, studio.results_of(subject).trained.weights
    written = write(network, weights, **asked.model_dump())
    copies = studio.copies.get(network.name)
    if copies is None or copies.weights != hash_of(weights):
        return written, None
    compared = copies.find(asked)
    is_same = compared is not None and compared.sha256 == hash_text(written.text)
    return written, compared if is_same else None


def label(network: Network, asked: Writing) -> str:
    """Return the words that mark a text as written by a network."""
    return f"Written by the neural network {network.title}, not by a person; {how(asked)}"


def how(asked: Writing) -> str:
    """Return how a text was written: seed 3, temperature 0.8."""
    return f"seed {asked.seed}" + (f", temperature {asked.temperature:g}" if asked.temperature != 1 else "")


def copied_words(compared: Compared | None) -> str:
    """Return in words how much of a text is copied."""
    if compared is None:
        return NOT_COMPARED
    run = f"longest run found in a training text: {compared.longest} of {count(compared.characters, 'character')}"
    return f"Largely a copy; {run}." if compared.is_copy else f"No copy; {run}."


def copies_table(copies: Copies | None, texts: Sequence[Compared | None]) -> Table | None:
    """Return how much is copied in texts, beside what is usual; None if not all of them were compared."""
    compared = [each for each in texts if each is not None]
    if copies is None or len(compared) < len(texts):
        return None
    usual = copies.usual
    rows = [(f"seed {each.seed}", str(each.characters), str(each.longest)) for each in compared]
    for name, (middle, largest) in (
        (f"{usual.texts} texts that the network wrote", usual.written),
        (f"{usual.texts} documents that it was not trained on", usual.held_out),
    ):
        rows.append((name, "–", f"median {middle}, longest {largest}"))
    return Table(("text", "characters", "longest run in a training text"), tuple(rows))


def row_of(network: Network, asked: Writing, written: WrittenText, compared: Compared | None) -> dict[str, object]:
    """Return a text as a row of the figure's numbers."""
    return {
        "network": network.name,
        "start": asked.start,
        "temperature": asked.temperature,
        "seed": asked.seed,
        "written_by_network": written.text,
        "ended": written.has_ended,
        "characters": len(written.text),
        "longest_copied": None if compared is None else compared.longest,
    }
