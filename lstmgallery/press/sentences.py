"""Findings in words: sentences made from measured facts, so that no page says what was not measured."""

from typing import Any

from lstmgallery.desk.roles import NEXT_TOKEN, POOLED, R2
from lstmgallery.network import Network
from lstmgallery.press.text import glyph, number, token_name

_WHEN = {
    POOLED: "",
    "before": " before the delimiter",
    "delimiter": " at the delimiter",
    "after": " after the delimiter",
}
_MEASURE = {R2: "R²", "auc": "AUC"}


def measure_name(measure: str) -> str:
    """Return a measure as it is printed."""
    return _MEASURE[measure]


def feature_words(network: Network, feature: str) -> str:
    """Return a feature of a role in words: “the b’s still owed”, “the next token is b”."""
    key, _, value = feature.partition("=")
    if key == NEXT_TOKEN:
        return f"the next token is {_quoted(value)}"
    words = next(each.words for each in network.task.features if each.key == key)
    return words.format(value) if value else words


def role_sentence(network: Network, role: Any) -> str:
    """Return a role as the headline of a neuron's page. `role` is a row of the table of roles."""
    name = network.kind[role.signal].name.lower()
    words = feature_words(network, role.feature)
    when = _WHEN[role.phase]
    if role.measure == R2:
        verb = "counts" if role.score >= 0.95 else "follows" if role.score >= 0.8 else "leans with"
        sign = "" if role.direction > 0 else ", downwards"
        return f"Its {name} {verb} {words}{when}{sign}."
    level = "high" if role.direction > 0 else "low"
    sure = "exactly" if role.score >= 0.9995 else "nearly always" if role.score >= 0.95 else "mostly"
    return f"Its {name} is {level} {sure} where {words}{',' if when else ''}{when}."


def no_role_sentence(network: Network, best: Any) -> str:
    """Return what is said of a neuron without a role; `best` is the row of its highest score."""
    what = f"{measure_name(best.measure)} {number(best.score)} for “{feature_words(network, best.feature)}”"
    return f"No role found: its best score, {what}, does not stand out."


def score_words(network: Network, role: Any) -> str:
    """Return what a role's score was measured between."""
    return (
        f"{network.kind[role.signal].name.lower()} against “{feature_words(network, role.feature)}”{_WHEN[role.phase]}"
    )


def _quoted(token: str) -> str:
    return f"the {token_name(token)} token" if len(token) > 1 else glyph(token)
