"""The page “How to read a neuron page”: the rules of the gallery, with the numbers used by the code."""

from collections.abc import Sequence
from typing import Any

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.claims import BY_LUCK
from lstmgallery.desk.effort import FULL, LIGHT
from lstmgallery.desk.equations import FINE_UP_TO, STEPS, TOLERANCE
from lstmgallery.desk.roles import COUNTS, ERROR_RATE, FEWEST_CASES, FOLLOWS, MARGIN, MOSTLY, NEARLY_ALWAYS, SMALLEST
from lstmgallery.press.pages.articles import MOST_ROWS
from lstmgallery.press.pages.views import NetworkView


def reading_values(networks: Sequence[NetworkView]) -> dict[str, Any]:
    """Return the values of the page “How to read a neuron page”."""
    used = {view.network.cell for view in networks}
    kinds = [kind for key, kind in CELL_KINDS.items() if key in used]
    return {
        "kinds": kinds,
        "unbounded": next((kind for kind in kinds if kind[kind.memory].low is None), None),
        "has_diagonals": any(kind.diagonals for kind in kinds),
        "example": networks[0],
        "tolerance": TOLERANCE,
        "fine_up_to": FINE_UP_TO,
        "steps": STEPS,
        "full": FULL,
        "light": LIGHT,
        "has_light": any(view.results.effort == LIGHT for view in networks),
        "error_rate": ERROR_RATE,
        "smallest": SMALLEST,
        "margins": MARGIN,
        "fewest": FEWEST_CASES,
        "nearly_always": NEARLY_ALWAYS,
        "mostly": MOSTLY,
        "counts": COUNTS,
        "follows": FOLLOWS,
        "by_luck": BY_LUCK,
        "most_rows": MOST_ROWS,
    }
