"""What only some tasks offer, as plain data: each facet opens an experiment, and the figures and measures that show it.

A task without a facet is without these; nobody asks which task it is.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What a language determines: its prompts, the delimiter, and the answer, letter by letter.

    `prompt` is a regular expression, in the syntax that Python and JavaScript share, for all that may be read before
    the `delimiter`, lengths outside the training range included. The answer is what `writes` has for each letter of the
    prompt, in order, and nothing for a letter that it lacks; after it comes the end. `answer_length` is how many places
    of every answer are looked at one by one: 0 where answers differ in length.
    """

    prompt: str
    delimiter: str
    writes: dict[str, str]
    answer_length: int = 0

    def answer(self, prompt: str) -> str:
        """Return what has to be written after a prompt, which ends with the delimiter."""
        return "".join(self.writes.get(letter, "") for letter in prompt.removesuffix(self.delimiter))

    def is_followed(self, sequence: str) -> bool:
        """Say whether a sequence is a prompt with its answer."""
        prompt, delimiter, written = sequence.partition(self.delimiter)
        return bool(delimiter) and bool(re.fullmatch(self.prompt, prompt)) and written == self.answer(prompt)


@dataclass(frozen=True)
class Sizes:
    """Sequences can be longer than in training: how far does a network go? `Task.stretched` makes them.

    `name`: what is counted by the size, in words. `longest`: the largest size in training. `variants`: in what
    sequences of one size differ, in words. `plain`: the variant that plots show where all would be too many, and
    `plain_words` what they are called there.
    """

    name: str
    longest: int
    variants: str = ""
    plain: str | None = None
    plain_words: str = ""


@dataclass(frozen=True)
class Dose:
    """Tokens are counted, and as many are written: add to what a network holds, and it writes more.

    `counted` is the token read, `written` the token written, from 1 to `longest` of them in training.
    """

    counted: str
    written: str
    longest: int


@dataclass(frozen=True)
class Twins:
    """Sequences differ in one thing that a network has to hold: exchange it, and it writes what its twin would.

    `pairs` are prompts that end with the delimiter; `what` they differ in, in words.
    """

    what: str
    pairs: tuple[tuple[str, str], ...]
