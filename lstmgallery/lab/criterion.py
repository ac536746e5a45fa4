"""The success criterion: every token determined by the language is the network's first choice.

It is checked during training, and again on weights trained elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lstmgallery.lab.model import build_model, load_weights
from lstmgallery.network import Network
from lstmgallery.tasks.task import Goal

Predict = Callable[[np.ndarray], Any]  # tokens, (batch, time) -> the network's first choices, (batch, time)


@dataclass(frozen=True)
class Criterion:
    """The success criterion and its result: every determined token of every checked sequence is predicted.

    `is_sampled`: whether the sequences checked are only a sample of the training range.
    """

    sequences: int
    sequences_right: int
    tokens: int
    tokens_right: int
    is_sampled: bool
    steps: int

    @property
    def is_met(self) -> bool:
        return self.sequences_right == self.sequences

    @property
    def words(self) -> str:
        """The expected and the found score, for a message about weights that miss the criterion."""
        scope = "sampled sequences" if self.is_sampled else "sequences of the training range"
        return (
            f"expected every determined token right on all {self.sequences} {scope}, found {self.sequences_right} "
            f"sequences right ({self.tokens_right} of {self.tokens} tokens)"
        )

    @property
    def share(self) -> float:
        """The share of sequences right."""
        return self.sequences_right / self.sequences

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "is_met": self.is_met}


def compile_prediction(model: keras.Model) -> Predict:
    """Return a function from a batch of tokens to a model's first choice after each of them."""

    @tf.function(jit_compile=True, autograph=False)
    def predict(tokens: Any) -> Any:
        return tf.argmax(model(tokens)["logits"], axis=-1, output_type=tf.int32)

    return predict  # type: ignore[no-any-return]


def check_predictions(network: Network, predict: Predict, goal: Goal, *, steps: int) -> Criterion:
    """Return the criterion for the predictions of `predict` and a goal, after `steps` steps of training."""
    sequences = goal.sequences
    reads, following, _ = network.task.vocabulary.encode(sequences)
    determined = np.zeros(reads.shape, bool)
    for row, sequence in enumerate(sequences):
        determined[row, : len(sequence) + 1] = network.task.determined(sequence)
    is_right = np.asarray(predict(reads)) == following
    return Criterion(
        sequences=len(sequences),
        sequences_right=int((is_right | ~determined).all(axis=1).sum()),
        tokens=int(determined.sum()),
        tokens_right=int((is_right & determined).sum()),
        is_sampled=goal.is_sampled,
        steps=steps,
    )


def check_weights(network: Network, weights: Mapping[str, np.ndarray], *, steps: int) -> Criterion | None:
    """Return the criterion for weights trained for `steps` steps, here or elsewhere; None without a goal."""
    goal = network.split().goal
    if goal is None:
        return None
    model = build_model(network)
    load_weights(model, weights)
    return check_predictions(network, compile_prediction(model), goal, steps=steps)
