"""The record of a search over seeds and recipes, stored in a pin or beside a network's file.

`lstmgallery search` writes it: every trained network, with its value of each measure. So a page can say how its
network was chosen, and a write-up how often a phenomenon appears under each recipe.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pydantic

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.listing import read_beside
from lstmgallery.network import Training
from lstmgallery.origin import Origin
from lstmgallery.whole import write_whole

SUFFIX = ".search.json"
_NUMBER = r"-?\d+(\.\d+)?(e[+-]\d+)?"
Recipe = dict[str, int | float]  # keys of the front matter, such as `training.steps`, with the values tried


class Trial(pydantic.BaseModel):
    """One trained network: its recipe (by number, from 0), its seed and its measured values.

    `values` are those of `Search.measures`, in their order; None if nothing could be measured. `first_right`: the step
    of the first check of training at which every sequence was right; None if there was none, or it was not recorded.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    recipe: int = pydantic.Field(ge=0)
    seed: int = pydantic.Field(ge=0)
    steps: int = pydantic.Field(ge=1)
    is_met: bool
    values: tuple[float | None, ...]
    first_right: int | None = None


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

    def trials_like(self, spec: Mapping[str, Any]) -> tuple[Trial, ...]:
        """Return the trials of the recipe that a network's `training_spec` is, whatever its name and its seed.

        Settings of training that were added since the record was made had their default then.
        """
        for at, recipe in enumerate(self.recipes):
            tried = {**_leaves({"training": Training().model_dump(mode="json")}), **_leaves(self.network), **recipe}
            own = _leaves(spec)
            if all(own.get(key, value) == value for key, value in tried.items() if key not in ("name", "seed")):
                return self.of_recipe(at)
        return ()

    @property
    def has_criterion(self) -> bool:
        """Whether its networks can fail to learn their task; those of text have no rule to learn."""
        return bool(self.network["task"]["kind"] != "text")

    @property
    def seeds(self) -> int:
        """The number of seeds tried under each recipe."""
        return len({trial.seed for trial in self.trials})


def _leaves(spec: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return the values of a specification by their keys, inner ones as recipes name them: `training.steps`."""
    found: dict[str, Any] = {}
    for key, value in spec.items():
        found |= _leaves(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": value}
    return found


def search_path(content: Path, network: str) -> Path:
    """Return the path of a network's saved search in the content folder."""
    return content / "networks" / f"{network}{SUFFIX}"


def write_search(file: Path, search: Search) -> None:
    """Write a search as JSON, one trial per line."""
    described = search.model_dump(mode="json")
    trials = described.pop("trials")
    text = json.dumps(described, ensure_ascii=False, indent=1)
    lines = ",\n  ".join(json.dumps(_without_nothing(trial), ensure_ascii=False) for trial in trials)
    write_whole(file, f'{text[:-2]},\n "trials": [\n  {lines}\n ]\n}}\n'.encode())


def _without_nothing(trial: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in trial.items() if key != "first_right" or value is not None}


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
    return read_beside(folder, SUFFIX, networks, "search", read_search)
