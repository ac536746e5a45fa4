"""Read a write-up: front matter, Markdown, blocks, and quotes in braces inside sentences.

    {counter | first failure}                     a measured value
    {counter best(remaining) | r2 of cell with remaining | 2 digits}
    {counter best(remaining)}                     the name of a neuron, a layer or a network, as a link
    {claim cell-counts}, {seeds cell-counts}      a claim's value; the number of seeds in which it holds

Escape a literal brace as `\\{`.
"""

import datetime
import difflib
import html
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pydantic

from lstmgallery.copies import Copies
from lstmgallery.desk.claims import UNSWEPT, Claim, Question, take_question
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.subjects import Subject, example_of, take_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, in_order, read_block, read_markdown, validate
from lstmgallery.listing import COMPARISONS
from lstmgallery.network import Network, slug_fault
from lstmgallery.press.addresses import figure_path, writeup_path
from lstmgallery.press.figures.block import Checker
from lstmgallery.press.figures.illustration import Figure
from lstmgallery.press.manuscript.blocks import read_claim, read_figure
from lstmgallery.press.manuscript.headings import Heading, tell_apart, with_ids
from lstmgallery.press.manuscript.languages import Language, minutes_to_read
from lstmgallery.press.manuscript.markup import (
    ENGLISH,
    Region,
    closes,
    is_closed,
    is_one_paragraph,
    regions,
    with_plain_blanks,
)
from lstmgallery.press.manuscript.prose import (
    CODE,
    MARK,
    LineColumn,
    Linked,
    Prose,
    ProseReader,
    Source,
    Text,
    part_number,
    without_refused,
)

JOINT = "\ue01e"  # a line break within a quote, which its mark does not have
_ALONE = re.compile(f"<p>({MARK.pattern})</p>")
_BRACES = re.compile(r"\\.|\{([^{}]*)\}|[{}]", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([\w-]*)")
BLOCKS = ("figure", "claim")
OWN_IDS = ("main", "claims")  # of every write-up's page; they give way to headings of these names


class Front(pydantic.BaseModel):
    """The front matter of a write-up."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    slug: str
    title: str = pydantic.Field(min_length=1, max_length=100)
    summary: str = pydantic.Field(min_length=1, max_length=300)
    order: int = 100
    published: datetime.date
    updated: datetime.date | None = None
    draft: bool = False  # kept to previews and builds that ask for drafts
    lang: Language | None = None  # of the text; that of the site without it

    @pydantic.field_validator("published", "updated", mode="before")
    @classmethod
    def _read_date(cls, value: Any) -> datetime.date:
        try:
            return datetime.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValueError(f"expected a date such as 2026-01-31, found {value!r}") from None

    @property
    def day(self) -> datetime.date:
        """The date of the latest change, as the author gives it."""
        return self.updated or self.published


@dataclass(frozen=True)
class Quote:
    """A measured value or a name to fill into a sentence."""

    kind: Literal["value", "name", "claim", "seeds"]
    question: Question | None = None
    subject: Subject | None = None
    claim: str = ""
    format: str = ""


Inset = Quote | Claim | Figure


@dataclass(frozen=True)
class Writeup:
    """A parsed and validated write-up; nothing in it is measured or drawn yet."""

    front: Front
    body: Prose[Inset]
    file: str  # its path in the content folder
    figures: tuple[Figure, ...]
    claims: tuple[Claim, ...]
    captions: Mapping[str, Prose[Inset]]  # of figures, by id: HTML
    alternatives: Mapping[str, Prose[Inset]]  # of figures, by id: plain text
    sentences: Mapping[str, Prose[Inset]]  # of claims, by id: HTML
    headings: tuple[Heading, ...]
    minutes: int
    lang: str = ENGLISH
    footnotes: tuple[str, ...] = ()  # their ids, and those of the references to them
    made_from: str = ""  # a hash of its source, and of whatever else it was read with

    @property
    def path(self) -> str:
        return writeup_path(self.front.slug, folder=self.folder)

    @property
    def folder(self) -> str:
        """The folder of its file, and of its page."""
        return self.file.partition("/")[0]

    @property
    def is_comparison(self) -> bool:
        return self.folder == COMPARISONS

    @property
    def name(self) -> str:
        """What the verdicts of its claims are filed under."""
        return f"{self.folder}/{self.front.slug}" if self.is_comparison else self.front.slug

    def path_of(self, part: str, extension: str) -> str:
        """Return the path of the file of one figure or claim."""
        return figure_path(self.front.slug, part, extension, folder=self.folder)

    @property
    def fragments(self) -> set[str]:
        """The link targets on the write-up's page."""
        own = [self.own_ids["main"], *([self.own_ids["claims"]] if self.claims else [])]
        return {*self._ids, *own}

    @property
    def own_ids(self) -> dict[str, str]:
        """The ids of the page itself, by name: they give way to headings of the same name."""
        names = {heading.id: "" for heading in tell_apart([Heading(name, name) for name in OWN_IDS], self._ids)}
        return dict(zip(OWN_IDS, names, strict=True))

    @property
    def files(self) -> set[str]:
        """The paths of the files beside the write-up's page: its figures, and the numbers of figures and claims."""
        figures = {self.path_of(each.id, kind) for each in self.figures for kind in ("html", "svg", "csv")}
        return figures | {self.path_of(claim.id, "csv") for claim in self.claims}

    @property
    def _ids(self) -> set[str]:
        """The ids that the author's text has on the page."""
        return {part.id for parts in (self.figures, self.claims, self.headings) for part in parts} | set(self.footnotes)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """All quotes, in text, captions and sentences."""
        proses = (self.body, *self.captions.values(), *self.alternatives.values(), *self.sentences.values())
        return tuple(part for prose in proses for part in prose.parts if isinstance(part, Quote))

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions to measure, each once."""
        asked = [claim.question for claim in self.claims] + [each.question for each in self.quotes if each.question]
        return tuple({question.key: question for question in asked}.values())

    @property
    def networks(self) -> set[str]:
        """The names of the networks the write-up draws or measures."""
        return {subject.network.name for subject in self.subjects}

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All subjects the write-up draws, measures or names."""
        drawn = [subject for figure in self.figures for subject in figure.subjects.values()]
        return (*drawn, *(each.subject for each in self.questions), *(q.subject for q in self.quotes if q.subject))


def is_draft(path: Path) -> bool:
    """Return whether a write-up's front matter marks it as a draft, whatever mistakes it has elsewhere."""
    try:
        source = path.read_bytes()
        may_be = b"draft" in source or b"\\" in source  # an escape can spell the key
        return may_be and read_markdown(path).values.get("draft") is True
    except (GalleryError, OSError):
        return False


def read_writeup(
    path: Path,
    networks: Mapping[str, Network],
    broken: Collection[str],
    searched: Mapping[str, Collection[str] | None] | None = None,
    *,
    copies: Mapping[str, Copies] = MappingProxyType({}),
    lang: str = ENGLISH,
) -> tuple[Writeup, Linked]:
    """Read one write-up. Raises `GalleryError` with all its mistakes, except those in links.

    `broken` networks have mistakes of their own; `searched` ones have a saved search. `copies`: the records of
    what networks write. `lang` is the site's language.
    """
    document = read_markdown(path)
    name = path.stem.encode(errors="backslashreplace").decode()  # of bytes that the locale has no letters for
    document = replace(document, values={"slug": name, **document.values})
    problems: list[Problem] = []
    front = None
    try:
        front = validate(Front, document)
    except GalleryError as error:
        problems += error.problems
    if front is not None and (fault := slug_fault(front.slug)):
        hint = "the name becomes the write-up's address on the site"
        problems.append(document.problem(("slug",), fault, hint=hint))
    if front is not None and front.updated is not None and front.updated < front.published:
        message = f"updated: expected a day from published ({front.published}) on, found {front.updated}"
        problems.append(document.problem(("updated",), message, hint="exchange the two, or remove one"))
    front_lang = front.lang if front is not None else None
    reader = _Reader(
        document,
        f"{path.parent.name}/{path.name}",
        Checker(networks, broken, searched or {}, copies),
        front_lang or lang,
    )
    reader.read()
    problems += reader.problems
    if problems or front is None:
        raise GalleryError(in_order(problems))
    return reader.writeup(front), reader.linked


class _Reader(ProseReader[Inset]):
    """Reads the body of one document: blocks first, then the text between them."""

    def __init__(self, document: Document, file: str, checker: Checker, lang: str):
        super().__init__(document, file, checker.problems, lang)
        self.checker = checker
        self.figures: list[Figure] = []
        self.claims: list[Claim] = []
        self.places: dict[str, LineColumn] = {}  # of ids
        self.quoted_claims: list[tuple[str, int, int]] = []
        self.quoted_seeds: set[tuple[str, int, int]] = set()  # claims quoted for their seeds
        self.claim_ids: set[str] = set()  # including those of broken claims
        self.may_lack_claims = False  # an unreadable part may have contained claims
        self.captions: dict[str, Prose[Inset]] = {}
        self.alternatives: dict[str, Prose[Inset]] = {}
        self.sentences: dict[str, Prose[Inset]] = {}
        self.html = ""

    def read(self) -> None:
        """Read everything, and add all mistakes to the checker's problems."""
        self.refuse_characters()
        marked, source = self._split()
        self.html = _ALONE.sub(self._unwrapped, self._with_ids(self.render(marked, source)))
        self._check_ids()
        self._check_shown()

    def writeup(self, front: Front) -> Writeup:
        """Return the parsed write-up."""
        words = html.unescape(re.sub(r"<[^>]+>", " ", self.html))
        return Writeup(
            front=front,
            file=self.file,
            body=Prose(self.html, tuple(self.parts)),
            figures=tuple(self.figures),
            claims=tuple(self.claims),
            captions=self.captions,
            alternatives=self.alternatives,
            sentences=self.sentences,
            headings=tuple(self.headings),
            minutes=minutes_to_read(words, figures=len(self.figures)),
            lang=self.lang,
            footnotes=tuple(self.footnotes),
        )

    def _split(self) -> tuple[str, Source]:
        """Return the Markdown with a mark for each block and quote, and the source of the rest."""
        first = self.document.body_line
        lines = list(map(with_plain_blanks, self.lines[first - 1 :]))
        marked: list[str] = []
        origin: list[int] = []  # of each marked line: its line in the document
        source = Source([])

        def add_text(start: int, end: int) -> None:
            if start < end:
                text = Text("\n".join(lines[start:end]), first + start, 1)
                source.texts.append(text)
                at = first + start
                for line in self._mark_quotes(text).split("\n"):
                    marked.append(line.replace(JOINT, ""))
                    origin.append(at)
                    at += 1 + line.count(JOINT)

        def add_block(name: str, start: int, end: int, prefix: str) -> None:
            mark = prefix + self._read_block(name, first + start, first + end - 1)
            found = [mark, ""] if prefix.strip() else ["", mark]  # after - or 1., or within a list
            marked.extend(found + [""] * (end - start - 1))
            origin.extend([first + start] * (len(found) + end - start - 1))

        def add_html(start: int, end: int) -> None:
            at = start
            while at < end:
                fence = _FENCE.match(lines[at])
                closing = next((n for n in range(at + 1, end) if fence and closes(lines[n], fence[1])), None)
                if fence is None or fence[2] not in BLOCKS or closing is None:
                    at += 1
                    continue
                add_text(start, at)
                add_block(fence[2], at, closing + 1, "")
                start = at = closing + 1
            add_text(start, end)

        at = 0
        for region in regions("\n".join(lines)):
            if region.first < at:
                continue
            add_text(at, region.first)
            at = region.last
            if region.kind == "html_block":
                add_html(region.first, region.last)
            elif region.kind == "fence" and self._is_block(region, lines, first):
                prefix = lines[region.first].partition(region.fence)[0]
                add_block(region.info.split()[0], region.first, region.last, prefix)
            else:
                marked += self.lines[first - 1 + region.first : first - 1 + region.last]
                origin += range(first + region.first, first + region.last)
        add_text(at, len(lines))
        source.lines = tuple(origin)
        return "\n".join(marked), source

    def _is_block(self, region: Region, lines: Sequence[str], first: int) -> bool:
        """Return whether a fence is a figure or a claim; report one that is named almost like these."""
        name = (region.info.split() or [""])[0]
        opening = lines[region.first]
        if not is_closed(lines, region.first, region.last, region.fence):
            self.may_lack_claims = True  # the text below could belong to the block or not
            return False
        if name not in BLOCKS and (near := difflib.get_close_matches(name, BLOCKS, n=1)):
            column = opening.index(name) + 1
            self.problem(f"unknown block {name!r}", first + region.first, column, f"did you mean {near[0]!r}?")
        return name in BLOCKS

    def _read_block(self, name: str, first: int, last: int) -> str:
        try:
            block = read_block(self.document, first + 1, last - 1)
        except GalleryError as error:
            self.problems += error.problems
            self.may_lack_claims = True
            return ""
        self.refuse_escaped(block)
        read: Figure | Claim | None
        read = read_figure(self.checker, block) if name == "figure" else read_claim(self.checker, block)
        if "id" in block.values and (identifier := block.text(("id",))) is not None:
            self._take_id(identifier, *block.marks[("id",)])
            self.claim_ids |= {identifier} if name == "claim" else set()
        elif name == "claim":
            self.may_lack_claims = True
        words = {key: self._read_words(block, key) for key in ("caption", "alt", "says") if key in block.values}
        if isinstance(read, Figure):
            self.figures.append(read)
            self.captions[read.id], self.alternatives[read.id] = words["caption"], words["alt"]
            of_seeds = [(claim, *block.marks.get(("claim",), block.marks[()])) for claim in read.block.claims]
            self.quoted_claims += of_seeds
            self.quoted_seeds |= set(of_seeds)
        elif isinstance(read, Claim):
            self.claims.append(read)
            self.sentences[read.id] = words["says"]
        return "" if read is None else self.mark(read, block.marks[("id",)])

    def _read_words(self, block: Document, key: str) -> Prose[Inset]:
        """Return a caption, a claim's sentence (both Markdown) or a text alternative (plain), its quotes marked."""
        value = without_refused(block.text((key,)) or "")
        column, is_exact = block.text_column((key,))
        text = Text(value, block.marks[(key,)][0], column, is_exact)
        inner = _Reader(self.document, self.file, self.checker, self.lang)
        marked = inner._mark_quotes(text)
        if key == "alt":
            marked = " ".join(marked.replace(JOINT, " ").replace(r"\{#", "{#").split())
        else:
            marked = marked.replace(JOINT, "")
            if not is_one_paragraph(marked):
                message = f"{key}: expected one paragraph of text"
                self.problems.append(
                    block.problem((key,), message, hint=r"put a backslash before a sign such as # or -")
                )
            marked = inner.render(marked, Source([text])).strip().removeprefix("<p>").removesuffix("</p>")
        self.links += inner.links
        self.quoted_claims += inner.quoted_claims
        self.quoted_seeds |= inner.quoted_seeds
        return Prose(marked, tuple(inner.parts))

    def _mark_quotes(self, text: Text) -> str:
        """Return a text with a mark in place of each pair of braces, except in code."""
        code = [match.span() for match in CODE.finditer(text.text)]

        def replaced(match: re.Match[str]) -> str:
            if any(start <= match.start() < end for start, end in code):
                return match[0]
            if match[0].startswith("\\"):
                is_own_id = re.match(r"\\?#", text.text[match.end() :])  # or would be, unescaped
                return match[0] if match[0][1:] not in ("{", "}") or is_own_id else match[0][1:]
            line, column = text.place(match.start())
            if match[1] is not None and match[1].startswith("#"):
                if not _ends_heading(text.text, match.end()):
                    message = "an id in braces belongs at the end of a heading"
                    self.problem(message, line, column, r"escape a literal brace as \{ or \}")
                return match[0]
            if match[1] is None:
                self.problem("unmatched brace", line, column, r"escape a literal brace as \{ or \}")
                return ""
            quote = self._read_quote(match[1], line, column + 1)
            mark = "" if quote is None else self.mark(quote, (line, column))
            return mark + JOINT * match[0].count("\n")

        return _BRACES.sub(replaced, text.text)

    def _read_quote(self, inner: str, line: int, column: int) -> Quote | None:
        flat = " ".join(inner.split("\n"))
        name = (flat.split("|")[0].split() or [""])[0]
        if name in self.checker.broken:
            return None
        words = Words(flat)
        try:
            quote = self._take_quote(words, line, column)
            words.end()
        except GrammarError as error:
            self.problem(error.message, line, column + (error.at if "\n" not in inner else 0), error.hint)
            return None
        return quote

    def _take_quote(self, words: Words, line: int, column: int) -> Quote:
        kind = words.peek()
        if kind in ("claim", "seeds"):
            words.take()
            at = words.at
            identifier = words.take().text
            self.quoted_claims.append((identifier, line, column + at))
            if kind == "seeds":
                self.quoted_seeds.add((identifier, line, column + at))
            return Quote("claim" if kind == "claim" else "seeds", claim=identifier, format=_take_format(words))
        if kind not in self.checker.networks:
            hint = nearest(kind, [*self.checker.networks, "claim", "seeds"])
            raise words.error("expected the name of a network, 'claim' or 'seeds'", hint=hint)
        subject = take_subject(words, self.checker.networks)
        if not words.takes("|"):
            return Quote("name", subject=subject)
        return Quote("value", question=take_question(words, subject), format=_take_format(words))

    def render(self, text: str, source: Source) -> str:
        """Return Markdown as clean HTML with its links and images marked; refuse names within links."""
        found = super().render(text, source)
        for inner in re.findall(r"<a\b[^>]*>(.*?)</a>", found, flags=re.DOTALL):
            for number in map(part_number, MARK.findall(inner)):
                part = self.parts[number]
                if isinstance(part, Quote) and part.kind == "name":
                    message = "a name in braces is a link and cannot be nested in another"
                    self.problem(message, *self.part_places[number], "move it out of the other link")
        return found

    def _with_ids(self, text: str) -> str:
        """Return HTML with ids on its headings, which are those of no figure or claim."""
        headings = self.read_headings(text)
        of_blocks = set(self.places)
        taken = {f"{figure.id}-alt" for figure in self.figures} | set(self.footnotes)
        for identifier in sorted(taken):
            self.places.setdefault(identifier, (self.document.body_line, 1))
        for heading, place in zip(headings, self.heading_places, strict=False):
            if heading.own_id in OWN_IDS:
                self.places.setdefault(heading.id, place)
            elif heading.own_id is not None or heading.id in of_blocks:
                self._take_id(heading.id, *place)
        self.headings = tell_apart(headings, taken)
        return with_ids(text, self.headings)

    def _take_id(self, identifier: str, line: int, column: int) -> None:
        if identifier in OWN_IDS:
            self.problem(f"the id {identifier!r} is used by the page itself", line, column, "change it")
        elif identifier in self.places:
            first = self.places[identifier][0]
            message = f"duplicate id {identifier!r}; the first is on line {first}"
            self.problem(
                message, line, column, "ids are unique across figures, claims and headings; change one of them"
            )
        self.places.setdefault(identifier, (line, column))

    def _unwrapped(self, match: re.Match[str]) -> str:
        """Return a block without the paragraph around it, anything else unchanged."""
        part = self.parts[part_number(match[2])]
        return match[1] if isinstance(part, Figure | Claim) else match[0]

    def _check_shown(self) -> None:
        shown = {part_number(match[1]) for match in MARK.finditer(self.html)}
        for number, part in enumerate(self.parts):
            if isinstance(part, Figure | Claim) and number not in shown:
                message = f"the block {part.id!r} would not be shown: the HTML around it is removed"
                self.problem(message, *self.part_places[number], "move it out of comments and tags")

    def _check_ids(self) -> None:
        subjects = {claim.id: claim.question.subject for claim in self.claims}
        for identifier, line, column in sorted(self.quoted_seeds):
            subject = subjects.get(identifier)
            if subject is not None and not subject.is_comparable:
                message = f"{subject.text} is named by its number, which differs between seeds"
                hint = f"such as {example_of(subject.network)}"
                self.problem(message, line, column, hint)
            elif subject is not None and not subject.network.is_swept:
                hint = "quote the claim's value instead: claim"
                self.problem(UNSWEPT.format(subject.network.name), line, column, hint)
        for identifier, line, column in () if self.may_lack_claims else self.quoted_claims:
            if identifier not in self.claim_ids:
                message = f"there is no claim {identifier!r} in this write-up"
                self.problem(message, line, column, nearest(identifier, self.claim_ids))


def _ends_heading(text: str, end: int) -> bool:
    """Return whether a heading ends at an offset of Markdown."""
    start = text.rfind("\n", 0, end) + 1
    rest, _, below = text[end:].partition("\n")
    is_marked = re.match(r"[ \t>]*#{1,6}[ \t]", text[start:]) is not None
    return not rest.strip(" \t#") and (is_marked or re.match(r" {0,3}(=+|-+)[ \t]*(\n|$)", below) is not None)


def _take_format(words: Words) -> str:
    """Take the format after a bar: `percent`, or `0 digits` to `6 digits`."""
    if not words.takes("|"):
        return ""
    if words.takes("percent"):
        return "percent"
    digits = words.whole("'percent' or a number of digits", 0, 6)
    words.choose("digits", ("digits", "digit"))
    return str(digits)
