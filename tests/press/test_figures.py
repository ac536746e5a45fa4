"""The figures' shades, labels and coordinates, compared with their values."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstmgallery.cells import CELL_KINDS
from lstmgallery.cells.gru import KIND as GRU
from lstmgallery.cells.lstm import KIND as LSTM
from lstmgallery.cells.table import CellKind
from lstmgallery.press.marks.strips import (
    LINE_HEIGHT_PX,
    MARGIN_PX,
    PITCH_PX,
    Strip,
    draw_mini_strip,
    draw_step_line,
    draw_strip,
    scale_of,
    ticks_between,
)

TOKENS = ["<start>", "a", "X"]
VALUES = arrays(np.float64, st.integers(1, 40), elements=st.floats(-50, 50).map(lambda value: round(value, 6)))


def lstm_strip(cell: list[float], *, largest: float = 2.0, largest_of_layer: float = 4.0) -> Strip:
    signals = {key: np.array([0.0, 0.5, 1.0]) for key in LSTM.keys} | {"cell": np.array(cell)}
    signals["hidden"] = np.array([-1.0, 0.0, 1.0])
    return draw_strip(
        LSTM, TOKENS, signals, largest=largest, largest_of_layer=largest_of_layer, extent=(min(cell), max(cell))
    )


def shades_of(strip: Strip, signal: str) -> list[str]:
    (row,) = [row for row in strip.rows if row.signal.key == signal]
    return [cell.shade for cell in row.cells]


def test_a_strip_has_a_row_for_every_signal_and_a_column_for_every_token() -> None:
    strip = lstm_strip([-2.0, 0.0, 2.0])
    assert [row.signal.key for row in strip.rows] == list(LSTM.keys)
    assert {len(row.cells) for row in strip.rows} == {len(strip.tokens)} == {3}
    assert [(token.glyph, token.name) for token in strip.tokens] == [("⊳", "start"), ("a", "a"), ("X", "X")]
    assert strip.sequence == "aX"


def test_shades_run_from_one_end_of_the_scale_to_the_other() -> None:
    strip = lstm_strip([-2.0, 0.0, 2.0])
    assert shades_of(strip, "hidden") == ["m0", "m20", "m40"]
    assert shades_of(strip, "input_gate") == ["g0", "g10", "g20"]


def test_the_cell_state_is_shaded_for_its_neuron_and_for_its_layer() -> None:
    assert shades_of(lstm_strip([-2.0, 0.0, 2.0]), "cell") == ["m0 m10w", "m20 m20w", "m40 m30w"]


def test_the_range_of_a_row_is_stated() -> None:
    ranges = {row.signal.key: (row.range, row.wide_range) for row in lstm_strip([-2.0, 0.0, 2.0]).rows}
    assert ranges["cell"] == ("±2.00", "±4.00")
    assert ranges["hidden"] == ("−1 … 1", None)
    assert ranges["output_gate"] == ("0 … 1", None)


def test_values_are_printed_with_three_digits() -> None:
    strip = lstm_strip([-1.99961, 0.0004, 2.0])
    assert [cell.value for cell in strip.rows[0].cells] == ["−2.000", "0.000", "2.000"]


@pytest.mark.parametrize("kind", CELL_KINDS.values(), ids=CELL_KINDS)
def test_only_what_nothing_bounds_takes_its_scale_from_the_values(kind: CellKind) -> None:
    for signal in kind.signals:
        expected = (-3.5, 3.5) if signal.key == "cell" else (signal.low, signal.high)
        assert scale_of(signal, 3.5) == expected


def test_a_mini_strip_says_its_range() -> None:
    strip = draw_mini_strip(LSTM["cell"], np.array([-2.0, 0.0, 1.0]), largest=2.0)
    assert strip.shades == ("m0", "m20", "m30")
    assert strip.summary == "cell state from −2.00 to 1.00"


def test_a_gru_s_memory_is_bounded() -> None:
    strip = draw_mini_strip(GRU["hidden"], np.array([-1.0, 0.0, 1.0]), largest=0.5)
    assert strip.shades == ("m0", "m20", "m40")


@given(VALUES)
def test_a_line_stands_in_the_middle_of_the_columns_and_inside_its_drawing(values: np.ndarray) -> None:
    line = draw_step_line(values, extent=(values.min(), values.max()), name="Cell state")
    assert [point.x for point in line.points] == [PITCH_PX * (step + 0.5) for step in range(len(values))]
    assert line.right == PITCH_PX * len(values) < line.width
    for point in (*line.points, *line.ticks):
        assert MARGIN_PX - 0.1 <= point.y <= LINE_HEIGHT_PX - MARGIN_PX + 0.1


@given(VALUES)
def test_a_line_rises_where_the_values_rise(values: np.ndarray) -> None:
    line = draw_step_line(values, extent=(-50.0, 50.0), name="Cell state")
    for one, other in zip(np.argsort(values)[:-1], np.argsort(values)[1:], strict=True):
        assert line.points[one].y >= line.points[other].y


def test_a_line_has_a_tick_at_zero_and_says_where_it_begins_and_ends() -> None:
    line = draw_step_line(np.array([0.5, 3.0, -1.0]), extent=(-1.0, 3.0), name="Cell state")
    assert "0" in [tick.label for tick in line.ticks]
    expected = "Cell state from 0.50 at the first step to −1.00 at the last, lowest −1.00, highest 3.00"
    assert line.summary == expected


@pytest.mark.parametrize(
    ("extent", "value", "height"),  # above the line of the lowest value, as a share of the room for values
    [((-1.0, 3.0), 0.0, 1 / 4), ((1.0, 4.0), 1.0, 1 / 4), ((-8.0, -2.0), -2.0, 3 / 4), ((0.0, 0.0), 0.0, 0.0)],
)
def test_zero_is_in_the_range_of_a_line_near_it(extent: tuple[float, float], value: float, height: float) -> None:
    line = draw_step_line(np.array([value]), extent=extent, name="Cell state")
    room = LINE_HEIGHT_PX - 2 * MARGIN_PX
    assert line.points[0].y == pytest.approx(LINE_HEIGHT_PX - MARGIN_PX - height * room, abs=0.05)
    low, high = min(extent[0], 0.0), max(extent[1], 0.0)
    of_zero = 0.0 if low == high else -low / (high - low)
    assert {tick.label: tick.y for tick in line.ticks}["0"] == pytest.approx(
        LINE_HEIGHT_PX - MARGIN_PX - of_zero * room, abs=0.05
    )


@pytest.mark.parametrize("extent", [(1.0, 1.9), (-0.9, -0.5), (100.0, 110.0)])
def test_a_line_far_from_zero_takes_the_whole_height(extent: tuple[float, float]) -> None:
    low, high = (draw_step_line(np.array([end]), extent=extent, name="Cell state").points[0].y for end in extent)
    assert (low, high) == (LINE_HEIGHT_PX - MARGIN_PX, MARGIN_PX)


@pytest.mark.parametrize("extent", [(0.99, 1.0), (-5.0, -4.9), (1.0, 1.0)])
def test_a_level_line_far_from_zero_is_drawn_level(extent: tuple[float, float]) -> None:
    low, high = (draw_step_line(np.array([end]), extent=extent, name="Cell state").points[0].y for end in extent)
    assert abs(low - high) < 2


def test_a_memory_that_never_moves_is_a_flat_line() -> None:
    line = draw_step_line(np.zeros(4), extent=(0.0, 0.0), name="Cell state")
    assert len({point.y for point in line.points}) == 1
    assert (line.ticks[0].label, line.ticks[0].y) == ("0", line.points[0].y)
    assert (line.ticks[-1].label, line.ticks[-1].y) == ("1", MARGIN_PX)


@given(
    low=st.floats(-100, 100).map(lambda value: round(value, 4)),
    width=st.floats(0.001, 1000).map(lambda value: round(value, 4)),
    at_most=st.integers(2, 6),
)
def test_ticks_are_few_round_evenly_spaced_and_in_range(low: float, width: float, at_most: int) -> None:
    high = low + width
    ticks = ticks_between(low, high, at_most=at_most)
    assert 1 <= len(ticks) <= at_most
    assert all(low - 1e-6 * width <= tick <= high + 1e-6 * width for tick in ticks)
    assert ticks == sorted(set(ticks))
    for one, other in pairwise(ticks):
        step = other - one
        assert f"{step:.0e}"[0] in "125"
        assert step == pytest.approx(ticks[1] - ticks[0], rel=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.5, 1]),
        (-1, 1, [-1, 0, 1]),
        (0, 10, [0, 5, 10]),
        (-2.3, 7.9, [0, 5]),
        (0, 0.03, [0, 0.01, 0.02, 0.03]),
    ],
)
def test_ticks_are_those_a_person_would_choose(low: float, high: float, expected: list[float]) -> None:
    assert ticks_between(low, high, at_most=4) == expected
