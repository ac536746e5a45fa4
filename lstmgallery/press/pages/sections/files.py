"""The numbers as files."""

from typing import Any

from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"held_out_steps": len(view.results.held_out)}


SECTION = Section("files", _values)
