"""Marks: the columns and rows of their drawings."""

from lstmgallery.press.marks.mark import Grid


def test_columns_and_rows_follow_each_other_at_the_pitch() -> None:
    grid = Grid(left=10, top=20, across=3, down=5)
    assert [grid.x(column) for column in range(3)] == [10, 13, 16]
    assert [grid.y(row) for row in range(3)] == [20, 25, 30]
