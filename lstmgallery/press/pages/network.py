"""The page of a network: its facts, then its sections."""

from typing import Any

from lstmgallery.press.addresses import explorer_path
from lstmgallery.press.pages.families import Family
from lstmgallery.press.pages.sections import SECTIONS
from lstmgallery.press.pages.views import NetworkView


def network_values(view: NetworkView, family: Family) -> dict[str, Any]:
    """Return the values of a network's page; `family` are the network itself, its variants, and their comparisons."""
    criterion = view.results.about["criterion"]
    values = {
        "view": view,
        "network": view.network,
        "family": family,
        "explorer": explorer_path(view.network.name),
        "criterion": criterion,
        "right_share": criterion and criterion["sequences_right"] / criterion["sequences"],
        "is_whole": view.results.is_whole_language,
        "held_out_sequences": view.results.sequences,
        "held_out_loss": view.loss_unit.of(float(view.results.held_out["loss"].mean())),
        "sections": [section.template for section in SECTIONS],
    }
    for section in SECTIONS:
        values |= section.values(view)
    return values
