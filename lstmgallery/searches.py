"""The record of a search over seeds and recipes, stored in a pin or beside a network's file.

`lstmgallery search` writes it: every trained network, with its value of each measure. So a page can say how its
network was chosen, and a write-up how often a phenomenon appears under each recipe.
"""

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import list_files
from lstmgallery.machine import Origin

SUFFIX = ".search.json"
_NUMBER = r"-?\d+(\.\d+)?(e[+-]\d+)?"
Recipe = dict[str, int | float]  # keys of the front matter, such as `training.steps`, with the values tried


class Trial(pydantic.BaseModel):
    """One trained network: its recipe (by number, from 0), its seed and its measured values.

    `values` are those of `Search.measures`, in their order; None if nothing could be measured.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    recipe: int = pydantic.Field(ge=0)
    seed: int = pydantic.Field(ge=0)
    steps: int = pydantic.Field(ge=1)
    is_met: bool
    values: tuple[float | None, ...]


class Requirement(pydantic.BaseModel):
    """A condition on the winner, besides the success criterion: a measure and its bound."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    measure: str
    expect: str = pydantic.Field(
        pattern=rf"^((below|at most|above|at least|exactly) {_NUMBER}|between {_NUMBER} and {_NUMBER})$"
    )


class Search(pydantic.BaseModel):
    """A search: networks of one front matter, each of `recipes` applied to it, under several seeds each.

    `measures` are keys of questions (`counter best(remaining): r2 of cell with remaining`). `best` is the one that
    decides among the networks that meet every condition; the `highest` or the `lowest` value wins.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    network: dict[str, Any]
    recipes: tuple[Recipe, ...] = pydantic.Field(min_length=1)
    measures: tuple[str, ...] = pydantic.Field(min_length=1)
    best: str
    wins: Literal["highest", "lowest"] = "highest"
    conditions: tuple[Requirement, ...] = ()
    trials: tuple[Trial, ...] = pydantic.Field(min_length=1)
    origin: Origin
    date: date

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> "Search":
        known = set(self.measures)
        if asked := {self.best, *(each.measure for each in self.conditions)} - known:
            raise ValueError(f"expected a measure of this search, found {sorted(asked)[0]!r}")
        for trial in self.trials:
            if trial.recipe >= len(self.recipes) or len(trial.values) != len(self.measures):
                raise ValueError(f"the trial of seed {trial.seed} does not fit the recipes and measures")
        return self

    def values_of(self, measure: str, *, recipe: int | None = None) -> tuple[float | None, ...]:
        """Return a measure's value in every trained network, or in those of one recipe that met the criterion."""
        at = self.measures.index(measure)
        return tuple(
            trial.values[at] for trial in self.trials if recipe is None or (trial.recipe == recipe and trial.is_met)
        )

    def of_recipe(self, recipe: int) -> tuple[Trial, ...]:
        """Return the trials of one recipe."""
        return tuple(trial for trial in self.trials if trial.recipe == recipe)

    @property
    def seeds(self) -> int:
        """The number of seeds tried under each recipe."""
        return len({trial.seed for trial in self.trials})


def search_path(content: Path, network: str) -> Path:
    """Return the path of a network's saved search in the content folder."""
    return content / "networks" / f"{network}{SUFFIX}"


def write_search(file: Path, search: Search) -> None:
    """Write a search as JSON, one trial per line."""
    described = search.model_dump(mode="json")
    trials = described.pop("trials")
    text = json.dumps(described, ensure_ascii=False, indent=1)
    lines = ",\n  ".join(json.dumps(trial, ensure_ascii=False) for trial in trials)
    file.write_text(f'{text[:-2]},\n "trials": [\n  {lines}\n ]\n}}\n', encoding="utf-8")


def read_search(file: Path) -> Search:
    """Read a saved search. Raises `GalleryError` if the file is not one."""
    try:
        return Search.model_validate_json(file.read_bytes())
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = (
            f"expected a record written by lstmgallery search --save; {where + ': ' if where else ''}{first['msg']}"
        )
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
    raise GalleryError(Problem(str(file), message, hint="search again with --save, or remove the file"))


def read_searches(folder: Path, networks: Collection[str]) -> tuple[dict[str, Search], list[Problem]]:
    """Return the saved searches in the folder of networks by network, and the problems found in them."""
    found: dict[str, Search] = {}
    problems: list[Problem] = []
    for file in list_files(folder, SUFFIX):
        name = file.name.removesuffix(SUFFIX)
        if name not in networks:
            message = f"expected the network of this search, {name}.md, found none"
            problems.append(Problem(str(file), message, hint="rename one to match the other, or remove the record"))
            continue
        try:
            found[name] = read_search(file)
        except GalleryError as error:
            problems += error.problems
    return found, problems
