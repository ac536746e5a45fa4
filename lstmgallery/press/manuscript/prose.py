"""Authors' prose: Markdown converted to safe HTML, with marks for parts to fill in later.

A link points to another content file (`selective.md#gates`, `../networks/counter.md`) or to a page of the site
(`../how-to-read.html`), relative to its own content file; its address in the site is filled in when a page is
rendered. A mark consists of private-use characters, which content itself may not contain.
"""

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote

from markupsafe import escape

from lstmgallery.errors import Problem, nearest
from lstmgallery.frontmatter import Document
from lstmgallery.press.manuscript.files import Attachment, AttachmentError, attach, is_attachment
from lstmgallery.press.manuscript.markup import sanitise, to_html

OPEN, CLOSE, ZERO = "\ue000", "\ue001", 0xE010
MARK = re.compile(f"{OPEN}([\ue010-\ue019]+){CLOSE}")
PRIVATE = re.compile("[\ue000-\ue01f]")
REFUSED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ue000-\ue01f]")  # for marks, or not valid in XML and pages
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_TAG = re.compile(r'<[a-z][a-z0-9]*((?: [a-z]+="[^"]*")*)>')  # in the sanitiser's format

LineColumn = tuple[int, int]  # line and column, from 1
Url = Callable[[str], str]  # (path from the site's root, fragment included) -> link from the page being rendered
Other = TypeVar("Other")  # parts to fill in besides links


@dataclass(frozen=True)
class Link:
    """A link or an image: `target` is the path from the root of the content folder or the site, fragment included."""

    target: str
    attachment: Attachment | None = None  # the file it leads to; None if it leads to a page
    is_image: bool = False  # whether the file is shown rather than linked to


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
        return f' src="{escape(url(address))}" width="{width}" height="{height}"'
    return f' href="{escape(url(address))}"'


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
            if page not in fragments:
                message, hint = f"points to a missing page: {target}", nearest(target, [*pages, *fragments])
            elif fragment and (known := fragments[page]) is not None and fragment not in known:
                message, hint = f"points to a missing fragment of {page}", nearest(fragment, known)
            if message:
                source = self.document.lines[line - 1]
                problems.append(Problem(self.document.place, f"the link {message}", line, column, source, hint))
        return problems


@dataclass(frozen=True)
class Text:
    """A piece of the source: the place of its first character, and whether its lines are lines of the source."""

    text: str
    line: int
    column: int
    is_exact: bool = True

    def place(self, offset: int) -> LineColumn:
        """Return the line and column of a character."""
        before = self.text[:offset]
        if not self.is_exact:
            return self.line, self.column
        breaks = before.count("\n")
        return self.line + breaks, offset - before.rfind("\n") if breaks else self.column + offset


@dataclass
class Source:
    """Finds the source of pieces of HTML: a forward search, each needle from its last occurrence."""

    texts: list[Text]
    found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def next_place(self, *needles: str) -> LineColumn:
        """Return the line and column of the next of `needles` in the source."""
        for needle in needles:
            number, offset = self.found.get(needle, (0, 0))
            while number < len(self.texts):
                at = self.texts[number].text.find(needle, offset)
                if at >= 0:
                    self.found[needle] = number, at + 1
                    return self.texts[number].place(at)
                number, offset = number + 1, 0
        return (self.texts[0].line, self.texts[0].column) if self.texts else (1, 1)


class ProseReader(Generic[Other]):
    """Reads the prose of one content file, `file` in the content folder; mistakes are added to `problems`."""

    def __init__(self, document: Document, file: str, problems: list[Problem]):
        self.document = document
        self.file = file
        self.problems = problems
        self.lines = tuple(map(without_refused, document.lines))
        self.parts: list[Other | Link] = []
        self.part_places: list[LineColumn] = []
        self.links: list[tuple[Link, LineColumn]] = []

    @property
    def linked(self) -> Linked:
        return Linked(self.document, tuple(self.links))

    def read_body(self) -> Prose[Other]:
        """Return the text below the front matter, in which only links are filled in."""
        self.refuse_characters()
        first = self.document.body_line
        text = Text("\n".join(self.lines[first - 1 :]), first, 1)
        return Prose(self.render(text.text, Source([text])), tuple(self.parts))

    def problem(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        """Add a problem at a place of the document."""
        self.problems.append(Problem(self.document.place, message, line, column, self.document.lines[line - 1], hint))

    def refuse_characters(self) -> None:
        """Add a problem for each line with a character that cannot be shown, or is reserved for marks."""
        for number, line in enumerate(self.document.lines, start=1):
            if found := REFUSED.search(line):
                self.problem(_refusal(found[0]), number, found.start() + 1, "remove it")
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

    def render(self, text: str, source: Source) -> str:
        """Return Markdown as clean HTML with its links and images marked."""
        raw = to_html(text)

        def in_tag(match: re.Match[str]) -> str:
            if mark := MARK.search(match[1]):
                message = "braces cannot be used in the address of a link or in a title"
                self.problem(message, *self.part_places[part_number(mark[1])], "move them into the text")
                return match[0]
            if match[0].startswith("<img"):
                return self._shown(match[0], source)
            return re.sub(r' href="([^"]*)"', linked, match[0]) if match[0].startswith("<a ") else match[0]

        def linked(match: re.Match[str]) -> str:
            href = html.unescape(match[1])
            place = source.next_place(href)
            if re.match(r"[a-z]+:", href, re.IGNORECASE):
                return match[0]
            path, sign, fragment = href.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), path)) if path else self.file
            if is_attachment(self.root, unquote(target)):
                return self._attached(unquote(target), place, sign + fragment)
            link = Link(target + sign + fragment)
            self.links.append((link, place))
            return self.mark(link, place)

        return _TAG.sub(in_tag, sanitise(raw))

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


def without_refused(text: str) -> str:
    """Return a text with a substitute for every refused character, so that the rest can be parsed."""
    return REFUSED.sub("?", text)


def _refusal(character: str) -> str:
    why = "is reserved by this tool" if PRIVATE.match(character) else "cannot be shown"
    return f"the character U+{ord(character):04X} {why}"
