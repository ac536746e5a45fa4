"""How the network was chosen, if a search chose it."""

from typing import Any

from lstmgallery.press.pages import provenance
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"chosen": provenance.chosen(view.results, view.content.chosen, view.claimed)}


SECTION = Section("chosen", _values)
