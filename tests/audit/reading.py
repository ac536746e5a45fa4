"""A network read from its files and run again in NumPy: its signals while it reads, and its output.

Takes `build/<network>/`, needs nothing of the gallery's own code. Letters, as in the textbooks: x input, h hidden
state, c cell state, g candidate, i f o z r gates. Sequences are read side by side; the shorter ones keep their state
while the longer ones read on.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

START, END = "<start>", "<end>"
SHOWN, HELD_OUT = "figure", "held_out"
DELIMITER = {"counting": "X", "selective-counting": "Y", "state-memory": "Y", "copying": "X"}
_OF_LSTM = ("cell", "hidden", "candidate", "input_gate", "forget_gate", "output_gate")
SIGNALS = {
    "lstm": _OF_LSTM,
    "peephole": _OF_LSTM,
    "coupled": _OF_LSTM,
    "gru": ("hidden", "candidate", "update_gate", "reset_gate"),
}
MEMORY = {"lstm": "cell", "peephole": "cell", "coupled": "cell", "gru": "hidden"}
COMMON = ("kernel", "recurrent_kernel", "bias")

Arrays = Mapping[str, np.ndarray]
Place = tuple[int, int]  # layer and neuron, from 1
Edit = Callable[[int, int, str, np.ndarray], np.ndarray]  # (layer, step, signal, values) -> values
EditSignal = Callable[[str, np.ndarray], np.ndarray]  # the same at one layer and step


@dataclass(frozen=True)
class Files:
    """One network's files. `tables` are the Parquet files by name without ending, `about` the metadata of `steps`.

    `untrained` are the weights before training, `seeds` those of the sweep.
    """

    about: Mapping[str, Any]
    weights: Arrays
    untrained: Arrays
    seeds: Mapping[int, Arrays]
    tables: Mapping[str, pd.DataFrame]

    @property
    def spec(self) -> Mapping[str, Any]:
        """The network's specification: `task`, `cell`, `layers`, `units` and more."""
        spec: Mapping[str, Any] = self.about["network"]
        return spec

    @property
    def kind(self) -> str:
        """The kind of task."""
        return str(self.spec["task"]["kind"])

    @property
    def memory(self) -> str:
        """The signal with a neuron's memory."""
        return MEMORY[self.spec["cell"]]

    @property
    def places(self) -> list[Place]:
        """Every (layer, neuron)."""
        layers, units = self.spec["layers"], self.spec["units"]
        return [(layer, neuron) for layer in range(1, layers + 1) for neuron in range(1, units + 1)]

    def texts(self, *splits: str) -> list[str]:
        """Return the sequences of some splits, in their order."""
        steps = self.tables["steps"]
        read = steps[steps["split"].isin(splits) & (steps["step"] > 0)]
        return ["".join(tokens) for _, tokens in read.groupby("sequence")["token"]]

    def model(self, weights: Arrays | None = None) -> "Model":
        """Return the network, with other weights if they are given."""
        chosen = self.weights if weights is None else weights
        exact = {name: values.astype(np.float64) for name, values in chosen.items()}
        return Model(self.spec["cell"], tuple(self.about["vocabulary"]), exact)


def read_files(folder: Path) -> Files:
    """Return the files of one network's folder; without seeds if their sweep was left out."""
    seeds: dict[int, dict[str, np.ndarray]] = {}
    swept = dict(np.load(folder / "seeds.npz")) if (folder / "seeds.npz").is_file() else {}
    for key, values in swept.items():
        seed, _, name = key.partition("/")
        seeds.setdefault(int(seed.removeprefix("seed_")), {})[name] = values
    return Files(
        about=json.loads(pq.read_schema(folder / "steps.parquet").metadata[b"lstmgallery"]),
        weights=dict(np.load(folder / "weights.npz")),
        untrained=dict(np.load(folder / "untrained.npz")),
        seeds=seeds,
        tables={file.stem: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))},
    )


@dataclass(frozen=True)
class Model:
    """A kind of cell, the tokens in the order of inputs and outputs, and weights under Keras's names, float64."""

    cell: str
    tokens: tuple[str, ...]
    weights: Arrays

    @property
    def layers(self) -> int:
        return sum(name.endswith("recurrent_kernel") for name in self.weights)

    @property
    def units(self) -> int:
        return len(self.weights["readout/kernel"])


@dataclass(frozen=True)
class Reading:
    """The signals of a network while it reads texts, one text per row.

    `lengths`: (rows,), the steps of each; values beyond them mean nothing. `signals[layer - 1][signal]`:
    (rows, steps, units). `logits`: (rows, steps, tokens), of the next token.
    """

    lengths: np.ndarray
    signals: list[dict[str, np.ndarray]]
    logits: np.ndarray

    def at_end(self, values: np.ndarray) -> np.ndarray:
        """Return (rows, ...), the `values` (rows, steps, ...) at the last step of each text."""
        last: np.ndarray = values[np.arange(len(values)), self.lengths - 1]
        return last

    def of_steps(self, values: np.ndarray) -> np.ndarray:
        """Return `values` (rows, steps, ...) without padding, one text after the other."""
        is_step = np.arange(values.shape[1]) < self.lengths[:, None]
        steps: np.ndarray = values[is_step]
        return steps


def read(model: Model, texts: Sequence[str], edit: Edit | None = None) -> Reading:
    """Read texts side by side, the start token first, from a zero state; `edit` may change any signal on the way."""
    lengths = np.array([1 + len(text) for text in texts])
    state = [{key: np.zeros((len(texts), model.units)) for key in ("hidden", "cell")} for _ in range(model.layers)]
    computed, logits = [], []
    for at in range(lengths.max()):
        tokens = [(START, *text)[at] if at <= len(text) else START for text in texts]
        signals, of_step = step(model, state, tokens, at, edit)
        is_reading = (at < lengths)[:, None]
        state = [
            {key: np.where(is_reading, new[key], old[key]) for key in old if key in new}
            for new, old in zip(signals, state, strict=True)
        ]
        computed.append(signals)
        logits.append(of_step)
    keys = SIGNALS[model.cell]
    stacked = [
        {key: np.stack([signals[at][key] for signals in computed], axis=1) for key in keys} for at in range(len(state))
    ]
    return Reading(lengths, stacked, np.stack(logits, axis=1))


def write(
    model: Model, prompts: Sequence[str], *, at_most: int, edit: Edit | None = None
) -> tuple[list[str], np.ndarray]:
    """Let a network continue prompts, always with its first choice, for `at_most` tokens.

    Return its output before the end token, and whether it ends, (rows,). `edit` may change signals while the
    prompts are read.
    """
    reading = read(model, prompts, edit)
    state = [{key: reading.at_end(values) for key, values in signals.items()} for signals in reading.signals]
    logits = reading.at_end(reading.logits)
    written = ["" for _ in prompts]
    has_ended = np.zeros(len(prompts), bool)
    for _ in range(at_most):
        chosen = [model.tokens[at] for at in logits.argmax(axis=1)]
        has_ended |= np.array(chosen) == END
        if has_ended.all():
            break
        written = [
            text if ended else text + token for text, token, ended in zip(written, chosen, has_ended, strict=True)
        ]
        state, logits = step(model, state, chosen)
    return written, has_ended


def step(
    model: Model, state: Sequence[Arrays], tokens: Sequence[str], at: int = 0, edit: Edit | None = None
) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
    """Read one token in each row; return each layer's signals, (rows, units), and the logits, (rows, tokens)."""
    x = (np.array(tokens)[:, None] == np.array(model.tokens)).astype(np.float64)  # (rows, tokens)
    computed = []
    for layer, before in enumerate(state, start=1):
        prefix = f"layer_{layer}/"
        weights = {name.removeprefix(prefix): each for name, each in model.weights.items() if name.startswith(prefix)}
        cell = {"lstm": read_lstm, "peephole": read_lstm, "coupled": read_coupled, "gru": read_gru}[model.cell]
        computed.append(cell(x, before, weights, _edit_at(edit, layer, at)))
        x = computed[-1]["hidden"]
    logits: np.ndarray = x @ model.weights["readout/kernel"] + model.weights["readout/bias"]
    return computed, logits


def read_lstm(x: np.ndarray, before: Arrays, weights: Arrays, edit: EditSignal) -> dict[str, np.ndarray]:
    """Return the signals of one step of an LSTM, with peepholes if the weights have them.

    The kernels hold the columns of i, f, g, o in this order.
    """
    kernel, recurrent, bias = (weights[name] for name in COMMON)
    see_i, see_f, see_o = (weights.get(f"{gate}_peephole", 0.0) for gate in ("input", "forget", "output"))
    i, f, g, o = np.split(x @ kernel + before["hidden"] @ recurrent + bias, 4, axis=1)
    now = {"input_gate": edit("input_gate", logistic(i + see_i * before["cell"]))}
    now["forget_gate"] = edit("forget_gate", logistic(f + see_f * before["cell"]))
    now["candidate"] = edit("candidate", np.tanh(g))
    now["cell"] = edit("cell", now["forget_gate"] * before["cell"] + now["input_gate"] * now["candidate"])
    now["output_gate"] = edit("output_gate", logistic(o + see_o * now["cell"]))
    now["hidden"] = edit("hidden", now["output_gate"] * np.tanh(now["cell"]))
    return now


def read_coupled(x: np.ndarray, before: Arrays, weights: Arrays, edit: EditSignal) -> dict[str, np.ndarray]:
    """Return the signals of one step of an LSTM that forgets as much as it writes; columns of i, g, o."""
    kernel, recurrent, bias = (weights[name] for name in COMMON)
    i, g, o = np.split(x @ kernel + before["hidden"] @ recurrent + bias, 3, axis=1)
    now = {"input_gate": edit("input_gate", logistic(i))}
    now["forget_gate"] = edit("forget_gate", 1 - now["input_gate"])
    now |= {"candidate": edit("candidate", np.tanh(g)), "output_gate": edit("output_gate", logistic(o))}
    now["cell"] = edit("cell", now["forget_gate"] * before["cell"] + now["input_gate"] * now["candidate"])
    now["hidden"] = edit("hidden", now["output_gate"] * np.tanh(now["cell"]))
    return now


def read_gru(x: np.ndarray, before: Arrays, weights: Arrays, edit: EditSignal) -> dict[str, np.ndarray]:
    """Return the signals of one step of a GRU; the kernels hold the columns of z, r, g in this order.

    The reset gate acts on what the recurrent kernel has made of the state, and each kernel has its own bias.
    """
    kernel, recurrent, bias = (weights[name] for name in COMMON)
    z, r, g = np.split(x @ kernel + bias[0], 3, axis=1)
    z_state, r_state, g_state = np.split(before["hidden"] @ recurrent + bias[1], 3, axis=1)
    now = {"update_gate": edit("update_gate", logistic(z + z_state))}
    now["reset_gate"] = edit("reset_gate", logistic(r + r_state))
    now["candidate"] = edit("candidate", np.tanh(g + now["reset_gate"] * g_state))
    kept = now["update_gate"] * before["hidden"]
    now["hidden"] = edit("hidden", kept + (1 - now["update_gate"]) * now["candidate"])
    return now


def logistic(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)), without overflow."""
    value: np.ndarray = np.exp(-np.logaddexp(0, -z))
    return value


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the logarithms of the probabilities, over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    value: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return value


def _edit_at(edit: Edit | None, layer: int, at: int) -> EditSignal:
    if edit is None:
        return lambda signal, values: values  # noqa: ARG005
    return lambda signal, values: edit(layer, at, signal, values)


def language(task: Mapping[str, Any]) -> list[str]:
    """Return every sequence of a task, in arbitrary order."""
    if task["kind"] == "counting":
        return ["a" * n + "X" + "b" * n for n in range(1, task["longest"] + 1)]
    if task["kind"] == "state-memory":
        return [letter + "x" * k + "Y" + letter.lower() for letter in "AB" for k in range(1, task["longest_wait"] + 1)]
    if task["kind"] == "copying":
        return [a + b + c + "X" + a + b + c for a in "abc" for b in "abc" for c in "abc"]
    texts, of_length = [], [""]
    for _ in range(task["longest"] + task["most_ignored"]):
        of_length = [text + letter for text in of_length for letter in "aX"]
        texts += [text + "Y" + "b" * text.count("a") for text in of_length]
    return [t for t in texts if 1 <= t.count("a") <= task["longest"] and t.count("X") <= task["most_ignored"]]


def features(kind: str, read: str, text: str) -> dict[str, Any]:
    """Return the ground truth of `text` at the step after its beginning `read`."""
    delimiter = DELIMITER[kind]
    phase = "before" if delimiter not in read else "delimiter" if read.endswith(delimiter) else "after"
    if kind == "state-memory":
        return {"phase": phase, "letter": read[:1] or None, "x_count": read.count("x")}
    if kind == "copying":
        letters = {name: read[at : at + 1] or None for at, name in enumerate(("first", "second", "third"))}
        next_letter = text[len(read)] if delimiter in read and read != text else None
        return {"phase": phase, "position": len(read), **letters, "next_letter": next_letter}
    counts = {"a_count": read.count("a"), "remaining": read.count("a") - read.count("b")}
    return {"phase": phase, **counts, **({"x_count": read.count("X")} if kind == "selective-counting" else {})}


def truths(kind: str, texts: Sequence[str]) -> pd.DataFrame:
    """Return one row for each step of each text: sequence, step, token, next_token and the features."""
    rows = []
    for number, text in enumerate(texts):
        for at in range(len(text) + 1):
            place = {"sequence": number, "step": at, "token": (START, *text)[at], "next_token": (*text, END)[at]}
            rows.append({**place, **features(kind, text[:at], text)})
    return pd.DataFrame(rows)
