"""Compare the HTML that Markdown made with what the sanitiser keeps of it: every difference is a fault.

Takes HTML with its pieces, gives a `Fault` for each difference, with the piece it is in. HTML that an author typed and
that would be lost is then replaced by the characters typed, so that the rest of the text is compared as well.
"""

import difflib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from lstmgallery.press.manuscript.markup import ATTRIBUTES, SCHEMES, TAGS, Converted, Fault, Piece, sanitise

VOID = {"br", "hr", "img", "wbr"}
MAY_STAY_OPEN = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody"}  # HTML closes and completes these itself
_TAG = re.compile(r'<(a|h[2-6])((?: [a-z]+="[^"]*")*)>')  # of links and headings, in the sanitiser's format
_HREF = re.compile(r' href="([^"]*)"')
_SCHEME = re.compile(r"\s*([a-zA-Z][\w+.-]*):")

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Event:
    """A tag or a piece of text in HTML: where it begins, and how it is spelt there."""

    kind: str  # start, end, text or other
    name: str  # of the tag; the text itself
    attributes: Attributes
    start: int
    spelling: str

    @property
    def key(self) -> tuple[str, str, Attributes]:
        return self.kind, self.name, self.attributes


@dataclass(frozen=True)
class Compared:
    """What was compared: the HTML without the tags that would be lost, their faults, and the place of every link.

    `links` and `headings` are the pieces of the tags `a` and `h2` to `h6`, in order; a link with its address.
    """

    html: str
    faults: tuple[Fault, ...]
    links: tuple[tuple[str, Piece], ...]
    headings: tuple[Piece, ...]


class _Events(HTMLParser):
    """Lists the tags and texts of HTML, comments left out."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.found: list[Event] = []
        self._source = text
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(text)
        self.close()

    def _add(self, kind: str, name: str, attributes: Attributes = (), spelling: str | None = None) -> None:
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        if spelling is None:
            end = self._source.find(">", start)
            spelling = self._source[start : end + 1] if end >= 0 else self._source[start:]
        self.found.append(Event(kind, name, attributes, start, spelling))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("start", tag, tuple(sorted((name, value or "") for name, value in attrs)), self.get_starttag_text())

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._add("end", tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if found := "".join(data.split()):
            if self.found and self.found[-1].kind == "text":  # a comment between two texts
                last = self.found.pop()
                self.found.append(Event("text", last.name + found, (), last.start, last.spelling))
            else:
                self._add("text", found, (), data)

    def handle_decl(self, decl: str) -> None:
        self._add("other", decl)

    def handle_pi(self, data: str) -> None:
        self._add("other", data)

    def unknown_decl(self, data: str) -> None:
        self._add("other", data)


def compare(converted: Converted) -> Compared:
    """Compare HTML with what the sanitiser keeps of it."""
    kept = sanitise(converted.html)
    if kept == converted.html.replace("&quot;", '"'):  # nothing is lost, and tags are as the sanitiser writes them
        return _unchanged(kept, converted)
    return compare_tags(converted)


def compare_tags(converted: Converted) -> Compared:
    """Compare HTML with what the sanitiser keeps of it, tag by tag."""
    raw = converted.html
    events = _Events(raw).found
    refused = list(_refused(events, converted))
    replaced = {event.start: (event, new) for event, _, new in refused}
    faults = [fault for _, fault, _ in refused if fault is not None]
    clean = raw
    for start in sorted(replaced, reverse=True):
        event, new = replaced[start]
        clean = clean[:start] + new + clean[start + len(event.spelling) :]
    kept = sanitise(clean)
    if kept != clean.replace("&quot;", '"'):
        faults += _differences(clean, kept, converted, [(start, *replaced[start]) for start in sorted(replaced)])
    standing = [event for event in events if event.kind == "start" and event.start not in replaced]
    links = tuple(
        (href, converted.piece_at(event.start))
        for event in standing
        if event.name == "a" and (href := dict(event.attributes).get("href")) is not None
    )
    headings = tuple(converted.piece_at(event.start) for event in standing if re.fullmatch("h[2-6]", event.name))
    return Compared(kept, tuple(faults), links, headings)


def _unchanged(kept: str, converted: Converted) -> Compared:
    """Return what is known of HTML that the sanitiser keeps as it is: most texts."""
    tags = [(match[1], match[2], converted.piece_at(match.start())) for match in _TAG.finditer(converted.html)]
    links = ((_HREF.search(attributes), piece) for name, attributes, piece in tags if name == "a")
    found = tuple((html.unescape(href[1]), piece) for href, piece in links if href)
    if not all(_is_whole(href) for href, _ in found):
        return compare_tags(converted)
    return Compared(kept, (), found, tuple(piece for name, _, piece in tags if name != "a"))


def _refused(events: list[Event], converted: Converted) -> Iterator[tuple[Event, Fault | None, str]]:
    """Yield the tags that would be lost or would change the rest of the text, each with what to put in its place."""
    open_tags: list[Event] = []
    refused_ends: list[str] = []  # of tags refused already: their ends go with them, without a fault of their own

    def fault(event: Event, message: str, hint: str) -> tuple[Event, Fault, str]:
        piece = converted.piece_at(event.start)
        found = Fault((event.spelling, f"<{event.name}", "<"), piece.first, piece.last, message, hint)
        return event, found, html.escape(event.spelling, quote=False)

    def never_closed(event: Event) -> tuple[Event, Fault, str]:
        hint = rf"add </{event.name}>, or write \{event.spelling} to show these characters"
        return fault(event, f"{event.spelling} is never closed", hint)

    for event in events:
        spelling = " ".join(event.spelling.split())
        as_typed = rf"to show these characters, write \{spelling} or put them in backticks"
        if event.kind == "other":
            yield fault(event, f"{spelling} would not be shown", as_typed)
        elif event.kind == "start" and event.name == "img" and (found := _foreign_image(event, converted)) is not None:
            yield event, found, ""
        elif event.kind == "start" and event.name not in TAGS:
            refused_ends += [event.name] if event.name not in VOID else []
            yield fault(event, f"{spelling} is read as an HTML tag, which is not supported", as_typed)
        elif event.kind == "start":
            change = _refused_attribute(event, converted)
            if change is not None:
                yield change
            if change is not None and change[2] != "<a>":  # shown as the characters typed
                refused_ends += [event.name] if event.name not in VOID else []
            elif event.name not in VOID:
                open_tags.append(event)
        elif event.kind == "end":
            at = next((at for at in range(len(open_tags) - 1, -1, -1) if open_tags[at].name == event.name), None)
            if at is None and event.name in refused_ends:
                refused_ends.remove(event.name)
                yield event, None, html.escape(event.spelling, quote=False)
            elif at is None:
                yield fault(event, f"{spelling} closes a tag that was never opened", as_typed)
            else:
                inner = [tag for tag in open_tags[at + 1 :] if tag.name not in MAY_STAY_OPEN]
                if any(not converted.piece_at(tag.start).is_typed for tag in inner):  # **x </b>**
                    yield fault(
                        event, f"{spelling} crosses other markup", "end what begins inside before what is around it"
                    )
                    yield open_tags[at], None, html.escape(open_tags[at].spelling, quote=False)
                    del open_tags[at]
                    continue
                for unclosed in inner:
                    refused_ends.append(unclosed.name)
                    yield never_closed(unclosed)
                del open_tags[at:]
    for unclosed in open_tags:
        if unclosed.name not in MAY_STAY_OPEN:
            yield never_closed(unclosed)


def _foreign_image(event: Event, converted: Converted) -> Fault | None:
    """Return the fault of an image whose address the sanitiser refuses."""
    address = dict(event.attributes).get("src", "")
    scheme = _SCHEME.match(address)
    if scheme is None or scheme[1].lower() in SCHEMES:
        return None
    piece = converted.piece_at(event.start)
    message = f"expected the path of an image in the content folder, found {address[:60]!r}"
    hint = "pages load nothing from elsewhere: save it beside the text"
    return Fault((address, "<img", "!["), piece.first, piece.last, message, hint)


def _refused_attribute(event: Event, converted: Converted) -> tuple[Event, Fault, str] | None:
    """Return the fault of a tag with an attribute or an address that would be lost, and what to put in its place."""
    piece = converted.piece_at(event.start)
    for name, value in event.attributes:
        scheme = _SCHEME.match(value) if name == "href" else None
        if name not in ATTRIBUTES.get(event.name, ()):
            spelling = " ".join(event.spelling.split())
            message = f"the attribute {name!r} of {spelling} is not supported"
            hint = rf"remove it, or write \{spelling} to show these characters"
            needles: tuple[str, ...] = (event.spelling, f"<{event.name}")
            new = html.escape(event.spelling, quote=False)
        elif scheme is not None and scheme[1].lower() not in SCHEMES:
            message = f"links with {scheme[1]}: are not supported"
            hint = "links may begin with " + ", ".join(f"{each}:" for each in SCHEMES)
            needles, new = (value, scheme[0], "<a", "["), "<a>"
        elif name == "href" and not _is_whole(value):
            message = f"expected the address of a link, found {value[:60]!r}" if value else "the link has no address"
            hint = "write all of it, such as https://example.org/page, or the path of a file"
            needles, new = (*([value] if value else []), "](", "<a", "["), "<a>"
        else:
            continue
        return event, Fault(needles, piece.first, piece.last, message, hint), new
    return None


def _is_whole(address: str) -> bool:
    """Return whether an address names a host, a mailbox or a number behind its scheme; one without a scheme, a path."""
    scheme = _SCHEME.match(address)
    if scheme is None or scheme[1].lower() not in ("http", "https"):
        return address[scheme.end() if scheme else 0 :].strip() != ""
    try:
        parts = urlsplit(address)
        has_port = parts.port is None or parts.port > 0  # one that is no port raises
    except ValueError:
        return False
    return has_port and bool(parts.hostname) and not re.search(r"[\s<>\\]", parts.netloc)


def _differences(raw: str, kept: str, converted: Converted, replaced: list[tuple[int, Event, str]]) -> Iterator[Fault]:
    """Yield a fault for each run of tags and texts that the sanitiser changes, at the first of them."""
    ours, theirs = _Events(raw).found, _Events(kept).found
    keys, kept_keys = [event.key for event in ours], [event.key for event in theirs]
    if keys == kept_keys:
        return
    reported: set[tuple[int, int]] = set()
    matcher = difflib.SequenceMatcher(None, keys, kept_keys, autojunk=False)
    for change, first, last, from_kept, to_kept in matcher.get_opcodes():
        lost = [event for event in ours[first:last] if event.name not in MAY_STAY_OPEN or event.kind != "end"]
        gained = [event for event in theirs[from_kept:to_kept] if event.name not in MAY_STAY_OPEN]
        if change == "equal" or not (lost or gained):
            continue
        event = lost[0] if lost else ours[min(first, len(ours) - 1)]
        offset = event.start
        for start, old, new in replaced:  # back to the place before the replacements
            if start < offset:
                offset += max(len(old.spelling) - len(new), start - offset)
        piece = converted.piece_at(offset)
        if (piece.first, piece.last) in reported:
            continue
        reported.add((piece.first, piece.last))
        spelling = " ".join(event.spelling.split())[:60]
        message = f"{spelling} would be lost or moved: HTML does not allow it here"
        hint = r"write \< for each < that is text, or close the tags before it"
        href = dict(event.attributes).get("href", "") if event.name == "a" else ""
        yield Fault(
            (event.spelling, *([href] if href else []), f"<{event.name}", event.spelling[:12]),
            piece.first,
            piece.last,
            message,
            hint,
        )
