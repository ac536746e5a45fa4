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

    def is_enough(self, network: Network) -> bool:
        """Whether a network with this result can be shown."""
        return self.is_met or network.training.goal == "optional"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "is_met": self.is_met}


def compile_prediction(model: keras.Model) -> Predict:
    """Return a function from a batch of tokens to a model's first choice after each of them."""

    @tf.function(jit_compile=True, autograph=False)
    def predict(tokens: Any) -> Any:
        return tf.argmax(model(tokens)["logits"], axis=-1, output_type=tf.int32)

    return predict  # type: ignore[no-any-return]


class Exam:
    """What a network has to predict for a goal, encoded once."""

    def __init__(self, network: Network, goal: Goal) -> None:
        self.goal = goal
        self.reads, self.following, _ = network.task.vocabulary.encode(goal.sequences)
        self.determined = np.zeros(self.reads.shape, bool)
        for row, sequence in enumerate(goal.sequences):
            self.determined[row, : len(sequence) + 1] = network.task.determined(sequence)

    def check(self, predict: Predict, *, steps: int) -> Criterion:
        """Return the criterion for the predictions of `predict`, after `steps` steps of training."""
        is_right = np.asarray(predict(self.reads)) == self.following
        return Criterion(
            sequences=len(self.goal.sequences),
            sequences_right=int((is_right | ~self.determined).all(axis=1).sum()),
            tokens=int(self.determined.sum()),
            tokens_right=int((is_right & self.determined).sum()),
            is_sampled=self.goal.is_sampled,
            steps=steps,
        )


def check_weights(network: Network, weights: Mapping[str, np.ndarray], *, steps: int) -> Criterion | None:
    """Return the criterion for weights trained for `steps` steps, here or elsewhere; None without a goal."""
    goal = network.split().goal
    if goal is None:
        return None
    model = build_model(network)
    load_weights(model, weights)
    return Exam(network, goal).check(compile_prediction(model), steps=steps)
