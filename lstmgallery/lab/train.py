"""Train a network until it predicts every token determined by its language.

Takes a `Network`, gives weights, the training curve and the verdict on the success criterion. The networks are so
small that launching an operation costs more than computing it: many steps run inside one compiled call, which reduces
a step of the shipped networks from milliseconds to a fraction of one (`tests/benchmarks/training.py`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.interrupts import interrupts_held
from lstmgallery.lab.criterion import Criterion, Exam, compile_prediction
from lstmgallery.lab.model import Weights, build_model, load_weights, weights_of
from lstmgallery.lab.recurrence import read_logits
from lstmgallery.network import Network
from lstmgallery.tasks.task import Goal

STEPS_PER_CALL = 20  # fixed: another number would need another compilation
CALLS_PER_GLANCE = 10  # at most; early on, where the curve is steep, every call is checked
GRADIENT_NORM = 1.0  # larger gradients are scaled down to it: Pascanu, Mikolov and Bengio 2013
NOISES_APART = 1 << 20  # more than the steps of any training
CURVE_SEQUENCES = 500  # number of sequences for the share in the training curve

Report = Callable[[int, float], None]  # (steps done, share of sequences right; NaN without a goal)


@dataclass(frozen=True)
class TrainingRun:
    """A network before and after training, trained under `seed`.

    `curve`: step, loss (nats a token, mean of the steps since the row before), right (share). Without a goal, `right`
    is NaN and `criterion` None.
    """

    seed: int
    untrained: Weights
    weights: Weights
    curve: pd.DataFrame
    criterion: Criterion | None


def train(network: Network, *, report: Report) -> TrainingRun:
    """Train `network` under its own seed and return it, its curve and its criterion.

    Raises `GalleryError` with the score reached if the criterion does not hold within `training.most_steps` steps,
    unless the network's goal is optional. With the same libraries and instruction set, equal networks give bit-equal
    weights.
    """
    with interrupts_held() as deliver_interrupt:  # compilation may swallow Ctrl-C

        def report_and_deliver(steps: int, right: float) -> None:
            report(steps, right)
            deliver_interrupt()

        trained = next(train_seeds(network, [network.seed], report=report_and_deliver))
    if trained.criterion and not trained.criterion.is_enough(network):
        raise _missed(network, trained.criterion)
    return trained


def train_seeds(network: Network, seeds: Iterable[int], *, report: Report) -> Iterator[TrainingRun]:
    """Train `network` under each of `seeds` in turn, on the same split, compiled once.

    A seed determines the initial weights and the batches. A network that misses the criterion is returned too.
    """
    split = network.split()
    model = build_model(network)
    optimizer = keras.optimizers.Adam(network.training.learning_rate, clipnorm=GRADIENT_NORM)
    optimizer.build(model.trainable_variables)
    at_rest = [np.array(variable.numpy()) for variable in optimizer.variables]
    train_steps = compile_training(network, model, optimizer, split.training, steps=STEPS_PER_CALL)
    train_rest: Callable[[Any, Any], Any] | None = None
    most_steps = network.training.most_steps
    predict = compile_prediction(model)
    goal = split.goal
    exam = goal and Exam(network, goal)
    glance = goal and Exam(network, _thinned(goal))

    for seed in seeds:
        untrained = weights_of(build_model(network, seed=seed))
        load_weights(model, untrained)
        for variable, value in zip(optimizer.variables, at_rest, strict=True):
            variable.assign(value)
        rows: list[dict[str, float]] = []
        criterion = None
        done, is_done = 0, False
        while not is_done:
            calls = min(1 + done // (10 * STEPS_PER_CALL), CALLS_PER_GLANCE)
            calls = min(calls, (most_steps - done) // STEPS_PER_CALL)
            if calls:
                starts = [done + STEPS_PER_CALL * call for call in range(calls)]
                loss = float(np.mean([train_steps(tf.constant(seed), tf.constant(start)) for start in starts]))
                done += STEPS_PER_CALL * calls
            else:  # the last few before `most_steps`
                rest = most_steps - done
                train_rest = train_rest or compile_training(network, model, optimizer, split.training, steps=rest)
                loss = float(train_rest(tf.constant(seed), tf.constant(done)))
                done = most_steps
            share = glance.check(predict, steps=done).share if glance else float("nan")
            rows.append({"step": done, "loss": loss, "right": share})
            report(done, share)
            is_last = done >= most_steps
            is_done = is_last or (done >= network.training.steps and not share < 1)  # NaN without a goal
            if is_done and exam:
                criterion = exam.check(predict, steps=done)
                is_done = is_last or criterion.is_met
        yield TrainingRun(seed, untrained, weights_of(model), pd.DataFrame(rows), criterion)


def compile_training(
    network: Network,
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    sequences: tuple[str, ...],
    *,
    steps: int,
) -> Callable[[Any, Any], Any]:
    """Return a function of a seed and the steps done that runs `steps` more and returns their mean loss."""
    reads, following, is_step = (tf.constant(part) for part in network.task.vocabulary.encode(sequences))
    cells = [model.get_layer(f"layer_{layer}").cell for layer in network.layer_numbers]
    is_full_batch = len(sequences) <= network.training.batch
    noise = network.training.weight_noise
    noisy = model.trainable_variables if noise else []

    def train_step(seed: Any, step: Any) -> Any:
        batch = reads, following, is_step
        if not is_full_batch:
            shape = (network.training.batch,)
            rows = tf.random.stateless_uniform(shape, [seed, step], maxval=len(sequences), dtype=tf.int32)
            batch = tuple(tf.gather(part, rows) for part in batch)
        tokens, targets, counts = batch
        weights = tf.cast(counts, tf.float32)
        learned = [tf.identity(variable.value) for variable in noisy]
        for number, variable in enumerate(noisy):
            variable.assign_add(noise * weight_noise(variable.shape, seed, step, number))
        with tf.GradientTape() as tape:
            logits = read_logits(model, cells, tokens)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)  # (batch, time)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, value in zip(noisy, learned, strict=True):
            variable.assign(value)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    # A TensorFlow loop rather than a Python loop converted by AutoGraph: whether AutoGraph succeeds depends on the
    # version of Python and on which warnings are errors.
    @tf.function(jit_compile=True, autograph=False)
    def train_steps(seed: Any, done: Any) -> Any:
        def one_more(step: Any, total: Any) -> tuple[Any, Any]:
            return step + 1, total + train_step(seed, done + step)

        is_left = lambda step, total: step < steps  # noqa: ARG005, E731
        _, total = tf.while_loop(is_left, one_more, (tf.constant(0), tf.constant(0.0)))
        return total / steps

    return train_steps  # type: ignore[no-any-return]


def weight_noise(shape: tuple[int, ...], seed: Any, step: Any, number: int) -> Any:
    """Return standard normal values for the weights of `number`, from 0, at a step: other ones for each of the three.

    Gradients at noisy weights prefer weights whose exact values matter little: Jim, Giles and Horne 1996.
    """
    return tf.random.stateless_normal(shape, [seed, step + (number + 1) * NOISES_APART])


def _thinned(goal: Goal) -> Goal:
    """Return the sequences of a goal that the training curve is about."""
    return Goal(goal.sequences[:: max(1, len(goal.sequences) // CURVE_SEQUENCES)], goal.is_sampled)


def _missed(network: Network, criterion: Criterion) -> GalleryError:
    return GalleryError(
        Problem(
            f"content/networks/{network.name}.md",
            f"after {criterion.steps} training steps, {criterion.words}",
            hint="raise training.most_steps or units, lower training.learning_rate, or try another seed; to show a "
            "network that does not learn its task, add goal: optional to its training",
        )
    )
