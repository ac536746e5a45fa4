"""Read a write-up: front matter, Markdown, blocks, and what is quoted in braces inside sentences.

    {counter | first failure}                     a measured value
    {counter best(remaining) | r2 of cell with remaining | 2 digits}
    {counter best(remaining)}                     a neuron, a layer or a network by its name, as a link
    {claim cell-counts}, {seeds cell-counts}      a claim's value; in how many seeds it holds

A brace that means itself is written `\\{`. Links lead to other content files (`selective.md#gates`,
`../networks/counter.md`) or to pages of the site (`../how-to-read.html`). What is to be filled in later stands in the
HTML as a mark made of private-use characters, which content itself may not have.
"""

import datetime
import difflib
import html
import posixpath
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pydantic
from markdown.extensions.toc import slugify

from lstmgallery.desk.claims import Question
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.measures import take_measure
from lstmgallery.desk.subjects import Subject, take_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, in_order, read_block, read_markdown, validate
from lstmgallery.network import Network, slug_fault
from lstmgallery.press.addresses import writeup_path
from lstmgallery.press.blocks import Checker, Claim, Figure, SeedsBlock
from lstmgallery.press.markup import sanitise, to_html

OPEN, CLOSE, ZERO = "\ue000", "\ue001", 0xE010
PRIVATE = re.compile("[\ue000-\ue01f]")
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")  # what XML does not allow, nor a page show
_MARK = re.compile(f"{OPEN}([\ue010-\ue019]+){CLOSE}")
_ALONE = re.compile(f"<p>({OPEN}[\ue010-\ue019]+{CLOSE})</p>")
_TAG = re.compile(r'<[a-z][a-z0-9]*((?: [a-z]+="[^"]*")*)>')  # as the sanitiser writes it
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_BRACES = re.compile(r"\\.|\{([^{}]*)\}|[{}]", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([\w-]*)")
BLOCKS = ("figure", "claim")
OWN_IDS = ("main", "claims")  # of every write-up's page
WORDS_A_MINUTE, SECONDS_A_FIGURE = 220, 15  # reading silently (Brysbaert 2019: 238); looking takes a while


class Front(pydantic.BaseModel):
    """The front matter of a write-up."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    slug: str
    title: str = pydantic.Field(min_length=1, max_length=100)
    summary: str = pydantic.Field(min_length=1, max_length=300)
    order: int = 100
    published: datetime.date
    updated: datetime.date | None = None

    @pydantic.field_validator("published", "updated", mode="before")
    @classmethod
    def _read_date(cls, value: Any) -> datetime.date:
        try:
            return datetime.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValueError(f"expected a date such as 2026-01-31, found {value!r}") from None

    @property
    def day(self) -> datetime.date:
        """The day of the latest change that the author states."""
        return self.updated or self.published


@dataclass(frozen=True)
class Quote:
    """A measured value or a name to be filled into a sentence."""

    kind: Literal["value", "name", "claim", "seeds"]
    question: Question | None = None
    subject: Subject | None = None
    claim: str = ""
    format: str = ""


@dataclass(frozen=True)
class Link:
    """A link within the content folder or the site: `target` is its path from there, its fragment included."""

    target: str


Part = Quote | Link | Claim | Figure


@dataclass(frozen=True)
class Prose:
    """HTML, or plain text, with marks where parts are to be filled in."""

    marked: str
    parts: tuple[Part, ...] = ()

    def fill(self, show: Callable[[Part], str]) -> str:
        """Return the text with every mark replaced by what `show` makes of its part."""
        return _MARK.sub(lambda match: show(self.parts[_number(match[1])]), self.marked)


@dataclass(frozen=True)
class Heading:
    """A heading within a write-up."""

    id: str
    text: str


@dataclass(frozen=True)
class Writeup:
    """A write-up, read and validated; nothing in it is measured or drawn yet."""

    front: Front
    body: Prose
    file: str  # its path in the content folder
    figures: tuple[Figure, ...]
    claims: tuple[Claim, ...]
    captions: Mapping[str, Prose]  # of figures, by id: HTML
    alternatives: Mapping[str, Prose]  # of figures, by id: plain text
    sentences: Mapping[str, Prose]  # of claims, by id: HTML
    headings: tuple[Heading, ...]
    minutes: int

    @property
    def path(self) -> str:
        return writeup_path(self.front.slug)

    @property
    def fragments(self) -> set[str]:
        """What can be linked to on the write-up's page."""
        parts = (self.figures, self.claims, self.headings)
        return {part.id for each in parts for part in each} | {"main", *(["claims"] if self.claims else [])}

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote, wherever it stands."""
        proses = (self.body, *self.captions.values(), *self.alternatives.values(), *self.sentences.values())
        return tuple(part for prose in proses for part in prose.parts if isinstance(part, Quote))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything that is measured, each question once."""
        asked = [claim.question for claim in self.claims] + [each.question for each in self.quotes if each.question]
        return tuple({question.key: question for question in asked}.values())

    @property
    def networks(self) -> set[str]:
        """The names of the networks that the write-up draws or measures."""
        return {subject.network.name for subject in self.subjects}

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Everyone whom the write-up draws, measures or names."""
        drawn = [subject for figure in self.figures for subject in figure.subjects.values()]
        return (*drawn, *(each.subject for each in self.questions), *(q.subject for q in self.quotes if q.subject))


@dataclass(frozen=True)
class Draft:
    """A write-up whose links have not been checked yet, because they may lead to any other."""

    writeup: Writeup
    links: tuple[tuple[Link, tuple[int, int]], ...]  # each with its line and column
    document: Document


def read_writeup(path: Path, networks: Mapping[str, Network], broken: Collection[str]) -> Draft:
    """Read one write-up. Raises `GalleryError` with all that is wrong in it, but for its links."""
    document = read_markdown(path)
    document = replace(document, values={"slug": path.stem, **document.values})
    problems: list[Problem] = []
    front = None
    try:
        front = validate(Front, document)
    except GalleryError as error:
        problems += error.problems
    if front is not None and (fault := slug_fault(front.slug)):
        hint = "the name becomes the write-up's address in the site"
        problems.append(document.problem(("slug",), fault, hint=hint))
    reader = _Reader(document, Checker(networks, broken))
    reader.read()
    problems += reader.checker.problems
    if problems or front is None:
        raise GalleryError(in_order(problems))
    return Draft(reader.writeup(front, f"writeups/{path.name}"), tuple(reader.links), document)


def check_links(
    draft: Draft, pages: Mapping[str, str], fragments: Mapping[str, set[str] | None], *, unread: tuple[str, ...]
) -> list[Problem]:
    """Return a problem for every link of a write-up that leads to no page or to no fragment.

    `pages` gives the page of each content file; `fragments` those of every page, None where they are not known;
    `unread` is with what links begin that lead to content files with mistakes of their own: nothing is said of them.
    """
    problems = []
    for link, (line, column) in draft.links:
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
            source = draft.document.lines[line - 1]
            problems.append(Problem(draft.document.place, f"the link {message}", line, column, source, hint))
    return problems


@dataclass(frozen=True)
class _Text:
    """A piece of the source: where its first character stands, and whether its own lines are lines of the source."""

    text: str
    line: int
    column: int
    is_exact: bool = True

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character."""
        before = self.text[:offset]
        if not self.is_exact:
            return self.line, self.column
        breaks = before.count("\n")
        return self.line + breaks, offset - before.rfind("\n") if breaks else self.column + offset


@dataclass
class _Source:
    """Where pieces of HTML came from: searched forwards, each needle from where it was found last."""

    texts: list[_Text]
    found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def next_place(self, *needles: str) -> tuple[int, int]:
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


class _Reader:
    """Reads the body of one document: blocks first, then what is between them."""

    def __init__(self, document: Document, checker: Checker):
        self.document = document
        self.name = Path(document.place).name
        self.checker = checker
        self.parts: list[Part] = []
        self.figures: list[Figure] = []
        self.claims: list[Claim] = []
        self.links: list[tuple[Link, tuple[int, int]]] = []
        self.places: dict[str, tuple[int, int]] = {}  # of ids
        self.quote_places: dict[int, tuple[int, int]] = {}  # by their numbers among the parts
        self.quoted_claims: list[tuple[str, int, int]] = []
        self.quoted_seeds: set[tuple[str, int, int]] = set()  # those of them whose seeds are asked for
        self.claim_ids: set[str] = set()  # those of broken claims too
        self.may_lack_claims = False  # something could not be read in which claims may stand
        self.captions: dict[str, Prose] = {}
        self.alternatives: dict[str, Prose] = {}
        self.sentences: dict[str, Prose] = {}
        self.headings: list[Heading] = []
        self.html = ""

    def read(self) -> None:
        """Read everything, and collect what is wrong in the checker's problems."""
        self._refuse_characters()
        self._refuse_escaped(self.document)
        marked, source = self._split()
        self.html = _ALONE.sub(self._unwrapped, self._finish(marked, source))
        self._check_ids()
        self._check_shown()

    def writeup(self, front: Front, file: str) -> Writeup:
        """Return what was read."""
        words = len(re.sub(r"<[^>]+>", " ", self.html).split())
        seconds = 60 * words / WORDS_A_MINUTE + SECONDS_A_FIGURE * len(self.figures)
        return Writeup(
            front=front,
            file=file,
            body=Prose(self.html, tuple(self.parts)),
            figures=tuple(self.figures),
            claims=tuple(self.claims),
            captions=self.captions,
            alternatives=self.alternatives,
            sentences=self.sentences,
            headings=tuple(self.headings),
            minutes=max(1, round(seconds / 60)),
        )

    def _problem(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        source = self.document.lines[line - 1]
        self.checker.problems.append(Problem(self.document.place, message, line, column, source, hint))

    def _refuse_characters(self) -> None:
        for number, line in enumerate(self.document.lines, start=1):
            for pattern in (PRIVATE, CONTROL):
                if found := pattern.search(line):
                    self._problem(_refused(found[0]), number, found.start() + 1, "remove it")

    def _refuse_escaped(self, document: Document) -> None:
        """Refuse the same characters where YAML has them as escapes, as in "\\b"."""
        for path, (line, _) in document.marks.items():
            value: Any = document.values
            for step in path:
                value = value[step]
            found = (PRIVATE.search(value) or CONTROL.search(value)) if isinstance(value, str) else None
            if found and found[0] not in document.lines[line - 1]:
                self.checker.problems.append(document.problem(path, _refused(found[0]), hint="remove it"))

    def _split(self) -> tuple[str, _Source]:
        """Return the Markdown with a mark for each block and quote, and the source of what is left of it."""
        lines = self.document.lines
        marked: list[str] = []
        paragraph: list[str] = []
        source = _Source([])
        at = self.document.body_line  # the number of the next line, from 1

        def flush() -> None:
            if paragraph:
                first = at - len(paragraph)
                text = _Text("\n".join(paragraph), first, 1)
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
            if end is None:  # what stands below could be the block's or the text's
                self.may_lack_claims = True
                break
            if name in BLOCKS:
                marked += ["", self._read_block(name, at, end), ""]
            else:
                if near := difflib.get_close_matches(name, BLOCKS, n=1):
                    column = lines[at - 1].index(name) + 1
                    self._problem(f"unknown block {name!r}", at, column, f"did you mean {near[0]!r}?")
                marked += lines[at - 1 : end]
            at = end + 1
        flush()
        return "\n".join(marked), source

    def _end_of(self, fence: str, first: int) -> int | None:
        """Return the number of the line that closes a fence; None, with a problem, where none does."""
        lines = self.document.lines
        for number in range(first + 1, len(lines) + 1):
            closing = lines[number - 1].strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                return number
        message = f"the block that begins here has no closing line {fence}"
        self._problem(message, first, 1, f"close it with a line {fence}")
        return None

    def _read_block(self, name: str, first: int, last: int) -> str:
        try:
            block = read_block(self.document, first + 1, last - 1)
        except GalleryError as error:
            self.checker.problems += error.problems
            self.may_lack_claims = True
            return ""
        self._refuse_escaped(block)
        read: Figure | Claim | None
        read = self.checker.read_figure(block) if name == "figure" else self.checker.read_claim(block)
        if isinstance(identifier := block.values.get("id"), str):
            self._take_id(identifier, *block.marks[("id",)])
            self.claim_ids |= {identifier} if name == "claim" else set()
        elif name == "claim":
            self.may_lack_claims = True
        words = {key: self._read_words(block, key) for key in ("caption", "alt", "says") if key in block.values}
        if isinstance(read, Figure):
            self.figures.append(read)
            self.captions[read.id], self.alternatives[read.id] = words["caption"], words["alt"]
            of_seeds = [
                (part.claim, *block.marks.get(("claim",), block.marks[()]))
                for part in read.parts
                if isinstance(part, SeedsBlock)
            ]
            self.quoted_claims += of_seeds
            self.quoted_seeds |= set(of_seeds)
        elif isinstance(read, Claim):
            self.claims.append(read)
            self.sentences[read.id] = words["says"]
        return "" if read is None else self._mark(read)

    def _read_words(self, block: Document, key: str) -> Prose:
        """Return a caption, a claim's sentence (both Markdown) or a text alternative (plain), its quotes marked."""
        value = str(block.values[key])
        column, is_exact = block.text_column((key,))
        text = _Text(value, block.marks[(key,)][0], column, is_exact)
        inner = _Reader(self.document, self.checker)
        marked = inner._mark_quotes(text)
        if key == "alt":
            marked = " ".join(marked.split())
        else:
            marked = inner._finish(marked, _Source([text]), has_headings=False)
            marked = marked.strip().removeprefix("<p>").removesuffix("</p>")
        self.links += inner.links
        self.quoted_claims += inner.quoted_claims
        self.quoted_seeds |= inner.quoted_seeds
        return Prose(marked, tuple(inner.parts))

    def _mark(self, part: Part) -> str:
        self.parts.append(part)
        digits = "".join(chr(ZERO + int(digit)) for digit in str(len(self.parts) - 1))
        return f"{OPEN}{digits}{CLOSE}"

    def _mark_quotes(self, text: _Text) -> str:
        """Return a text with a mark in place of everything in braces, code left alone."""
        code = [match.span() for match in _CODE.finditer(text.text)]

        def replaced(match: re.Match[str]) -> str:
            if any(start <= match.start() < end for start, end in code):
                return match[0]
            if match[0].startswith("\\"):
                return match[0][1:] if match[0][1:] in ("{", "}") else match[0]
            line, column = text.place(match.start())
            if match[1] is None:
                self._problem("a brace without its other half", line, column, r"a brace that means itself is \{ or \}")
                return ""
            quote = self._read_quote(match[1], line, column + 1)
            self.quote_places[len(self.parts)] = line, column
            return "" if quote is None else self._mark(quote)

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
            self._problem(error.message, line, column + (error.at if "\n" not in inner else 0), error.hint)
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
        start = words.at
        measure = take_measure(words, subject)
        text = words.line[start : words.at].strip()
        return Quote("value", question=Question(subject, measure, text), format=_take_format(words))

    def _finish(self, text: str, source: _Source, *, has_headings: bool = True) -> str:
        """Return Markdown as clean HTML with ids on its headings and marks in its links; refuse images."""
        raw = to_html(text)
        for _ in range(raw.count("<img")):
            line, column = source.next_place("![", "<img")
            self._problem("an image cannot be shown", line, column, "draw it with a figure block")

        def in_tag(match: re.Match[str]) -> str:
            if mark := _MARK.search(match[1]):
                message = "nothing can be filled into a link's address or into the title of anything"
                self._problem(message, *self._place_of(_number(mark[1])), "write it into the text")
                return match[0]
            return re.sub(r'(?<= )href="([^"]*)"', linked, match[0]) if match[0].startswith("<a ") else match[0]

        def linked(match: re.Match[str]) -> str:
            href = html.unescape(match[1])
            place = source.next_place(href)
            if re.match(r"[a-z]+:", href, re.IGNORECASE):
                return match[0]
            path, sign, fragment = href.partition("#")
            target = posixpath.normpath(posixpath.join("writeups", path)) if path else f"writeups/{self.name}"
            link = Link(target + sign + fragment)
            self.links.append((link, place))
            return f'href="{self._mark(link)}"'

        def headed(match: re.Match[str]) -> str:
            level, inner = match[1], match[2]
            text = html.unescape(re.sub(r"<[^>]+>", "", _MARK.sub("", inner))).strip()
            identifier = slugify(text, "-") or f"section-{len(self.headings) + 1}"
            self.headings.append(Heading(identifier, text))
            self._take_id(identifier, *source.next_place(text.split(" ")[0]))
            return f'<h{level} id="{identifier}">{inner}</h{level}>'

        clean = sanitise(raw)
        for inner in re.findall(r"<a\b[^>]*>(.*?)</a>", clean, flags=re.DOTALL):
            for number in map(_number, _MARK.findall(inner)):
                part = self.parts[number]
                if isinstance(part, Quote) and part.kind == "name":
                    message = "a name in braces is a link, and cannot stand within another"
                    self._problem(message, *self._place_of(number), "put it beside the other link")
        found = _TAG.sub(in_tag, clean)
        return re.sub(r"<h([2-4])>(.*?)</h\1>", headed, found, flags=re.DOTALL) if has_headings else found

    def _take_id(self, identifier: str, line: int, column: int) -> None:
        if identifier in OWN_IDS:
            self._problem(f"the id {identifier!r} is one of the page's own", line, column, "change it")
        elif identifier in self.places:
            first = self.places[identifier][0]
            message = f"the id {identifier!r} stands twice; the first is in line {first}"
            self._problem(message, line, column, "figures, claims and headings share their ids: change one of them")
        self.places.setdefault(identifier, (line, column))

    def _place_of(self, number: int) -> tuple[int, int]:
        """Return where a part stands in the source."""
        part = self.parts[number]
        return self.places[part.id] if isinstance(part, Figure | Claim) else self.quote_places[number]

    def _unwrapped(self, match: re.Match[str]) -> str:
        """Return a block without the paragraph around it, anything else as it is."""
        part = self.parts[_number(match[1].strip(OPEN + CLOSE))]
        return match[1] if isinstance(part, Figure | Claim) else match[0]

    def _check_shown(self) -> None:
        shown = {_number(match[1]) for match in _MARK.finditer(self.html)}
        for number, part in enumerate(self.parts):
            if isinstance(part, Figure | Claim) and number not in shown:
                message = f"the block {part.id!r} would not be shown: the HTML around it is taken out"
                self._problem(message, *self._place_of(number), "put it outside of comments and tags")

    def _check_ids(self) -> None:
        subjects = {claim.id: claim.question.subject for claim in self.claims}
        for identifier, line, column in sorted(self.quoted_seeds):
            subject = subjects.get(identifier)
            if subject is not None and not subject.is_comparable:
                message = f"{subject.text} is known by its number alone, and cannot be found in other seeds"
                hint = f"such as {subject.network.name} best({subject.network.task.main_feature})"
                self._problem(message, line, column, hint)
        for identifier, line, column in () if self.may_lack_claims else self.quoted_claims:
            if identifier not in self.claim_ids:
                message = f"there is no claim {identifier!r} in this write-up"
                self._problem(message, line, column, nearest(identifier, self.claim_ids))


def _refused(character: str) -> str:
    why = "is kept for this tool's own use" if PRIVATE.match(character) else "cannot be shown"
    return f"the character U+{ord(character):04X} {why}"


def _take_format(words: Words) -> str:
    """Take what stands behind a bar: `percent`, or `0 digits` to `6 digits`."""
    if not words.takes("|"):
        return ""
    if words.takes("percent"):
        return "percent"
    digits = words.whole("'percent' or a number of digits", 0, 6)
    words.choose("digits", ("digits", "digit"))
    return str(digits)


def _number(digits: str) -> int:
    return int("".join(str(ord(digit) - ZERO) for digit in digits))
