"""The blocks of a write-up: figures and claims, as their authors state them, validated against the networks.

A block is YAML in a fence of Markdown whose language is `figure` or `claim`. Each kind of figure is one model here; how
it is drawn stands in `illustrations`. Takes a block's `Document`, gives its model, and every mistake as a `Problem`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.claims import Expectation, Question, parse_expectation, parse_question
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Subject, parse_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, KeyPath, validate
from lstmgallery.network import Network, slug_fault
from lstmgallery.press.diagrams import DIAGRAMS

LONGEST_SEQUENCE = 200  # tokens in one figure
MOST_PROMPTS = 12

if TYPE_CHECKING:
    DiagramKey = str
else:
    DiagramKey = Literal[*DIAGRAMS]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class StripBlock(_Strict):
    """Signals of one or several neurons along sequences, the token printed in every cell."""

    kind: Literal["strip"]
    neuron: str | None = None
    neurons: tuple[str, ...] = pydantic.Field((), max_length=6)
    signals: tuple[str, ...] | None = pydantic.Field(None, min_length=1)
    sequences: tuple[str, ...] = pydantic.Field(min_length=1, max_length=6)

    @property
    def named(self) -> dict[KeyPath, str]:
        """The neurons by the place where they are named."""
        return {("neurons", at): text for at, text in enumerate(self.neurons)} | (
            {} if self.neuron is None else {("neuron",): self.neuron}
        )


class OverviewBlock(_Strict):
    """All neurons of a network or a layer along one sequence, for some signals."""

    kind: Literal["overview"]
    of: str
    signals: tuple[str, ...] = pydantic.Field(min_length=1)
    sequence: str


class LineBlock(_Strict):
    """Signals of neurons as lines over the steps of one sequence."""

    kind: Literal["line"]
    neurons: tuple[str, ...] = pydantic.Field(min_length=1, max_length=4)
    signals: tuple[str, ...] = pydantic.Field(min_length=1, max_length=4)
    sequence: str

    @property
    def named(self) -> dict[KeyPath, str]:
        """The neurons by the place where they are named."""
        return {("neurons", at): text for at, text in enumerate(self.neurons)}


class ValuesBlock(_Strict):
    """What a neuron holds when it reads one token, sequence by sequence, grouped by a feature."""

    kind: Literal["values"]
    neuron: str
    signal: str
    token: str | None = None  # the delimiter, where it is not said
    by: str


class FrontierBlock(_Strict):
    """How far a network goes: where it is right, what its best neuron holds there, or what it writes."""

    kind: Literal["frontier"]
    network: str
    show: Literal["right", "memory", "written"] = "right"


class DoseBlock(_Strict):
    """More b's for each count added to a cell."""

    kind: Literal["dose-response"]
    neuron: str


class TogetherBlock(_Strict):
    """What happens when the best 1, 2, 3, ... neurons are changed at once."""

    kind: Literal["together"]
    network: str


class SaturationBlock(_Strict):
    """How often the gates of a layer are nearly shut and wide open, neuron by neuron."""

    kind: Literal["saturation"]
    of: str
    gates: tuple[str, ...] | None = pydantic.Field(None, min_length=1)


class CellBlock(_Strict):
    """The data flow of one step of a cell."""

    kind: Literal["cell"]
    cell: DiagramKey
    highlight: tuple[str, ...] = ()
    equations: bool = False  # beside it


class Add(_Strict):
    """Counts added to a neuron's cell at the delimiter."""

    neuron: str
    counts: int = pydantic.Field(ge=-100, le=100)


class GeneratedBlock(_Strict):
    """What a network writes behind prompts, always its first choice; beside it, what it writes when it is changed."""

    kind: Literal["generated"]
    network: str
    prompts: tuple[str, ...] = pydantic.Field(min_length=1, max_length=MOST_PROMPTS)
    add: Add | None = None


class SeedsBlock(_Strict):
    """A claim's value under every seed of the sweep."""

    kind: Literal["seeds"]
    claim: str


class SearchBlock(_Strict):
    """A measure under each recipe of a saved search."""

    kind: Literal["search"]
    network: str


PLAIN = (
    *(StripBlock, OverviewBlock, LineBlock, ValuesBlock, FrontierBlock, DoseBlock),
    *(TogetherBlock, SaturationBlock, CellBlock, GeneratedBlock, SeedsBlock, SearchBlock),
)
PlainBlock = Annotated[
    StripBlock
    | OverviewBlock
    | LineBlock
    | ValuesBlock
    | FrontierBlock
    | DoseBlock
    | TogetherBlock
    | SaturationBlock
    | CellBlock
    | GeneratedBlock
    | SeedsBlock
    | SearchBlock,
    pydantic.Field(discriminator="kind"),
]


class Side(_Strict):
    """One half of a comparison: a figure under a title."""

    title: str = pydantic.Field(min_length=1, max_length=80)
    figure: PlainBlock


class ComparisonBlock(_Strict):
    """Two figures side by side."""

    kind: Literal["comparison"]
    left: Side
    right: Side


Block = PlainBlock | ComparisonBlock
KINDS: dict[str, type[_Strict]] = {
    model.model_fields["kind"].annotation.__args__[0]: model  # type: ignore[union-attr]
    for model in (*PLAIN, ComparisonBlock)
}


class Words(_Strict):
    """What every figure carries: a stable id, a caption, and a text alternative."""

    id: str
    caption: str = pydantic.Field(min_length=1, max_length=1_000)
    alt: str = pydantic.Field(min_length=1, max_length=1_000)


FIGURES: dict[str, type[Words]] = {
    kind: pydantic.create_model(f"Figure{model.__name__}", __base__=(Words, model))  # type: ignore[arg-type]
    for kind, model in KINDS.items()
}


class ClaimBlock(_Strict):
    """A sentence, what is measured of whom, and what its value has to pass."""

    id: str
    neuron: str | None = None
    network: str | None = None
    says: str = pydantic.Field(min_length=1, max_length=400)
    measure: str
    expect: str


@dataclass(frozen=True)
class Figure:
    """A figure block, read: its model, and everyone whom it names by how they are named."""

    block: Any  # one of `FIGURES`
    subjects: Mapping[str, Subject]

    @property
    def id(self) -> str:
        return str(self.block.id)

    @property
    def parts(self) -> tuple[Any, ...]:
        """What is drawn: the block itself, or the two figures of a comparison."""
        block = self.block
        return (block.left.figure, block.right.figure) if isinstance(block, ComparisonBlock) else (block,)


@dataclass(frozen=True)
class Claim:
    """A claim block, read: where it stands, the sentence, the question behind it, what its answer has to pass."""

    place: str
    line: int
    id: str
    says: str
    question: Question
    expectation: Expectation


@dataclass
class Checker:
    """Checks blocks of one document against the networks, and collects what is wrong.

    `broken` are networks whose own files have mistakes: they are known, but nothing more can be said of them.
    `searched` are those with a saved search.
    """

    networks: Mapping[str, Network]
    broken: Collection[str]
    searched: Collection[str] = ()
    problems: list[Problem] = field(default_factory=list)
    named: dict[str, Subject] = field(default_factory=dict)  # everyone named so far

    def read_figure(self, document: Document) -> Figure | None:
        """Return the figure of a block, or None if something is wrong with it."""
        self.named = {}
        before = len(self.problems)
        values = document.values
        kind = values.get("kind", "strip" if "neuron" in values else None)
        if not isinstance(kind, str) or kind not in FIGURES:
            found = "none" if kind is None else repr(kind)
            message = f"expected the key 'kind', one of {', '.join(FIGURES)}, found {found}"
            hint = nearest(kind, FIGURES) if isinstance(kind, str) else None
            self.problems.append(document.problem(("kind",), message, hint=hint))
            return None
        block = self._validated(FIGURES[kind], document, **({} if "kind" in values else {"kind": kind}))
        if block is None:
            return None
        self._check_id(document, block.id)
        self._check(document, (), block)
        return Figure(block, dict(self.named)) if len(self.problems) == before else None

    def read_claim(self, document: Document) -> Claim | None:
        """Return the claim of a block, or None if something is wrong with it."""
        before = len(self.problems)
        claim = self._validated(ClaimBlock, document)
        if claim is None:
            return None
        self._check_id(document, claim.id)
        expectation = self._parsed(document, ("expect",), lambda: parse_expectation(claim.expect))
        if (claim.neuron is None) == (claim.network is None):
            found = "none" if claim.neuron is None else "both"
            message = f"expected either the key 'neuron' or the key 'network', found {found}"
            place: KeyPath = () if claim.neuron is None else ("network",)
            hint = "remove one of them" if claim.neuron else "add: neuron: ... or network: ..."
            self.problems.append(document.problem(place, message, hint=hint, at_key=claim.neuron is not None))
            return None
        path: KeyPath = ("network",) if claim.neuron is None else ("neuron",)
        subject = self.subject(document, path, claim.neuron or claim.network or "", is_neuron=claim.neuron is not None)
        if subject is None:
            return None
        question = self._parsed(document, ("measure",), lambda: parse_question(claim.measure, subject))
        if question is None or expectation is None or len(self.problems) > before:
            return None
        return Claim(document.place, document.marks[("id",)][0], claim.id, claim.says, question, expectation)

    def subject(self, document: Document, path: KeyPath, text: str, *, is_neuron: bool | None = None) -> Subject | None:
        """Return who a value names; a neuron, several (`is_neuron` False), or either (None)."""
        if text.split(" ")[0] in self.broken:
            return None
        subject: Subject | None = self._parsed(document, path, lambda: parse_subject(text, self.networks))
        if subject is not None:
            self.named[text] = subject
        if subject is None or subject.is_neuron == is_neuron:
            return subject
        main = f"{subject.network.name} best({subject.network.task.main_feature})"
        message, hint = (
            ("one neuron", f"such as {main}") if is_neuron else ("a network or a layer", "use the key 'neuron'")
        )
        self.problems.append(document.problem(path, f"expected {message}, found {text!r}", hint=hint))
        return None

    def sequence(self, document: Document, path: KeyPath, network: Network, text: str) -> None:
        """Check that a network can read a sequence."""
        unknown = next((at for at, token in enumerate(text) if token not in network.task.letters), None)
        if unknown is not None:
            message = f"the token {text[unknown]!r} is not in the vocabulary of {network.name}"
            hint = "tokens: " + " ".join(network.task.letters)
            self.problems.append(document.problem(path, message, hint=hint, offset=unknown))
        elif not 1 <= len(text) <= LONGEST_SEQUENCE:
            message = f"expected a sequence of 1 to {LONGEST_SEQUENCE} tokens, found {len(text)}"
            self.problems.append(document.problem(path, message))

    def _check(self, document: Document, path: KeyPath, block: Any) -> None:
        """Check what a model cannot know by itself: names of networks, neurons, signals, tokens, features."""
        match block:
            case StripBlock() | LineBlock():
                sequences = block.sequences if isinstance(block, StripBlock) else (block.sequence,)
                if not block.named:
                    message = "expected the key 'neuron' or 'neurons', found none"
                    self.problems.append(document.problem(path, message, hint="add: neuron: ..."))
                for place, text in block.named.items():
                    if subject := self.subject(document, (*path, *place), text, is_neuron=True):
                        self._signals(document, (*path, "signals"), subject.network, block.signals or ())
                        for number, sequence in enumerate(sequences):
                            key: KeyPath = ("sequences", number) if isinstance(block, StripBlock) else ("sequence",)
                            self.sequence(document, (*path, *key), subject.network, sequence)
            case OverviewBlock():
                if subject := self.subject(document, (*path, "of"), block.of, is_neuron=False):
                    self._signals(document, (*path, "signals"), subject.network, block.signals)
                    self.sequence(document, (*path, "sequence"), subject.network, block.sequence)
            case SaturationBlock():
                if subject := self.subject(document, (*path, "of"), block.of, is_neuron=False):
                    gates = [signal.key for signal in subject.network.kind.signals if signal.palette == "gate"]
                    self._among(document, (*path, "gates"), block.gates or (), gates, "a gate")
            case ValuesBlock():
                self._check_values(document, path, block)
            case FrontierBlock() | TogetherBlock() | GeneratedBlock() | SearchBlock():
                self._check_network(document, path, block)
            case DoseBlock():
                subject = self.subject(document, (*path, "neuron"), block.neuron, is_neuron=True)
                if subject and subject.network.task.dose is None:
                    self._unfit(document, (*path, "neuron"), subject.network, "a counting network")
            case CellBlock():
                self._among(document, (*path, "highlight"), block.highlight, DIAGRAMS[block.cell].kind.keys, "a signal")
                if block.equations and block.cell not in CELL_KINDS:
                    message = f"expected one of {', '.join(CELL_KINDS)} where equations are shown, found {block.cell!r}"
                    self.problems.append(document.problem((*path, "cell"), message, hint="leave equations out"))
            case ComparisonBlock():
                for side in ("left", "right"):
                    self._check(document, (*path, side, "figure"), getattr(block, side).figure)

    def _check_values(self, document: Document, path: KeyPath, block: ValuesBlock) -> None:
        subject = self.subject(document, (*path, "neuron"), block.neuron, is_neuron=True)
        if subject is None:
            return
        network = subject.network
        self._signals(document, (*path, "signal"), network, (block.signal,))
        self._among(document, (*path, "by"), (block.by,), [each.key for each in network.task.features], "a feature")
        if block.token is not None and block.token not in network.task.vocabulary:
            self.sequence(document, (*path, "token"), network, block.token)

    def _check_network(self, document: Document, path: KeyPath, block: Any) -> None:
        place = (*path, "network")
        subject = self.subject(document, place, block.network, is_neuron=False)
        if subject is None:
            return
        network = subject.network
        if isinstance(block, FrontierBlock):
            if network.task.sizes is None:
                self._unfit(document, place, network, "a task of several sizes")
            elif block.show == "written" and network.task.dose is None:
                self._unfit(document, place, network, "a counting network")
        elif isinstance(block, SearchBlock):
            if network.name not in self.searched:
                message = f"expected a network with a saved search, found {network.name}"
                hint = f"make one: lstmgallery search {network.name} --vary ... --save"
                self.problems.append(document.problem(place, message, hint=hint))
        elif isinstance(block, TogetherBlock):
            if network.task.dose is None and network.task.twins is None:
                self._unfit(document, place, network, "a counting network or a state memorizer")
        else:
            for at, prompt in enumerate(block.prompts):
                self.sequence(document, (*path, "prompts", at), network, prompt)
            if block.add is not None:
                changed = self.subject(document, (*path, "add", "neuron"), block.add.neuron, is_neuron=True)
                if changed and changed.network.name != network.name:
                    self._unfit(document, (*path, "add", "neuron"), changed.network, f"a neuron of {network.name}")
                elif network.task.dose is None:
                    self._unfit(document, (*path, "add"), network, "a counting network")

    def _unfit(self, document: Document, path: KeyPath, network: Network, expected: str) -> None:
        message = f"expected {expected}, found {network.name} ({network.task.kind})"
        self.problems.append(document.problem(path, message))

    def _signals(self, document: Document, path: KeyPath, network: Network, signals: Iterable[str]) -> None:
        self._among(document, path, signals, network.kind.keys, f"a signal of {network.name}")

    def _among(self, document: Document, path: KeyPath, found: Iterable[str], valid: Iterable[str], what: str) -> None:
        choices = list(valid)
        for at, each in enumerate(found):
            if each not in choices:
                place = (*path, at) if (*path, at) in document.marks else path
                message = f"expected {what}, found {each!r}"
                self.problems.append(document.problem(place, message, hint=nearest(each, choices)))

    def _check_id(self, document: Document, found: str) -> None:
        if fault := slug_fault(found):
            hint = "the id becomes a part of addresses in the site"
            self.problems.append(document.problem(("id",), f"id: {fault}", hint=hint))

    def _validated(self, model: type[Any], document: Document, **given: str) -> Any:
        try:
            return validate(model, document, **given)
        except GalleryError as error:
            self.problems += error.problems
            return None

    def _parsed(self, document: Document, path: KeyPath, parse: Callable[[], Any]) -> Any:
        try:
            return parse()
        except GrammarError as error:
            self.problems.append(document.problem(path, error.message, hint=error.hint, offset=error.at))
            return None
