"""A trained network as measures see it: its held-out steps, all its signals, and the effects of changing it.

The network of the gallery is read from its files; the same network under another seed, or untrained, is run again from
its weights. Both have the same methods, each computed on first use and then cached. A neuron chosen on the first half
of the held-out sequences is measured on `second_half`.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.cells.reference import Arrays, Signals
from lstmgallery.desk.effort import effort_for
from lstmgallery.desk.experiments import measure_changes
from lstmgallery.desk.experiments.experiment import ALL, Group
from lstmgallery.desk.experiments.frontier import find_frontier
from lstmgallery.desk.experiments.holds import Hold, measure_holds
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.roles import rank_neurons
from lstmgallery.desk.scores import SCORE_ORDER, SCORES, each_neuron, score_neurons
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
        scores: pd.DataFrame | None = None,
        whole: "MeasuredNetwork | None" = None,
        like: "MeasuredNetwork | None" = None,
    ):
        """`read_layer`, `frontier` and `scores` supply known results; missing ones are computed from the weights.

        `whole` is the network on all held-out steps, if `steps` are only the second half's. `like` is another network
        on the same steps, whose facts about them are shared.
        """
        self.network = network
        self.weights = weights
        self.steps = steps.reset_index(drop=True)
        self._read_layer = read_layer
        self._frontier = frontier
        self._known = scores  # the table of roles
        self._whole = whole
        self._like = like
        self._scores: dict[tuple[str | None, str, tuple[str, ...] | None], pd.DataFrame] = {}
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
        precision = effort_for(self.network).precision
        return tuple(read_signals(self.network, self.weights, self.sequences, precision=precision, dtype=np.float32))

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

    def scores(self, feature: str | None, phase: str, signals: tuple[str, ...] | None = None) -> pd.DataFrame:
        """Return the scores of `signals`, None for all, of all neurons for a feature (`remaining`, `letter=A`)."""
        asked = (feature, phase, signals)
        if asked not in self._scores:
            wanted = (self._like or self).targets(feature, phase)
            self._scores[asked] = self._find_scores(wanted, signals) if wanted else pd.DataFrame()
        return self._scores[asked]

    def score_together(self, features: Iterable[str], phase: str) -> None:
        """Score the memories for several features in one pass, for `scores` to return; each alone takes as long."""
        memories, asked = self.network.kind.memories, tuple(features)
        if together := (self._like or self)._targets_of(asked, phase):
            found = self._find_scores(together, memories)
            keys = pd.MultiIndex.from_frame(found[["feature", "phase", "measure"]])
            for feature in asked:
                own = [target.key for target in (self._like or self).targets(feature, phase)]
                rows = found[keys.isin(own)].reset_index(drop=True) if own else pd.DataFrame()
                self._scores[feature, phase, memories] = rows

    def _find_scores(self, targets: Sequence[Target], signals: tuple[str, ...] | None) -> pd.DataFrame:
        if (known := self._look_up(targets, signals)) is not None:
            return known
        layers = [{key: values[key] for key in signals or values} for values in self.layers]
        return score_neurons(each_neuron(self.network, layers), targets)

    def _look_up(self, targets: Sequence[Target], signals: tuple[str, ...] | None) -> pd.DataFrame | None:
        """Return the rows of the table of roles for targets; None if it lacks one."""
        if self._known is None:
            return None
        parts = [self._known_by_key.get(target.key) for target in targets]
        known = [part for part in parts if part is not None]
        if len(known) < len(targets):
            return None
        rows = pd.concat(known)
        rows = rows if signals is None else rows[rows["signal"].isin(signals)]
        return rows.sort_values(SCORE_ORDER, ignore_index=True)

    @functools.cached_property
    def _known_by_key(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        if self._known is None:
            return {}
        return {tuple(key): part for key, part in self._known[SCORES].groupby(["feature", "phase", "measure"])}

    @_kept
    def targets(self, feature: str | None, phase: str) -> list[Target]:
        """Return the targets of the steps for a feature, None for all."""
        return find_targets(self.network, self.steps, features=feature and [feature], phases=[phase])

    @_kept
    def _targets_of(self, features: tuple[str, ...], phase: str) -> list[Target]:
        return find_targets(self.network, self.steps, features=features, phases=[phase])

    def score(self, place: Place, signal: str, feature: str, phase: str) -> float | None:
        """Return the score of one signal for a feature; None if it cannot be scored.

        The second half is scored with the line or direction fitted on the first.
        """
        memories = self.network.kind.memories  # by which neurons are chosen: often scored already
        scores = (self._whole or self).scores(feature, phase, memories if signal in memories else (signal,))
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
        scores = self.scores(feature, phase, signals)
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


def read_trained(network: Network, folder: Path, roles: pd.DataFrame | None = None) -> MeasuredNetwork:
    """Return the gallery's own network, from the files in `folder`, `build/<network>`; `roles`, if they are read."""
    steps = store.read_steps(folder)
    held_out = store.is_held_out(steps)

    def read_layer(layer: int) -> Signals:
        return {key: values[held_out] for key, values in store.read_layer(folder, network, layer).items()}

    return MeasuredNetwork(
        network,
        store.read_weights(folder / store.WEIGHTS),
        steps[held_out],
        read_layer=None if network.task.text else read_layer,
        frontier=store.read_table(folder / store.FRONTIER),
        scores=store.read_table(folder / store.ROLES) if roles is None else roles,
    )
