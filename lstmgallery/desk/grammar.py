"""Parse the small closed languages of content, word by word: subjects, measures, conditions, expectations.

Takes one line of text, gives its words with their places, so errors can point at them. Nothing is evaluated: every
word is compared with the words allowed in its place.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lstmgallery.errors import nearest
from lstmgallery.frontmatter import BLANKS
from lstmgallery.tasks.vocabulary import END, START

_WORD = re.compile(
    rf'"(?P<quoted>[^"]*)"|{START}|{END}|==|!=|<=|>='
    rf"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.-]*[A-Za-z_])|[\w-]*[A-Za-z_][\w-]*|[^\s{BLANKS}]",
    re.ASCII,
)

LONGEST_NUMBER = 9  # digits of a whole number: Python refuses to parse thousands of them


class GrammarError(Exception):
    """A line that does not follow its grammar: the expected words, the word found, and its character offset from 0."""

    def __init__(self, message: str, *, at: int, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


@dataclass(frozen=True)
class Word:
    """One word of a line, its offset, and whether it was quoted."""

    text: str
    at: int
    is_quoted: bool = False


class Words:
    """The words of a line, taken one after the other."""

    def __init__(self, line: str):
        self.line = line
        self._words = [
            Word(match[0], match.start()) if match["quoted"] is None else Word(match["quoted"], match.start(), True)
            for match in _WORD.finditer(line)
        ]
        self._next = 0

    @property
    def at(self) -> int:
        """The offset of the next word, or of the end of the line."""
        return self._words[self._next].at if self._next < len(self._words) else len(self.line)

    @property
    def is_at_end(self) -> bool:
        return self._next == len(self._words)

    def peek(self, ahead: int = 0) -> str:
        """Return the next word, or one further `ahead`, without taking it; an empty string at the end."""
        at = self._next + ahead
        return self._words[at].text if at < len(self._words) else ""

    def take(self) -> Word:
        """Take the next word, whatever it is; an empty one at the end."""
        word = Word("", len(self.line)) if self.is_at_end else self._words[self._next]
        self._next = min(self._next + 1, len(self._words))
        return word

    def begin_with(self, *phrase: str) -> bool:
        """Return whether these words come next, without taking them."""
        return [word.text for word in self._words[self._next : self._next + len(phrase)]] == list(phrase)

    def takes(self, *phrase: str) -> bool:
        """Take these words if they come next; return whether they did."""
        if not self.begin_with(*phrase):
            return False
        self._next += len(phrase)
        return True

    def expect(self, word: str) -> None:
        """Take the next word, which must be this one."""
        if not self.takes(word):
            raise self.error(f"expected {word!r}")

    def choose(self, what: str, valid: Iterable[str]) -> str:
        """Take the next word, which must be one of `valid`; `what` names it in the message."""
        choices = list(valid)
        if self.peek() in choices:
            return self.take().text
        raise self.error(f"expected {what}", hint=nearest(self.peek(), choices))

    def number(self, what: str) -> float:
        """Take the next word, which must be a finite number."""
        try:
            value = float(self.peek())
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(f"expected {what}, a number")
        self.take()
        return value

    def whole(self, what: str, low: int, high: int) -> int:
        """Take the next word, which must be a whole number from `low` to `high`."""
        word = self.peek()
        if not word.isdecimal() or len(word) > LONGEST_NUMBER or not low <= int(word) <= high:
            raise self.error(f"expected {what} ({low}-{high})")
        return int(self.take().text)

    def end(self) -> None:
        """Raise `GrammarError` unless all words are taken."""
        if not self.is_at_end:
            raise GrammarError(f"expected the end of the line, found {self.line[self.at :]!r}", at=self.at)

    def error(self, expected: str, *, hint: str | None = None) -> GrammarError:
        """Return the error for a next word that was not expected."""
        found = repr(self.peek()) if not self.is_at_end else "the end of the line"
        return GrammarError(f"{expected}, found {found}", at=self.at, hint=hint)
