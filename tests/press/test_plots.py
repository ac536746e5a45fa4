"""Plots: every point is at the place of its values, and summaries agree with the numbers.

The place of a point is read off like a reader does, between the ticks of the axes.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstmgallery.desk.experiments.frontier import find_frontier
from lstmgallery.desk.rows import Effect, RoleRow
from lstmgallery.press.figures.beside import plot_beside
from lstmgallery.press.figures.curve import plot_curve
from lstmgallery.press.figures.dose import plot_doses
from lstmgallery.press.figures.frontier import draw_right, plot_memory, plot_written
from lstmgallery.press.figures.line import plot_steps
from lstmgallery.press.figures.saturation import plot_saturation
from lstmgallery.press.figures.search import SearchRow, plot_search
from lstmgallery.press.figures.seeds import plot_seeds
from lstmgallery.press.figures.together import plot_groups
from lstmgallery.press.figures.values import plot_values
from lstmgallery.press.marks.plots import Band, Frame, Plot, Table, around
from lstmgallery.press.marks.strips import Point
from lstmgallery.tasks.facets import Dose
from tests.desk.planted import counting_network, counting_weights, role_row


def assert_inside(plot: Plot) -> None:
    points = [point for series in plot.series for point in series.points]
    assert points
    for point in (*points, *plot.x_ticks, *plot.y_ticks):
        assert -0.5 <= point.x <= plot.width + 0.5
        assert -0.5 <= point.y <= plot.height + 0.5


def value_of(label: str) -> float:
    return float(label.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def read_off(plot: Plot, points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return the coordinates of points, by the first and the last tick of both axes, to two places."""
    (left, right), (low, high) = ((ticks[0], ticks[-1]) for ticks in (plot.x_ticks, plot.y_ticks))

    def between(pixel: float, start: float, stop: float, first: Point, last: Point) -> float:
        ends = value_of(first.label), value_of(last.label)
        return round(ends[0] + (pixel - start) / (stop - start) * (ends[1] - ends[0]), 2)

    return [
        (between(point.x, left.x, right.x, left, right), between(point.y, low.y, high.y, low, high)) for point in points
    ]


def drawn(plot: Plot, kind: str, style: str) -> list[list[tuple[float, float]]]:
    """Return the lines or the dots of a style, as values read off the axes."""
    return [read_off(plot, series.points) for series in plot.series if (series.kind, series.style) == (kind, style)]


def near(*values: tuple[float, float], off: float = 0.02) -> list[tuple[object, object]]:
    """Return values to compare with those read off: a tenth of a pixel is up to `off` of them."""
    return [(pytest.approx(x, abs=off), pytest.approx(y, abs=off)) for x, y in values]


def across(plot: Plot, style: str) -> list[tuple[object, str]]:
    """Return the points of a style: the horizontal value, and the name of the nearest row."""
    points = [point for series in plot.series if series.style == style for point in series.points]
    rows = [min(plot.y_ticks, key=lambda tick: abs(tick.y - point.y), default=Point(0, 0)).label for point in points]
    (first, last) = plot.x_ticks[0], plot.x_ticks[-1]
    low, high = value_of(first.label), value_of(last.label)
    xs = [low + (point.x - first.x) / (last.x - first.x) * (high - low) for point in points]
    return [(pytest.approx(x, abs=0.006), row) for x, row in zip(xs, rows, strict=True)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_an_axis_around_values_holds_them(values: list[float]) -> None:
    low, high = around(values)
    assert low < high
    assert low <= min(values) <= max(values) <= high


def test_a_frame_puts_its_ends_at_its_edges() -> None:
    frame = Frame((0.0, 10.0), (-1.0, 1.0))
    assert (frame.point(0, -1).x, frame.point(0, -1).y) == (frame.left, frame.bottom)
    assert (frame.point(10, 1).x, frame.point(10, 1).y) == (frame.right, frame.top)


def test_a_frame_puts_values_in_proportion_between_its_edges() -> None:
    frame = Frame((2.0, 10.0), (-1.0, 3.0), width=264, height=150, left=46)  # 200 by 100 pixels for values
    assert frame.point(4, 2, "here") == Point(96, 37, "here")
    assert frame.points([2, 9], [0, -1]) == (Point(46, 87), Point(221, 112))
    assert Frame((2.0, 10.0), (-1.0, 3.0), width=364, height=150, room=100).point(4, 2) == Point(96, 37)
    assert Frame((10, 1000), (-1.0, 3.0), width=264, height=150, is_log=True).point(100, 2) == Point(146, 37)


def test_a_band_reaches_from_one_value_to_another_and_never_beyond_the_left_edge() -> None:
    frame = Frame((2.0, 10.0), (-1.0, 3.0), width=264, height=150)
    assert frame.band(4, 7) == Band(96, 12, 75, 100)
    assert frame.band(1, 4) == Band(46, 12, 50, 100)


def test_ticks_are_where_their_values_are() -> None:
    frame = Frame((-4.0, 12.0), (-1.0, 1.0), width=264, height=150)
    plot = frame.plot(x_name="", summary="", table=Table((), ()))
    assert {tick.label: tick.x for tick in plot.x_ticks} == {"0": 96, "5": 158.5, "10": 221}
    assert {tick.label: tick.y for tick in plot.y_ticks} == {"−1": 112, "−0.5": 87, "0": 62, "0.5": 37, "1": 12}
    assert {tick.y for tick in plot.x_ticks} == {112}
    assert {tick.x for tick in plot.y_ticks} == {46}


def test_a_logarithmic_axis_gives_each_decade_the_same_room() -> None:
    frame = Frame((10, 1000), (0.0, 1.0), is_log=True)
    assert frame.point(100, 0).x - frame.point(10, 0).x == pytest.approx(frame.point(1000, 0).x - frame.point(100, 0).x)


def test_a_training_curve_is_drawn_inside_its_frame_with_its_numbers() -> None:
    curve = pd.DataFrame({"step": [20, 60, 500, 3000], "loss": [1.5, 1.0, 0.2, 0.1]})
    plot = plot_curve(curve, "loss", high=1.6, summary="Loss falls.")
    assert_inside(plot)
    assert [tick.label for tick in plot.x_ticks] == ["100", "1,000"]
    assert plot.table.rows[-1] == ("3,000", "0.100")
    (line,) = [series.points for series in plot.series]
    assert [point.x for point in line] == sorted(point.x for point in line)
    shares = [(plot.bottom - point.y) / (plot.bottom - Frame.top) for point in line]  # of the height, 1.6
    assert shares == [pytest.approx(value / 1.6, abs=0.001) for value in (1.5, 1.0, 0.2, 0.1)]


def test_a_training_curve_of_one_glance_is_drawn() -> None:
    assert_inside(plot_curve(pd.DataFrame({"step": [20], "right": [1.0]}), "right", high=1.0, summary="One."))


def test_saturation_is_a_dot_for_each_neuron_shut_across_and_open_up() -> None:
    plot = plot_saturation("Forget gate", shut=[0.0, 0.95, 0.05, 0.9], open_=[0.99, 0.0, 0.92, 0.1])
    assert_inside(plot)
    assert drawn(plot, "dots", "main") == [near((0.0, 0.99), (0.95, 0.0), (0.05, 0.92), (0.9, 0.1))]
    assert drawn(plot, "line", "faint") == [near((0, 1), (1, 0))]
    (dots,) = [series for series in plot.series if series.kind == "dots"]
    assert [point.label.replace("\N{NO-BREAK SPACE}", "") for point in dots.points] == [
        "neuron 1: shut 0%, open 99%",
        "neuron 2: shut 95%, open 0%",
        "neuron 3: shut 5%, open 92%",
        "neuron 4: shut 90%, open 10%",
    ]
    assert plot.table.heads == ("neuron", "shut", "open")
    assert [cell.replace("\N{NO-BREAK SPACE}", "") for cell in plot.table.rows[1]] == ["2", "95%", "0%"]


def test_saturation_counts_the_neurons_whose_gate_rests() -> None:
    plot = plot_saturation("Forget gate", shut=[0.0, 0.95, 0.05, 0.9], open_=[0.99, 0.0, 0.92, 0.1])
    assert plot.summary == "Forget gate: in 2 of 4 neurons open at more than nine steps in ten, in 1 shut."


def doses(*rows: tuple[str, float, float, float]) -> list[Effect]:
    """Return doses as rows of the table of interventions: condition, amount, baseline, value."""
    return [Effect(1, 2, "add", "cell", amount, n, "written", value, usual, 1) for n, amount, usual, value in rows]


def test_a_dose_response_is_what_comes_out_beyond_the_baseline() -> None:
    rows = [("n=4", -3.0, 4.0, 3.0), ("n=4", 1.0, 4.0, 4.0), ("n=5", 1.0, 5.0, 5.0), ("n=5", 3.0, 5.0, 7.0)]
    plot = plot_doses(doses(*rows), Dose("p", "q", "X", 9), slope=0.5, name="neuron 2")
    assert_inside(plot)
    assert drawn(plot, "dots", "main") == [near((-3, -1), (1, 0), (3, 2))]
    assert drawn(plot, "line", "faint") == [near((-3, -3), (3, 3))]
    assert drawn(plot, "line", "main") == [near((-3, -1.5), (3, 1.5))]
    (dots,) = [series for series in plot.series if series.kind == "dots"]
    assert [point.label for point in dots.points] == [
        "−3 added, −1 more q’s, 1 times",
        "1 added, 0 more q’s, 2 times",
        "3 added, 2 more q’s, 1 times",
    ]
    assert plot.summary == "Each count added to neuron 2 yields 0.50 more q’s."
    assert plot.table.heads == ("p’s", "added", "q’s without", "q’s with")
    assert plot.table.rows[-1] == ("n=5", "3", "5", "7")
    assert len(plot.table.rows) == 4


def test_a_group_s_effect_is_drawn_over_its_size() -> None:
    plot = plot_groups([0.2, 0.9, 1.1], summary="Much.", measure="share")
    assert_inside(plot)
    assert drawn(plot, "line", "main") == drawn(plot, "dots", "main") == [near((1, 0.2), (2, 0.9), (3, 1.1))]
    assert drawn(plot, "line", "faint") == [near((1, 1), (3, 1))]
    assert plot.table.rows == (("1", "0.20"), ("2", "0.90"), ("3", "1.10"))


def test_one_neuron_is_group_enough_for_a_plot() -> None:
    assert_inside(plot_groups([0.4], summary="Little.", measure="share"))


def frontier_of(*rows: tuple[int, str, float, bool, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["size", "variant", "memory", "right", "written"])


def test_memory_is_drawn_by_size_with_a_line_for_each_variant_and_the_trained_sizes_shaded() -> None:
    frontier = frontier_of(
        (1, "A", 0.5, True, "a"), (6, "A", 2.0, True, "a"), (11, "A", 3.0, False, "a"), (1, "B", -0.5, True, "b"),
        (11, "B", -4.0, False, ""),
    )  # fmt: skip
    plot = plot_memory(frontier, trained=6, name="Cell state", size_name="x’s", variant_name="letter")
    assert_inside(plot)
    assert drawn(plot, "line", "faint") == [near((1, 0.5), (6, 2), (11, 3)), near((1, -0.5), (11, -4))]
    assert drawn(plot, "dots", "main") == [near((1, 0.5), (6, 2)), near((1, -0.5))]
    assert drawn(plot, "dots", "wrong") == [near((11, 3)), near((11, -4))]
    (band,) = plot.bands
    assert [x for x, _ in read_off(plot, [Point(band.x, 0), Point(band.x + band.width, 0)])] == [1, 6]
    assert plot.summary == (
        "Cell state at the delimiter (letter: A) goes from 0.50 to 3.00; "
        "Cell state at the delimiter (letter: B) goes from −0.50 to −4.00."
    )
    assert plot.table.heads == ("x’s", "letter", "Cell state", "right")
    assert plot.table.rows[2] == ("11", "A", "3.00", "no")


def test_what_was_written_is_drawn_over_what_was_read() -> None:
    frontier = frontier_of(
        (1, "", 0, True, "b"), (2, "", 0, True, "bb"), (3, "", 0, False, "bbbbaab"), (6, "", 0, False, "bbbbb")
    )
    plot = plot_written(frontier, Dose("p", "b", "X", 2))
    assert_inside(plot)
    assert drawn(plot, "dots", "main") == [near((1, 1), (2, 2))]
    assert drawn(plot, "dots", "wrong") == [near((3, 4), (6, 5))]
    assert drawn(plot, "line", "faint") == [near((1, 1), (6, 6))]
    (band,) = plot.bands
    assert [x for x, _ in read_off(plot, [Point(band.x, 0), Point(band.x + band.width, 0)])] == [1, 2]
    assert plot.summary == "The first failure: 3 p’s, 4 b’s. At 6 p’s it writes 5."
    assert plot.table.rows[2] == ("3", "4", "no")


def test_where_every_count_is_right_the_summary_says_so() -> None:
    plot = plot_written(frontier_of((1, "", 0, True, "b"), (2, "", 0, True, "bb")), Dose("p", "b", "X", 2))
    assert plot.summary == "Every count up to 2 is right."


def test_the_first_size_at_which_not_all_is_right_is_the_first_wrong_one() -> None:
    rights = {"A": [True, True, True], "B": [True, False, False]}
    rows = [(size, variant, 0, right, "") for variant, of in rights.items() for size, right in enumerate(of, start=1)]
    mostly = [(2, "A", 0, True, ""), (2, "A", 0, True, ""), (2, "A", 0, False, "")]  # three of four are right
    one, other = draw_right(frontier_of(*rows, *mostly))
    assert (one.variant, one.summary, one.sizes_right, one.shades) == (
        "A",
        "first wrong at 2",
        "1, 3",
        ("g20", "g15", "g20"),
    )
    assert (other.summary, other.sizes_right, other.shades) == ("first wrong at 2", "1", ("g20", "g0", "g0"))


def test_variants_are_drawn_in_the_order_of_their_numbers() -> None:
    rows = draw_right(frontier_of(*((1, variant, 0, False, "") for variant in ("10", "9", "2"))))
    assert [(row.variant, row.sizes_right) for row in rows] == [("2", "none"), ("9", "none"), ("10", "none")]


def test_the_first_failure_is_named_and_wrong_sizes_stand_out() -> None:
    weights = counting_weights()
    weights["layer_1/bias"][3] = 3.0
    frontier = find_frontier(counting_network(), weights, layer=1, neuron=1)
    plot = plot_written(frontier, Dose("a", "b", "X", 10))
    first = int(frontier.loc[~frontier["right"], "size"].min())
    assert_inside(plot)
    assert f"The first failure: {first} a’s" in plot.summary
    memory = plot_memory(frontier, trained=10, name="Cell state", size_name="a’s", variant_name="")
    assert_inside(memory)
    drawn = {series.style: len(series.points) for series in memory.series if series.kind == "dots"}
    assert drawn == {"main": int(frontier["right"].sum()), "wrong": int((~frontier["right"]).sum())}
    (row,) = draw_right(frontier)
    assert row.summary == f"first wrong at {first}"
    assert row.sizes_right.startswith(f"1 to {first - 1}")
    assert row.shades[first - 1] == "g0"
    assert row.shades[0] == "g20"


def test_seeds_are_dots_with_the_shown_one_marked() -> None:
    values = pd.Series(np.linspace(0.9, 0.99, 7))
    plot = plot_seeds(values, words="R² of the best counter", bounds=[0.95], own=0.99)
    assert_inside(plot)
    by_style = {series.style: len(series.points) for series in plot.series}
    assert by_style == {"faint": 2, "main": 7, "own": 1}


def own_point(values: list[float], own: float | None) -> tuple[list[Point], list[Point]]:
    """Return the dots of the seeds and the mark of the network shown."""
    plot = plot_seeds(pd.Series(values), words="R²", bounds=[], own=own)
    assert_inside(plot)
    points = {series.style: list(series.points) for series in plot.series}
    return points["main"], points.get("own", [])


def test_seeds_are_where_their_values_are_between_the_bounds() -> None:
    plot = plot_seeds(pd.Series([0.5, 0.0, 1.0]), words="R²", bounds=[0.25, 0.75], own=0.0)
    found = {style: [x for x, _ in across(plot, style)] for style in ("main", "own", "faint")}
    assert found == {"main": [0.5, 0.0, 1.0], "own": [0.0], "faint": [0.25, 0.25, 0.75, 0.75]}
    assert plot.summary == "R²: lowest 0, median 0.50, highest 1."


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_network_that_is_one_of_the_seeds_is_marked_at_its_dot(at: int) -> None:
    values = [0.7, 0.1, 0.4]
    dots, (mark,) = own_point(values, values[at])
    assert (mark.x, mark.y) == (dots[at].x, dots[at].y)


def test_a_pinned_network_that_is_none_of_the_seeds_has_a_place_of_its_own() -> None:
    dots, (mark,) = own_point([0.0, 0.5, 1.0], 0.25)
    assert mark.x == pytest.approx((dots[0].x + dots[1].x) / 2, abs=0.11)
    assert (mark.x, mark.y) not in [(dot.x, dot.y) for dot in dots]


def test_a_pinned_network_beyond_all_seeds_is_still_inside() -> None:
    dots, (mark,) = own_point([0.0, 0.5, 1.0], 3.0)
    assert mark.x > max(dot.x for dot in dots)


def test_where_the_network_shown_could_not_be_measured_nothing_is_marked() -> None:
    assert own_point([0.0, 0.5, 1.0], None)[1] == []


def beside_row(**values: Any) -> RoleRow:
    """Return a row of the table of roles: a score of 0.9 and its controls."""
    usual: dict[str, Any] = {
        "measure": "r2", "score": 0.9, "low": 0.85, "high": 0.94, "null_mean": 0.1, "null_p99": 0.3,
        "untrained_median": 0.2, "untrained_p95": 0.45, "by_step": 0.05, "by_delimiter": 0.6, "by_token": 0.15,
        "by_token_before": 0.25,
    }  # fmt: skip
    return replace(role_row(), **{**usual, **values})


def test_a_score_is_drawn_beside_what_it_has_to_beat_a_row_for_each() -> None:
    plot = plot_beside(beside_row(), [0.12, 0.5], name="neuron 3", words="the b’s still owed")
    assert_inside(plot)
    assert [tick.label for tick in sorted(plot.y_ticks, key=lambda tick: tick.y)] == [
        "neuron 3", "untrained networks", "chance", "step number", "steps since the delimiter", "token read",
        "previous token",
    ]  # fmt: skip
    assert across(plot, "own-dot") == [(0.9, "neuron 3")]
    assert across(plot, "own-line") == [(0.85, "neuron 3"), (0.94, "neuron 3")]
    assert across(plot, "main") == [(0.12, "untrained networks"), (0.5, "untrained networks")]
    labels = {series.style: [point.label for point in series.points] for series in plot.series}
    assert labels["own-dot"] == ["neuron 3: 0.900"]
    assert labels["main"] == ["untrained network 1: 0.120", "untrained network 2: 0.500"]
    assert across(plot, "bar") == [(0.1, "chance"), (0.3, "chance")]
    assert across(plot, "plain") == [
        (0.05, "step number"),
        (0.6, "steps since the delimiter"),
        (0.15, "token read"),
        (0.25, "previous token"),
    ]
    assert [x for x, _ in across(plot, "faint")] == [0.6, 0.6]  # the highest of all that has to be beaten
    assert plot.summary == (
        "R² of the b’s still owed: neuron 3 0.90; 2 untrained networks 0.12 to 0.50; chance below 0.30 in 99 of 100 "
        "shuffles; step number 0.05; steps since the delimiter 0.60; token read 0.15; previous token 0.25."
    )
    assert plot.table.rows[0] == ("neuron 3", "0.900", "0.850 to 0.940")
    assert plot.table.rows[1] == ("untrained networks, median", "0.20", "0.12 to 0.50")
    assert plot.table.rows[2] == ("chance, mean", "0.10", "99th percentile 0.30")
    assert plot.table.rows[4] == ("steps since the delimiter", "0.60", "–")


@pytest.mark.parametrize(
    ("changes", "highest"),
    [({"null_p99": 0.8}, 0.8), ({"untrained_p95": 0.7}, 0.7), ({"by_token_before": 0.65}, 0.65)],
)
def test_what_has_to_be_beaten_is_the_highest_of_all(changes: dict[str, float], highest: float) -> None:
    plot = plot_beside(beside_row(**changes), [0.12, 0.5], name="neuron 3", words="it")
    assert [x for x, _ in across(plot, "faint")] == [highest, highest]


def test_an_area_under_a_curve_begins_at_a_half_and_a_score_without_an_interval_is_a_point() -> None:
    row = beside_row(measure="auc", low=float("nan"), high=float("nan"), by_step=0.2)
    plot = plot_beside(row, [0.6, 0.8], name="neuron 3", words="it")
    assert_inside(plot)
    assert plot.x_ticks[0].label == "0.5"
    assert across(plot, "own-line") == [(0.9, "neuron 3"), (0.9, "neuron 3")]
    assert across(plot, "plain")[0] == (0.5, "step number")  # below a half is drawn at the edge
    assert plot.summary.startswith("AUC of it: neuron 3 0.90;")
    assert plot.table.rows[0] == ("neuron 3", "0.900", "–")


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "auc", "score": 0.3, "by_step": 0.1, "null_mean": 0.2, "null_p99": 0.4, "low": 0.2, "high": 0.4},
        {"measure": "r2", "score": -3.0, "by_token": -1e-17, "null_mean": -2.0, "null_p99": -0.5},
        {"measure": "r2", "score": 0.97, "untrained_p95": 1.0, "null_p99": 1.0, "by_step": 1.0},
        {"low": float("nan"), "high": float("nan")},
    ],
)
def test_scores_worse_than_nothing_and_scores_without_an_interval_are_drawn_inside(changes: dict[str, object]) -> None:
    untrained = (-0.4, 0.2, *np.linspace(0.55, 0.85, 40).tolist())
    plot = plot_beside(beside_row(**changes), untrained, name="neuron 3", words="it")
    assert_inside(plot)
    assert "nan" not in plot.summary
    assert "nan" not in " ".join(" ".join(row) for row in plot.table.rows)


def test_a_search_is_a_row_for_each_recipe_with_its_networks_and_their_median() -> None:
    rows = [
        SearchRow("6 units", (0.9, 0.2, 0.3), trained=4, passing=1),
        SearchRow("8 units", (), trained=2, passing=0),
        SearchRow("12 units", (0.6,), trained=1, passing=1),
    ]
    plot = plot_search(rows, words="R² of the best", bound=0.5, expected="at least 0.5")
    assert_inside(plot)
    assert across(plot, "main") == [(0.2, "6 units"), (0.3, "6 units"), (0.9, "6 units"), (0.6, "12 units")]
    assert across(plot, "own-line") == [(0.3, "6 units")] * 2 + [(0.6, "12 units")] * 2
    assert [x for x, _ in across(plot, "faint")] == [0.5, 0.5]
    assert plot.summary == (
        "R² of the best, 6 units: median 0.30; 8 units: none learned the task; 12 units: median 0.60."
    )
    assert plot.table.heads == ("recipe", "trained", "learned the task", "lowest", "median", "highest", "at least 0.5")
    assert plot.table.rows == (
        ("6 units", "4", "3", "0.200", "0.300", "0.900", "1 of 4"),
        ("8 units", "2", "0", "–", "–", "–", "0 of 2"),
        ("12 units", "1", "1", "0.600", "0.600", "0.600", "1 of 1"),
    )


def test_several_keys_of_a_search_stand_in_columns_beside_its_rows() -> None:
    rows = [
        SearchRow("steps 3,000, learning rate 0.01", (0.9, 0.2), 2, None, ("3,000", "0.01")),
        SearchRow("steps 20,000, learning rate 0.003", (0.6,), 2, None, ("20,000", "0.003")),
    ]
    plot = plot_search(rows, words="R²", bound=None, expected="", keys=("steps", "learning rate"))
    assert_inside(plot)
    lines = [tick.label.replace("\u00a0", " ") for tick in plot.y_ticks]
    assert lines == ["   3,000      0.01", "  20,000     0.003"]
    assert [label.label for label in plot.labels] == ["steps", "learning", "rate"]
    steps, learning, rate = plot.labels
    assert learning.y < rate.y == steps.y < plot.y_ticks[0].y - 10
    assert 0 < steps.x < learning.x < rate.x < plot.left
    assert plot.table.rows[0][0] == "steps 3,000, learning rate 0.01"  # the table has room


def test_a_search_without_a_bound_has_no_line_and_no_column_for_it() -> None:
    plot = plot_search([SearchRow("6 units", (3.0, 5.0), 2, None)], words="size", bound=None, expected="")
    assert across(plot, "faint") == []
    assert plot.table.heads[-1] == "highest"
    assert plot.table.rows == (("6 units", "2", "2", "3.000", "4.000", "5.000"),)


def test_a_search_in_which_nothing_learned_says_so() -> None:
    plot = plot_search([SearchRow("6 units", (), 2, 0)], words="size", bound=1.0, expected="at least 1")
    assert (plot.summary, plot.series) == ("No network of this search learned the task.", ())


def test_signals_are_lines_over_the_steps_each_named_at_its_end() -> None:
    lines = {"c": np.array([0.0, 1.0, 4.0]), "h": np.array([0.5, -1.0, -2.0])}
    plot = plot_steps(lines, ["⊳", "a", "X"], name="Neuron 1")
    assert_inside(plot)
    assert [tick.label for tick in plot.x_ticks] == ["⊳", "a", "X"]
    numbered = replace(plot, x_ticks=tuple(tick._replace(label=str(at)) for at, tick in enumerate(plot.x_ticks)))
    assert drawn(numbered, "line", "main") == drawn(numbered, "dots", "main") == [near((0, 0), (1, 1), (2, 4))]
    assert drawn(numbered, "line", "second") == [near((0, 0.5), (1, -1), (2, -2))]
    ends = [series.points[-1] for series in plot.series if series.kind == "dots"]
    assert [(at.label, at.y) for at in plot.labels] == [(name, end.y) for name, end in zip("ch", ends, strict=True)]
    leads = [series.points for series in plot.series if series.style == "lead"]
    for label, end, (start, stop) in zip(plot.labels, ends, leads, strict=True):
        assert end.x < start.x < stop.x < label.x
        assert (start.y, stop.y) == (end.y, label.y)
    assert plot.series[1].points[1].label == "step 1, a: c = 1.000"
    assert plot.summary == (
        "Neuron 1: c from 0.00 to 4.00, lowest 0.00, highest 4.00; h from 0.50 to −2.00, lowest −2.00, highest 0.50."
    )
    assert plot.table.rows[2] == ("2 X", "4.000", "−2.000")


HEIGHTS = st.lists(st.integers(-50, 50).map(lambda tenths: tenths / 10), min_size=2, max_size=4)


@given(HEIGHTS)
@example([-1.5, 4.3, 4.6])
def test_names_of_lines_never_overlap_keep_their_order_and_stay_in_the_plot(heights: list[float]) -> None:
    lines = {name: np.array([0.0, end]) for name, end in zip("abcd", heights, strict=False)}
    plot = plot_steps(lines, ["⊳", "a"], name="Neuron 1")
    labels = sorted(plot.labels, key=lambda label: label.y)
    assert len(labels) == len(heights)
    # 12 px letters with room around; both ends are rounded to a tenth.
    assert all(round(other.y - one.y, 1) >= 15.9 for one, other in pairwise(labels))
    assert all(12 <= label.y <= plot.bottom for label in labels)
    ends = [heights["abcd".index(label.label)] for label in labels]
    assert ends == sorted(ends, reverse=True)


def test_three_lines_that_end_together_are_named_around_their_end() -> None:
    plot = plot_steps({name: np.array([-1.0, 1.0, 0.0]) for name in "fgi"}, ["⊳", "a", "X"], name="Neuron 1")
    end = plot.series[0].points[-1].y
    assert [(label.label, round(label.y - end, 1)) for label in plot.labels] == [("f", -16), ("g", 0), ("i", 16)]


def test_long_names_of_lines_fit_beside_them() -> None:
    names = ("c neuron 12 of layer 2", "h neuron 3 of layer 1")
    plot = plot_steps({name: np.array([0.0, 1.0]) for name in names}, ["⊳", "a"], name="Neurons")
    for label in plot.labels:
        assert label.x + 6.5 * len(label.label) <= plot.width
    assert max(point.x for series in plot.series for point in series.points) < min(label.x for label in plot.labels)


@pytest.mark.parametrize(
    ("values", "shares"),  # of the height that the values take, from the first to the second
    [((-0.9, -0.5), (0.85, 0.95)), ((0.4, 0.9), (0.45, 0.6)), ((-1.0, 1.0), (0.85, 0.95)), ((0.98, 1.0), (0, 0.05))],
)
def test_values_far_from_zero_take_the_whole_axis(values: tuple[float, float], shares: tuple[float, float]) -> None:
    data = pd.DataFrame({"text": ["aX", "bX"], "cell": values, "letter": ["a", "b"]})
    plot = plot_values(data, "cell", "letter", name="cell state at X", words="the letter was {}")
    (dots,) = (series for series in plot.series if series.kind == "dots")
    low, high = sorted(point.y for point in dots.points)
    assert shares[0] < (high - low) / (plot.bottom - 12) < shares[1]
    for (_, found), value in zip(read_off(replace(plot, x_ticks=x_numbered(plot)), dots.points), values, strict=True):
        assert found == pytest.approx(value, abs=0.011)


def x_numbered(plot: Plot) -> tuple[Point, ...]:
    return tuple(tick._replace(label=str(at)) for at, tick in enumerate(plot.x_ticks))


def test_one_line_needs_no_name() -> None:
    assert plot_steps({"c": np.array([0.0, 1.0])}, ["⊳", "a"], name="Neuron 1").labels == ()


def test_a_long_sequence_has_a_tick_at_every_other_step() -> None:
    plot = plot_steps({"c": np.linspace(0, 1, 50)}, [str(step) for step in range(50)], name="Neuron 1")
    assert [tick.label for tick in plot.x_ticks] == [str(step) for step in range(0, 50, 2)]


def test_values_stand_in_columns_by_their_feature() -> None:
    data = pd.DataFrame(
        [("aX", 1, 0.5), ("aaX", 2, 2.0), ("aaXX", 2, 1.0), ("aaXXX", 2, 4.5)], columns=["text", "a_count", "cell"]
    )
    plot = plot_values(data, "cell", "a_count", name="Cell state", words="{} a’s read")
    assert_inside(plot)
    assert [tick.label for tick in plot.x_ticks] == ["1", "2"]
    (dots,) = drawn(plot, "dots", "main")
    assert [(round(x), y) for x, y in dots] == near((1, 0.5), (2, 1), (2, 2), (2, 4.5))
    assert len({x for x, _ in dots}) == 4  # spread within their columns
    assert [point.label for point in plot.series[0].points] == [
        "aX: 0.500",
        "aaXX: 1.000",
        "aaX: 2.000",
        "aaXXX: 4.500",
    ]
    assert drawn(plot, "line", "own-line") == [near((0.68, 0.5), (1.32, 0.5)), near((1.68, 2.5), (2.32, 2.5))]
    assert plot.summary == "Cell state by “… a’s read”, 1: 0.50 to 0.50; 2: 1.00 to 4.50."
    assert plot.table.rows == (("1", "1", "0.500", "0.500", "0.500"), ("2", "3", "1.000", "2.500", "4.500"))
