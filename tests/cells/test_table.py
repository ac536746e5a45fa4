"""The table of signals: one spelling each, and printed updates that equal the checked arithmetic."""

import re
from dataclasses import replace

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.coupled import KIND as COUPLED
from lstmgallery.cells.gru import KIND as GRU
from lstmgallery.cells.lstm import KIND as LSTM
from lstmgallery.cells.peephole import KIND as PEEPHOLE
from lstmgallery.cells.reference import keep
from lstmgallery.cells.table import CellKind, Update
from lstmgallery.desk.reference import step_of

each_kind = pytest.mark.parametrize("kind", CELL_KINDS.values(), ids=CELL_KINDS)


def test_the_signals_have_the_names_of_the_field() -> None:
    assert LSTM.keys == ("cell", "hidden", "candidate", "input_gate", "forget_gate", "output_gate")
    assert GRU.keys == ("hidden", "candidate", "update_gate", "reset_gate")


def test_weights_follow_from_the_columns_the_biases_and_the_diagonals() -> None:
    assert LSTM.weight_shapes(3, 2) == {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}
    assert GRU.weight_shapes(3, 2) == {"kernel": (3, 6), "recurrent_kernel": (2, 6), "bias": (2, 6)}
    peepholes = {"input_peephole": (2,), "forget_peephole": (2,), "output_peephole": (2,)}
    assert PEEPHOLE.weight_shapes(3, 2) == LSTM.weight_shapes(3, 2) | peepholes


def test_biases_start_open_or_shut_by_the_table_and_diagonals_at_zero() -> None:
    assert LSTM.initial_row("bias", 2) == [0, 0, 1, 1, 0, 0, 0, 0]  # i f g o
    assert COUPLED.initial_row("bias", 2) == [-1, -1, 0, 0, 0, 0]  # i g o
    assert PEEPHOLE.initial_row("bias", 1) == [0, 1, 0, 0]
    assert PEEPHOLE.initial_row("output_peephole", 3) == [0, 0, 0]


@each_kind
def test_keys_and_symbols_are_distinct_and_plain(kind: CellKind) -> None:
    assert len({signal.symbol for signal in kind.signals}) == len(set(kind.keys)) == len(kind.signals)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", key) for key in kind.keys)


@each_kind
def test_a_kind_names_its_own_signals(kind: CellKind) -> None:
    assert {kind.memory, *kind.state, *(update.signal for update in kind.updates)} <= set(kind.keys)
    assert all(kind[key].key == key for key in kind.keys)


@each_kind
def test_gates_run_from_0_to_1_and_memories_around_0(kind: CellKind) -> None:
    for signal in kind.signals:
        expected = {"gate": (0.0, 1.0), "memory": (-1.0, 1.0)}[signal.palette]
        assert (signal.low, signal.high) == ((None, None) if signal.key == "cell" else expected)


def test_the_updates_of_an_lstm_are_the_arithmetic_of_the_textbook() -> None:
    random = np.random.default_rng(1)
    now, earlier = ({key: random.uniform(-1, 1, 5) for key in LSTM.keys} for _ in range(2))
    found = {update.signal: update.evaluate(now, earlier) for update in LSTM.updates}
    cell = now["forget_gate"] * earlier["cell"] + now["input_gate"] * now["candidate"]
    assert found.keys() == {"cell", "hidden"}
    np.testing.assert_array_equal(found["cell"], cell)
    np.testing.assert_array_equal(found["hidden"], now["output_gate"] * np.tanh(now["cell"]))


def test_the_update_of_a_gru_is_the_arithmetic_of_the_textbook() -> None:
    random = np.random.default_rng(2)
    now, earlier = ({key: random.uniform(-1, 1, 5) for key in GRU.keys} for _ in range(2))
    found = {update.signal: update.evaluate(now, earlier) for update in GRU.updates}
    z = now["update_gate"]
    assert found.keys() == {"hidden"}
    np.testing.assert_array_equal(found["hidden"], z * earlier["hidden"] + (1 - z) * now["candidate"])


def test_the_printed_formula_of_an_updated_signal_is_its_update() -> None:
    assert (LSTM.formula("cell"), LSTM.formula("hidden")) == ("f·c′ + i·g", "o·tanh(c)")
    assert GRU.formula("hidden") == "z·h′ + (1 − z)·g"
    assert COUPLED.formula("forget_gate") == "1 − i"
    assert (LSTM.formula("input_gate"), GRU.formula("update_gate")) == ("σ(W x + U h′ + b)",) * 2


@each_kind
def test_a_signal_has_either_a_formula_or_an_update(kind: CellKind) -> None:
    updated = {update.signal for update in kind.updates}
    assert {signal.key for signal in kind.signals if signal.formula is None} == updated


def test_a_signal_without_formula_and_update_is_refused() -> None:
    with pytest.raises(ValueError, match="lstm: expected a formula or an update of cell, found neither"):
        replace(LSTM, updates=()).formula("cell")


@pytest.mark.parametrize("expression", ["{cell} / {cell'}", "exp({cell})", "tanh({cell}, {cell})", "{cell}[0]"])
def test_an_update_is_made_of_sums_products_and_tanh(expression: str) -> None:
    values = {"cell": np.ones(2)}
    with pytest.raises((ValueError, KeyError)):
        Update("cell", expression).evaluate(values, values)


@each_kind
def test_a_step_gives_every_signal_of_the_table(kind: CellKind) -> None:
    weights = {name: np.ones(shape) for name, shape in kind.weight_shapes(3, 2).items()}
    state = {key: np.zeros((1, 2)) for key in kind.state}
    assert tuple(step_of(kind)(np.ones((1, 3)), state, weights, keep)) == kind.keys
