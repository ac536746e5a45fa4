"""The table of signals: one spelling each, and updates that say the arithmetic that is checked."""

import re

import numpy as np
import pytest

from lstmgallery.desk.equations import UPDATES
from lstmgallery.desk.reference import STEPS
from lstmgallery.signals import CELL_KINDS, GRU, LSTM, CellKind

each_kind = pytest.mark.parametrize("kind", CELL_KINDS.values(), ids=CELL_KINDS)


def arithmetic_of(pieces: list[tuple[str, str, bool]]) -> str:
    """Return an update as Python, its values named `now` and `earlier`."""
    text = "".join(
        before + (f"{'earlier' if is_earlier else 'now'}['{key}']" if key else "") for before, key, is_earlier in pieces
    )
    return text.replace("·", "*").replace("−", "-").replace("tanh", "np.tanh")


def test_the_signals_have_the_names_of_the_field() -> None:
    assert LSTM.keys == ("cell", "hidden", "candidate", "input_gate", "forget_gate", "output_gate")
    assert GRU.keys == ("hidden", "candidate", "update_gate", "reset_gate")


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


@each_kind
def test_an_update_says_the_arithmetic_that_is_checked(kind: CellKind) -> None:
    random = np.random.default_rng(1)
    now, earlier = ({key: random.uniform(-1, 1, 5) for key in kind.keys} for _ in range(2))
    expected = UPDATES[kind.key](now, earlier)
    assert {update.signal for update in kind.updates} == set(expected)
    for update in kind.updates:
        value = eval(arithmetic_of(list(update.pieces())), {"np": np, "now": now, "earlier": earlier})
        np.testing.assert_allclose(value, expected[update.signal])


@each_kind
def test_a_step_gives_every_signal_of_the_table(kind: CellKind) -> None:
    gates = {"lstm": 4, "gru": 3}[kind.key]
    bias = np.zeros(4 * 2) if kind.key == "lstm" else np.zeros((2, 3 * 2))
    weights = {"kernel": np.ones((3, gates * 2)), "recurrent_kernel": np.ones((2, gates * 2)), "bias": bias}
    state = {key: np.zeros((1, 2)) for key in kind.state}
    assert tuple(STEPS[kind.key](np.ones((1, 3)), state, weights)) == kind.keys
