"""Reading any content file gives values with their places, or problems with theirs."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError
from lstmgallery.frontmatter import Document, read_block, read_markdown, read_yaml
from lstmgallery.network import Network, read_network

KEYS = [*Network.model_fields, "kind", "longest", "steps", "a", "<<", "=", "~", "1"]
ROUGH = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
VALUES = st.recursive(
    SCALARS | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


def read(folder: Path, text: str) -> None:
    """Read a network from a text; the only allowed failure is problems with a place in the text."""
    file = folder / "small.md"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    report: GalleryError | None = None
    try:
        read_network(file)
    except GalleryError as error:
        report = error
    if report is None:
        return
    assert report.problems
    for problem in report.problems:
        assert problem.place == str(file)
        assert problem.message
        if problem.line is not None and problem.column is not None:
            line = file.read_text(encoding="utf-8").split("\n")[problem.line - 1]
            assert problem.source in (line, line.removeprefix("\ufeff"))
            assert 1 <= problem.column <= len(line) + 1


@ROUGH
@given(text=st.text())
def test_no_text_ends_in_anything_but_a_report(tmp_path: Path, text: str) -> None:
    read(tmp_path, text)


@ROUGH
@given(text=st.text())
def test_no_front_matter_ends_in_anything_but_a_report(tmp_path: Path, text: str) -> None:
    read(tmp_path, f"---\n{text}\n---\n")


@ROUGH
@given(text=st.text(alphabet="[]{}:,-?!&*|>'\"%@`#~<=. \n\tabt1_0x", max_size=40))
def test_no_punctuation_of_yaml_ends_in_anything_but_a_report(tmp_path: Path, text: str) -> None:
    read(tmp_path, f"---\n{text}\n---\n")


@ROUGH
@given(
    key=st.sampled_from(KEYS),
    tag=st.sampled_from(["int", "float", "bool", "null", "binary", "timestamp", "set", "omap", "pairs", "str", "map"]),
    text=st.text(alphabet="0123456789abcdefx_:.+-= ", max_size=12),
)
def test_no_tag_ends_in_anything_but_a_report(tmp_path: Path, key: str, tag: str, text: str) -> None:
    read(tmp_path, f"---\n{key}: !!{tag} '{text}'\n---\n")


@ROUGH
@given(values=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
def test_no_values_end_in_anything_but_a_report(tmp_path: Path, values: dict[str, Any]) -> None:
    read(tmp_path, f"---\n{yaml.safe_dump(values)}\n---\n")


def test_aliases_that_unfold_to_millions_of_values_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    file = tmp_path / "site.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(GalleryError, match="refers to itself or is nested too deep"):
        read_yaml(file)


def test_every_value_is_remembered_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "small.md"
    file.write_text("---\ntitle: A\ntask: {kind: counting}\nfigures:\n- aXb\n-  aaXbb\n---\nBody\n", encoding="utf-8")
    document = read_markdown(file)
    assert document.values == {"title": "A", "task": {"kind": "counting"}, "figures": ["aXb", "aaXbb"]}
    assert document.marks[("title",)] == (2, 8)
    assert document.keys[("task", "kind")] == (3, 8)
    assert document.marks[("task", "kind")] == (3, 14)
    assert document.marks[("figures", 1)] == (6, 4)
    assert (document.body, document.body_line) == ("Body\n", 8)


@pytest.mark.parametrize("text", ["\ufeff---\na: 1\n---\nBody\n", "---\r\na: 1\r\n---\r\nBody\r\n"])
def test_a_file_from_another_system_is_read_alike(tmp_path: Path, text: str) -> None:
    file = tmp_path / "small.md"
    file.write_bytes(text.encode())
    document = read_markdown(file)
    assert (document.values, document.body, document.marks[("a",)]) == ({"a": 1}, "Body\n", (2, 4))


def test_places_are_those_of_an_editor_where_yaml_breaks_more_lines(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text('a: "one\u2028 two"\nb: 3\n', encoding="utf-8")
    assert read_yaml(file).marks[("b",)] == (2, 4)


def test_a_date_stays_the_text_it_was_written_as(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("title: 2024-01-01\n", encoding="utf-8")
    assert read_yaml(file).values == {"title": "2024-01-01"}


def test_an_empty_file_holds_no_values(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("", encoding="utf-8")
    assert read_yaml(file).values == {}


BLOCK = """\
---
title: A
---
Prose.

```claim
id: one
measure: "mean of cel"
  expect: {nested: aXb}
```
"""


def document_of(folder: Path, text: str) -> Document:
    file = folder / "small.md"
    file.write_text(text, encoding="utf-8")
    return read_markdown(file)


def yaml_of(folder: Path, text: str) -> Document:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    return read_yaml(file)


def test_a_block_is_read_with_the_places_of_its_file(tmp_path: Path) -> None:
    document = document_of(tmp_path, BLOCK.replace("  expect", "expect"))
    block = read_block(document, 7, 9)
    assert block.values == {"id": "one", "measure": "mean of cel", "expect": {"nested": "aXb"}}
    assert (block.place, block.lines) == (document.place, document.lines)
    assert block.marks["id",] == (7, 5)
    assert block.keys["measure",] == (8, 1)
    assert block.marks["expect", "nested"] == (9, 18)


def test_a_mistake_in_a_block_is_placed_in_its_file(tmp_path: Path) -> None:
    with pytest.raises(GalleryError) as raised:
        read_block(document_of(tmp_path, BLOCK), 7, 9)
    (problem,) = raised.value.problems
    assert (problem.place, problem.line) == (str(tmp_path / "small.md"), 9)
    assert problem.source == "  expect: {nested: aXb}"
    assert problem.message.startswith("invalid YAML: ")


def test_an_empty_block_holds_no_values(tmp_path: Path) -> None:
    assert read_block(document_of(tmp_path, BLOCK), 7, 6).values == {}


@pytest.mark.parametrize(
    ("line", "column", "is_exact"),
    [
        ("a: mean of cell", 4, True),
        ('a:   "mean of cell"', 7, True),
        ("a: 'mean of cell'", 5, True),
        ('a: "mean \\x6ff cell"', 4, False),
        ("a: mean of\n  cell", 4, False),
        ("a: >\n  mean of cell", 4, False),
        ("a: 12", 4, True),
        ("a: [12]", 4, False),
    ],
)
def test_the_text_of_a_value_begins_behind_its_quotation_mark(
    tmp_path: Path, line: str, column: int, is_exact: bool
) -> None:
    assert yaml_of(tmp_path, line).text_column(("a",)) == (column, is_exact)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("a: mean of cel", 12),
        ('a: "mean of cel"', 13),
        ("a: >\n  mean of cel", 4),
    ],
)
def test_a_problem_points_at_a_character_where_the_value_stands_on_its_line(
    tmp_path: Path, line: str, column: int
) -> None:
    document = yaml_of(tmp_path, line)
    problem = document.problem(("a",), "expected a signal", offset=8)
    assert problem.column == column
    assert problem.source == document.lines[(problem.line or 0) - 1]


def test_a_problem_in_a_list_points_into_its_item(tmp_path: Path) -> None:
    problem = yaml_of(tmp_path, "a: [aXb, aYb]\n").problem(("a", 1), "the token 'Y'", offset=1)
    assert (problem.line, problem.column) == (1, 11)


def test_a_problem_with_a_value_that_is_not_there_points_above_it_without_offset(tmp_path: Path) -> None:
    problem = yaml_of(tmp_path, "a: {b: mean of cel}\n").problem(("a", "c"), "expected 'c'", offset=8)
    assert (problem.line, problem.column) == (1, 4)


@ROUGH
@given(text=st.text(alphabet="abc XY()=<>'\"\\\\:#\u2028é", min_size=1, max_size=20), data=st.data())
def test_a_character_pointed_at_is_that_character(tmp_path: Path, text: str, data: st.DataObject) -> None:
    quoted = data.draw(st.sampled_from(["'", '"', ""]))
    document: Document | None = None
    try:
        document = yaml_of(tmp_path, f"a: {quoted}{text}{quoted}\n")
    except GalleryError:
        return
    value = document.values["a"]
    if isinstance(value, str) and value:
        offset = data.draw(st.integers(1, len(value)))
        problem = document.problem(("a",), "wrong", offset=offset)
        is_exact = document.text_column(("a",))[1]
        source, column = problem.source or "", problem.column or 0
        if is_exact and offset < len(value):
            assert source[column - 1] == value[offset]
        assert 1 <= column <= len(source) + 1
