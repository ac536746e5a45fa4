"""Prose that people write: Markdown to HTML that is safe to print, with marks where something is filled in later.

A link leads to another content file (`selective.md#gates`, `../networks/counter.md`) or to a page of the site
(`../how-to-read.html`), by the way from the content file that it stands in; where that page is found from here is
filled in when a page is rendered. A mark is made of private-use characters, which content itself may not have.
"""

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from markupsafe import escape

from lstmgallery.errors import Problem, nearest
from lstmgallery.frontmatter import Document
from lstmgallery.press.manuscript.markup import sanitise, to_html

OPEN, CLOSE, ZERO = "\ue000", "\ue001", 0xE010
MARK = re.compile(f"{OPEN}([\ue010-\ue019]+){CLOSE}")
PRIVATE = re.compile("[\ue000-\ue01f]")
REFUSED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ue000-\ue01f]")  # nor what XML and pages cannot show
_TAG = re.compile(r'<[a-z][a-z0-9]*((?: [a-z]+="[^"]*")*)>')  # as the sanitiser writes it

LineColumn = tuple[int, int]  # line and column, from 1
Url = Callable[[str], str]  # (path from the site's root, fragment included) -> link from the page that is rendered
Other = TypeVar("Other")  # what may be filled in besides links


@dataclass(frozen=True)
class Link:
    """A link within the content folder or the site: `target` is its path from there, its fragment included."""

    target: str


@dataclass(frozen=True)
class Prose(Generic[Other]):
    """HTML, or plain text, with marks where parts are to be filled in."""

    marked: str
    parts: tuple[Other | Link, ...] = ()

    def fill(self, show: Callable[[Other | Link], str]) -> str:
        """Return the text with every mark replaced by what `show` makes of its part."""
        return MARK.sub(lambda match: show(self.parts[part_number(match[1])]), self.marked)


def part_number(digits: str) -> int:
    """Return which part a mark stands for, from what is between its ends."""
    return int("".join(str(ord(digit) - ZERO) for digit in digits))


def link_attribute(address: str | None, url: Url) -> str:
    """Return what stands in a link's tag: where it leads, or nothing where its page is left out of the site."""
    return "" if address is None else f' href="{escape(url(address))}"'


@dataclass(frozen=True)
class Linked:
    """The links of one content file, each with its place: checked once every file is read, since they lead to any."""

    document: Document
    links: tuple[tuple[Link, LineColumn], ...]

    def problems(
        self, pages: Mapping[str, str], fragments: Mapping[str, set[str] | None], *, unread: tuple[str, ...]
    ) -> list[Problem]:
        """Return a problem for every link that leads to no page or to no fragment.

        `pages` gives the page of each content file; `fragments` those of every page, None where they are not known;
        `unread` is with what links begin that lead to content files with mistakes of their own: nothing is said of
        them.
        """
        problems = []
        for link, (line, column) in self.links:
            target, _, fragment = link.target.partition("#")
            page = pages.get(target, target)
            message, hint = "", None
            if target.startswith(unread):
                continue
            if page not in fragments:
                message, hint = f"leads to no page: there is no {target}", nearest(target, [*pages, *fragments])
            elif fragment and (known := fragments[page]) is not None and fragment not in known:
                message, hint = f"leads to no fragment of {page}", nearest(fragment, known)
            if message:
                source = self.document.lines[line - 1]
                problems.append(Problem(self.document.place, f"the link {message}", line, column, source, hint))
        return problems


@dataclass(frozen=True)
class Text:
    """A piece of the source: where its first character stands, and whether its own lines are lines of the source."""

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
    """Where pieces of HTML came from: searched forwards, each needle from where it was found last."""

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
    """Reads the prose of one content file, `file` in the content folder; what is wrong is added to `problems`."""

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
        """Return what stands below the front matter, in which nothing but links is filled in."""
        self.refuse_characters()
        first = self.document.body_line
        text = Text("\n".join(self.lines[first - 1 :]), first, 1)
        return Prose(self.render(text.text, Source([text])), tuple(self.parts))

    def problem(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        """Add a problem at a place of the document."""
        self.problems.append(Problem(self.document.place, message, line, column, self.document.lines[line - 1], hint))

    def refuse_characters(self) -> None:
        """Add a problem for each line with a character that cannot be shown, or is kept for marks."""
        for number, line in enumerate(self.document.lines, start=1):
            if found := REFUSED.search(line):
                self.problem(_refusal(found[0]), number, found.start() + 1, "remove it")
        self.refuse_escaped(self.document)

    def refuse_escaped(self, document: Document) -> None:
        """Refuse the same characters where YAML has them as escapes, as in "\\b"."""
        for path, (line, _) in document.marks.items():
            value: Any = document.values
            for step in path:
                value = value[step]
            found = REFUSED.search(value) if isinstance(value, str) else None
            if found and found[0] not in document.lines[line - 1]:
                self.problems.append(document.problem(path, _refusal(found[0]), hint="remove it"))

    def mark(self, part: Other | Link, place: LineColumn) -> str:
        """Return the mark for a part that stands at `place`."""
        self.parts.append(part)
        self.part_places.append(place)
        digits = "".join(chr(ZERO + int(digit)) for digit in str(len(self.parts) - 1))
        return f"{OPEN}{digits}{CLOSE}"

    def render(self, text: str, source: Source) -> str:
        """Return Markdown as clean HTML, its links marked; refuse images."""
        raw = to_html(text)
        for _ in range(raw.count("<img")):
            place = source.next_place("![", "<img")
            self.problem("an image cannot be shown", *place, "draw it with a figure block of a write-up")

        def in_tag(match: re.Match[str]) -> str:
            if mark := MARK.search(match[1]):
                message = "nothing can be filled into a link's address or into the title of anything"
                self.problem(message, *self.part_places[part_number(mark[1])], "write it into the text")
                return match[0]
            return re.sub(r' href="([^"]*)"', linked, match[0]) if match[0].startswith("<a ") else match[0]

        def linked(match: re.Match[str]) -> str:
            href = html.unescape(match[1])
            place = source.next_place(href)
            if re.match(r"[a-z]+:", href, re.IGNORECASE):
                return match[0]
            path, sign, fragment = href.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), path)) if path else self.file
            link = Link(target + sign + fragment)
            self.links.append((link, place))
            return self.mark(link, place)

        return _TAG.sub(in_tag, sanitise(raw))


def without_refused(text: str) -> str:
    """Return a text with a stand-in for every refused character, so that what is left can be read."""
    return REFUSED.sub("?", text)


def _refusal(character: str) -> str:
    why = "is kept for this tool's own use" if PRIVATE.match(character) else "cannot be shown"
    return f"the character U+{ord(character):04X} {why}"
