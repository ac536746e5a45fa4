"""Lay out the lines of a Markdown text so that Python-Markdown reads them as their author means them.

`find_regions` finds code in fences, and HTML that may hold blank lines; neither is Markdown. `lay_out` gives the other
lines the form Python-Markdown needs: content of lists, footnotes and definitions is indented by four blanks, whatever
the author chose, and what begins without a blank line above it gets one. Every line ends with a mark of its number, so
that everything made from it is known to be from there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

LINE, LINE_END, REGION = "\ue004", "\ue005", "\ue007"  # marks: content itself may not contain these
LINE_MARK = re.compile(f"{LINE}(\\d+){LINE_END}")
REGION_MARK = re.compile(f"{REGION}(\\d+){REGION}")
HTML_BLOCK = re.compile(
    r" {0,3}</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir"
    r"|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link"
    r"|main|menu|menuitem|meta|nav|noframes|ol|optgroup|option|p|param|pre|script|search|section|style|summary|table"
    r"|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul)(?:\s|/?>|$)",
    re.IGNORECASE,
)  # as in CommonMark: from such a line to the next blank one
DEEPEST = 20  # lists and quotations within each other; beyond, their signs are text

_INDENT = 4
_PREFIX = r"(?P<prefix>(?:[ ]|>|[-*+:][ ]|\d{1,9}[.)][ ]|\[\^[^\]\s]+\]:[ ])*)"
_FENCE = re.compile(_PREFIX + r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_HTML = re.compile(_PREFIX + r"(?:(?P<comment><!--)|<(?P<tag>script|pre|style|textarea)(?=[\s>]|$))", re.IGNORECASE)
_ITEM = re.compile(r"(?P<start> {0,3}(?:(?P<bullet>[-*+])|(?P<number>\d{1,9})[.)]))(?P<gap> +|$)(?P<content>.*)")
_NOTE = re.compile(r"(?P<start> {0,3}\[\^[^\]\s]+\]:)(?P<gap> *)(?P<content>.*)")
_MEANING = re.compile(r"(?P<start> {0,3}:)(?P<gap> +)(?P<content>\S.*)")
_QUOTE = re.compile(r" {0,3}> ?")
_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_RULE = re.compile(r" {0,3}(?:(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,})$")
_COLUMNS = re.compile(r" {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$")
_WORDLESS = re.compile(r"[\s>#|:=*_+-]*$")  # nothing in such a line can be lost
_ENDS = "#|\\" + "".join(filter(str.isspace, map(chr, range(0x3001))))  # what `_END` may hold
_END = re.compile(r"(?:\s*(?:#+|(?<!\\)\|)?\s*|\\?)$")  # of a heading, of a row


@dataclass(frozen=True)
class Region:
    """Lines that are no ordinary text (from 0, the last excluded): a fence, indented code, or HTML."""

    kind: str  # fence, code_block or html_block
    first: int
    last: int
    info: str = ""
    fence: str = ""


@dataclass(frozen=True)
class Line:
    """A line and its number in the text; `goes_on`: whether it continues the paragraph of the line before."""

    text: str
    number: int = -1
    goes_on: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))


def closes(line: str, fence: str) -> bool:
    """Return whether a line closes a fence."""
    closing = line.lstrip(" \t>").rstrip()
    return closing.startswith(fence) and not closing.strip(fence[0])


def is_closed(lines: Sequence[str], first: int, last: int, fence: str) -> bool:
    """Return whether the fence in these lines (from 0, the last excluded) has a line that closes it."""
    return last - first >= 2 and closes(lines[last - 1], fence)


def find_regions(lines: Sequence[str]) -> list[Region]:
    """Return the fences, and the comments and HTML that may hold blank lines, in order."""
    found = []
    at = 0
    while at < len(lines):
        region = _fence_at(lines, at) or _html_at(lines, at)
        if region is not None:
            found.append(region)
        at = at + 1 if region is None else region.last
    return found


def lay_out(lines: Sequence[str], regions: Sequence[Region]) -> str:
    """Return a text in the form Python-Markdown needs, with marks for its lines, and for regions by their numbers."""
    given = []
    at = 0
    for number, region in enumerate(regions):
        given += [Line(lines[at].expandtabs(_INDENT), at) for at in range(at, region.first)]
        prefix = lines[region.first].expandtabs(_INDENT)[: prefix_width(lines[region.first])]
        given.append(Line(f"{prefix}{REGION}{number}{REGION}", region.first))
        at = region.last
    given += [Line(lines[at].expandtabs(_INDENT), at) for at in range(at, len(lines))]
    return "\n".join(map(_marked, _lay_out(given)))


def prefix_width(line: str) -> int:
    """Return the number of characters before a fence or HTML: blanks, and signs of lists and quotations."""
    match = re.match(_PREFIX, line.expandtabs(_INDENT))
    return match.end() if match else 0


def code_in(lines: Sequence[str]) -> str:
    """Return the lines below the opening line of a fence, without what is before the code on each of them."""
    opening = lines[0].expandtabs(_INDENT)
    prefix = opening[: prefix_width(lines[0])]
    _, sign, blanks = prefix.rpartition(">")
    inner = len(blanks.removeprefix(" ") if sign else blanks)  # one blank belongs to the sign
    code = []
    for line in lines[1:]:
        unquoted = re.sub(rf"^(?:[ \t]*> ?){{0,{prefix.count('>')}}}", "", line) if ">" in prefix else line
        text = unquoted.lstrip(" \t")
        before = unquoted[: len(unquoted) - len(text)]
        before = before.expandtabs(_INDENT) if inner else before
        code.append(before[min(len(before), inner) :] + text)
    return "".join(f"{line}\n" for line in code)


def _fence_at(lines: Sequence[str], first: int) -> Region | None:
    match = _FENCE.match(lines[first].expandtabs(_INDENT))
    if match is None:
        return None
    fence, is_quoted = match["fence"], ">" in match["prefix"]
    last = len(lines)
    for at in range(first + 1, len(lines)):
        if is_quoted and not lines[at].lstrip().startswith(">"):
            last = at
            break
        if closes(lines[at], fence):
            last = at + 1
            break
    if not is_closed(lines, first, last, fence) and match["prefix"].endswith(" " * _INDENT):  # indented code, rather
        return None
    return Region("fence", first, last, match["info"].strip(), fence)


def _html_at(lines: Sequence[str], first: int) -> Region | None:
    match = _HTML.match(lines[first])
    if match is None or match["prefix"].endswith(" " * _INDENT):
        return None
    ending = "-->" if match["comment"] else f"</{match['tag'].lower()}>"
    for at in range(first, len(lines)):
        end = lines[at].lower().find(ending, match.end() if at == first else 0)
        if end >= 0:
            is_alone = at > first or not lines[at][end + len(ending) :].strip()
            return Region("html_block", first, at + 1) if is_alone else None
    return None


def _marked(line: Line) -> str:
    """Return a line with the mark of its number, where no sign of Markdown is broken by it."""
    if line.number < 0 or REGION in line.text or _WORDLESS.match(line.text):
        return line.text
    match = _END.search(line.text, len(line.text.rstrip(_ENDS)))
    at = match.start() if match else len(line.text)
    return f"{line.text[:at]}{LINE}{line.number}{LINE_END}{line.text[at:]}"


def _opens(line: Line) -> bool:
    """Return whether a line begins something that is no paragraph."""
    starts = (_ITEM, _NOTE, _QUOTE, _HEADING, _RULE, HTML_BLOCK)
    return REGION in line.text or (line.indent < _INDENT and any(start.match(line.text) for start in starts))


def _lay_out(lines: Sequence[Line], depth: int = 0, *, is_item: bool = False) -> list[Line]:
    """Return the lines of a text, or of what an item or a quotation holds, laid out."""
    found: list[Line] = []
    kind = ""  # of the block that the last line belongs to; blank lines end it
    at = 0

    def begin(name: str) -> None:
        nonlocal kind
        if found and not found[-1].is_blank:
            found.append(Line(""))
        kind = name

    while at < len(lines):
        line = lines[at]
        if line.is_blank:
            found.append(Line("", line.number))
            kind = ""
        elif (
            REGION in line.text and (match := REGION_MARK.search(line.text)) and not line.text[: match.start()].strip()
        ):
            begin("region")
            found.append(line if line.indent >= _INDENT else replace(line, text=line.text.strip()))
        elif line.indent >= _INDENT:
            found.append(replace(line, text=line.text.lstrip(), goes_on=True) if kind == "paragraph" else line)
        elif kind == "table" and not _opens(line):
            found.append(line)
        elif HTML_BLOCK.match(line.text):
            begin("html")
            while at < len(lines) and not lines[at].is_blank and REGION not in lines[at].text:
                found.append(lines[at])
                at += 1
            continue
        elif _QUOTE.match(line.text):
            end = next((n for n in range(at, len(lines)) if not _QUOTE.match(lines[n].text)), len(lines))
            if depth >= DEEPEST:
                found += [replace(each, text="\\" + each.text.lstrip()) for each in lines[at:end]]
                kind = "paragraph"
            else:
                begin("quote")
                inner = [replace(each, text=_QUOTE.sub("", each.text, count=1)) for each in lines[at:end]]
                found += [replace(each, text=f"> {each.text}") for each in _lay_out(inner, depth + 1)]
            at = end
            continue
        elif (item := _item_at(line, kind)) is not None:
            if depth >= DEEPEST:
                found.append(replace(line, text=re.sub(r"^( *\d*)", r"\1\\", line.text)))
                kind = "paragraph"
            else:
                name = "ol" if item.re is _ITEM and item["number"] else "ul" if item.re is _ITEM else "dd"
                name = "note" if item.re is _NOTE else name
                is_first = is_item and kind == "paragraph" and not any(each.is_blank for each in found)
                if kind == "loose" or (kind != name and not is_first and name not in ("dd", "note")):
                    begin(name)
                end = _end_of_item(lines, at, item)
                inner = _item(lines[at:end], item, depth)
                found += inner
                kind = "loose" if any(each.is_blank for each in inner) else name
                at = end
                continue
        elif _HEADING.match(line.text):
            begin("heading")
            found.append(line)
        elif _RULE.match(line.text) and not (kind == "paragraph" and set(line.text.strip()) == {"-"}):
            begin("rule")
            found.append(line)
        elif "|" in line.text and at + 1 < len(lines) and _is_row_of_columns(lines[at + 1].text):
            begin("table")
            found.append(line)
        else:
            goes_on = kind in ("paragraph", "quote")
            if not goes_on:
                begin("paragraph")
            found.append(replace(line, goes_on=goes_on))
        at += 1
    return found


def _is_row_of_columns(text: str) -> bool:
    return _COLUMNS.match(text) is not None and ("|" in text or ":" in text)


def _item_at(line: Line, kind: str) -> re.Match[str] | None:
    """Return the match of a line that begins an item, a footnote or a definition after a block of a kind."""
    match = _ITEM.match(line.text)
    if match is not None and not _RULE.match(line.text):
        may_interrupt = match["content"].strip() and (match["bullet"] or match["number"] == "1")
        return match if kind != "paragraph" or may_interrupt else None
    return _NOTE.match(line.text) or (_MEANING.match(line.text) if kind in ("paragraph", "dd", "loose", "") else None)


def _least_indent(item: re.Match[str]) -> int:
    """Return the indentation from which on lines belong to an item."""
    if item.re is not _ITEM:
        return 2
    gap = len(item["gap"])
    return len(item["start"]) + (gap if 1 <= gap <= _INDENT and item["content"].strip() else 1)


def _end_of_item(lines: Sequence[Line], first: int, item: re.Match[str]) -> int:
    """Return the line after the last of an item."""
    least = _least_indent(item)

    def belongs(line: Line) -> bool:
        inner = _ITEM.match(line.text.lstrip())
        is_of_other_kind = inner is not None and item.re is _ITEM and bool(inner["bullet"]) != bool(item["bullet"])
        return line.indent >= (min(least, 2) if is_of_other_kind else least)

    def goes_on(at: int) -> bool:  # a paragraph, on a line that is not indented
        is_next_meaning = item.re is _MEANING and _MEANING.match(lines[at].text) is not None
        return not _opens(lines[at]) and _is_text(lines[at - 1]) and not is_next_meaning

    end = first + 1
    while end < len(lines):
        after = next((n for n in range(end, len(lines)) if not lines[n].is_blank), None)
        if after is None or not (belongs(lines[after]) or (after == end and goes_on(end))):
            break
        end = after + 1
    return end


def _is_text(line: Line) -> bool:
    """Return whether a line is, or ends with, text of a paragraph."""
    text = line.text.lstrip()
    while match := _ITEM.match(text) or _NOTE.match(text) or _MEANING.match(text) or _QUOTE.match(text):
        text = match["content"] if match.re is not _QUOTE else text[match.end() :]
    return bool(text.strip()) and not _opens(Line(text))


def _item(lines: Sequence[Line], item: re.Match[str], depth: int) -> list[Line]:
    """Return the lines of an item, laid out."""
    least = _least_indent(item)
    if item.re is not _ITEM:  # as far as the author indents what is in it
        least = min((line.indent for line in lines[1:] if least <= line.indent < _INDENT), default=_INDENT)
    inner = [replace(lines[0], text=item["content"])]
    inner += [replace(line, text=line.text[min(line.indent, least) :]) for line in lines[1:]]
    while len(inner) > 1 and inner[0].is_blank:
        del inner[0]
    first, *rest = _lay_out(inner, depth + 1, is_item=item.re is _ITEM)
    start = f"{item['number']}." if item.re is _ITEM and item["number"] else item["start"].strip()
    found = [Line(f"{start} {first.text}", first.number)]
    found += [line if line.is_blank or line.goes_on else replace(line, text=" " * _INDENT + line.text) for line in rest]
    return found
