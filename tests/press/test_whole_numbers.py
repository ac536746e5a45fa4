"""A whole number is printed as one, any other with about three digits; a minus is a minus sign."""

import pytest

from lstmgallery.press.marks.text import plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (11.0, "11"),
        (-3.0, "−3"),
        (12_345.0, "12,345"),
        (-1_000.0, "−1,000"),
        (0.5, "0.50"),
        (-0.25, "−0.25"),
        (12.34, "12.3"),
        (123.4, "123"),
    ],
)
def test_a_whole_number_has_no_decimals_and_any_other_has_a_few(value: float, shown: str) -> None:
    assert plain(value) == shown
