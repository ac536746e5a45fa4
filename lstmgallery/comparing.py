"""Compare what a network of text writes with its training texts: the command `copies`.

Takes the content, the corpus of each network and its weights, pinned or trained here; gives the records beside the
networks' files. Searching a text of 280 characters in 4 million takes about a second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lstmgallery import store
from lstmgallery.cells.reference import Arrays
from lstmgallery.copies import (
    Compared,
    Comparison,
    Copies,
    Usual,
    Writing,
    copies_path,
    hash_of,
    hash_text,
    summarise,
    write_copies,
)
from lstmgallery.desk.reading import MOST_WRITTEN
from lstmgallery.desk.writing import write
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network, unknown_network
from lstmgallery.press.manuscript.content import Content, NetworkContent, read_content
from lstmgallery.progress import Progress
from lstmgallery.tasks.texts.corpus import Corpus, recall_corpus
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.task import Text

TEXTS = 100  # written, and held out, to see how long runs usually are


@dataclass(frozen=True)
class Record:
    """A new record: its file, and the texts in it, each with what was written."""

    network: str
    file: Path
    copies: Copies
    texts: tuple[tuple[Compared, str], ...]


def compare_networks(content: Path, build: Path, names: Sequence[str], progress: Progress) -> Iterator[Record]:
    """Compare what networks write with their training texts: those in `names`, or all that figures let write.

    Raises `GalleryError` if there is no such network, if its corpus or its weights are missing, and if the corpus is
    not the one it was trained on.
    """
    read = read_content(content, comparing=True)
    entries = {entry.network.name: entry for entry in read.networks}
    asked = writings_of(read)
    for name in names:
        if name not in entries:
            raise unknown_network("copies", content / "networks", name, entries)
        if entries[name].network.task.text is None:
            message = f"expected a network of real text, found {name} ({entries[name].network.task.kind})"
            raise GalleryError(Problem("copies", message))
    for name in names or sorted(asked):
        yield _compare(content, build / name, entries[name], asked.get(name, ()), progress)


def writings_of(content: Content) -> dict[str, tuple[Writing, ...]]:
    """Return what the figures of the write-ups let networks of real text write, by network, each once."""
    found: dict[str, dict[Writing, None]] = {}
    for _, _, network, writing in content.writings:
        found.setdefault(network, {})[writing] = None
    return {name: tuple(writings) for name, writings in found.items()}


def _compare(
    content: Path, folder: Path, entry: NetworkContent, asked: Sequence[Writing], progress: Progress
) -> Record:
    network = entry.network
    weights = _weights(folder, entry)
    corpus = _corpus(content, entry)
    comparison = Comparison(corpus.training)
    progress.start(network.name, "copies", 2 * TEXTS + len(asked))
    usual = []
    for seed in range(1, TEXTS + 1):
        usual.append(_record(network, weights, Writing(seed=seed), comparison)[0])
        progress.advance(seed)
    held_out = [document[:MOST_WRITTEN] for document in corpus.held_out[:TEXTS]]
    runs = []
    for at, document in enumerate(held_out, start=1):
        runs.append(comparison.longest_run(document))
        progress.advance(TEXTS + at)
    texts = []
    for at, writing in enumerate(asked, start=1):
        texts.append(_record(network, weights, writing, comparison))
        progress.advance(TEXTS + len(held_out) + at)
    progress.finish()
    copies = Copies(
        weights=hash_of(weights),
        corpus=corpus.fingerprint,
        usual=Usual(
            texts=TEXTS,
            written=summarise(each.longest for each in usual),
            held_out=summarise(runs),
            copies=sum(each.is_copy for each in usual),
            held_out_copies=sum(2 * run > len(each) for run, each in zip(runs, held_out, strict=True)),
        ),
        texts=tuple(record for record, _ in texts),
    )
    file = copies_path(content, network.name)
    write_copies(file, copies)
    return Record(network.name, file, copies, tuple(texts))


def _record(network: Network, weights: Arrays, writing: Writing, comparison: Comparison) -> tuple[Compared, str]:
    written = write(network, weights, **writing.model_dump())
    text = written.text
    record = Compared(
        **writing.model_dump(),
        sha256=hash_text(text),
        characters=len(text),
        longest=comparison.longest_run(text),
        margin=float(f"{written.margin:.3g}"),
    )
    return record, text


def _weights(folder: Path, entry: NetworkContent) -> Arrays:
    if entry.pin is not None:
        return entry.pin.weights
    try:
        return store.read_weights(folder / store.WEIGHTS)
    except OSError:
        message = "expected a network that is pinned or trained here, found none"
        hint = f"train it: lstmgallery build --network {entry.network.name} --quick"
        raise GalleryError(Problem(str(folder), message, hint=hint)) from None


def _corpus(content: Path, entry: NetworkContent) -> Corpus:
    """Return the corpus a network was trained on."""
    task = entry.network.task
    assert isinstance(task, Text)
    corpus = recall_corpus(task.corpus, Places(content.parent))
    header = None if entry.pin is None else entry.pin.header.corpus
    if header is not None and header.sha256 != corpus.fingerprint:
        message = (
            f"expected the corpus that {entry.network.name} was trained on, with the SHA-256 {header.sha256[:12]}…, "
            f"found {corpus.fingerprint[:12]}…"
        )
        raise GalleryError(Problem(corpus.place, message, hint="compare it where it was trained, or train it again"))
    return corpus
