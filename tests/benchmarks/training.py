"""Training on languages: a step of ours, many in each compiled call, and a step of `keras.Model.fit`.

The shipped networks of languages, with their own batches.
"""

import time
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from lstmgallery.lab.model import build_model
from lstmgallery.lab.train import GRADIENT_NORM, STEPS_PER_CALL, compile_training
from lstmgallery.network import Network, read_network
from tests.benchmarks.peers import alternate, ratio
from tests.benchmarks.tables import Table, spread

ROUNDS = 5
STEPS = 200
NETWORKS = ("counter", "selective-counter", "state-memorizer", "copy-machine")


def measure(*, quick: bool) -> list[Table]:
    """Return the milliseconds for a step."""
    rows = []
    for name in NETWORKS[:1] if quick else NETWORKS:
        network, _ = read_network(Path("content/networks") / f"{name}.md")
        sequences = network.task.split(held_out=network.held_out).training
        works = {"ours": partial(time_ours, network, sequences), "fit": partial(time_fit, network, sequences)}
        found = alternate(works, rounds=ROUNDS)
        times = [spread([1e3 * seconds for seconds in found[each]], ".2f") for each in works]
        rows.append([name, *times, f"{ratio(found['fit'], found['ours']):.1f}"])
    return [Table(["network", "lstmgallery, ms", "Keras, fit, ms", "times as long"], rows)]


def time_ours(network: Network, sequences: tuple[str, ...]) -> float:
    """Return the seconds for a step of ours."""
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
