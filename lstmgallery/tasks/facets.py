"""Optional features of tasks as plain data: each facet enables an experiment, with its figures and measures.

A task that lacks a facet lacks these too; no code asks for the kind of task.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The rule of a language: its prompts, the delimiter, and the answer, letter by letter.

    `prompt` is a regular expression, in syntax shared by Python and JavaScript, for any text allowed before the
    `delimiter`, lengths outside the training range included. The answer is the entry of `writes` for each letter of the
    prompt, in order, nothing for letters without one; then comes the end. `answer_length` is the number of positions of
    every answer that are measured separately: 0 if answers differ in length.
    """

    prompt: str
    delimiter: str
    writes: dict[str, str]
    answer_length: int = 0

    def answer(self, prompt: str) -> str:
        """Return the right answer to a prompt, which ends with the delimiter."""
        return "".join(self.writes.get(letter, "") for letter in prompt.removesuffix(self.delimiter))

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

    name: str
    longest: int
    variants: str = ""
    plain: str | None = None
    plain_words: str = ""


@dataclass(frozen=True)
class Dose:
    """Counting tokens and writing as many: add to a network's memory, and it writes more.

    `counted` is the token read, `written` the token written, from 1 to `longest` of them in training.
    """

    counted: str
    written: str
    longest: int


@dataclass(frozen=True)
class Twins:
    """Pairs of sequences that differ in one fact to remember: exchange it, and the network writes its twin's answer.

    `pairs` are prompts that end with the delimiter; `what` names their difference, in words.
    """

    what: str
    pairs: tuple[tuple[str, str], ...]
