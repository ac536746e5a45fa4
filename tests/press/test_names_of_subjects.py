"""The name of a claim's subject in its evidence, and the page it links to."""

from types import SimpleNamespace
from typing import Any

import pytest

from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.press.pages.articles import name_subject
from tests.press.tables import results_of


class Chosen:
    """A subject: the neurons at these places, in a network of so many layers."""

    is_neuron = True
    layer = None

    def __init__(self, *places: tuple[int, int], layers: int = 1):
        self.network = SimpleNamespace(name="planted", title="Planted", layers=layers)
        self.chosen = places

    def places(self, _: MeasuredNetwork) -> tuple[tuple[int, int], ...]:
        return self.chosen


@pytest.mark.parametrize(
    ("chosen", "name", "path"),
    [
        (Chosen((1, 3)), "neuron 3", "networks/planted/layer-1/neuron-3.html"),
        (Chosen((2, 3), (1, 1), layers=2), "neuron 3 of layer 2", "networks/planted/layer-2/neuron-3.html"),
        (Chosen(), "no neuron", "networks/planted/index.html"),
    ],
)
def test_a_neuron_is_called_by_its_number_and_nobody_is_called_no_neuron(chosen: Any, name: str, path: str) -> None:
    assert name_subject(chosen, results_of()) == (name, path)


def test_a_network_is_called_by_its_title_and_a_layer_by_its_number() -> None:
    network = results_of().network
    assert name_subject(Subject("planted", network), results_of()) == ("planted", "networks/planted/index.html")
    assert name_subject(Subject("planted layer 1", network, layer=1), results_of()) == (
        "layer 1",
        "networks/planted/index.html#layer-1",
    )
