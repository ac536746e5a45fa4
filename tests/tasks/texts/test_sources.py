"""Text is read from files, tables and the standard library: the documents written into them, or a clear mistake."""

import glob
import json
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.tasks.texts.cleaning import Cleaning, clean
from lstmgallery.tasks.texts.decoding import BLOCK
from lstmgallery.tasks.texts.documents import cut, split_definitions, split_paragraphs
from lstmgallery.tasks.texts.sources import AnySource
from lstmgallery.tasks.texts.sources import files as files_module
from lstmgallery.tasks.texts.sources import table as table_module
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.sources.stdlib import modules
from tests.conftest import ROOT

SOURCE: pydantic.TypeAdapter[AnySource] = pydantic.TypeAdapter(AnySource)
CODE = (ROOT / "content" / "texts" / "python.py.txt").read_text(encoding="utf-8")


def source(**keys: Any) -> AnySource:
    return SOURCE.validate_json(json.dumps(keys), strict=True)


def documents(root: Path, **keys: Any) -> list[str]:
    return list(source(**keys).documents(Places(root)))


def problem(root: Path, **keys: Any) -> Problem:
    """Return the one mistake that reading a source reports."""
    with pytest.raises(GalleryError) as raised:
        documents(root, **keys)
    (found,) = raised.value.problems
    return found


def fault(**keys: Any) -> str:
    with pytest.raises(pydantic.ValidationError) as raised:
        source(**keys)
    (found,) = raised.value.errors()
    return str(found["msg"])


# Files


def test_a_file_is_read_line_by_line_by_default(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n\n  two \r\nthree", encoding="utf-8")
    assert documents(tmp_path, kind="files", path="a.txt") == ["one", "  two", "three"]


def test_paragraphs_are_what_empty_lines_divide(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n \n\nthree\n", encoding="utf-8")
    assert documents(tmp_path, kind="files", path="a.txt", document="paragraph") == ["one\ntwo", "three"]


def test_a_folder_is_read_whole_and_sorted_but_for_hidden_files(tmp_path: Path) -> None:
    for name, text in (("b.txt", "b\nb"), ("a/c.md", "c"), (".git/d", "d"), ("a/.e", "e")):
        (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "f" / name).write_text(text, encoding="utf-8")
    assert documents(tmp_path, kind="files", path="f", document="file") == ["c", "b\nb"]


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "f" / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "f" / "b.txt").symlink_to("a.txt")
    (tmp_path / "f" / "out.txt").symlink_to(tmp_path / "secret.txt")
    assert documents(tmp_path, kind="files", path="f") == ["a", "a"]
    assert documents(tmp_path, kind="files", path="f/out.txt") == ["secret"]  # named by the author


def test_a_pattern_names_its_files(tmp_path: Path) -> None:
    tmp_path = tmp_path / "a [1] folder*"
    tmp_path.mkdir()
    for name in ("a.txt", "b.txt", "c.md", "d/e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert documents(tmp_path, kind="files", path="*.txt") == ["a.txt", "b.txt"]
    assert documents(tmp_path, kind="files", path="**/*.txt") == ["a.txt", "b.txt", "d/e.txt"]
    assert documents(Path(), kind="files", path=f"{glob.escape(str(tmp_path))}/?.md") == ["c.md"]


def test_a_path_of_its_own_is_read_wherever_the_project_is(tmp_path: Path) -> None:
    (tmp_path / "a [1].txt").write_text("found", encoding="utf-8")
    assert documents(tmp_path / "elsewhere", kind="files", path=str(tmp_path / "a [1].txt")) == ["found"]


def test_a_document_longer_than_allowed_is_cut_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    text = "".join(f"{number} " for number in range(5_000)).strip()
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    for document in ("line", "file", "paragraph"):
        found = documents(tmp_path, kind="files", path="a.txt", document=document, longest=100)
        assert max(map(len, found)) <= 100
        assert "".join(found).replace(" ", "") == text.replace(" ", "")
        assert not any(piece.endswith(" ") for piece in found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_text("façade\n“so”", encoding=encoding)
    assert documents(tmp_path, kind="files", path="a.txt") == ["façade", "“so”"]


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("façade", encoding="cp1252")
    assert documents(tmp_path, kind="files", path="a.txt", encoding="cp1252") == ["façade"]


@pytest.mark.parametrize("before", [0, BLOCK - 1, 3 * BLOCK + 5])
def test_text_in_another_encoding_is_reported_with_its_byte(tmp_path: Path, before: int) -> None:
    content = b"a\n" * (before // 2) + "fa\u00e7ade".encode("cp1252") + b"\nmore\n" * 100_000
    (tmp_path / "a.txt").write_bytes(content)
    found = problem(tmp_path, kind="files", path="a.txt")
    assert found.place == str(tmp_path / "a.txt")
    assert found.line == before // 2 + 1
    assert found.message == f"expected text in utf-8, found the byte 0xe7 at offset {before // 2 * 2 + 2}"
    assert found.hint is not None
    assert "encoding: cp1252" in found.hint


def test_the_byte_is_found_after_a_character_that_two_blocks_share(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * (BLOCK - 1) + "é".encode() + b"\n\xff")
    found = problem(tmp_path, kind="files", path="a.txt")
    assert (found.line, found.message) == (2, f"expected text in utf-8, found the byte 0xff at offset {BLOCK + 2}")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    found = problem(tmp_path, kind="files", path="a.png")
    assert found.message == "expected text, found a binary file: a zero byte at offset 8"


@pytest.mark.parametrize("path", ["none.txt", "*.none", "empty"])
def test_a_path_without_a_file_is_reported(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    found = problem(tmp_path, kind="files", path=path)
    assert (found.place, found.message.partition(", ")[2]) == (path, "found none")
    assert found.hint == f"relative paths begin in {tmp_path.resolve()}"


def test_a_file_unlike_its_checksum_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    found = problem(tmp_path, kind="files", path="a.txt", sha256="0" * 64)
    assert found.message.startswith(f"expected a file with the SHA-256 {'0' * 64}, found 7692c3ad3540bb80")


def test_a_source_is_somewhere_and_a_download_has_a_checksum() -> None:
    assert "expected a path or a url, found neither" in fault(kind="files")
    assert "expected the key 'sha256' beside url" in fault(kind="files", url="https://example.org/a.txt")
    assert "expected the name of an encoding" in fault(kind="files", path="a", encoding="klingon")
    assert "expected the name of an encoding" in fault(kind="files", path="a", encoding="hex")


# Tables


def test_the_text_of_a_table_is_in_the_column_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,tweet\n1,"one, ""two""\nthree"\n\n2,four\n', encoding="utf-8")
    assert documents(tmp_path, kind="table", path="a.csv") == ['one, "two"\nthree', "four"]
    assert documents(tmp_path, kind="table", path="a.csv", column="id") == ["1", "2"]


def test_text_comes_before_tweet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("tweet,text\na,b\n", encoding="utf-8")
    assert documents(tmp_path, kind="table", path="a.csv") == ["b"]


ROWS = [{"n": "1", "text": "one\ntwo"}, {"n": "2", "text": "“three”\u2028"}, {"n": "10", "text": "four, five"}]
WRITERS: dict[str, Callable[[], str]] = {
    "a.csv": lambda: 'n,text\n1,"one\ntwo"\n2,“three”\u2028\n10,"four, five"\n',
    "a.tsv": lambda: 'n\ttext\n1\t"one\ntwo"\n2\t“three”\u2028\n10\tfour, five\n',
    "a.json": lambda: json.dumps(ROWS, indent=1),
    "b.json": lambda: json.dumps(ROWS, ensure_ascii=False),
    "a.jsonl": lambda: "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_form_of_table_gives_the_same_documents(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(WRITERS[name](), encoding="utf-8")
    assert documents(tmp_path, kind="table", path=name) == ["one\ntwo", "“three”", "four, five"]
    assert documents(tmp_path, kind="table", path=name, document="line") == ["one", "two", "“three”", "four, five"]
    chosen = [{"column": "n", "first": "1", "last": "1"}]
    assert documents(tmp_path, kind="table", path=name, rows=chosen) == ["one\ntwo", "four, five"]
    assert documents(tmp_path, kind="table", path=name, rows=[{"column": "n", "equals": "1"}]) == ["one\ntwo"]


def test_days_are_compared_as_far_as_the_bound_is_long(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "at,text\n2016-11-08 23:59,a\n2016-11-09 00:00,b\n2016-11-09 23:59,c\n2016-11-10,d\n", encoding="utf-8"
    )
    rows = [{"column": "at", "first": "2016-11-09", "last": "2016-11-09"}]
    assert documents(tmp_path, kind="table", path="a.csv", rows=rows) == ["b", "c"]


@given(
    st.lists(st.fixed_dictionaries({"text": st.text(st.characters(exclude_categories=["Cs"]), max_size=9)}), max_size=6)
)
def test_a_list_of_objects_is_read_as_json_reads_it(tmp_path_factory: pytest.TempPathFactory, rows: Any) -> None:
    file = tmp_path_factory.mktemp("json") / "a.json"
    for indent in (None, 2):
        file.write_text(json.dumps(rows, indent=indent), encoding="utf-8")
        texts = [clean(row["text"], Cleaning()) for row in rows]
        assert documents(file.parent, kind="table", path="a.json") == [text for text in texts if text.strip()]


def test_a_value_may_go_on_in_the_next_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "BLOCK", 3)
    (tmp_path / "a.json").write_text(json.dumps(["one two three four", "five", "six"]), encoding="utf-8")
    assert documents(tmp_path, kind="table", path="a.json") == ["one two three four", "five", "six"]
    (tmp_path / "a.json").write_text("[12345, 6]", encoding="utf-8")
    assert problem(tmp_path, kind="table", path="a.json").message == "expected an object in row 1, found '12345'"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "expected a table, found an empty file"),
        ("a.csv", "id,body\n1,x\n", "expected a column 'text' or 'tweet', found 'id', 'body'"),
        ("a.csv", "id,text\n1\n", "expected 2 fields, as in the first line, found 1"),
        ("a.json", "[1]", "expected an object in row 1, found '1'"),
        ("a.json", '{"text": "x"}', """expected a list of objects, found '{"text": "x"}'"""),
        ("a.json", '[{"text": "x"}, {"text"', "expected a list of JSON values, found one that is broken after row 1"),
        ("a.json", '[{"body": "x"}]', "expected a column 'text' or 'tweet' in row 1, found 'body'"),
        ("a.jsonl", '{"text": "x"}\nno', "expected a JSON value on every line, found 'no'"),
    ],
)
def test_a_table_that_cannot_be_read_is_reported(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = problem(tmp_path, kind="table", path=name)
    assert found.place == str(tmp_path / name)
    assert found.message.startswith(message)


def test_a_column_that_is_missing_is_reported_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,message\n1,x\n", encoding="utf-8")
    found = problem(tmp_path, kind="table", path="a.csv", column="mesage")
    assert (found.line, found.message) == (1, "expected a column 'mesage', found 'id', 'message'")
    assert found.hint == "did you mean 'message'?"
    assert problem(tmp_path, kind="table", path="a.csv").hint == "name it, such as column: message"
    by_row = problem(tmp_path, kind="table", path="a.csv", column="id", rows=[{"column": "time", "equals": "1"}])
    assert by_row.message == "expected a column 'time', found 'id', 'message'"


def test_an_open_quotation_mark_does_not_swallow_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "_LONGEST_FIELD", 1_000)
    (tmp_path / "a.csv").write_text('text\nfine\n"open\n' + "line\n" * 500, encoding="utf-8")
    found = problem(tmp_path, kind="table", path="a.csv")
    assert (found.line, found.message) == (3, "expected a row, found a quotation mark that is never closed")
    assert found.hint == "inside quotation marks, double a quotation mark of the text"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('text\n"one\ntwo"\n\n"open\nlast\n', 5, "expected a row, found a quotation mark that is never closed"),
        ('text,n\n"one\ntwo",1\n"a "quoted" word",2\n', 4, "not a table: ',' expected after '\"'"),
        ('id,text\n1,"one\ntwo"\n2\n', 4, "expected 2 fields, as in the first line, found 1"),
    ],
)
def test_a_broken_row_is_named_by_the_line_where_it_begins(tmp_path: Path, text: str, line: int, message: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = problem(tmp_path, kind="table", path="a.csv")
    assert (found.line, found.message) == (line, message)


def test_a_condition_says_something() -> None:
    assert "expected one of equals, first, last, found none" in fault(kind="table", path="a", rows=[{"column": "n"}])


# Python's standard library


def test_the_standard_library_is_that_of_this_python_without_tests() -> None:
    names = {file.stem for file in modules()}
    assert {"argparse", "ast", "dataclasses"} <= names
    assert not [file for file in modules() if {"test", "tests", "site-packages"} & {*file.parts[-4:]}]
    found = source(kind="python-stdlib").documents(Places(Path()))
    head = next(found)
    assert head.strip()
    assert source(kind="python-stdlib").place.endswith(sys.version.split()[0])


def test_the_definitions_of_a_module_are_all_of_it() -> None:
    parts = list(split_definitions(CODE))
    assert "".join(parts) in (CODE, CODE + "\n")
    starts = [part.lstrip("\n").splitlines()[0] for part in parts if part.strip()]
    for line in ("class Error(Exception):", "@contextlib.contextmanager", "async def gather(jobs, *, limit=4):"):
        assert line in starts
    decorated = len(re.findall(r"^@.*\n(?:[@ )].*\n)*def ", CODE, re.MULTILINE))
    assert decorated >= 2
    assert len([line for line in starts if line.startswith("def ")]) == CODE.count("\ndef ") - decorated


def test_a_comment_right_above_a_definition_belongs_to_it() -> None:
    source_code = "import os\n\n# about f\n# more\n@cache\ndef f():\n    pass\n\nx = 1\nclass C: pass\n"
    assert list(split_definitions(source_code)) == [
        "import os\n\n",
        "# about f\n# more\n@cache\ndef f():\n    pass\n",
        "\nx = 1\n",
        "class C: pass\n",
        "\n",
    ]


def test_what_is_not_python_has_no_definitions(tmp_path: Path) -> None:
    assert list(split_definitions("def f(:\n")) == []
    (tmp_path / "a.py").write_text("def f():\n    return '\\x0c\x0c'\n\nx = 1\n", encoding="utf-8")
    assert documents(tmp_path, kind="files", path="*.py", document="definition")[-1] == "x = 1"


def test_a_module_too_large_to_parse_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "_LARGEST_MODULE", 20)
    (tmp_path / "a.py").write_text("x = 1\n" * 3, encoding="utf-8")
    assert documents(tmp_path, kind="files", path="a.py", document="definition") == ["x = 1\nx = 1\nx = 1"]
    (tmp_path / "a.py").write_text("x = 1\n" * 4, encoding="utf-8")
    found = problem(tmp_path, kind="files", path="a.py", document="definition")
    assert found.message == "expected Python of at most 20 characters, found more"


# Parts


@given(st.lists(st.text(alphabet="ab \n", max_size=30), max_size=8), st.integers(1, 12))
def test_cutting_loses_nothing_and_keeps_to_the_length(blocks: list[str], longest: int) -> None:
    pieces = list(cut(blocks, longest))
    assert "".join(pieces) == "".join(blocks)
    assert max(map(len, pieces)) <= longest


def test_a_text_is_cut_after_a_line_break_else_after_a_space() -> None:
    assert list(cut(["one\ntwo three", " fourfive"], 9)) == ["one\n", "two ", "three ", "fourfive"]
    assert list(cut(["abcdef"], 4)) == ["abcd", "ef"]


def test_a_paragraph_without_end_is_divided() -> None:
    lines = ["x" * 99 + "\n"] * 5_000
    paragraphs = list(split_paragraphs(iter(lines)))
    assert "".join(paragraphs) == "".join(lines)
    assert max(map(len, paragraphs)) <= BLOCK + 100


# Cleaning


@pytest.mark.parametrize(
    ("text", "keys", "cleaned"),
    [
        ("a &amp; b &lt;3 &#8217;", {"entities": True}, "a & b <3 ’"),
        ("a &amp; b", {}, "a & b".replace("&", "&amp;")),
        ("  a\t b\n\n c ", {"whitespace": "collapse"}, "a b c"),
        ("\n \n  a\t b\r\nc\rd\u2028e \n", {}, "  a\t b\nc\nd\ne"),
        ("RT @ann: hi", {"retweets": "drop"}, ""),
        ('"RT @ann: hi"', {"retweets": "drop"}, ""),
        ("ART @ann", {"retweets": "drop"}, "ART @ann"),
        ("RT @ann: hi", {}, "RT @ann: hi"),
        ("a\ud800b", {}, "a\ufffdb"),
        ("&nbsp;a&nbsp;&nbsp;b", {"entities": True, "whitespace": "collapse"}, "a b"),
        ("</script><img onerror=1>\u202e", {"entities": True}, "</script><img onerror=1>\u202e"),
    ],
)
def test_text_is_cleaned_as_stated(text: str, keys: dict[str, Any], cleaned: str) -> None:
    assert clean(text, Cleaning(**keys)) == cleaned


@given(st.text(), st.booleans())
def test_clean_text_stays_clean_and_can_be_encoded(text: str, is_collapsed: bool) -> None:
    cleaning = Cleaning(whitespace="collapse" if is_collapsed else "keep")
    once = clean(text, cleaning)
    once.encode("utf-8")
    assert clean(once, cleaning) == once


# Size


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\n" + "a row of some words to read\n" * 60_000, encoding="utf-8")
    (tmp_path / "a.txt").write_text("word " * 400_000, encoding="utf-8")
    for keys in ({"kind": "table", "path": "a.csv"}, {"kind": "files", "path": "a.txt"}):
        tracemalloc.start()
        number = sum(1 for _ in source(**keys).documents(Places(tmp_path)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert number >= 150
        assert peak < 1_000_000
