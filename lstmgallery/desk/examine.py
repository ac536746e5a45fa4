"""Examine one network: all results of the desk in one call. Takes traces and weights, gives tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery.cells.reference import Arrays, Signals
from lstmgallery.desk import contexts, moments, relatives, roles
from lstmgallery.desk.effort import effort_for
from lstmgallery.desk.equations import check_equations
from lstmgallery.desk.experiments import measure_causes
from lstmgallery.desk.experiments.frontier import find_frontier
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.roles import Roles
from lstmgallery.desk.scores import each_neuron
from lstmgallery.desk.untrained import untrained_networks
from lstmgallery.network import Network
from lstmgallery.store import is_held_out


@dataclass(frozen=True)
class Examination:
    """Tables of one network, each described in the module of the same name."""

    residuals: pd.DataFrame
    moments: pd.DataFrame
    relatives: pd.DataFrame
    roles: Roles
    interventions: pd.DataFrame
    frontier: pd.DataFrame
    contexts: pd.DataFrame | None = None  # of a network of text
    characters: pd.DataFrame | None = None


@threadpool_limits.wrap(limits=1, user_api="blas")  # the matrices are small: on a busy machine extra threads cost time
def examine(
    network: Network,
    *,
    weights: Arrays,
    untrained: Arrays,
    steps: pd.DataFrame,
    layers: Mapping[int, Signals],
    held_out: Sequence[str],
) -> Examination:
    """Examine a network: `layers[layer][signal]` is (rows, units), the first rows of `steps`.

    `untrained` are the initial weights. `held_out` are the sequences of the held-out steps, in order; where signals are
    stored for some of them only, the network reads them all again.
    """
    effort = effort_for(network)
    held_out_rows = is_held_out(steps)
    held_out_steps = steps[held_out_rows].reset_index(drop=True)
    stored = len(next(iter(layers[1].values())))
    if stored == len(steps):
        traced = [{key: values[held_out_rows] for key, values in layers[layer].items()} for layer in sorted(layers)]
    else:
        traced = read_signals(network, weights, held_out, precision=effort.precision, dtype=np.float32)
    parts = [moments.moments_of(signals, layer=layer) for layer, signals in enumerate(traced, start=1)]
    found_moments = moments.finish(moments.merge(parts))
    found_roles = roles.find_roles(
        network,
        held_out_steps,
        [*each_neuron(network, traced)],
        (
            each_neuron(
                network, read_signals(network, weights_of_one, held_out, precision=effort.precision, dtype=np.float32)
            )
            for weights_of_one in untrained_networks(network, untrained, effort.untrained)
        ),
        effort=effort,
    )
    memory = network.kind.memory
    ranked = roles.rank_carriers(found_roles.table, network)
    of_memory = found_moments[found_moments["signal"] == memory]
    best = ranked.iloc[0]
    return Examination(
        residuals=check_equations(network, weights, steps[:stored], layers.__getitem__),
        moments=found_moments,
        relatives=relatives.nearest_relatives(
            relatives.merge(
                relatives.memory_sums(signals[memory], layer=at) for at, signals in enumerate(traced, start=1)
            )
        ),
        roles=found_roles,
        interventions=measure_causes(
            network,
            weights,
            _beginning(held_out, effort.held_steps),
            memory_means={(row.layer, row.neuron): row.mean for row in of_memory.itertuples()},
            ranked=[(row.layer, row.neuron) for row in ranked.itertuples()],
            effort=effort,
        ),
        frontier=find_frontier(network, weights, layer=int(best["layer"]), neuron=int(best["neuron"])),
        **_surroundings(network, held_out_steps, traced, held_out),
    )


def _surroundings(
    network: Network, steps: pd.DataFrame, layers: Sequence[Signals], held_out: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Return the tables of `contexts`; none for a network of a language."""
    if not network.task.text:
        return {}
    memories = [signals[network.kind.memory] for signals in layers]
    return {
        "contexts": contexts.find_contexts(network, steps, memories, held_out),
        "characters": contexts.find_characters(steps, memories),
    }


def _beginning(sequences: Sequence[str], steps: int | None) -> Sequence[str]:
    """Return the first sequences, with at least so many steps if there are as many; all if `steps` is None."""
    if steps is None:
        return sequences
    ends = np.cumsum([len(sequence) + 1 for sequence in sequences])
    return sequences[: int(np.searchsorted(ends, steps)) + 1]
