"""All findings of the desk from one call: each table covers the held-out steps and the right neurons."""

import numpy as np
import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.equations import TOLERANCE
from lstmgallery.desk.examine import Examination, examine
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.untrained import draw_weights
from lstmgallery.tasks.truths import step_truths
from tests.audit import scoring
from tests.audit.reading import read
from tests.conftest import language_of
from tests.desk.planted import as_files, vote_network, vote_weights

NETWORK = vote_network()
HELD_OUT = [*language_of(NETWORK).sequences()]
FIGURES = ["A" + "x" * 30 + "Ya"]
BEFORE = draw_weights(NETWORK, 7)  # what training began with
READING = read(as_files(NETWORK, vote_weights()).model(), HELD_OUT)
CELLS = [READING.of_steps(signals["cell"]) for signals in READING.signals]  # of each layer, (held-out rows, units)


@pytest.fixture(scope="module")
def measured() -> Examination:
    """The findings on the vote."""
    sequences = FIGURES + HELD_OUT
    steps = step_truths(NETWORK.task, sequences)
    steps["split"] = np.where(steps["sequence"] < len(FIGURES), store.SHOWN, store.HELD_OUT)
    first, second = read_signals(NETWORK, vote_weights(), sequences)
    found: Examination = examine(
        NETWORK,
        weights=vote_weights(),
        untrained=BEFORE,
        steps=steps,
        layers={2: second, 1: first},
        held_out=HELD_OUT,
    )
    return found


def test_every_signal_of_every_layer_obeys_its_equations_on_all_steps(measured: Examination) -> None:
    assert measured.residuals["residual"].max() < TOLERANCE
    assert set(measured.residuals["layer"]) == {1, 2}


def test_moments_are_those_of_the_held_out_steps(measured: Examination) -> None:
    of_cells = measured.moments.query("signal == 'cell'")
    assert set(of_cells["steps"]) == {len(CELLS[0])}
    assert of_cells["layer"].tolist() == [1] * 6 + [2] * 6
    assert of_cells["mean"].tolist() == pytest.approx(np.concatenate([cells.mean(axis=0) for cells in CELLS]), abs=1e-9)


def test_relatives_are_those_of_the_held_out_memories(measured: Examination) -> None:
    found = measured.relatives.set_index(["layer", "neuron"])
    assert found.loc[(2, 5), "nearest"] == 3  # the first of those that hold the same
    both = np.corrcoef(CELLS[1][:, 1], CELLS[1][:, 2])[0, 1]
    assert found.loc[(2, 2)].tolist() == [3, pytest.approx(both, abs=1e-9)]


def test_roles_are_scored_on_the_held_out_steps(measured: Examination) -> None:
    letters = measured.roles.table.query("feature == 'letter=A' and phase == 'all' and signal == 'cell'")
    assert set(letters["steps"]) == {sum(map(len, HELD_OUT))}
    assert letters.query("score == 1")[["layer", "neuron"]].to_numpy().tolist() == [[2, 3], [2, 5], [2, 6]]


def test_the_first_of_the_untrained_networks_is_what_training_began_with(measured: Examination) -> None:
    files = as_files(NETWORK, BEFORE, HELD_OUT)
    scores = scoring.score_all(scoring.rerun(files, BEFORE), scoring.find_targets(scoring.held_out(files)))
    best = scores.groupby(["feature", "phase"])["score"].max()
    by_target = measured.roles.untrained.groupby(["feature", "phase"])
    assert (by_target["network"].agg(list).map(len) == FULL.untrained).all()
    pd.testing.assert_series_equal(by_target["score"].first(), best, atol=1e-9)


def test_memories_are_held_at_their_own_means(measured: Examination) -> None:
    means = measured.interventions.query("intervention == 'mean' and measure == 'loss'")
    expected = {(layer, neuron): CELLS[layer - 1][:, neuron - 1].mean() for layer in (1, 2) for neuron in range(1, 7)}
    found = dict(zip(zip(means["layer"], means["neuron"], strict=True), means["amount"], strict=True))
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_neurons_that_encode_the_letter_best_are_exchanged_together(measured: Examination) -> None:
    turned = measured.interventions.query("measure == 'turned' and layer == 0")
    assert turned["value"].tolist() == [0.0, 0.5, *[1.0] * 10]


def test_the_frontier_has_the_memory_of_the_best_neuron(measured: Examination) -> None:
    held = np.tanh(np.tanh(np.tanh(0.5)))
    np.testing.assert_allclose(measured.frontier["memory"], [held, -held] * 100, atol=1e-6)
    assert measured.frontier["right"].all()
