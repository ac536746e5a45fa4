"""Facets of tasks as plain data: each enables an experiment, a way of training or of showing, figures and measures.

A task that lacks a facet lacks these too; no code asks for the kind of task. `needed` names, in a message, the networks
whose tasks have the facet.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from lstmgallery.tasks.texts.corpus import Corpus


@dataclass(frozen=True)
class Rule:
    """The rule of a language: its prompts, the delimiter, and the answer, letter by letter.

    `prompt` is a regular expression, in syntax shared by Python and JavaScript, for any text allowed before the
    `delimiter`, lengths outside the training range included. The answer is the entry of `writes` for each letter of the
    prompt, in order, nothing for letters without one; then comes the end. `answer_length` is the number of positions of
    every answer that are measured separately: 0 if answers differ in length.
    """

    needed: ClassVar[str] = "a task with a rule"

    prompt: str
    delimiter: str
    writes: dict[str, str]
    answer_length: int = 0

    def answer(self, prompt: str) -> str:
        """Return the right answer to a prompt, which ends with the delimiter."""
        return "".join(self.writes.get(letter, "") for letter in prompt.removesuffix(self.delimiter))

    def determined(self, sequence: str) -> list[bool]:
        """Return for each step whether the rule determines the next token: all from the delimiter on."""
        at = sequence.index(self.delimiter) + 1
        return [step >= at for step in range(len(sequence) + 1)]

    def is_followed(self, sequence: str) -> bool:
        """Return whether a sequence is a prompt with its answer."""
        prompt, delimiter, written = sequence.partition(self.delimiter)
        return bool(delimiter) and bool(re.fullmatch(self.prompt, prompt)) and written == self.answer(prompt)


@dataclass(frozen=True)
class Sizes:
    """Sequences longer than in training, to test how far a network generalises. `Task.stretched` makes them.

    `name`: the meaning of the size, in words. `longest`: the largest size in training. `variants`: the difference
    between sequences of one size, in words. `plain`: the variant shown in plots too small for all, and `plain_words`
    its name there.
    """

    needed: ClassVar[str] = "a task with several sizes"

    name: str
    longest: int
    variants: str = ""
    plain: str | None = None
    plain_words: str = ""


@dataclass(frozen=True)
class Dose:
    """Counting tokens and writing as many: add to a network's memory, and it writes more.

    `counted` is the token read, `written` the token written, from 1 to `longest` of them in training; `delimiter` is
    the token between them.
    """

    needed: ClassVar[str] = "a counting network"

    counted: str
    written: str
    delimiter: str
    longest: int

    def prompt(self, counts: int) -> str:
        """Return the text read for a number of counts, the delimiter last."""
        return self.counted * counts + self.delimiter

    def count(self, text: str) -> int:
        """Return the number of tokens written at the beginning of a text."""
        return len(text) - len(text.lstrip(self.written))


@dataclass(frozen=True)
class Twins:
    """Pairs of sequences that differ in one fact to remember: exchange it, and the network writes its twin's answer.

    `pairs` are pairs of prompts, which end with the delimiter, each with its right answer: ((prompt, answer), (prompt,
    answer)). `what` names their difference, in words.
    """

    needed: ClassVar[str] = "a task with twin sequences"

    what: str
    pairs: tuple[tuple[tuple[str, str], tuple[str, str]], ...]


@dataclass(frozen=True)
class RealText:
    """Real text, with neither a rule nor a goal: networks are trained along documents side by side, under one seed.

    Too much of it is read to draw or to store every step. `corpus`: what networks are trained on, None if it was not
    read. `measured_steps`: steps that are measured, at most. `stored_sequences`: held-out sequences whose signals are
    stored. `input_scale`: of the initial kernel that reads tokens, beyond the cell's own initial values.
    """

    needed: ClassVar[str] = "a network of real text"

    corpus: "Corpus | None"
    measured_steps: int
    stored_sequences: int
    input_scale: float
