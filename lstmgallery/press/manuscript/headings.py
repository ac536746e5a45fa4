"""The ids of headings: their words, in any script, so that a published link stays valid while the text grows.

An id depends on the words of its heading and not on its position. Equal headings are told apart by a suffix (`results`,
`results-2`), or by an id of the author's own: `## Results {#gru-results}`.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_HEADING = re.compile(r"<h([2-6])>(.*?)</h\1>", re.DOTALL)
_OWN = re.compile(r"\s*\{#([^{}]*)\}\s*$")
_SIGNS = re.compile(r"(?<=\w)[#%&*@]+|[#%&*@]+(?=\w)")  # part of a word: C#, 50%, R&D
BRACE = "\ue01f"  # a brace at the end of a heading that its author escaped
OWN_ID = re.compile(r"[\w.:-]+")


@dataclass(frozen=True)
class Heading:
    """A heading within a text. `own_id`: the id its author gave it."""

    id: str
    text: str
    own_id: str | None = None


def slug(words: str) -> str:
    """Return the id of a heading: its letters, digits and signs in lower case, joined by hyphens.

    Punctuation is left out, as on GitHub; signs are not, or C and C++ would be equal. Words of punctuation alone stay.
    Quoted values, which are marks here, are no part of an id: the id of a heading of values alone is empty.
    """
    text = unicodedata.normalize("NFC", words).strip().lower()
    signs = {at for match in _SIGNS.finditer(text) for at in range(*match.span())}
    kept = "".join(letter for at, letter in enumerate(text) if letter.isspace() or at in signs or _counts(letter))
    if kept.strip("- \t\n"):
        return re.sub(r"[-\s]+", "-", kept).strip()
    return re.sub(r"\s+", "-", re.sub("[\ue000-\uf8ff]", "", text).strip())


def read_headings(text: str) -> list[Heading]:
    """Return the headings of HTML in order, the ids not yet told apart."""
    found = []
    for _, inner in _HEADING.findall(text):
        words = plain_words(_OWN.sub("", inner)).replace(BRACE, "{")
        own = _OWN.search(inner)
        identifier = html.unescape(own[1]) if own else slug(words)
        found.append(Heading(identifier, words, html.unescape(own[1]) if own else None))
    return found


def tell_apart(headings: Iterable[Heading], taken: Collection[str]) -> list[Heading]:
    """Return headings with ids of their own: equal ones, and those that are `taken`, get a suffix, `-2` or more."""
    headings = list(headings)
    used = {*taken, *(heading.own_id for heading in headings if heading.own_id is not None)}
    natural = {heading.id for heading in headings}
    found = []
    for heading in headings:
        identifier, number = heading.id, 1
        while heading.own_id is None and (identifier in used or (number > 1 and identifier in natural)):
            number += 1
            identifier = f"{heading.id}-{number}"
        used.add(identifier)
        found.append(Heading(identifier, heading.text, heading.own_id))
    return found


def with_ids(text: str, headings: Iterable[Heading]) -> str:
    """Return HTML with the ids of its headings, in order."""
    ids = iter(headings)

    def headed(match: re.Match[str]) -> str:
        identifier = html.escape(next(ids).id)
        return f'<h{match[1]} id="{identifier}">{_OWN.sub("", match[2]).replace(BRACE, "{")}</h{match[1]}>'

    return _HEADING.sub(headed, text)


def plain_words(inner: str) -> str:
    """Return the words of a heading's HTML, without tags and references to footnotes."""
    inner = re.sub(r'<sup class="reference".*?</sup>', "", inner, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", inner)).split())


def _counts(character: str) -> bool:
    """Return whether a character is always part of an id: a letter, mark, digit, hyphen, sign such as +, or symbol."""
    category = unicodedata.category(character)
    return category[0] in "LMN" or category in ("Sm", "Sc", "So", "Pc") or character == "-"
