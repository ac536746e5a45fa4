"""A trained network as measures see it: its held-out steps, all its signals, and the effects of changing it.

The network of the gallery is read from its files; the same network under another seed, or untrained, is run again from
its weights. Both have the same methods, each computed on first use and then cached. A neuron chosen on the first half
of the held-out sequences is measured on `second_half`.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.cells.reference import Arrays, Signals
from lstmgallery.desk.experiments import measure_changes
from lstmgallery.desk.experiments.experiment import ALL, Group
from lstmgallery.desk.experiments.frontier import find_frontier
from lstmgallery.desk.experiments.holds import Hold, measure_holds
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.roles import rank_neurons
from lstmgallery.desk.scores import each_neuron, score_neurons
from lstmgallery.desk.targets import Target, divide, find_targets
from lstmgallery.network import Network, Place

ReadLayer = Callable[[int], Signals]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _kept(method: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Cache a method's results by its arguments for the lifetime of its object."""

    @functools.wraps(method)
    def asked(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        own, *rest = arguments
        kept = own.__dict__.setdefault("_kept", {})
        key = (method.__name__, tuple(rest), tuple(sorted(named.items())))
        if key not in kept:
            kept[key] = method(*arguments, **named)
        found: Result = kept[key]
        return found

    return asked


class MeasuredNetwork:
    """One network with one set of weights, on held-out `steps` (a row each, sorted by sequence and step)."""

    def __init__(
        self,
        network: Network,
        weights: Arrays,
        steps: pd.DataFrame,
        *,
        read_layer: ReadLayer | None = None,
        frontier: pd.DataFrame | None = None,
        whole: "MeasuredNetwork | None" = None,
        like: "MeasuredNetwork | None" = None,
    ):
        """`read_layer` and `frontier` supply known results; missing ones are computed from the weights.

        `whole` is the network on all held-out steps, if `steps` are only the second half's. `like` is another network
        on the same steps, whose facts about them are shared.
        """
        self.network = network
        self.weights = weights
        self.steps = steps.reset_index(drop=True)
        self._read_layer = read_layer
        self._frontier = frontier
        self._whole = whole
        self._like = like
        self._scores: dict[tuple[str | None, str], pd.DataFrame] = {}
        self.answers: dict[str, Any] = {}  # cached answers by the key of the question

    @functools.cached_property
    def sequences(self) -> tuple[str, ...]:
        """The held-out sequences in order."""
        read = self.steps[self.steps["step"] > 0]
        return tuple(read.groupby("sequence", sort=True)["token"].agg("".join))

    @functools.cached_property
    def layers(self) -> tuple[Signals, ...]:
        """The signals of each layer, each (held-out rows, units)."""
        if self._read_layer is not None:
            return tuple(self._read_layer(layer) for layer in self.network.layer_numbers)
        signals = read_signals(self.network, self.weights, self.sequences)
        return tuple({key: values.astype(np.float32) for key, values in of_layer.items()} for of_layer in signals)

    @functools.cached_property
    def second_half(self) -> "MeasuredNetwork":
        """The network on the second half of the held-out sequences, not used for choosing or fitting."""
        is_second = divide(self.steps) == 1

        def read_layer(layer: int) -> Signals:
            return {key: values[is_second] for key, values in self.layers[layer - 1].items()}

        return MeasuredNetwork(self.network, self.weights, self.steps[is_second], read_layer=read_layer, whole=self)

    @functools.cached_property
    def frontier(self) -> pd.DataFrame:
        """The frontier, over the variants seen in training."""
        if self._whole is not None:
            return self._whole.frontier
        if self._frontier is not None:
            return self._frontier[self._frontier["is_trained"].astype(bool)]
        return find_frontier(self.network, self.weights, layer=1, neuron=1, trained_only=True)

    def scores(self, feature: str | None, phase: str) -> pd.DataFrame:
        """Return the scores of all signals of all neurons for a feature (`remaining`, `letter=A`), None for all."""
        if (feature, phase) not in self._scores:
            wanted = (self._like or self).targets(feature, phase)
            found = score_neurons(each_neuron(self.network, self.layers), wanted) if wanted else pd.DataFrame()
            self._scores[feature, phase] = found
        return self._scores[feature, phase]

    @_kept
    def targets(self, feature: str | None, phase: str) -> list[Target]:
        """Return the targets of the steps for a feature, None for all."""
        return find_targets(self.network, self.steps, features=feature and [feature], phases=[phase])

    def score(self, place: Place, signal: str, feature: str, phase: str) -> float | None:
        """Return the score of one signal for a feature; None if it cannot be scored.

        The second half is scored with the line or direction fitted on the first.
        """
        scores = (self._whole or self).scores(feature, phase)
        if scores.empty:
            return None
        layer, neuron = place
        is_it = (scores["layer"] == layer) & (scores["neuron"] == neuron) & (scores["signal"] == signal)
        found = scores.loc[is_it & (scores["feature"] == feature), "second_half" if self._whole else "score"]
        return float(found.iloc[0])

    @_kept
    def ranking(
        self, feature: str | None, phase: str, signals: tuple[str, ...], *, direction: int | None = None
    ) -> tuple[Place, ...]:
        """Return all neurons, best first by the best score of `signals` for the feature; none if it has no score.

        They are ranked on the first half of the sequences. `direction` 1 or -1 leaves out signals that are low, or
        high, where the feature holds.
        """
        scores = self.scores(feature, phase)
        if scores.empty:
            return ()
        if direction is not None:
            scores = scores[scores["direction"] == direction]
        ranked = rank_neurons(scores, feature, signals=signals, phase=phase)
        return tuple(zip(ranked["layer"].tolist(), ranked["neuron"].tolist(), strict=True))

    def best_for_task(self) -> tuple[Place, ...]:
        """Return all neurons, the best carrier of the task's headline feature first."""
        whole = self._whole or self
        return whole.ranking(self.network.task.headline, "all", self.network.kind.memories)

    @_kept
    def held(self, place: Place, signal: str, how: str) -> pd.DataFrame:
        """Return the effects of holding a neuron's signal; `how` is zero, mean, shut or open."""
        layer, neuron = place
        values = {
            "zero": 0.0,
            "shut": 0.0,
            "open": 1.0,
            "mean": float(self.layers[layer - 1][signal][:, neuron - 1].mean()),
        }
        hold = Hold(place, how, signal, values[how])
        return pd.DataFrame(measure_holds(self.network, self.weights, self.sequences, [hold]))

    @_kept
    def changed(self, places: tuple[Place, ...]) -> pd.DataFrame:
        """Return the effects of adding counts to the cells of `places`, or exchanging memories; else an empty table."""
        groups = [Group(places[0] if len(places) == 1 else ALL, "", places)]
        return pd.DataFrame(measure_changes(self.network, self.weights, groups))


def read_trained(network: Network, folder: Path) -> MeasuredNetwork:
    """Return the gallery's own network, from the files in `folder`, `build/<network>`."""
    steps = store.read_steps(folder)
    held_out = store.is_held_out(steps)

    def read_layer(layer: int) -> Signals:
        return {key: values[held_out] for key, values in store.read_layer(folder, network, layer).items()}

    return MeasuredNetwork(
        network,
        store.read_weights(folder / store.WEIGHTS),
        steps[held_out],
        read_layer=read_layer,
        frontier=store.read_table(folder / store.FRONTIER),
    )
