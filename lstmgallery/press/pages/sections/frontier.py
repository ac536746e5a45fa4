"""The network's performance beyond its training range."""

from typing import Any

from lstmgallery.press.figures.frontier import frontier
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"frontier": frontier(view.results)}


SECTION = Section("frontier", _values)
