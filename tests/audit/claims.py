"""Claims of a write-up, one of each kind of measure, each with an independent computation of its value.

A claim is measured in a network with its own weights, with those of each seed, and with untrained ones. A neuron
named by its function is chosen on the first half of the held-out sequences and measured on the second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tests.audit.causes import (
    add_counts,
    exchange,
    first_failure,
    hold,
    reading_results,
    slope_of_doses,
    write_frontier,
)
from tests.audit.reading import Arrays, Files, Model, Place
from tests.audit.scoring import (
    Columns,
    find_targets,
    held_out,
    main_ranking,
    names_feature,
    rank,
    rerun,
    score_all,
    score_signal,
    traced,
)

BOUND = 0.5  # every claim expects its value to be at least this
# Measures that untrained networks are asked for too; the others cost too much or ask what only training brings.
OF_UNTRAINED = {"mean", "median", "min", "max", "quantile", "share", "difference", "ratio"}
OF_UNTRAINED |= {"r2", "auc", "correlation", "spread", "gap"}
STANDINGS = ("small", "chance", "untrained", "baseline", "few", "role")  # the worst first


@dataclass(frozen=True)
class Best:
    """The neuron that encodes a feature best, or number `nth` (from 0) in that order; the rest as in a write-up."""

    feature: str
    nth: int = 0
    signals: tuple[str, ...] = ()
    phase: str = "all"
    direction: int = 0


@dataclass(frozen=True)
class View:
    """A network with some weights, seen at some neurons on some held-out rows. `is_seen`: (held-out rows,)."""

    files: Files
    model: Model
    columns: Columns
    table: pd.DataFrame
    places: Sequence[Place]
    is_seen: np.ndarray

    @property
    def steps(self) -> pd.DataFrame:
        """The rows seen, once for each neuron."""
        return pd.concat([self.table[self.is_seen]] * len(self.places), ignore_index=True)

    def of(self, signal: str, where: str = "step >= 0") -> np.ndarray:
        """Return a signal at the rows seen, one neuron after the other; `where` is a query of pandas."""
        values = np.concatenate([self.columns[(*place, signal)][self.is_seen] for place in self.places])
        chosen: np.ndarray = values[self.steps.eval(where).to_numpy()]
        return chosen

    def change_of(self, signal: str) -> np.ndarray:
        """Return the change of a signal of one neuron since the step before, from 0 before the first."""
        before = self.steps.assign(value=self.of(signal)).groupby("sequence")["value"].shift(fill_value=0)
        change: np.ndarray = self.of(signal) - before.to_numpy()
        return change

    def score(self, signal: str, feature: str, phase: str = "all") -> float:
        """Return the score of a signal of the neuron: on the second half, if that alone is seen."""
        target = next(target for target in find_targets(self.table, [feature]) if target.phase == phase)
        score = score_signal(self.columns[(*self.places[0], signal)], target)
        return score.score if self.is_seen.all() else score.second_half

    def spread(self, signal: str, by: str) -> float:
        """Return the largest range of a signal where a feature is equal, as a share of its whole range."""
        ranges = [np.ptp(self.of(signal, f"{by} == {value}")) for value in set(self.steps[by])]
        return float(max(ranges) / np.ptp(self.of(signal)))

    def gap(self, signal: str, where: str) -> float:
        """Return the smallest distance of two values of a signal, as a share of their range."""
        values = self.of(signal, where)
        distances = [abs(one - other) for at, one in enumerate(values) for other in values[:at]]
        return float(min(distances) / np.ptp(values))

    def held(self, signal: str, amount: float) -> dict[str, float]:
        """Return the results of reading the sequences seen while one signal of the neuron is held."""
        read = self.table[self.is_seen & (self.table["step"] > 0)]
        texts = ["".join(tokens) for _, tokens in read.groupby("sequence")["token"]]
        edit = hold(self.places[0], signal, amount)
        return reading_results(self.files, self.model, texts, edit)

    def slope(self, best: int | None = None) -> float:
        """Return the additional b's per count added to the neuron, or to so many of the best."""
        places = self.places if best is None else self.best_for_task()[:best]
        return slope_of_doses(add_counts(self.files, self.model, places))

    def turned(self, best: int | None = None) -> float:
        """Return the share of sequences switched by an exchange of the neuron's memory, or of so many of the best."""
        places = self.places if best is None else self.best_for_task()[:best]
        return exchange(self.files, self.model, places)[0]

    def needed(self) -> float:
        """Return the number of best neurons to change for 0.95 b's a count; nan if all are not enough."""
        sizes = range(1, len(self.files.places) + 1)
        return next((size for size in sizes if self.slope(size) >= 0.95), np.nan)

    def best_for_task(self) -> list[Place]:
        """Return all neurons by how well they carry the main feature of the task."""
        ranked = main_ranking(self.files, self.columns)
        return [*zip(ranked["layer"], ranked["neuron"], strict=True)]

    def right_up_to(self, size: int) -> float:
        """Return the share of sequences written right, over all sizes up to one."""
        table = write_frontier(self.files, self.model, (1, 1))
        return float(table.loc[table["is_trained"] & (table["size"] <= size), "right"].mean())

    def first_failure(self) -> int:
        """Return the smallest size written wrong."""
        return first_failure(write_frontier(self.files, self.model, (1, 1)))


@dataclass(frozen=True)
class Claim:
    """A claim, and the independent computation of its value in a `View` of its subject.

    `who`: None for the whole network, the number of a layer, the place of a neuron, or whom to choose. `over` makes one
    number of the values of all seeds, where the claim is about them.
    """

    subject: str
    who: int | Place | Best | None
    measure: str
    value: Callable[[View], Any]
    over: Callable[[list[float]], float] | None = None

    @property
    def network(self) -> str:
        return self.subject.split()[0]

    @property
    def is_of_neuron(self) -> bool:
        return isinstance(self.who, tuple | Best)

    @property
    def is_of_untrained(self) -> bool:
        """Whether untrained networks are measured too."""
        return self.over is None and self.is_comparable and self.measure.split()[0] in OF_UNTRAINED

    @property
    def is_comparable(self) -> bool:
        """Whether other weights can be measured: not for a neuron named by its number."""
        return not isinstance(self.who, tuple)


def measure_claim(claim: Claim, files: Files, weights: Arrays | None = None) -> float | None:
    """Return the value of a claim in a network with its own weights, or with others; None if there is none."""
    value = float(claim.value(view(claim, files, weights)))
    return None if np.isnan(value) else value


def view(claim: Claim, files: Files, weights: Arrays | None = None) -> View:
    """Return a network with its own weights, or with others, from the point of view of a claim."""
    columns = traced(files) if weights is None else rerun(files, weights)
    table, who = held_out(files), claim.who
    is_seen = np.ones(len(table), bool)
    places = files.places
    if isinstance(who, int):
        places = [place for place in places if place[0] == who]
    elif isinstance(who, tuple):
        places = [who]
    elif isinstance(who, Best):
        signals = who.signals or (files.memory, "hidden")
        shown = {name: values for name, values in columns.items() if name[2] in signals}
        scores = score_all(shown, find_targets(table, [who.feature]))
        scores = scores[(who.direction == 0) | (scores["direction"] == who.direction)]
        chosen = rank(scores, who.feature, signals, phase=who.phase).iloc[who.nth]
        places = [(int(chosen["layer"]), int(chosen["neuron"]))]
        is_seen = table["half"].to_numpy() == 1
    return View(files, files.model(weights), columns, table, places, is_seen)


def audit_claim(claim: Claim, files: Files) -> dict[str, Any]:
    """Return the expected entry of a claim in `claims.json`: of the untrained networks, only the first."""
    by_seed, value = None, measure_claim(claim, files)
    if claim.is_comparable:
        by_seed = {str(seed): measure_claim(claim, files, weights) for seed, weights in files.seeds.items()}
        if claim.over is not None:
            value = claim.over([one for one in by_seed.values() if one is not None])
    roles = files.tables["roles"]
    of_neuron = of_score = roles.iloc[:0]
    if isinstance(claim.who, Best) and claim.over is None:
        (place,) = view(claim, files).places
        is_feature = names_feature(roles, claim.who.feature)
        is_it = roles["signal"].isin(claim.who.signals or (files.memory, "hidden")) & roles["phase"].eq(claim.who.phase)
        of_neuron = roles[is_feature & is_it & roles["layer"].eq(place[0]) & roles["neuron"].eq(place[1])]
    if claim.measure.split()[0] in ("r2", "auc"):
        feature, _, phase = claim.measure.partition(" with ")[2].partition(" where phase == ")
        of_score = roles[roles["feature"].eq(feature) & roles["phase"].eq(phase or "all")]
    first = measure_claim(claim, files, files.untrained) if claim.is_of_untrained else None
    of_choice = of_neuron[of_neuron["first_half"] == of_neuron["first_half"].max()]
    return {
        "value": value,
        "verdict": "unmeasured" if value is None else "holds" if value >= BOUND else "fails",
        "by_seed": by_seed,
        **({"first_untrained": first} if claim.over is None else {}),  # over seeds, all of them are asked together
        "standing": max(of_choice["standing"], key=STANDINGS.index, default=None),
        "null_p99": None if of_score.empty else of_score["null_p99"].iloc[0],
    }


COUNTER = ("count best(remaining)", Best("remaining"))
CLAIMS = {
    "mean": Claim(
        *COUNTER, "mean of input_gate where token == X", lambda on: on.of("input_gate", "token == 'X'").mean()
    ),
    "median": Claim(
        "count",
        None,
        "median of hidden where phase == before",
        lambda on: np.median(on.of("hidden", "phase == 'before'")),
    ),
    "min": Claim("count 2", (1, 2), "min of cell", lambda on: on.of("cell").min()),
    "max": Claim("count", None, "max of abs(candidate)", lambda on: abs(on.of("candidate")).max()),
    "quantile": Claim(
        "copy layer 2", 2, "quantile 0.9 of update_gate", lambda on: np.quantile(on.of("update_gate"), 0.9)
    ),
    "where-and": Claim(
        "count",
        None,
        "mean of hidden where a_count > 2 and next_token != X and step <= 8",
        lambda on: on.of("hidden", "a_count > 2 and next_token != 'X' and step <= 8").mean(),
    ),
    "change": Claim(*COUNTER, "mean of abs(change(cell))", lambda on: abs(on.change_of("cell")).mean()),
    "share": Claim(
        "count",
        None,
        "share of forget_gate > 0.95 where token == b",
        lambda on: (on.of("forget_gate", "token == 'b'") > 0.95).mean(),
    ),
    "difference": Claim(
        *COUNTER,
        "difference of cell where token == a versus token == b",
        lambda on: on.of("cell", "token == 'a'").mean() - on.of("cell", "token == 'b'").mean(),
    ),
    "ratio": Claim(
        *COUNTER,
        "ratio of abs(cell) where phase == after versus phase == before",
        lambda on: abs(on.of("cell", "phase == 'after'")).mean() / abs(on.of("cell", "phase == 'before'")).mean(),
    ),
    "r2": Claim(*COUNTER, "r2 of cell with remaining", lambda on: on.score("cell", "remaining")),
    "r2-in-a-phase": Claim(
        *COUNTER,
        "r2 of hidden with remaining where phase == after",
        lambda on: on.score("hidden", "remaining", "after"),
    ),
    "r2-by-number": Claim("count 3", (1, 3), "r2 of cell with a_count", lambda on: on.score("cell", "a_count")),
    "auc-of-second": Claim(
        "count second(next_token=b)",
        Best("next_token=b", nth=1),
        "auc of hidden with next_token=b",
        lambda on: on.score("hidden", "next_token=b"),
    ),
    "auc-of-low": Claim(
        "ignore best(phase=after of hidden low)",
        Best("phase=after", signals=("hidden",), direction=-1),
        "auc of cell with next_token=b",
        lambda on: on.score("cell", "next_token=b"),
    ),
    "correlation": Claim(
        "count best(a_count of output_gate at before)",
        Best("a_count", signals=("output_gate",), phase="before"),
        "correlation of cell with hidden",
        lambda on: np.corrcoef(on.of("cell"), on.of("hidden"))[0, 1],
    ),
    "spread": Claim(*COUNTER, "spread of cell by remaining", lambda on: on.spread("cell", "remaining")),
    "gap": Claim("count", None, "gap of cell where token == X", lambda on: on.gap("cell", "token == 'X'")),
    "right": Claim("count", None, "right where size <= 12", lambda on: on.right_up_to(12)),
    "first-failure": Claim("ignore", None, "first failure", lambda on: on.first_failure()),
    "last-success": Claim("count", None, "last success", lambda on: on.first_failure() - 1),
    "right-at-zero": Claim(*COUNTER, "right with cell at zero", lambda on: on.held("cell", 0)["right"]),
    "loss-at-mean": Claim(*COUNTER, "loss with cell at mean", lambda on: on.held("cell", on.of("cell").mean())["loss"]),
    "loss-shut": Claim(*COUNTER, "loss with input_gate shut", lambda on: on.held("input_gate", 0)["loss"]),
    "loss-open": Claim("count 4", (1, 4), "loss with forget_gate open", lambda on: on.held("forget_gate", 1)["loss"]),
    "second-letter": Claim(
        "copy 2.3", (2, 3), "right_2 with hidden at zero", lambda on: on.held("hidden", 0)["right_2"]
    ),
    "slope": Claim(*COUNTER, "slope of dose-response", lambda on: on.slope()),
    "slope-together": Claim("count", None, "slope of dose-response with 3 neurons", lambda on: on.slope(3)),
    "needed": Claim("count", None, "neurons needed", lambda on: on.needed()),
    "tells-letter": Claim(
        "remember best(letter)", Best("letter"), "auc of cell with letter=A", lambda on: on.score("cell", "letter=A")
    ),
    "turned": Claim("remember best(letter=A)", Best("letter=A"), "turned by exchange", lambda on: on.turned()),
    "turned-together": Claim("remember", None, "turned by exchange with 2 neurons", lambda on: on.turned(2)),
    "share-of-seeds": Claim(
        "count",
        None,
        "share of seeds where first failure >= 8",
        lambda on: on.first_failure(),
        over=lambda values: sum(value >= 8 for value in values) / len(values),
    ),
    "median-over-seeds": Claim(
        *COUNTER,
        "median over seeds of r2 of cell with remaining",
        lambda on: on.score("cell", "remaining"),
        over=lambda values: float(np.median(values)),
    ),
}
