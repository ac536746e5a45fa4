"""The held-out sequences, and the kinds missing among them."""

from typing import Any

from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    return {"missing": evidence.missing(view.results)}


SECTION = Section("held-out", _values)
