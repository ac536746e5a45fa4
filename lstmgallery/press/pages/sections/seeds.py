"""The findings under other seeds."""

from typing import Any

from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView


def _values(view: NetworkView) -> dict[str, Any]:
    seeds = view.results.seeds
    return {
        "seeds": evidence.seeds(view.results),
        "seeds_table": None if seeds is None else evidence.seeds_table(view.results),
        "seed_count": 0 if seeds is None else seeds["seed"].nunique(),
    }


SECTION = Section("seeds", _values)
