"""How the network was trained."""

from typing import Any

from lstmgallery.press.figures.curve import plot_curve
from lstmgallery.press.marks import text
from lstmgallery.press.pages import provenance
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    curve = view.results.curve
    first, last = curve.iloc[0], curve.iloc[-1]
    loss_plot = plot_curve(
        curve,
        "loss",
        high=float(curve["loss"].max()) * 1.05,
        summary=f"Loss falls from {text.number(first['loss'])} to {text.number(last['loss'])} nats "
        f"after {last['step']:,.0f} steps.",
    )
    right_plot = None
    if view.results.about["criterion"]:
        first_right = curve.loc[curve["right"] == 1.0, "step"].min()
        summary = f"All sequences are right for the first time after {first_right:,.0f} steps."
        right_plot = plot_curve(curve, "right", high=1.0, summary=summary)
    return {
        "trained_where": provenance.trained_where(view.results),
        "trained_again": provenance.trained_again(view.results),
        "loss_plot": loss_plot,
        "right_plot": right_plot,
    }


SECTION = Section("training", _values)
