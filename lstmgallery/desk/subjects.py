"""The subjects of measures and figures: a network, one of its layers, or one neuron, named by number or by function.

    counter                                   the whole network
    copy-machine layer 2                      all neurons of a layer
    counter 3, copy-machine 2.7               neuron 3; neuron 7 of layer 2
    counter best(remaining)                   the neuron that encodes a feature best, by the table of roles
    copy-machine layer 2 best(next_letter=b)  the best of a layer
    selective-counter best(phase=delimiter of hidden)      by one signal only
    selective-counter best(a_count of hidden at delimiter) in one phase only
    state-memorizer best(letter=A high)       only neurons that are high where the feature holds; also low
    counter second(remaining)                 the next best

A neuron named by function is chosen separately in every network measured, so seeds can be compared. It is chosen on the
first half of the held-out sequences.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lstmgallery.desk.grammar import LONGEST_NUMBER, GrammarError, Words
from lstmgallery.desk.targets import NEXT_TOKEN, POOLED
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.errors import nearest
from lstmgallery.network import Network, Place

ORDINALS = ("best", "second", "third")
_PLACE = re.compile(rf"\d{{1,{LONGEST_NUMBER}}}(\.\d{{1,{LONGEST_NUMBER}}})?", re.ASCII)


@dataclass(frozen=True)
class Selector:
    """A neuron by function: number `rank` (from 0) of those that encode `feature` best."""

    rank: int
    feature: str
    signals: tuple[str, ...]
    phase: str
    direction: int | None = None  # 1: only neurons that are high where the feature holds; -1: low


@dataclass(frozen=True)
class Subject:
    """The network, layer or neuron named; `layer` and `neuron` are None for all. `text` is the author's spelling."""

    text: str
    network: Network
    layer: int | None = None
    neuron: int | None = None
    selector: Selector | None = None

    @property
    def is_neuron(self) -> bool:
        return self.neuron is not None or self.selector is not None

    @property
    def is_comparable(self) -> bool:
        """Whether the subject exists in other networks too: not if it is a neuron named by number."""
        return self.neuron is None

    def places(self, trained: MeasuredNetwork) -> tuple[Place, ...]:
        """Return the subject's neurons in one trained network; none if its selector finds no neuron."""
        if self.selector is None:
            return tuple(
                (layer, neuron)
                for layer, neuron in trained.network.places
                if self.layer in (None, layer) and self.neuron in (None, neuron)
            )
        chosen = self.selector
        ranked = trained.ranking(chosen.feature, chosen.phase, chosen.signals, direction=chosen.direction)
        of_layer = [place for place in ranked if self.layer in (None, place[0])]
        return tuple(of_layer[chosen.rank : chosen.rank + 1])


def parse_subject(text: str, networks: Mapping[str, Network]) -> Subject:
    """Return the subject `text` names. Raises `GrammarError` if it names none."""
    words = Words(text)
    subject = take_subject(words, networks)
    words.end()
    return subject


def take_subject(words: Words, networks: Mapping[str, Network]) -> Subject:
    """Take a subject from the beginning of a line."""
    start = words.at
    name = words.peek()
    if name not in networks:
        found = repr(name) if name else "nothing"
        hint = nearest(name, networks)
        raise GrammarError(f"expected the name of a network, found {found}", at=start, hint=hint)
    words.take()
    network = networks[name]
    layer = words.whole("a layer number", 1, network.layers) if words.takes("layer") else None
    neuron, selector = None, None
    if words.peek() in ORDINALS:
        selector = _take_selector(words, network)
    elif words.peek()[:1].isdigit():
        layer, neuron = _take_place(words, network, layer)
    elif words.peek()[:1].isalpha():
        raise words.error("expected a neuron or the end of the line", hint=nearest(words.peek(), [*ORDINALS, "layer"]))
    return Subject(words.line[start : words.at].strip(), network, layer, neuron, selector)


def _take_place(words: Words, network: Network, layer: int | None) -> tuple[int, int]:
    at = words.at
    if not _PLACE.fullmatch(words.peek()):
        raise words.error("expected a neuron")
    first, point, second = words.take().text.partition(".")
    if point and layer is not None:
        raise GrammarError(f"expected one layer, found layer {layer} and then layer {first}", at=at)
    if point:
        layer, neuron = int(first), int(second)
    else:
        neuron = int(first)
    if layer is None and network.layers > 1:
        hint = f"write layer.neuron, such as 1.{neuron}"
        raise GrammarError(
            f"{network.name} has {network.layers} layers, found neuron {neuron} without a layer", at=at, hint=hint
        )
    layer = 1 if layer is None else layer
    if not 1 <= layer <= network.layers:
        raise GrammarError(f"layer {layer} does not exist: {network.name} has {_range(network.layers, 'layer')}", at=at)
    if not 1 <= neuron <= network.units:
        message = f"neuron {neuron} does not exist: {network.name} has {_range(network.units, 'unit')}"
        raise GrammarError(message, at=at)
    return layer, neuron


def _take_selector(words: Words, network: Network) -> Selector:
    rank = ORDINALS.index(words.take().text)
    words.expect("(")
    feature = take_feature(words, network, needs_value=False)
    signals = network.kind.memories
    if words.takes("of"):
        signals = (words.choose("a signal", network.kind.keys),)
    phase = words.choose("a phase", network.task.phases) if words.takes("at") else POOLED
    direction = {"high": 1, "low": -1}[words.take().text] if words.peek() in ("high", "low") else None
    words.expect(")")
    return Selector(rank, feature, signals, phase, direction)


def take_feature(words: Words, network: Network, *, needs_value: bool) -> str:
    """Take a feature of the task or the next token, and the value of a category: `remaining`, `letter=A`."""
    kinds = {feature.key: feature.kind for feature in network.task.features} | {NEXT_TOKEN: "category"}
    key = words.choose("a feature of the task", kinds)
    if kinds[key] == "count":
        return key
    if not words.takes("="):
        if needs_value:
            valid = ", ".join(f"{key}={value}" for value in values_of(network, key))
            raise words.error(f"expected a value of {key}", hint=f"valid here: {valid}")
        return key
    return f"{key}={words.choose(f'a value of {key}', values_of(network, key))}"


def example_of(network: Network) -> str:
    """Return a neuron of a network named by function, as an example."""
    return f"{network.name} best({network.task.example.key})"


def values_of(network: Network, column: str) -> tuple[str, ...]:
    """Return the possible values of a category, the token or the next token."""
    if column in ("token", NEXT_TOKEN):
        return network.task.vocabulary
    return network.task.feature(column).values


def _range(size: int, noun: str) -> str:
    return f"1 {noun}" if size == 1 else f"{size} {noun}s (1-{size})"
