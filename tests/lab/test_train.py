"""The verdict of a training equals a count with its weights.

That it repeats to the bit, `tests/test_cli.py` sees from two processes.
"""

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import lstmgallery.lab.train
from lstmgallery.desk.reference import read_signals
from lstmgallery.errors import GalleryError
from lstmgallery.lab.criterion import Criterion
from lstmgallery.lab.model import Weights, build_model, weights_of
from lstmgallery.lab.recurrence import read_logits
from lstmgallery.lab.train import TrainingRun, compile_training, train, train_seeds, weight_noise
from lstmgallery.network import Network, read_network
from lstmgallery.tasks.languages.copying import Copying
from tests.conftest import small_network, write_small_content


def criterion_of(trained: TrainingRun) -> Criterion:
    assert trained.criterion is not None
    return trained.criterion


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, TrainingRun, list[tuple[int, float]]]:
    """The small network, trained, and the report of its training."""
    reports: list[tuple[int, float]] = []
    network = small_network(tmp_path_factory.mktemp("small"))
    return network, train(network, report=lambda steps, right: reports.append((steps, right))), reports


def count_right(network: Network, weights: Weights, sequences: tuple[str, ...]) -> tuple[int, int, int]:
    """Return (sequences right, determined tokens right, determined tokens), counted one prediction at a time."""
    sequences_right = tokens_right = tokens = 0
    for sequence in sequences:
        hidden = read_signals(network, weights, [sequence])[-1]["hidden"]
        logits = hidden @ weights["readout/kernel"] + weights["readout/bias"]
        predicted = [network.task.vocabulary[at] for at in logits.argmax(axis=1)]
        following = [*sequence, network.task.vocabulary[1]]
        is_right = [
            one == other
            for one, other, is_determined in zip(predicted, following, network.task.determined(sequence), strict=True)
            if is_determined
        ]
        tokens += len(is_right)
        tokens_right += sum(is_right)
        sequences_right += all(is_right)
    return sequences_right, tokens_right, tokens


def test_the_criterion_is_what_the_weights_predict(small: tuple[Network, TrainingRun, Any]) -> None:
    network, trained, _ = small
    everything = tuple("a" * n + "X" + "b" * n for n in (1, 2, 3))
    assert count_right(network, trained.weights, everything) == (3, 9, 9)
    assert trained.criterion == Criterion(
        sequences=3,
        sequences_right=3,
        tokens=9,
        tokens_right=9,
        is_sampled=False,
        steps=criterion_of(trained).steps,
    )


def test_training_goes_on_at_least_as_long_as_it_says(small: tuple[Network, TrainingRun, Any]) -> None:
    network, trained, _ = small
    assert network.training.steps <= criterion_of(trained).steps <= network.training.most_steps


def test_the_curve_is_what_was_reported(small: tuple[Network, TrainingRun, list[tuple[int, float]]]) -> None:
    _, trained, reports = small
    assert list(zip(trained.curve["step"], trained.curve["right"], strict=True)) == reports
    assert trained.curve["step"].is_monotonic_increasing
    assert trained.curve["step"].iloc[-1] == criterion_of(trained).steps
    assert trained.curve["right"].iloc[-1] == 1.0
    assert trained.curve["loss"].iloc[-1] < trained.curve["loss"].iloc[0] / 2


def test_a_network_that_misses_the_criterion_fails_with_its_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_small_content(tmp_path, "small")
    file = content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8").replace("steps: 200", "steps: 1\n  most_steps: 20")
    file.write_text(text, encoding="utf-8")
    network, _ = read_network(file)
    models = []

    def remembered(network: Network, **options: Any) -> Any:
        models.append(build_model(network, **options))
        return models[-1]

    monkeypatch.setattr(lstmgallery.lab.train, "build_model", remembered)
    with pytest.raises(GalleryError) as raised:
        train(network, report=lambda *_: None)
    (problem,) = raised.value.problems
    found = re.fullmatch(
        r"after 20 training steps, expected every determined token right on all 3 sequences of the training range, "
        r"found (\d+) sequences right \((\d+) of (\d+) tokens\)",
        problem.message,
    )
    assert found, problem.message
    everything = tuple("a" * n + "X" + "b" * n for n in (1, 2, 3))
    assert tuple(map(int, found.groups())) == count_right(network, weights_of(models[0]), everything)
    assert int(found[2]) < int(found[3])
    assert problem.place == "content/networks/small.md"
    assert problem.hint == (
        "raise training.most_steps or units, lower training.learning_rate, or try another seed; to show a network that "
        "does not learn its task, add goal: optional to its training"
    )


def test_weight_noise_takes_the_gradient_elsewhere_and_stays_in_no_weight(tmp_path: Path) -> None:
    """A step of plain gradient descent equals one by hand: the gradient at noisy weights, for those without."""
    network = with_training(small_network(tmp_path), weight_noise=0.5)
    sequences = network.split().training
    assert len(sequences) <= network.training.batch  # every step reads all of them
    model, seed, done = build_model(network), 7, 3
    before = [np.array(variable.numpy()) for variable in model.trainable_variables]

    reads, following, counts = (tf.constant(part) for part in network.task.vocabulary.encode(sequences))
    cells = [model.get_layer("layer_1").cell]
    drawn = tf.function(weight_noise, jit_compile=True, autograph=False)  # XLA draws other values than TensorFlow
    noises = [drawn(value.shape, seed, done, number) for number, value in enumerate(before)]
    for variable, noise in zip(model.trainable_variables, noises, strict=True):
        variable.assign_add(0.5 * noise)
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(following, read_logits(model, cells, reads))
        loss = tf.reduce_sum(losses * tf.cast(counts, tf.float32)) / float(np.sum(counts))
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)

    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build(model.trainable_variables)
    step = compile_training(network, model, optimizer, sequences, steps=1)
    assert float(step(tf.constant(seed), tf.constant(done))) == pytest.approx(float(loss), rel=1e-5)
    for variable, value, gradient in zip(model.trainable_variables, before, gradients, strict=True):
        np.testing.assert_allclose(variable.numpy(), value - gradient.numpy(), atol=1e-6)


def test_weight_noise_differs_by_weights_step_and_seed() -> None:
    drawn = [
        weight_noise((2_000,), seed, step, number).numpy()
        for seed, step, number in [(1, 0, 0), (1, 0, 1), (1, 1, 0), (2, 0, 0)]
    ]
    assert np.abs(np.corrcoef(drawn) - np.eye(4)).max() < 0.1
    assert np.std(drawn, axis=1) == pytest.approx(np.ones(4), abs=0.1)


def test_a_network_whose_goal_is_optional_is_returned_with_the_score_it_misses(tmp_path: Path) -> None:
    network = with_training(small_network(tmp_path), steps=1, most_steps=20, goal="optional")
    trained = train(network, report=lambda *_: None)
    criterion = criterion_of(trained)
    everything = tuple("a" * n + "X" + "b" * n for n in (1, 2, 3))
    assert (criterion.sequences_right, criterion.tokens_right, criterion.tokens) == count_right(
        network, trained.weights, everything
    )
    assert not criterion.is_met
    assert criterion.steps == 20
    assert criterion.to_json()["is_met"] is False


def test_training_ends_at_the_most_steps_and_is_not_another_until_then(tmp_path: Path) -> None:
    small = small_network(tmp_path)
    ends = []
    for most_steps in (230, 240):
        network = with_training(small, steps=most_steps, most_steps=most_steps, learning_rate=1e-6)
        (trained,) = train_seeds(network, [1], report=lambda *_: None)
        assert trained.criterion is not None
        assert trained.criterion.steps == trained.curve["step"].iloc[-1] == most_steps
        ends.append(trained)
    shared = [each.curve[each.curve["step"] <= 200].to_dict() for each in ends]
    assert shared[0] == shared[1]


STEPS = 12  # of a training that is checked step by step


@pytest.fixture(scope="module")
def few_steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, list[TrainingRun]]:
    """The small network, two of its three sequences a batch, trained for `STEPS` steps in one compiled call.

    It is trained under seed 5, under seed 6, and under seed 5 again.
    """
    small = small_network(tmp_path_factory.mktemp("few-steps"))
    network = with_training(small, steps=1, most_steps=STEPS, batch=2)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lstmgallery.lab.train, "STEPS_PER_CALL", STEPS)
        return network, [*train_seeds(network, [5, 6, 5], report=lambda *_: None)]


def with_training(network: Network, **settings: Any) -> Network:
    """Return a network with other settings of its training."""
    return network.model_copy(update={"training": network.training.model_copy(update=settings)})


def train_slowly(network: Network, weights: Weights, *, seed: int, norm: float) -> tuple[Weights, float]:
    """Return the weights after `STEPS` steps of training, starting at `weights`, and the mean loss of these steps.

    Written from the definitions: Keras's own LSTM reads one sequence at a time, so nothing is padded. Each weight's
    gradient is scaled down to `norm`. Adam is that of Kingma and Ba 2015, in the form of the end of their section 2.
    """
    vocabulary = network.task.vocabulary
    layers = [keras.layers.LSTM(network.units, return_sequences=True), keras.layers.Dense(len(vocabulary))]
    model = keras.Sequential([keras.Input((None, len(vocabulary))), *layers])
    names = ["layer_1/kernel", "layer_1/recurrent_kernel", "layer_1/bias", "readout/kernel", "readout/bias"]
    model.set_weights([weights[name] for name in names])
    sequences = network.task.split(held_out=network.held_out).training
    batch, rate = network.training.batch, network.training.learning_rate
    means = [np.zeros(variable.shape) for variable in model.trainable_variables]
    squares = [np.zeros(variable.shape) for variable in model.trainable_variables]
    losses = []
    for step in range(STEPS):
        drawn = sequences
        if batch < len(sequences):
            rows = tf.random.stateless_uniform((batch,), [seed, step], maxval=len(sequences), dtype=tf.int32)
            drawn = tuple(sequences[row] for row in rows.numpy())
        with tf.GradientTape() as tape:
            total = tf.constant(0.0)
            for sequence in drawn:
                tokens = [vocabulary.index(token) for token in (vocabulary[0], *sequence, vocabulary[1])]
                logits = model(tf.one_hot(tokens[:-1], len(vocabulary))[None])[0]  # (time, tokens)
                total -= tf.reduce_sum(tf.nn.log_softmax(logits) * tf.one_hot(tokens[1:], len(vocabulary)))
            loss = total / sum(len(sequence) + 1 for sequence in drawn)
        losses.append(float(loss))
        gradients = tape.gradient(loss, model.trainable_variables)
        for at, (variable, gradient) in enumerate(zip(model.trainable_variables, gradients, strict=True)):
            slope = gradient.numpy() / max(1.0, float(np.linalg.norm(gradient.numpy())) / norm)
            means[at] = 0.9 * means[at] + 0.1 * slope
            squares[at] = 0.999 * squares[at] + 0.001 * slope**2
            pace = rate * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
            variable.assign(variable.numpy() - pace * means[at] / (np.sqrt(squares[at]) + 1e-7))
    return dict(zip(names, model.get_weights(), strict=True)), float(np.mean(losses))


def assert_trained_slowly(network: Network, trained: TrainingRun, *, norm: float) -> None:
    """Compare a training of `STEPS` steps under seed 5 with a slow one."""
    weights, loss = train_slowly(network, trained.untrained, seed=5, norm=norm)
    assert trained.curve["loss"].tolist() == [pytest.approx(loss, abs=1e-5)]
    for name, expected in weights.items():
        assert np.abs(expected - trained.untrained[name]).max() > 0.02
        np.testing.assert_allclose(trained.weights[name], expected, rtol=0, atol=1e-4)


def test_a_few_steps_are_those_of_a_slow_training_without_padding(few_steps: tuple[Network, list[TrainingRun]]) -> None:
    network, (trained, _, _) = few_steps
    assert_trained_slowly(network, trained, norm=1.0)


def test_where_all_sequences_are_a_batch_none_is_drawn_and_steep_gradients_are_shortened(
    few_steps: tuple[Network, list[TrainingRun]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstmgallery.lab.train, "STEPS_PER_CALL", STEPS)
    monkeypatch.setattr(lstmgallery.lab.train, "GRADIENT_NORM", 0.2)
    network = with_training(few_steps[0], batch=64)
    (trained,) = train_seeds(network, [5], report=lambda *_: None)
    assert_trained_slowly(network, trained, norm=0.2)


def test_a_seed_gives_the_same_network_again_after_another_seed(few_steps: tuple[Network, list[TrainingRun]]) -> None:
    first, other, again = few_steps[1]
    assert (first.seed, other.seed, again.seed) == (5, 6, 5)
    for name, values in first.weights.items():
        np.testing.assert_array_equal(again.weights[name], values)
        assert np.abs(other.weights[name] - values).max() > 0.01
    assert again.curve.equals(first.curve)


def test_steps_are_the_same_however_many_of_them_are_one_call(
    few_steps: tuple[Network, list[TrainingRun]], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, (at_once, _, _) = few_steps
    monkeypatch.setattr(lstmgallery.lab.train, "STEPS_PER_CALL", 1)
    (trained,) = train_seeds(network, [5], report=lambda *_: None)
    assert trained.curve["step"].tolist() == [*range(1, 11), 12]  # after one call each, and then after two
    assert criterion_of(trained).steps == criterion_of(at_once).steps == STEPS
    for name, values in trained.weights.items():
        np.testing.assert_allclose(values, at_once.weights[name], rtol=0, atol=1e-4)


def test_training_is_over_only_when_the_whole_range_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.lab.train, "CURVE_SEQUENCES", 1)  # the curve follows the first sequence alone
    copying = small_network(tmp_path).model_copy(update={"task": Copying(kind="copying")})
    network = with_training(copying, steps=1, most_steps=3_000)
    shares: list[float] = []
    trained = train(network, report=lambda _, share: shares.append(share))
    assert set(shares) == {0.0, 1.0}
    assert shares.count(1.0) > 1  # aaaXaaa is right before the other sequences are
    everything = tuple(f"{a}{b}{c}X{a}{b}{c}" for a in "abc" for b in "abc" for c in "abc")
    assert (criterion_of(trained).sequences, criterion_of(trained).sequences_right) == (27, 27)
    assert count_right(network, trained.weights, everything) == (27, 108, 108)
