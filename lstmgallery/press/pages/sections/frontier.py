"""How far the network goes beyond what it was trained on."""

from typing import Any

from lstmgallery.press.figures.frontier import frontier
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"frontier": frontier(view.results)}


SECTION = Section("frontier", _values)
