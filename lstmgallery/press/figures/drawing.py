"""The inputs and outputs of drawing a figure: the studio, and parts with their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lstmgallery.copies import Copies
from lstmgallery.desk.claims import Answers, Claim
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.results import Results
from lstmgallery.desk.subjects import Subject
from lstmgallery.network import Network, Place
from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.marks.plots import Table
from lstmgallery.searches import Search
from lstmgallery.tasks.vocabulary import with_start


@dataclass(frozen=True)
class Part:
    """One mark of a figure, and its title with a link. `summary` states its content in words."""

    title: str
    path: str | None
    drawn: Mark
    summary: str
    table: Table | None = None
    explorer: str = ""  # the address that opens the explorer on this view, if there is one


@dataclass(frozen=True)
class Drawing:
    """A drawn block: parts in columns side by side, and exactly the numbers they show."""

    columns: tuple[tuple[Part, ...], ...]
    data: pd.DataFrame

    @classmethod
    def of(cls, *parts: Part, data: pd.DataFrame) -> "Drawing":
        """Return a drawing of parts side by side."""
        return cls(tuple((part,) for part in parts), data)


@dataclass(frozen=True)
class Studio:
    """The inputs of figures: the results of each network by name, and the answers of the claims.

    Sequences are run again through a network's own weights, so any sequence can be drawn, not only the traced ones.
    """

    results: Mapping[str, Results]
    answers: Answers
    claims: Mapping[str, Claim]
    searches: Mapping[str, Search] = field(default_factory=dict)  # saved searches by network
    copies: Mapping[str, Copies] = field(default_factory=dict)  # by network, of what it writes

    def results_of(self, subject: Subject) -> Results:
        """Return the results of a subject's network."""
        return self.results[subject.network.name]

    def place_of(self, subject: Subject) -> Place:
        """Return the neuron that a subject names."""
        return subject.places(self.results_of(subject).trained)[0]

    def signals(self, network: Network, sequence: str) -> list[dict[str, np.ndarray]]:
        """Return every signal of each layer along a sequence, each (steps, units)."""
        return read_signals(network, self.results[network.name].trained.weights, [sequence])


def name_of(network: Network, layer: int, neuron: int) -> str:
    """Return a neuron's name in a title."""
    return f"Neuron {neuron}" + (f" of layer {layer}" if network.layers > 1 else "")


def in_layer(network: Network, layer: int) -> str:
    """Return a layer as the end of a title; empty in a network of one."""
    return f", layer {layer}" if network.layers > 1 else ""


def step_table(
    network: Network, sequence: str, signals: Mapping[str, np.ndarray], layer: int, neuron: int
) -> pd.DataFrame:
    """Return one neuron's signals along one sequence, a row for each step."""
    tokens = with_start(sequence)
    return pd.DataFrame(
        {
            "network": network.name,
            "layer": layer,
            "neuron": neuron,
            "sequence": sequence,
            "step": range(len(tokens)),
            "token": tokens,
            **signals,
        }
    )
