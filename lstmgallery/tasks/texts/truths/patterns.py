"""Features of an author's own: wherever a regular expression matches.

The `regex` package runs the patterns, because it can stop those that explode.
"""

import regex

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.truths.feature_set import Span

SLOW = "avoid repetition inside of repetition, such as (a+)+; a possessive a++ never goes back"
SECONDS = 1.0  # allowed for one document; ordinary patterns take less than a thousandth of it


def pattern_fault(pattern: str) -> str | None:
    """Return the fault in a regular expression, or None."""
    try:
        compiled = regex.compile(pattern)
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        return f"expected a regular expression, found {pattern!r}: {error}"
    if compiled.fullmatch("", timeout=SECONDS):
        return f"expected a pattern that needs a character, found {pattern!r}, which matches nothing at all"
    return None


def find_matches(pattern: str, text: str, *, key: str) -> list[Span]:
    """Return the matches of a pattern, from left to right, without empty ones.

    Raises `GalleryError` for a pattern that takes too long; `key` names its feature.
    """
    try:
        matches = regex.finditer(pattern, text, timeout=SECONDS)
        return [match.span() for match in matches if match.end() > match.start()]
    except TimeoutError:
        message = f"the pattern {pattern!r} takes more than {SECONDS:.0f} s on a text of {len(text):,} characters"
        raise GalleryError(Problem(f"the feature {key!r}", message, hint=SLOW)) from None
