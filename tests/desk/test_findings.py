"""Findings: what is asked of every seed, of neurons that are chosen on one half and scored on the other."""

import pytest

from lstmgallery import store
from lstmgallery.desk.findings import find_findings, findings_of
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.roles import rank_neurons
from lstmgallery.desk.scores import each_neuron, score_neurons
from lstmgallery.desk.targets import divide, find_targets
from lstmgallery.desk.untrained import draw_weights
from lstmgallery.network import Network
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from tests.desk.planted import counting_network, counting_weights, network_of

TASKS = {
    "counting": counting_network().task,
    "selective counting": SelectiveCounting(kind="selective-counting", longest=4, most_ignored=2),
    "state memory": StateMemory(kind="state-memory", longest_wait=5),
    "copying": Copying(kind="copying"),
}
each_network = pytest.mark.parametrize("network", [network_of(task) for task in TASKS.values()], ids=[*TASKS])


def test_the_planted_counter_is_found_with_its_score_and_without_a_failure() -> None:
    network = counting_network()
    found = find_findings(network, counting_weights(), list(network.task.sequences()))
    assert found == {"counter_r2": (pytest.approx(1.0), 1, 1), "first_failure": (101.0, 1, 1)}


@each_network
def test_every_finding_of_a_task_is_answered(network: Network) -> None:
    sequences = list(network.task.sequences())
    found = find_findings(network, draw_weights(network, 1), sequences)
    assert set(found) == {finding.key for finding in findings_of(network)}


@each_network
def test_a_neuron_is_chosen_on_the_first_half_and_scored_on_the_second(network: Network) -> None:
    sequences = list(network.task.sequences())
    steps = store.step_truths(network, sequences)
    weights = draw_weights(network, 2)
    found = find_findings(network, weights, sequences)
    scores = score_neurons(
        each_neuron(network, read_signals(network, weights, sequences)), find_targets(network, steps)
    )
    if isinstance(network.task, Copying):
        best = [rank_neurons(scores, f"next_letter={letter}", signals=["hidden"]).iloc[0] for letter in "abc"]
        assert found["least_reader_auc"][0] == min(row["second_half"] for row in best)
        return
    row = rank_neurons(scores, network.task.main_feature, signals=["cell"]).iloc[0]
    value, layer, neuron = found["latch_auc" if isinstance(network.task, StateMemory) else "counter_r2"]
    assert (value, layer, neuron) == (row["second_half"], row["layer"], row["neuron"])
    assert value != row["score"]


def test_a_gate_is_measured_on_the_half_that_did_not_choose_its_neuron() -> None:
    network = network_of(TASKS["selective counting"])
    sequences = list(network.task.sequences())
    weights = draw_weights(network, 2)
    value, _, neuron = find_findings(network, weights, sequences)["input_gate_on_x"]
    steps = store.step_truths(network, sequences)
    gate = read_signals(network, weights, sequences)[0]["input_gate"][:, neuron - 1]
    assert value == gate[(divide(steps) == 1) & (steps["token"] == "X").to_numpy()].mean()
