"""Training on text: its steps are those of a slow training, and an interruption leaves no trace."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import lstmgallery.lab.train_text
from lstmgallery.desk.reading import count_bits
from lstmgallery.errors import GalleryError
from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.lab.tracks import Window
from lstmgallery.lab.train_text import TrainedText, bits_a_character, learning_rate, train_text
from lstmgallery.lab.window import initial_weights

TEXTS = ("abcabcabcabc", "cab", "", "bcabcabca", "abcabc", "cabcabcabcabcabcabcabca", "b", "bcab")
DOCUMENTS = [np.array([0, *("..abc".index(letter) for letter in text), 1], np.int32) for text in TEXTS]
SPEC = TextSpec(tokens=5, units=6, seed=2, steps=46, tracks=3, window=4, warm_up=5, check_every=12, dropout=0.2)


@pytest.fixture(scope="module", autouse=True)
def short_calls() -> Iterator[None]:
    """Let calls be so short that training can be interrupted between two checks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lstmgallery.lab.train_text, "STEPS_PER_CALL", 5)
        yield


def train_quietly(spec: TextSpec, **options: Any) -> TrainedText:
    usual: dict[str, Any] = {"place": "networks/text.md", "report": lambda *_: None}
    return train_text(spec, DOCUMENTS[:6], DOCUMENTS[6:], **{**usual, **options})


@pytest.fixture(scope="module")
def trained() -> tuple[TrainedText, list[tuple[int, str]]]:
    """A network trained for 46 steps, and what its training reported."""
    reports: list[tuple[int, str]] = []
    return train_quietly(SPEC, report=lambda at, note: reports.append((at, note))), reports


def assert_same(one: TrainedText, other: TrainedText) -> None:
    """Compare two trainings bit for bit."""
    assert one.curve.equals(other.curve)
    assert one.best_step == other.best_step
    for name, values in one.weights.items():
        np.testing.assert_array_equal(other.weights[name], values)
        np.testing.assert_array_equal(other.untrained[name], one.untrained[name])


def train_slowly(spec: TextSpec, steps: int) -> tuple[dict[str, np.ndarray], list[float]]:
    """Return the weights after some steps, and the loss of each; without dropout.

    Written from the definitions: a track is a list of documents; Keras's own LSTM reads one piece of one document at a
    time, from the state that its last piece left. Adam as in section 2 of Kingma and Ba 2015, one clip for all.
    """
    layers = [keras.layers.LSTM(spec.units, return_sequences=True, return_state=True) for _ in spec.layer_numbers]
    readout = keras.layers.Dense(spec.tokens)
    for at, layer in enumerate([*layers, readout]):
        layer.build((1, 1, spec.tokens if at == 0 else spec.units))
    weights = initial_weights(spec)
    variables = [each for layer in (*layers, readout) for each in layer.trainable_variables]
    for variable, values in zip(variables, weights.values(), strict=True):
        variable.assign(values)
    orders = (np.random.default_rng((spec.seed, epoch)).permutation(6) for epoch in count())
    queue = (DOCUMENTS[at] for order in orders for at in order)
    rests: list[Any] = [[]] * spec.tracks
    states: list[Any] = [None] * spec.tracks
    means = [np.zeros(variable.shape) for variable in variables]
    squares = [np.zeros(variable.shape) for variable in variables]
    losses = []
    for step in range(1, steps + 1):
        with tf.GradientTape() as tape:
            total = tf.constant(0.0)
            for track in range(spec.tracks):
                left = spec.window
                while left:
                    if len(rests[track]) < 2:
                        rests[track] = next(queue)
                        states[track] = [[tf.zeros((1, spec.units))] * 2 for _ in layers]
                    piece = rests[track][: left + 1]
                    flow = tf.one_hot(piece[None, :-1], spec.tokens)
                    after = []
                    for layer, before in zip(layers, states[track], strict=True):
                        flow, *state = layer(flow, initial_state=before)
                        after.append([tf.stop_gradient(each) for each in state])
                    states[track] = after
                    logs = tf.nn.log_softmax(readout(flow)[0])
                    total -= tf.reduce_sum(logs * tf.one_hot(piece[1:], spec.tokens))
                    left -= len(piece) - 1
                    rests[track] = rests[track][len(piece) - 1 :]
            loss = total / (spec.tracks * spec.window)
        gradients = [each.numpy() for each in tape.gradient(loss, variables)]
        norm = math.sqrt(sum(float((each**2).sum()) for each in gradients))
        rate = spec.learning_rate * min(1, step / spec.warm_up) * (1 + math.cos(math.pi * (step - 1) / steps)) / 2
        for at, (variable, gradient) in enumerate(zip(variables, gradients, strict=True)):
            slope = gradient / max(1, norm / spec.gradient_norm)
            means[at] = 0.9 * means[at] + 0.1 * slope
            squares[at] = spec.second_moment * squares[at] + (1 - spec.second_moment) * slope**2
            pace = rate * math.sqrt(1 - spec.second_moment**step) / (1 - 0.9**step)
            variable.assign(variable.numpy() - pace * means[at] / (np.sqrt(squares[at]) + 1e-7))
        losses.append(float(loss))
    return dict(zip(weights, (variable.numpy() for variable in variables), strict=True)), losses


@pytest.mark.parametrize("norm", [1.0, 0.05])
def test_a_few_steps_are_those_of_a_slow_training(norm: float) -> None:
    spec = dataclasses.replace(SPEC, steps=12, dropout=0.0, check_every=6, gradient_norm=norm)
    expected, losses = train_slowly(spec, 12)
    found = train_quietly(spec)
    bits = [float(np.mean(part)) / math.log(2) for part in (losses[:6], losses[6:])]
    assert found.curve["step"].tolist() == [6, 12]
    assert found.curve["characters"].tolist() == [72, 144]
    np.testing.assert_allclose(found.curve["training_bits"], bits, rtol=0, atol=1e-5)
    assert found.best_step == 12
    for name, values in expected.items():
        assert np.abs(values - found.untrained[name]).max() > 0.02
        np.testing.assert_allclose(found.weights[name], values, rtol=1e-3, atol=2e-4)  # they are rounded


def test_the_learning_rate_rises_to_its_value_and_falls_to_nothing() -> None:
    spec = TextSpec(tokens=5, steps=1_000, learning_rate=0.02, warm_up=100)
    assert [learning_rate(spec, step, 0.0) for step in (0, 49, 99, 500)] == [0.0002, 0.01, 0.02, 0.02]
    assert learning_rate(spec, 500, 0.5) == pytest.approx(0.01)
    assert learning_rate(spec, 999, 1.0) == learning_rate(spec, 999, 1.2) == 0


def test_weights_are_named_in_the_order_of_keras_and_are_float16_values(trained: tuple[TrainedText, Any]) -> None:
    for weights in (trained[0].weights, trained[0].untrained):
        assert list(weights) == list(initial_weights(SPEC))
        for values in weights.values():
            assert values.dtype == np.float32
            np.testing.assert_array_equal(values, values.astype(np.float16))
    for name, values in initial_weights(SPEC).items():
        np.testing.assert_array_equal(trained[0].untrained[name], values)


def test_the_curve_has_a_row_for_every_check_and_for_the_end(trained: tuple[TrainedText, Any]) -> None:
    curve = trained[0].curve
    assert list(curve) == ["step", "characters", "training_bits", "validation_bits"]
    assert curve["step"].tolist() == [12, 24, 36, 46]
    assert curve["characters"].tolist() == [12 * step for step in curve["step"]]
    assert curve["training_bits"].is_monotonic_decreasing


def test_the_weights_are_those_that_predict_the_validation_documents_best() -> None:
    spec = dataclasses.replace(SPEC, learning_rate=0.3, steps=120, dropout=0.0)  # the later weights are worse
    found = train_quietly(spec)
    bits = found.curve["validation_bits"]
    assert bits.idxmin() < len(bits) - 1
    assert found.best_step == found.curve["step"][bits.idxmin()]
    assert bits_a_character(spec, found.weights, DOCUMENTS[6:]) == bits.min()


def test_a_training_for_minutes_is_checked_after_every_reading_of_a_short_corpus() -> None:
    seconds = count()
    spec = dataclasses.replace(SPEC, check_every=200, steps=None, minutes=1.0)
    found = train_quietly(spec, clock=lambda: float(next(seconds)))
    reading = sum(len(document) - 1 for document in DOCUMENTS[:6]) / (SPEC.tracks * SPEC.window)
    assert 4 < reading < 5  # so a call of five steps
    assert found.curve["step"].diff().iloc[1:].eq(5).all()
    assert len(found.curve) > 3


def test_training_for_minutes_stops_once_it_learns_by_heart() -> None:
    seconds = count()
    spec = dataclasses.replace(SPEC, learning_rate=0.3, steps=None, minutes=60.0, dropout=0.0, check_every=5)
    found = train_quietly(spec, clock=lambda: float(next(seconds)))
    bits, steps = found.curve["validation_bits"], found.curve["step"]
    assert steps.iloc[-1] > 3 * found.best_step
    assert (steps > found.best_step).sum() >= 10
    assert (steps.iloc[:-1] <= 3 * found.best_step).any()
    assert not ((steps.iloc[-2] > 3 * found.best_step) and (steps.iloc[:-1] > found.best_step).sum() >= 10)
    assert bits.min() == bits[steps == found.best_step].item()
    assert int(next(seconds)) < 3_000  # long before the hour is over


def test_without_validation_documents_the_last_weights_are_kept() -> None:
    found = train_text(SPEC, DOCUMENTS[:6], [], place="", report=lambda *_: None)
    assert found.best_step == SPEC.steps
    assert found.curve["validation_bits"].isna().all()


def test_only_so_many_characters_are_validated() -> None:
    some = [DOCUMENTS[0], DOCUMENTS[3][:3]]  # "abcabcabcabc" and its end, and "bc" of the next
    spec = dataclasses.replace(SPEC, steps=12, validation_characters=15)
    found = train_text(spec, DOCUMENTS[:6], [DOCUMENTS[0], DOCUMENTS[3]], place="", report=lambda *_: None)
    expected = count_bits(spec.kind, found.weights, some)
    assert expected.characters == 15
    assert found.curve["validation_bits"].item() == pytest.approx(expected.a_character, abs=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_bits_are_those_that_numpy_counts_from_the_weights(cell: str) -> None:
    spec = dataclasses.replace(SPEC, cell=cell)
    random = np.random.default_rng(5)
    weights = {name: random.normal(0, 0.8, each.shape) for name, each in initial_weights(spec).items()}
    weights = {name: values.astype(np.float32) for name, values in weights.items()}
    expected = count_bits(spec.kind, weights, DOCUMENTS)
    assert expected.characters == sum(len(text) + 1 for text in TEXTS)
    assert bits_a_character(spec, weights, DOCUMENTS) == pytest.approx(expected.a_character, abs=1e-5)
    assert math.isnan(bits_a_character(spec, weights, []))


def test_every_step_drops_other_values() -> None:
    settings: dict[str, Any] = {
        "steps": 2,
        "check_every": 1,
        "tracks": 1,
        "window": 4,
        "learning_rate": 1e-30,
        "dropout": 0.5,
    }
    spec = dataclasses.replace(SPEC, **settings)
    text = [DOCUMENTS[1]]  # as long as a window, so every step reads the same with the same weights
    assert len(text[0]) == 5
    one, other = train_text(spec, text, [], place="", report=lambda *_: None).curve["training_bits"]
    assert one != other
    spec = dataclasses.replace(spec, dropout=0.0)
    one, other = train_text(spec, text, [], place="", report=lambda *_: None).curve["training_bits"]
    assert one == other


def test_reports_count_the_steps_and_tell_the_bits(trained: tuple[TrainedText, list[tuple[int, str]]]) -> None:
    found, reports = trained
    assert [at for at, _ in reports] == [5, 10, 12, 17, 22, 24, 29, 34, 36, 41, 46]  # calls end at checks
    at_checks = [note for at, note in reports if at in (12, 24, 36, 46)]
    assert at_checks == [f"{bits:.2f} bits a character" for bits in found.curve["training_bits"]]


def test_a_seed_gives_the_same_network_again_and_another_seed_another(trained: tuple[TrainedText, Any]) -> None:
    assert_same(train_quietly(SPEC), trained[0])
    other = train_quietly(dataclasses.replace(SPEC, seed=3))
    assert all(np.abs(values - other.weights[name]).max() > 0.01 for name, values in trained[0].weights.items())


class InterruptionError(Exception):
    """What ends a training in the middle."""


def interrupt_at(step: int) -> Callable[[int, str], None]:
    """Return a report that interrupts the training at a step."""

    def report(at: int, _: str) -> None:
        if at >= step:
            raise InterruptionError

    return report


def test_a_training_that_was_interrupted_and_resumed_equals_one_that_was_not(
    tmp_path: Path, trained: tuple[TrainedText, Any]
) -> None:
    file = tmp_path / "training.npz"
    for step in (24, 40):  # once just before a check, whose steps are trained again, and once between two
        with pytest.raises(InterruptionError):
            train_quietly(SPEC, checkpoint=file, report=interrupt_at(step))
    reports: list[int] = []
    resumed = train_quietly(SPEC, checkpoint=file, report=lambda at, _: reports.append(at))
    assert reports[0] > 36  # it has not begun again
    assert_same(resumed, trained[0])
    assert [path.name for path in tmp_path.iterdir()] == ["training.npz"]


def test_a_finished_training_is_not_repeated(tmp_path: Path, trained: tuple[TrainedText, Any]) -> None:
    file = tmp_path / "training.npz"
    train_quietly(SPEC, checkpoint=file)
    assert_same(train_quietly(SPEC, checkpoint=file, report=interrupt_at(0)), trained[0])


@pytest.mark.parametrize("damage", ["another spec", "other documents", "cut off", "no archive", "no header", "missing"])
def test_a_checkpoint_of_another_training_or_a_damaged_one_counts_as_none(
    tmp_path: Path, trained: tuple[TrainedText, Any], damage: str
) -> None:
    file = tmp_path / "training.npz"
    match damage:
        case "another spec":
            train_quietly(dataclasses.replace(SPEC, dropout=0.3), checkpoint=file)
        case "other documents":
            train_text(SPEC, DOCUMENTS[:5], DOCUMENTS[5:], place="", report=lambda *_: None, checkpoint=file)
        case "cut off":
            train_quietly(SPEC, checkpoint=file)
            file.write_bytes(file.read_bytes()[:-100])
        case "no archive":
            file.write_text("no archive", encoding="utf-8")
        case "no header":
            np.savez(file, weights=np.zeros(3))
    assert_same(train_quietly(SPEC, checkpoint=file), trained[0])


def test_training_for_minutes_ends_in_time_with_a_low_learning_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    rates: list[float] = []
    stack = lstmgallery.lab.train_text._stack

    def stacked_slowly(windows: list[Window]) -> Any:
        nonlocal now
        now += 7  # every call takes seven seconds
        return stack(windows)

    def recorded(spec: TextSpec, step: int, share: float) -> float:
        rates.append(learning_rate(spec, step, share))
        return rates[-1]

    monkeypatch.setattr(lstmgallery.lab.train_text, "_stack", stacked_slowly)
    monkeypatch.setattr(lstmgallery.lab.train_text, "learning_rate", recorded)
    reports: list[int] = []
    spec = dataclasses.replace(SPEC, steps=None, minutes=1.0)
    found = train_quietly(spec, clock=lambda: now, report=lambda at, _: reports.append(at))
    assert reports == [7, 14, 21, 28, 35, 42, 49, 56]  # another call would end too late
    assert found.curve["step"].iloc[-1] == len(rates)
    assert max(rates) > 0.8 * spec.learning_rate
    assert rates[-1] < 0.1 * spec.learning_rate


def test_training_for_minutes_resumes_with_the_time_that_is_left(tmp_path: Path) -> None:
    file = tmp_path / "training.npz"
    spec = dataclasses.replace(SPEC, steps=None, minutes=1.0)
    seconds, later = count(), count(1_000_000)
    with pytest.raises(InterruptionError):
        train_quietly(spec, checkpoint=file, clock=lambda: float(next(seconds)), report=interrupt_at(30))
    reports: list[int] = []
    train_quietly(spec, checkpoint=file, clock=lambda: float(next(later)), report=lambda at, _: reports.append(at))
    assert 20 < reports[0] < 40
    assert 50 < reports[-1] <= 60


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_text_without_surprises_is_learned(cell: str) -> None:
    spec = dataclasses.replace(SPEC, cell=cell, steps=300, dropout=0.0, check_every=100)
    text = [DOCUMENTS[0]] * 5
    found = train_text(spec, text, text, place="", report=lambda *_: None)
    assert bits_a_character(spec, found.untrained, text) > 1.5
    assert bits_a_character(spec, found.weights, text) < 0.4  # where it ends is beyond the window


def test_there_are_no_more_tracks_than_documents() -> None:
    found = train_text(SPEC, DOCUMENTS[:2], [], place="", report=lambda *_: None)
    assert found.curve["characters"].tolist() == [2 * 4 * step for step in found.curve["step"]]


def test_nothing_to_train_on_is_an_error_with_its_place() -> None:
    with pytest.raises(GalleryError) as raised:
        train_text(SPEC, [], DOCUMENTS, place="networks/text.md", report=lambda *_: None)
    (problem,) = raised.value.problems
    assert (problem.place, problem.message) == (
        "networks/text.md",
        "expected at least one document to train on, found none",
    )


def test_training_that_diverges_is_an_error_with_its_place() -> None:
    with pytest.raises(GalleryError) as raised:
        train_quietly(dataclasses.replace(SPEC, learning_rate=1e38, warm_up=1))
    (problem,) = raised.value.problems
    assert problem.place == "networks/text.md"
    assert problem.message.startswith("training diverged before step 5: expected finite losses, found ")
    assert problem.hint == "lower the learning rate"


@pytest.mark.parametrize("tokens", [[0], [2, 3, 1], [0, 2, 3], [0, 5, 1], [0, -1, 1], []])
def test_documents_that_are_not_framed_or_not_in_the_vocabulary_are_refused(tokens: list[int]) -> None:
    document = np.array(tokens, np.int32)
    expected = "document 1: expected the start token 0, tokens below 5 and the end token 1, received "
    with pytest.raises(ValueError, match=expected):
        train_text(SPEC, [DOCUMENTS[0], document], [], place="", report=lambda *_: None)
