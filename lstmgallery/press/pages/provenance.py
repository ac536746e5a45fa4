"""The provenance of a page's network: how it was trained and chosen, and whether training it here gives the same.

Takes a network's results, its pin and the claims of the write-ups; gives sentences and a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lstmgallery.desk.claims import Expectation, parse_expectation
from lstmgallery.desk.results import Results
from lstmgallery.origin import Origin
from lstmgallery.press.marks.text import MINUS, count, number, plain, scientific
from lstmgallery.searches import Search

NAMES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


@dataclass(frozen=True)
class ClaimLink:
    """A claim about a network: its address in a write-up, its sentence, and its expectation."""

    path: str
    says: str
    expectation: Expectation


@dataclass(frozen=True)
class SearchedMeasure:
    """One measure of a search: its subject and name, and its value in the shown network and in all searched ones."""

    who: str
    measure: str
    claim: ClaimLink | None
    value: str
    spread: str
    expected: str
    holding: str
    is_wanted: bool  # whether the choice depended on it


@dataclass(frozen=True)
class Chosen:
    """How the shown network was chosen: a sentence, the conditions, and a line for each measure."""

    sentence: str
    conditions: tuple[str, ...]
    rows: tuple[SearchedMeasure, ...]


def trained_where(results: Results) -> str:
    """Return a sentence on where and with what the shown weights were trained."""
    with_what = _machine(results.origin)
    if results.pinned is None:
        return f"It was trained by this build, {with_what}."
    day = results.pinned["date"]
    return f"Its weights were pinned as part of this gallery’s content on {day}. They were trained {with_what}."


def trained_again(results: Results) -> str:
    """Return a sentence on whether retraining a pinned network here gave the same weights; empty if unpinned."""
    if results.pinned is None:
        return ""
    if results.seeds_about is None:
        return "This build did not retrain it."
    differs_by = results.seeds_about["own_seed_differs_by"]
    if differs_by == 0:
        return "Retrained by this build with the same seed, it comes out the same: every weight is bitwise equal."
    with_what = _machine(Origin.model_validate(results.seeds_about["origin"]))
    return (
        f"Retrained with the same seed {with_what}, it comes out as a different network: the weights differ by up to "
        f"{scientific(differs_by)}. This page describes the pinned one."
    )


def chosen(results: Results, search: Search | None, claims: Mapping[str, Sequence[ClaimLink]]) -> Chosen | None:
    """Return how a pinned network was chosen, given the `claims` about it by question; None without a record."""
    if search is None:
        return None
    name = results.network.name
    met = [trial for trial in search.trials if trial.is_met]
    shown = next((trial for trial in met if trial.seed == results.network.seed), None)
    wins = "largest" if search.wins == "highest" else "smallest"
    conditions = {condition.measure: parse_expectation(condition.expect) for condition in search.conditions}
    rows, total = [], len(search.trials)
    for at, key in enumerate(search.measures):
        who, _, measure = key.partition(": ")
        values = [value for trial in met if (value := trial.values[at]) is not None]
        own = None if shown is None else shown.values[at]
        for claim in claims.get(key, [None]):
            expectation = conditions.get(key) if claim is None else claim.expectation
            holding = "" if expectation is None else f"{sum(map(expectation.is_met, values))} of {total}"
            rows.append(
                SearchedMeasure(
                    who=who.removeprefix(name).strip() or "the network",
                    measure=measure,
                    claim=claim,
                    value="–" if own is None else _value(own),
                    spread=_spread(values),
                    expected="" if expectation is None else str(expectation).replace("-", MINUS),
                    holding=holding,
                    is_wanted=key == search.best or key in conditions,
                )
            )
    who, _, measure = search.best.partition(": ")
    subject = who.removeprefix(name).strip()
    learned = f"; {len(met)} of them meet the criterion" if search.has_criterion else ""
    sentence = (
        f"It is one of {count(len(search.trials), 'network')} trained for this page from as many seeds{learned}. "
        f"It was chosen for the {wins} “{measure}”{f' of “{subject}”' if subject else ''}"
    )
    sentence += ", among those that also meet:" if conditions else "."
    passed = tuple(f"{key.removeprefix(name).strip(' :')} {bound}" for key, bound in conditions.items())
    return Chosen(sentence, passed, tuple(rows))


def holding_in_search(search: Search, question: str, expectation: Expectation) -> tuple[int, int] | None:
    """Return the number of searched networks in which a claim holds, and the total; None if it was not measured."""
    if question not in search.measures:
        return None
    values = [value for value in search.values_of(question, recipe=0) if value is not None]
    return sum(map(expectation.is_met, values)), len(search.trials)


def _machine(origin: Origin) -> str:
    libraries = ", ".join(f"{NAMES.get(name, name)} {version}" for name, version in origin.libraries.items())
    compiled = f", compiled for {origin.instruction_set}" if origin.instruction_set != origin.architecture else ""
    return f"on a processor of type {origin.processor} ({origin.architecture}{compiled}), with {libraries}"


def _spread(values: Sequence[float | None]) -> str:
    if not values:
        return "–"
    found = np.array(values, float)
    return " / ".join(map(_value, (float(found.min()), float(np.median(found)), float(found.max()))))


def _value(value: float) -> str:
    """Return a whole number in full, any other value with three digits."""
    return plain(value) if value.is_integer() else number(value)
