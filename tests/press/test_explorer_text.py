"""The data of explorers of real text: weights in a file of their own, what the page offers, which files are planned."""

import base64
import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import numpy as np
import pytest

from lstmgallery.press.pages import explorer
from tests.browser.text_pages import describe, half_weights, text_network
from tests.conftest import random_weights, small_network


def decoded(script: bytes) -> tuple[bool, dict[str, np.ndarray]]:
    """Return what a script of weights says, decoded as its first line says."""
    file: dict[str, Any] = json.loads(
        script.decode("ascii").removeprefix("window.lstmgallery.weights = ").rstrip(";\n")
    )
    kind = "<f2" if file["isHalf"] else "<f4"
    return file["isHalf"], {name: np.frombuffer(base64.b64decode(each), kind) for name, each in file["values"].items()}


@pytest.mark.parametrize("is_half", [True, False])
def test_weights_are_halves_only_where_that_keeps_every_value(tmp_path: Path, is_half: bool) -> None:
    network = text_network(tmp_path)
    weights = half_weights(network, seed=1) if is_half else random_weights(network, seed=1)
    halves, values = decoded(explorer.explorer_weights(weights))
    assert halves == is_half
    assert {name: each.astype(np.float32).tobytes() for name, each in values.items()} == {
        name: each.tobytes() for name, each in weights.items()
    }


def test_a_weight_too_large_for_a_half_is_kept_and_one_that_is_no_number_is_refused(tmp_path: Path) -> None:
    weights = half_weights(text_network(tmp_path), seed=1)
    weights["readout/bias"][0] = 1e6
    assert decoded(explorer.explorer_weights(weights))[0] is False
    weights["readout/bias"][0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        explorer.explorer_weights(weights)


def test_only_large_networks_of_text_have_a_file_of_weights(tmp_path: Path) -> None:
    small, large = (text_network(tmp_path, units=units) for units in (6, 128))
    formal = small_network(tmp_path).model_copy(update={"layers": 2, "units": 128})
    weights = half_weights(large, seed=1)
    shared = {"assets/text-explorer.js", "assets/text-explorer.css"}
    assert explorer.text_files([small, formal], lambda _: weights).keys() == shared
    files = explorer.text_files([small, large], lambda _: weights)
    assert files.keys() == shared | {"explorer/text.weights.js"}
    assert files["explorer/text.weights.js"]() == explorer.explorer_weights(weights)
    assert explorer.text_files([formal], lambda _: weights) == {}
    data = describe(large, weights)
    assert data["weights"] is None
    assert cast(dict[str, Any], data["text"])["weights"] == "text.weights.js"
    assert describe(small, half_weights(small, seed=1))["weights"]


def test_examples_are_written_anew_from_their_seed(tmp_path: Path) -> None:
    (_, text), (words, held) = explorer.examples_of_text(text_network(tmp_path), (2, 5))
    assert unquote(text) == "explorer/text.html#text=&write=0.8~1"
    assert words == "what it writes with neuron 5 held at zero"
    assert unquote(held).endswith("&layer=2&neuron=5&do=2.5.cell=0@1&write=0.8~1")


@pytest.mark.parametrize(
    ("passage", "label"),
    [("a\nb\tc", "a b c"), ("x" * 60, "x" * 47 + "…"), ("a\u202eb", "aU+202Eb"), ("x" * 48, "x" * 48)],
)
def test_a_passage_is_labelled_by_its_beginning_with_every_sign_visible(passage: str, label: str) -> None:
    assert explorer.label(passage) == label
