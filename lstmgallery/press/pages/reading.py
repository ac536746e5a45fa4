"""The page “How to read a neuron page”: the rules of the gallery, with the numbers used by the code."""

from collections.abc import Sequence
from typing import Any

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.certainty import RESAMPLES
from lstmgallery.desk.chance import SHUFFLES
from lstmgallery.desk.claims import BY_LUCK
from lstmgallery.desk.equations import FINE_UP_TO, STEPS, TOLERANCE
from lstmgallery.desk.roles import COUNTS, ERROR_RATE, FEWEST_CASES, FOLLOWS, MARGIN, MOSTLY, NEARLY_ALWAYS, SMALLEST
from lstmgallery.desk.untrained import CONTROL_NETWORKS, UNTRAINED_NETWORKS
from lstmgallery.press.pages.articles import MOST_ROWS
from lstmgallery.press.pages.views import NetworkView


def reading_values(networks: Sequence[NetworkView]) -> dict[str, Any]:
    """Return the values of the page “How to read a neuron page”."""
    return {
        "kinds": [CELL_KINDS[key] for key in sorted({view.network.cell for view in networks}, reverse=True)],
        "example": networks[0],
        "tolerance": TOLERANCE,
        "fine_up_to": FINE_UP_TO,
        "steps": STEPS,
        "shuffles": SHUFFLES,
        "error_rate": ERROR_RATE,
        "smallest": SMALLEST,
        "untrained": UNTRAINED_NETWORKS,
        "margins": MARGIN,
        "fewest": FEWEST_CASES,
        "nearly_always": NEARLY_ALWAYS,
        "mostly": MOSTLY,
        "counts": COUNTS,
        "follows": FOLLOWS,
        "asked": CONTROL_NETWORKS,
        "resamples": RESAMPLES,
        "by_luck": BY_LUCK,
        "most_rows": MOST_ROWS,
    }
