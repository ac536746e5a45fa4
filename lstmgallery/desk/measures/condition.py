"""The conditions of measures: `where token == X and step > 2`.

A condition compares token, next_token, step or a feature of the task with a value; for a frontier, its sizes.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.subjects import values_of
from lstmgallery.desk.targets import NEXT_TOKEN
from lstmgallery.network import Network

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """A comparison of a column of the steps, or of the frontier, with a value."""

    column: str
    operator: str
    value: str | float

    def of(self, table: pd.DataFrame) -> np.ndarray:
        """Return for each row whether it passes; missing values do not."""
        column = table[self.column]
        passes: np.ndarray = (OPERATORS[self.operator](column, self.value) & column.notna()).to_numpy(bool)
        return passes


@dataclass(frozen=True)
class Condition:
    """Comparisons that must all pass. `text` is the author's spelling."""

    comparisons: tuple[Comparison, ...] = ()
    text: str = ""

    def of(self, table: pd.DataFrame) -> np.ndarray:
        """Return for each row whether it passes all comparisons."""
        passes = np.ones(len(table), bool)
        for comparison in self.comparisons:
            passes &= comparison.of(table)
        return passes


def take_where(words: Words, network: Network) -> Condition:
    """Take `where` and a condition of the steps if they come next; otherwise all steps pass."""
    return take_condition(words, network) if words.takes("where") else Condition()


def take_condition(words: Words, network: Network, *, of_sizes: bool = False) -> Condition:
    """Take a condition of the steps, or of the sizes of a frontier."""
    start = words.at
    comparisons = [_take_comparison(words, network, of_sizes=of_sizes)]
    while words.takes("and"):
        comparisons.append(_take_comparison(words, network, of_sizes=of_sizes))
    return Condition(tuple(comparisons), words.line[start : words.at].strip())


def _take_comparison(words: Words, network: Network, *, of_sizes: bool) -> Comparison:
    kinds = {"size": "count"}
    if not of_sizes:
        kinds = {feature.key: feature.kind for feature in network.task.features}
        kinds |= {"step": "count", "token": "category", NEXT_TOKEN: "category"}
    column = words.choose("a column to compare", kinds)
    if kinds[column] == "count":
        return Comparison(column, words.choose("a comparison", OPERATORS), words.number("a value"))
    sign = words.choose("== or !=", ("==", "!="))
    valid = values_of(network, column)
    if words.peek() in valid:
        return Comparison(column, sign, words.take().text)
    what = "the token" if column in ("token", NEXT_TOKEN) else f"the value of {column}"
    raise GrammarError(
        f"{what} {words.peek()!r} is not one of {network.name}", at=words.at, hint=f"valid here: {' '.join(valid)}"
    )
