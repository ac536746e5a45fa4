"""The texts of ours: marks go when a text is read, and say exactly what is where."""

import difflib
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError
from lstmgallery.tasks.texts.campaign import write_campaign
from lstmgallery.tasks.texts.corpus import read_corpus
from lstmgallery.tasks.texts.passages import MARKABLE, read_passages, strip_marks
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.texts.sources.unicode_names import UnicodeNames
from lstmgallery.tasks.texts.truths.characters import find_quotations
from lstmgallery.tasks.texts.truths.tweets import FINDERS
from tests.conftest import ROOT

TEXTS = ROOT / "content" / "texts"
CAMPAIGN = read_passages(TEXTS, "campaign")
NAMES = read_passages(TEXTS, "names")
PYTHON = read_passages(TEXTS, "python")


def written(folder: Path, text: str) -> Path:
    (folder / "mine.txt").write_text(text, encoding="utf-8")
    return folder


def test_marks_go_and_leave_their_spans() -> None:
    text, marks = strip_marks(r"a {name Ann {capitals LEE}} and {name Bo}\nsays \{so\} \\")
    assert text == "a Ann LEE and Bo\nsays {so} \\"
    assert marks == {"name": ((2, 9), (14, 16)), "capitals": ((6, 9),)}
    assert strip_marks("{name Ann {name Lee}}")[1] == {"name": ((0, 7), (4, 7))}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r")))
def test_any_text_can_be_written_with_escapes(text: str) -> None:
    line = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    assert strip_marks(line) == (text, {})


@pytest.mark.parametrize(
    ("line", "column", "message", "hint"),
    [
        ("a {nam Ann}", 4, "expected a mark, found 'nam'", "did you mean 'name'?"),
        ("a {name Ann", 3, "expected } after this mark, found none", None),
        ("a} b", 2, "expected a mark before }, found none", r"write \} for a brace"),
        ("a {1}", 3, "expected a mark such as {name Ann}, found {", r"write \{ for a brace"),
        (r"a \t", 3, r"expected one of \n, \{, \}, \\, found '\\t'", r"write \\ for a backslash"),
    ],
)
def test_a_wrong_mark_is_reported_at_its_place(
    tmp_path: Path, line: str, column: int, message: str, hint: str | None
) -> None:
    lines = [f"line {number}" for number in range(30)]
    with pytest.raises(GalleryError) as raised:
        read_passages(written(tmp_path, "\n".join([*lines, line, "x}"])), "mine")
    first, second = raised.value.problems
    assert (first.line, first.column, first.message, first.hint) == (31, column, message, hint)
    assert (first.place, first.source) == (str(tmp_path / "mine.txt"), line)
    assert second.line == 32


def test_a_passage_that_comes_twice_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"mine.txt:3: expected a passage unlike the others, found that of line 1"):
        read_passages(written(tmp_path, "one\ntwo\n{name one}\n"), "mine")


def test_a_text_of_few_passages_is_refused_and_a_missing_one_reported(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="expected at least 20 passages, found 2"):
        read_passages(written(tmp_path, "one\ntwo\n"), "mine")
    with pytest.raises(GalleryError) as raised:
        read_passages(tmp_path, "nine")
    assert "expected a text, found none" in str(raised.value)
    assert "did you mean 'mine'?" in str(raised.value)


def test_a_text_without_marks_is_decided_by_the_rules_alone(tmp_path: Path) -> None:
    passages = read_passages(written(tmp_path, "\n".join(f"line {number}" for number in range(20))), "mine")
    assert (len(passages.texts), passages.marked) == (20, frozenset())


# What is shipped


def test_the_campaign_is_what_its_grammar_writes() -> None:
    assert (TEXTS / "campaign.txt").read_text(encoding="utf-8") == write_campaign()
    assert write_campaign(seed=1, messages=20) != write_campaign(seed=2, messages=20)


def test_the_campaign_has_hundreds_of_messages_no_two_alike() -> None:
    assert len(CAMPAIGN.texts) == len(set(CAMPAIGN.texts)) == 400
    assert 30_000 < sum(map(len, CAMPAIGN.texts)) < 60_000
    assert max(map(len, CAMPAIGN.texts)) <= 280
    alike = 0
    grams = [{text[at : at + 8] for at in range(len(text) - 7)} for text in CAMPAIGN.texts]
    for one, other in itertools.combinations(grams, 2):
        alike += len(one & other) > 0.8 * min(len(one), len(other))
    assert alike <= 120  # of 79,800 pairs, so few share most of the shorter message


def test_the_campaign_has_enough_of_every_mark() -> None:
    counts = {key: sum(len(marks.get(key, ())) for marks in CAMPAIGN.marks.values()) for key in MARKABLE}
    made = {key: count for key, count in counts.items() if count}
    assert set(made) == {key.removeprefix("in_") for key in FINDERS} | {"quotation"}
    assert min(made.values()) >= 100
    assert CAMPAIGN.marked == {f"in_{key}" for key in made}


@pytest.mark.parametrize("key", [key for key in (*FINDERS, "in_quotation") if key != "in_name"])
def test_the_rules_agree_with_every_mark_of_the_campaign(key: str) -> None:
    find = {**FINDERS, "in_quotation": find_quotations}[key]
    for text in CAMPAIGN.texts:
        assert tuple(find(text)) == CAMPAIGN.marks[text].get(key.removeprefix("in_"), ()), text


def test_the_rule_for_names_is_right_for_most_but_only_marks_are_exact() -> None:
    pairs = [(set(FINDERS["in_name"](text)), set(CAMPAIGN.marks[text].get("name", ()))) for text in CAMPAIGN.texts]
    both = sum(len(found & marked) for found, marked in pairs)
    precision, recall = (both / sum(map(len, spans)) for spans in zip(*pairs, strict=True))
    assert 0.85 < precision < 1
    assert 0.95 < recall <= 1


def test_no_tweet_of_a_real_person_is_among_the_messages() -> None:
    """Everyone is invented: of the names and handles, none is that of the corpora's author or his rivals."""
    text = "\n".join(CAMPAIGN.texts).lower()
    for name in (
        "trump",
        "hillary",
        "clinton",
        "obama",
        "cruz",
        "rubio",
        "bush",
        "sanders",
        "cnn",
        "foxnews",
        "nytimes",
    ):
        assert name not in text, name


def test_our_code_is_python_of_many_definitions() -> None:
    code = (TEXTS / "python.py.txt").read_text(encoding="utf-8")
    compile(code, "python.py.txt", "exec")
    assert len(PYTHON.texts) > 100  # few make chance high
    assert 50_000 < len(code) < 70_000
    assert sum(len(line) >= 80 for line in code.splitlines()) < 60
    kept = "".join(PYTHON.texts).replace("\n", "")
    assert difflib.SequenceMatcher(None, kept[:2_000], code.replace("\n", "")[:2_000], autojunk=False).ratio() > 0.99
    assert PYTHON.marked == frozenset()


def test_the_names_are_those_that_no_network_of_unicode_names_is_trained_on() -> None:
    corpus = read_corpus(UnicodeNames(kind="unicode-names"), Places(TEXTS))
    assert NAMES.texts == corpus.held_out[: len(NAMES.texts)]
    assert len(NAMES.texts) == 400
