"""One step of training on text: ours, the layers step by step, and Keras's: `python -m tests.benchmarks.text`.

Ours uses the fast form of the cell; "plain" is the same program without it. Keras's is `fit` with `keras.layers.LSTM`.
They are timed in turn, several times over, so that their ratios hold on a machine whose speed drifts.
"""

import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

import numpy as np

from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.lab.train_text import STEPS_PER_CALL, train_text

ROUNDS = 3
CALLS = 2
SYMBOLS, UNITS = 100, 128
SHAPES = ((32, 64), (64, 128))  # (tracks, window)


def time_ours(spec: TextSpec) -> float:
    """Return the seconds for a step of ours, without dropout."""
    tokens = np.random.default_rng(1).integers(2, SYMBOLS, size=(2 * spec.tracks, 1_000))
    documents = [np.array([0, *row, 1]) for row in tokens]
    times: list[float] = []
    train_text(spec, documents, [], place="", report=lambda *_: times.append(time.perf_counter()))
    return (times[-1] - times[0]) / (STEPS_PER_CALL * CALLS)  # the first call compiles


def time_plain(spec: TextSpec) -> float:
    """Return the seconds for a step of the same program with a gradient that TensorFlow derives."""
    with patch("lstmgallery.lab.window.fast_form", lambda _: None):
        return time_ours(spec)


def fit_of(spec: TextSpec) -> Callable[[], float]:
    """Return a function that times a step of `fit`, in seconds."""
    import keras  # as the lab has set it up

    tokens = keras.Input((spec.window,), batch_size=spec.tracks, dtype="int32")
    flow = keras.ops.one_hot(tokens, SYMBOLS)
    for _ in spec.layer_numbers:
        flow = keras.layers.LSTM(UNITS, return_sequences=True)(flow)
    model = keras.Model(tokens, keras.layers.Dense(SYMBOLS)(flow))
    optimizer = keras.optimizers.Adam(global_clipnorm=1.0)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    steps = STEPS_PER_CALL * CALLS
    text = np.random.default_rng(1).integers(SYMBOLS, size=(steps * spec.tracks, spec.window + 1)).astype(np.int32)

    def fit(rows: int) -> float:
        began = time.perf_counter()
        model.fit(text[:rows, :-1], text[:rows, 1:], batch_size=spec.tracks, shuffle=False, verbose=0)
        return (time.perf_counter() - began) / steps

    fit(2 * spec.tracks)  # compiles
    return lambda: fit(len(text))


def main() -> None:
    """Print for each shape the milliseconds for a step and the ratios to ours."""
    print(f"{'batch':<10}{'ours, ms':>10}{'plain, ms':>11}{'fit, ms':>10}{'plain / ours':>14}{'fit / ours':>12}")
    for tracks, window in SHAPES:
        spec = TextSpec(
            SYMBOLS, units=UNITS, tracks=tracks, window=window, dropout=0, steps=STEPS_PER_CALL * (CALLS + 1)
        )
        plain = TextSpec(**{**spec.to_json(), "seed": spec.seed + 1})  # a program of its own
        fit = fit_of(spec)
        rounds = [(time_ours(spec), time_plain(plain), fit()) for _ in range(ROUNDS)]
        ours, slow, keras_own = (1e3 * statistics.median(each) for each in zip(*rounds, strict=True))
        ratios = [statistics.median(each[at] / each[0] for each in rounds) for at in (1, 2)]
        name = f"{tracks} x {window}"
        print(f"{name:<10}{ours:>10.0f}{slow:>11.0f}{keras_own:>10.0f}{ratios[0]:>14.1f}{ratios[1]:>12.1f}", flush=True)


if __name__ == "__main__":
    main()
