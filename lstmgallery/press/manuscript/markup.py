"""Convert Markdown to safe HTML. Authors' text is untrusted and sanitised.

Markdown is that of Python-Markdown with tables, footnotes, definition lists, task lists and strikethrough. Its HTML is
made in two steps: `convert` gives plain markup, in which ids, classes and checkboxes are marks of private-use
characters (content itself may not contain these); `sanitise` reduces it to text markup; `finish` replaces the marks.
The sanitiser therefore never has to allow an id, a class or a form element.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import nh3

from lstmgallery.frontmatter import BLANKS
from lstmgallery.press.manuscript.dialect import LEFT, LINES, ONLY, RIGHT, TYPED, TYPED_END, Found, Reader, lines_of
from lstmgallery.press.manuscript.layout import Region, closes, find_regions, is_closed, lay_out

__all__ = ["Region", "closes", "is_closed"]  # of `layout`, for readers of Markdown

TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "br"),
    *(
        "a",
        "abbr",
        "b",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "strong",
        "sub",
        "sup",
        "u",
        "var",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "img", "details", "summary"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}
SCHEMES = ("http", "https", "mailto", "tel")
ENGLISH = "en"

_MADE = re.compile(f"(>?){LEFT}([^{RIGHT}]*){RIGHT}")
# Indented code, HTML; footnotes and meanings, which `lay_out` indents.
_MAY_HOLD_REGIONS = re.compile(r"    |[\t<]|\[\^|^[ >]*: ", re.MULTILINE)
_MARKER = re.compile(rf"^([ \t]*(?:>[ \t]?)*(?:[-*+>:]|#{{1,6}}|\d{{1,9}}[.)]))[{BLANKS}]")
_PIECE = re.compile(
    rf'<(?P<tag>{ONLY}|\w+)(?P<attributes>[^<>]*?) {LINES}="(?P<first>\d+) (?P<last>\d+)">'
    rf"|</?{ONLY}[^<>]*>|(?P<typed>{TYPED})|{TYPED_END}"
)


@dataclass(frozen=True)
class Piece:
    """A piece of the HTML: where it begins, and the lines of Markdown it was made from (from 0, the last excluded).

    `is_typed`: whether it is HTML that the author typed.
    """

    start: int
    first: int
    last: int
    is_typed: bool = False


@dataclass(frozen=True)
class Fault:
    """Text that Markdown drops or changes: what to search for in which lines, the message, and the mend."""

    needles: tuple[str, ...]
    first: int
    last: int
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class Converted:
    """HTML, not yet sanitised, with its pieces in order, and the faults found while it was made."""

    html: str
    pieces: tuple[Piece, ...] = ()
    faults: tuple[Fault, ...] = ()

    def piece_at(self, offset: int) -> Piece:
        """Return the piece that a character belongs to."""
        found = Piece(0, 0, 1)
        for piece in self.pieces:
            if piece.start > offset:
                break
            found = piece
        return found


def with_plain_blanks(line: str) -> str:
    """Return a line with a plain blank after its marker of a heading, a list or a quotation."""
    return _MARKER.sub(r"\1 ", line)


def regions(text: str) -> list[Region]:
    """Return the lines of Markdown that are code or HTML, in order."""
    lines = text.split("\n")
    found = find_regions(lines)
    if not found and not _MAY_HOLD_REGIONS.search(text):  # most texts: reading the blocks takes a millisecond
        return []
    reader = _reader(ENGLISH)
    root = reader.parse(lay_out(lines, found), lines, found)
    kept = [region for number, region in enumerate(found) if number not in reader.found.no_regions]
    fences = {(region.first, region.last) for region in kept}
    for element in root.iter():
        is_code = element.tag == "pre" and len(element) > 0
        kind = "code_block" if is_code else "html_block" if "html" in element.attrib else ""
        at = lines_of(element[0] if is_code and not element.get(LINES) else element)
        if kind and at not in fences:
            kept.append(Region(kind, *at))
    return sorted(kept, key=lambda region: region.first)


def to_html(text: str, lang: str = ENGLISH) -> str:
    """Return Markdown as HTML, not yet sanitised."""
    return convert(text, lang).html


def convert(text: str, lang: str = ENGLISH) -> Converted:
    """Return Markdown in a language as HTML, not yet sanitised."""
    lines = text.split("\n")
    found = find_regions(lines)
    reader = _reader(lang)
    made = reader.convert(lay_out(lines, found), lines, found)
    parts: list[str] = []
    pieces: list[Piece] = []
    at, start, around = 0, 0, (0, 1)
    for match in _PIECE.finditer(made):
        parts.append(made[at : match.start()])
        at, start = match.end(), start + len(parts[-1])
        around = (int(match["first"]), int(match["last"])) if match["first"] else around
        pieces.append(Piece(start, *around, is_typed=match["typed"] is not None))
        if match["tag"] and match["tag"] != ONLY:
            parts.append(f"<{match['tag']}{match['attributes']}>")
            start += len(parts[-1])
    parts.append(made[at:])
    unclosed = [
        region
        for number, region in enumerate(found)
        if region.fence
        and number not in reader.found.no_regions
        and not is_closed(lines, region.first, region.last, region.fence)
    ]
    return Converted("".join(parts), tuple(pieces), (*_open_fences(unclosed), *_dropped(reader.found)))


def sanitise(html: str) -> str:
    """Return HTML reduced to text markup: no scripts, styles, classes or ids."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=None)


def finish(html: str) -> str:
    """Return sanitised HTML with the marks of ids, classes and checkboxes replaced."""
    return _MADE.sub(_made, html)


def is_one_paragraph(text: str) -> bool:
    """Return whether Markdown is a single paragraph, or nothing."""
    lines = text.split("\n")
    found = find_regions(lines)
    reader = _reader(ENGLISH)
    root = reader.parse(lay_out(lines, found), lines, found)
    is_all = not reader.addresses and not reader.footnotes.footnotes
    return [element.tag for element in root] in ([], ["p"]) and is_all


@cache
def _reader(lang: str) -> Reader:
    return Reader(lang)


def _made(match: re.Match[str]) -> str:
    """Return the HTML of a mark; attributes go into the tag before it."""
    before, (kind, *words) = match[1], (match[2].split(" ") or [""])
    if match[2] in ("to do", "done"):
        checked = " checked" if match[2] == "done" else ""
        return f'{before}<input type="checkbox" disabled{checked} aria-label="{match[2]}">'
    if kind.startswith("align-"):
        return f' class="{kind}">'
    if kind == "note":
        return f' id="fn-{words[0]}">'
    if kind == "ref":
        number, name, identifier = words
        link = f'<a href="#fn-{name}" role="doc-noteref" aria-label="Footnote {number}">{number}</a>'
        return f'{before}<sup class="reference" id="{identifier}">{link}</sup>'
    if kind == "back":
        return f'{before}<a class="back" href="#{words[0]}" role="doc-backlink" aria-label="Back to the text">↩</a>'
    opening = '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">'
    return before + (opening if kind == "notes" else "</section>")


def footnote_ids(html: str) -> list[str]:
    """Return the ids of the footnotes in finished HTML, and those of their references."""
    return re.findall(r'<(?:li|sup class="reference") id="(fn(?:ref)?-[^"]*)">', html)


def _open_fences(regions: Sequence[Region]) -> Iterator[Fault]:
    for region in regions:
        message = f"the block that starts here has no closing line {region.fence}"
        yield Fault((region.fence,), region.first, region.last, message, f"close it with a line {region.fence}")


def _dropped(found: Found) -> Iterator[Fault]:
    """Yield a fault for whatever Markdown does not show: notes and addresses without a use, cells without a column."""
    for at in found.titles:
        yield Fault(("#", ""), *at, "the title is the heading of level 1", "begin with ##")
    for sign, at in found.footnotes_missing:
        yield Fault((sign,), *at, f"there is no footnote {sign}", f"add a line such as {sign}: Text, or write \\{sign}")
    for sign, at in found.footnotes_twice:
        yield Fault((sign,), *at, f"the footnote {sign} is defined twice", "give one of them another name")
    for sign, at in found.footnotes_idle:
        hint = f"write {sign} where it belongs, or remove it"
        yield Fault((sign,), *at, f"the footnote {sign} is never referred to, and would not be shown", hint)
    for label, at in found.addresses_twice:
        hint = "remove one of them, or give it another name"
        yield Fault(("[",), *at, f"the address of [{label}] is defined twice", hint)
    for label, at in found.addresses_idle:
        hint = f"write [{label}] where it belongs, or remove it"
        yield Fault(("[",), *at, f"the address of [{label}] is never used, and would not be shown", hint)
    for cell, columns, cells, at in found.cells_left:
        message = f"expected {columns} cells, as in the table's first row, found {cells}"
        yield Fault((cell,), *at, message, r"write a bar within a cell as \|")
