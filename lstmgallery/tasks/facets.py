"""What only some tasks offer, as plain data: each facet opens an experiment, and the figures and measures that show it.

A task without a facet is without these; nobody asks which task it is.
"""

from dataclasses import dataclass


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
