"""The few facts about a trained network that are worth asking again under other seeds.

Takes a network and one seed's weights, gives a number for each finding. Neurons are found by what they do, never by
their number, so that networks of different seeds can be compared: found on the first half of the held-out sequences,
and scored on the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery import store
from lstmgallery.desk.frontier import FURTHEST, find_frontier, first_failure
from lstmgallery.desk.reference import Arrays, read_signals
from lstmgallery.desk.roles import rank_neurons
from lstmgallery.desk.scores import each_neuron, score_neurons
from lstmgallery.desk.targets import POOLED, divide, find_targets
from lstmgallery.network import Network
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory


@dataclass(frozen=True)
class Finding:
    """A question that is asked of every seed. `at_least` or `at_most` is what counts as yes, where it is yes or no."""

    key: str
    words: str
    at_least: float | None = None
    at_most: float | None = None

    def is_yes(self, value: float) -> bool:
        """Say whether a value answers the question with yes."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


COUNTER = Finding("counter_r2", "R² of the best counting cell with the b’s still owed", at_least=0.95)
CLOSED = Finding("input_gate_on_x", "mean input gate of that neuron where it reads X", at_most=0.1)
CONTRAST = Finding("input_gate_on_a", "mean input gate of that neuron where it reads a")
FAILURE = Finding("first_failure", f"smallest size that it gets wrong ({FURTHEST + 1}: none up to {FURTHEST})")
LATCH = Finding("latch_auc", "AUC of the best cell with the first letter", at_least=0.99)
READERS = Finding("least_reader_auc", "AUC of the best “next letter is …” neuron of the last layer, worst letter", 0.95)


def findings_of(network: Network) -> tuple[Finding, ...]:
    """Return what is asked of a network, by its task."""
    if isinstance(network.task, SelectiveCounting):
        return COUNTER, CLOSED, CONTRAST, FAILURE
    if isinstance(network.task, Counting):
        return COUNTER, FAILURE
    if isinstance(network.task, StateMemory):
        return LATCH, FAILURE
    return (READERS,)


@threadpool_limits.wrap(limits=1, user_api="blas")
def find_findings(network: Network, weights: Arrays, sequences: Sequence[str]) -> dict[str, tuple[float, int, int]]:
    """Return (value, layer, neuron) for each finding; a frontier that was not reached counts as `FURTHEST` + 1."""
    held_out = store.step_truths(network, sequences)
    signals = read_signals(network, weights, sequences)
    asked = find_targets(network, held_out, features=[network.task.main_feature], phases=[POOLED])
    shown = {network.kind.memory, "hidden"}
    states = [{key: values for key, values in of_layer.items() if key in shown} for of_layer in signals]
    scores = score_neurons(each_neuron(network, states), asked)
    memory = (network.kind.memory,)
    ranked = rank_neurons(scores, network.task.main_feature, signals=memory)
    layer, neuron = int(ranked["layer"][0]), int(ranked["neuron"][0])
    found: dict[str, float] = {}
    if isinstance(network.task, Counting | SelectiveCounting | StateMemory):
        key = LATCH.key if isinstance(network.task, StateMemory) else COUNTER.key
        found[key] = float(ranked["second_half"][0])
        failure = first_failure(find_frontier(network, weights, layer=layer, neuron=neuron, trained_only=True))
        found[FAILURE.key] = float(FURTHEST + 1 if failure is None else failure)
    if isinstance(network.task, SelectiveCounting):
        is_second = divide(held_out) == 1
        gate = signals[layer - 1]["input_gate"][is_second, neuron - 1]
        tokens = held_out["token"].to_numpy()[is_second]
        found[CLOSED.key] = float(gate[tokens == "X"].mean())
        found[CONTRAST.key] = float(gate[tokens == "a"].mean())
    if isinstance(network.task, Copying):
        of_last = scores[scores["layer"] == network.layers]
        best = [
            rank_neurons(of_last, f"{network.task.main_feature}={letter}", signals=("hidden",)).iloc[0]
            for letter in ("a", "b", "c")
        ]
        worst = min(best, key=lambda row: row["second_half"])
        found[READERS.key] = float(worst["second_half"])
        layer, neuron = int(worst["layer"]), int(worst["neuron"])
    return {key: (value, layer, neuron) for key, value in found.items()}


def tabulate(network: Network, by_seed: dict[int, dict[str, tuple[float, int, int]]]) -> pd.DataFrame:
    """Return one row per seed and finding: seed, finding, value, layer, neuron, is_yes (missing where not asked)."""
    rows = []
    for seed, found in sorted(by_seed.items()):
        for finding in findings_of(network):
            value, layer, neuron = found[finding.key]
            is_asked = finding.at_least is not None or finding.at_most is not None
            is_yes = finding.is_yes(value) if is_asked else None
            rows.append((seed, finding.key, value, layer, neuron, is_yes))
    table = pd.DataFrame(rows, columns=["seed", "finding", "value", "layer", "neuron", "is_yes"])
    return table.astype({"is_yes": "boolean"})
