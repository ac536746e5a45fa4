"""The sentences on pages agree with the tables: small tables in, hand-written words out.

No two neurons share a value, so that a wrong row, a wrong column or a wrong order shows.
"""

from dataclasses import asdict
from typing import Any

import pandas as pd
import pytest

from lstmgallery.desk.results import Moment
from lstmgallery.desk.targets import POOLED
from lstmgallery.press.figures.dose import dose_plot
from lstmgallery.press.figures.frontier import Frontier, frontier
from lstmgallery.press.figures.saturation import saturation_plots
from lstmgallery.press.figures.together import groups_plot
from lstmgallery.press.pages import evidence
from lstmgallery.tasks import AnyTask
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from tests.press.tables import COUNTING, UNITS, best_row, done_to, results_of

STATES = StateMemory(kind="state-memory", longest_wait=9)
COPIES = Copying(kind="copying")


def held_at_zero(right: dict[int, float]) -> pd.DataFrame:
    """Return interventions with each neuron's share of sequences right when held at zero; 99.5 % without."""
    at_zero = [done_to(neuron, "zero", "right", 0.995, value) for neuron, value in right.items()]
    at_mean = [done_to(neuron, "mean", "right", 0.5, 0.375) for neuron in right]
    return pd.DataFrame([*at_mean, *at_zero])


def moments_of(**changes: dict[str, float]) -> dict[tuple[int, int, str], Moment]:
    """Return moments of three neurons that move, and changes to those of neuron 1 by signal."""
    usual = Moment(steps=100, minimum=-0.5, mean=0.0, maximum=0.5, shut=0.1, open=0.2)
    keys = ("hidden", "input_gate", "forget_gate", "output_gate")
    moments = {(1, neuron, key): usual for neuron in range(1, UNITS + 1) for key in keys}
    return moments | {(1, 1, key): Moment(**{**asdict(usual), **values}) for key, values in changes.items()}


def relatives_of(correlation: float) -> pd.DataFrame:
    return pd.DataFrame([(1, 1, 3, correlation)], columns=["layer", "neuron", "nearest", "correlation"])


def ranking(*rows: dict[str, Any], **tables: Any) -> tuple[evidence.Ranked, ...]:
    usual = {
        "best_rows": pd.DataFrame(rows),
        "interventions": held_at_zero({row["neuron"]: 0.25 for row in rows}),
        "moments": moments_of(),
        "relatives": relatives_of(0.5),
    }
    return evidence.rank(results_of(**{**usual, **tables}))


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ([0.97, 1.0, 1.0], "Change one neuron alone, and each added count yields one more b."),
        ([0.2, 0.6, 0.95], "Change 3 neurons at once, and each added count yields one more b."),
        ([0.2, 0.96, 0.1], "Change 2 neurons at once, and each added count yields one more b."),
        (
            [0.2, 0.6, 0.94],
            "Even with all neurons changed at once, it does not hold that each added count yields one more b.",
        ),
    ],
)
def test_the_smallest_group_that_is_enough_is_named(values: list[float], summary: str) -> None:
    together = pd.DataFrame([done_to(0, "add", "slope", 0.0, value) for value in values])
    plot = groups_plot(results_of(interventions=together))
    assert plot is not None
    assert plot.summary == summary
    assert plot.table.heads == ("neurons changed", "b’s per count added")
    assert [row[0] for row in plot.table.rows] == ["1", "2", "3"]


def test_of_a_state_memorizer_the_group_turns_the_letter() -> None:
    together = pd.DataFrame([done_to(0, "exchange", "turned", 0.0, value) for value in (0.1, 1.0, 1.0)])
    plot = groups_plot(results_of(STATES, interventions=together))
    assert plot is not None
    assert plot.summary == "Change 2 neurons at once, and the other letter comes out in nearly every sequence."
    assert plot.table.heads[1] == "share with the other letter"


def test_a_task_without_a_dose_or_twins_has_no_plot_of_groups() -> None:
    assert groups_plot(results_of(COPIES, interventions=held_at_zero({1: 0.5}))) is None


def test_neurons_with_a_role_come_first_the_most_informative_one_leading_and_each_neuron_once() -> None:
    lines = ranking(
        best_row(1, standing="chance", bits=9.0, score=0.6, low=float("nan"), high=float("nan")),
        best_row(2, bits=0.5),
        best_row(3, bits=0.8, direction=-1.0),
    )
    assert [(line.neuron, line.has_role) for line in lines] == [(3, True), (2, True), (1, False)]
    assert [line.role for line in lines] == [
        "Its cell state counts the b’s still owed, downwards.",
        "Its cell state counts the b’s still owed.",
        "No role found: its best score is R² 0.60 for “the b’s still owed”; chance does as well.",
    ]


def test_the_strongest_role_comes_before_the_most_informative() -> None:
    lines = ranking(best_row(1, bits=0.8, strength=2, score=0.9), best_row(2, bits=0.1), best_row(3, bits=0.5))
    assert [line.neuron for line in lines] == [3, 2, 1]


def test_equally_informative_neurons_and_those_without_a_role_are_ordered_by_number() -> None:
    lines = ranking(
        best_row(3, standing="small", bits=1.0), best_row(1, standing="small", bits=0.2), best_row(2, bits=0.4)
    )
    assert [line.neuron for line in lines] == [2, 1, 3]
    assert [line.neuron for line in ranking(best_row(3), best_row(2))] == [2, 3]


def test_a_line_of_the_ranking_holds_what_its_score_had_to_beat() -> None:
    rows = [best_row(1), best_row(2, score=0.7, low=0.6, high=0.8, by_token=0.9, null_p99=0.5, untrained_p95=0.6)]
    first, second = ranking(*rows, interventions=held_at_zero({1: 0.125, 2: 0.75}))
    assert (first.score, first.interval, first.cases) == ("R² 0.960", "0.951 to 0.968", "1,200 steps")
    assert (first.null_p99, first.untrained_p95, first.baseline) == ("0.04", "0.35", "0.55 (steps since the delimiter)")
    assert (first.at_zero, second.at_zero) == ("12.5\u00a0%", "75\u00a0%")
    assert (second.score, second.interval, second.baseline) == ("R² 0.70", "0.60 to 0.80", "0.90 (token read)")


@pytest.mark.parametrize(
    ("low", "high", "remarks"),
    [(-0.04, 0.03, "dead"), (-0.5, 0.01, ""), (-0.01, 0.5, ""), (-0.05, 0.01, ""), (0.2, 0.3, "")],
)
def test_a_neuron_is_dead_whose_hidden_state_never_leaves_zero(low: float, high: float, remarks: str) -> None:
    (line,) = ranking(best_row(1), moments=moments_of(hidden={"minimum": low, "maximum": high}))
    assert line.remarks == remarks


@pytest.mark.parametrize(
    ("correlation", "remarks"),
    [(0.995, "duplicate of 3"), (0.99, "duplicate of 3"), (-0.995, "mirror image of 3"), (0.98, ""), (-0.98, "")],
)
def test_a_neuron_that_moves_as_another_does_is_its_duplicate_or_its_mirror_image(
    correlation: float, remarks: str
) -> None:
    (line,) = ranking(best_row(1), relatives=relatives_of(correlation))
    assert line.remarks == remarks


@pytest.mark.parametrize(
    ("shares", "remarks"),
    [
        ({"input_gate": {"open": 0.95, "shut": 0.02}}, "i open"),
        ({"forget_gate": {"open": 0.02, "shut": 0.95}}, "f shut"),
        ({"output_gate": {"open": 0.94, "shut": 0.02}}, ""),
        ({"input_gate": {"shut": 1.0, "open": 0.0}, "output_gate": {"open": 1.0, "shut": 0.0}}, "i shut, o open"),
    ],
)
def test_a_gate_that_hardly_moves_is_remarked_on(shares: dict[str, dict[str, float]], remarks: str) -> None:
    (line,) = ranking(best_row(1), moments=moments_of(**shares))
    assert line.remarks == remarks


def test_a_neuron_in_a_layer_of_its_own_has_no_relative() -> None:
    (line,) = ranking(best_row(1), relatives=relatives_of(1.0).iloc[:0])
    assert line.remarks == ""


def test_a_headline_holds_a_neuron_s_best_row_and_what_holding_it_breaks() -> None:
    results = results_of(
        best_rows=pd.DataFrame([best_row(1, score=0.7, low=0.6, high=0.8), best_row(2)]),
        interventions=held_at_zero({1: 0.5, 2: 0.25}),
        controls={("remaining", POOLED): (0.1, 0.3, 0.41), ("a_count", POOLED): (0.0,)},
    )
    found = evidence.headline(results, 1, 2)
    assert found.sentence == "Its cell state counts the b’s still owed."
    assert found.has_role
    assert (found.score, found.interval, found.cases) == ("R² 0.960", "0.951 to 0.968", "1,200 steps")
    assert found.score_words == "cell state against “the b’s still owed”"
    assert (found.untrained_p95, found.untrained_range) == ("0.35", "median 0.20, highest 0.41 of 3")
    assert (found.before, found.at_zero) == ("99.5\u00a0%", "25\u00a0%")
    assert found.beside.summary.startswith("R² of cell state against “the b’s still owed”: neuron 2 0.96; 3 untrained")


def test_a_neuron_s_roles_are_listed_with_precision_and_recall_where_they_have_them() -> None:
    is_next = {"signal": "hidden", "feature": "next_token=b", "measure": "auc", "phase": "after", "score": 0.9}
    rows = [
        best_row(2, precision=0.875, recall=0.5, low=0.85, high=0.93, same_as='["not remaining=0"]', **is_next),
        best_row(2),
        best_row(3),
    ]
    first, second = evidence.roles(results_of(roles=pd.DataFrame(rows)), 1, 2)
    assert (first.signal, first.feature, first.phase) == ("Hidden state", "the next token is b", "after")
    assert (first.precision, first.recall) == ("87.5\u00a0%", "50\u00a0%")
    assert (first.score, first.cases) == ("AUC 0.90", "300 of 1,200 steps")
    assert (second.precision, second.recall) == ("–", "")
    assert (second.signal, second.score, second.baseline) == (
        "Cell state",
        "R² 0.960",
        "0.55 (steps since the delimiter)",
    )


def test_no_more_than_six_roles_of_a_neuron_are_listed() -> None:
    rows = [best_row(1, steps=steps) for steps in range(1, 9)]
    found = evidence.roles(results_of(roles=pd.DataFrame(rows)), 1, 1)
    assert [role.cases for role in found] == ["1 step", "2 steps", "3 steps", "4 steps", "5 steps", "6 steps"]


def test_what_was_held_is_listed_with_what_it_does_to_loss_sequences_and_letters() -> None:
    rows = [
        done_to(2, "zero", "right", 1.0, 0.25),
        done_to(2, "zero", "loss", 0.125, 0.5),
        done_to(2, "zero", "right_2", 0.75, 0.625),
        done_to(2, "zero", "right_1", 1.0, 0.875),
        done_to(2, "shut", "loss", 0.125, 0.25, signal="input_gate"),
        done_to(2, "shut", "right", 1.0, 0.5, signal="input_gate"),
        done_to(2, "shut", "right_1", 1.0, 1.0, signal="input_gate"),
        done_to(2, "shut", "right_2", 0.75, 0.0, signal="input_gate"),
        done_to(2, "add", "written", 3.0, 4.0),
        done_to(1, "zero", "loss", 0.125, 9.0),
    ]
    table = evidence.holds_table(results_of(COPIES, interventions=pd.DataFrame(rows)), 1, 2)
    assert table.heads == (
        "Intervention",
        "Loss, nats per token",
        "Sequences right",
        "Letter 1 right",
        "Letter 2 right",
    )
    plain = [tuple(cell.replace("\u00a0", "") for cell in row) for row in table.rows]
    assert plain == [
        ("Cell state held at 0", "0.125 → 0.500", "100% → 25%", "100% → 87.5%", "75% → 62.5%"),
        ("Input gate held shut", "0.125 → 0.250", "100% → 50%", "100% → 100%", "75% → 0%"),
    ]


def test_doses_are_plotted_with_the_slope_that_was_measured() -> None:
    rows = [
        done_to(2, "add", "written", 4.0, 5.0, amount=2.0, condition="n=4"),
        done_to(2, "add", "written", 4.0, 3.0, amount=-3.0, condition="n=4"),
        done_to(2, "add", "slope", 0.0, 0.4),
        done_to(1, "add", "slope", 0.0, 0.9),
    ]
    plot = dose_plot(results_of(interventions=pd.DataFrame(rows)), 1, 2)
    assert plot is not None
    assert plot.summary == "Each count added to neuron 2 yields 0.40 more b’s."
    assert plot.table.rows == (("n=4", "2", "4", "5"), ("n=4", "−3", "4", "3"))


def test_a_task_that_does_not_count_has_no_plot_of_doses() -> None:
    assert dose_plot(results_of(COPIES, interventions=held_at_zero({1: 0.5})), 1, 1) is None


def test_the_exchange_of_states_is_put_into_a_sentence() -> None:
    rows = [done_to(1, "exchange", "turned", 0.0, 0.125), done_to(2, "exchange", "turned", 0.0, 0.75, sequences=18)]
    assert evidence.exchange_sentence(results_of(STATES, interventions=pd.DataFrame(rows)), 1, 2) == (
        "With its cell state overwritten, just before the delimiter, by its value in the twin sequence that began "
        "with the other letter, the network writes the other letter in 75\u00a0% of 18 sequences."
    )
    assert evidence.exchange_sentence(results_of(interventions=held_at_zero({1: 0.5})), 1, 1) is None


def test_each_gate_of_a_layer_is_plotted_by_how_often_it_is_shut_and_open() -> None:
    shares = {"input_gate": {"shut": 0.25, "open": 0.5}, "output_gate": {"shut": 0.75, "open": 0.125}}
    found = dict(saturation_plots(results_of(moments=moments_of(**shares)), 1))
    assert list(found) == ["Input gate", "Forget gate", "Output gate"]
    first_rows = {
        name: tuple(cell.replace("\u00a0", "") for cell in plot.table.rows[0]) for name, plot in found.items()
    }
    assert first_rows == {
        "Input gate": ("1", "25%", "50%"),
        "Forget gate": ("1", "10%", "20%"),
        "Output gate": ("1", "75%", "12.5%"),
    }
    assert {len(plot.table.rows) for plot in found.values()} == {UNITS}


def test_kinds_of_sequences_that_hardly_any_was_held_out_of_are_named() -> None:
    shares = [
        {"name": "a’s", "value": 1, "drawn": 0.1, "held_out": 0.0},
        {"name": "a’s", "value": 2, "drawn": 0.1, "held_out": 0.05},
        {"name": "X’s", "value": 5, "drawn": 0.25, "held_out": 0.125 - 1e-9},
    ]
    found = evidence.missing(results_of(about={"held_out": {"shares": shares}})).replace("\u00a0", "")
    assert found == (
        "those with 1 a’s, 10% of what the task draws and 0% of what was held out; "
        "those with 5 X’s, 25% of what the task draws and 12.5% of what was held out"
    )
    assert evidence.missing(results_of(about={"held_out": {"shares": shares[1:2]}})) == ""


def frontier_table(*rows: tuple[int, str, bool, str, str, bool]) -> pd.DataFrame:
    """Return a frontier of (size, variant, is trained, expected, written, ended), with a memory of a tenth a row."""
    table = pd.DataFrame(rows, columns=["size", "variant", "is_trained", "expected", "written", "ended"])
    right = (table["expected"] == table["written"]) & table["ended"]
    return table.assign(right=right, memory=[at / 10 for at in range(len(table))])


def shown_frontier(table: pd.DataFrame, task: AnyTask = COUNTING) -> Frontier:
    best = pd.DataFrame([best_row(3), best_row(1)])
    found = frontier(results_of(task, frontier=table, main_ranking=best))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "ended", "words"),
    [
        ("bb", True, "it should write bbb but writes bb."),
        ("bbb", False, "it should write bbb but writes bbb and does not stop."),
        ("bbbbb", True, "it should write bbb but writes 5 b’s."),
        ("", True, "it should write bbb but writes nothing."),
        ("ba" * 12, True, f"it should write bbb but writes {'ba' * 12}."),
        ("ba" * 13, False, f"it should write bbb but writes {'ba' * 12}… (26 tokens) and does not stop."),
    ],
)
def test_the_first_failure_says_what_comes_out_instead(written: str, ended: bool, words: str) -> None:
    table = frontier_table(
        (1, "", True, "b", "b", True), (2, "", True, "bb", "bb", True), (3, "", True, "bbb", written, ended),
        (4, "", True, "bbbb", "", True),
    )  # fmt: skip
    assert shown_frontier(table).sentence == f"Trained on 1 to 10 a’s, it first fails at 3: {words}"


def test_the_first_failure_is_one_of_a_variant_that_training_had_and_names_it() -> None:
    table = frontier_table(
        (1, "0", True, "b", "b", True),
        (1, "3", True, "b", "b", True),
        (1, "9", False, "b", "", True),
        (2, "9", False, "bb", "", True),
        (2, "0", True, "bb", "bb", True),
        (2, "3", True, "bb", "bbbb", True),
    )
    selective = SelectiveCounting(kind="selective-counting", longest=7, most_ignored=5)
    found = shown_frontier(table, selective)
    assert found.sentence == (
        "Trained on 1 to 7 a’s, it first fails at 2 (number of X’s: 3): it should write bb but writes 4 b’s."
    )
    assert found.shown == "Sequences without X’s. "
    assert found.right_table.heads == ("number of X’s", "a’s it gets right")
    assert found.right_table.rows == (("0", "1 to 2"), ("3", "1"), ("9", "none"))
    assert [row[1] for row in found.memory.table.rows] == ["0", "0"]  # the plots show sequences without X's
    assert found.written is not None
    assert found.written.table.rows == (("1", "1", "yes"), ("2", "2", "yes"))


def test_a_network_that_never_fails_is_said_to_be_right_at_every_size() -> None:
    found = shown_frontier(frontier_table((1, "", True, "b", "b", True), (2, "", True, "bb", "bb", True)))
    assert found.sentence == "Trained on 1 to 10 a’s, it is right at every size tested, up to 100."
    assert found.right_table.rows == (("aⁿ X bⁿ", "1 to 2"),)
    assert found.shown == ""


def test_the_memory_of_the_best_neuron_is_shown_over_the_sizes() -> None:
    found = shown_frontier(
        frontier_table(
            (1, "A", True, "a", "a", True),
            (1, "B", True, "b", "b", True),
            (2, "A", True, "a", "b", True),
            (2, "B", True, "b", "b", True),
        ),
        STATES,
    )
    assert (found.layer, found.neuron, found.trained) == (1, 3, 9)
    assert found.memory.table.heads == ("x’s", "first letter", "Cell state of neuron 3", "right")
    assert found.memory.table.rows == (
        ("1", "A", "0.00", "yes"),
        ("1", "B", "0.10", "yes"),
        ("2", "A", "0.20", "no"),
        ("2", "B", "0.30", "yes"),
    )
    assert found.written is None
    assert found.sentence == (
        "Trained on 1 to 9 x’s, it first fails at 2 (first letter: A): it should write a but writes b."
    )


def test_a_task_of_one_size_has_no_frontier() -> None:
    assert frontier(results_of(COPIES, frontier=frontier_table())) is None


def sweep(**values: list[tuple[float, bool | None]]) -> pd.DataFrame:
    """Return the table of a sweep of seeds: the value and answer of each finding, by seed from 1."""
    rows = [
        (seed, key, value, is_yes)
        for key, answers in values.items()
        for seed, (value, is_yes) in enumerate(answers, start=1)
    ]
    return pd.DataFrame(rows, columns=["seed", "finding", "value", "is_yes"]).astype({"is_yes": "boolean"})


def test_a_finding_over_seeds_says_in_how_many_it_holds_and_how_it_spreads() -> None:
    table = sweep(
        counter_r2=[(0.99, True), (0.5, False), (0.97, True)], first_failure=[(11, None), (30, None), (101, None)]
    )
    about = {"shown": {"counter_r2": 0.97, "first_failure": 30.0}}
    counter, failure = evidence.seeds(results_of(seeds=table, seeds_about=about))
    assert counter.verdict == "at least 0.95 in 2 of 3 seeds"
    assert counter.spread == "Lowest 0.50, median 0.97, highest 0.99."
    assert failure.verdict == ""
    assert failure.spread == "Lowest 11, median 30, highest 101."
    (dots,), (mark,) = (
        [series.points for series in counter.plot.series if series.style == style] for style in ("main", "own")
    )
    assert mark[0] == dots[2]


def test_an_upper_bound_is_put_into_words_too() -> None:
    table = sweep(
        counter_r2=[(0.99, True)],
        input_gate_on_x=[(0.05, True)],
        input_gate_on_a=[(0.9, None)],
        first_failure=[(11, None)],
    )
    about = {"shown": dict.fromkeys(("counter_r2", "input_gate_on_x", "input_gate_on_a", "first_failure"))}
    selective = SelectiveCounting(kind="selective-counting", longest=7, most_ignored=5)
    found = evidence.seeds(results_of(selective, seeds=table, seeds_about=about))
    assert [each.verdict for each in found] == ["at least 0.95 in 1 of 1 seeds", "at most 0.1 in 1 of 1 seeds", "", ""]


def test_without_a_sweep_nothing_is_said_of_seeds() -> None:
    assert evidence.seeds(results_of()) == ()


def test_the_table_of_a_sweep_has_a_row_for_each_seed_and_a_column_for_each_finding() -> None:
    table = sweep(first_failure=[(11, None), (30, None)], counter_r2=[(0.99, True), (0.5, False)])
    found = evidence.seeds_table(results_of(seeds=table))
    assert found.heads[:2] == ("seed", "R² of the best counting cell with the b’s still owed")
    assert found.rows == (("1", "0.990", "11.000"), ("2", "0.500", "30.000"))
