"""The training curve: drawn on a network's page only, so it has no block."""

import pandas as pd

from lstmgallery.press.marks.plots import Frame, Plot, Series, Table
from lstmgallery.press.marks.text import number


def plot_curve(curve: pd.DataFrame, column: str, *, high: float, summary: str) -> Plot:
    """Plot a column of the training curve over training steps, on a logarithmic axis."""
    steps, values = curve["step"].tolist(), curve[column].tolist()
    frame = Frame((steps[0], steps[-1]), (0.0, high), is_log=True)
    table = Table(("step", column), tuple((f"{s:,}", number(v)) for s, v in zip(steps, values, strict=True)))
    line = Series("line", "main", frame.points(steps, values))
    return frame.plot(line, x_name="training steps", summary=summary, table=table)
