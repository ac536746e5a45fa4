"""The strips of a page, read back from its HTML with the standard library only."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class ReadStrip:
    """One strip of a page: the tokens of its columns, and the printed values of each signal's row."""

    tokens: list[str] = field(default_factory=list)
    glyphs: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    shades: dict[str, list[str]] = field(default_factory=dict)


class _Strips(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.strips: list[ReadStrip] = []
        self.row: str | None = None
        self.target: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.target = None
        if tag == "table" and "data-strip" in attributes:
            self.strips.append(ReadStrip())
        elif not self.strips:
            return
        elif tag == "tr":
            self.row = attributes.get("data-signal")
        elif tag == "span" and "aria-hidden" in attributes and self.row is None:
            self.target = self.strips[-1].tokens
        elif tag == "td" and self.row is not None:
            self.strips[-1].shades.setdefault(self.row, []).append(attributes["class"] or "")
            self.target = self.strips[-1].glyphs.setdefault(self.row, [])
        elif tag == "b" and self.row is not None:
            self.target = self.strips[-1].values.setdefault(self.row, [])

    def handle_data(self, data: str) -> None:
        if self.target is not None:
            self.target.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.target = None
        if tag == "tr":
            self.row = None
        if tag == "thead" and self.strips:
            self.row = None


def read_strips(html: str) -> list[ReadStrip]:
    """Return every strip of a page, in the order of the page."""
    parser = _Strips()
    parser.feed(html)
    return [ReadStrip(strip.tokens, strip.glyphs, strip.values, strip.shades) for strip in parser.strips]
