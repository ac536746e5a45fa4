"""A corpus: documents for training, validation and measuring, and the characters a network reads.

Takes documents one by one, in bounded memory, gives a `Corpus`. What part a document belongs to depends on its text
alone and on its rank among the others: not on the order of the file, and equal documents are never in two parts.
"""

import collections
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.sources import AnySource
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN, Vocabulary

HELD_OUT, VALIDATION = 10, 20  # one text of so many
FEWEST = 20  # different texts, so that every part has one
_SHORT = 100  # characters of the shortest documents that cutting makes


@dataclass(frozen=True)
class Corpus:
    """The documents of each part, in an order that depends on their text alone, and the `alphabet`, sorted.

    So the first documents of a part are a fair sample of it. `place`: the source's name for readers. `read_documents`
    and `read_characters` count what the source held; of a source that is too large, the parts are a sample.
    """

    training: tuple[str, ...]
    validation: tuple[str, ...]
    held_out: tuple[str, ...]
    alphabet: tuple[str, ...]
    place: str
    read_documents: int
    read_characters: int

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The tokens in the order of the network's inputs: start, end, unknown, then the alphabet."""
        return vocabulary_of(self.alphabet)

    @property
    def is_sampled(self) -> bool:
        """Whether the source held more documents than are used."""
        return self.read_documents > len(self.training) + len(self.validation) + len(self.held_out)

    @property
    def unknown_share(self) -> float:
        """The share of held-out characters that are read as the unknown token."""
        known = {*self.alphabet}
        characters = collections.Counter(character for document in self.held_out for character in document)
        unknown = sum(count for character, count in characters.items() if character not in known)
        return unknown / characters.total()

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all documents and the alphabet."""
        state = hashlib.sha256()
        for part in (self.training, self.validation, self.held_out, self.alphabet):
            state.update(len(part).to_bytes(8))
            for text in part:
                content = text.encode("utf-8")
                state.update(len(content).to_bytes(8) + content)
        return state.hexdigest()


def vocabulary_of(alphabet: Iterable[str]) -> Vocabulary:
    """Return the vocabulary with these characters."""
    return Vocabulary((START, END, UNKNOWN, *alphabet))


def read_corpus(source: AnySource, places: Places) -> Corpus:
    """Read a source and divide it. Raises `GalleryError` if it cannot be read, or has too few documents."""
    documents = _Counted(source.documents(places))
    ranked = sample_documents(documents, source.most_characters)
    different = len({rank for rank, _ in ranked})
    if different < FEWEST:
        found = f"{different} ({source.unit} by {source.unit})" if ranked else "none: the text is empty"
        message = f"expected at least {FEWEST} different documents, found {found}"
        if documents.number >= FEWEST:
            hint = "add text that does not repeat itself"
        elif documents.characters >= FEWEST * _SHORT:
            hint = f"add text, or make documents smaller: {source.smaller}"
        else:
            hint = "add text"
        raise GalleryError(Problem(source.place, message, hint=hint))
    held_out, validation, training = divide_documents(ranked)
    return Corpus(
        training,
        validation,
        held_out,
        count_letters(training, most=source.most_letters, rare=source.rare),
        source.name,
        documents.number,
        documents.characters,
    )


class _Counted:
    """Documents, counted as they pass."""

    def __init__(self, documents: Iterator[str]):
        self.number = self.characters = 0
        self._documents = documents

    def __iter__(self) -> Iterator[str]:
        for document in self._documents:
            self.number += 1
            self.characters += len(document)
            yield document


def recall_corpus(source: AnySource, places: Places) -> Corpus:
    """Return a corpus, read again only if one of its files has changed: see `read_corpus`."""
    states = [(file, file.stat()) for file in source.files(places)]
    return _read_once(source, places, tuple((file, state.st_mtime_ns, state.st_size) for file, state in states))


@functools.lru_cache(maxsize=8)
def _read_once(source: AnySource, places: Places, stamps: tuple[Any, ...]) -> Corpus:  # noqa: ARG001
    return read_corpus(source, places)


def sample_documents(documents: Iterable[str], most: int) -> list[tuple[bytes, str]]:
    """Return (rank, document), sorted: all of them, or those of the lowest ranks with at most `most` characters.

    A rank is a hash of the text, so a sample is fair and the same wherever it is drawn; equal documents stay or go
    together. Memory is bounded by twice `most`, however many documents pass.
    """
    kept: list[tuple[bytes, str]] = []
    size, limit = 0, None
    for document in documents:
        rank = hashlib.blake2b(document.encode("utf-8"), digest_size=16).digest()
        if limit is not None and rank > limit:
            continue
        kept.append((rank, document))
        size += len(document) + 1
        if size > 2 * most:
            kept = _lowest(kept, most)
            size = sum(len(document) + 1 for _, document in kept)
            limit = kept[-1][0]
    return _lowest(kept, most)


def _lowest(ranked: list[tuple[bytes, str]], most: int) -> list[tuple[bytes, str]]:
    """Return the documents of the lowest ranks, sorted, with at most `most` characters, but at least one document.

    The end of a document counts as a character.
    """
    ranked.sort()
    size = 0
    for at, (_, document) in enumerate(ranked):
        size += len(document) + 1
        if size > most and at:
            return ranked[:at]
    return ranked


def divide_documents(ranked: Sequence[tuple[bytes, str]]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the held-out, validation and training documents of sorted (rank, document).

    Of the different texts, those of the lowest ranks are held out, the next ones are for validation.
    """
    texts = [document for _, document in ranked]
    starts = [at for at, (rank, _) in enumerate(ranked) if not at or rank != ranked[at - 1][0]]
    held_out, validation = max(1, len(starts) // HELD_OUT), max(1, len(starts) // VALIDATION)
    first, second = starts[held_out], starts[held_out + validation]
    return tuple(texts[:first]), tuple(texts[first:second]), tuple(texts[second:])


def count_letters(documents: Iterable[str], *, most: int, rare: int) -> tuple[str, ...]:
    """Return the `most` frequent characters, each seen at least `rare` times, sorted; ties go to the lower code."""
    counts: collections.Counter[str] = collections.Counter()
    for document in documents:
        counts.update(document)
    frequent = sorted(counts, key=lambda character: (-counts[character], character))[:most]
    return tuple(sorted(character for character in frequent if counts[character] >= rare))


def encode_documents(documents: Iterable[str], vocabulary: Vocabulary) -> list[np.ndarray]:
    """Return each document as the numbers of its tokens, start and end included: uint16, (characters + 2,)."""
    start, end, unknown = vocabulary.numbers([START, END, UNKNOWN])
    highest = max((ord(token) for token in vocabulary if len(token) == 1), default=0)
    table = np.full(highest + 2, unknown, np.uint16)  # the last entry is that of all characters above
    for number, token in enumerate(vocabulary):
        if len(token) == 1:
            table[ord(token)] = number
    arrays = []
    for document in documents:
        codes = np.frombuffer(document.encode("utf-32-le", "surrogatepass"), np.uint32)
        array = np.empty(len(codes) + 2, np.uint16)
        array[0], array[-1] = start, end
        array[1:-1] = table[np.minimum(codes, highest + 1)]
        arrays.append(array)
    return arrays
