"""Every build shows the pinned network, whatever another training would give."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import lstmgallery.lab.train
import lstmgallery.stages
from lstmgallery import store
from lstmgallery.build import Summary, build_gallery
from lstmgallery.cache import file_hash
from lstmgallery.cli import main
from lstmgallery.desk.findings import find_findings
from lstmgallery.errors import GalleryError, Problem
from lstmgallery.lab.trace import trace
from lstmgallery.network import Network, read_network
from lstmgallery.pinning import pin_networks, unpin_network
from lstmgallery.pins import Arrays, Pin, hash_weights, pin_path, read_pin, write_pin
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from tests.conftest import (
    Gallery,
    files_of,
    folders_in,
    options,
    published_in,
    random_weights,
    record,
    results_of,
    write_small_content,
)
from tests.press.conftest import parse_html

pytestmark = pytest.mark.usefixtures("trained_once")

TODAY = date(2026, 1, 2)
SHIFT = 1e-3  # by how much the pinned weights of another machine differ from those trained here
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
id: bounded
network: small
says: Its cells stay small.
measure: max of abs(hidden)
expect: at most 1
```

```claim
id: in-general
network: small
says: It is right in its range under every seed.
measure: share of seeds where right where size <= 3 == 1
expect: exactly 1
```
"""


def run_here(*arguments: str) -> Result:
    """Run the program in this process; return its exit code and its output."""
    return CliRunner().invoke(main, arguments, prog_name="lstmgallery", catch_exceptions=False)


def network_of(project: Project, name: str = "small") -> Network:
    return read_network(project.content / "networks" / f"{name}.md")[0]


def pin_of(project: Project) -> Pin:
    return read_pin(pin_path(project.content, "small"), network_of(project))


def pin(project: Project, *names: str) -> Any:
    """Pin the network trained last; return the pin."""
    return list(pin_networks(project.content, project.build, names, TODAY))


def rewrite(project: Project, weights: Arrays) -> None:
    """Give the pin other weights, as if another machine had trained them."""
    old = pin_of(project)
    header = old.header.model_copy(update={"sha256": hash_weights(weights, old.untrained)})
    write_pin(old.file, header, weights, old.untrained)


def shifted(weights: Arrays) -> Arrays:
    """Return weights with one kernel changed by up to `SHIFT`."""
    moved = weights["layer_1/kernel"] + np.float32(SHIFT) * np.sign(weights["layer_1/kernel"])
    return {**weights, "layer_1/kernel": moved.astype(np.float32)}


def edit(project: Project, old: str, new: str) -> None:
    file = project.content / "networks" / "small.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def stages_run(summary: Summary) -> list[str]:
    return [run.stage for run in summary.runs if not run.was_cached]


def refuse_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a network was trained")

    monkeypatch.setattr(lstmgallery.lab.train, "train_seeds", fail)
    monkeypatch.setattr(lstmgallery.stages, "_train_seeds", fail)


def problem_of(raised: pytest.ExceptionInfo[GalleryError]) -> Problem:
    (problem,) = raised.value.problems
    return problem


@pytest.fixture(scope="module")
def pinned_gallery(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """The small gallery, built with a pin of other weights than a training here gives; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("pinned"))
    for name in ("content", "build"):
        shutil.copytree(getattr(small_gallery.project, name), getattr(project, name))
    pin(project)
    rewrite(project, shifted(pin_of(project).weights))
    return Gallery(project, build_gallery(project, record()))


@pytest.fixture
def pinned(pinned_gallery: Gallery, tmp_path: Path) -> Project:
    """A copy of that gallery for one test to change."""
    project = folders_in(tmp_path)
    for name in ("content", "build", "site"):
        shutil.copytree(getattr(pinned_gallery.project, name), getattr(project, name))
    return project


def test_what_was_trained_is_pinned_to_the_bit(small_project: Project) -> None:
    (found,) = pin(small_project)
    kept = pin_of(small_project)
    folder = small_project.build / "small"
    for arrays, name in ((kept.weights, store.WEIGHTS), (kept.untrained, store.UNTRAINED)):
        trained = store.read_weights(folder / name)
        assert {key: values.tobytes() for key, values in arrays.items()} == {
            key: values.tobytes() for key, values in trained.items()
        }
    about = store.read_about(folder / store.CURVE)
    assert (found.network, found.file, found.replaced, found.changes) == ("small", kept.file, None, ())
    assert kept.header == found.header
    assert kept.header.criterion == about["criterion"]
    assert kept.header.origin.model_dump(mode="json") == about["origin"]
    assert list(kept.header.curve.step) == store.read_table(folder / store.CURVE)["step"].tolist()


def test_a_build_shows_the_pinned_network_and_trains_nothing(pinned: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(pinned.build)
    refuse_training(monkeypatch)
    progress = record()
    summary = build_gallery(pinned, progress)
    assert ("small", "pin") in progress.started
    assert ("small", "train") not in progress.started
    assert [run.is_pinned for run in summary.runs] == [True, False, False]
    shown = store.read_weights(pinned.build / "small" / store.WEIGHTS)
    assert hash_weights(shown, pin_of(pinned).untrained) == pin_of(pinned).header.sha256


def test_every_file_of_a_pinned_network_is_about_its_weights(pinned_gallery: Gallery) -> None:
    project = pinned_gallery.project
    folder, network = project.build / "small", network_of(project)
    weights, untrained = pin_of(project).weights, pin_of(project).untrained
    assert store.read_about(folder / store.STEPS)["weights_sha256"] == file_hash(folder / store.WEIGHTS)
    for found, expected in (
        (store.read_weights(folder / store.WEIGHTS), weights),
        (store.read_weights(folder / store.UNTRAINED), untrained),
        (store.read_traced_weights(folder), weights),
    ):
        assert {key: values.tobytes() for key, values in found.items()} == {
            key: values.tobytes() for key, values in expected.items()
        }
    steps = store.read_steps(folder)
    sequences = [*network.shown, *network.task.split(held_out=network.held_out).held_out]
    traced = trace(network, weights, sequences)
    found = store.read_layer(folder, network, 1)
    for at, key in enumerate(network.kind.keys):
        np.testing.assert_array_equal(found[key], traced.signals[0][at])
    assert len(steps) == len(traced.logits)


def test_pinning_and_building_again_gives_the_same_site_but_for_where_it_is_from(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = published_in(small_project.site)
    pin(small_project)
    refuse_training(monkeypatch)
    build_gallery(small_project, record())
    changed = {path for path, content in published_in(small_project.site).items() if site.get(path) != content}
    assert {path for path in changed if "/layer-" not in path} <= {"networks/small/index.html", "explorer/small.html"}
    assert {path.rpartition(".")[2] for path in changed} == {"html"}


def test_the_summary_says_pinned(pinned: Project) -> None:
    done = run_here(*options(pinned))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].split() == ["small", "pinned", "cached", "cached"]


def test_the_page_of_a_pinned_network_says_since_when_and_where_it_was_trained(pinned_gallery: Gallery) -> None:
    page = (pinned_gallery.project.site / "networks" / "small" / "index.html").read_text(encoding="utf-8")
    text = parse_html(page).text
    origin = pin_of(pinned_gallery.project).header.origin
    assert "Its weights were pinned as part of this gallery’s content on 2026-01-02. They were trained" in text
    assert origin.processor in text
    assert f"TensorFlow {origin.libraries['tensorflow']}" in text
    assert "This build did not retrain it." in text


def test_a_build_after_another_pin_takes_its_weights(pinned: Project) -> None:
    before = file_hash(pinned.build / "small" / store.WEIGHTS)
    rewrite(pinned, shifted(pin_of(pinned).weights))
    assert stages_run(build_gallery(pinned, record())) == ["train", "trace", "measure"]
    assert file_hash(pinned.build / "small" / store.WEIGHTS) != before


def test_a_pin_that_does_not_meet_the_criterion_fails_the_build_and_is_named(pinned: Project) -> None:
    site, results = files_of(pinned.site), results_of(pinned)
    rewrite(pinned, random_weights(network_of(pinned), seed=1))
    with pytest.raises(GalleryError) as raised:
        build_gallery(pinned, record())
    problem = problem_of(raised)
    assert problem.place == str(pin_path(pinned.content, "small"))
    assert re.fullmatch(
        r"the pinned weights miss the success criterion: expected every determined token right on all 3 sequences of "
        r"the training range, found [0-2] sequences right \(\d of 9 tokens\)",
        problem.message,
    )
    assert "--retrain" in (problem.hint or "")
    assert (files_of(pinned.site), results_of(pinned)) == (site, results)


def test_retraining_shows_what_is_trained_here(pinned: Project, small_gallery: Gallery) -> None:
    summary = build_gallery(pinned, record(), retrain=True)
    assert [run.is_pinned for run in summary.runs] == [False] * 3
    assert summary.set_aside == ["small"]
    trained = small_gallery.project.build / "small" / store.WEIGHTS
    assert file_hash(pinned.build / "small" / store.WEIGHTS) == file_hash(trained)
    page = "networks/small/index.html"
    here, unpinned = published_in(pinned.site), published_in(small_gallery.project.site)
    assert [path for path in unpinned if here[path] != unpinned[path]] == [page]
    assert b"this build trained this network instead of using the pinned one" in here[page]


def test_a_build_after_retraining_shows_the_pinned_network_again(pinned: Project) -> None:
    results, site = results_of(pinned), files_of(pinned.site)
    build_gallery(pinned, record(), retrain=True)
    build_gallery(pinned, record())
    assert results_of(pinned) == results
    assert files_of(pinned.site) == site


def test_retraining_one_network_leaves_the_others_pinned(pinned: Project) -> None:
    write_small_content(pinned.content, "other")
    summary = build_gallery(pinned, record(), only="other", retrain=True)
    assert (summary.skipped, summary.set_aside) == ([], [])
    page = (pinned.site / "networks" / "small" / "index.html").read_text(encoding="utf-8")
    assert "Its weights were pinned" in parse_html(page).text


def test_a_pin_that_no_longer_fits_does_not_keep_its_network_from_being_retrained(pinned: Project) -> None:
    edit(pinned, "seed: 1", "seed: 2")
    with pytest.raises(GalleryError):
        build_gallery(pinned, record())
    assert stages_run(build_gallery(pinned, record(), retrain=True)) == ["train", "trace", "measure"]


def write_up(project: Project, text: str = WRITEUP) -> None:
    (project.content / "writeups").mkdir(exist_ok=True)
    (project.content / "writeups" / "what-it-does.md").write_text(text, encoding="utf-8")


def test_pinning_again_says_what_it_replaces(pinned: Project) -> None:
    build_gallery(pinned, record(), retrain=True)
    done = run_here("pin", "--content", str(pinned.content), "--cache", str(pinned.build))
    header = pin_of(pinned).header
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"small: pinned in {pin_path(pinned.content, 'small')} (seed 1, {header.steps} steps)",
        f"  replaces the pin of 2026-01-02 (seed 1, {header.steps} steps)",
        "  commit it with the content; builds will show it",
    ]


def test_pinning_the_same_weights_again_says_so(small_project: Project) -> None:
    pin(small_project)
    done = run_here("pin", "small", "--content", str(small_project.content), "--cache", str(small_project.build))
    assert "  same weights as the pinned ones\n" in done.stdout


def test_pinning_says_which_claims_change_their_verdict(pinned: Project) -> None:
    write_up(pinned)
    rewrite(pinned, random_weights(network_of(pinned), seed=1))
    build_gallery(pinned, record(), retrain=True)
    (found,) = pin(pinned)
    assert [(each.writeup, each.claim.id, each.before, each.after, each.value) for each in found.changes] == [
        ("what-it-does", "right", "fails", "holds", 1.0)
    ]


def test_a_changed_verdict_is_printed_with_both(pinned: Project) -> None:
    write_up(
        pinned,
        WRITEUP.replace(
            "expect: exactly 1\n```\n\n```claim\nid: bounded", "expect: below 1\n```\n\n```claim\nid: bounded"
        ),
    )
    rewrite(pinned, random_weights(network_of(pinned), seed=1))
    build_gallery(pinned, record(), retrain=True)
    done = run_here("pin", "small", "--content", str(pinned.content), "--cache", str(pinned.build))
    assert "  the claim what-it-does#right held; it now fails (1, expected below 1)\n" in done.stdout


def test_a_first_pin_says_which_claims_do_not_hold(small_project: Project) -> None:
    write_up(small_project, WRITEUP.replace("at most 1", "above 1"))
    (found,) = pin(small_project)
    assert [(each.claim.id, each.before, each.after) for each in found.changes] == [("bounded", None, "fails")]


def test_a_pin_of_another_seed_replaces_the_one_before_by_name(pinned: Project) -> None:
    edit(pinned, "seed: 1", "seed: 2")
    build_gallery(pinned, record(), retrain=True)
    (found,) = pin(pinned)
    assert found.header.network["seed"] == 2
    assert found.replaced is not None
    assert found.replaced.network["seed"] == 1


def test_a_pin_of_other_units_replaces_one_that_no_claim_can_be_asked_of(pinned: Project) -> None:
    write_up(pinned)
    edit(pinned, "units: 6", "units: 7")
    build_gallery(pinned, record(), retrain=True)
    (found,) = pin(pinned)
    assert (found.replaced, found.changes) == (None, ())
    assert build_gallery(pinned, record()).runs[0].is_pinned


def test_an_unknown_network_cannot_be_pinned(small_project: Project) -> None:
    with pytest.raises(GalleryError) as raised:
        pin(small_project, "smal")
    problem = problem_of(raised)
    assert problem.message == f"expected the name of a network in {small_project.content / 'networks'}, found 'smal'"
    assert problem.hint == "did you mean 'small'?"
    assert not pin_path(small_project.content, "small").exists()


def test_a_network_that_was_not_trained_cannot_be_pinned(small_project: Project) -> None:
    write_small_content(small_project.content, "other")
    with pytest.raises(GalleryError) as raised:
        pin(small_project, "other")
    problem = problem_of(raised)
    assert (problem.place, problem.message) == (
        str(small_project.build / "other"),
        "expected a network trained here, found none",
    )
    assert problem.hint == "train it: lstmgallery build --network other --quick --retrain"


def test_a_network_that_is_shown_from_its_pin_cannot_be_pinned_again(pinned: Project) -> None:
    before = pin_path(pinned.content, "small").read_bytes()
    with pytest.raises(GalleryError) as raised:
        pin(pinned, "small")
    assert problem_of(raised).message == ("expected a network trained here, found the one already pinned")
    assert pin_path(pinned.content, "small").read_bytes() == before


def test_where_nothing_was_trained_there_is_nothing_to_pin(pinned: Project) -> None:
    with pytest.raises(GalleryError) as raised:
        pin(pinned)
    assert problem_of(raised).message == "expected networks trained here, found none"


def test_a_network_that_was_trained_from_another_front_matter_cannot_be_pinned(small_project: Project) -> None:
    edit(small_project, "units: 6", "units: 7")
    with pytest.raises(GalleryError) as raised:
        pin(small_project, "small")
    assert problem_of(raised).message == (
        "expected a network trained as its front matter says, found another value of units"
    )


def test_results_of_an_earlier_version_cannot_be_pinned(small_project: Project) -> None:
    file = small_project.build / "small" / store.CURVE
    about = {key: value for key, value in store.read_about(file).items() if key != "origin"}
    store.write_results(file, store.read_table(file), about)
    with pytest.raises(GalleryError) as raised:
        pin(small_project, "small")
    assert problem_of(raised).hint == "train it: lstmgallery build --network small --quick --retrain"


def test_without_names_all_that_were_trained_here_are_pinned(pinned: Project) -> None:
    write_small_content(pinned.content, "other")
    build_gallery(pinned, record())
    assert [found.network for found in pin(pinned)] == ["other"]


def test_unpinning_removes_the_pin_and_the_next_build_trains(pinned: Project, small_gallery: Gallery) -> None:
    done = run_here("unpin", "small", "--content", str(pinned.content))
    file = pin_path(pinned.content, "small")
    assert (done.exit_code, done.stdout) == (0, f"removed {file}; the next build trains small\n")
    assert not file.exists()
    assert stages_run(build_gallery(pinned, record())) == ["train", "trace", "measure"]
    assert files_of(pinned.site) == files_of(small_gallery.project.site)


@pytest.mark.parametrize(
    ("name", "is_pinned", "hint"),
    [("smal", True, "did you mean 'small'?"), ("small", False, "no network is pinned")],
)
def test_what_is_not_pinned_cannot_be_unpinned(small_project: Project, name: str, is_pinned: bool, hint: str) -> None:
    if is_pinned:
        pin(small_project)
    with pytest.raises(GalleryError) as raised:
        unpin_network(small_project.content, name)
    problem = problem_of(raised)
    assert (problem.place, problem.message, problem.hint) == (
        str(pin_path(small_project.content, name)),
        "expected a pinned network, found no file",
        hint,
    )


def seeds_about(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = store.read_about(project.build / "small" / store.SEEDS)
    return found


def training_text(project: Project) -> str:
    page = (project.site / "networks" / "small" / "index.html").read_text(encoding="utf-8")
    return parse_html(page).text


@pytest.fixture(scope="module")
def swept(pinned_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The pinned gallery with a sweep of two seeds and a write-up; never changed by a test."""
    project = folders_in(tmp_path_factory.mktemp("swept"))
    for name in ("content", "build"):
        shutil.copytree(getattr(pinned_gallery.project, name), getattr(project, name))
    write_up(project)
    build_gallery(project, record(), seeds=2)
    return project


def test_a_sweep_trains_the_pinned_network_s_own_seed_here(swept: Project, small_gallery: Gallery) -> None:
    by_seed = store.read_seed_weights(swept.build / "small" / store.SEED_WEIGHTS)
    assert [*by_seed] == [1, 2]
    trained = store.read_weights(small_gallery.project.build / "small" / store.WEIGHTS)
    assert [name for name in trained if by_seed[1][name].tobytes() != trained[name].tobytes()] == []


def test_a_sweep_says_by_how_much_training_here_differs(swept: Project) -> None:
    assert seeds_about(swept)["own_seed_differs_by"] == pytest.approx(SHIFT, rel=1e-3)
    text = training_text(swept)
    assert "Retrained with the same seed on a processor of type" in text
    assert "it comes out as a different network: the weights differ by up to" in text
    assert "This page describes the pinned one." in text


def test_a_sweep_of_what_was_pinned_here_gives_it_again_to_the_bit(
    swept: Project, small_gallery: Gallery, tmp_path: Path
) -> None:
    project = folders_in(tmp_path)
    shutil.copytree(swept.content, project.content)
    shutil.copytree(swept.build, project.build)
    trained = store.read_weights(small_gallery.project.build / "small" / store.WEIGHTS)
    rewrite(project, trained)
    summary = build_gallery(project, record(), seeds=2)
    assert stages_run(summary) == ["train", "trace", "measure", "compare"]  # the sweep does not depend on the pin
    assert seeds_about(project)["own_seed_differs_by"] == 0
    assert (
        "Retrained by this build with the same seed, it comes out the same: every weight is bitwise equal."
        in training_text(project)
    )


def test_what_the_sweep_shows_of_the_pinned_network_is_its_own(swept: Project) -> None:
    network = network_of(swept)
    held_out = network.task.split(held_out=network.held_out).held_out
    expected = {key: found.value for key, found in find_findings(network, pin_of(swept).weights, held_out).items()}
    assert seeds_about(swept)["shown"] == expected


def test_claims_over_seeds_are_about_what_was_trained_here(swept: Project) -> None:
    found = {each["id"]: each for each in json.loads((swept.build / "claims.json").read_text(encoding="utf-8"))}
    assert found["in-general"]["verdict"] == "holds"
    assert (found["in-general"]["n"], found["in-general"]["unit"]) == (2, "seed")
    assert [*found["in-general"]["by_seed"]] == ["1", "2"]


def test_unpinning_keeps_the_sweep_s_numbers(swept: Project, tmp_path: Path) -> None:
    project = folders_in(tmp_path)
    shutil.copytree(swept.content, project.content)
    shutil.copytree(swept.build, project.build)
    before = pd.read_parquet(project.build / "small" / store.SEEDS)
    unpin_network(project.content, "small")
    build_gallery(project, record(), seeds=2)
    pd.testing.assert_frame_equal(pd.read_parquet(project.build / "small" / store.SEEDS), before)


def status_of(project: Project) -> list[str]:
    done = run_here("status", "--content", str(project.content), "--cache", str(project.build))
    assert (done.exit_code, done.stderr) == (0, "")
    return [re.sub(r" {2,}", " | ", line.strip()) for line in done.stdout.splitlines()[1:]]


def test_the_status_of_what_was_trained_here(small_project: Project) -> None:
    assert status_of(small_project) == ["small | trained here | current | none"]


def test_the_status_of_what_was_pinned(pinned: Project) -> None:
    assert status_of(pinned) == ["small | pinned 2026-01-02 | current | none"]


def test_the_status_of_what_was_trained_beside_its_pin(pinned: Project) -> None:
    build_gallery(pinned, record(), retrain=True)
    assert status_of(pinned) == ["small | pinned 2026-01-02; another one trained here | stale | none"]


def test_the_status_of_what_was_swept(swept: Project) -> None:
    assert status_of(swept) == ["small | pinned 2026-01-02 | current | 2"]


def test_the_status_of_what_was_swept_from_another_front_matter(swept: Project, tmp_path: Path) -> None:
    project = replace(swept, content=tmp_path / "content")
    shutil.copytree(swept.content, project.content)
    edit(project, "seed: 1", "seed: 4")
    unpin_network(project.content, "small")
    assert status_of(project) == ["small | not trained | stale | 2, stale"]


def test_the_status_of_what_was_never_built_changes_nothing(tmp_path: Path) -> None:
    project = folders_in(tmp_path)
    write_small_content(project.content, "small")
    assert status_of(project) == ["small | not trained | none | none"]
    assert not project.build.exists()


def test_the_status_is_in_the_order_of_the_index(small_project: Project) -> None:
    write_small_content(small_project.content, "other", "zebra")
    file = small_project.content / "networks" / "zebra.md"
    file.write_text(file.read_text(encoding="utf-8").replace("units:", "order: 1\nunits:"), encoding="utf-8")
    names = [entry.network.name for entry in read_content(small_project.content).networks]
    assert [line.split(" | ")[0] for line in status_of(small_project)] == names == ["zebra", "other", "small"]
