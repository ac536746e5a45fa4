"""Findings: measured in every seed, on neurons chosen on one half and scored on the other."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.findings import SeedAnswer, find_findings, findings_of, tabulate
from lstmgallery.desk.reference import read_signals, write_on
from lstmgallery.desk.roles import rank_neurons
from lstmgallery.desk.scores import each_neuron, score_neurons
from lstmgallery.desk.targets import find_targets
from lstmgallery.desk.untrained import draw_weights
from lstmgallery.network import Network, Place, Training
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.truths import step_truths
from tests.audit import recompute, scoring
from tests.conftest import language_of, random_weights
from tests.desk.planted import (
    as_files,
    counting_network,
    counting_weights,
    deep_counting_network,
    deep_counting_weights,
    latch_network,
    latch_weights,
    network_of,
)

TASKS = {
    "counting": counting_network().task,
    "selective counting": SelectiveCounting(kind="selective-counting", longest=4, most_ignored=2),
    "state memory": StateMemory(kind="state-memory", longest_wait=5),
    "copying": Copying(kind="copying"),
}
each_network = pytest.mark.parametrize("network", [network_of(task) for task in TASKS.values()], ids=[*TASKS])


def test_the_planted_counter_is_found_with_its_score_and_without_a_failure() -> None:
    network = counting_network()
    found = find_findings(network, counting_weights(), list(language_of(network).sequences()))
    assert (found["counter_r2"].place, found["first_failure"]) == ((1, 1), SeedAnswer(101.0, None))
    assert found["counter_r2"].value == pytest.approx(1.0)


@each_network
def test_every_finding_of_a_task_is_answered(network: Network) -> None:
    sequences = list(language_of(network).sequences())
    found = find_findings(network, draw_weights(network, 1), sequences)
    assert [*found] == [finding.key for finding in network.task.findings]
    assert all(each.value is not None for each in found.values())


@each_network
def test_a_neuron_is_chosen_on_the_first_half_and_scored_on_the_second(network: Network) -> None:
    sequences = list(language_of(network).sequences())
    steps = step_truths(network.task, sequences)
    weights = draw_weights(network, 2)
    found = find_findings(network, weights, sequences)
    scores = score_neurons(
        each_neuron(network, read_signals(network, weights, sequences)), find_targets(network, steps)
    )
    if isinstance(network.task, Copying):
        asked = {f"reader_auc_{letter}": (f"next_letter={letter}", "hidden") for letter in "abc"}
    else:
        key = "latch_auc" if isinstance(network.task, StateMemory) else "counter_r2"
        asked = {key: (network.task.example.key, "cell")}
    for key, (feature, signal) in asked.items():
        row = rank_neurons(scores, feature, signals=[signal]).iloc[0]
        assert found[key] == SeedAnswer(row["second_half"], (row["layer"], row["neuron"]))
        assert found[key].value != row["score"]


@pytest.mark.parametrize(
    ("network", "weights", "finding", "place"),
    [
        (deep_counting_network(), deep_counting_weights(), "counter_r2", (2, 3)),
        (latch_network(), latch_weights(), "latch_auc", (1, 2)),
    ],
    ids=["counter", "latch"],
)
def test_a_planted_neuron_is_found_in_its_layer(
    network: Network, weights: dict[str, np.ndarray], finding: str, place: Place
) -> None:
    found = find_findings(network, weights, list(language_of(network).sequences()))
    assert found.keys() == {finding, "first_failure"}
    assert found["first_failure"] == SeedAnswer(101.0, None)
    assert found[finding].place == place
    assert found[finding].value == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("seed", "place"), [(1, (2, 1)), (3, (1, 2)), (6, (2, 3))])
def test_a_gate_is_measured_on_the_half_that_did_not_choose_its_neuron(seed: int, place: Place) -> None:
    network = network_of(TASKS["selective counting"]).model_copy(update={"layers": 2})
    sequences = list(language_of(network).sequences())
    weights = random_weights(network, seed=seed)
    files = as_files(network, weights, sequences)
    table, columns = scoring.held_out(files), scoring.rerun(files, weights)
    gate = table.assign(gate=columns[*place, "input_gate"]).query("half == 1").groupby("token")["gate"].mean()
    best = scoring.main_ranking(files, columns, ["cell"])[["layer", "neuron"]]
    assert tuple(best.iloc[0]) == place
    found = find_findings(network, weights, sequences)
    for finding, token in (("input_gate_on_x", "X"), ("input_gate_on_a", "a")):
        assert found[finding].place == place
        assert found[finding].value == pytest.approx(gate[token], rel=1e-7)


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_readers_of_a_copying_network_are_those_of_its_last_layer_that_encode_a_letter_best(seed: int) -> None:
    network = network_of(TASKS["copying"]).model_copy(update={"layers": 2})
    sequences = list(language_of(network).sequences())
    weights = random_weights(network, seed=seed)
    found = find_findings(network, weights, sequences)
    expected = recompute.findings(as_files(network, weights, sequences), weights)
    assert [finding for finding, *_ in expected] == [*found]
    for finding, value, layer, neuron, _ in expected:
        assert found[finding].place == (layer, neuron)
        assert found[finding].value == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("task", "finding", "value", "is_yes"),
    [
        ("counting", "counter_r2", 0.95, True),
        ("selective counting", "counter_r2", 0.9499, False),
        ("selective counting", "input_gate_on_x", 0.1, True),
        ("selective counting", "input_gate_on_x", 0.1001, False),
        ("selective counting", "input_gate_on_a", 0.5, None),
        ("counting", "first_failure", 12.0, None),
        ("state memory", "latch_auc", 0.99, True),
        ("state memory", "latch_auc", 0.9899, False),
        ("copying", "reader_auc_b", 0.95, True),
        ("copying", "reader_auc_c", 0.9499, False),
    ],
)
def test_a_seed_answers_a_finding_with_yes_from_its_bound_on(
    task: str, finding: str, value: float, is_yes: bool | None
) -> None:
    network = network_of(TASKS[task])
    answers = {each.key: SeedAnswer(value, (2, 3)) for each in findings_of(network)}
    row = tabulate(network, {5: answers}).set_index("finding").loc[finding]
    assert row[["seed", "value", "layer", "neuron"]].tolist() == [5, value, 2, 3]
    assert (None if pd.isna(row["is_yes"]) else bool(row["is_yes"])) is is_yes


def test_a_cell_is_not_asked_about_gates_that_it_lacks() -> None:
    network = network_of(TASKS["selective counting"]).model_copy(update={"cell": "gru"})
    assert [asked.key for asked in findings_of(network)] == ["counter_r2", "first_failure"]
    assert findings_of(network)[0].question.key == "planted best(remaining of hidden): r2 of hidden with remaining"


def test_a_seed_in_which_nothing_could_be_measured_is_a_row_with_nothing_in_it() -> None:
    network = counting_network()
    nothing = {"counter_r2": SeedAnswer(None, None), "first_failure": SeedAnswer(4.0, None)}
    table = tabulate(
        network, {5: nothing, 2: {"counter_r2": SeedAnswer(0.5, (1, 3)), "first_failure": SeedAnswer(101.0, None)}}
    )
    assert table["seed"].tolist() == [2, 2, 5, 5]
    assert table["value"].fillna(-1).tolist() == [0.5, 101.0, -1, 4.0]
    assert table["neuron"].fillna(0).tolist() == [3, 0, 0, 0]
    assert [None if each is pd.NA else each for each in table["is_yes"]] == [False, None, None, None]


def test_a_network_whose_goal_is_optional_is_asked_first_whether_it_learned_its_task() -> None:
    network = counting_network()
    optional = network.model_copy(update={"training": Training(goal="optional")})
    learned, *others = findings_of(optional)
    assert [each.key for each in others] == [each.key for each in findings_of(network)]
    weights = random_weights(optional, seed=1)
    found = find_findings(optional, weights, optional.split().held_out)["learned"].value
    sizes = range(1, 11)
    prompts = ["a" * size + "X" for size in sizes]
    written, ended, _ = write_on(optional, weights, prompts, at_most=3 * max(sizes))
    right = [text == "b" * size and end for size, text, end in zip(sizes, written, ended, strict=True)]
    assert found == sum(right) / len(right)
    assert learned.expectation is not None
    assert learned.expectation.is_met(1.0)
    assert not learned.expectation.is_met(0.99)
