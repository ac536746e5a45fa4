"""The interface of the sections of a network's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstmgallery.press.pages.views import NetworkView


@dataclass(frozen=True)
class Section:
    """A part of a network's page: its template is `sections/<key>.html`, rendered with these values.

    A section on a facet that a network lacks shows nothing. Its fragments are in `addresses.network_fragments`.
    """

    key: str
    values: Callable[[NetworkView], dict[str, Any]] = lambda _: {}

    @property
    def template(self) -> str:
        return f"sections/{self.key}.html"
