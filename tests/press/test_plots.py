"""Plots: every point inside its frame, and summaries that state what the numbers say."""

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
