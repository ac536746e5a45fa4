"""Run a trained network over sequences and record every signal of every neuron at every step.

Takes a network, its weights and sequences; gives the arrays that `store` writes. Memory grows with the number of
sequences: callers trace large numbers in chunks. The forward pass uses operations that are the same on every x86-64
processor: equal weights give equal traces. Those of real text are compiled by XLA, for the instruction set that
`lstmgallery.machine` fixes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from lstmgallery.lab.model import build_model, load_weights
from lstmgallery.network import Network
from lstmgallery.store import Trace

BATCH = 256


def trace(network: Network, weights: Mapping[str, np.ndarray], sequences: Sequence[str]) -> Trace:
    """Return the trace of the network reading each of `sequences` from a zero state.

    Compiling pays for real text: layers are wide and sequences long. For those of a language it would take longer.
    """
    model = build_model(network)
    load_weights(model, weights)
    read = tf.function(model, autograph=False, jit_compile=True) if network.task.text else model
    signals: list[list[np.ndarray]] = [[] for _ in range(network.layers)]
    logits = []
    for first in range(0, len(sequences), BATCH):
        reads, _, is_step = network.task.vocabulary.encode(sequences[first : first + BATCH])
        output = read(tf.constant(reads))
        logits.append(np.asarray(output["logits"])[is_step])  # (rows, tokens)
        for layer, values in enumerate(output["signals"]):
            signals[layer].append(np.asarray(values)[is_step])  # (rows, signals, units)
    return Trace(
        sequences=tuple(sequences),
        signals=tuple(np.concatenate(parts).swapaxes(0, 1) for parts in signals),
        logits=np.concatenate(logits),
    )
