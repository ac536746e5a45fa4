"""Python-Markdown with the extensions for authors: a closed list. None of them reads files or runs code.

`Reader.parse` gives the blocks of a text as a tree, `Reader.convert` its HTML. Elements carry the lines they were made
from in an attribute of a private-use character; HTML that the author typed is between two such characters. What
Python-Markdown drops is recorded while it does so: footnotes and addresses defined twice, cells beyond a table's last
column.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html.entities import html5
from typing import Any

import markdown
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor, ReferenceProcessor
from markdown.extensions import Extension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.smarty import SmartyExtension
from markdown.extensions.tables import TableProcessor
from markdown.inlinepatterns import (
    ENTITY_RE,
    HTML_RE,
    HtmlInlineProcessor,
    InlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from lstmgallery.press.manuscript.headings import BRACE
from lstmgallery.press.manuscript.layout import (
    HTML_BLOCK,
    LINE,
    LINE_END,
    LINE_MARK,
    REGION,
    REGION_MARK,
    Region,
    code_in,
    prefix_width,
)

LINES = "\ue004"  # the attribute of an element with its first and last line, the last excluded
ONLY = "\ue006"  # the tag of an element that is only its content
TYPED, TYPED_END = "\ue008", "\ue009"
LEFT, RIGHT = "\ue002", "\ue003"  # around what is made in place of ids, classes and checkboxes
QUOTES = {"de": "„“‚‘", "en": "“”‘’"}  # in other languages, quotation marks stay as typed

ANY = ("",)
SIGNS = {  # what a text holds, one of these, where a pattern of Python-Markdown matches in it
    "backtick": ("`",),
    **dict.fromkeys(("backslash", "escape"), ("\\",)),
    **dict.fromkeys(("footnote", "reference", "link", "short_reference"), ("[",)),
    **dict.fromkeys(("image_link", "image_reference", "short_image_ref"), ("![",)),
    **dict.fromkeys(("autolink", "automail", "html"), ("<",)),
    "linebreak": ("  \n",),
    "entity": ("&",),
    "em_strong": ("*", "_", "~"),
    "smarty-ellipses": ("...",),
    **dict.fromkeys(("smarty-em-dashes", "smarty-en-dashes"), ("--",)),
    **{f"smarty-quotes-{number}": ("'", '"') for number in range(15)},
}
_IN_TEXT = "\ue00a"  # begins the name of a footnote within the text
_BLOCK = re.compile(rf"^(?: *{REGION}\d+{REGION} *$|{HTML_BLOCK.pattern})", re.MULTILINE | re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\]\s+")
_OWN_ID = re.compile(r"(?<!\\)\{#[^{}]*\}(?=\s*$)")
_LIKE_OWN_ID = re.compile(r"\\\{(?=\\?#[^{}]*\}\s*$)")  # its brace is escaped
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_MISSING = re.compile(r"\[\^[^\]\s]+\]")
_NOTE_IN_TEXT = re.compile(r"\\.|(`+)(?!`).+?(?<!`)\1(?!`)|\^\[((?:[^\[\]\\`]|\\.|`[^`]*`|\[[^\]]*\])*)\]", re.DOTALL)

Lines = tuple[int, int]


@dataclass
class Found:
    """What was found in a text besides its HTML; names by the lines they are defined or missing in."""

    footnotes_twice: list[tuple[str, Lines]] = field(default_factory=list)
    footnotes_idle: list[tuple[str, Lines]] = field(default_factory=list)
    footnotes_missing: list[tuple[str, Lines]] = field(default_factory=list)
    addresses_twice: list[tuple[str, Lines]] = field(default_factory=list)
    addresses_idle: list[tuple[str, Lines]] = field(default_factory=list)
    cells_left: list[tuple[str, int, int, Lines]] = field(default_factory=list)  # the cell, columns, cells
    titles: list[Lines] = field(default_factory=list)  # headings of level 1
    no_regions: set[int] = field(default_factory=set)  # their numbers: lines of code or of a paragraph


class Reader:
    """Reads texts in a language. Not to be used by two threads at a time."""

    def __init__(self, lang: str):
        quotes = QUOTES.get(lang.partition("-")[0].lower())
        names = ("left-double-quote", "right-double-quote", "left-single-quote", "right-single-quote")
        smarty = SmartyExtension(
            smart_quotes=quotes is not None,
            substitutions=dict(zip(names, quotes, strict=True)) if quotes else {},
        )
        self.found = Found()
        self.lines: Sequence[str] = ()
        self.regions: Sequence[Region] = ()
        self.footnotes = _Footnotes(self)
        own = _Dialect(self, quotes)
        extensions = [SaneListExtension(), DefListExtension(), smarty, self.footnotes, own]
        self.markdown = markdown.Markdown(extensions=extensions, output_format="html")
        self.addresses = _Addresses()
        self.markdown.references = self.addresses

    def parse(self, text: str, lines: Sequence[str], regions: Sequence[Region]) -> ET.Element:
        """Return the blocks of a text that is laid out: a tree, without anything made of the text within them."""
        self._begin(lines, regions)
        parsed = self.markdown.parser.parseDocument(text.split("\n")).getroot()
        assert parsed is not None
        _Blocks(self).run(parsed)
        return parsed

    def convert(self, text: str, lines: Sequence[str], regions: Sequence[Region]) -> str:
        """Return the HTML of a text that is laid out."""
        self._begin(lines, regions)
        made = self.markdown.convert(text)
        places, used = self.addresses.places, self.addresses.used
        self.found.addresses_twice = list(self.addresses.twice)
        self.found.addresses_idle = [(label, at) for label, at in places.items() if label not in used]
        return made

    def put_back(self, text: str, *, is_code: bool) -> str:
        """Return text with the lines put back that look like a fence or HTML, but begin within code or a paragraph."""
        regions, source = self.regions, self.lines

        def typed(match: re.Match[str]) -> str:
            number = int(match[2])
            self.found.no_regions.add(number)
            lines = source[regions[number].first : regions[number].last]
            width = prefix_width(lines[0])
            before = lines[0].expandtabs(4)[:width]
            taken = code_in(lines).splitlines()
            if not before.strip():
                extra = width - len(match[1])
                taken = [line[min(extra, len(line) - len(line.lstrip())) :] for line in lines[1:]]
            taken = [match[1] + lines[0].expandtabs(4)[width:], *taken]
            marks = f"{_mark(regions[number].first)}{_mark(regions[number].last - 1)}"
            return (html.escape("\n".join(taken), quote=False) if is_code else "\n".join(taken)) + marks

        return re.sub(rf"( *){REGION}(\d+){REGION}", typed, text)

    def _begin(self, lines: Sequence[str], regions: Sequence[Region]) -> None:
        self.found = Found()
        self.lines, self.regions = lines, regions
        self.markdown.reset()


class _Addresses(dict[str, tuple[str, str]]):
    """The addresses of references; knows the lines of each, and which are used."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Lines] = {}
        self.used: set[str] = set()
        self.twice: list[tuple[str, Lines]] = []

    def __getitem__(self, label: str) -> tuple[str, str]:
        self.used.add(label)
        return super().__getitem__(label)

    def clear(self) -> None:
        super().clear()
        self.places, self.used, self.twice = {}, set(), []


class _Footnotes(FootnoteExtension):
    """Footnotes: Python-Markdown reads only their definitions; `_Blocks` and `_Notes` make the rest."""

    def __init__(self, reader: Reader):
        super().__init__()
        self.reader = reader
        self.places: dict[str, Lines] = {}

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        super().extendMarkdown(md)
        md.treeprocessors.deregister("footnote")
        md.treeprocessors.deregister("footnote-duplicate")
        md.postprocessors.deregister("footnote")
        md.inlinePatterns.register(_Reference(r"\[\^([^\]]*)\]", self), "footnote", 175)

    def reset(self) -> None:
        super().reset()
        self.places = {}

    def setFootnote(self, id: str, text: str) -> None:  # noqa: A002, N802
        at = _lines_in(text)
        if id in self.footnotes:
            self.reader.found.footnotes_twice.append((f"[^{id}]", at))
            return
        super().setFootnote(id, text)
        self.places[id] = at


class _Reference(InlineProcessor):
    """Makes an element of a reference to a footnote, which is numbered later."""

    def __init__(self, pattern: str, footnotes: _Footnotes):
        super().__init__(pattern)
        self.footnotes = footnotes

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        del data
        if m[1] not in self.footnotes.footnotes:
            return None, None, None
        made = ET.Element(ONLY, {"footnote": m[1]})
        made.text = AtomicString("")
        return made, m.start(), m.end()


class _Dialect(Extension):
    """Registers what is ours."""

    def __init__(self, reader: Reader, quotes: str | None):
        super().__init__()
        self.reader, self.quotes = reader, quotes

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        md.ESCAPED_CHARS = [*dict.fromkeys([*md.ESCAPED_CHARS, *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"])]
        md.preprocessors.deregister("html_block")
        blocks = md.parser.blockprocessors
        blocks.register(_Raw(self.reader, md.parser), "raw", 78)
        blocks.register(_Table(self.reader, md.parser), "table", 75)
        blocks.register(_Heading(md.parser), "hashheader", 70)
        blocks.register(_Definition(md.parser), "reference", 15)
        assert md.delimiters is not None
        md.delimiters.add("~", "del", double=True)
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash", 185)
        md.inlinePatterns.register(_Html(HTML_RE, md), "html", 90)
        md.inlinePatterns.register(_Character(ENTITY_RE, md), "entity", 80)
        md.treeprocessors.register(_Blocks(self.reader), "blocks", 60)
        md.treeprocessors.register(_Notes(self.reader), "notes", 15)
        for name, priority in (("inline", 20), ("smarty", 6)):
            md.treeprocessors.register(_Inline(md, md.treeprocessors[name]), name, priority)
        if self.quotes is not None:
            md.treeprocessors.register(_Quotes(self.quotes[3], self.quotes[1]), "quotes", 8)
        md.treeprocessors.register(_Columns(), "columns", 5)


class _Inline(InlineTreeprocessor):
    """Makes what is made of text within blocks, as Python-Markdown does, without trying patterns that cannot match.

    Most text holds none of the signs that any pattern begins with, and trying all of them takes most of the time.
    """

    def __init__(self, md: markdown.Markdown, like: Treeprocessor):
        super().__init__(md)
        assert isinstance(like, InlineTreeprocessor)
        self.inlinePatterns = like.inlinePatterns
        self._tried: list[tuple[Any, tuple[str, ...]]] = []
        self._any = re.compile("")

    def run(self, tree: ET.Element, ancestors: list[str] | None = None) -> ET.Element:
        if len(self._tried) != len(self.inlinePatterns):  # extensions register theirs in any order
            signs = {id(self.inlinePatterns[name]): SIGNS[name] for name in SIGNS if name in self.inlinePatterns}
            self._tried = [(pattern, signs.get(id(pattern), ANY)) for pattern in self.inlinePatterns]
            self._any = re.compile("|".join(re.escape(sign) for _, signs in self._tried for sign in signs))
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(self, data: str, at: int = 0) -> str:  # noqa: N802
        """Do what the method of this name does that `InlineProcessor` keeps to itself."""
        if isinstance(data, AtomicString) or not self._any.search(data):
            return data
        start = 0
        while at < len(self._tried):
            pattern, signs = self._tried[at]
            is_matched = False
            if any(sign in data for sign in signs):
                apply = self._InlineProcessor__applyPattern  # type: ignore[attr-defined]
                data, is_matched, start = apply(pattern, data, at, start)
            if not is_matched:
                at, start = at + 1, 0
        return data


class _Heading(HashHeaderProcessor):
    """Reads headings with a blank after their signs, so that #5 begins a paragraph."""

    RE = re.compile(r"(?:^|\n)[ ]{0,3}(?P<level>#{1,6})(?P<header>(?:[ ][^\n]*?)?)(?:[ ]+#+)?[ ]*(?:\n|$)")


class _Html(HtmlInlineProcessor):
    """Keeps HTML within a text as it is, and marks it as typed."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: N802
        del data
        assert self.md is not None
        typed = self.backslash_unescape(self.unescape(m[1]))
        return self.md.htmlStash.store(f"{TYPED}{typed}{TYPED_END}"), m.start(), m.end()


class _Character(HtmlInlineProcessor):
    """Keeps names of characters as they are; shows others as typed, such as `&notit;`, which HTML reads as `&not`."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: N802
        del data
        assert self.md is not None
        is_name = m[1].startswith("&#") or m[1][1:] in html5
        return self.md.htmlStash.store(m[1] if is_name else html.escape(m[1])), m.start(), m.end()


class _Raw(BlockProcessor):
    """Reads fences, and HTML up to the next blank line."""

    def __init__(self, reader: Reader, parser: markdown.blockparser.BlockParser):
        super().__init__(parser)
        self.reader = reader

    def test(self, parent: ET.Element, block: str) -> bool:
        del parent
        return _BLOCK.search(block) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        match = _BLOCK.search(block)
        assert match is not None
        if before := block[: match.start()].rstrip("\n"):
            self.parser.parseBlocks(parent, [before])
        number = REGION_MARK.search(match[0])
        if number is None:
            typed = self.reader.put_back(block[match.start() :], is_code=False)
            self._add_html(parent, LINE_MARK.sub("", typed), _lines_in(typed))
            return
        if after := block[match.end() :].lstrip("\n"):
            blocks.insert(0, after)
        region = self.reader.regions[int(number[1])]
        lines = list(self.reader.lines[region.first : region.last])
        if region.kind == "fence":
            pre = ET.SubElement(parent, "pre", {LINES: f"{region.first} {region.last}"})
            is_closed = len(lines) > 1 and not lines[-1].strip(" \t>" + region.fence[0])
            ET.SubElement(pre, "code").text = AtomicString(
                html.escape(code_in(lines[: -1 if is_closed else None]), quote=False)
            )
        else:
            lines[0] = lines[0][lines[0].index("<") :]
            self._add_html(parent, "\n".join(lines), (region.first, region.last))

    def _add_html(self, parent: ET.Element, typed: str, lines: Lines) -> None:
        kept = self.parser.md.htmlStash.store(f"{TYPED}{typed}{TYPED_END}")
        made = ET.SubElement(parent, ONLY, {LINES: f"{lines[0]} {lines[1]}", "html": ""})
        made.text = AtomicString(kept)
        made.tail = "\n"


class _Table(TableProcessor):
    """Reads tables; records cells beyond the last column."""

    def __init__(self, reader: Reader, parser: markdown.blockparser.BlockParser):
        super().__init__(parser, {"use_align_attribute": True})
        self.reader = reader

    def _build_row(self, row: str, parent: ET.Element, align: Sequence[str | None]) -> None:
        at, plain = _lines_in(row), LINE_MARK.sub("", row)
        super()._build_row(plain, parent, align)  # type: ignore[misc]
        for cell in parent[-1]:
            cell.set(LINES, f"{at[0]} {at[1]}")
        cells: list[str] = self._split_row(plain)  # type: ignore[attr-defined]
        if len(cells) > len(align):
            self.reader.found.cells_left.append((cells[len(align)].strip(), len(align), len(cells), at))


class _Definition(ReferenceProcessor):
    """Reads the definitions of addresses; the first counts, and repeated ones are recorded."""

    def run(self, parent: ET.Element, blocks: list[str]) -> bool:
        del parent
        lines = blocks[0].split("\n")
        match = self.RE.search(LINE_MARK.sub("", blocks[0]))
        if match is None:
            return False
        first = last = match.string.count("\n", 0, match.start())
        while match is not None:
            end = last + match[0].count("\n") + 1
            self._take(match, _lines_in("\n".join(lines[last:end])))
            last = end
            match = self.RE.match(LINE_MARK.sub("", "\n".join(lines[last : last + 3])))  # the most lines of one
        rest = ["\n".join(lines[:first]), "\n".join(lines[last:])]
        blocks[:1] = [block for block in rest if block.strip()]
        return True

    def _take(self, match: re.Match[str], at: Lines) -> None:
        addresses = self.parser.md.references
        assert isinstance(addresses, _Addresses)
        label = " ".join(match[1].lower().split())
        if label in addresses:
            addresses.twice.append((label, at))
        else:
            addresses[label] = (match[2].lstrip("<").rstrip(">"), match[5] or match[6])
            addresses.places[label] = at


class _Blocks(Treeprocessor):
    """Prepares blocks for what is made of the text within them: gives them their lines, and adds the footnotes."""

    def __init__(self, reader: Reader):
        super().__init__()
        self.reader = reader

    def run(self, root: ET.Element) -> None:
        footnotes = self.reader.footnotes
        self._take_notes(root)
        parser = self.reader.markdown.parser
        done: set[str] = set()
        notes = ET.Element("ol", {"footnotes": ""})
        while rest := [name for name in footnotes.footnotes if name not in done]:
            done.add(rest[0])
            made = ET.Element("div")  # blocks within li are read as parts of a list
            parser.parseChunk(made, footnotes.footnotes[rest[0]])
            self._take_notes(made)
            item = ET.SubElement(notes, "li", {"note": rest[0]})
            item.extend(list(made))
        if len(notes):
            root.append(notes)
        for element in list(root.iter()):
            self._prepare(element)

    def _take_notes(self, root: ET.Element) -> None:
        """Put references in place of footnotes within the text."""
        footnotes = self.reader.footnotes

        def named(match: re.Match[str], line: str = "") -> str:
            if match[2] is None:
                return match[0]
            name = f"{_IN_TEXT}{len(footnotes.footnotes)}"
            end = LINE_MARK.search(match.string, match.end())  # of the line it ends on
            footnotes.setFootnote(name, match[2] + (end[0] if end else line))
            return f"[^{name}]"

        for element in root.iter():
            line = _mark(lines_of(element)[0])
            if element.text and not isinstance(element.text, AtomicString):
                element.text = _NOTE_IN_TEXT.sub(partial(named, line=line), element.text)
            if element.tail:
                element.tail = _NOTE_IN_TEXT.sub(partial(named, line=line), element.tail)

    def _prepare(self, element: ET.Element) -> None:
        found = self.reader.found
        for at in range(len(element) - 1, -1, -1):  # text after a block within an item
            tail = self.reader.put_back(element[at].tail or "", is_code=False)
            if LINE_MARK.search(tail):
                text = ET.Element(ONLY)
                text.text, element[at].tail = tail, None
                element.insert(at + 1, text)
                self._prepare(text)
        if element.text and REGION in element.text:
            is_code = element.tag == "code"
            whole = self.reader.put_back(element.text, is_code=is_code)
            element.text = AtomicString(whole) if is_code else whole
        if element.text and LINE_MARK.search(element.text):
            lines = _lines_in(element.text)
            element.set(LINES, f"{lines[0]} {lines[1]}")
            plain = LINE_MARK.sub("", element.text)
            element.text = AtomicString(plain) if isinstance(element.text, AtomicString) else plain
        if element.tag == "h1":
            element.tag = "h2"
            found.titles.append(lines_of(element))
        if re.fullmatch("h[2-6]", element.tag) and element.text:
            if own := _OWN_ID.search(element.text):
                kept = self.reader.markdown.htmlStash.store(html.escape(own[0]))
                element.text = element.text[: own.start()] + kept
            element.text = _LIKE_OWN_ID.sub(BRACE, element.text)
        if element.tag == "li" and "note" not in element.attrib:
            holder = element if element.text and element.text.strip() else next(iter(element), element)
            if holder.tag in ("li", "p") and holder.text and (task := _TASK.match(LINE_MARK.sub("", holder.text))):
                mark = f"{LEFT}{'to do' if task[1] == ' ' else 'done'}{RIGHT}"
                holder.text = f"{mark} {holder.text[holder.text.index(']') + 1 :].lstrip()}"


class _Notes(Treeprocessor):
    """Numbers the references to footnotes, in the order of the text, and the footnotes with them."""

    def __init__(self, reader: Reader):
        super().__init__()
        self.reader = reader

    def run(self, root: ET.Element) -> None:
        found, footnotes = self.reader.found, self.reader.footnotes
        self._find_missing(root, (0, 1))
        references: dict[str, list[str]] = {}
        for element in root.iter(ONLY):
            name = element.get("footnote")
            if name is not None:
                same = references.setdefault(name, [])
                number = list(references).index(name) + 1
                again = f"-{len(same) + 1}" if same else ""
                same.append(f"fnref-{_id_of(name, number)}{again}")
                element.text = AtomicString(f"{LEFT}ref {number} {_id_of(name, number)} {same[-1]}{RIGHT}")
                del element.attrib["footnote"]
        idle = [(name, at) for name, at in footnotes.places.items() if name not in references]
        found.footnotes_idle += [("^[" if name.startswith(_IN_TEXT) else f"[^{name}]", at) for name, at in idle]
        for notes in [element for element in root if element.tag == "ol" and "footnotes" in element.attrib]:
            items = {item.get("note", ""): item for item in notes}
            notes.clear()
            root.remove(notes)
            if not references:
                continue
            for number, (name, ids) in enumerate(references.items(), start=1):
                notes.append(_finished(items[name], _id_of(name, number), ids))
            begin, end = ET.Element(ONLY), ET.Element(ONLY)
            begin.text, end.text = AtomicString(f"{LEFT}notes{RIGHT}"), AtomicString(f"{LEFT}/notes{RIGHT}")
            begin.tail = end.tail = "\n"
            root.extend([begin, notes, end])

    def _find_missing(self, element: ET.Element, around: Lines) -> None:
        lines = lines_of(element) if element.get(LINES) else around
        missing = self.reader.found.footnotes_missing
        if not isinstance(element.text, AtomicString):
            missing += [(name, lines) for name in _MISSING.findall(element.text or "")]
        for child in element:
            self._find_missing(child, lines)
            missing += [(name, lines) for name in _MISSING.findall(child.tail or "")]


class _Columns(Treeprocessor):
    """Puts marks in place of the alignment of cells."""

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            side = element.attrib.pop("align", None) if element.tag in ("th", "td") else None
            if side is not None:
                element.text = f"{LEFT}align-{side}{RIGHT}{element.text or ''}"


class _Quotes(Treeprocessor):
    """Makes what `smarty` does not: apostrophes in languages with another closing mark, and marks behind an element."""

    def __init__(self, single: str, double: str):
        super().__init__()
        self.closing = {"'": single, '"': double}

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            if element.text and not isinstance(element.text, AtomicString):
                element.text = _APOSTROPHE.sub("’", element.text)
            if element.tail:
                element.tail = _APOSTROPHE.sub("’", element.tail)
                element.tail = self.closing.get(element.tail, element.tail)


def lines_of(element: ET.Element) -> Lines:
    """Return the lines that an element was made from."""
    first, last = (element.get(LINES) or "0 1").split()
    return int(first), int(last)


def _finished(item: ET.Element, name: str, ids: Sequence[str]) -> ET.Element:
    """Return the item of a footnote with links back to its references."""
    del item.attrib["note"]
    item.text = f"{LEFT}note {name}{RIGHT}"
    if not len(item) or item[-1].tag != "p":
        ET.SubElement(item, "p")
    back = "".join(f" {LEFT}back {each}{RIGHT}" for each in ids)
    last = item[-1]
    if len(last):
        last[-1].tail = (last[-1].tail or "") + back
    else:
        last.text = (last.text or "") + back
    return item


def _id_of(name: str, number: int) -> str:
    """Return a footnote's name in ids: its label, or the number of a footnote within the text."""
    return f"inline-{number}" if name.startswith(_IN_TEXT) else re.sub(r"[^\w.-]", "-", name)


def _mark(number: int) -> str:
    return f"{LINE}{number}{LINE_END}"


def _lines_in(text: str) -> Lines:
    """Return the lines that the marks in a text name: the first, and the one after the last."""
    numbers = [int(number) for number in LINE_MARK.findall(text)]
    return (min(numbers), max(numbers) + 1) if numbers else (0, 1)
