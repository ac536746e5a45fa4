"""Bits a character, and texts written: as counted by hand, and as the probabilities say."""

import math
from pathlib import Path

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.reading import Bits, count_bits, write_document
from lstmgallery.desk.reference import read_signals
from tests.conftest import random_weights, small_network

LSTM = CELL_KINDS["lstm"]


def fixed_weights(probabilities: list[float]) -> dict[str, np.ndarray]:
    """Return weights of a network that gives the next token these probabilities, whatever it has read."""
    shapes = {f"layer_1/{name}": shape for name, shape in LSTM.weight_shapes(len(probabilities), 2).items()}
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    with np.errstate(divide="ignore"):
        bias = np.log(probabilities).astype(np.float32)
    return weights | {"readout/kernel": np.zeros((2, len(probabilities)), np.float32), "readout/bias": bias}


def test_bits_are_counted_for_every_token_after_the_start() -> None:
    weights = fixed_weights([0.125, 0.125, 0.25, 0.5])
    found = count_bits(LSTM, weights, [np.array([0, 2, 3, 3, 1]), np.array([0, 1])])
    assert found.characters == 5
    assert found.bits == pytest.approx(2 + 1 + 1 + 3 + 3, abs=1e-5)
    assert found.a_character == pytest.approx(2, abs=1e-5)


@pytest.mark.parametrize("cell", CELL_KINDS)
def test_every_document_is_read_from_a_zero_state(tmp_path: Path, cell: str) -> None:
    network = small_network(tmp_path, cell=cell, layers=2)
    weights = random_weights(network, seed=3)
    random = np.random.default_rng(4)
    texts = ["".join(random.choice(["a", "X", "b"], size=length)) for length in [*range(70), 3]]
    vocabulary = network.task.vocabulary
    documents, bits = [], 0.0
    for text in texts:
        tokens = [0, *map(vocabulary.index, text), 1]
        documents.append(np.array(tokens))
        hidden = read_signals(network, weights, [text])[-1]["hidden"]
        exponents = np.exp(hidden @ weights["readout/kernel"] + weights["readout/bias"])
        shares = exponents / exponents.sum(axis=1, keepdims=True)
        bits -= sum(math.log2(row[token]) for row, token in zip(shares, tokens[1:], strict=True))
    found = count_bits(network.kind, weights, documents)
    assert found.characters == sum(len(text) + 1 for text in texts)
    assert found.bits == pytest.approx(bits, rel=1e-9)


def test_bits_of_parts_add_up() -> None:
    assert Bits(3.0, 2) + Bits(1.0, 2) == Bits(4.0, 4)
    assert (Bits(3.0, 2) + Bits(1.0, 2)).a_character == 1
    assert math.isnan(count_bits(LSTM, fixed_weights([0.5, 0.5]), []).a_character)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, [0.1, 0.4, 0.5]), (0.5, [0.01 / 0.42, 0.16 / 0.42, 0.25 / 0.42]), (0.0, [0.0, 0.0, 1.0])],
)
def test_tokens_are_drawn_as_often_as_their_probabilities_say(temperature: float, expected: list[float]) -> None:
    # Without an end, and with a start token that is likely but never written.
    weights = fixed_weights([0.5, 0.0, 0.05, 0.2, 0.25])
    written = write_document(LSTM, weights, seed=1, temperature=temperature, at_most=4_000).tokens
    assert len(written) == 4_000
    shares = np.bincount(written, minlength=5) / 4_000
    np.testing.assert_allclose(shares, [0, 0, *expected], rtol=0, atol=0.025)


def test_tokens_that_are_excluded_are_never_written() -> None:
    weights = fixed_weights([0.2, 0.1, 0.3, 0.2, 0.2])
    written = write_document(LSTM, weights, seed=1, at_most=200, never=(0, 1, 3)).tokens
    assert len(written) == 200
    assert set(written) == {2, 4}


def test_a_text_ends_with_the_end_token_which_it_does_not_contain() -> None:
    weights = fixed_weights([0.0, 0.25, 0.75])
    texts = [write_document(LSTM, weights, seed=seed, at_most=100).tokens for seed in range(2_000)]
    assert {token for text in texts for token in text} == {2}
    assert np.mean([len(text) for text in texts]) == pytest.approx(3, abs=0.4)  # geometric
    assert write_document(LSTM, fixed_weights([0.0, 0.1, 0.9]), seed=1, temperature=0, at_most=7).tokens == [2] * 7


def test_a_seed_gives_the_same_text_again_and_another_seed_another() -> None:
    weights = fixed_weights([0.0, 0.0, 0.3, 0.3, 0.4])
    one, again, other = (write_document(LSTM, weights, seed=seed, at_most=30).tokens for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize(("cell", "scale"), [("lstm", 3.0), ("gru", 2.0)])
def test_a_prompt_is_read_and_continued(tmp_path: Path, cell: str, scale: float) -> None:
    network = small_network(tmp_path, cell=cell, layers=2)
    weights = random_weights(network, seed=2, scale=scale)
    weights["readout/bias"][1] = -1e3  # no end
    prompt = [2, 2, 3]
    written = write_document(network.kind, weights, seed=1, temperature=0, at_most=9, prompt=prompt).tokens
    vocabulary = network.task.vocabulary
    text = "".join(vocabulary[token] for token in (*prompt, *written))
    hidden = read_signals(network, weights, [text])[-1]["hidden"]
    logits = hidden @ weights["readout/kernel"] + weights["readout/bias"]
    assert set(written) == {2, 3, 4}
    assert (logits[3:-1, 1:].argmax(axis=1) + 1).tolist() == written


@pytest.mark.parametrize("temperature", [-0.1, float("nan")])
def test_a_temperature_below_zero_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature: expected a number of at least 0, received"):
        write_document(LSTM, fixed_weights([0.2, 0.8]), seed=1, temperature=temperature)
