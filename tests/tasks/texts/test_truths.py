"""Features of text, against strings that were marked by hand and against Python's own reading of code."""

import ast
import itertools
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError
from lstmgallery.tasks.texts.passages import MARKABLE, strip_marks
from lstmgallery.tasks.texts.truths import FEATURE_SETS
from lstmgallery.tasks.texts.truths import patterns as patterns_module
from lstmgallery.tasks.texts.truths.characters import find_quotations
from lstmgallery.tasks.texts.truths.patterns import find_matches, pattern_fault
from lstmgallery.tasks.texts.truths.tweets import FINDERS
from tests.conftest import ROOT

CODE = (ROOT / "content" / "texts" / "python.py.txt").read_text(encoding="utf-8")
SETS = list(FEATURE_SETS)


def truth(name: str, text: str) -> dict[str, list[Any]]:
    return FEATURE_SETS[name].truth(text)


def marked(values: list[Any]) -> str:
    """Return the values of the steps that read a character as a row of marks: x for yes, . for no, ? for unknown."""
    row = {"yes": "x", "no": ".", None: "?"}
    return "".join(row[value] for value in values[1:])


def digits(values: list[Any]) -> str:
    return "".join("." if value is None else str(value) for value in values[1:])


# All sets


@pytest.mark.parametrize("name", SETS)
@given(text=st.text(alphabet="ab A\n\"'“”#@:/.()[]1é\u2028\u202e\u0301😀def\t\\", max_size=60))
def test_every_feature_has_one_of_its_values_at_every_step_of_any_text(name: str, text: str) -> None:
    found = truth(name, text)
    features = FEATURE_SETS[name].features
    assert set(found) == {feature.key for feature in features}
    for feature in features:
        values = found[feature.key]
        assert len(values) == len(text) + 1, feature.key
        known = [value for value in values if value is not None]
        if feature.kind == "count":
            assert all(isinstance(value, int) and value >= 0 for value in known), feature.key
        else:
            assert set(known) <= set(feature.values), feature.key
        if feature.is_flag:
            assert values[0] == "no", feature.key


@pytest.mark.parametrize("name", SETS)
def test_the_clauses_of_features_are_sentences_and_their_sentences_end(name: str) -> None:
    for feature in FEATURE_SETS[name].features:
        assert feature.sentence.endswith(".")
        assert feature.words.count("{}") == (feature.kind == "category")
        if feature.is_flag:
            yes, no = feature.clause("yes"), feature.clause("no")
            assert yes.startswith("it is ")
            assert no == yes.replace("it is ", "it is not ")


def test_no_two_sets_have_a_feature_of_the_same_name() -> None:
    keys = [feature.key for each in FEATURE_SETS.values() for feature in each.features]
    assert len(keys) == len(set(keys))


# Any text


def test_characters_are_of_the_classes_that_reading_by_hand_gives() -> None:
    found = truth("characters", "Ab9 é中\n-")
    classes = ["capital", "lowercase", "digit", "space", "lowercase", "letter", "line break", "mark"]
    assert found["character"] == ["start", *classes]
    assert found["next_character"] == [*classes, "end"]


def test_positions_count_from_the_beginning_of_a_word_and_of_a_line() -> None:
    text = "it's a_1 x.\n\nno “yes”"
    found = truth("characters", text)
    assert digits(found["position_in_word"]) == "1234.123.1...12..123."
    lines = [list(range(1, 13)), [1], list(range(1, 9))]
    assert found["position_in_line"] == [0, *itertools.chain(*lines)]


def test_brackets_are_counted_and_a_closing_one_without_a_partner_closes_nothing() -> None:
    text = "a(b[c]d)e)f{(}g"
    assert digits(truth("characters", text)["bracket_depth"]) == "011221100001222"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('say "hi you" now', "....xxxxxxx....."),
        ("say “hi you” now", "....xxxxxxx....."),
        ('a 6" nail "x" "y', "..........xx..xx"),
        ('"a""b"', "xx.xx."),
        ('a 6"x and 7"y', "............."),
        ('He said "open', "........xxxxx"),
        ('no " quote "', "............"),
        ("„so“ und «so»", "xxx......xxx."),
        ("it's o’clock", "............"),
    ],
)
def test_a_quotation_lasts_from_its_opening_mark_to_its_closing_one(text: str, row: str) -> None:
    assert marked(truth("characters", text)["in_quotation"]) == row


# Tweets

TWEETS = r"""
Watch {mention @ann_lee} on {link https://t.co/aB1xYz} or {link www.example.org/a?b=1}, ok? mail a@b.org.
{hashtag #Vote2032} {hashtag {slogan #MAGA}}! {number #1} .{mention @FoxNine} a#b {link http://x.org/#top}
{capitals THANK YOU, OHIO}! I am in the {capitals U.S.A}. {capitals BIG} win, {name Ann}. X MH370 I {capitals AM}
{slogan Make {name America} Great Again}! {capitals {slogan MAKE AMERICA GREAT AGAIN}} now.
It is {slogan {name America} First} - {hashtag {slogan #MakeAmericaGreatAgain}} {hashtag #MAGA3X}
We {auxiliary will be} back. I{auxiliary ’ve always been} fair. {auxiliary Will she be} ok? be
It {auxiliary won't be} long. He {auxiliary should never have been} asked.
They{auxiliary 'd been} there. She{auxiliary 's been} good, will go, has it.
Up {number 12.5%} to {number $2.5B} at {number 7:30}, the {number 3rd} of {number 1,200}. x2 {number 2}x
The {name New York Times} and {name Mr. Quillan} of {name Ohio}. That's {name Ann J. Lee}'s.
{name Ann} is. I'm in {name Iowa}. They'll see {name O’Brien}.
{quotation "{mention {attribution @bob}}: well said}" Thanks {name Bob}. {quotation "No}" - {name {attribution Ann Lee}}
A {number 7}" - {name Ann}. {quotation "Yes}" - {name {attribution Bo}}
{quotation “Go now.}” -- {name {attribution Ann J. Lee}} {link https://t.co/aaaaaaaaaa} {quotation "left open}
""".strip().split("\n")


@pytest.mark.parametrize("line", TWEETS)
@pytest.mark.parametrize("key", [*FINDERS, "in_quotation"])
def test_the_rules_find_what_was_marked_by_hand(line: str, key: str) -> None:
    text, marks = strip_marks(line)
    found = {**FINDERS, "in_quotation": find_quotations}[key](text)
    assert [text[start:stop] for start, stop in found] == [
        text[start:stop] for start, stop in marks.get(key.removeprefix("in_"), ())
    ]
    assert tuple(found) == marks.get(key.removeprefix("in_"), ())


def test_every_kind_of_mark_is_among_those_made_by_hand() -> None:
    made = {key for line in TWEETS for key in strip_marks(line)[1]}
    assert made == {key.removeprefix("in_") for key in FINDERS} | {"quotation"}
    assert made <= set(MARKABLE)


def test_positions_in_tags_count_from_their_first_character() -> None:
    text = "a #bc @d http://e.f"
    assert truth("tweets", text)["position_in_tag"][1:] == [
        *(None, None, 1, 2, 3, None, 1, 2, None),
        *range(1, 11),
    ]


def test_words_that_only_begin_a_sentence_are_no_names_but_names_there_are() -> None:
    text = "Thank you. Quillan lost! “Now we go.” Ann left\nGreat. It is THE END."
    assert [text[start:stop] for start, stop in FINDERS["in_name"](text)] == ["Quillan", "Ann"]


# Python

SNIPPET = '''\
# a note
@cache
def f(a, b=[1]):
    """Say so."""
    if a:
        return "x" + f'{b!r}'

    return (a,
            b)
x = {1: 'y'}
'''


def rows_of(key: str) -> list[str]:
    """Return the marks of the snippet's characters, line by line."""
    values = iter(truth("python", SNIPPET)[key][1:])
    return ["".join(marked([None, next(values)]) for _ in line) for line in SNIPPET.splitlines(keepends=True)]


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ("in_comment", {0: "xxxxxxxx."}),
        ("in_definition", {2: "...xx............"}),
        ("in_docstring", {3: "....xxxxxxxxxxxxx."}),
        ("in_string", {3: "....xxxxxxxxxxxxx.", 5: "...............xxx...xxxxxxxx.", 9: "........xxx.."}),
        ("at_block_end", {5: "." * 29 + "x", 8: "." * 14 + "x"}),
    ],
)
def test_the_code_of_a_snippet_is_what_was_marked_by_hand(key: str, rows: dict[int, str]) -> None:
    lines = SNIPPET.splitlines(keepends=True)
    assert rows_of(key) == [rows.get(number, "." * len(line)) for number, line in enumerate(lines)]


def test_the_depths_of_a_snippet_are_what_was_counted_by_hand() -> None:
    found = truth("python", SNIPPET)
    lines = SNIPPET.splitlines(keepends=True)
    depths = [0, 0, 0, 1, 1, 2, 2, 1, 1, 0]
    assert found["indentation"][1:] == [depth for line, depth in zip(lines, depths, strict=True) for _ in line]
    start = SNIPPET.index("(a, b=[1])")
    assert digits(found["nesting"])[start : start + 11] == "11111122100"
    start = SNIPPET.index("(a,\n")
    assert set(digits(found["nesting"])[start : SNIPPET.index("b)\n") + 1]) == {"1"}


def test_the_kinds_of_tokens_of_a_line_are_what_was_read_by_hand() -> None:
    text = "if a1 == 2.5: # no"
    kinds = truth("python", text)["token_kind"]
    letters = {"keyword": "k", "name": "n", "operator": "o", "number": "1", "comment": "#", "space": " "}
    # An if without a block is a mistake, known only where the text ends.
    assert "".join(letters[kind] for kind in kinds[1:] if kind) == "kk nn oo 111o ####"


def test_code_that_breaks_off_is_known_up_to_there() -> None:
    text = "x = 1\ny = '''open\nand on"
    found = truth("python", text)
    known = [value is not None for value in found["in_string"]]
    assert known == [True] * text.index("'''") + [False] * (len(text) + 1 - text.index("'''"))
    assert all(len(values) == len(text) + 1 for values in found.values())


def test_a_block_that_ends_with_the_text_has_no_line_break_to_mark() -> None:
    assert "yes" not in truth("python", "def f():\n    a = 1\n    b = 2")["at_block_end"]


def test_docstrings_and_names_are_those_that_python_itself_finds() -> None:
    starts = list(itertools.accumulate((len(line) for line in CODE.splitlines(keepends=True)), initial=0))
    docstrings, names = set(), set()
    for node in ast.walk(ast.parse(CODE)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if ast.get_docstring(node) is not None:
                value = node.body[0]
                assert value.end_lineno is not None
                assert value.end_col_offset is not None
                first = starts[value.lineno - 1] + value.col_offset
                docstrings |= set(range(first, starts[value.end_lineno - 1] + value.end_col_offset))
            if not isinstance(node, ast.Module):
                at = CODE.index(node.name, starts[node.lineno - 1])
                names |= set(range(at - 1, at + len(node.name)))
    found = truth("python", CODE)
    assert {at for at in range(len(CODE)) if found["in_docstring"][at + 1] == "yes"} == docstrings
    assert {at for at in range(len(CODE)) if found["in_definition"][at + 1] == "yes"} == names
    assert len(docstrings) > 1_500
    assert len(names) > 300


def test_the_indentation_of_our_code_is_that_of_its_lines() -> None:
    """Outside of brackets and strings, our code has four spaces for every block."""
    found = truth("python", CODE)
    at, checked = 0, 0
    for line in CODE.splitlines(keepends=True):
        is_plain = found["nesting"][at] == 0 and found["in_string"][at] == "no"
        if is_plain and line.strip() and not line.lstrip().startswith("#"):
            depth = (len(line) - len(line.lstrip())) / 4
            assert set(found["indentation"][at + 1 : at + 1 + len(line)]) == {depth}, line
            checked += 1
        at += len(line)
    assert checked > 300


def test_blocks_end_where_the_next_line_of_code_is_less_indented() -> None:
    found = truth("python", CODE)
    at, before, expected = 0, None, set()
    for line in CODE.splitlines(keepends=True):
        is_plain = found["nesting"][at] == 0 and found["in_string"][at] == "no"
        if line.strip() and not line.lstrip().startswith("#"):
            depth = (len(line) - len(line.lstrip())) / 4
            if is_plain and before is not None and depth < before[0]:
                expected.add(before[1])
            depth = depth if is_plain or before is None else before[0]
            before = depth, at + len(line) - 1
        at += len(line)
    assert before is not None
    expected.add(before[1])  # the last block ends with the text
    assert {at for at in range(len(CODE)) if found["at_block_end"][at + 1] == "yes"} == expected
    assert len(expected) > 80


# Patterns


def test_a_pattern_is_yes_where_it_matches() -> None:
    assert find_matches(r"\d+", "a12 b3", key="digits") == [(1, 3), (5, 6)]
    assert find_matches(r"(?<=a)|b", "ab", key="b") == [(1, 2)]


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(a", "missing )"),
        ("a*", "matches nothing"),
        ("[z-a]", "range"),
        ("(?R)", "does not call itself or parts of itself, found (?R)"),
        ("(?:a|(?R))b", "does not call itself"),
        ("(a)(?1)", "found (?1)"),
        ("(?P<n>a)(?&n)", "found (?&n)"),
        ("a{99999999}", "at most 100,000 repetitions in all, found 99999999 in"),
        ("((a{0,999}b){999,}){ 9 }", "found 8982009 in"),
        (f"a{{{'9' * 900}}}", "found inf in"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern: str, fault: str) -> None:
    found = pattern_fault(pattern)
    assert found is not None
    assert fault in found
    assert repr(pattern) in found


def test_a_pattern_with_modest_counts_is_one() -> None:
    assert pattern_fault(r"\d{4}-\d{2}-\d{2}|(ab{0,3}){2,}|x{}|[{0}]|(\(?1)") is None


def test_a_pattern_that_takes_too_much_memory_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(regex, "compile", refuse)
    monkeypatch.setattr(regex, "finditer", refuse)
    assert pattern_fault("a") == "expected a regular expression, found 'a': it takes too much memory"
    with pytest.raises(GalleryError, match="takes too much memory"):
        find_matches("a", "aa", key="a")


def test_a_pattern_that_explodes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns_module, "SECONDS", 0.2)
    with pytest.raises(GalleryError) as raised:
        find_matches(r"(a|a|aa)+\d", "a" * 60 + "!", key="slow")
    assert "the feature 'slow'" in str(raised.value)
    assert "takes more than" in str(raised.value)
