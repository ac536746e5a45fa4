"""A task's questions to every seed of its networks, in the grammar of claims.

Takes a network and one seed's weights, gives a number for each question. Neurons are chosen by function, never by
number, so networks of different seeds can be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.claims import Expectation, Question, parse_expectation, parse_question
from lstmgallery.desk.experiments.frontier import FURTHEST
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.network import Network, Place
from lstmgallery.tasks.task import Finding
from lstmgallery.tasks.truths import step_truths

_LEARNED = Finding(  # asked of networks that may fail at their task
    "learned", "share of the sizes of training written right", "right where size <= {longest}", expect="at least 1"
)


@dataclass(frozen=True)
class NetworkFinding:
    """A finding of one network: its question and, for a yes/no question, the condition for a yes."""

    key: str
    words: str
    question: Question
    expectation: Expectation | None


@dataclass(frozen=True)
class SeedAnswer:
    """One seed's answer, and the neuron it was measured on; either may be missing."""

    value: float | None
    place: Place | None


def findings_of(network: Network) -> tuple[NetworkFinding, ...]:
    """Return the findings to ask of a network: those of its task, without those about gates its cell lacks.

    A network with an optional goal is first asked whether it learned its task.
    """
    asked = [each for each in network.task.findings if each.gate in ("", *network.kind.keys)]
    if network.training.goal == "optional" and network.task.sizes is not None:
        asked = [_LEARNED, *asked]
    return tuple(_read(network, each) for each in asked)


def _read(network: Network, finding: Finding) -> NetworkFinding:
    def fill(text: str) -> str:
        sizes = network.task.sizes
        values = {"memory": network.kind.memory, "last": network.layers, "longest": sizes and sizes.longest}
        return text.format(**values, furthest=FURTHEST, beyond=FURTHEST + 1)

    subject = parse_subject(f"{network.name} {fill(finding.of)}".strip(), {network.name: network})
    question = parse_question(fill(finding.measure), subject)
    expectation = parse_expectation(finding.expect) if finding.expect else None
    return NetworkFinding(finding.key, fill(finding.words), question, expectation)


@threadpool_limits.wrap(limits=1, user_api="blas")
def find_findings(network: Network, weights: Arrays, sequences: Sequence[str]) -> dict[str, SeedAnswer]:
    """Return the answer to each finding; a frontier that is never reached counts as `FURTHEST` + 1."""
    trained = MeasuredNetwork(network, weights, step_truths(network.task, sequences))
    found = {}
    for asked in findings_of(network):
        places = asked.question.subject.places(trained)
        place = places[0] if len(places) == 1 else None
        found[asked.key] = SeedAnswer(asked.question.take(trained).value, place)
    return found


def tabulate(network: Network, by_seed: Mapping[int, Mapping[str, SeedAnswer]]) -> pd.DataFrame:
    """Return a row per seed and finding: seed, finding, value, layer, neuron, is_yes; unknown values are missing."""
    rows = []
    for seed, found in sorted(by_seed.items()):
        for asked in findings_of(network):
            value, place = found[asked.key].value, found[asked.key].place
            is_asked = asked.expectation is not None and value is not None
            is_yes = asked.expectation.is_met(value) if is_asked else None  # type: ignore[union-attr, arg-type]
            rows.append((seed, asked.key, value, *(place or (None, None)), is_yes))
    table = pd.DataFrame(rows, columns=["seed", "finding", "value", "layer", "neuron", "is_yes"])
    return table.astype({"value": float, "layer": "Int64", "neuron": "Int64", "is_yes": "boolean"})
