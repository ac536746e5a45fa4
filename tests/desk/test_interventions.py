"""Interventions on a network whose neurons' parts are known: what is unused may go, what counts may not."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery.desk.counts import count_units
from lstmgallery.desk.interventions import measure_causes, write_with_counts
from lstmgallery.desk.reference import read_logits, run_reference, write_on
from lstmgallery.tasks.facets import Dose
from lstmgallery.tasks.vocabulary import encode
from tests.conftest import random_weights
from tests.desk.planted import counting_network, counting_weights

COUNTER, LATCH, UNUSED = 1, 2, 3


@pytest.fixture(scope="module")
def causes() -> pd.DataFrame:
    """Every intervention on the planted network."""
    network = counting_network()
    sequences = list(network.task.sequences())
    means = {(1, neuron): 0.3 for neuron in (COUNTER, LATCH, UNUSED)}
    ranked = [(1, COUNTER), (1, LATCH), (1, UNUSED)]
    return measure_causes(network, counting_weights(), sequences, memory_means=means, ranked=ranked)


def value_of(causes: pd.DataFrame, neuron: int, intervention: str, measure: str) -> tuple[float, float]:
    chosen = causes[
        (causes["neuron"] == neuron) & (causes["intervention"] == intervention) & (causes["measure"] == measure)
    ]
    assert len(chosen) == 1
    return float(chosen["value"].iloc[0]), float(chosen["baseline"].iloc[0])


def test_the_planted_network_counts_without_intervention(causes: pd.DataFrame) -> None:
    assert value_of(causes, COUNTER, "zero", "right")[1] == 1.0


def test_zeroing_the_only_counter_destroys_counting(causes: pd.DataFrame) -> None:
    right, before = value_of(causes, COUNTER, "zero", "right")
    assert before == 1.0
    assert right == 0.0


@pytest.mark.parametrize("intervention", ["zero", "mean"])
def test_holding_an_unused_neuron_changes_nothing(causes: pd.DataFrame, intervention: str) -> None:
    for measure in ("loss", "right"):
        value, baseline = value_of(causes, UNUSED, intervention, measure)
        assert value == baseline


def test_shutting_the_counters_input_gate_destroys_counting(causes: pd.DataFrame) -> None:
    shut = causes[(causes["neuron"] == COUNTER) & (causes["signal"] == "input_gate") & (causes["measure"] == "right")]
    by_name = shut.set_index("intervention")["value"]
    assert by_name["shut"] == 0.0
    assert by_name["open"] == 1.0


def test_each_count_added_to_the_counter_brings_one_more_b(causes: pd.DataFrame) -> None:
    assert value_of(causes, COUNTER, "add", "slope")[0] == pytest.approx(1.0, abs=1e-6)
    doses = causes[(causes["neuron"] == COUNTER) & (causes["measure"] == "written")]
    assert (doses["value"] - doses["baseline"]).tolist() == doses["amount"].tolist()
    assert set(doses["amount"]) == {-3, -2, -1, 0, 1, 2, 3}


def test_counts_added_to_an_unused_neuron_bring_nothing(causes: pd.DataFrame) -> None:
    assert value_of(causes, UNUSED, "add", "slope")[0] == pytest.approx(0.0, abs=1e-9)


def test_held_neurons_one_by_one_equal_the_batch(causes: pd.DataFrame) -> None:
    network, weights = counting_network(), counting_weights()
    reads, following, is_step = encode(list(network.task.sequences()), network.task.vocabulary)

    def change(layer: int, step: int, signal: str, values: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.where(np.arange(3) == LATCH - 1, 0.0, values) if signal == "cell" else values

    logits = read_logits(network, weights, reads, change)
    odds = np.exp(logits - logits.max(axis=2, keepdims=True))
    chosen = np.take_along_axis(odds / odds.sum(axis=2, keepdims=True), following[:, :, None], axis=2)[:, :, 0]
    with np.errstate(divide="ignore"):
        loss = -np.log(chosen)[is_step].mean()
    assert value_of(causes, LATCH, "zero", "loss")[0] == pytest.approx(loss, rel=1e-9)


def test_writing_on_side_by_side_equals_writing_alone() -> None:
    network, weights = counting_network(), counting_weights()
    prompts = ["aX", "aaaaaX", "aaX"]
    together, _, signals = write_on(network, weights, prompts, at_most=20)
    alone = [write_on(network, weights, [prompt], at_most=20)[0][0] for prompt in prompts]
    assert together == alone == ["b", "bbbbb", "bb"]
    for row, prompt in enumerate(prompts):
        np.testing.assert_allclose(
            signals[0]["cell"][row], run_reference(network, weights, prompt)[0]["cell"][-1], atol=1e-12
        )


def test_a_network_that_never_ends_is_stopped_and_said_to_be_unfinished() -> None:
    weights = counting_weights()
    weights["readout/bias"][1] = -1e6
    texts, ended, _ = write_on(counting_network(), weights, ["aX"], at_most=7)
    assert len(texts[0]) == 7
    assert not ended[0]


def test_one_more_a_adds_to_each_cell_what_its_weights_say() -> None:
    units = count_units(counting_network(), counting_weights(), Dose("a", "b", 10))
    assert len(units) == 1
    np.testing.assert_allclose(units[0], [0.1, 0.0, np.tanh(0.3)], atol=1e-8)


def test_units_are_those_of_each_layer() -> None:
    network = counting_network().model_copy(update={"layers": 2})
    weights = random_weights(network, seed=6)
    counts = np.arange(1, 5)
    runs = [run_reference(network, weights, "a" * n + "X") for n in counts]
    for layer, units in enumerate(count_units(network, weights, Dose("a", "b", 4))):
        at_delimiter = np.array([run[layer]["cell"][-1] for run in runs])
        slopes = np.cov(counts, at_delimiter.T)[0, 1:] / counts.var(ddof=1)
        np.testing.assert_allclose(units, slopes, atol=1e-9)


@pytest.mark.parametrize("counts", [-1, 0, 3, 5])
def test_counts_added_to_the_counter_are_written_behind_every_prompt(counts: int) -> None:
    network, weights = counting_network(), counting_weights()
    sizes = [6, 2, 4]  # prompts of different lengths are all changed at their own last token
    prompts = ["a" * n + "X" for n in sizes]
    written, ended = write_with_counts(network, weights, prompts, place=(1, COUNTER), counts=counts, at_most=20)
    assert written == ["b" * (n + counts) for n in sizes]
    assert ended.all()


@pytest.mark.parametrize("neuron", [LATCH, UNUSED])
def test_counts_added_elsewhere_are_not_written(neuron: int) -> None:
    network, weights = counting_network(), counting_weights()
    written, _ = write_with_counts(network, weights, ["aaX"], place=(1, neuron), counts=3, at_most=20)
    assert written == ["bb"]


def test_writing_with_counts_is_stopped_where_it_does_not_end() -> None:
    network, weights = counting_network(), counting_weights()
    written, ended = write_with_counts(network, weights, ["aX", "aaX"], place=(1, COUNTER), counts=3, at_most=4)
    assert written == ["bbbb", "bbbb"]
    assert ended.tolist() == [False, False]


def test_what_is_written_with_counts_is_what_the_dose_response_lists(causes: pd.DataFrame) -> None:
    doses = causes[(causes["neuron"] == COUNTER) & (causes["measure"] == "written") & (causes["amount"] == 2)]
    prompts = ["a" * int(condition.removeprefix("n=")) + "X" for condition in doses["condition"]]
    written, _ = write_with_counts(
        counting_network(), counting_weights(), prompts, place=(1, COUNTER), counts=2, at_most=30
    )
    assert [len(text) for text in written] == doses["value"].tolist()
