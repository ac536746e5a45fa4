"""Training on text, beside Keras and PyTorch.

Two layers of LSTMs, one-hot input, 100 symbols, Adam, gradients clipped together, no dropout. "Cell by cell" is our
program with the layer step by step and the gradient that TensorFlow derives, in place of the fast form.
"""

import statistics
from collections.abc import Callable
from functools import partial

from tests.benchmarks.peers import Contender, alternate, ratio
from tests.benchmarks.tables import Table, spread

SHAPES = ((128, 64, 128), (128, 32, 64), (256, 64, 128), (256, 32, 64))  # (units, tracks, window)
ROUNDS = 3
STEPS, PLAIN_STEPS = 10, 2  # a call; the plain form takes so long that two are enough


def measure(*, quick: bool) -> list[Table]:
    """Return characters a second for each shape, and how many times as many ours reads."""
    shapes, rounds = (SHAPES[1:2], 2) if quick else (SHAPES, ROUNDS)
    rows = []
    with Contender("ours") as ours, Contender("keras_lstm") as keras, Contender("torch_lstm", is_peer=True) as torch:
        for units, tracks, window in shapes:
            case = {"units": units, "tracks": tracks, "window": window}
            works: dict[str, Callable[[], float]] = {
                "lstmgallery": partial(ours.time, "training", **case, steps=STEPS),
                "PyTorch, 2 threads": partial(torch.time, "training", **case, steps=STEPS, threads=2),
                "PyTorch, 1 thread": partial(torch.time, "training", **case, steps=STEPS, threads=1),
                "Keras, fit": partial(keras.time, "training", **case, steps=STEPS, is_compiled=False),
                "Keras, fit with XLA": partial(keras.time, "training", **case, steps=STEPS, is_compiled=True),
                "cell by cell": partial(ours.time, "training", **case, steps=PLAIN_STEPS, is_plain=True),
            }
            found = alternate(works, rounds=rounds)
            characters = {name: [tracks * window / seconds for seconds in times] for name, times in found.items()}
            others = [
                f"{statistics.median(characters[name]):,.0f}, × {ratio(found[name], found['lstmgallery']):.1f}"
                for name in works
                if name != "lstmgallery"
            ]
            shape = f"2 × {units}, {tracks} × {window}"
            rows.append([shape, spread(characters["lstmgallery"]), *others])
    return [Table(["units, batch × steps", *works], rows)]
