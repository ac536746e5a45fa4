"""The table of a kind of cell: its signals and its weights.

Every signal has one spelling, used in Python, Parquet, JSON, CSS and prose. Cells, traces, checks, figures and
palettes all read these tables.

Letters, as in the textbooks: x input, h hidden state, c cell state, g candidate, i f o z r gates; a prime marks the
value one step earlier; W U b are weights. An update is written with the keys of the table in braces, a prime inside
the brace for the value one step earlier: `{forget_gate}·{cell'} + {input_gate}·{candidate}`.
"""

import ast
import operator
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Palette = Literal["memory", "gate"]


@dataclass(frozen=True)
class Signal:
    """One signal of a cell. `low` and `high` bound its values; None if unbounded.

    `formula` is that of a signal squashed from weighted sums; None if the cell has an `Update` for it.
    """

    key: str
    symbol: str
    name: str
    low: float | None
    high: float | None
    palette: Palette
    formula: str | None
    sentence: str


@dataclass(frozen=True)
class Update:
    """The formula of one signal in terms of others of the same neuron: arithmetic a reader can redo by hand."""

    signal: str
    expression: str

    def evaluate(self, now: Mapping[str, np.ndarray], earlier: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the value of the expression from the signals of this step, `now`, and of the last one, `earlier`."""
        names = {**now, **{f"earlier_{key}": values for key, values in earlier.items()}}
        written = "".join(text + ("earlier_" if is_earlier else "") + key for text, key, is_earlier in self.pieces())
        value: np.ndarray = _value(ast.parse(written.translate(_SIGNS), mode="eval").body, names)
        return value

    def pieces(self) -> Iterator[tuple[str, str, bool]]:
        """Yield (text before, signal key or '', whether it is the previous step's value), in reading order."""
        for text, key, _, _ in string.Formatter().parse(self.expression):
            yield text, (key or "").rstrip("'"), (key or "").endswith("'")


# Printed mathematical symbols and their Python operators.
_SIGNS = str.maketrans({"·": "*", "−": "-"})
_OPERATIONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"tanh": np.tanh}


def _value(node: ast.expr, names: Mapping[str, np.ndarray]) -> Any:
    """Return the value of an expression of names, numbers, sums, products and functions of one value."""
    match node:
        case ast.Name():
            return names[node.id]
        case ast.Constant():
            return node.value
        case ast.BinOp():
            return _OPERATIONS[type(node.op)](_value(node.left, names), _value(node.right, names))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _FUNCTIONS[name](_value(argument, names))
    raise ValueError(f"an update is made of sums, products and {', '.join(_FUNCTIONS)}, found {ast.unparse(node)}")


@dataclass(frozen=True)
class CellKind:
    """A kind of recurrent cell, with its signals in the order used by every file and figure."""

    key: str
    title: str  # within a sentence
    article: str  # for the title: a or an
    signals: tuple[Signal, ...]
    updates: tuple[Update, ...]
    memory: str  # the signal that carries a neuron's memory between steps
    state: tuple[str, ...]  # the signals passed from one step to the next, in Keras's order
    columns: tuple[str, ...]  # the signals whose units are the columns of a kernel, in Keras's order
    begins_open: tuple[str, ...]  # those columns whose bias starts at one; all other biases start at zero
    biases: int  # rows of the bias: one, or one for the input and one for the state
    begins_shut: tuple[str, ...] = ()  # those columns whose bias starts at minus one
    diagonals: tuple[str, ...] = ()  # further weights, one number for each unit, such as peepholes; they start at zero

    def weight_shapes(self, inputs: int, units: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's weights by Keras name."""
        columns = len(self.columns) * units
        return {
            "kernel": (inputs, columns),
            "recurrent_kernel": (units, columns),
            "bias": (columns,) if self.biases == 1 else (self.biases, columns),
            **dict.fromkeys(self.diagonals, (units,)),
        }

    def initial_row(self, name: str, units: int) -> list[float]:
        """Return one row of an untrained layer's bias or diagonal, by name: the weights that are not drawn."""
        if name in self.diagonals:
            return [0.0] * units
        starts = {key: (key in self.begins_open) - (key in self.begins_shut) for key in self.columns}
        return [float(starts[key]) for key in self.columns for _ in range(units)]

    def formula(self, key: str) -> str:
        """Return a signal's formula as printed, in symbols: its update, if it has one."""
        update = next((update for update in self.updates if update.signal == key), None)
        if update is not None:
            return "".join(
                text + (self[read].symbol if read else "") + ("′" if is_earlier else "")
                for text, read, is_earlier in update.pieces()
            )
        formula = self[key].formula
        if formula is None:
            raise ValueError(f"{self.key}: expected a formula or an update of {key}, found neither")
        return formula

    @property
    def heading(self) -> str:
        """The title as the first words of a sentence."""
        return f"{self.title[0].upper()}{self.title[1:]}"

    @property
    def memories(self) -> tuple[str, ...]:
        """The signals among which the best carrier of a task is sought: the memory, and the hidden state."""
        return tuple(dict.fromkeys((self.memory, "hidden")))

    @property
    def palettes(self) -> tuple[Palette, ...]:
        """The palettes of its signals, without repeats."""
        return tuple(dict.fromkeys(signal.palette for signal in self.signals))

    @property
    def gates(self) -> tuple[Signal, ...]:
        """The gates, in the order of the signals."""
        return tuple(signal for signal in self.signals if signal.palette == "gate")

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(signal.key for signal in self.signals)

    def __getitem__(self, key: str) -> Signal:
        return next(signal for signal in self.signals if signal.key == key)


HIDDEN = "The neuron’s output to the rest of the network at this step."
CANDIDATE = "The value proposed for the memory at this step, before a gate scales it."
