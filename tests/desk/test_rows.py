"""Rows of results have the columns of their tables, and are found by neuron."""

from dataclasses import fields

import pandas as pd
import pytest

from lstmgallery import store
from lstmgallery.desk.rows import Effect, Relative, RoleRow, rows_by_neuron


@pytest.mark.parametrize(
    ("kind", "file"), [(RoleRow, store.ROLES), (Effect, store.INTERVENTIONS), (Relative, store.RELATIVES)]
)
def test_a_row_has_the_columns_of_its_table(kind: type, file: str) -> None:
    assert [field.name for field in fields(kind)] == list(store.RESULT_COLUMNS[file])


def test_the_rows_of_a_neuron_keep_their_order_and_drop_further_columns() -> None:
    rows = [(1, 2, 3, 0.5, "x"), (2, 2, 1, -0.25, "y"), (1, 2, 1, 0.125, "z")]
    table = pd.DataFrame(rows, columns=["layer", "neuron", "nearest", "correlation", "further"])
    assert rows_by_neuron(table, Relative) == {
        (1, 2): [Relative(1, 2, 3, 0.5), Relative(1, 2, 1, 0.125)],
        (2, 2): [Relative(2, 2, 1, -0.25)],
    }
