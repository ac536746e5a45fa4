"""The block of a figure, as its author wrote it: the interface of all kinds, and the checks against the networks.

A block is YAML in a Markdown fence with the language `figure`. Each kind is one model in a module of its own, with its
checks and its drawing.
"""

import abc
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pydantic

from lstmgallery.copies import Copies, Writing
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.subjects import Subject, example_of, parse_subject
from lstmgallery.errors import GalleryError, Problem, nearest
from lstmgallery.frontmatter import Document, KeyPath, validate
from lstmgallery.network import Network, slug_fault
from lstmgallery.press.figures.drawing import Drawing, Studio

LONGEST_SEQUENCE = 200  # tokens in one figure

Model = TypeVar("Model", bound=pydantic.BaseModel)
Parsed = TypeVar("Parsed")


class Strict(pydantic.BaseModel):
    """A model that rejects unknown keys."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass
class Checker:
    """Checks the blocks of one document against the networks, and collects the problems.

    `broken` are networks whose own files have mistakes: their names are known, but nothing else. `searched` are those
    with a saved search, and its measures, None where nobody knows them yet; `copies` are the records of what networks
    write.
    """

    networks: Mapping[str, Network]
    broken: Collection[str]
    searched: Mapping[str, Collection[str] | None] = field(default_factory=dict)
    copies: Mapping[str, Copies] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    named: dict[str, Subject] = field(default_factory=dict)  # all subjects named so far

    def subject(self, document: Document, path: KeyPath, text: str, *, is_neuron: bool | None = None) -> Subject | None:
        """Return the subject a value names: a neuron (`is_neuron` True), several (False), or either (None)."""
        if (text.split() or [""])[0] in self.broken:
            return None
        subject = self.parsed(document, path, lambda: parse_subject(text, self.networks))
        if subject is not None:
            self.named[text] = subject
        if subject is None or is_neuron in (None, subject.is_neuron):
            return subject
        message, hint = (
            ("one neuron", f"such as {example_of(subject.network)}")
            if is_neuron
            else ("a network or a layer", "use the key 'neuron'")
        )
        self.problems.append(document.problem(path, f"expected {message}, found {text!r}", hint=hint))
        return None

    def sequence(self, document: Document, path: KeyPath, network: Network, text: str) -> None:
        """Report a sequence that a network cannot read."""
        unknown = next((at for at, token in enumerate(text) if token not in network.task.letters), None)
        if unknown is not None:
            message = f"the token {text[unknown]!r} is not in the vocabulary of {network.name}"
            hint = "tokens: " + " ".join(network.task.letters)
            self.problems.append(document.problem(path, message, hint=hint, offset=unknown))
        elif not 1 <= len(text) <= LONGEST_SEQUENCE:
            message = f"expected a sequence of 1 to {LONGEST_SEQUENCE} tokens, found {len(text)}"
            self.problems.append(document.problem(path, message))

    def signals_read(
        self,
        document: Document,
        path: KeyPath,
        neurons: Mapping[KeyPath, str],
        *,
        signals: Iterable[str],
        sequences: Mapping[KeyPath, str],
    ) -> None:
        """Report what is wrong with neurons, their signals and the sequences they read, each by its place.

        Signals and sequences are checked once for every network named, however many of its neurons are.
        """
        networks: dict[str, Network] = {}
        for place, text in neurons.items():
            if subject := self.subject(document, (*path, *place), text, is_neuron=True):
                networks[subject.network.name] = subject.network
        for network in networks.values():
            self.signals(document, (*path, "signals"), network, signals)
            for place, sequence in sequences.items():
                self.sequence(document, (*path, *place), network, sequence)

    def expect_neurons(self, document: Document, path: KeyPath) -> None:
        """Report that the block names no neuron."""
        message = "expected the key 'neuron' or 'neurons', found none"
        self.problems.append(document.problem(path, message, hint="add: neuron: ..."))

    def unfit(self, document: Document, path: KeyPath, network: Network, expected: str) -> None:
        message = f"expected {expected}, found {network.name} ({network.task.kind})"
        self.problems.append(document.problem(path, message))

    def signals(self, document: Document, path: KeyPath, network: Network, signals: Iterable[str]) -> None:
        self.among(document, path, signals, network.kind.keys, f"a signal of {network.name}")

    def among(self, document: Document, path: KeyPath, found: Iterable[str], valid: Iterable[str], what: str) -> None:
        choices = list(valid)
        for at, each in enumerate(found):
            if each not in choices:
                place = (*path, at) if (*path, at) in document.marks else path
                message = f"expected {what}, found {each!r}"
                self.problems.append(document.problem(place, message, hint=nearest(each, choices)))

    def check_id(self, document: Document, found: str) -> None:
        if fault := slug_fault(found):
            hint = "the id becomes part of addresses on the site"
            self.problems.append(document.problem(("id",), f"id: {fault}", hint=hint))

    def validated(self, model: type[Model], document: Document, **given: str) -> Model | None:
        try:
            return validate(model, document, **given)
        except GalleryError as error:
            self.problems += error.problems
            return None

    def parsed(self, document: Document, path: KeyPath, parse: Callable[[], Parsed]) -> Parsed | None:
        try:
            return parse()
        except GrammarError as error:
            self.problems.append(document.problem(path, error.message, hint=error.hint, offset=error.at))
            return None


class Block(Strict, abc.ABC):
    """A kind of figure: its keys, its checks and its drawing."""

    kind: str

    @property
    def blocks(self) -> tuple["Block", ...]:
        """The blocks to draw: the block itself, unless it contains others."""
        return (self,)

    @property
    def script(self) -> str:
        """The file in `assets/` of the script that it needs besides those of every write-up; empty without."""
        return ""

    @property
    def claims(self) -> tuple[str, ...]:
        """The ids of the claims it shows."""
        return ()

    @property
    def writings(self) -> tuple[tuple[str, Writing], ...]:
        """What it lets networks of real text write: the author's spelling of the network, and the text."""
        return ()

    @abc.abstractmethod
    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        """Report mistakes the model alone cannot detect: names of networks, neurons, signals, tokens, features."""

    @abc.abstractmethod
    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        """Draw it; `subjects` are the subjects it names, by the author's spelling."""
