"""Examine one network: all results of the desk in one call. Takes traces and weights, gives tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from lstmgallery.cells.reference import Arrays, Signals
from lstmgallery.desk import moments, relatives, roles
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
    """Examine a network: `layers[layer][signal]` is (rows, units), rows in the order of `steps`.

    `untrained` are the initial weights. `held_out` are the sequences of the held-out steps, in order.
    """
    held_out_rows = is_held_out(steps)
    traced = [{key: values[held_out_rows] for key, values in layers[layer].items()} for layer in sorted(layers)]
    parts = [moments.moments_of(signals, layer=layer) for layer, signals in enumerate(traced, start=1)]
    found_moments = moments.finish(moments.merge(parts))
    found_roles = roles.find_roles(
        network,
        steps[held_out_rows].reset_index(drop=True),
        [*each_neuron(network, traced)],
        (
            each_neuron(network, read_signals(network, weights_of_one, held_out))
            for weights_of_one in untrained_networks(network, untrained)
        ),
    )
    memory = network.kind.memory
    ranked = roles.rank_neurons(found_roles.table, network.task.headline, signals=network.kind.memories)
    of_memory = found_moments[found_moments["signal"] == memory]
    best = ranked.iloc[0]
    return Examination(
        residuals=check_equations(network, weights, steps, layers.__getitem__),
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
            held_out,
            memory_means={(row.layer, row.neuron): row.mean for row in of_memory.itertuples()},
            ranked=[(row.layer, row.neuron) for row in ranked.itertuples()],
        ),
        frontier=find_frontier(network, weights, layer=int(best["layer"]), neuron=int(best["neuron"])),
    )
