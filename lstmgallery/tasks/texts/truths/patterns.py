"""Features of an author's own: wherever a regular expression matches.

The `regex` package runs the patterns, because it can stop those that explode.
"""

import math
import re

import regex

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.truths.feature_set import Span

SLOW = "avoid repetition inside of repetition, such as (a+)+; a possessive a++ never goes back"
SECONDS = 1.0  # allowed for one document; ordinary patterns take less than a thousandth of it
MOST_REPEATED = 100_000  # product of the numbers in braces: memory grows with it before anything is matched
_BRACES = re.compile(r"\{([\d,\s]*\d[\d,\s]*)\}")
_CALL = re.compile(r"(?<!\\)\(\?(?:R|[+-]?\d+|&\w+|P>\w+)\)")  # of a part of the pattern, or of all of it


def pattern_fault(pattern: str) -> str | None:
    """Return the fault in a regular expression, or None."""
    if call := _CALL.search(pattern):
        return f"expected a pattern that does not call itself or parts of itself, found {call[0]} in {pattern!r}"
    if (repeated := _repetitions(pattern)) > MOST_REPEATED:
        return f"expected at most {MOST_REPEATED:,} repetitions in all, found {repeated:.12g} in {pattern!r}"
    try:
        compiled = regex.compile(pattern)
    except (regex.error, ValueError, RecursionError, OverflowError, MemoryError) as error:
        return f"expected a regular expression, found {pattern!r}: {str(error) or 'it takes too much memory'}"
    if compiled.fullmatch("", timeout=SECONDS):
        return f"expected a pattern that needs a character, found {pattern!r}, which matches nothing at all"
    return None


def _repetitions(pattern: str) -> float:
    """Return the product of the largest numbers in all braces of a pattern, `{n}` and `{n,m}`: infinity if huge."""
    return math.prod(max(map(float, re.findall(r"\d+", braces))) or 1 for braces in _BRACES.findall(pattern))


def find_matches(pattern: str, text: str, *, key: str) -> list[Span]:
    """Return the matches of a pattern, from left to right, without empty ones.

    Raises `GalleryError` for a pattern that takes too long; `key` names its feature.
    """
    try:
        matches = regex.finditer(pattern, text, timeout=SECONDS)
        return [match.span() for match in matches if match.end() > match.start()]
    except (TimeoutError, MemoryError) as error:
        much = f"more than {SECONDS:.0f} s" if isinstance(error, TimeoutError) else "too much memory"
        message = f"the pattern {pattern!r} takes {much} on a text of {len(text):,} characters"
        raise GalleryError(Problem(f"the feature {key!r}", message, hint=SLOW)) from None
