"""One step of training, ours and that of `keras.Model.fit`: `python -m tests.benchmarks.training`.

The two are timed in turn, several times over, so that their ratio holds on a machine whose speed drifts.
"""

import statistics
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from lstmgallery.lab.model import build_model
from lstmgallery.lab.train import GRADIENT_NORM, STEPS_PER_CALL, compile_training
from lstmgallery.network import Network, read_network

ROUNDS = 5
STEPS = 200


def time_ours(network: Network, sequences: tuple[str, ...]) -> float:
    """Return the seconds for a step of ours: many steps inside one compiled call."""
    model = build_model(network)
    optimizer = keras.optimizers.Adam(network.training.learning_rate, clipnorm=GRADIENT_NORM)
    optimizer.build(model.trainable_variables)
    train_steps = compile_training(network, model, optimizer, sequences, steps=STEPS_PER_CALL)
    train_steps(tf.constant(1), tf.constant(0))
    began = time.perf_counter()
    for call in range(STEPS // STEPS_PER_CALL):
        train_steps(tf.constant(1), tf.constant(call * STEPS_PER_CALL))
    return (time.perf_counter() - began) / STEPS


def time_fit(network: Network, sequences: tuple[str, ...]) -> float:
    """Return the seconds for a step of `fit` on the same model, data and batch size."""
    whole = build_model(network)
    model = keras.Model(whole.inputs, whole.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(network.training.learning_rate, clipnorm=GRADIENT_NORM), loss)
    reads, following, is_step = network.task.vocabulary.encode(sequences)
    batch = min(network.training.batch, len(sequences))
    rows = np.random.default_rng(1).integers(len(sequences), size=STEPS * batch)
    data = tf.data.Dataset.from_tensor_slices((reads[rows], following[rows], is_step[rows].astype("float32")))
    batches = data.batch(batch, drop_remainder=True).cache()
    model.fit(batches, epochs=1, verbose=0)
    began = time.perf_counter()
    model.fit(batches, epochs=1, verbose=0)
    return (time.perf_counter() - began) / STEPS


def main() -> None:
    """Print for each shipped network the milliseconds for a step, ours and fit's, and their ratio."""
    print(f"{'network':<20}{'ours, ms':>10}{'fit, ms':>10}{'fit / ours':>12}")
    for file in sorted(Path("content/networks").glob("*.md")):
        network, _ = read_network(file)
        sequences = network.task.split(held_out=network.held_out).training
        pairs = [(time_ours(network, sequences), time_fit(network, sequences)) for _ in range(ROUNDS)]
        ours, fit = (1e3 * statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        print(f"{network.name:<20}{ours:>10.2f}{fit:>10.2f}{ratio:>12.1f}", flush=True)


if __name__ == "__main__":
    main()
