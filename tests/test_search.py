"""A search finds the network with the best measure among those that learned the task, and keeps the record."""

import concurrent.futures
import json
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import lstmgallery.search
from lstmgallery import store
from lstmgallery.build import build_gallery
from lstmgallery.cli import main
from lstmgallery.desk.claims import parse_expectation
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network, read_network
from lstmgallery.pins import pin_path, read_pin
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from lstmgallery.search import Searched, SearchGoal, parse_recipes, parse_wanted, pin_winner, rank, save, search
from lstmgallery.searches import Requirement, Trial, read_search
from lstmgallery.tasks.truths import step_truths
from lstmgallery.workers import Workers
from tests.conftest import folders_in, options, record, search_record, small_network, write_small_content
from tests.press.conftest import Element, parse_html

TODAY = date(2026, 1, 2)
BEST = "best(remaining) | r2 of cell with remaining"
KEY, FIRST = "small best(remaining): r2 of cell with remaining", "small: first failure"
SHARE = "share of abs(hidden) > 0.5"
WRITEUP = """\
---
title: What it does
summary: What the small network does, measured.
published: 2024-02-03
---

```claim
id: right
network: small
says: It is right in its range.
measure: right where size <= 3
expect: exactly 1
```

```claim
id: far
network: small
says: It goes on for long.
measure: first failure
expect: at least 5
```

```claim
id: third
neuron: small 3
says: The third neuron has a cell.
measure: mean of cell
expect: between -100 and 100
```
"""


def run_here(*arguments: str) -> Result:
    """Run the program in this process; return its exit code and its output."""
    return CliRunner().invoke(main, arguments, prog_name="lstmgallery", catch_exceptions=False)


def wanted(content: Path, best: str = BEST, *, is_lowest: bool = False, where: Any = (), also: Any = ()) -> SearchGoal:
    return parse_wanted(content, "small", best=best, is_lowest=is_lowest, where=where, also=also)


def problems(content: Path, **asked: Any) -> list[Problem]:
    with pytest.raises(GalleryError) as raised:
        wanted(content, **asked)
    return list(raised.value.problems)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with the small network."""
    return write_small_content(tmp_path / "content", "small")


def test_a_measure_is_that_of_the_network_where_no_bar_stands(content: Path) -> None:
    assert [each.key for each in wanted(content, "first failure").questions] == [FIRST]


@pytest.mark.parametrize("text", [BEST, "small " + BEST, "  best(remaining)  |  r2 of cell with remaining"])
def test_who_is_measured_stands_before_a_bar(content: Path, text: str) -> None:
    found = wanted(content, text)
    assert found.best.key == KEY


def test_everything_that_is_asked_is_measured_once(content: Path) -> None:
    found = wanted(content, where=["first failure at least 4", f"{BEST} above 0"], also=["first failure", SHARE])
    assert [each.key for each in found.questions] == [KEY, FIRST, f"small: {SHARE}"]
    assert [str(bound) for _, bound in found.conditions] == ["at least 4", "above 0"]


MEASURES = (
    ("frist failure", 1, "expected a measure, found 'frist'"),
    ("first failur", 7, "expected 'failure', found 'failur'"),
    ("auc of cell with remaining", 1, "expected one neuron, found several"),
    ("best(remainin) | first failure", 6, "expected a feature"),
    ("best(remaining) | r2 of cel with remaining", 25, "expected a signal, found 'cel'"),
    ("best(remaining) | ", 19, "expected a measure, found the end of the line"),
    ("", 1, "expected a measure, found the end of the line"),
    ("first failure or so", 15, "expected the end of the line, found 'or so'"),
    ("median over seeds of first failure", 1, "expected a measure of one network, found one over seeds"),
    ("3 | mean of cell", 1, "small 3 is named by its number, which differs between networks"),
)


@pytest.mark.parametrize(("text", "column", "message"), MEASURES)
@pytest.mark.parametrize("option", ["--best", "--lowest", "--also"])
def test_a_measure_that_is_none_is_one_problem_at_its_place(
    content: Path, option: str, text: str, column: int, message: str
) -> None:
    asked = {"also": [text]} if option == "--also" else {"best": text, "is_lowest": option == "--lowest"}
    (problem,) = problems(content, **asked)
    assert (problem.place, problem.line, problem.column, problem.source) == (option, 1, column, text)
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        (
            "first failure",
            14,
            "expected a comparison, found the end of the line",
            "write below, at most, above, at least or exactly and a number, or between ... and ...",
        ),
        ("first failure at least many", 24, "expected a bound, a number, found 'many'", None),
        (
            "best(remaining) | r2 of cel with remaining above 0",
            25,
            "expected a signal, found 'cel'",
            "did you mean 'cell'?",
        ),
    ],
)
def test_a_condition_that_is_none_is_one_problem_at_its_place(
    content: Path, text: str, column: int, message: str, hint: str | None
) -> None:
    (problem,) = problems(content, where=[text])
    assert (problem.place, problem.column, problem.message) == ("--where", column, message)
    assert problem.hint == hint


def test_all_that_cannot_be_read_is_found_in_one_run(content: Path) -> None:
    found = problems(content, best="lost", where=["first failure"], also=[SHARE, "found"])
    assert [problem.place for problem in found] == ["--best", "--where", "--also"]


def test_an_unknown_network_is_refused_with_the_nearest_name(content: Path) -> None:
    with pytest.raises(GalleryError) as raised:
        parse_wanted(content, "smal", best=BEST, is_lowest=False, where=(), also=())
    (problem,) = raised.value.problems
    assert problem.hint == "did you mean 'small'?"


def recipes(content: Path, *vary: str) -> list[dict[str, int | float]]:
    return [recipe for recipe, _ in parse_recipes(content, "small", vary)]


def test_without_other_values_the_recipe_is_that_of_the_file(content: Path) -> None:
    ((recipe, network),) = parse_recipes(content, "small", ())
    assert recipe == {}
    assert network == read_network(content / "networks" / "small.md")[0]


def test_recipes_are_all_that_the_values_span(content: Path) -> None:
    found = parse_recipes(content, "small", ["units=4,6", "task.longest=3,5", "training.learning_rate=0.1"])
    assert [(each.units, each.spec["task"]["longest"], each.training.learning_rate) for _, each in found] == [
        (4, 3, 0.1),
        (4, 5, 0.1),
        (6, 3, 0.1),
        (6, 5, 0.1),
    ]
    assert [recipe for recipe, _ in found][1] == {"units": 4, "task.longest": 5, "training.learning_rate": 0.1}


NUMBERS = "expected a key and numbers, such as units=8,20, found "


VALID = (
    "valid here: held_out, layers, order, seed, task.longest, training.batch, training.learning_rate, "
    "training.most_steps, training.steps, training.weight_noise, units"
)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("units", NUMBERS + "'units'", None),
        ("units=", NUMBERS + "'units='", None),
        ("units=8,", NUMBERS + "'units=8,'", None),
        ("units=many", NUMBERS + "'units=many'", None),
        ("units=true", NUMBERS + "'units=true'", None),
        ("units=[8]", NUMBERS + "'units=[8]'", None),
        ("unit=8", "expected a front matter key with a number, found 'unit'", "did you mean 'units'?"),
        (
            "task=8",
            "expected a front matter key with a number, found 'task'",
            VALID,
        ),
        (
            "task.longer=8",
            "expected a front matter key with a number, found 'task.longer'",
            "did you mean 'task.longest'?",
        ),
        ("cell=8", "expected a front matter key with a number, found 'cell'", VALID),
        ("units.more=8", "expected a front matter key with a number, found 'units.more'", "did you mean 'units'?"),
        ("units=0", "{'units': 0}: units: Input should be greater than or equal to 1", None),
        ("units=8.5", "{'units': 8.5}: units: ", None),
        ("seed=1,2", "expected another key: use --seeds to vary the seed", None),
    ],
)
def test_values_that_cannot_be_tried_are_refused(content: Path, text: str, message: str, hint: str | None) -> None:
    with pytest.raises(GalleryError) as raised:
        recipes(content, text)
    (problem,) = raised.value.problems
    assert problem.place == "--vary"
    assert problem.message.startswith(message)
    assert problem.hint == hint


def test_more_recipes_than_anyone_would_wait_for_are_refused(content: Path) -> None:
    values = ",".join(map(str, range(1, 10)))
    with pytest.raises(GalleryError, match="expected at most 64 recipes, found 81"):
        recipes(content, f"units={values}", f"task.longest={values}")


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """The small network."""
    return small_network(tmp_path / "ranked")


def trial(seed: int, value: float | None, *, recipe: int = 0, first: float | None = 9.0, is_met: bool = True) -> Trial:
    return Trial(recipe=recipe, seed=seed, steps=200, is_met=is_met, values=(value, first))


def ranked(network: Network, *trials: Trial, **changes: Any) -> list[tuple[int, int]]:
    found = rank(search_record(network, trials=trials, **changes))
    return [(each.recipe, each.seed) for each in found]


def test_the_highest_value_wins(network: Network) -> None:
    assert ranked(network, trial(1, 0.5), trial(2, 0.9), trial(3, -1.0)) == [(0, 2), (0, 1), (0, 3)]


def test_or_the_lowest_where_that_is_asked(network: Network) -> None:
    assert ranked(network, trial(1, 0.5), trial(2, 0.9), trial(3, -1.0), wins="lowest") == [(0, 3), (0, 1), (0, 2)]


def test_of_equals_the_first_recipe_and_the_lowest_seed_win(network: Network) -> None:
    trials = [trial(3, 0.5), trial(1, 0.5, recipe=1), trial(2, 0.5), trial(4, 0.5, recipe=1)]
    for wins in ("highest", "lowest"):
        assert ranked(network, *trials, wins=wins) == [(0, 2), (0, 3), (1, 1), (1, 4)]


def test_a_network_that_misses_the_criterion_never_wins(network: Network) -> None:
    assert ranked(network, trial(1, 1.0, is_met=False), trial(2, 0.1)) == [(0, 2)]


def test_a_network_in_which_nothing_could_be_measured_never_wins(network: Network) -> None:
    assert ranked(network, trial(1, None), trial(2, -5.0)) == [(0, 2)]
    assert ranked(network, trial(1, None), trial(2, 5.0), wins="lowest") == [(0, 2)]


def test_a_network_that_fails_a_condition_never_wins(network: Network) -> None:
    assert ranked(network, trial(1, 1.0, first=3.0), trial(2, 0.9, first=None), trial(3, 0.1, first=4.0)) == [(0, 3)]


def project_with_search(folder: Path) -> tuple[Project, Searched]:
    """Search the small network under two seeds in a folder; return both."""
    project = folders_in(folder)
    content = write_small_content(project.content, "small")
    (content / "writeups").mkdir()
    (content / "writeups" / "what-it-does.md").write_text(WRITEUP, encoding="utf-8")
    asked = wanted(content, where=["right where size <= 3 exactly 1"], also=[SHARE])
    return project, search_small(project, asked)


def search_small(project: Project, asked: SearchGoal, *vary: str, seeds: int = 2) -> Searched:
    return search(
        project.content,
        project.build,
        "small",
        asked,
        recipes=parse_recipes(project.content, "small", vary),
        seeds=range(1, seeds + 1),
        progress=record(),
        today=TODAY,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Searched]:
    """A search of the small network under two seeds; never changed by a test."""
    return project_with_search(tmp_path_factory.mktemp("searched"))


@pytest.fixture
def project(done: tuple[Project, Searched], tmp_path: Path) -> Project:
    """A copy of its folders, for one test to change."""
    copy = folders_in(tmp_path)
    for name in ("content", "build"):
        shutil.copytree(getattr(done[0], name), getattr(copy, name))
    return copy


def kept_pins(project: Project, *, seeds: int = 2) -> dict[int, Any]:
    """Return the networks trained by a search, by seed."""
    network = read_network(project.content / "networks" / "small.md")[0]
    files = sorted((project.build / "small" / "searched").glob("*.npz"))
    found = {}
    for file in files:
        seed = int(file.stem.rpartition("-")[2])
        found[seed] = read_pin(file, network.model_copy(update={"seed": seed}))
    assert len(found) == len(files) == seeds
    return found


def test_a_search_measures_every_network_that_it_trains(done: tuple[Project, Searched]) -> None:
    project, searched = done
    network = read_network(project.content / "networks" / "small.md")[0]
    steps = step_truths(network.task, network.task.split(held_out=network.held_out).held_out)
    asked = {
        each.key: each
        for each in wanted(project.content, also=["first failure", SHARE, "right where size <= 3"]).questions
    }
    assert set(searched.search.measures) == set(asked)
    for each in searched.search.trials:
        trained = MeasuredNetwork(network, kept_pins(project)[each.seed].weights, steps)
        for key, value in zip(searched.search.measures, each.values, strict=True):
            assert value == pytest.approx(asked[key].answer(trained).value, rel=1e-5)


def test_a_search_asks_the_claims_on_its_network_too(done: tuple[Project, Searched]) -> None:
    assert done[1].search.measures == (KEY, "small: right where size <= 3", f"small: {SHARE}", FIRST)


def test_the_record_says_what_was_searched_and_how(done: tuple[Project, Searched]) -> None:
    project, searched = done
    found = searched.search
    assert found.network == read_network(project.content / "networks" / "small.md")[0].training_spec
    assert (found.recipes, found.best, found.wins, found.date) == (({},), KEY, "highest", TODAY)
    assert found.conditions == (Requirement(measure="small: right where size <= 3", expect="exactly 1"),)
    assert [(each.recipe, each.seed, each.is_met) for each in found.trials] == [(0, 1, True), (0, 2, True)]


def test_the_winner_is_the_first_of_the_ranking(done: tuple[Project, Searched]) -> None:
    searched = done[1]
    assert searched.winner is not None
    assert searched.winner == rank(searched.search)[0]
    assert searched.winner.values[0] == max(each.values[0] or 0.0 for each in searched.search.trials)


def test_the_network_under_its_own_seed_is_the_one_that_a_build_trains(
    done: tuple[Project, Searched], small_gallery: Any
) -> None:
    trained = store.read_weights(small_gallery.project.build / "small" / store.WEIGHTS)
    kept = kept_pins(done[0])[1].weights
    assert [name for name in trained if trained[name].tobytes() != kept[name].tobytes()] == []


class Here(Workers):
    """Workers in this process, which train nothing."""

    def submit(self, work: Any, *arguments: Any) -> Any:
        future: Any = concurrent.futures.Future()
        future.set_result(work(*arguments))
        return future


@pytest.mark.parametrize("is_lowest", [False, True])
@pytest.mark.parametrize("chance", range(8))
def test_of_whatever_is_measured_the_winner_is_the_first_of_the_ranking(
    content: Path, monkeypatch: pytest.MonkeyPatch, is_lowest: bool, chance: int
) -> None:
    def tried(network: Network, seeds: Sequence[int], questions: Sequence[Any], *_: Any) -> list[Any]:
        drawn = [random.Random(f"{chance} {network.units} {seed}") for seed in seeds]
        return [
            (seed, content, 200, each.random() > 0.3, [each.choice((None, -1.0, 0.0, 0.5)) for _ in questions], 100)
            for seed, each in zip(seeds, drawn, strict=True)
        ]

    monkeypatch.setattr(lstmgallery.search, "Workers", Here)
    monkeypatch.setattr(lstmgallery.search, "_try_seeds", tried)
    project = Project(content=content, build=content.parent / "build")
    asked = wanted(content, is_lowest=is_lowest, where=["first failure above -1"])
    found = search_small(project, asked, "units=4,6", seeds=12)
    best: Trial | None = None
    for trial in found.search.trials:  # in the order of recipes and seeds: the first of equals wins
        value, condition = trial.values[0], trial.values[1]
        if not trial.is_met or value is None or condition is None or condition <= -1:
            continue
        held = None if best is None else best.values[0]
        if held is None or (value < held if is_lowest else value > held):
            best = trial
    assert found.winner == best
    assert len(found.search.trials) == 24


def refuse_training(network: Network, files: dict[int, Path], today: date) -> None:  # noqa: ARG001
    assert files == {}, "a network was trained"


def test_asking_for_something_else_trains_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.search, "Workers", Here)
    monkeypatch.setattr(lstmgallery.search, "_train_missing", refuse_training)
    found = search_small(project, wanted(project.content, BEST, is_lowest=True))
    assert found.winner is not None
    assert found.winner.values[0] == min(each.values[0] or 0.0 for each in found.search.trials)


def test_what_was_kept_and_is_damaged_is_trained_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.search, "Workers", Here)
    file = min((project.build / "small" / "searched").glob("*-2.npz"))
    whole = read_pin(file, small_seed(project, 2)).weights
    file.write_bytes(file.read_bytes()[:500])
    search_small(project, wanted(project.content))
    again = read_pin(file, small_seed(project, 2)).weights
    assert [name for name in whole if whole[name].tobytes() != again[name].tobytes()] == []


def small_seed(project: Project, seed: int) -> Network:
    return read_network(project.content / "networks" / "small.md")[0].model_copy(update={"seed": seed})


def test_a_saved_search_is_the_record(project: Project, done: tuple[Project, Searched]) -> None:
    file = save(project.content, "small", done[1])
    assert file == project.content / "networks" / "small.search.json"
    assert read_search(file) == done[1].search
    assert read_content(project.content).networks[0].search == done[1].search


def won_by(searched: Searched, seed: int) -> Searched:
    """Return a search in which only one seed's network met the criterion."""
    trials = tuple(
        each.model_copy(update={"is_met": each.is_met and each.seed == seed}) for each in searched.search.trials
    )
    return replace(searched, search=searched.search.model_copy(update={"trials": trials}))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("seed: 1", "seed: 2"),
        ("seed:   1  # as on the blog of 2011", "seed:   2  # as on the blog of 2011"),
        ('"seed": 1', '"seed": 2'),
    ],
)
def test_the_winner_s_seed_is_written_where_the_seed_stands(
    project: Project, done: tuple[Project, Searched], line: str, expected: str
) -> None:
    file = project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("seed: 1", line), encoding="utf-8")
    pin_winner(project.content, "small", won_by(done[1], 2), TODAY)
    assert file.read_text(encoding="utf-8") == text.replace("seed: 1", expected)


def test_the_winner_s_seed_is_added_where_none_stands(project: Project, done: tuple[Project, Searched]) -> None:
    file = project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("seed: 1\n", ""), encoding="utf-8")
    pin_winner(project.content, "small", won_by(done[1], 2), TODAY)
    assert file.read_text(encoding="utf-8") == text.replace("seed: 1\n", "seed: 2\n")


def test_a_build_accepts_what_a_search_pinned(project: Project, done: tuple[Project, Searched]) -> None:
    won = won_by(done[1], 2)
    pinned = pin_winner(project.content, "small", won, TODAY)
    assert pinned.header.network["seed"] == 2
    assert pinned.header.search is not None
    assert pinned.header.search.trials == won.search.trials
    progress = record()
    build_gallery(project, progress)
    assert ("small", "pin") in progress.started
    shown = store.read_weights(project.build / "small" / store.WEIGHTS)
    kept = kept_pins(project)[2].weights
    assert [name for name in kept if kept[name].tobytes() != shown[name].tobytes()] == []


def test_a_search_without_a_winner_pins_nothing(project: Project, done: tuple[Project, Searched]) -> None:
    before = (project.content / "networks" / "small.md").read_bytes()
    with pytest.raises(GalleryError) as raised:
        pin_winner(project.content, "small", won_by(done[1], 0), TODAY)
    (problem,) = raised.value.problems
    assert (problem.place, problem.message, problem.hint) == (
        "--pin",
        "expected a network that meets the criterion and every --where, found none",
        "loosen --where, or try more seeds or other recipes",
    )
    assert not pin_path(project.content, "small").exists()
    assert (project.content / "networks" / "small.md").read_bytes() == before


def arguments(project: Project, *more: str) -> list[str]:
    return ["search", "small", *more, "--content", str(project.content), "--cache", str(project.build)]


def refuse_search(*_: Any, **__: Any) -> None:
    raise AssertionError("a search was begun")


def test_other_recipes_cannot_be_pinned_and_are_refused_before_anything_is_trained(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstmgallery.search, "search", refuse_search)
    result = run_here(*arguments(project, "--best", "first failure", "--vary", "units=4,6", "--pin"))
    assert result.exit_code == 1
    assert result.stderr == (
        "error: --pin: expected the recipe of the network's file only, found others\n"
        "    write the winning recipe into small.md and search again without --vary\n"
        "1 error; nothing was pinned or saved.\n"
    )


@pytest.mark.parametrize("asked", [[], ["--best", "loss", "--lowest", "loss"]])
def test_one_of_best_and_lowest_has_to_be_said(project: Project, asked: list[str]) -> None:
    result = run_here(*arguments(project, *asked))
    assert result.exit_code == 2
    assert "expected one of --best and --lowest" in result.stderr


def test_the_command_prints_the_ranking_with_everything_that_was_asked(
    project: Project, done: tuple[Project, Searched], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstmgallery.search, "search", lambda *_, **__: done[1])
    monkeypatch.setenv("COLUMNS", "200")
    asked = ["--best", BEST, "--where", "right where size <= 3 exactly 1", "--also", SHARE, "--save", "--pin"]
    result = run_here(*arguments(project, *asked))
    assert result.exit_code == 0, result.stderr
    lines = [re.sub(r" {2,}", " | ", line.strip()) for line in result.stdout.splitlines()]
    assert lines[:4] == [
        "2 of 2 networks meet the success criterion",
        "small: right where size <= 3 exactly 1: 2 of 2",
        f"the highest {KEY}:",
        f"seed | steps | r2 of cell with remaining | right where size <= 3 | {SHARE}",
    ]
    for line, each in zip(lines[4:6], rank(done[1].search), strict=True):
        values = [f"{value:.4g}" for value in each.values[:3] if value is not None]
        assert line.split(" | ") == [str(each.seed), f"{each.steps:,}", *values]
    assert f"saved {project.content / 'networks' / 'small.search.json'}" in lines
    assert any(line.startswith("small: pinned in") for line in lines)


def test_a_mistake_in_a_measure_is_printed_with_its_place(project: Project) -> None:
    result = run_here(*arguments(project, "--best", "best(remaining) | r2 of cel with remaining"))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:3] == [
        "error: --best:1:25: expected a signal, found 'cel'",
        "    best(remaining) | r2 of cel with remaining",
        "    " + " " * 24 + "^",
    ]


@pytest.fixture(scope="module")
def chosen(done: tuple[Project, Searched], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built gallery with the network chosen by the search; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("chosen"))
    for name in ("content", "build"):
        shutil.copytree(getattr(done[0], name), getattr(project, name))
    pin_winner(project.content, "small", done[1], TODAY)
    build_gallery(project, record())
    return project


def section_of(project: Project) -> Element:
    page = parse_html((project.site / "networks" / "small" / "index.html").read_text(encoding="utf-8"))
    (section,) = [each for each in page.all("section") if each.all("h2", id="chosen")]
    return section


def test_the_page_says_how_the_network_was_chosen(chosen: Project) -> None:
    text = section_of(chosen).text
    assert "It is one of 2 networks trained for this page from as many seeds; 2 of them meet" in text
    assert "It was chosen for the largest “r2 of cell with remaining” of “best(remaining)”" in text
    assert [each.text for each in section_of(chosen).all("li")] == ["right where size <= 3 exactly 1"]


def test_the_page_counts_in_how_many_of_the_networks_searched_each_claim_holds(
    chosen: Project, done: tuple[Project, Searched]
) -> None:
    searched = done[1].search
    by_measure = {
        row.one("small").text.partition(": ")[2]: [cell.text for cell in row.all("td")]
        for row in section_of(chosen).all("tr")[1:]
    }
    assert set(by_measure) == {measure.partition(": ")[2] for measure in searched.measures}
    for measure, expected in (("right where size <= 3", "exactly 1"), ("first failure", "at least 5")):
        values = searched.values_of(f"small: {measure}")
        holding = sum(value is not None and parse_expectation(expected).is_met(value) for value in values)
        row = by_measure[measure]
        assert (row[2], row[3]) == (expected, f"{holding} of {len(values)}")
    assert by_measure[SHARE][2:] == ["–", "–"]  # nothing is expected of it


def test_the_page_links_to_the_section(chosen: Project) -> None:
    page = parse_html((chosen.site / "networks" / "small" / "index.html").read_text(encoding="utf-8"))
    assert [link.text for link in page.all("a", href="#chosen")] == ["how it was chosen"]


def test_a_network_that_was_not_searched_says_so(small_gallery: Any) -> None:
    text = section_of(small_gallery.project).text
    assert text == ("How it was chosen No search is recorded. This network was trained with seed 1.")


def test_a_figure_may_stand_in_a_write_up_before_its_search_is_saved(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (content / "writeups").mkdir()
    drawn = "\n```figure\nid: searched\nkind: search\nnetwork: small\nalt: A search.\ncaption: A search.\n```\n"
    (content / "writeups" / "what-it-does.md").write_text(WRITEUP + drawn, encoding="utf-8")
    with pytest.raises(GalleryError, match="expected a network with a saved search, found small"):
        read_content(content)
    monkeypatch.setattr(lstmgallery.search, "Workers", Here)
    monkeypatch.setattr(lstmgallery.search, "_try_seeds", lambda *_: [(1, content, 200, True, [0.5, 1.0, 9.0], 100)])
    project = Project(content=content, build=content.parent / "build")
    save(content, "small", search_small(project, wanted(content), seeds=1))
    assert read_content(content).networks[0].search is not None


def test_the_chosen_network_builds_from_the_command_line_again(chosen: Project) -> None:
    result = run_here(*options(chosen))
    assert result.exit_code == 0
    assert json.loads((chosen.build / "claims.json").read_text(encoding="utf-8"))[0]["verdict"] == "holds"
    assert result.stdout.splitlines()[1].split() == ["small", "pinned", "cached", "cached"]
