"""A problem prints its place, its source with a mark below, and its fix."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError, Problem, naming, nearest

WORDS = ["cell", "held_out", "layers", "units"]


@pytest.mark.parametrize(
    ("problem", "printed"),
    [
        (Problem("file.md", "is wrong"), "file.md: is wrong"),
        (Problem("file.md", "is wrong", 3), "file.md:3: is wrong"),
        (Problem("file.md", "is wrong", 3, 5), "file.md:3:5: is wrong"),
        (Problem("file.md", "is wrong", hint="mend it"), "file.md: is wrong\n    mend it"),
        (
            Problem("file.md", "is wrong", 3, 5, "abc: 7", "mend it"),
            "file.md:3:5: is wrong\n    abc: 7\n        ^\n    mend it",
        ),
    ],
)
def test_a_problem_prints_what_is_known(problem: Problem, printed: str) -> None:
    assert str(problem) == printed


def test_an_error_prints_all_its_problems() -> None:
    error = GalleryError([Problem("one", "is wrong"), Problem("other", "is missing")])
    assert str(error) == "one: is wrong\nother: is missing"
    assert len(error.problems) == 2


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("unit", "did you mean 'units'?"),
        ("layer", "did you mean 'layers'?"),
        ("zzz", "valid here: cell, held_out, layers, units"),
    ],
)
def test_the_nearest_spelling_is_suggested(word: str, hint: str) -> None:
    assert nearest(word, WORDS) == hint


def test_nothing_is_suggested_where_nothing_is_valid() -> None:
    assert nearest("word", []) is None


@given(st.text(), st.permutations(WORDS))
def test_a_suggestion_does_not_depend_on_the_order_of_the_words(word: str, words: list[str]) -> None:
    assert nearest(word, words) == nearest(word, WORDS)


@pytest.mark.parametrize(("named", "shown"), [(None, "some/folder"), ("its/own", "its/own")])
def test_an_error_of_the_system_without_a_file_gets_one(named: str | None, shown: str) -> None:
    with pytest.raises(OSError, match="full") as raised, naming(Path("some/folder")):
        raise OSError(28, "full", named)
    assert raised.value.filename == shown


@pytest.mark.parametrize("column", [1, 2_500_000, 5_000_000])
def test_a_line_or_a_value_of_megabytes_is_shortened_around_its_place(column: int) -> None:
    source = "x" * (column - 1) + "!" + "x" * (5_000_000 - column)
    text = str(Problem("a.md", f"expected less, found {source!r}", 3, column, source, hint="shorten it"))
    assert len(text) < 5_000
    head, shown, caret, hint = text.split("\n")
    assert head.startswith(f"a.md:3:{column}: expected less, found '")
    assert shown[caret.index("^")] == "!"
    assert hint == "    shorten it"
