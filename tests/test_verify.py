"""Claims of write-ups are measured at every build, under other seeds too; a failing claim can stop a build."""

import concurrent.futures
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lstmgallery.build
import lstmgallery.stages
import lstmgallery.verify
from lstmgallery import store
from lstmgallery.build import build_gallery, check_content
from lstmgallery.desk.claims import Answer, Question, Tally, parse_expectation
from lstmgallery.desk.effort import FULL
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.results import read_results
from lstmgallery.desk.trained import MeasuredNetwork, read_trained
from lstmgallery.desk.untrained import draw_weights
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import Network
from lstmgallery.project import Project
from lstmgallery.publish import publish
from lstmgallery.tasks.truths import step_truths
from lstmgallery.verify import Verified, answer_questions, verify
from lstmgallery.workers import Result, Workers
from tests.conftest import (
    Gallery,
    Record,
    files_of,
    folders_in,
    language_of,
    options,
    random_weights,
    record,
    run_python,
)

WRITEUP = """\
---
title: What it does
summary: What the small network does, measured.
published: 2024-02-03
---

It holds {small | mean of cell} on the whole, and neuron 3 {small 3 | max of cell}.

```claim
id: right-in-range
network: small
says: It is right in its range.
measure: right where size <= 3
expect: {right}
```

```claim
id: counts
neuron: small best(remaining)
says: A cell counts.
measure: r2 of cell with remaining
expect: at least -1
```

```claim
id: third
neuron: small 3
says: The third neuron has a cell.
measure: mean of cell
expect: between -100 and 100
```

```claim
id: never-measured
network: small
says: Nothing is measured here.
measure: mean of cell where step > 50
expect: below 0
```
"""
KEPT = ".answers.json"
KINDS = ("untrained", "seeds")
RIGHT = "small: right where size <= 3"
COUNTS = "small best(remaining): r2 of cell with remaining"
THIRD = "small 3: mean of cell"
NOTHING = "small: mean of cell where step > 50"
QUOTED = ("small: mean of cell", "small 3: max of cell")


ADMITTED = "expect: at least -1\nneeds_training: false\n"


def write_up(project: Project, *, right: str = "exactly 1", without: Sequence[str] = (), admits: bool = False) -> Path:
    """Write a write-up with four claims, except those of some ids; return its file.

    `admits`: whether the second, which untrained networks meet too, says that it does not need training.
    """
    text = WRITEUP.replace("{right}", right)
    if admits:
        text = text.replace("expect: at least -1\n", ADMITTED, 1)
    for name in without:
        begin = text.index(f"```claim\nid: {name}\n")
        text = text[:begin] + text[text.index("\n```\n", begin) + 5 :]
    (project.content / "writeups").mkdir(exist_ok=True)
    file = project.content / "writeups" / "what-it-does.md"
    file.write_text(text, encoding="utf-8")
    return file


def draw_seeds(network: Network, seeds: Sequence[int]) -> dict[int, dict[str, np.ndarray]]:
    """Draw weights instead of training them in a sweep: any weights will do as seeds."""
    return {seed: random_weights(network, seed=seed) for seed in seeds}


@pytest.fixture(scope="module")
def built(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The small gallery with a write-up and a second seed, drawn instead of trained; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("claimed"))
    for name in ("content", "build"):
        shutil.copytree(getattr(small_gallery.project, name), getattr(project, name))
    write_up(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lstmgallery.stages, "_train_seeds", draw_seeds)
        return Gallery(project, build_gallery(project, record(), seeds=2))


@pytest.fixture
def project(built: Gallery, tmp_path: Path) -> Project:
    """A copy of that gallery, modification times included, for one test to change."""
    copy = folders_in(tmp_path)
    for name in ("content", "build", "site"):
        shutil.copytree(getattr(built.project, name), getattr(copy, name))
    return copy


class Inline(Workers):
    """Workers in this process, which record their calls."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def submit(self, work: Callable[..., Result], *arguments: Any) -> "concurrent.futures.Future[Result]":
        self.asked += [question.key for question in arguments[-1]]
        done: concurrent.futures.Future[Result] = concurrent.futures.Future()
        done.set_result(work(*arguments))
        return done


def network_of(project: Project) -> Network:
    return check_content(project).networks[0].network


def ask(
    project: Project, workers: Workers, *, with_seeds: bool = True, progress: Record | None = None
) -> dict[str, Answer]:
    results = [read_results(network_of(project), project.build / "small", with_seeds=False)]
    return answer_questions(check_content(project), results, progress or record(), workers, with_seeds=with_seeds)


def untrained_of(project: Project) -> dict[str, tuple[float | None, ...] | None]:
    """Return the answers of untrained networks; fail if they came from the cache."""
    progress = record()
    answers = ask(project, Inline(), with_seeds=False, progress=progress)
    assert ("small", "untrained") in progress.started, "no untrained network was asked"
    return {key: answer.untrained for key, answer in answers.items()}


@pytest.fixture(scope="module")
def answers(built: Gallery) -> dict[str, Answer]:
    """The answers of the gallery's network and its seeds."""
    return ask(built.project, Inline())


def by_seed_of(answers: dict[str, Answer]) -> dict[str, Any]:
    return {key: answer.by_seed for key, answer in answers.items()}


def questions_of(project: Project) -> dict[str, Question]:
    (writeup,) = check_content(project).writeups
    return {question.key: question for question in writeup.questions}


def test_everything_that_a_writeup_asks_is_answered_from_the_traces(built: Gallery, answers: dict[str, Answer]) -> None:
    trained = read_trained(network_of(built.project), built.project.build / "small")
    expected = {key: question.answer(trained).value for key, question in questions_of(built.project).items()}
    assert set(expected) == {RIGHT, COUNTS, THIRD, NOTHING, *QUOTED}
    assert {key: answer.value for key, answer in answers.items()} == expected


def test_each_seed_answers_with_its_own_weights(built: Gallery, answers: dict[str, Answer]) -> None:
    network, questions = network_of(built.project), questions_of(built.project)
    steps = step_truths(network.task, list(language_of(network).sequences()))
    own = store.read_weights(built.project.build / "small" / store.WEIGHTS)
    for key in (RIGHT, COUNTS, NOTHING):
        expected = {
            seed: questions[key].answer(MeasuredNetwork(network, weights, steps)).value
            for seed, weights in {1: own, 2: random_weights(network, seed=2)}.items()
        }
        assert answers[key].by_seed == expected


def test_a_neuron_known_by_its_number_is_not_asked_of_other_seeds(answers: dict[str, Answer]) -> None:
    assert answers[THIRD].by_seed is None


def test_a_neuron_known_by_its_number_is_not_asked_of_untrained_networks_either(answers: dict[str, Answer]) -> None:
    assert answers[THIRD].untrained is None
    assert answers[THIRD].standing is None


def test_what_is_only_quoted_is_not_asked_of_other_seeds(answers: dict[str, Answer]) -> None:
    assert [answers[key].by_seed for key in QUOTED] == [None, None]


def test_without_a_sweep_no_seed_is_asked(built: Gallery) -> None:
    workers = Inline()
    found = ask(built.project, workers, with_seeds=False)
    assert workers.asked == []
    assert {answer.by_seed for answer in found.values()} == {None}


def test_a_score_stands_beside_untrained_networks_chance_and_its_standing(
    built: Gallery, answers: dict[str, Answer]
) -> None:
    folder, network = built.project.build / "small", network_of(built.project)
    steps = pd.read_parquet(folder / "steps.parquet").query("split == 'held_out'")
    own = store.read_weights(folder / "untrained.npz")
    weights = [own, *(draw_weights(network, number) for number in range(1, FULL.controls))]
    question = questions_of(built.project)[COUNTS]
    values = tuple(question.answer(MeasuredNetwork(network, each, steps)).value for each in weights)
    assert answers[COUNTS].untrained == values
    assert len(set(values)) > FULL.controls / 2
    roles = pd.read_parquet(folder / "roles.parquet").query("feature == 'remaining' and phase == 'all'")
    assert [answers[COUNTS].null_p99] == roles["null_p99"].unique().tolist()
    ((layer, neuron),) = question.subject.places(read_trained(network, folder))
    of_neuron = roles[(roles["layer"] == layer) & (roles["neuron"] == neuron)]
    of_memories = of_neuron[of_neuron["signal"].isin(["cell", "hidden"])]
    assert answers[COUNTS].standing in set(of_memories["standing"])


def test_untrained_networks_are_asked_for_whoever_fits_best_in_each(built: Gallery) -> None:
    """So the same question can concern another neuron in each network, as under other seeds."""
    results = read_results(network_of(built.project), built.project.build / "small", with_seeds=False)
    subject = questions_of(built.project)[COUNTS].subject
    assert len({subject.places(each) for each in results.untrained()}) > 2


def test_what_a_network_writes_is_asked_of_no_untrained_network(answers: dict[str, Answer]) -> None:
    assert (answers[RIGHT].untrained, answers[RIGHT].null_p99, answers[RIGHT].standing) == (None, None, None)


def test_what_is_only_quoted_is_asked_of_no_untrained_network(answers: dict[str, Answer]) -> None:
    assert [answers[key].untrained for key in QUOTED] == [None, None]


def test_what_untrained_networks_answered_is_kept(project: Project, answers: dict[str, Answer]) -> None:
    progress = record()
    assert ask(project, Inline(), progress=progress)[COUNTS].untrained == answers[COUNTS].untrained
    assert progress.started == []


def test_other_untrained_weights_are_asked_again(project: Project, answers: dict[str, Answer]) -> None:
    network = network_of(project)
    store.write_weights(project.build / "small" / store.UNTRAINED, random_weights(network, seed=8))
    now, before = untrained_of(project)[COUNTS] or (), answers[COUNTS].untrained or ()
    assert now[0] != before[0]
    assert now[1:] == before[1:]


def test_of_several_questions_untrained_networks_are_asked_the_new_one_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_up(project)
    new = "small best(remaining): mean of cell"
    claim = "```claim\nid: new\nneuron: small best(remaining)\nsays: It is new.\n"
    text = f"{file.read_text(encoding='utf-8')}\n{claim}measure: mean of cell\nexpect: at least -100\n```\n"
    file.write_text(text, encoding="utf-8")
    asked: list[str] = []
    take = Question.take

    def take_and_note(question: Question, trained: MeasuredNetwork) -> Measurement:
        asked.append(question.key)
        return take(question, trained)

    monkeypatch.setattr(Question, "take", take_and_note)
    found = untrained_of(project)
    assert asked.count(new) == FULL.controls + 1  # and once of the gallery's network
    assert asked.count(COUNTS) == 1
    assert len(found[new] or ()) == len(found[COUNTS] or ()) == FULL.controls


def test_what_seeds_answered_is_kept(project: Project, answers: dict[str, Answer]) -> None:
    workers = Inline()
    assert by_seed_of(ask(project, workers)) == by_seed_of(answers)
    assert workers.asked == []


def test_a_second_build_asks_no_seed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(Workers, "pool", fail)
    summary = build_gallery(project, record(), seeds=2)
    assert [run.stage for run in summary.runs if not run.was_cached] == []
    assert summary.published is not None
    assert summary.published.written == 0


def test_of_several_questions_only_the_new_one_is_asked(project: Project) -> None:
    file = write_up(project)
    file.write_text(file.read_text(encoding="utf-8").replace("size <= 3", "size <= 2"), encoding="utf-8")
    workers = Inline()
    found = ask(project, workers)
    new = "small: right where size <= 2"
    assert workers.asked == [new] * 2  # of each seed
    assert set(found[new].by_seed or {}) == set(found[COUNTS].by_seed or {}) == {1, 2}


def test_other_weights_are_asked_again(project: Project, answers: dict[str, Answer]) -> None:
    network = network_of(project)
    weights = {seed: random_weights(network, seed=seed) for seed in (2, 5)}
    store.write_seed_weights(project.build / "small" / store.SEED_WEIGHTS, weights)
    workers = Inline()
    found = ask(project, workers)
    assert sorted(workers.asked) == sorted([RIGHT, COUNTS, NOTHING] * 2)
    now, before = found[COUNTS].by_seed or {}, answers[COUNTS].by_seed or {}
    assert list(now) == [2, 5]
    assert now[2] == before[2]
    assert now[5] not in before.values()


def test_other_code_asks_again(project: Project, answers: dict[str, Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstmgallery.verify, "stage_key", lambda *_, **__: "the key of other code")
    workers = Inline()
    assert by_seed_of(ask(project, workers)) == by_seed_of(answers)
    assert sorted(workers.asked) == sorted([RIGHT, COUNTS, NOTHING] * 2)
    kept = json.loads((project.build / "small" / KEPT).read_text(encoding="utf-8"))
    assert {kind: each["key"] for kind, each in kept.items()} == dict.fromkeys(KINDS, "the key of other code")


def test_other_code_asks_untrained_networks_again(
    project: Project, answers: dict[str, Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstmgallery.verify, "stage_key", lambda *_, **__: "the key of other code")
    assert untrained_of(project)[COUNTS] == answers[COUNTS].untrained


Damage = Callable[[dict[str, Any]], Any]  # what is left of the answers of one kind


def with_answers(answers: Any) -> Damage:
    return lambda kept: {**kept, "answers": answers}


DAMAGES: dict[str, Damage] = {
    "nothing": lambda _: None,
    "a list": lambda kept: [kept],
    "a text": lambda _: "answers",
    "no key": lambda kept: {"answers": kept["answers"]},
    "no answers": lambda kept: {"key": kept["key"]},
    "answers in a list": with_answers([COUNTS]),
    "an answer without numbers": with_answers({COUNTS: 3}),
    "a number that is none": with_answers({COUNTS: {"x": 1}}),
    "a value that is none": with_answers({COUNTS: {"1": "x", "2": 0.5}}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_answers_are_ignored_and_replaced(project: Project, answers: dict[str, Answer], damage: str) -> None:
    file = project.build / "small" / KEPT
    text = file.read_text(encoding="utf-8")
    file.write_text(json.dumps({kind: DAMAGES[damage](each) for kind, each in json.loads(text).items()}), "utf-8")
    found = ask(project, Inline())
    assert by_seed_of(found) == by_seed_of(answers)
    assert found[COUNTS].untrained == answers[COUNTS].untrained
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(text)


@pytest.mark.parametrize("kind", KINDS)
def test_answers_of_one_kind_survive_the_damage_of_the_other(project: Project, kind: str) -> None:
    file = project.build / "small" / KEPT
    kept = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**kept, kind: None}), encoding="utf-8")
    workers, progress = Inline(), record()
    ask(project, workers, progress=progress)
    assert (("small", "untrained") in progress.started) == (kind == "untrained")
    assert bool(workers.asked) == (kind == "seeds")


@pytest.mark.parametrize("left", ["", "{", "[]", "3", "null"])
def test_a_file_that_holds_no_answers_is_replaced(project: Project, answers: dict[str, Answer], left: str) -> None:
    file = project.build / "small" / KEPT
    text = file.read_text(encoding="utf-8")
    file.write_text(left, encoding="utf-8")
    found = ask(project, Inline())
    assert by_seed_of(found) == by_seed_of(answers)
    assert found[COUNTS].untrained == answers[COUNTS].untrained
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(text)


def test_answers_that_are_no_text_are_ignored_and_replaced(project: Project, answers: dict[str, Answer]) -> None:
    file = project.build / "small" / KEPT
    file.write_bytes(b"\xff\xfe\x00")
    assert by_seed_of(ask(project, Inline())) == by_seed_of(answers)


def meeting(answer: Answer) -> int:
    """Return the number of untrained networks that meet the claim that a cell counts."""
    return sum(value is not None and value >= -1 for value in answer.untrained or ())


def claims_of(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((project.build / "claims.json").read_text(encoding="utf-8"))
    return found


def test_the_verdicts_are_left_as_json_in_reading_order(built: Gallery, answers: dict[str, Answer]) -> None:
    found = claims_of(built.project)
    assert [(each["writeup"], each["id"], each["verdict"]) for each in found] == [
        ("what-it-does", "right-in-range", "holds"),
        ("what-it-does", "counts", "holds"),
        ("what-it-does", "third", "holds"),
        ("what-it-does", "never-measured", "unmeasured"),
    ]
    answer = answers[COUNTS]
    by_seed = answer.by_seed or {}
    holding = sum(value is not None and value >= -1 for value in by_seed.values())
    assert found[1] == {
        "writeup": "what-it-does",
        "id": "counts",
        "says": "A cell counts.",
        "subject": "small best(remaining)",
        "measure": "r2 of cell with remaining",
        "expect": "at least -1",
        "verdict": "holds",
        "value": answer.value,
        "reason": "",
        "n": 6,  # the steps of the second sequence, as the first and the third have chosen the neuron
        "unit": "step",
        "untrained": {"holding": meeting(answer), "total": FULL.controls},
        "by_untrained": list(answer.untrained or ()),
        "null_p99": answer.null_p99,
        "standing": answer.standing,
        "seeds": {"holding": holding, "total": 2},
        "by_seed": {"1": by_seed[1], "2": by_seed[2]},
    }


def test_a_claim_that_could_not_be_measured_says_why(built: Gallery) -> None:
    found = claims_of(built.project)[3]
    assert (found["value"], found["reason"]) == (None, "no measured step satisfies step > 50")
    assert (found["seeds"], found["by_seed"]) == ({"holding": 0, "total": 2}, {"1": None, "2": None})


def test_a_build_without_seeds_leaves_verdicts_without_them(project: Project) -> None:
    build_gallery(project, record())
    assert [(each["seeds"], each["by_seed"]) for each in claims_of(project)] == [(None, None)] * 4


def test_a_build_of_one_network_alone_leaves_the_verdicts_of_all(project: Project) -> None:
    before = (project.build / "claims.json").read_bytes()
    write_up(project, right="below 0")
    build_gallery(project, record(), only="small")
    assert (project.build / "claims.json").read_bytes() == before


def line_of(file: Path, text: str) -> int:
    return file.read_text(encoding="utf-8").split("\n").index(text) + 1


def test_a_strict_build_refuses_what_does_not_hold_with_its_place(project: Project) -> None:
    file = write_up(project, right="below 0.5", admits=True)
    site = files_of(project.site)
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, record(), strict=True)
    wrong, unmeasured = map(str, raised.value.problems)
    assert wrong.splitlines() == [
        f"{file}:{line_of(file, 'id: right-in-range')}: the claim 'right-in-range' fails: {RIGHT} is 1, "
        "expected below 0.5",
        "    change the claim to match the measurement, or train another network",
    ]
    assert unmeasured.splitlines()[0] == (
        f"{file}:{line_of(file, 'id: never-measured')}: the claim 'never-measured' could not be measured: {NOTHING} is "
        "not measurable (no measured step satisfies step > 50), expected below 0"
    )
    assert files_of(project.site) == site
    assert [each["verdict"] for each in claims_of(project)] == ["fails", "holds", "holds", "unmeasured"]


def test_a_strict_build_publishes_where_every_claim_holds(project: Project) -> None:
    write_up(project, without=["never-measured"], admits=True)
    summary = build_gallery(project, record(), strict=True)
    assert [each.verdict for each in summary.claims] == ["holds"] * 3
    assert summary.published is not None


def claimed(project: Project, untrained: tuple[float | None, ...] | None) -> Verified:
    """Return the verified claim that a cell counts, given the answers of untrained networks."""
    answers = ask(project, Inline(), with_seeds=False)
    answers[COUNTS] = replace(answers[COUNTS], untrained=untrained)
    return next(each for each in verify(check_content(project), answers) if each.claim.id == "counts")


@pytest.mark.parametrize(("meeting", "is_without"), [(0, False), (2, False), (3, True), (40, True)])
def test_a_claim_that_more_untrained_networks_meet_than_luck_allows_holds_without_training(
    project: Project, meeting: int, is_without: bool
) -> None:
    found = claimed(project, (0.5,) * meeting + (-2.0,) * (39 - meeting) + (None,) * (meeting < 40))
    assert found.untrained == Tally(meeting, 40)
    assert (found.verdict, found.is_without_training) == ("holds", is_without)
    assert (found.doubt is not None) == is_without


def test_a_claim_that_was_asked_of_no_untrained_network_is_not_doubted(project: Project) -> None:
    found = claimed(project, None)
    assert (found.untrained, found.is_without_training, found.doubt) == (None, False, None)


def test_a_claim_that_fails_is_not_doubted_as_well(project: Project) -> None:
    found = claimed(project, (9.0,) * 40)
    expectation = parse_expectation("above 5")
    failed = replace(found, verdict="fails", claim=replace(found.claim, expectation=expectation))
    assert (failed.is_without_training, failed.doubt) == (False, None)


def test_a_strict_build_refuses_claims_that_untrained_networks_meet_too(project: Project) -> None:
    file = write_up(project, without=["never-measured"])
    site = files_of(project.site)
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, record(), strict=True)
    (doubt,) = raised.value.problems
    holding = next(each["untrained"]["holding"] for each in claims_of(project) if each["untrained"] is not None)
    assert holding > 2
    assert str(doubt).splitlines() == [
        f"{file}:{line_of(file, 'id: counts')}: the claim 'counts' holds, but not because of training: "
        f"{holding} of 40 untrained networks meet it",
        "    raise the bar, measure something else, or say that training is not the cause: needs_training: false",
    ]
    assert files_of(project.site) == site


def test_a_claim_that_admits_it_holds_without_training_and_the_page_says_so(project: Project) -> None:
    write_up(project, without=["never-measured"], admits=True)
    build_gallery(project, record(), strict=True)
    page = (project.site / "writeups" / "what-it-does.html").read_text(encoding="utf-8")
    assert 'data-claim="counts" data-verdict="holds" data-without-training' in page


def test_a_strict_build_refuses_whatever_another_warns_of(project: Project) -> None:
    write_up(project, without=["never-measured"], admits=True)
    day = date(2024, 2, 2)  # before that of the write-up
    progress = record()
    build_gallery(project, progress, today=day)
    (warned,) = progress.problems
    site = files_of(project.site)
    progress = record()
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, progress, today=day, strict=True)
    assert raised.value.problems == (warned,)
    assert progress.problems == []
    assert files_of(project.site) == site


def test_what_is_left_behind_a_strict_build_is_an_error_after_publishing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_up(project, without=["never-measured"], admits=True)
    left = Problem("old", "cannot be removed")
    monkeypatch.setattr(lstmgallery.build, "publish", lambda *given: replace(publish(*given), left=(left,)))
    summary = lstmgallery.build.Summary()
    with pytest.raises(GalleryError) as raised:
        build_gallery(project, record(), strict=True, summary=summary)
    assert raised.value.problems == (left,)
    assert "published" in summary.outcome
    assert (project.site / "writeups" / "what-it-does.html").exists()


def test_a_build_that_is_not_strict_warns_of_nothing(project: Project) -> None:
    write_up(project)
    progress = record()
    build_gallery(project, progress)
    assert progress.problems == []


def test_the_command_ends_with_1_where_a_strict_build_is_refused(project: Project) -> None:
    file = write_up(project, right="below 0.5", without=["never-measured"], admits=True)
    site = files_of(project.site)
    run = run_python("build_site.py", "--strict", *options(project))
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        f"error: {file}:{line_of(file, 'id: right-in-range')}: the claim 'right-in-range' fails: {RIGHT} is 1, "
        "expected below 0.5\n"
        "    change the claim to match the measurement, or train another network\n"
        "1 error; nothing was published.\n"
    )
    assert files_of(project.site) == site


def test_without_strict_the_command_publishes_and_lists_what_does_not_hold(project: Project) -> None:
    file = write_up(project, right="below 0.5")
    run = run_python("build_site.py", *options(project))
    assert run.returncode == 0
    lines = run.stdout.splitlines()
    assert "claims: 2 of 4 hold, 1 of these not because of training" in lines
    assert "warning:" not in run.stdout + run.stderr
    assert f"fails: {file}:{line_of(file, 'id: right-in-range')}: the claim 'right-in-range' fails: " in run.stdout
    assert f"unmeasured: {file}:{line_of(file, 'id: never-measured')}: the claim 'never-measured' could " in run.stdout
    page = (project.site / "writeups" / "what-it-does.html").read_text(encoding="utf-8")
    assert 'data-claim="right-in-range" data-verdict="fails"' in page


OVER_SEEDS = """\
---
title: What it does in general
summary: What the small network does under every seed.
published: 2024-02-03
---

Its cells reach {small best(remaining) | max over seeds of max of cell} at the most.

```claim
id: often-right
network: small
says: It is right in its range under some seeds.
measure: share of seeds where right where size <= 3 == 1
expect: at least 0.5
```

```claim
id: counts-in-general
neuron: small best(remaining)
says: In general a cell counts.
measure: median over seeds of r2 of cell with remaining
expect: at least -1
needs_training: false
```

```claim
id: never-measured-in-general
network: small
says: Nothing is measured under any seed.
measure: mean over seeds of mean of cell where step > 50
expect: below 0
```
"""
OFTEN = "small: share of seeds where right where size <= 3 == 1"
IN_GENERAL = "small best(remaining): median over seeds of r2 of cell with remaining"
NOWHERE = "small: mean over seeds of mean of cell where step > 50"
HIGHEST = "small best(remaining): max over seeds of max of cell"


@pytest.fixture
def general(project: Project) -> Project:
    """The gallery with a write-up on claims over seeds, and the one on its own network."""
    write_up(project, without=["never-measured"], admits=True)
    (project.content / "writeups" / "in-general.md").write_text(OVER_SEEDS, encoding="utf-8")
    return project


def test_what_is_asked_over_seeds_is_made_of_what_each_seed_answers(
    general: Project, answers: dict[str, Answer]
) -> None:
    found = ask(general, Inline())
    right, counts = answers[RIGHT].by_seed or {}, answers[COUNTS].by_seed or {}
    assert found[OFTEN].by_seed == right
    assert found[OFTEN].value == sum(value == 1 for value in right.values()) / 2 == 0.5
    assert found[IN_GENERAL].by_seed == counts
    assert found[IN_GENERAL].value == pytest.approx(
        np.median([value for value in counts.values() if value is not None])
    )
    assert (found[NOWHERE].value, found[NOWHERE].measurement.reason) == (None, "not measurable in any seed")


def test_a_quote_over_seeds_asks_every_seed(general: Project) -> None:
    found = ask(general, Inline())[HIGHEST]
    network = network_of(general)
    steps = step_truths(network.task, list(language_of(network).sequences()))
    weights = store.read_seed_weights(general.build / "small" / store.SEED_WEIGHTS)
    question = next(q for w in check_content(general).writeups for q in w.questions if q.key == HIGHEST).of_one
    values = {seed: question.answer(MeasuredNetwork(network, each, steps)).value for seed, each in weights.items()}
    assert found.by_seed == values
    assert found.value == max(value for value in values.values() if value is not None)


def test_what_is_quoted_or_claimed_over_seeds_is_asked_of_no_untrained_network(general: Project) -> None:
    ask(general, Inline())
    kept = json.loads((general.build / "small" / KEPT).read_text(encoding="utf-8"))
    assert set(kept["untrained"]["answers"]) == {COUNTS, NOTHING}  # as the build before was asked


def test_the_gallery_s_own_network_stands_beside_what_is_said_over_seeds(general: Project) -> None:
    found = ask(general, Inline())
    assert (found[OFTEN].own, found[IN_GENERAL].own) == (found[RIGHT].value, found[COUNTS].value)
    assert (found[OFTEN].untrained, found[OFTEN].null_p99, found[OFTEN].standing) == (None, None, None)


def test_a_question_and_the_same_over_seeds_are_asked_once_of_each_seed(general: Project) -> None:
    workers = Inline()
    ask(general, workers)
    highest = "small best(remaining): max of cell"
    assert workers.asked == [highest] * 2  # the others were answered by the build before, under their own keys


def test_without_a_sweep_what_is_said_over_seeds_is_unmeasured(general: Project) -> None:
    summary = build_gallery(general, record())
    found = {each.claim.id: (each.verdict, each.is_left_out) for each in summary.claims}
    in_general = ("often-right", "counts-in-general", "never-measured-in-general")
    assert [found[name] for name in in_general] == [("unmeasured", True)] * 3
    assert found["right-in-range"] == ("holds", False)
    assert [each["reason"] for each in claims_of(general) if each["id"] in in_general] == [
        "this build skipped the other seeds"
    ] * 3


def test_a_strict_build_does_not_refuse_what_it_left_out(general: Project) -> None:
    summary = build_gallery(general, record(), strict=True)
    assert summary.published is not None


def test_a_strict_build_with_a_sweep_refuses_what_does_not_hold_over_seeds(general: Project) -> None:
    file = general.content / "writeups" / "in-general.md"
    file.write_text(OVER_SEEDS.replace("at least 0.5", "above 0.5"), encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        build_gallery(general, record(), seeds=2, strict=True)
    wrong, unmeasured = (str(problem).splitlines()[0] for problem in raised.value.problems)
    place = f"{file}:{line_of(file, 'id: often-right')}"
    assert wrong == f"{place}: the claim 'often-right' fails: {OFTEN} is 0.5, expected above 0.5"
    assert unmeasured.endswith(
        f"the claim 'never-measured-in-general' could not be measured: {NOWHERE} is not measurable "
        "(not measurable in any seed), expected below 0"
    )


def test_the_summary_counts_apart_what_was_left_out(general: Project) -> None:
    run = run_python("build_site.py", "--strict", *options(general))
    assert run.returncode == 0, run.stderr
    assert ("claims: 3 of 6 hold; 3 about other seeds, skipped by this build\n") in run.stdout
    assert "left out:" not in run.stdout
    assert "unmeasured:" not in run.stdout


def test_a_verbose_build_lists_what_others_count(general: Project) -> None:
    (general.site / "old.html").write_text("old")
    file = write_up(general, right="below 0.5")
    run = run_python("build_site.py", "--verbose", *options(general))
    assert run.returncode == 0, run.stderr
    listed = [line for line in run.stdout.splitlines() if line.startswith(("left out:", "doubtful:", "removed:"))]
    other = general.content / "writeups" / "in-general.md"
    ids = ("often-right", "counts-in-general", "never-measured-in-general")
    assert listed[:3] == [f"left out: {other}:{line_of(other, f'id: {each}')}: {each}" for each in ids]
    assert listed[3].startswith(f"doubtful: {file}:{line_of(file, 'id: counts')}: the claim 'counts' holds, but not")
    assert listed[4:] == ["removed: old.html"]


def test_verdicts_over_seeds_are_left_as_json_with_every_seed(general: Project, answers: dict[str, Answer]) -> None:
    build_gallery(general, record(), seeds=2)
    found = {each["id"]: each for each in claims_of(general)}
    right, counts = answers[RIGHT].by_seed or {}, answers[COUNTS].by_seed or {}
    assert found["often-right"] == {
        "writeup": "in-general",
        "id": "often-right",
        "says": "It is right in its range under some seeds.",
        "subject": "small",
        "measure": "share of seeds where right where size <= 3 == 1",
        "expect": "at least 0.5",
        "verdict": "holds",
        "value": 0.5,
        "reason": "",
        "n": 2,
        "unit": "seed",
        "untrained": None,
        "by_untrained": None,
        "null_p99": None,
        "standing": None,
        "seeds": None,
        "by_seed": {"1": right[1], "2": right[2]},
    }
    assert found["counts-in-general"]["by_seed"] == {"1": counts[1], "2": counts[2]}
    assert (found["never-measured-in-general"]["verdict"], found["never-measured-in-general"]["value"]) == (
        "unmeasured",
        None,
    )
