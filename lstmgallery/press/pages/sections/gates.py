"""Gates that are mostly open or shut."""

from typing import Any

from lstmgallery.press.figures.saturation import saturation_plots
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"saturation": [(layer.number, saturation_plots(view.results, layer.number)) for layer in view.layers]}


SECTION = Section("gates", _values)
