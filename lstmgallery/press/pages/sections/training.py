"""How the network was trained."""

from typing import Any

import pandas as pd

from lstmgallery.press.figures.curve import plot_curve
from lstmgallery.press.marks import text
from lstmgallery.press.marks.plots import Table
from lstmgallery.press.pages import provenance
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    of_kind = _of_text(view) if view.network.task.text else _of_language(view)
    return {
        "trained_where": provenance.trained_where(view.results),
        "trained_again": provenance.trained_again(view.results),
        **of_kind,
    }


def _of_language(view: NetworkView) -> dict[str, Any]:
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
        right_plot = plot_curve(curve, "right", high=1.0, summary=_when_right(curve))
    return {"loss_plot": loss_plot, "right_plot": right_plot}


def _of_text(view: NetworkView) -> dict[str, Any]:
    assert view.results.text is not None
    curve, corpus = view.results.curve, view.results.text.corpus
    column = "validation_bits" if curve["validation_bits"].notna().any() else "training_bits"
    loss_plot = plot_curve(curve, column, high=float(curve[column].max()) * 1.05, summary=course_of(curve, column))
    predictors = [(f"n-grams of {order} characters", bits) for order, bits in corpus["ngrams"].items()]
    predictors += [("the network", corpus["bits"]), ("the network before training", corpus["untrained_bits"])]
    rows = tuple((name, text.number(bits)) for name, bits in sorted(predictors, key=lambda each: -each[1]))
    return {"loss_plot": loss_plot, "corpus": corpus, "predictors": Table(("predicted by", "bits a character"), rows)}


def course_of(curve: pd.DataFrame, column: str) -> str:
    """Return where a curve begins, where it is lowest, and where it ends, as a sentence about them."""
    first, best, last = curve.iloc[0], curve.loc[curve[column].idxmin()], curve.iloc[-1]
    said = f"They are {text.number(first[column])} after {first['step']:,.0f} steps"
    if best["step"] > first["step"]:
        said += f", {text.number(best[column])} at their lowest, after {best['step']:,.0f}"
    if last["step"] > best["step"]:
        said += f", and {text.number(last[column])} at the end, after {last['step']:,.0f}"
    return f"{said}."


def _when_right(curve: pd.DataFrame) -> str:
    all_right = curve.loc[curve["right"] == 1.0, "step"]
    if len(all_right):
        return f"All sequences are right for the first time after {all_right.min():,.0f} steps."
    best = curve.loc[curve["right"].idxmax()]
    return f"Never are all sequences right; at most {text.percent(best['right'])} are, after {best['step']:,.0f} steps."


SECTION = Section("training", _values)
