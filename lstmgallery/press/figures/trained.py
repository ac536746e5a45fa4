"""What the networks of one task learned, beside each other: each network's own values, and those of other seeds.

The values of other seeds are those of the network's saved search, if it has measured the findings of the task under the
network's own recipe; else those of the seeds that this build has trained; else there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pydantic

from lstmgallery.desk.experiments.frontier import FURTHEST, first_failure
from lstmgallery.desk.findings import NetworkFinding, findings_of
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.network import Network
from lstmgallery.press.figures.block import Block, Checker
from lstmgallery.press.figures.drawing import Studio
from lstmgallery.searches import Search, Trial
from lstmgallery.tasks.facets import Sizes

FAILURE = "first_failure"  # the key of the finding


@dataclass(frozen=True)
class Trained:
    """One network beside others: its own values, and a row for each seed with `seed`, `learned`, `steps`, findings.

    `steps` are those of training until every sequence was right for the first time, if that was recorded. `own` are
    the values of the shown network by finding. `source` says where the seeds come from, empty without any.
    """

    network: Network
    name: str
    learned: bool
    steps: float | None
    own: dict[str, float | None]
    seeds: pd.DataFrame
    source: str

    def values(self, finding: str) -> pd.Series:
        """Return a finding's known values over seeds; that of the network itself if there are no seeds."""
        known = self.seeds[finding] if len(self.seeds) else pd.Series([self.own[finding]])
        return known.dropna().astype(float)


class TrainedBlock(Block):
    """A figure of several networks of one task."""

    networks: tuple[str, ...] = pydantic.Field(min_length=1, max_length=8)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        found: list[Network] = []
        for at, text in enumerate(self.networks):
            place = (*path, "networks", at)
            subject = checker.subject(document, place, text, is_neuron=False)
            if subject is None:
                continue
            network = subject.network
            if network.task.sizes is None:
                checker.unfit(document, place, network, Sizes.needed)
            elif found and network.task != found[0].task:
                checker.unfit(document, place, network, f"a network of the task of {found[0].name}")
            elif network in found:
                checker.problems.append(document.problem(place, f"expected each network once, found {text!r} again"))
            else:
                found.append(network)


def shared_findings(networks: Sequence[Network]) -> list[NetworkFinding]:
    """Return the findings that are asked of all networks, as they are asked of the first; not whether they learned."""
    first, *others = ([finding for finding in findings_of(each) if finding.key != "learned"] for each in networks)
    return [finding for finding in first if all(finding.key in {each.key for each in other} for other in others)]


def read_trained(studio: Studio, networks: Sequence[Network]) -> list[Trained]:
    """Return each network with its own values and those of its seeds, named by its cell if only the cells differ."""
    keys = [finding.key for finding in shared_findings(networks)]
    has_own_cells = len({network.cell for network in networks}) == len(networks)
    found = []
    for network in networks:
        results = studio.results[network.name]
        asked = {finding.key: finding for finding in findings_of(network) if finding.key in keys}
        own = {key: finding.question.answer(results.trained).value for key, finding in asked.items()}
        failure = first_failure(results.frontier)
        own[FAILURE] = float(FURTHEST + 1 if failure is None else failure)
        seeds, source = _read_seeds(studio, network, asked)
        right = results.curve.loc[results.curve["right"] == 1, "step"]
        steps = None if right.empty else float(right.min())
        name = network.kind.heading if has_own_cells else network.title
        found.append(Trained(network, name, results.about["criterion"]["is_met"], steps, own, seeds, source))
    return found


def _read_seeds(studio: Studio, network: Network, asked: dict[str, NetworkFinding]) -> tuple[pd.DataFrame, str]:
    columns = ["seed", "learned", "steps", *asked]
    search, results = studio.searches.get(network.name), studio.results[network.name]
    if search is not None and (rows := _from_search(search, network, asked)):
        return pd.DataFrame(rows, columns=columns), f"recorded on {search.date.isoformat()}"
    if results.seeds is not None:
        wide = results.seeds.pivot_table(index="seed", columns="finding", values="value", dropna=False).reset_index()
        return wide.reindex(columns=columns), "trained by this build"
    return pd.DataFrame(columns=columns), ""


def _from_search(search: Search, network: Network, asked: dict[str, NetworkFinding]) -> list[tuple[object, ...]]:
    """Return the rows of the seeds of a saved search; none if it lacks a finding or the network's own recipe."""
    measures = {_nameless(key): at for at, key in enumerate(search.measures)}
    places = {key: measures.get(_nameless(finding.question.key)) for key, finding in asked.items()}
    if None in places.values():
        return []

    def row(trial: Trial) -> tuple[object, ...]:
        values = [trial.values[at] for at in places.values() if at is not None]
        return trial.seed, trial.is_met, trial.first_right, *values

    return [row(trial) for trial in search.trials_like(network.training_spec)]


def _nameless(question: str) -> str:
    """Return a question's key without the network's name, which may have changed since."""
    who, _, measure = question.partition(": ")
    return f"{who.partition(' ')[2]}: {measure}"
