"""Train a network to predict the next character of text.

Takes documents as integer arrays, from the start token (0) to the end token (1); gives weights rounded to float16, and
a curve. Every document is read from a zero state. The weights that predict the validation documents best are kept.

Many steps are one compiled call; `tests/benchmarks/text.py` times a step. On one machine, training for a number of
steps gives the same weights to the bit, also if it was interrupted and resumed from its checkpoint. Training for a
number of minutes does not: it depends on the clock.
"""

import functools
import hashlib
import importlib.metadata
import itertools
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.interrupts import interrupts_held
from lstmgallery.lab.checkpoint import read_checkpoint, write_checkpoint
from lstmgallery.lab.model import Weights
from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.lab.tracks import Window, cut_windows, shuffled
from lstmgallery.lab.window import initial_weights, read_window, round_to_half, zero_state

STEPS_PER_CALL = 20
PATIENCE = 10  # checks without better weights before a training of minutes may stop early
FIRST_MOMENT = 0.9  # decay of Adam's means: Kingma and Ba 2015
EPSILON = 1e-7
LIBRARIES = ("tensorflow", "keras", "numpy")

Documents = Sequence[np.ndarray]
Report = Callable[[int, str], None]  # as `Progress.advance`: steps or seconds done, and a note
Clock = Callable[[], float]  # seconds
Measure = Callable[[Mapping[str, Any], Documents], float]  # (weights, documents) -> bits a character


@dataclass(frozen=True)
class TrainedText:
    """A network of text before and after training; all its weights are float16 values, stored as float32.

    `curve`: step; characters (read so far, end tokens included); training_bits (a character, mean of the steps since
    the row before, with dropout); validation_bits (a character, with rounded weights; missing without validation
    documents). `best_step`: the step with these weights.
    """

    untrained: Weights
    weights: Weights
    curve: pd.DataFrame
    best_step: int


@dataclass(frozen=True)
class _Moment:
    """The state of training after a check: everything that later steps depend on.

    `carried`: weights, Adam's means and squares, and the state of every track. `best`: the weights kept so far.
    """

    carried: dict[str, Any]
    best: Weights
    best_step: int = 0
    step: int = 0
    seconds: float = 0.0
    is_over: bool = False
    rows: tuple[dict[str, float], ...] = ()


def train_text(
    spec: TextSpec,
    training: Documents,
    validation: Documents,
    *,
    place: str,
    report: Report,
    checkpoint: Path | None = None,
    clock: Clock = time.monotonic,
) -> TrainedText:
    """Train a network on `training`, and choose among its weights by `validation`, which may be empty.

    There are at most as many tracks as documents, so cut a few long documents into many. `report` counts up to
    `spec.total`. A check comes every `spec.check_every` steps. A training for a number of minutes checks a shorter
    corpus after every reading, and stops early if the best weights were found in its first third, and `PATIENCE` checks
    ago: from then on it learns its documents by heart. At every check, training writes its state to the file
    `checkpoint`, from which it resumes if spec, documents and libraries are the same. The file is left to the caller.

    Raises `GalleryError`, at `place`, if there is no document or if training diverges.
    """
    _require_tokens(spec, [*training, *validation])
    if not training:
        raise GalleryError(Problem(place, "expected at least one document to train on, found none"))
    tracks = min(spec.tracks, len(training))
    key = _key(spec, training, validation)
    moment = (_resume(checkpoint, key, spec, tracks) if checkpoint else None) or _begin(spec, tracks)
    windows = cut_windows(shuffled(training, seed=spec.seed), tracks=tracks, steps=spec.window)
    windows = itertools.islice(windows, moment.step, None)
    train_steps, measure = _compile_training(_program_of(spec)), _compile_measure(_program_of(spec))
    checked = list(_first_characters(validation, spec.validation_characters))
    if spec.minutes is not None:  # compilation does not count, and says nothing of how long a step takes
        nothing = np.zeros((spec.window, tracks), np.int32)
        batch = _stack([Window(nothing, nothing, nothing.astype(bool), nothing.astype(bool))])
        rates = tf.zeros(STEPS_PER_CALL)
        train_steps(moment.carried, *batch, rates, tf.constant(moment.step), tf.constant(0))
    began = clock() - moment.seconds
    with interrupts_held() as deliver_interrupt:  # compilation may swallow Ctrl-C

        def tell(step: int, bits: float) -> None:
            if not math.isfinite(bits):
                message = f"training diverged before step {step}: expected finite losses, found {bits}"
                raise GalleryError(Problem(place, message, hint="lower the learning rate"))
            at = step if spec.steps is not None else min(round(clock() - began), spec.total)
            report(at, f"{bits:.2f} bits a character")
            deliver_interrupt()

        every = _steps_between_checks(spec, training, tracks)
        while not moment.is_over:
            until = moment.step + every - moment.step % every
            moment, bits = _train_to_step(until, spec, moment, windows, train_steps, lambda: clock() - began, tell)
            moment = _check(moment, bits, measure, checked, characters=moment.step * tracks * spec.window)
            is_over = moment.is_over or (spec.minutes is not None and _has_passed_its_best(moment))
            moment = replace(moment, seconds=clock() - began, is_over=is_over)
            if checkpoint:
                _save(checkpoint, key, moment)
            deliver_interrupt()
    return TrainedText(initial_weights(spec), moment.best, pd.DataFrame(moment.rows), moment.best_step)


def bits_a_character(spec: TextSpec, weights: Mapping[str, Any], documents: Documents) -> float:
    """Return the mean bits for each token after the start tokens, end tokens included; each document from zero state.

    Not a number if there are no documents.
    """
    _require_tokens(spec, documents)
    return _compile_measure(_program_of(spec))(weights, documents)


def learning_rate(spec: TextSpec, step: int, share: float) -> float:
    """Return the learning rate of a step (from 0), after a share of the training from 0 to 1."""
    return spec.learning_rate * min(1.0, (step + 1) / spec.warm_up) * (1 + math.cos(math.pi * min(1.0, share))) / 2


def _begin(spec: TextSpec, tracks: int) -> _Moment:
    weights = initial_weights(spec)
    carried = {
        "weights": {name: tf.constant(values) for name, values in weights.items()},
        "means": {name: tf.zeros(values.shape) for name, values in weights.items()},
        "squares": {name: tf.zeros(values.shape) for name, values in weights.items()},
        "state": zero_state(spec, tracks),
    }
    return _Moment(carried, weights)


def _steps_between_checks(spec: TextSpec, training: Documents, tracks: int) -> int:
    """Return `check_every`, or of a training for minutes the steps of one reading in whole calls, if fewer."""
    if spec.minutes is None:
        return spec.check_every
    reading = sum(len(document) - 1 for document in training) / (tracks * spec.window)
    return min(spec.check_every, STEPS_PER_CALL * math.ceil(reading / STEPS_PER_CALL))


def _has_passed_its_best(moment: _Moment) -> bool:
    """Whether better weights are unlikely: most of the training came after the best."""
    since = sum(row["step"] > moment.best_step for row in moment.rows)
    return since >= PATIENCE and moment.step > 3 * moment.best_step


def _train_to_step(
    until: int,
    spec: TextSpec,
    moment: _Moment,
    windows: Iterator[Window],
    train_steps: Callable[..., Any],
    elapsed: Clock,
    tell: Callable[[int, float], None],
) -> tuple[_Moment, float]:
    """Return the moment of a step, or of an earlier end, and the mean training bits on the way there."""
    if spec.steps is not None:
        until = min(until, spec.steps)
    step, carried, nats, is_over = moment.step, moment.carried, 0.0, False
    while step < until and not is_over:
        began = elapsed()
        count = min(STEPS_PER_CALL, until - step)
        steps = range(step, step + count)
        if spec.steps is not None:
            rates = [learning_rate(spec, at, at / spec.steps) for at in steps]
        else:
            rates = [learning_rate(spec, at, began / _seconds(spec)) for at in steps]
        batch = _stack(list(itertools.islice(windows, count)))
        rates += [0.0] * (STEPS_PER_CALL - count)
        carried, total = train_steps(carried, *batch, tf.constant(rates), tf.constant(step), tf.constant(count))
        nats += float(total)
        step += count
        now = elapsed()
        is_over = step == spec.steps or (spec.steps is None and now + (now - began) >= _seconds(spec))
        tell(step, nats / (step - moment.step) / math.log(2))
    bits = nats / (step - moment.step) / math.log(2)
    return replace(moment, step=step, carried=carried, is_over=is_over), bits


def _seconds(spec: TextSpec) -> float:
    return 60 * (spec.minutes or 0)


def _check(moment: _Moment, bits: float, measure: Measure, documents: Documents, *, characters: int) -> _Moment:
    """Return the moment with one more row of the curve, and with the better weights as its best."""
    weights = round_to_half(moment.carried["weights"])
    validation_bits = measure(weights, documents)
    row = {"step": moment.step, "characters": characters, "training_bits": bits, "validation_bits": validation_bits}
    is_best = not documents or not any(earlier["validation_bits"] <= validation_bits for earlier in moment.rows)
    moment = replace(moment, rows=(*moment.rows, row))
    if not is_best:
        return moment
    return replace(moment, best={name: weights[name] for name in moment.best}, best_step=moment.step)  # Keras's order


def _stack(windows: list[Window]) -> tuple[Any, ...]:
    """Return (reads, following, is_start) of a call, each (steps of a call, window, tracks), zeros at the end."""
    arrays = []
    for name in ("reads", "following", "is_start"):
        parts = [getattr(window, name) for window in windows]
        parts += [np.zeros_like(parts[0])] * (STEPS_PER_CALL - len(parts))
        arrays.append(tf.constant(np.stack(parts)))
    return tuple(arrays)


def _program_of(spec: TextSpec) -> TextSpec:
    """Return a spec with the same program for a step, whatever the course of its training: to be compiled once."""
    return replace(spec, steps=1, minutes=None, learning_rate=1.0, warm_up=1, check_every=1, validation_characters=1)


@functools.lru_cache(maxsize=4)
def _compile_training(spec: TextSpec) -> Callable[..., Any]:
    """Return a function that trains `count` steps of a call and returns what is carried on, and their summed losses."""

    def train_step(carried: dict[str, Any], reads: Any, following: Any, is_start: Any, rate: Any, step: Any) -> Any:
        weights = carried["weights"]
        drop = tf.stack([tf.constant(spec.seed), step * (spec.layers + 1)])
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits, state = read_window(spec, weights, carried["state"], reads, is_start, drop=drop)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits))
        names = list(weights)
        gradients = tape.gradient(loss, [weights[name] for name in names])
        gradients, _ = tf.clip_by_global_norm([*map(tf.convert_to_tensor, gradients)], spec.gradient_norm)
        power = tf.cast(step + 1, tf.float32)
        rate *= tf.sqrt(1 - spec.second_moment**power) / (1 - FIRST_MOMENT**power)
        after: dict[str, Any] = {"weights": {}, "means": {}, "squares": {}, "state": state}
        for name, gradient in zip(names, gradients, strict=True):
            mean = FIRST_MOMENT * carried["means"][name] + (1 - FIRST_MOMENT) * gradient
            square = spec.second_moment * carried["squares"][name] + (1 - spec.second_moment) * gradient**2
            after["weights"][name] = weights[name] - rate * mean / (tf.sqrt(square) + EPSILON)
            after["means"][name], after["squares"][name] = mean, square
        return after, loss

    @tf.function(jit_compile=True, autograph=False)
    def train_steps(
        carried: dict[str, Any], reads: Any, following: Any, is_start: Any, rates: Any, done: Any, count: Any
    ) -> Any:
        def one_more(at: Any, carried: dict[str, Any], total: Any) -> Any:
            carried, loss = train_step(carried, reads[at], following[at], is_start[at], rates[at], done + at)
            return at + 1, carried, total + loss

        start = (tf.constant(0), carried, tf.constant(0.0))
        _, carried, total = tf.while_loop(lambda at, *_: at < count, one_more, start)
        return carried, total

    return train_steps  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=4)
def _compile_measure(spec: TextSpec) -> Measure:
    """Return a function of weights and documents that returns the bits a character."""

    @tf.function(jit_compile=True, autograph=False)
    def read(weights: Any, state: Any, reads: Any, following: Any, is_start: Any, is_step: Any) -> Any:
        logits, state = read_window(spec, weights, state, reads, is_start)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits)
        return tf.reduce_sum(tf.where(is_step, losses, 0.0)), state

    def measure(weights: Mapping[str, Any], documents: Documents) -> float:
        tracks = min(spec.tracks, len(documents))
        tensors = {name: tf.constant(values) for name, values in weights.items()}
        state = zero_state(spec, tracks)
        nats, characters = 0.0, 0
        for window in cut_windows(documents, tracks=tracks, steps=spec.window):
            total, state = read(tensors, state, window.reads, window.following, window.is_start, window.is_step)
            nats += float(total)
            characters += int(window.is_step.sum())
        return nats / characters / math.log(2) if characters else math.nan

    return measure


def _first_characters(documents: Documents, at_most: int) -> Iterator[np.ndarray]:
    """Yield the first documents, `at_most` predicted tokens of them; the last may be cut."""
    for document in documents:
        if at_most < 1:
            return
        yield document[: at_most + 1]
        at_most -= len(document) - 1


def _require_tokens(spec: TextSpec, documents: Documents) -> None:
    for number, document in enumerate(documents):
        is_framed = len(document) >= 2 and document[0] == 0 and document[-1] == 1
        if not is_framed or np.min(document) < 0 or np.max(document) >= spec.tokens:
            received = np.array2string(np.asarray(document), threshold=8)
            raise ValueError(
                f"document {number}: expected the start token 0, tokens below {spec.tokens} and the end token 1, "
                f"received {received}"
            )


def _key(spec: TextSpec, training: Documents, validation: Documents) -> str:
    """Return a hash of everything that determines a training, but not of its code."""
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    digest = hashlib.sha256(json.dumps([spec.to_json(), versions, len(training)], sort_keys=True).encode())
    for document in (*training, *validation):
        values = np.ascontiguousarray(document, np.int32)
        digest.update(f"{len(values)}\n".encode() + values.tobytes())
    return digest.hexdigest()


def _save(file: Path, key: str, moment: _Moment) -> None:
    header = {
        "step": moment.step,
        "seconds": moment.seconds,
        "is_over": moment.is_over,
        "best_step": moment.best_step,
        "rows": moment.rows,
    }
    carried = {f"carried/{at}": tensor.numpy() for at, tensor in enumerate(tf.nest.flatten(moment.carried))}
    best = {f"best/{name}": values for name, values in moment.best.items()}
    write_checkpoint(file, key, header, {**carried, **best})


def _resume(file: Path, key: str, spec: TextSpec, tracks: int) -> _Moment | None:
    saved = read_checkpoint(file, key)
    if saved is None:
        return None
    header, arrays = saved
    begun = _begin(spec, tracks)
    flat = [tf.constant(arrays[f"carried/{at}"]) for at in range(len(tf.nest.flatten(begun.carried)))]
    best = {name: arrays[f"best/{name}"] for name in begun.best}
    carried = tf.nest.pack_sequence_as(begun.carried, flat)
    return _Moment(carried, best, **{**header, "rows": tuple(header["rows"])})
