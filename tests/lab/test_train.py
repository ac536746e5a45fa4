"""The verdict of a training is what anyone finds who counts with the weights in hand.

That it repeats to the bit, `tests/test_cli.py` sees from two processes.
"""

import re
from pathlib import Path
from typing import Any

import pytest

import lstmgallery.lab.train
from lstmgallery.desk.reference import run_reference
from lstmgallery.errors import GalleryError
from lstmgallery.lab.criterion import Criterion
from lstmgallery.lab.model import Weights, build_model, read_weights
from lstmgallery.lab.train import Trained, train
from lstmgallery.network import Network, read_network
from tests.conftest import small_network, write_small_content


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, Trained, list[tuple[int, float]]]:
    """The small network, trained, and what its training reported."""
    reports: list[tuple[int, float]] = []
    network = small_network(tmp_path_factory.mktemp("small"))
    return network, train(network, report=lambda steps, right: reports.append((steps, right))), reports


def count_right(network: Network, weights: Weights, sequences: tuple[str, ...]) -> tuple[int, int, int]:
    """Return (sequences right, determined tokens right, determined tokens), counted one prediction at a time."""
    sequences_right = tokens_right = tokens = 0
    for sequence in sequences:
        hidden = run_reference(network, weights, sequence)[-1]["hidden"]
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


def test_the_criterion_is_what_the_weights_predict(small: tuple[Network, Trained, Any]) -> None:
    network, trained, _ = small
    everything = tuple("a" * n + "X" + "b" * n for n in (1, 2, 3))
    assert count_right(network, trained.weights, everything) == (3, 9, 9)
    assert trained.criterion == Criterion(
        sequences=3,
        sequences_right=3,
        tokens=9,
        tokens_right=9,
        is_sampled=False,
        steps=trained.criterion.steps,
    )


def test_training_goes_on_at_least_as_long_as_it_says(small: tuple[Network, Trained, Any]) -> None:
    network, trained, _ = small
    assert network.training.steps <= trained.criterion.steps <= network.training.most_steps


def test_the_curve_is_what_was_reported(small: tuple[Network, Trained, list[tuple[int, float]]]) -> None:
    _, trained, reports = small
    assert list(zip(trained.curve["step"], trained.curve["right"], strict=True)) == reports
    assert trained.curve["step"].is_monotonic_increasing
    assert trained.curve["step"].iloc[-1] == trained.criterion.steps
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
    assert tuple(map(int, found.groups())) == count_right(network, read_weights(models[0]), everything)
    assert int(found[2]) < int(found[3])
    assert problem.place == "content/networks/small.md"
    assert problem.hint == "raise training.most_steps or units, lower training.learning_rate, or try another seed"
