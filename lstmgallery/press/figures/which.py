"""A game: which of two texts did the network write, and which one did it only read?"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import pandas as pd
import pydantic

from lstmgallery.copies import Writing
from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.addresses import network_path
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Drawing, Part, Studio
from lstmgallery.press.figures.written import (
    NOT_COMPARED,
    Seed,
    Temperature,
    check_writer,
    copied_words,
    copies_table,
    how,
    row_of,
    write_checked,
)
from lstmgallery.press.marks.game import Game, Pair

ALIKE = 0.15  # how much longer or shorter, as a share, the other text of a pair is, if there is one


class WhichBlock(Block):
    """Pairs of texts: one that a network wrote, one from a seed each, and one of the passages that it reads."""

    kind: Literal["which"]
    network: str
    seeds: tuple[Seed, ...] = pydantic.Field(min_length=1, max_length=12)
    temperature: Temperature = 1.0
    question: str = pydantic.Field("Which one did the network write?", min_length=1, max_length=100)
    people: str = pydantic.Field("Not written by the network", min_length=1, max_length=100)  # who wrote the others

    @property
    def script(self) -> str:
        return "game.js"

    @property
    def asked(self) -> tuple[Writing, ...]:
        return tuple(Writing(temperature=self.temperature, seed=seed) for seed in self.seeds)

    @property
    def writings(self) -> tuple[tuple[str, Writing], ...]:
        return tuple((self.network, each) for each in self.asked)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        network = check_writer(checker, document, (*path, "network"), self.network)
        if network is None or (copies := checker.copies.get(network.name)) is None:
            return
        for at, asked in enumerate(self.asked):
            compared = copies.find(asked)
            if compared is not None and compared.is_copy:
                message = f"seed {asked.seed}: expected a text of the network's own, found a copy: "
                message += copied_words(compared)
                hint = "choose another seed"
                checker.problems.append(document.problem((*path, "seeds", at), message, hint=hint))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        subject = subjects[self.network]
        network, results = subject.network, studio.results_of(subject)
        assert results.text is not None
        pairs, rows, known = [], [], []
        taken: set[str] = set()
        for asked in self.asked:
            written, compared = write_checked(studio, subject, asked)
            known.append(compared)
            other = choose_passage(results.text.passages, written.text, taken, seed=asked.seed)
            taken.add(other)
            at = _hash("order", asked.seed, written.text) % 2
            texts = (written.text, other) if at == 0 else (other, written.text)
            by_network = f"Written by the neural network {network.title}, {how(asked)}. {copied_words(compared)}"
            by = (by_network, self.people) if at == 0 else (self.people, by_network)
            pairs.append(Pair(texts, at, by))
            rows.append({**row_of(network, asked, written, compared), "beside": other, "answer": pairs[-1].answer})
        mark = Game(tuple(pairs), self.question)
        title = NOT_COMPARED if None in known else ""
        table = copies_table(studio.copies.get(network.name), known)
        part = Part(title, network_path(network.name), mark, mark.answers, table)
        return Drawing.of(part, data=pd.DataFrame(rows))


def choose_passage(passages: Sequence[str], text: str, taken: Collection[str], *, seed: int) -> str:
    """Return a passage about as long as a text: by its hash among those of about that length, else the nearest."""
    free = [passage for passage in passages if passage not in taken] or list(passages)
    alike = [passage for passage in free if abs(len(passage) - len(text)) <= ALIKE * len(text)]
    if alike:
        return min(alike, key=lambda passage: (_hash("passage", seed, passage), passage))
    return min(free, key=lambda passage: (abs(len(passage) - len(text)), passage))


def _hash(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()[:8])
