"""The results of one network for its pages, read from its folder and joined: traces, summaries, checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery import store
from lstmgallery.cells.reference import Arrays
from lstmgallery.desk.effort import Effort, effort_for
from lstmgallery.desk.roles import best_rows, find_chosen, headline_roles, rank_carriers
from lstmgallery.desk.rows import Effect, Relative, RoleRow, row_from, rows_by_neuron
from lstmgallery.desk.subjects import Subject
from lstmgallery.desk.trained import MeasuredNetwork, read_trained
from lstmgallery.desk.untrained import untrained_networks
from lstmgallery.network import Network, Place
from lstmgallery.origin import Origin


@dataclass(frozen=True)
class Moment:
    """The range, mean and shares of one signal of one neuron over the held-out steps."""

    steps: int
    minimum: float
    mean: float
    maximum: float
    shut: float
    open: float


@dataclass(frozen=True)
class Residual:
    """The largest deviation of one neuron from its equations, as a share of its tolerance, and its place."""

    signal: str
    residual: float
    tolerance: float
    sequence: int
    step: int


@dataclass(frozen=True)
class TextResults:
    """What a network of text has besides: its training, and places and characters by (layer, neuron).

    `passages` are those that the places lie in.
    """

    corpus: Mapping[str, Any]  # as `pins.CorpusRecord`
    passages: tuple[str, ...]
    contexts: Mapping[Place, pd.DataFrame]
    characters: Mapping[Place, pd.DataFrame]


@dataclass(frozen=True)
class Results:
    """One network's results. `shown_signals[layer - 1][signal]` is (rows, units), rows as in `shown_steps`."""

    network: Network
    folder: Path
    about: dict[str, Any]
    weights: dict[str, np.ndarray]  # the weights the traces were recorded from
    curve: pd.DataFrame
    steps: pd.DataFrame
    moments: dict[tuple[int, int, str], Moment]  # by layer, neuron, signal
    residuals: dict[tuple[int, int], Residual]  # by layer, neuron
    relatives: pd.DataFrame
    roles: pd.DataFrame  # rows that are roles, each neuron's most informative first
    best_rows: pd.DataFrame  # each neuron's headline row, a role or not
    scores: pd.DataFrame  # the whole table of roles
    controls: dict[tuple[str, str], tuple[float, ...]]  # by feature and phase: the best score of each untrained network
    main_ranking: pd.DataFrame  # the neurons, best carrier of the task first
    interventions: pd.DataFrame
    frontier: pd.DataFrame
    nulls: dict[tuple[str, str], float]  # by feature and phase: the 99th percentile of the score by chance
    seeds: pd.DataFrame | None  # None if the sweep was left out
    seeds_about: Mapping[str, Any] | None  # the metadata of the sweep's file
    origin: Origin  # where the weights were trained
    pinned: Mapping[str, str] | None  # hash and date of the pin the weights came from
    shown_signals: tuple[dict[str, np.ndarray], ...]
    text: "TextResults | None"  # of a network of text
    trained: MeasuredNetwork  # the network as measures see it
    initial: Arrays  # the weights before training

    @property
    def shown_steps(self) -> pd.DataFrame:
        return self.steps[self.steps["split"] == store.SHOWN]

    @property
    def effort(self) -> Effort:
        return effort_for(self.network)

    def untrained(self) -> Iterator[MeasuredNetwork]:
        """Yield the untrained networks that claims are measured on, on the same steps.

        Each is a new one, so that only one of them is in memory.
        """
        for weights in untrained_networks(self.network, self.initial, self.effort.controls):
            yield MeasuredNetwork(self.network, weights, self.trained.steps, like=self.trained)

    @cached_property
    def held_out(self) -> pd.DataFrame:
        return self.steps[store.is_held_out(self.steps)]

    def roles_of(self, layer: int, neuron: int) -> list[RoleRow]:
        """Return a neuron's roles, the most informative first."""
        return self._roles.get((layer, neuron), [])

    def best_row_of(self, layer: int, neuron: int) -> RoleRow:
        """Return a neuron's headline row, whether or not it is a role."""
        return self._best_rows[layer, neuron][0]

    def chosen_row(self, subject: Subject) -> RoleRow | None:
        """Return the row of the table of roles that a neuron was chosen by; None for any other subject."""
        places = subject.places(self.trained)
        if subject.selector is None or not places:
            return None
        chosen = subject.selector
        record = find_chosen(
            self.scores,
            places[0],
            chosen.feature,
            signals=chosen.signals,
            phase=chosen.phase,
            direction=chosen.direction,
        )
        return row_from(record, RoleRow)

    def interventions_on(self, layer: int, neuron: int) -> list[Effect]:
        """Return the interventions on a neuron, a row each; layer and neuron 0 mean several at once."""
        return self._interventions.get((layer, neuron), [])

    def held_memory(self, layer: int, neuron: int) -> Effect:
        """Return the effect of holding a neuron's memory: at zero, or at its mean where only this was measured.

        The measure is the share of sequences right, without a rule the loss.
        """
        measure = "right" if self.network.task.rule else "loss"
        done = {each.intervention: each for each in self.interventions_on(layer, neuron) if each.measure == measure}
        return done.get("zero") or done["mean"]

    def relative_of(self, layer: int, neuron: int) -> Relative | None:
        """Return the row of a neuron's nearest relative, or None in a layer of one."""
        return next(iter(self._relatives.get((layer, neuron), [])), None)

    @property
    def is_whole_language(self) -> bool:
        """Whether the held-out sequences are the whole language, training sequences included."""
        return bool(self.about["held_out"]["is_whole_language"])

    @property
    def best(self) -> Place:
        """The neuron that carries the task best, without a headline feature the one with the clearest role."""
        first = self.main_ranking.iloc[0]
        return int(first["layer"]), int(first["neuron"])

    @property
    def sequences(self) -> int:
        """The number of sequences the numbers were measured on."""
        return int(self.held_out["sequence"].nunique())

    def rows_of_shown(self, number: int) -> np.ndarray:
        """Return the rows of sequence `number`, counting from 0, in `shown_steps`."""
        return self._rows_of_shown[number]

    # Group each table once: every neuron has a page, and each page needs a few rows.

    @cached_property
    def _roles(self) -> dict[Place, list[RoleRow]]:
        return rows_by_neuron(self.roles, RoleRow)

    @cached_property
    def _best_rows(self) -> dict[Place, list[RoleRow]]:
        return rows_by_neuron(self.best_rows, RoleRow)

    @cached_property
    def _interventions(self) -> dict[Place, list[Effect]]:
        return rows_by_neuron(self.interventions, Effect)

    @cached_property
    def _relatives(self) -> dict[Place, list[Relative]]:
        return rows_by_neuron(self.relatives, Relative)

    @cached_property
    def _rows_of_shown(self) -> list[np.ndarray]:
        sequences = self.shown_steps["sequence"].to_numpy()
        return [np.flatnonzero(sequences == number) for number in range(len(self.network.shown))]


def read_results(network: Network, folder: Path, *, with_seeds: bool) -> Results:
    """Read the results of `network` from `folder`, `build/<network>`; `with_seeds` includes those of other seeds."""
    roles = store.read_table(folder / store.ROLES)
    steps = store.read_steps(folder)
    moments = store.read_table(folder / store.MOMENTS)
    residuals = store.read_table(folder / store.EQUATIONS)
    order = (residuals["residual"] / residuals["tolerance"]).argsort(kind="stable")
    residuals = residuals.iloc[order].groupby(["layer", "neuron"]).tail(1)
    is_shown = (steps["split"] == store.SHOWN).to_numpy()
    trained = read_trained(network, folder, roles)
    trained_how = store.read_about(folder / store.CURVE)
    return Results(
        network=network,
        folder=folder,
        about=store.read_about(folder / store.STEPS),
        weights=store.read_traced_weights(folder),
        curve=store.read_table(folder / store.CURVE),
        steps=steps,
        moments={
            (row.layer, row.neuron, row.signal): Moment(
                row.steps, row.minimum, row.mean, row.maximum, row.shut, row.open
            )
            for row in moments.itertuples()
        },
        residuals={
            (row.layer, row.neuron): Residual(row.signal, row.residual, row.tolerance, row.sequence, row.step)
            for row in residuals.itertuples()
        },
        relatives=store.read_table(folder / store.RELATIVES),
        roles=headline_roles(roles, network),
        best_rows=best_rows(roles, network),
        scores=roles,
        controls={
            (str(feature), str(phase)): tuple(part["score"])
            for (feature, phase), part in store.read_table(folder / store.CONTROLS).groupby(["feature", "phase"])
        },
        main_ranking=rank_carriers(roles, network),
        interventions=store.read_table(folder / store.INTERVENTIONS),
        frontier=store.read_table(folder / store.FRONTIER),
        nulls={
            (row.feature, row.phase): row.null_p99 for row in roles.drop_duplicates(["feature", "phase"]).itertuples()
        },
        seeds=store.read_table(folder / store.SEEDS) if with_seeds else None,
        seeds_about=store.read_about(folder / store.SEEDS) if with_seeds else None,
        origin=Origin.model_validate(trained_how["origin"]),
        pinned=trained_how.get("pin"),
        shown_signals=tuple(
            {key: values[is_shown[: len(values)]] for key, values in store.read_layer(folder, network, layer).items()}
            for layer in network.layer_numbers
        ),
        text=_read_text(network, folder, trained_how) if network.task.text else None,
        trained=trained,
        initial=store.read_weights(folder / store.UNTRAINED),
    )


def _read_text(network: Network, folder: Path, trained_how: Mapping[str, Any]) -> TextResults:
    def by_neuron(name: str) -> dict[Place, pd.DataFrame]:
        groups = store.read_table(folder / name).groupby(["layer", "neuron"])
        return {(int(layer), int(neuron)): rows for (layer, neuron), rows in groups}

    return TextResults(
        corpus=trained_how["corpus"],
        passages=network.split().held_out,
        contexts=by_neuron(store.CONTEXTS),
        characters=by_neuron(store.CHARACTERS),
    )
