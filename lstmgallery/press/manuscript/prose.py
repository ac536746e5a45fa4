"""Authors' prose: Markdown converted to safe HTML, with marks for parts to fill in later.

A link points to another content file (`selective.md#gates`, `../networks/counter.md`) or to a page of the site
(`../how-to-read.html`), relative to its own content file; its address in the site is filled in when a page is
rendered. A mark consists of private-use characters, which content itself may not contain.
"""

import html
import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote

from markupsafe import escape

from lstmgallery.errors import Problem, nearest
from lstmgallery.frontmatter import Document
from lstmgallery.press.manuscript.files import Attachment, AttachmentError, attach, is_attachment
from lstmgallery.press.manuscript.headings import OWN_ID, Heading, read_headings, tell_apart, with_ids
from lstmgallery.press.manuscript.losses import compare
from lstmgallery.press.manuscript.markup import (
    ENGLISH,
    Piece,
    Region,
    convert,
    finish,
    footnote_ids,
    regions,
    with_plain_blanks,
)

OPEN, CLOSE, ZERO = "\ue000", "\ue001", 0xE010
MARK = re.compile(f"{OPEN}([\ue010-\ue019]+){CLOSE}")
PRIVATE = re.compile("[\ue000-\ue01f]")
MOST_SIGNS = 1_000  # of each of these in a paragraph: a second
_SLOW = ("[", "<")
REFUSED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ue000-\ue01f]")  # for marks, or not valid in XML and pages
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
CODE = re.compile(r"(?<![`\\])(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)  # and comments
_ENTITY = re.compile(r"&#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_OF_FIGURES = re.compile(r"(?:writeups|comparisons)/[^/]+/[^/]+\.(?:csv|svg|html)")  # of figures and claims
_TAG = re.compile(r'<[a-z][a-z0-9]*((?: [a-z]+="[^"]*")*)>')  # in the sanitiser's format

LineColumn = tuple[int, int]  # line and column, from 1
Url = Callable[[str], str]  # (path from the site's root, fragment included) -> link from the page being rendered
Other = TypeVar("Other")  # parts to fill in besides links


@dataclass(frozen=True)
class Link:
    """A link or an image: `target` is the path from the root of the content folder or the site, fragment included.

    `typed`: the address as its author wrote it.
    """

    target: str
    attachment: Attachment | None = None  # the file it leads to; None if it leads to a page
    is_image: bool = False  # whether the file is shown rather than linked to
    typed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Prose(Generic[Other]):
    """HTML, or plain text, with marks for parts to fill in."""

    marked: str
    parts: tuple[Other | Link, ...] = ()

    def fill(self, show: Callable[[Other | Link], str]) -> str:
        """Return the text with every mark replaced by `show` of its part."""
        return MARK.sub(lambda match: show(self.parts[part_number(match[1])]), self.marked)


def part_number(digits: str) -> int:
    """Return the number of a mark's part from the digits between its ends."""
    return int("".join(str(ord(digit) - ZERO) for digit in digits))


def link_attribute(link: Link, address: str | None, url: Url) -> str:
    """Return the attributes of the tag of a link or an image: its address, or nothing if it is left out of the site."""
    if address is None:
        return ""
    if link.is_image and link.attachment is not None and link.attachment.size is not None:
        width, height = link.attachment.size
        return f' src="{escape(quoted(url(address)))}" width="{width}" height="{height}"'
    return f' href="{escape(quoted(url(address)))}"'


def name_of_fragment(fragment: str) -> str:
    """Return the id that the fragment of a link leads to."""
    return unicodedata.normalize("NFC", unquote(fragment))


@dataclass(frozen=True)
class Unsure:
    """A link to a fragment that its page may not have, and the mistake that it then is."""

    page: str
    fragment: str
    problem: Problem


@dataclass(frozen=True)
class Linked:
    """The links of one content file, each with its place; checked after all files are read."""

    document: Document
    links: tuple[tuple[Link, LineColumn], ...]

    def problems(
        self, pages: Mapping[str, str], fragments: Mapping[str, set[str] | None], *, unread: tuple[str, ...]
    ) -> list[Problem]:
        """Return a problem for every link to a missing page or fragment.

        `pages` is the page of each content file; `fragments` are those of every page, None if unknown; `unread` are
        the prefixes of links to content files with mistakes of their own: such links are not reported.
        """
        problems = []
        for link, (line, column) in self.links:
            target, _, fragment = link.target.partition("#")
            page = pages.get(target, target)
            message, hint = "", None
            if link.attachment is not None or target.startswith(unread):
                continue
            name = name_of_fragment(fragment)
            if page not in fragments:
                message, hint = f"points to a missing page: {target}", nearest(target, [*pages, *fragments])
                hint = _hint_for_address(link.typed, target) or hint
            elif name and (known := fragments[page]) is not None and name not in known:
                message, hint = f"points to a missing fragment of {page}", nearest(name, known)
            if message:
                source = self.document.lines[line - 1]
                problems.append(Problem(self.document.place, f"the link {message}", line, column, source, hint))
        return problems

    def unsure(self, pages: Mapping[str, str], fragments: Mapping[str, set[str] | None]) -> list["Unsure"]:
        """Return the links to fragments of pages whose fragments are unknown until they are rendered."""
        found = []
        for link, (line, column) in self.links:
            target, _, fragment = link.target.partition("#")
            page = pages.get(target, target)
            if link.attachment is None and fragment and page in fragments and fragments[page] is None:
                source = self.document.lines[line - 1]
                message = f"the link points to a missing fragment of {page}"
                found.append(Unsure(page, fragment, Problem(self.document.place, message, line, column, source)))
        return found


@dataclass(frozen=True)
class Text:
    """A piece of the source: the place of its first character, and whether its lines are lines of the source."""

    text: str
    line: int
    column: int
    is_exact: bool = True

    @cached_property
    def searched(self) -> str:
        """The text without what is in code, character by character."""
        return CODE.sub(lambda match: re.sub(r"[^\n]", "\0", match[0]), self.text)

    def place(self, offset: int) -> LineColumn:
        """Return the line and column of a character."""
        before = self.text[:offset]
        if not self.is_exact:
            return self.line, self.column
        breaks = before.count("\n")
        return self.line + breaks, offset - before.rfind("\n") if breaks else self.column + offset


@dataclass
class Source:
    """Finds the source of pieces of HTML: a forward search, each needle from its last occurrence.

    `lines`: the line in the source of each line of Markdown, where they are known.
    """

    texts: list[Text]
    lines: tuple[int, ...] = ()
    found: dict[str, tuple[int, int]] = field(default_factory=dict)
    within: dict[tuple[str, int, int], LineColumn] = field(default_factory=dict)

    def next_place(self, *needles: str) -> LineColumn:
        """Return the line and column of the next of `needles` in the source."""
        for needle in needles:
            number, offset = self.found.get(needle, (0, 0))
            while number < len(self.texts):
                at = self.texts[number].searched.find(needle, offset)
                if at >= 0:
                    self.found[needle] = number, at + 1
                    return self.texts[number].place(at)
                number, offset = number + 1, 0
        return (self.texts[0].line, self.texts[0].column) if self.texts else (1, 1)

    def place_within(self, first: int, last: int, *needles: str) -> LineColumn:
        """Return the place of the next of `needles` in lines of the Markdown, counted from 0, `last` excluded."""
        if not self.lines or not self.texts:
            return self.next_place(*needles)
        start, end = self.lines[min(first, len(self.lines) - 1)], self.lines[min(last, len(self.lines)) - 1]
        for needle in needles:
            after = self.within.get((needle, start, end), (0, 0))
            for text in self.texts:
                at = text.searched.find(needle)
                while needle and at >= 0:
                    place = text.place(at)
                    if start <= place[0] <= end and place > after:
                        self.within[needle, start, end] = place
                        return place
                    at = text.searched.find(needle, at + 1)
        return start, 1


class ProseReader(Generic[Other]):
    """Reads the prose of one content file, `file` in the content folder; mistakes are added to `problems`."""

    def __init__(self, document: Document, file: str, problems: list[Problem], lang: str = ENGLISH):
        self.document = document
        self.file = file
        self.problems = problems
        self.lang = lang
        self.lines = tuple(map(without_refused, document.lines))
        self.parts: list[Other | Link] = []
        self.part_places: list[LineColumn] = []
        self.links: list[tuple[Link, LineColumn]] = []
        self.headings: list[Heading] = []
        self.footnotes: list[str] = []  # the ids of footnotes, and of the references to them
        self.heading_places: list[LineColumn] = []

    @property
    def linked(self) -> Linked:
        return Linked(self.document, tuple(self.links))

    def read_body(self, taken: Collection[str] = ()) -> Prose[Other]:
        """Return the text below the front matter, in which only links are filled in.

        `taken`: the ids of the page itself, which no heading gets.
        """
        self.refuse_characters()
        first = self.document.body_line
        lines = list(map(with_plain_blanks, self.lines[first - 1 :]))
        texts = []
        at = 0
        for region in [*regions("\n".join(lines)), Region("end", len(lines), len(lines))]:
            if region.first > at:
                texts.append(Text("\n".join(lines[at : region.first]), first + at, 1))
            if region.kind == "html_block":
                texts.append(Text("\n".join(lines[region.first : region.last]), first + region.first, 1))
            at = max(at, region.last)
        source = Source(texts, tuple(range(first, first + len(lines))))
        html = self.render("\n".join(lines), source)
        self.headings = tell_apart(self.read_headings(html), {*taken, *self.footnotes})
        return Prose(with_ids(html, self.headings), tuple(self.parts))

    def problem(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        """Add a problem at a place of the document."""
        self.problems.append(Problem(self.document.place, message, line, column, self.document.lines[line - 1], hint))

    def refuse_characters(self) -> None:
        """Add a problem for each line with a character that cannot be shown, or is reserved for marks."""
        for number, line in enumerate(self.document.lines, start=1):
            if found := REFUSED.search(line):
                self.problem(_refusal(found[0]), number, found.start() + 1, "remove it")
        for number, line in enumerate(self.document.lines[self.document.body_line - 1 :], self.document.body_line):
            for entity in _ENTITY.finditer(line):
                if found := REFUSED.search(html.unescape(entity[0])):
                    self.problem(_refusal(found[0]), number, entity.start() + 1, "remove it")
        self.refuse_escaped(self.document)

    def refuse_escaped(self, document: Document) -> None:
        """Refuse the same characters in YAML escapes, as in "\\b"."""
        for path, (line, _) in document.marks.items():
            value: Any = document.values
            for step in path:
                value = value[step]
            found = REFUSED.search(value) if isinstance(value, str) else None
            if found and found[0] not in document.lines[line - 1]:
                self.problems.append(document.problem(path, _refusal(found[0]), hint="remove it"))

    def mark(self, part: Other | Link, place: LineColumn) -> str:
        """Return the mark for a part at `place`."""
        self.parts.append(part)
        self.part_places.append(place)
        digits = "".join(chr(ZERO + int(digit)) for digit in str(len(self.parts) - 1))
        return f"{OPEN}{digits}{CLOSE}"

    def _bounded(self, text: str, source: Source) -> str:
        """Return Markdown without the paragraphs that would take minutes to convert; report each as a problem.

        The time for brackets and tags grows with the square of their number in a paragraph.
        """
        if max(map(text.count, _SLOW)) <= MOST_SIGNS:
            return text
        lines = text.split("\n")
        of_code = {at for region in regions(text) for at in range(region.first, region.last) if region.kind == "fence"}
        first = 0
        for at, line in enumerate([*lines, ""]):
            if line.strip() and at not in of_code:
                continue
            paragraph = "\n".join(lines[first:at])
            for sign in _SLOW:
                if (found := paragraph.count(sign)) > MOST_SIGNS:
                    number = source.lines[first] if first < len(source.lines) else source.texts[0].line
                    message = f"expected at most {MOST_SIGNS:,} {sign} in a paragraph, found {found:,}"
                    self.problem(message, number, 1, "divide it by a blank line, or put it in a fence: ```")
                    lines[first:at] = [""] * (at - first)
                    break
            first = at + 1
        return "\n".join(lines)

    def render(self, text: str, source: Source) -> str:
        """Return Markdown as clean HTML with its links and images marked; report text that would be lost."""
        converted = convert(self._bounded(text, source), self.lang)
        compared = compare(converted)
        for fault in (*converted.faults, *compared.faults):
            needles = fault.needles[:1] if MARK.search(fault.needles[0]) else fault.needles
            place = source.place_within(fault.first, fault.last, *needles)
            self.problem(MARK.sub("…", fault.message), *place, fault.hint and MARK.sub("…", fault.hint))
        self.heading_places = [self._place_of_heading(source, piece) for piece in compared.headings]
        links = iter(compared.links)

        def in_tag(match: re.Match[str]) -> str:
            if mark := MARK.search(match[1]):
                message = "braces cannot be used in the address of a link or in a title"
                self.problem(message, *self.part_places[part_number(mark[1])], "move them into the text")
                return match[0]
            if match[0].startswith("<img"):
                return self._shown(match[0], source)
            return re.sub(r' href="([^"]*)"', linked, match[0]) if match[0].startswith("<a ") else match[0]

        def linked(match: re.Match[str]) -> str:
            href, piece = html.unescape(match[1]), next(links, ("", Piece(0, 0, 1)))[1]
            place = source.place_within(piece.first, piece.last, href, "](", "[", "<a", "<")
            if _SCHEME.match(href):
                return f' href="{escape(quoted(href))}"'
            path, sign, fragment = href.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), path)) if path else self.file
            is_made = _OF_FIGURES.fullmatch(target) is not None and not (self.root / unquote(target)).is_file()
            if not is_made and is_attachment(self.root, unquote(target)):
                return self._attached(unquote(target), place, sign + fragment)
            link = Link(target + sign + fragment, typed=href)
            self.links.append((link, place))
            return self.mark(link, place)

        found = finish(_TAG.sub(in_tag, compared.html)).rstrip("\n")
        self.footnotes = footnote_ids(found)
        return found

    def _place_of_heading(self, source: Source, piece: Piece) -> LineColumn:
        line, column = source.place_within(piece.first, piece.last, "#", "")
        marker = re.match(r"[\s>]*#+\s*", self.document.lines[line - 1])
        return line, marker.end() + 1 if marker else column

    def read_headings(self, text: str) -> list[Heading]:
        """Return the headings of HTML, with problems for ids of the author's own that cannot be used."""
        headings = read_headings(text)
        for heading, (line, column) in zip(headings, self.heading_places, strict=False):
            if not heading.text:  # then it is known by the lines around it alone
                below = enumerate(self.document.lines[line - 1 :], start=line)
                at = next((at for at, each in below if re.fullmatch(r"[\s>]*#+\s*", each)), line)
                message, hint = "expected the words of a heading, found none", "write them behind its signs"
                self.problem(message, at, column if at == line else 1, hint)
            elif not heading.id and heading.own_id is None:
                message = "expected words besides the quoted values, on which the address of a heading cannot depend"
                self.problem(message, line, column, "add some, or an id: {#my-part}")
            elif heading.own_id is not None and not OWN_ID.fullmatch(heading.own_id):
                message = f"expected an id of letters, digits, hyphens, dots and colons, found {heading.own_id!r}"
                at = self.document.lines[line - 1].find("{#") + 1
                self.problem(message, line, at or column, "such as {#my-part}")
        return headings

    @property
    def root(self) -> Path:
        """The content folder."""
        return Path(self.document.place).parents[len(PurePosixPath(self.file).parts) - 1]

    def _shown(self, tag: str, source: Source) -> str:
        """Return the tag of an image with its address and size marked; refuse an image that cannot be shown."""
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        address = attributes.get("src", "")
        place = source.next_place(address, "<img", "![")
        if not attributes.get("alt", "").strip():
            message = f"expected an alternative text for the image {address!r}, found none"
            self.problem(message, *place, "say in brackets what it shows: ![A curve that falls](curve.png)")
        if not address or re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE):
            message = f"expected the path of an image in the content folder, found {address!r}"
            self.problem(message, *place, "pages load nothing from elsewhere: save it beside the text")
            return ""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), unquote(address)))
        words = "".join(
            f' {name}="{escape(attributes[name])}"' for name in ("alt", "title") if attributes.get(name, "").strip()
        )
        return f"<img{self._attached(target, place, is_shown=True)}{words}>"

    def _attached(self, target: str, place: LineColumn, fragment: str = "", *, is_shown: bool = False) -> str:
        """Return the mark for a file of the content folder; refuse one that cannot be published."""
        try:
            attachment = attach(self.root, target, is_shown=is_shown)
        except AttachmentError as error:
            self.problem(f"the {'image' if is_shown else 'link'}: {error.message}", *place, error.hint)
            return ""
        link = Link(quote(target) + fragment, attachment, is_shown)
        self.links.append((link, place))
        return self.mark(link, place)


def quoted(address: str) -> str:
    """Return an address with every character percent-encoded that addresses may not contain."""
    return quote(address, safe="/#?=&;:@!$'()*+,~-._%[]")


def _hint_for_address(typed: str, target: str) -> str | None:
    """Return the mend of an address that is not the path of a page."""
    if typed.startswith("//"):
        return f"write https://{typed.lstrip('/')} for a page of another site"
    if typed.startswith("www."):
        return f"write https://{typed} for a page of another site"
    if typed.startswith("/"):
        return "write the path relative to this file, such as ../index.html"
    if target in ("feed.xml", "sitemap.xml"):
        return "it is written if base_url is set in site.yaml (and the feed only if there are write-ups)"
    return None


def without_refused(text: str) -> str:
    """Return a text with a substitute for every refused character, so that the rest can be parsed."""
    return REFUSED.sub("?", text)


def _refusal(character: str) -> str:
    why = "is reserved by this tool" if PRIVATE.match(character) else "cannot be shown"
    return f"the character U+{ord(character):04X} {why}"
