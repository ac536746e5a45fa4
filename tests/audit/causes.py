"""Interventions and frontiers: a network reads and writes while parts of it are changed, and beyond training."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.audit.reading import DELIMITER, END, Edit, Files, Model, Place, log_softmax, read, write
from tests.audit.scoring import slope_of

FURTHEST = 100


def hold(place: Place, signal: str, amount: float) -> Edit:
    """Return the edit that holds one signal of one neuron at `amount` from the first step to the last."""

    def edit(layer: int, at: int, name: str, values: np.ndarray) -> np.ndarray:  # noqa: ARG001
        if (layer, name) != (place[0], signal):
            return values
        return np.where(np.arange(values.shape[1]) == place[1] - 1, amount, values)

    return edit


def reading_results(files: Files, model: Model, texts: Sequence[str], edit: Edit | None = None) -> dict[str, float]:
    """Return the loss in nats a token, and the share of texts written right; for copying also of each letter."""
    reading = read(model, texts, edit)
    lost, is_right, letters = 0.0, [], []
    for row, text in enumerate(texts):
        following = [model.tokens.index(token) for token in (*text, END)]
        logits = reading.logits[row, : len(following)]
        lost -= log_softmax(logits)[np.arange(len(following)), following].sum()
        at = text.index(DELIMITER[files.kind]) + 1
        is_predicted = (logits.argmax(axis=1) == following)[at:]
        is_right.append(is_predicted.all())
        letters.append(is_predicted[:3])
    results = {"loss": float(lost / reading.lengths.sum()), "right": float(np.mean(is_right))}
    if files.kind == "copying":
        results |= {f"right_{at + 1}": float(share) for at, share in enumerate(np.mean(letters, axis=0))}
    return results


def add_counts(files: Files, model: Model, places: Sequence[Place]) -> list[tuple[int, int, int]]:
    """Add -3 to 3 counts to the cells of some neurons at the delimiter; return (counts, a's read, b's written).

    One count is what one more a adds to the cell there: the slope over all lengths of training. The a's are those of
    the lengths from which three less and three more are in the training range, or else of the longest.
    """
    longest, delimiter = files.spec["task"]["longest"], DELIMITER[files.kind]
    every = np.arange(1, longest + 1)
    reading = read(model, ["a" * n + delimiter for n in every])
    cells = [reading.at_end(signals[files.memory]) for signals in reading.signals]  # (lengths, units)
    unit = {(layer, neuron): slope_of(every, cells[layer - 1][:, neuron - 1]) for layer, neuron in places}
    sizes = [*range(4, longest - 2)] or [longest]
    doses = [(dose, n) for dose in range(-3, 4) for n in sizes]

    def edit(layer: int, at: int, name: str, values: np.ndarray) -> np.ndarray:
        if name != files.memory:
            return values
        values = values.copy()
        for of_layer, neuron in places:
            for row, (dose, n) in enumerate(doses):
                if of_layer == layer and at == n + 1:
                    values[row, neuron - 1] += dose * unit[layer, neuron]
        return values

    texts, _ = write(model, ["a" * n + delimiter for _, n in doses], at_most=2 * longest + 10, edit=edit)
    return [(dose, n, len(text) - len(text.lstrip("b"))) for (dose, n), text in zip(doses, texts, strict=True)]


def slope_of_doses(doses: Sequence[tuple[int, int, int]]) -> float:
    """Return the additional b's per count added."""
    counts, lengths, written = np.array(doses, dtype=float).T
    return slope_of(counts, written - lengths)


def exchange(files: Files, model: Model, places: Sequence[Place]) -> tuple[float, int]:
    """Give some neurons, just before the delimiter, the memory of the twin that began with the other letter.

    Return the share of sequences in which the other letter comes out, and how many there are.
    """
    starts = [(letter, letter + "x" * k) for k in range(1, files.spec["task"]["longest_wait"] + 1) for letter in "AB"]
    twins = [text.translate(str.maketrans("AB", "BA")) for _, text in starts]
    reading = read(model, twins)
    held = [reading.at_end(signals[files.memory]) for signals in reading.signals]  # (rows, units)

    def edit(layer: int, at: int, name: str, values: np.ndarray) -> np.ndarray:
        if name != files.memory:
            return values
        values = values.copy()
        for of_layer, neuron in places:
            if of_layer == layer:
                is_due = np.array([len(text) for _, text in starts]) == at
                values[is_due, neuron - 1] = held[layer - 1][is_due, neuron - 1]
        return values

    written, _ = write(model, [text + "Y" for _, text in starts], at_most=1, edit=edit)
    other = ["b" if letter == "A" else "a" for letter, _ in starts]
    return float(np.mean([text == letter for text, letter in zip(written, other, strict=True)])), len(starts)


def write_frontier(files: Files, model: Model, place: Place) -> pd.DataFrame:
    """Return the frontier of a network with any weights, with the memory of one neuron.

    Where X's are to be ignored, their places are random: prompts are taken as they were stored, and checked.
    """
    if files.kind == "copying":
        return files.tables["frontier"].iloc[:0]
    cases = [
        (size, variant, prompt, answer)
        for size in range(1, FURTHEST + 1)
        for variant, prompt, answer in prompts(files, size)
    ]
    table = pd.DataFrame(cases, columns=["size", "variant", "prompt", "expected"])
    table["is_trained"] = True
    if files.kind == "selective-counting":
        table["is_trained"] = table["variant"].astype(int) <= files.spec["task"]["most_ignored"]
    longest = max(len(answer) for answer in table["expected"])
    table["written"], table["ended"] = write(model, [*table["prompt"]], at_most=longest + 10)
    table["right"] = (table["written"] == table["expected"]) & table["ended"]
    reading = read(model, [*table["prompt"]])
    return table.assign(memory=reading.at_end(reading.signals[place[0] - 1][files.memory])[:, place[1] - 1])


def prompts(files: Files, size: int) -> list[tuple[str, str, str]]:
    """Return (variant, prompt, answer) of every sequence of one size."""
    if files.kind == "counting":
        return [("", "a" * size + "X", "b" * size)]
    if files.kind == "state-memory":
        return [(letter, letter + "x" * size + "Y", letter.lower()) for letter in "AB"]
    table = files.tables["frontier"]
    stored = table.loc[table["size"] == size, "prompt"]
    wanted = [k for k in range(2 * files.spec["task"]["most_ignored"] + 1) for _ in range(3 if k else 1)]
    for text, k in zip(stored, wanted, strict=True):
        assert sorted(text) == sorted("a" * size + "X" * k + "Y"), f"expected {size} a's, {k} X's and a Y, found {text}"
        assert text.endswith("Y"), f"expected a prompt that ends with Y, found {text}"
    return [(str(text.count("X")), text, "b" * size) for text in stored]


def first_failure(table: pd.DataFrame) -> int:
    """Return the smallest size at which a variant of training is wrong; one beyond all sizes if there is none."""
    return int(min(table.loc[table["is_trained"] & ~table["right"], "size"], default=FURTHEST + 1))
