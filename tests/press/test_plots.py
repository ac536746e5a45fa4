"""Plots: every point inside its frame, and summaries that state what the numbers say."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.desk.findings import Finding
from lstmgallery.desk.frontier import find_frontier
from lstmgallery.press.figures import Point
from lstmgallery.press.plots import (
    Frame,
    Plot,
    around,
    draw_right,
    plot_beside,
    plot_curve,
    plot_doses,
    plot_groups,
    plot_memory,
    plot_saturation,
    plot_seeds,
    plot_written,
)
from tests.desk.planted import counting_network, counting_weights


def assert_inside(plot: Plot) -> None:
    points = [point for series in plot.series for point in series.points]
    assert points
    for point in (*points, *plot.x_ticks, *plot.y_ticks):
        assert -0.5 <= point.x <= plot.width + 0.5
        assert -0.5 <= point.y <= plot.height + 0.5


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_an_axis_around_values_holds_them(values: list[float]) -> None:
    low, high = around(values)
    assert low < high
    assert low <= min(values) <= max(values) <= high


def test_a_frame_puts_its_ends_at_its_edges() -> None:
    frame = Frame((0.0, 10.0), (-1.0, 1.0))
    assert (frame.point(0, -1).x, frame.point(0, -1).y) == (frame.left, frame.bottom)
    assert (frame.point(10, 1).x, frame.point(10, 1).y) == (frame.right, frame.top)


def test_a_logarithmic_axis_gives_each_decade_the_same_room() -> None:
    frame = Frame((10, 1000), (0.0, 1.0), is_log=True)
    assert frame.point(100, 0).x - frame.point(10, 0).x == pytest.approx(frame.point(1000, 0).x - frame.point(100, 0).x)


def test_a_training_curve_is_drawn_inside_its_frame_with_its_numbers() -> None:
    curve = pd.DataFrame({"step": [20, 60, 500, 3000], "loss": [1.5, 1.0, 0.2, 0.1]})
    plot = plot_curve(curve, "loss", high=1.6, summary="Loss falls.")
    assert_inside(plot)
    assert [tick.label for tick in plot.x_ticks] == ["100", "1,000"]
    assert plot.table.rows[-1] == ("3,000", "0.100")


def test_a_training_curve_of_one_glance_is_drawn() -> None:
    assert_inside(plot_curve(pd.DataFrame({"step": [20], "right": [1.0]}), "right", high=1.0, summary="One."))


def test_saturation_counts_the_neurons_whose_gate_rests() -> None:
    plot = plot_saturation("Forget gate", [0.0, 0.95, 0.2], [0.99, 0.0, 0.3])
    assert_inside(plot)
    assert "in 1 of 3 neurons, shut so in 1" in plot.summary


def test_a_dose_response_states_its_slope() -> None:
    doses = pd.DataFrame(
        [(f"n={n}", float(d), float(n + d), float(n)) for n in (4, 5) for d in range(-3, 4)],
        columns=["condition", "amount", "value", "baseline"],
    )
    plot = plot_doses(list(doses.itertuples()), slope=1.0, name="neuron 2")
    assert_inside(plot)
    assert plot.summary == "For each count added to neuron 2, 1.00 more b’s come out."
    assert len(plot.table.rows) == 14


def test_one_neuron_is_group_enough_for_a_plot() -> None:
    assert_inside(plot_groups([0.4], summary="Little.", measure="share"))


def test_the_first_failure_is_named_and_wrong_sizes_stand_out() -> None:
    weights = counting_weights()
    weights["layer_1/bias"][3] = 3.0
    frontier = find_frontier(counting_network(), weights, layer=1, neuron=1)
    plot = plot_written(frontier, trained=10)
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
    finding = Finding("counter_r2", "R² of the best counter", at_least=0.95)
    values = pd.Series(np.linspace(0.9, 0.99, 7))
    plot = plot_seeds(finding, values, own=0.99)
    assert_inside(plot)
    by_style = {series.style: len(series.points) for series in plot.series}
    assert by_style == {"faint": 2, "main": 7, "own": 1}


def own_point(values: list[float], own: float | None) -> tuple[list[Point], list[Point]]:
    """Return the dots of the seeds and the mark of the network shown."""
    plot = plot_seeds(Finding("r2", "R²"), pd.Series(values), own=own)
    assert_inside(plot)
    points = {series.style: list(series.points) for series in plot.series}
    return points["main"], points.get("own", [])


def test_a_network_that_is_one_of_the_seeds_is_marked_at_its_dot() -> None:
    dots, (mark,) = own_point([0.25, 0.5, 0.75], 0.5)
    assert (mark.x, mark.y) == (dots[1].x, dots[1].y)


def test_a_pinned_network_that_is_none_of_the_seeds_has_a_place_of_its_own() -> None:
    dots, (mark,) = own_point([0.0, 0.5, 1.0], 0.25)
    assert mark.x == pytest.approx((dots[0].x + dots[1].x) / 2, abs=0.11)
    assert (mark.x, mark.y) not in [(dot.x, dot.y) for dot in dots]


def test_a_pinned_network_beyond_all_seeds_is_still_inside() -> None:
    dots, (mark,) = own_point([0.0, 0.5, 1.0], 3.0)
    assert mark.x > max(dot.x for dot in dots)


def test_where_the_network_shown_could_not_be_measured_nothing_is_marked() -> None:
    assert own_point([0.0, 0.5, 1.0], None)[1] == []


def row_beside(**changes: object) -> SimpleNamespace:
    """Return a row of the table of roles."""
    given = {
        "measure": "auc",
        "score": 0.97,
        "low": 0.95,
        "high": 0.98,
        "null_mean": 0.6,
        "null_p99": 0.7,
        "untrained_median": 0.65,
        "untrained_p95": 0.8,
        "by_step": 0.75,
        "by_delimiter": 0.9,
        "by_token": 0.5,
        "by_token_before": 0.55,
    }
    return SimpleNamespace(**{**given, **changes})


UNTRAINED = tuple(np.linspace(0.55, 0.85, 40))


@pytest.mark.parametrize(("measure", "least"), [("auc", "0.5"), ("r2", "0")])
def test_the_axis_begins_where_a_signal_tells_nothing(measure: str, least: str) -> None:
    plot = plot_beside(row_beside(measure=measure), UNTRAINED, name="neuron 3", words="it")
    assert plot.x_ticks[0].label == least
    assert plot.x_ticks[0].x == plot.left


def series_of(plot: Plot) -> dict[str, tuple[Point, ...]]:
    return {series.style: series.points for series in plot.series}


def test_a_score_is_drawn_beside_all_that_it_has_to_beat() -> None:
    plot = plot_beside(row_beside(), UNTRAINED, name="neuron 3", words="cell state against “the next token is b”")
    assert_inside(plot)
    series = series_of(plot)
    (own,) = series["own-dot"]
    assert own.label == "neuron 3: 0.970"
    low, high = series["own-line"]
    assert low.x < own.x < high.x
    assert low.y == own.y == high.y
    assert len(series["main"]) == 40
    assert series["main"][0].label == "untrained network 1: 0.550"
    mean, highest = series["bar"]
    assert mean.x < highest.x < own.x
    by_step, by_delimiter, by_token, by_token_before = series["plain"]
    assert by_token.x < by_token_before.x < by_step.x < by_delimiter.x < own.x
    assert [point.x for point in series["faint"]] == [by_delimiter.x] * 2  # the highest of what has to be beaten
    assert [tick.label for tick in plot.y_ticks] == [
        "neuron 3",
        "untrained networks",
        "chance",
        "step number",
        "steps since the delimiter",
        "token read",
        "token before",
    ]
    assert plot.summary == (
        "AUC of cell state against “the next token is b”: neuron 3 0.97; 40 untrained networks 0.55 to 0.85; "
        "chance below 0.70 in 99 of 100 shuffles; step number 0.75; steps since the delimiter 0.90; token read 0.50; "
        "token before 0.55."
    )
    assert plot.table.rows[:3] == (
        ("neuron 3", "0.970", "0.950 to 0.980"),
        ("untrained networks, median", "0.65", "0.55 to 0.85"),
        ("chance, mean", "0.60", "99th percentile 0.70"),
    )
    assert plot.table.rows[4] == ("steps since the delimiter", "0.90", "–")


@pytest.mark.parametrize("beaten", ["null_p99", "untrained_p95", "by_step", "by_token_before"])
def test_what_has_to_be_beaten_is_the_highest_of_all(beaten: str) -> None:
    series = series_of(plot_beside(row_beside(**{beaten: 0.97}), UNTRAINED, name="neuron 3", words="it"))
    assert [point.x for point in series["faint"]] == [series["own-dot"][0].x] * 2


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
    untrained = (-0.4, 0.2, *UNTRAINED)
    plot = plot_beside(row_beside(**changes), untrained, name="neuron 3", words="it")
    assert_inside(plot)
    assert "nan" not in plot.summary
    assert "nan" not in " ".join(" ".join(row) for row in plot.table.rows)
