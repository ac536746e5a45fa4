"""Documents side by side in tracks, cut into windows: the batches of training on text.

A track reads one document after another, each from a zero state. A document longer than the rest of a window continues
in the next, where its track carries the state on; the gradient ends at the window's edge (truncated back-propagation
through time: Williams and Peng 1990). Documents are integer arrays, from the start token to the end token. Memory is
one window.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Window:
    """Some steps of every track, each array (steps, tracks).

    `reads`, `following`: the token read and the one to predict, int32. `is_start`: whether the step is a document's
    first, which starts from a zero state. `is_step`: False where a track has run out of documents.
    """

    reads: np.ndarray
    following: np.ndarray
    is_start: np.ndarray
    is_step: np.ndarray


def shuffled(documents: Sequence[np.ndarray], *, seed: int) -> Iterator[np.ndarray]:
    """Yield documents without end: all of them in a random order, then all in another order, and so on.

    The orders are drawn from `seed`. Nothing is yielded if there are no documents.
    """
    epoch = 0
    while documents:
        for at in np.random.default_rng((seed, epoch)).permutation(len(documents)):
            yield documents[at]
        epoch += 1


def cut_windows(documents: Iterable[np.ndarray], *, tracks: int, steps: int) -> Iterator[Window]:
    """Yield windows of `steps` steps of `tracks` tracks until all documents have been read once.

    A track that finishes a document takes the next. While documents last, every step is used.
    """
    waiting = iter(documents)
    rests: list[np.ndarray] = [np.empty(0, np.int32)] * tracks  # what is left of each track's document
    while True:
        shape = (steps, tracks)
        window = Window(
            np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape, bool), np.zeros(shape, bool)
        )
        for track in range(tracks):
            at = 0
            while at < steps:
                if len(rests[track]) < 2:  # nothing left to predict
                    document = next(waiting, None)
                    if document is None:
                        break
                    rests[track] = document
                    window.is_start[at, track] = True
                count = min(steps - at, len(rests[track]) - 1)
                rows = slice(at, at + count)
                window.reads[rows, track] = rests[track][:count]
                window.following[rows, track] = rests[track][1 : count + 1]
                window.is_step[rows, track] = True
                rests[track] = rests[track][count:]
                at += count
        if not window.is_step.any():
            return
        yield window
