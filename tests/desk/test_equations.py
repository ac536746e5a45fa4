"""The check finds every error in a trace and its exact place, and passes correct traces.

The traces here are made by a few lines of NumPy of their own, right or wrong on purpose.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmgallery.cells.reference import sigmoid
from lstmgallery.desk.equations import TOLERANCE, check_equations, require_equations, tolerances
from lstmgallery.desk.reference import layer_weights, read_signals
from lstmgallery.errors import GalleryError
from lstmgallery.network import Network
from tests.cells.textbook import STEPS
from tests.conftest import random_weights, small_network

SEQUENCES = ("aXb", "aaaXbbb", "aaXbb", "aaaaaXbbbbb")
Layers = list[dict[str, np.ndarray]]

GATED = [cell for cell in STEPS if cell != "rnn"]
MUTE = {  # signals that nothing a step later depends on but through the state
    "lstm": ("candidate", "input_gate", "output_gate"),
    "gru": ("candidate", "update_gate", "reset_gate"),
}


def make_trace(
    network: Network, weights: dict[str, np.ndarray], *, wrong: str = "", sequences: Sequence[str] = SEQUENCES
) -> tuple[pd.DataFrame, Layers]:
    """Return the steps and the float32 signals of a network run by NumPy.

    `wrong`: `late` stores gates and candidate computed from the hidden state of the same step; `early` runs the whole
    network on gates computed from the hidden state two steps back.
    """
    tokens = network.task.vocabulary
    step_of_cell = STEPS[network.cell]
    rows: list[dict[str, Any]] = []
    layers: list[list[dict[str, np.ndarray]]] = [[] for _ in range(network.layers)]
    for number, sequence in enumerate(sequences):
        reads = [tokens[0], *sequence]
        rows += [{"sequence": number, "step": step, "token": token} for step, token in enumerate(reads)]
        flows = [np.eye(len(tokens))[tokens.index(token)] for token in reads]
        for layer in range(network.layers):
            of_layer = layer_weights(weights, layer + 1)
            h = older_h = c = np.zeros(network.units)
            for step, x in enumerate(flows):
                seen = older_h if wrong == "early" else h
                now = step_of_cell(x, seen, c, of_layer)
                if wrong == "early" and "update_gate" in now:
                    now["hidden"] = now["update_gate"] * h + (1 - now["update_gate"]) * now["candidate"]
                older_h, h, c = h, now["hidden"], now.get("cell", c)
                stored = dict(now)
                if wrong == "late":
                    again = step_of_cell(x, h, c, of_layer)
                    stored |= {key: values for key, values in again.items() if key not in ("cell", "hidden")}
                layers[layer].append(stored)
                flows[step] = h
    stacked = [{key: np.array([row[key] for row in of]).astype(np.float32) for key in of[0]} for of in layers]
    return pd.DataFrame(rows), stacked


def check(network: Network, weights: dict[str, np.ndarray], steps: pd.DataFrame, layers: Layers) -> pd.DataFrame:
    return check_equations(network, weights, steps, lambda layer: layers[layer - 1])


def problems_of(network: Network, residuals: pd.DataFrame) -> list[str]:
    with pytest.raises(GalleryError) as raised:
        require_equations(network, residuals)
    assert {problem.place for problem in raised.value.problems} == {network.name}
    return [problem.message for problem in raised.value.problems]


@pytest.fixture(params=itertools.product(STEPS, [1, 2]), ids=lambda param: f"{param[0]}-{param[1]}")
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Network:
    cell, layers = request.param
    return small_network(tmp_path, cell=cell, layers=layers)


@pytest.fixture(params=itertools.product(GATED, [1, 2]), ids=lambda param: f"{param[0]}-{param[1]}")
def gated(request: pytest.FixtureRequest, tmp_path: Path) -> Network:
    """Return a network whose cells have a candidate and gates."""
    cell, layers = request.param
    return small_network(tmp_path, cell=cell, layers=layers)


def test_clean_traces_pass(network: Network) -> None:
    weights = random_weights(network, seed=1)
    residuals = check(network, weights, *make_trace(network, weights))
    assert residuals["residual"].max() < 1e-5
    require_equations(network, residuals)


def test_every_neuron_and_every_equation_is_checked(network: Network) -> None:
    weights = random_weights(network, seed=1)
    residuals = check(network, weights, *make_trace(network, weights))
    updates = {
        "lstm": {"cell", "hidden"},
        "peephole": {"cell", "hidden"},
        "coupled": {"forget_gate", "cell", "hidden"},
        "gru": {"hidden"},
        "gru_reset_first": {"hidden"},
        "rnn": set(),
    }[network.cell]
    expected = {("update", signal) for signal in updates} | {("recomputed", signal) for signal in network.kind.keys}
    found = residuals.groupby(["layer", "neuron"])[["equation", "signal"]].apply(
        lambda rows: set(rows.itertuples(index=False, name=None))
    )
    assert found.to_dict() == {(layer, n): expected for layer in range(1, network.layers + 1) for n in range(1, 7)}


def test_the_largest_residual_is_reported_where_it_stands(gated: Network) -> None:
    weights = random_weights(gated, seed=1)
    steps, layers = make_trace(gated, weights)
    layers[-1]["candidate"][7, 2] += 0.002
    layers[-1]["candidate"][9, 2] -= 0.003
    residuals = check(gated, weights, steps, layers)
    row = residuals.query(f"layer == {gated.layers} and neuron == 3 and equation == 'recomputed'").set_index("signal")
    assert row.loc["candidate", "residual"] == pytest.approx(0.003, abs=1e-5)
    assert (row.loc["candidate", "sequence"], row.loc["candidate", "step"]) == (1, 5)


@pytest.mark.parametrize(("residual", "is_let_through"), [(1e-5, True), (1.01e-5, False), (np.nan, False)])
def test_a_residual_is_let_through_up_to_a_hundred_thousandth(
    network: Network, residual: float, is_let_through: bool
) -> None:
    row = {"layer": 1, "neuron": 2, "equation": "update", "signal": "hidden", "sequence": 3, "step": 4}
    residuals = pd.DataFrame([row | {"residual": residual, "tolerance": 1e-5}])
    if is_let_through:
        require_equations(network, residuals)
    else:
        assert len(problems_of(network, residuals)) == 1


@pytest.mark.parametrize(
    ("value", "tolerance"),
    # float32 has 24 binary digits: between 2^k and 2^(k + 1) its steps are 2^(k - 23).
    [(0, 1e-5), (-8, 1e-5), (15.9, 1e-5), (16, 10 * 2**-19), (-127, 10 * 2**-17), (128, 10 * 2**-16), (np.nan, 1e-5)],
)
def test_the_tolerance_grows_with_the_steps_of_float32(value: float, tolerance: float) -> None:
    assert tolerances(np.array([value])) == pytest.approx(tolerance)


def counting_weights(network: Network) -> dict[str, np.ndarray]:
    """Return weights under which every cell of the last layer counts what it reads, one by one, with its gates open."""
    weights = random_weights(network, seed=1, scale=0.01)
    bias = weights[f"layer_{network.layers}/bias"].reshape(4, network.units)
    bias[:] = np.array([[20], [20], [3], [1]])  # i, f, g, o
    return weights


@pytest.fixture
def counter(tmp_path: Path) -> Network:
    return small_network(tmp_path, cell="lstm", layers=1)


def test_a_cell_that_counts_to_three_hundred_passes(counter: Network) -> None:
    steps, layers = make_trace(counter, counting_weights(counter), sequences=("a" * 150 + "X" + "b" * 149,))
    assert layers[0]["cell"].max() > 256
    residuals = check(counter, counting_weights(counter), steps, layers)
    assert residuals["residual"].max() > 1e-5
    require_equations(counter, residuals)


def test_a_wrong_value_in_a_cell_that_counts_to_three_hundred_is_caught(counter: Network) -> None:
    steps, layers = make_trace(counter, counting_weights(counter), sequences=("a" * 150 + "X" + "b" * 149,))
    layers[0]["cell"][300, 4] += 2e-3
    (message,) = problems_of(counter, check(counter, counting_weights(counter), steps, layers))
    assert message.startswith("layer 1, neuron 5, sequence 0, step 300: expected the stored cell")
    assert "to 0.00031, found a residual of 0.002" in message


def test_a_wrong_small_value_is_not_hidden_by_a_larger_residual_of_a_large_one(counter: Network) -> None:
    steps, layers = make_trace(counter, counting_weights(counter), sequences=("a" * 150 + "X" + "b" * 149,))
    layers[0]["cell"][290, 4] += 2e-4  # allowed at 290
    layers[0]["cell"][2, 4] += 1e-4  # not allowed at 3
    (message,) = problems_of(counter, check(counter, counting_weights(counter), steps, layers))
    assert "step 2:" in message or "step 3:" in message


def test_gates_from_the_updated_state_are_caught(gated: Network) -> None:
    weights = random_weights(gated, seed=2)
    residuals = check(gated, weights, *make_trace(gated, weights, wrong="late"))
    recomputed = residuals[residuals["equation"] == "recomputed"].groupby("signal")["residual"].min()
    assert (recomputed.drop(list(gated.kind.state)) > 1e-3).all()
    assert len(problems_of(gated, residuals)) == min(10, gated.layers * gated.units)


def test_gates_from_an_older_state_are_caught_though_every_update_holds(gated: Network) -> None:
    weights = random_weights(gated, seed=3)
    residuals = check(gated, weights, *make_trace(gated, weights, wrong="early"))
    assert residuals.query("equation == 'update'")["residual"].max() < TOLERANCE
    assert all("(recomputed)" in message for message in problems_of(gated, residuals))


def test_a_dropped_forget_bias_is_caught(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    weights = random_weights(network, seed=4)
    weights["layer_1/bias"][6:12] += 1
    dropped = {name: values.copy() for name, values in weights.items()}
    dropped["layer_1/bias"][6:12] -= 1
    residuals = check(network, weights, *make_trace(network, dropped))
    worst = residuals.query("equation == 'recomputed' and signal == 'forget_gate'")["residual"]
    assert (worst > 1e-2).all()
    assert len(problems_of(network, residuals)) == network.units


def test_traces_of_other_weights_are_caught(network: Network) -> None:
    traced = make_trace(network, random_weights(network, seed=5))
    assert problems_of(network, check(network, random_weights(network, seed=6), *traced))


def test_tokens_that_were_not_read_are_caught(network: Network) -> None:
    weights = random_weights(network, seed=5)
    steps, layers = make_trace(network, weights)
    steps.loc[3, "token"] = "a"  # it was b
    messages = problems_of(network, check(network, weights, steps, layers))
    assert all(message.startswith("layer 1, neuron ") for message in messages)
    assert all("sequence 0, step 3" in message for message in messages)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_finite_number_is_caught(gated: Network, value: float) -> None:
    weights = random_weights(gated, seed=7)
    steps, layers = make_trace(gated, weights)
    layers[-1]["candidate"][10, 4] = value  # sequence 0 has rows 0 to 3, so this is sequence 1, step 6
    messages = problems_of(gated, check(gated, weights, steps, layers))
    assert messages[0].startswith(f"layer {gated.layers}, neuron 5, sequence 1, step 6: ")
    assert messages[0].endswith("found a residual of inf")


@settings(max_examples=40)
@given(data=st.data())
def test_one_wrong_value_is_found_exactly_where_it_stands(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    cell, layers = data.draw(st.sampled_from([("lstm", 1), ("lstm", 2), ("gru", 1), ("gru", 2)]))
    network = small_network(tmp_path_factory.mktemp("network"), cell=cell, layers=layers)
    weights = random_weights(network, seed=8)
    steps, signals = make_trace(network, weights)
    layer, neuron = data.draw(st.integers(1, layers)), data.draw(st.integers(1, network.units))
    row, signal = data.draw(st.integers(0, len(steps) - 1)), data.draw(st.sampled_from(MUTE[cell]))
    delta = data.draw(st.sampled_from([-0.5, 0.001, 0.02]))
    signals[layer - 1][signal][row, neuron - 1] += delta
    (message,) = problems_of(network, check(network, weights, steps, signals))
    place = f"sequence {steps['sequence'][row]}, step {steps['step'][row]}"
    assert message.startswith(f"layer {layer}, neuron {neuron}, {place}: expected the stored ")
    # Itself by as much as was added; a state that follows from it may be off by up to twice that.
    found = float(message.rsplit(" ", 1)[1])
    assert f"stored {signal} to obey its equation (recomputed)" in message or found > abs(delta)
    assert 0.98 * abs(delta) <= found <= 2.02 * abs(delta)


def test_the_reference_runs_as_the_textbook_says(network: Network) -> None:
    weights = random_weights(network, seed=9)
    _, layers = make_trace(network, weights)
    found = [read_signals(network, weights, [sequence]) for sequence in SEQUENCES]
    for layer, signals in enumerate(layers):
        for key, values in signals.items():
            together = np.concatenate([of_sequence[layer][key] for of_sequence in found])
            np.testing.assert_allclose(together, values, rtol=0, atol=1e-6)


@given(st.floats(-1e6, 1e6))
def test_the_logistic_function_overflows_nowhere(z: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        value = float(sigmoid(np.array(z)))
    assert value == pytest.approx(1 / (1 + np.exp(-np.longdouble(min(max(z, -700), 700)))), abs=1e-12)
