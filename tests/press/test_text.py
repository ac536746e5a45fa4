"""Numbers and tokens look the same everywhere, and never lie by rounding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.press.marks.text import (
    brief,
    count,
    data_size,
    estimate,
    interval,
    number,
    percent,
    scientific,
    thousands,
)
from lstmgallery.press.marks.tokens import glyph, token_name
from lstmgallery.tasks.vocabulary import END, START

NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("token", "shown", "said"),
    [
        ("a", "a", "a"),
        (START, "⊳", "start"),
        (END, "⊲", "end"),
        (" ", "␣", "space"),
        ("\n", "↵", "newline"),
        ("\t", "⇥", "tab"),
        ("\u00a0", "⍽", "no-break space"),
        ("<", "<", "<"),
        ("\u200b", "U+200B", "U+200B"),
        ("\u0301", "U+0301", "U+0301"),
        ("\x00", "U+0000", "U+0000"),
        ("é", "é", "é"),
    ],
)
def test_a_token_is_shown_and_said(token: str, shown: str, said: str) -> None:
    assert (glyph(token), token_name(token)) == (shown, said)


@given(st.characters())
def test_every_token_can_be_seen(token: str) -> None:
    shown = glyph(token)
    assert shown.strip()
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.1239, 3, "0.124"),
        (-0.5, 3, "−0.500"),
        (-0.0001, 3, "0.000"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (12, 0, "12"),
    ],
)
def test_a_number_has_its_digits_and_a_real_minus(value: float, digits: int, shown: str) -> None:
    assert number(value, digits) == shown


@given(NUMBERS)
def test_a_number_is_its_value_to_half_of_its_last_digit(value: float) -> None:
    shown = number(value)
    assert "-" not in shown
    assert float(shown.replace("−", "-")) == pytest.approx(value, abs=0.0005001)


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (0.9812, 0.975, 0.985, "0.981"),
        (0.9812, 0.96, 0.99, "0.98"),
        (0.5, 0.49, 0.51, "0.50"),
        (0.5, 0.4905, 0.5095, "0.500"),
        (-0.1234, -0.2, 0.1, "−0.12"),
        (1.0, 1.0, 1.0, "1.00"),
        (1.0, 0.9, 1.0, "1.00"),
        (0.99996, 0.999, 1.0, ">\u00a00.999"),
        (0.996, 0.9, 1.0, ">\u00a00.99"),
        (0.9994, 0.999, 1.0, "0.999"),
    ],
)
def test_a_score_has_three_digits_where_its_interval_is_narrow_else_two(
    value: float, low: float, high: float, shown: str
) -> None:
    assert estimate(value, low, high) == shown


@given(value=st.floats(-1, 1), width=st.floats(0, 1))
def test_a_score_below_one_is_never_printed_as_one(value: float, width: float) -> None:
    shown = estimate(value, value - width, value)
    assert (shown.startswith("1.0")) == (value == 1)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.9751, 0.9849, "0.975 to 0.985"),
        (0.96, 0.99, "0.96 to 0.99"),
        (0.9991, 0.99999, "0.999 to >\u00a00.999"),
        (1.0, 1.0, "the same in every resample"),
        (-0.2, 0.1, "−0.20 to 0.10"),
    ],
)
def test_an_interval_has_as_many_digits_as_the_score_within(low: float, high: float, shown: str) -> None:
    assert interval(low, high) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1234, "0.12"), (-9.87, "−9.87"), (12.34, "12.3"), (-123.4, "−123"), (0, "0.00")]
)
def test_a_brief_number_has_about_three_digits(value: float, shown: str) -> None:
    assert brief(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1.94e-6, "1.9\u00a0×\u00a010⁻⁶"), (1e-5, "1.0\u00a0×\u00a010⁻⁵"), (2500, "2.5\u00a0×\u00a010³")],
)
def test_a_scientific_number_has_a_power_of_ten(value: float, shown: str) -> None:
    assert scientific(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0\u00a0%"),
        (1, "100\u00a0%"),
        (0.5, "50\u00a0%"),
        (0.1234, "12.3\u00a0%"),
        (0.99999, ">\u00a099.9\u00a0%"),
        (0.00001, "<\u00a00.1\u00a0%"),
    ],
)
def test_a_percentage_is_rounded(share: float, shown: str) -> None:
    assert percent(share) == shown


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_only_everything_is_100_percent_and_only_nothing_is_0(share: float) -> None:
    assert percent(share) not in (percent(0.0), percent(1.0))


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 layers"), (1, "1 layer"), (2, "2 layers"), (10_524, "10,524 layers")]
)
def test_a_count_has_its_noun(value: int, shown: str) -> None:
    assert count(value, "layer") == shown
    assert thousands(value) == shown.split()[0]


def test_a_count_takes_an_irregular_plural() -> None:
    assert (count(1, "index", "indices"), count(3, "index", "indices")) == ("1 index", "3 indices")


@pytest.mark.parametrize(
    ("size", "shown"), [(1, "1 byte"), (812, "812 bytes"), (48_200, "48 kB"), (3_100_000, "3.1 MB")]
)
def test_a_size_has_the_unit_that_suits_it(size: int, shown: str) -> None:
    assert data_size(size) == shown
