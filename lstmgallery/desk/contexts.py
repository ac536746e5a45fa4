"""Where a neuron of a network of text is strongest, in what surroundings, and which characters go with it.

Takes the memories of every neuron along the held-out passages, gives two tables.

- `contexts`: the places where the memory is largest in size, places from the middle of its range, and random ones, so
  that the best cases fool nobody; at most one place in a passage.
- `characters`: the characters after which the memory is high or low, and those before which it is.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery.network import Network

KINDS = {"strongest": 4, "middle": 2, "random": 2}  # kinds of places, and how many of each
BEFORE, AFTER = 48, 24  # characters around a place
FEWEST_SEEN = 20  # of a character, for a mean
MOST_CHARACTERS = 6  # on either side
READ, NEXT = "read", "next"  # the character just read, the character that follows


def find_contexts(
    network: Network, steps: pd.DataFrame, memories: Sequence[np.ndarray], passages: Sequence[str]
) -> pd.DataFrame:
    """Return the places of every neuron.

    `steps`: the held-out steps, rows in the order of `passages`; `memories`: for each layer, (rows, units).

    Columns: layer, neuron, kind, rank (from 1), passage (its index in `passages`), step, first (the step of the first
    value), values (the memory at `first` and the steps after it, to three significant digits).
    """
    passage = np.repeat(np.arange(len(passages)), [len(each) + 1 for each in passages])
    starts = np.flatnonzero(np.diff(passage, prepend=-1))
    step = steps["step"].to_numpy()
    random = np.random.default_rng([network.seed, 7])
    rows: list[dict[str, Any]] = []
    for layer, memory in enumerate(memories, start=1):
        for unit in range(network.units):
            values = memory[:, unit]
            for kind, chosen in _choose(values, passage, starts, random).items():
                for rank, row in enumerate(chosen, start=1):
                    at, of = int(step[row]), int(passage[row])
                    first = max(0, at - BEFORE)
                    last = min(len(passages[of]), at + AFTER)
                    begin = int(starts[of])
                    rows.append(
                        {
                            "layer": layer,
                            "neuron": unit + 1,
                            "kind": kind,
                            "rank": rank,
                            "passage": of,
                            "step": at,
                            "first": first,
                            "values": _rounded(values[begin + first : begin + last + 1]),
                        }
                    )
    return pd.DataFrame(rows)


def find_characters(steps: pd.DataFrame, memories: Sequence[np.ndarray]) -> pd.DataFrame:
    """Return the characters that go with the extremes of every neuron's memory.

    Columns: layer, neuron, when (`read` or `next`), token, shift (the mean memory there less the mean of all steps, in
    standard deviations of the memory), steps. The highest and the lowest of each, the highest first.
    """
    frames = []
    for when, column in ((READ, "token"), (NEXT, "next_token")):
        codes, tokens = pd.factorize(steps[column], sort=True)
        counts = np.bincount(codes, minlength=len(tokens))
        is_of = (codes[:, None] == np.arange(len(tokens))).astype(np.float32)  # (rows, tokens)
        often = np.flatnonzero(counts >= FEWEST_SEEN)
        for layer, memory in enumerate(memories, start=1):
            spread = memory.std(axis=0, dtype=np.float64)
            means = (is_of[:, often].T.astype(np.float64) @ memory.astype(np.float64)) / counts[often, None]
            away = means - memory.mean(axis=0, dtype=np.float64)
            shifts = np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)  # (tokens, units)
            for unit, order in enumerate(np.argsort(-shifts, axis=0, kind="stable").T):
                ends = [*order[:MOST_CHARACTERS], *order[MOST_CHARACTERS:][-MOST_CHARACTERS:]]
                frames.append(
                    pd.DataFrame(
                        {
                            "layer": layer,
                            "neuron": unit + 1,
                            "when": when,
                            "token": np.asarray(tokens)[often[ends]],
                            "shift": shifts[ends, unit].round(2),
                            "steps": counts[often[ends]],
                        }
                    )
                )
    return pd.concat(frames, ignore_index=True)


def _choose(
    values: np.ndarray, passage: np.ndarray, starts: np.ndarray, random: np.random.Generator
) -> dict[str, list[int]]:
    """Return the rows of each kind of place; no passage has two of them, as long as there are passages."""
    size = np.abs(values)
    peaks = _argmax_each(size, starts)  # the row of the largest memory in each passage
    order = peaks[np.argsort(-size[peaks], kind="stable")]
    strongest = [int(row) for row in order[: KINDS["strongest"]]]
    taken = set(passage[strongest].tolist())
    middle = (float(values.min()) + float(values.max())) / 2
    nearest = _argmax_each(-np.abs(values - middle), starts)
    free = [int(row) for row in nearest[np.argsort(np.abs(values[nearest] - middle), kind="stable")]]
    between = [row for row in free if int(passage[row]) not in taken][: KINDS["middle"]]
    taken |= set(passage[between].tolist())
    left = [number for number in range(len(starts)) if number not in taken]
    drawn = random.permutation(left)[: KINDS["random"]].tolist()
    ends = [*starts[1:].tolist(), len(values)]
    at_random = [int(random.integers(starts[number], ends[number])) for number in drawn]
    return {"strongest": strongest, "middle": between, "random": at_random}


def _argmax_each(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the row of the first largest value of each passage."""
    parts = np.split(values, starts[1:])
    return np.array([start + part.argmax() for start, part in zip(starts, parts, strict=True)])


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.3g}") for value in values]
