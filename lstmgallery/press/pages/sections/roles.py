"""The neurons' roles, and the effect of changing the best of them at once."""

from typing import Any

from lstmgallery.desk.experiments import experiments_of
from lstmgallery.press.addresses import neuron_path
from lstmgallery.press.figures.together import groups_plot
from lstmgallery.press.pages import evidence
from lstmgallery.press.pages.sections.section import Section
from lstmgallery.press.pages.views import NetworkView

LONG = 40  # neurons of a network; a table of more has a field to find some in it


def _values(view: NetworkView) -> dict[str, Any]:
    experiments = experiments_of(view.network.task)
    return {
        "experiment": experiments[0] if experiments else None,
        "held_at": evidence.held_at(view.results),
        "as_it_is": evidence.held_words(view.results, *view.network.places[0])[0],
        "ranking": evidence.rank(view.results),
        "is_long": len(view.network.places) > LONG,
        "neuron_path": neuron_path,
        "groups_plot": groups_plot(view.results),
    }


SECTION = Section("roles", _values)
