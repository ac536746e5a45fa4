"""The table of signals: for each kind of cell, what it computes at every step.

One spelling of every signal, used in Python, Parquet, JSON, CSS and prose. Cells, traces, checks, figures and
palettes all read this table, so a new kind of cell starts here.

Letters, as in the textbooks: x input, h hidden state, c cell state, g candidate, i f o z r gates; a prime marks the
value one step earlier; W U b are weights. An update is written with the keys of the table in braces, a prime inside
the brace for the value one step earlier: `{forget_gate}·{cell'} + {input_gate}·{candidate}`.
"""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Palette = Literal["memory", "gate"]


@dataclass(frozen=True)
class Signal:
    """One signal of a cell. `low` and `high` bound its values; None where nothing bounds them."""

    key: str
    symbol: str
    name: str
    low: float | None
    high: float | None
    palette: Palette
    formula: str
    sentence: str


@dataclass(frozen=True)
class Update:
    """How one signal follows from others of the same neuron: the arithmetic that a reader can redo by hand."""

    signal: str
    expression: str

    def pieces(self) -> Iterator[tuple[str, str, bool]]:
        """Yield (text before, signal key or '', whether it is the value one step earlier), in reading order."""
        for text, key, _, _ in string.Formatter().parse(self.expression):
            yield text, (key or "").rstrip("'"), (key or "").endswith("'")


@dataclass(frozen=True)
class CellKind:
    """A kind of recurrent cell: its signals in the order in which every file and figure lists them."""

    key: str
    title: str
    signals: tuple[Signal, ...]
    updates: tuple[Update, ...]
    memory: str  # the signal that carries the neuron's memory from step to step
    state: tuple[str, ...]  # the signals handed from one step to the next, in Keras's order
    products: int  # how many times the units stand side by side in a kernel: once for each gate and for the candidate
    biases: int  # rows of the bias: one, or one for the input and one for the state

    def weight_shapes(self, inputs: int, units: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's weights by their names in Keras."""
        columns = self.products * units
        return {
            "kernel": (inputs, columns),
            "recurrent_kernel": (units, columns),
            "bias": (columns,) if self.biases == 1 else (self.biases, columns),
        }

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(signal.key for signal in self.signals)

    def __getitem__(self, key: str) -> Signal:
        return next(signal for signal in self.signals if signal.key == key)


_HIDDEN = "What the neuron shows the rest of the network at this step."
_CANDIDATE = "What the neuron would write into its memory now, before a gate decides how much of it is let in."

LSTM = CellKind(
    key="lstm",
    title="LSTM",
    signals=(
        Signal(
            "cell",
            "c",
            "Cell state",
            None,
            None,
            "memory",
            "f·c′ + i·g",
            "The long-term memory: what is kept of the step before, plus what is newly written.",
        ),
        Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", "o·tanh(c)", _HIDDEN),
        Signal("candidate", "g", "Candidate memory", -1.0, 1.0, "memory", "tanh(W x + U h′ + b)", _CANDIDATE),
        Signal(
            "input_gate",
            "i",
            "Input gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the candidate is written: 0 ignores this step, 1 writes all of it.",
        ),
        Signal(
            "forget_gate",
            "f",
            "Forget gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old cell state is kept: 0 wipes it, 1 keeps all of it.",
        ),
        Signal(
            "output_gate",
            "o",
            "Output gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the memory is shown: 0 hides it, 1 shows all of it.",
        ),
    ),
    updates=(
        Update("cell", "{forget_gate}·{cell'} + {input_gate}·{candidate}"),
        Update("hidden", "{output_gate}·tanh({cell})"),
    ),
    memory="cell",
    state=("hidden", "cell"),
    products=4,
    biases=1,
)

GRU = CellKind(
    key="gru",
    title="GRU",
    signals=(
        Signal("hidden", "h", "Hidden state", -1.0, 1.0, "memory", "z·h′ + (1 − z)·g", _HIDDEN),
        Signal("candidate", "g", "Candidate memory", -1.0, 1.0, "memory", "tanh(W x + b + r·(U h′ + b))", _CANDIDATE),
        Signal(
            "update_gate",
            "z",
            "Update gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old state is kept: 1 keeps all of it, 0 replaces it by the candidate.",
        ),
        Signal(
            "reset_gate",
            "r",
            "Reset gate",
            0.0,
            1.0,
            "gate",
            "σ(W x + U h′ + b)",
            "How much of the old state the candidate may look at: 0 none of it, 1 all of it.",
        ),
    ),
    updates=(Update("hidden", "{update_gate}·{hidden'} + (1 − {update_gate})·{candidate}"),),
    memory="hidden",
    state=("hidden",),
    products=3,
    biases=2,
)

CELL_KINDS: dict[str, CellKind] = {kind.key: kind for kind in (LSTM, GRU)}
