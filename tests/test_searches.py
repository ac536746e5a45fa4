"""The record of a search is read back unchanged; a damaged one, or one without a network, is a mistake too."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstmgallery.desk.claims import parse_expectation
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.searches import Requirement, read_search, search_path, write_search
from tests.conftest import search_record, small_network

BEST, FIRST = "small best(remaining): r2 of cell with remaining", "small: first failure"


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """The small network, its file in a content folder."""
    return small_network(tmp_path)


@pytest.fixture
def file(tmp_path: Path, network: Network) -> Path:
    """A saved search of it."""
    saved = search_path(tmp_path, network.name)
    write_search(saved, search_record(network))
    return saved


def refusal(content: Path) -> Problem:
    """Return the only mistake in a content folder."""
    with pytest.raises(GalleryError) as raised:
        read_content(content)
    (problem,) = raised.value.problems
    return problem


def test_a_search_reads_the_same_again(file: Path, network: Network) -> None:
    assert read_search(file) == search_record(network)


@pytest.mark.parametrize(
    "changes", [{"conditions": ()}, {"wins": "lowest"}, {"recipes": ({}, {"training.learning_rate": 0.5})}]
)
def test_every_kind_of_search_reads_the_same_again(file: Path, network: Network, changes: dict[str, Any]) -> None:
    searched = search_record(network, **changes)
    write_search(file, searched)
    assert read_search(file) == searched


@pytest.mark.parametrize(
    "text",
    ["below 0.000015", "at most -3", "above 1.5", "at least 12e17", "exactly 0", "between -1 and 0.5"],
)
def test_every_expectation_can_be_kept(network: Network, text: str) -> None:
    kept = Requirement(measure=FIRST, expect=str(parse_expectation(text)))
    assert parse_expectation(search_record(network, conditions=(kept,)).conditions[0].expect) == parse_expectation(text)


def test_a_search_is_json_with_a_line_for_each_network_that_was_trained(file: Path, network: Network) -> None:
    text = file.read_text(encoding="utf-8")
    described = json.loads(text)
    assert described["network"] == network.training_spec
    lines = [line.strip().rstrip(",") for line in text.splitlines() if line.strip().startswith('{"recipe"')]
    assert list(map(json.loads, lines)) == described["trials"]
    assert len(lines) == 6


def test_equal_searches_are_equal_bytes(file: Path, network: Network) -> None:
    before = file.read_bytes()
    write_search(file, search_record(network))
    assert file.read_bytes() == before


@pytest.mark.usefixtures("file")
def test_a_saved_search_stands_beside_its_network(network: Network, tmp_path: Path) -> None:
    (entry,) = read_content(tmp_path).networks
    assert entry.search == search_record(network)
    assert entry.chosen is None  # nothing is pinned


def test_the_values_of_a_measure_are_those_of_every_network(network: Network) -> None:
    searched = search_record(network)
    assert searched.values_of(BEST) == (0.5, 0.9, None, 0.25, 0.75, 1.0)
    assert searched.values_of(FIRST) == (3.0, None, 4.0, 8.0, 8.0, 1.0)


def test_the_values_under_a_recipe_are_those_of_the_networks_that_learned_the_task(network: Network) -> None:
    searched = search_record(network)
    assert searched.values_of(BEST, recipe=1) == (0.25, 0.75)
    assert [trial.seed for trial in searched.of_recipe(1)] == [1, 2, 3]
    assert searched.seeds == 3


def with_changes(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        described = json.loads(text)
        change(described)
        return json.dumps(described)

    return changed


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda text: text[:0], "Invalid JSON"),
    "cut short": (lambda text: text[: len(text) // 2], "Invalid JSON"),
    "a list": (lambda text: f"[{text}]", "Input should be an object"),
    "no trials": (with_changes(lambda each: each.pop("trials")), "trials: Field required"),
    "empty trials": (with_changes(lambda each: each.update(trials=[])), "trials: Tuple should have at least 1 item"),
    "unknown key": (with_changes(lambda each: each.update(author="me")), "author: Extra inputs are not permitted"),
    "another format": (with_changes(lambda each: each.update(format=2)), "format: Input should be 1"),
    "unmeasured best": (
        with_changes(lambda each: each.update(best="small: loss")),
        "Value error, expected a measure of this search, found 'small: loss'",
    ),
    "unmeasured condition": (
        with_changes(lambda each: each["conditions"][0].update(measure="small: loss")),
        "Value error, expected a measure of this search, found 'small: loss'",
    ),
    "unknown recipe": (
        with_changes(lambda each: each["trials"][2].update(recipe=2)),
        "Value error, the trial of seed 3 does not fit the recipes and measures",
    ),
    "a value too many": (
        with_changes(lambda each: each["trials"][1]["values"].append(1.0)),
        "Value error, the trial of seed 2 does not fit the recipes and measures",
    ),
    "a value that is none": (
        with_changes(lambda each: each["trials"][1].update(values=["x", 1.0])),
        "trials.1.values.0: Input should be a valid number",
    ),
    "an expectation that is none": (
        with_changes(lambda each: each["conditions"][0].update(expect="many")),
        "conditions.0.expect: String should match pattern",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_search_is_one_problem_that_names_the_file(file: Path, tmp_path: Path, damage: str) -> None:
    change, message = DAMAGES[damage]
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    problem = refusal(tmp_path)
    assert problem.place == str(file)
    assert problem.message.startswith(f"expected a record written by lstmgallery search --save; {message}")
    assert problem.hint == "search again with --save, or remove the file"


def test_a_search_that_is_no_text_is_one_problem(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    assert refusal(tmp_path).place == str(file)


def test_a_search_without_its_network_is_one_problem(file: Path, tmp_path: Path) -> None:
    stray = file.rename(search_path(tmp_path, "smal"))
    problem = refusal(tmp_path)
    assert (problem.place, problem.message) == (
        str(stray),
        "expected the network of this search, smal.md, found none",
    )


def test_what_an_editor_keeps_hidden_is_no_search(file: Path, tmp_path: Path) -> None:
    file.rename(file.with_name(f".{file.name}"))
    assert read_content(tmp_path).networks[0].search is None


def test_trials_belong_to_the_recipe_that_a_network_has(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    of_file = dict(network.training_spec)
    record = search_record(network, recipes=({}, {"training.steps": 300}))
    longer = {**of_file, "training": {**of_file["training"], "steps": 300}}
    assert record.trials_like({**of_file, "seed": 99}) == record.of_recipe(0)
    assert record.trials_like(longer) == record.of_recipe(1)
    assert record.trials_like({**of_file, "units": 9}) == ()


def test_a_setting_that_a_record_does_not_know_had_its_default(tmp_path: Path) -> None:
    network = small_network(tmp_path)
    of_file = network.training_spec
    older = {
        **of_file,
        "training": {key: of_file["training"][key] for key in of_file["training"] if key != "weight_noise"},
    }
    record = search_record(network, recipes=({}, {"units": 8})).model_copy(update={"network": older})
    assert record.trials_like(of_file) == record.of_recipe(0)
    noisy = {**of_file, "training": {**of_file["training"], "weight_noise": 0.1}}
    assert record.trials_like(noisy) == ()
