"""Where a write-up's claims go: into the margin where the text beside them is long enough, else in a row of their own.

A claim in the margin that is taller than the text beside it would leave the column empty down to the next wide figure.
Heights are estimated from the number of letters, for letters wider in the margin and narrower in the text than fonts
have them, so that a claim in the margin always fits.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal

Kind = Literal["text", "claim", "figure", "wide-figure"]

_BLOCK = re.compile(r"<(p|li|h[2-6]|dt|dd|tr|pre)\b[^>]*>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_HEADING_PX, _PARAGRAPH_PX, _LINE_PX, _LETTERS = 60, 16, 25, 96  # of the text: as narrow as letters come
_CLAIM_PX, _SAID_PX, _SAID_LETTERS, _PROVED_PX, _PROVED_LETTERS = 45, 22, 34, 20, 42  # in the margin: as wide
_CAPTION_PX = 90  # what a figure takes besides its drawing, at least


@dataclass(frozen=True)
class Piece:
    """A piece of a write-up as HTML; the height of a figure's drawing in pixels."""

    kind: Kind
    html: str
    height: float = 0.0


def arrange(pieces: Sequence[Piece]) -> str:
    """Return the pieces in order as HTML, each run of claims in an element that says where it goes."""
    arranged = []
    at = 0
    for is_claim, group in groupby(_without_gaps(pieces), key=lambda piece: piece.kind == "claim"):
        run = list(group)
        at += len(run)
        if not is_claim:
            arranged += [piece.html for piece in run]
            continue
        beside = takewhile(lambda piece: piece.kind in ("text", "figure"), _without_gaps(pieces)[at:])
        room = sum(map(_height, beside))
        is_beside = sum(map(_height, run)) <= room
        arranged.append(f'<div class="{"beside" if is_beside else "abreast"}">')
        arranged += [piece.html for piece in run]
        arranged.append("</div>\n")
    return "".join(arranged)


def _without_gaps(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.kind != "text" or piece.html.strip()]


def _height(piece: Piece) -> float:
    """Return the least height of a text or a figure, the largest of a claim, in pixels."""
    if piece.kind == "figure":
        return piece.height + _CAPTION_PX
    if piece.kind == "claim":
        said, *proved = (_letters(inner) for _, inner in _BLOCK.findall(piece.html))
        lines = _SAID_PX * _lines(said, _SAID_LETTERS) + sum(_PROVED_PX * _lines(n, _PROVED_LETTERS) for n in proved)
        return _CLAIM_PX + lines
    return sum(_block_heights(piece.html))


def _block_heights(html: str) -> Iterator[float]:
    for tag, inner in _BLOCK.findall(html):
        if tag.startswith("h"):
            yield _HEADING_PX
        else:
            yield _LINE_PX * _lines(_letters(inner), _LETTERS) + (_PARAGRAPH_PX if tag == "p" else 0)


def _letters(html: str) -> int:
    return len(" ".join(_TAG.sub("", html).split()))


def _lines(letters: int, across: int) -> int:
    return math.ceil(letters / across)
