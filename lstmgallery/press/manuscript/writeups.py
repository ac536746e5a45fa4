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
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pydantic
from markdown.extensions.toc import slugify

from lstmgallery.desk.claims import Claim, Question, take_question
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.subjects import Subject, example_of, take_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, in_order, read_block, read_markdown, validate
from lstmgallery.network import Network, slug_fault
from lstmgallery.press.addresses import writeup_path
from lstmgallery.press.figures.block import Checker
from lstmgallery.press.figures.illustration import Figure
from lstmgallery.press.manuscript.blocks import read_claim, read_figure
from lstmgallery.press.manuscript.prose import (
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

_ALONE = re.compile(f"<p>({MARK.pattern})</p>")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_BRACES = re.compile(r"\\.|\{([^{}]*)\}|[{}]", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([\w-]*)")
BLOCKS = ("figure", "claim")
OWN_IDS = ("main", "claims")  # of every write-up's page
WORDS_A_MINUTE, SECONDS_A_FIGURE = 220, 15  # silent reading (Brysbaert 2019: 238); looking takes a while


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
class Heading:
    """A heading within a write-up."""

    id: str
    text: str


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

    @property
    def path(self) -> str:
        return writeup_path(self.front.slug)

    @property
    def fragments(self) -> set[str]:
        """The link targets on the write-up's page."""
        parts = (self.figures, self.claims, self.headings)
        return {part.id for each in parts for part in each} | {"main", *(["claims"] if self.claims else [])}

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
        return read_markdown(path).values.get("draft") is True
    except GalleryError:
        return False


def read_writeup(
    path: Path, networks: Mapping[str, Network], broken: Collection[str], searched: Collection[str] = ()
) -> tuple[Writeup, Linked]:
    """Read one write-up. Raises `GalleryError` with all its mistakes, except those in links.

    `broken` networks have mistakes of their own; `searched` ones have a saved search.
    """
    document = read_markdown(path)
    document = replace(document, values={"slug": path.stem, **document.values})
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
    reader = _Reader(document, f"writeups/{path.name}", Checker(networks, broken, searched))
    reader.read()
    problems += reader.problems
    if problems or front is None:
        raise GalleryError(in_order(problems))
    return reader.writeup(front), reader.linked


class _Reader(ProseReader[Inset]):
    """Reads the body of one document: blocks first, then the text between them."""

    def __init__(self, document: Document, file: str, checker: Checker):
        super().__init__(document, file, checker.problems)
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
        self.headings: list[Heading] = []
        self.html = ""

    def read(self) -> None:
        """Read everything, and add all mistakes to the checker's problems."""
        self.refuse_characters()
        marked, source = self._split()
        self.html = _ALONE.sub(self._unwrapped, self._with_ids(self.render(marked, source), source))
        self._check_ids()
        self._check_shown()

    def writeup(self, front: Front) -> Writeup:
        """Return the parsed write-up."""
        words = len(re.sub(r"<[^>]+>", " ", self.html).split())
        seconds = 60 * words / WORDS_A_MINUTE + SECONDS_A_FIGURE * len(self.figures)
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
            minutes=max(1, round(seconds / 60)),
        )

    def _split(self) -> tuple[str, Source]:
        """Return the Markdown with a mark for each block and quote, and the source of the rest."""
        lines = self.lines
        marked: list[str] = []
        paragraph: list[str] = []
        source = Source([])
        at = self.document.body_line  # the number of the next line, from 1

        def flush() -> None:
            if paragraph:
                first = at - len(paragraph)
                text = Text("\n".join(paragraph), first, 1)
                source.texts.append(text)
                marked.append(self._mark_quotes(text))
                paragraph.clear()

        while at <= len(lines):
            fence = _FENCE.match(lines[at - 1])
            if fence is None:
                paragraph.append(lines[at - 1])
                at += 1
                continue
            flush()
            end = self._end_of(fence[1], at)
            name = fence[2]
            if end is None:  # the text below could belong to the block or not
                self.may_lack_claims = True
                break
            if name in BLOCKS:
                marked += ["", self._read_block(name, at, end), ""]
            else:
                if near := difflib.get_close_matches(name, BLOCKS, n=1):
                    column = lines[at - 1].index(name) + 1
                    self.problem(f"unknown block {name!r}", at, column, f"did you mean {near[0]!r}?")
                marked += lines[at - 1 : end]
            at = end + 1
        flush()
        return "\n".join(marked), source

    def _end_of(self, fence: str, first: int) -> int | None:
        """Return the number of the line that closes a fence; None, with a problem, where none does."""
        lines = self.lines
        for number in range(first + 1, len(lines) + 1):
            closing = lines[number - 1].strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                return number
        message = f"the block that starts here has no closing line {fence}"
        self.problem(message, first, 1, f"close it with a line {fence}")
        return None

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
        if isinstance(identifier := block.values.get("id"), str):
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
        value = without_refused(str(block.values[key]))
        column, is_exact = block.text_column((key,))
        text = Text(value, block.marks[(key,)][0], column, is_exact)
        inner = _Reader(self.document, self.file, self.checker)
        marked = inner._mark_quotes(text)
        if key == "alt":
            marked = " ".join(marked.split())
        else:
            marked = inner.render(marked, Source([text])).strip().removeprefix("<p>").removesuffix("</p>")
        self.links += inner.links
        self.quoted_claims += inner.quoted_claims
        self.quoted_seeds |= inner.quoted_seeds
        return Prose(marked, tuple(inner.parts))

    def _mark_quotes(self, text: Text) -> str:
        """Return a text with a mark in place of each pair of braces, except in code."""
        code = [match.span() for match in _CODE.finditer(text.text)]

        def replaced(match: re.Match[str]) -> str:
            if any(start <= match.start() < end for start, end in code):
                return match[0]
            if match[0].startswith("\\"):
                return match[0][1:] if match[0][1:] in ("{", "}") else match[0]
            line, column = text.place(match.start())
            if match[1] is None:
                self.problem("unmatched brace", line, column, r"escape a literal brace as \{ or \}")
                return ""
            quote = self._read_quote(match[1], line, column + 1)
            return "" if quote is None else self.mark(quote, (line, column))

        return _BRACES.sub(replaced, text.text)

    def _read_quote(self, inner: str, line: int, column: int) -> Quote | None:
        flat = " ".join(inner.split("\n"))
        name = flat.split("|")[0].split(" ")[0]
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

    def _with_ids(self, text: str, source: Source) -> str:
        """Return HTML with ids on its headings."""

        def headed(match: re.Match[str]) -> str:
            level, inner = match[1], match[2]
            words = html.unescape(re.sub(r"<[^>]+>", "", MARK.sub("", inner))).strip()
            identifier = slugify(words, "-") or f"section-{len(self.headings) + 1}"
            self.headings.append(Heading(identifier, words))
            self._take_id(identifier, *source.next_place(words.split(" ")[0]))
            return f'<h{level} id="{identifier}">{inner}</h{level}>'

        return re.sub(r"<h([2-4])>(.*?)</h\1>", headed, text, flags=re.DOTALL)

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
        for identifier, line, column in () if self.may_lack_claims else self.quoted_claims:
            if identifier not in self.claim_ids:
                message = f"there is no claim {identifier!r} in this write-up"
                self.problem(message, line, column, nearest(identifier, self.claim_ids))


def _take_format(words: Words) -> str:
    """Take the format after a bar: `percent`, or `0 digits` to `6 digits`."""
    if not words.takes("|"):
        return ""
    if words.takes("percent"):
        return "percent"
    digits = words.whole("'percent' or a number of digits", 0, 6)
    words.choose("digits", ("digits", "digit"))
    return str(digits)
