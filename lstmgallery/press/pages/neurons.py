"""The page of all neurons of all networks: a table for each role, which a script filters.

Takes the views of the networks; gives the lines of the tables as printed text. A page of 2,000 neurons has to load as
one page, so a line holds few elements, and galleries of many neurons leave out the small strips.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lstmgallery.desk.roles import ROLE
from lstmgallery.press.manuscript.headings import slug
from lstmgallery.press.marks.strips import MiniStrip
from lstmgallery.press.pages.evidence import held_words
from lstmgallery.press.pages.sentences import feature_words, row_sentence, score_of
from lstmgallery.press.pages.views import NetworkView

PATH = "neurons.html"
MOST_STRIPS = 400  # neurons with a small strip on this page; beyond that they would be most of it
NO_ROLE = "No role found"
SCORES = (0.8, 0.9, 0.95, 0.99)  # at least, to choose from
EFFECTS = (0.01, 0.1, 0.5, 0.9)


@dataclass(frozen=True)
class NeuronLine:
    """One neuron of the gallery.

    `effect` is what holding its memory costs: the share of sequences that go wrong, or where the task has no
    rule, the share by which the loss grows. `effect_words` are both values, without that and with it.
    """

    network: str
    name: str
    path: str
    sentence: str
    role: str  # its feature in words, empty without a role
    score: float
    score_words: str
    effect: float
    effect_words: tuple[str, str]
    strip: MiniStrip | None


@dataclass(frozen=True)
class RoleGroup:
    """All neurons with one role, or without any; the best first."""

    id: str
    words: str
    lines: tuple[NeuronLine, ...]


def neuron_lines(networks: Sequence[NetworkView]) -> list[NeuronLine]:
    """Return every neuron of every network, in the order of the index."""
    has_strips = sum(len(layer.cards) for view in networks for layer in view.layers) <= MOST_STRIPS
    return [
        _line(view, layer.number, card.neuron, card.path, card.strips[0] if has_strips and card.strips else None)
        for view in networks
        for layer in view.layers
        for card in layer.cards
    ]


def neuron_name(view: NetworkView, layer: int, neuron: int) -> str:
    """Return a neuron's name among those of all networks, in the spelling of write-ups: Copy machine 2.7."""
    return f"{view.network.title} {layer}.{neuron}" if view.network.layers > 1 else f"{view.network.title} {neuron}"


def group_by_role(lines: Iterable[NeuronLine]) -> list[RoleGroup]:
    """Return the neurons by role, the commonest role first, those without one last; in each the best score first."""
    by_role: dict[str, list[NeuronLine]] = {}
    for line in lines:
        by_role.setdefault(line.role, []).append(line)
    taken: Counter[str] = Counter()
    groups = []
    for role, found in sorted(by_role.items(), key=lambda entry: (not entry[0], -len(entry[1]), entry[0])):
        identifier = f"role-{slug(role or NO_ROLE)}"
        taken[identifier] += 1
        name = f"{identifier}-{taken[identifier]}" if taken[identifier] > 1 else identifier
        words = f"{role[:1].upper()}{role[1:]}" if role else NO_ROLE
        groups.append(RoleGroup(name, words, tuple(sorted(found, key=lambda line: -line.score))))
    return groups


def neurons_values(networks: Sequence[NetworkView]) -> dict[str, Any]:
    """Return the values of the page."""
    lines = neuron_lines(networks)
    return {
        "groups": group_by_role(lines),
        "loss_units": sorted({view.loss_unit.words for view in networks if not view.network.task.rule}),
        "total": len(lines),
        "with_role": sum(bool(line.role) for line in lines),
        "scores": SCORES,
        "effects": EFFECTS,
    }


def _line(view: NetworkView, layer: int, neuron: int, path: str, strip: MiniStrip | None) -> NeuronLine:
    network, results = view.network, view.results
    row = results.best_row_of(layer, neuron)
    held = results.held_memory(layer, neuron)
    lost = held.baseline - held.value if held.measure == "right" else held.value / held.baseline - 1
    return NeuronLine(
        network=network.name,
        name=neuron_name(view, layer, neuron),
        path=path,
        sentence=row_sentence(network, row),
        role=feature_words(network, row.feature) if row.standing == ROLE else "",
        score=float(row.score),
        score_words=score_of(row),
        effect=float(lost),
        effect_words=held_words(results, layer, neuron),
        strip=strip,
    )
