"""Whatever stands in a content file, reading it gives values with their places or says what is wrong with it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError
from lstmgallery.frontmatter import read_markdown, read_yaml
from lstmgallery.network import Network, read_network

KEYS = [*Network.model_fields, "kind", "longest", "steps", "a", "<<", "=", "~", "1"]
ROUGH = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
VALUES = st.recursive(
    SCALARS | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


def read(folder: Path, text: str) -> None:
    """Read a network from a text, which may fail in one way only: problems with a place in the text."""
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
