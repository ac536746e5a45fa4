"""What builds have left is found and removed, and nothing else."""

import shutil

import pytest

from lstmgallery.clean import find_waste, remove
from lstmgallery.errors import GalleryError
from lstmgallery.exchange import MARKER, NEW
from lstmgallery.project import Project, in_use
from tests.conftest import files_of, options, run_python


def folders(project: Project) -> list[str]:
    return ["--content", str(project.content), "--cache", str(project.build), "--output", str(project.site)]


def test_a_gallery_in_use_has_nothing_to_remove(small_project: Project) -> None:
    assert find_waste(small_project, everything=False) == []


def test_results_of_a_network_that_has_gone_are_removed(small_project: Project) -> None:
    before = files_of(small_project.build)
    shutil.copytree(small_project.build / "small", small_project.build / "gone")
    (waste,) = find_waste(small_project, everything=False)
    assert waste.path == small_project.build / "gone"
    assert waste.why == "results of a network that has gone, with weights that are pinned nowhere"
    assert waste.size == sum(len(content) for path, content in before.items() if path.startswith("small/"))
    remove([waste])
    assert files_of(small_project.build) == before
    assert not waste.path.exists()


def test_everything_is_all_that_builds_keep_and_the_next_build_makes_it_again(small_project: Project) -> None:
    site = files_of(small_project.site)
    content = files_of(small_project.content)
    remove(find_waste(small_project, everything=True))
    assert {*files_of(small_project.build)} <= {".lock"}
    assert (files_of(small_project.site), files_of(small_project.content)) == (site, content)
    run = run_python("build_site.py", *options(small_project))
    assert run.returncode == 0, run.stderr
    assert files_of(small_project.site) == site


def test_what_is_not_ours_stays_and_is_named(small_project: Project) -> None:
    mine = {
        small_project.build / "notes.txt": b"mine",
        small_project.build / "small" / "notes.txt": b"mine",
        small_project.build / "small" / "searched" / "notes.npz": b"mine",
        small_project.build / "my-folder" / "deep" / "notes.txt": b"mine",
        small_project.site.parent / ".site.staging" / "thesis.txt": b"mine",
    }
    for file, content in mine.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (small_project.build / "linked").symlink_to(small_project.content, target_is_directory=True)
    (waste,) = (each for each in find_waste(small_project, everything=True) if each.path.is_dir())
    assert [file.name for file in waste.left] == ["notes.txt", "notes.npz"]
    remove(find_waste(small_project, everything=True))
    assert {file: file.read_bytes() for file in mine} == mine
    assert (small_project.content / "site.yaml").exists()


def test_what_killed_builds_left_is_removed(small_project: Project) -> None:
    staged = small_project.site.parent / ".site.staging"
    shutil.copytree(small_project.site, staged)
    (staged / MARKER).unlink()
    (staged / NEW).write_text("process 1", encoding="utf-8")
    partial = small_project.build / "small" / ".train.partial"
    partial.mkdir()
    (partial / "weights.npz").write_bytes(b"half")
    whys = {waste.path: waste.why for waste in find_waste(small_project, everything=False)}
    assert whys == {staged: "a build that was killed", small_project.build / "small": "stages that were killed"}
    remove(find_waste(small_project, everything=False))
    assert not staged.exists()
    assert not partial.exists()
    assert (small_project.build / "small" / "weights.npz").exists()


def test_the_old_site_is_not_taken_for_left_over_while_there_is_no_other(small_project: Project) -> None:
    previous = small_project.site.parent / ".site.previous"
    small_project.site.rename(previous)
    assert all(each.path != previous for each in find_waste(small_project, everything=True))


def test_without_content_no_network_counts_as_gone(small_project: Project) -> None:
    shutil.rmtree(small_project.content)
    with pytest.raises(GalleryError, match="expected the content folder, found none"):
        find_waste(small_project, everything=False)


def test_the_command_lists_first_and_asks(small_project: Project) -> None:
    before = files_of(small_project.build)
    run = run_python("-m", "lstmgallery", "clean", "--all", *folders(small_project))
    assert run.returncode == 1  # nobody answers
    assert f"{small_project.build / 'small'}: results" in run.stdout
    assert files_of(small_project.build) == before
    run = run_python("-m", "lstmgallery", "clean", "--all", "--yes", *folders(small_project))
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("removed\n")
    assert {*files_of(small_project.build)} <= {".lock"}
    run = run_python("-m", "lstmgallery", "clean", *folders(small_project))
    assert (run.returncode, run.stdout) == (0, "There is nothing to remove.\n")


def test_a_build_that_runs_is_left_alone(small_project: Project) -> None:
    with in_use(small_project.build):
        run = run_python("-m", "lstmgallery", "clean", "--all", "--yes", *folders(small_project))
    assert run.returncode == 1
    assert "another build is using this folder" in run.stderr
    assert "nothing was removed." in run.stderr
