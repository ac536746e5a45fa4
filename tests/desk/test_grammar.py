"""A line of the closed languages is parsed word by word; an error points at the wrong word, with no other effect."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstmgallery.desk.claims import parse_expectation, parse_question
from lstmgallery.desk.grammar import GrammarError, Words
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.state_memory import StateMemory
from tests.desk.planted import counting_network

NETWORKS = {
    "counter": counting_network().model_copy(update={"name": "counter"}),
    "state-memorizer": counting_network().model_copy(
        update={"name": "state-memorizer", "task": StateMemory(kind="state-memory"), "cell": "gru"}
    ),
    "copy-machine": counting_network().model_copy(
        update={"name": "copy-machine", "task": Copying(kind="copying"), "layers": 2}
    ),
}
SUBJECTS = [*NETWORKS, "counter 2", "copy-machine layer 2", "copy-machine 2.1", "state-memorizer best(letter=A)"]
VALID = """
counter copy-machine layer best second ( ) of at high 1 2.3 -1 0.5 mean quantile share difference ratio correlation r2
auc spread gap right right_1 loss slope turned by exchange dose-response neurons needed first failure last success with
cell hidden input_gate update_gate abs change shut open zero versus where and token next_token phase step size remaining
letter a X A <start> <end> before == != < <= > >= = below most above least exactly between
"""
STRANGE = """ 3x " "" "X" ² ٣ 1e9 nan inf 1_0 . - """
SOME_WORDS = [*VALID.split(), *STRANGE.split()]
LINES = st.text() | st.lists(st.sampled_from(SOME_WORDS), max_size=14).map(" ".join)


def words_of(line: str) -> list[str]:
    words = Words(line)
    found = []
    while not words.is_at_end:
        found.append(words.take().text)
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mean of cell", ["mean", "of", "cell"]),
        ("abs(change(cell))", ["abs", "(", "change", "(", "cell", ")", ")"]),
        ("a<=1", ["a", "<=", "1"]),
        ("a==1 b!=2", ["a", "==", "1", "b", "!=", "2"]),
        ("c>=3 d<4 e>5 f=6", ["c", ">=", "3", "d", "<", "4", "e", ">", "5", "f", "=", "6"]),
        ("-0.25 -3 2.7 10", ["-0.25", "-3", "2.7", "10"]),
        ("state-memorizer dose-response right_3", ["state-memorizer", "dose-response", "right_3"]),
        ("lstm-2 2-layers 3d", ["lstm-2", "2-layers", "3d"]),
        ("token == <start> and next_token != <end>", ["token", "==", "<start>", "and", "next_token", "!=", "<end>"]),
        ("letter=A", ["letter", "=", "A"]),
        ('token == "X"', ["token", "==", "X"]),
        ('"at most" "" "', ["at most", "", '"']),
        ("  \t ", []),
    ],
)
def test_a_line_is_its_words(line: str, expected: list[str]) -> None:
    assert words_of(line) == expected


def test_every_word_knows_where_it_begins() -> None:
    line = 'share  of <end>"X" >=-1.5'
    words = Words(line)
    places = [words.take().at for _ in range(6)]
    assert places == [line.index(word) for word in ("share", "of", "<end>", '"X"', ">=", "-1.5")]


def test_a_word_knows_whether_it_stood_in_quotation_marks() -> None:
    words = Words('"X" X "')
    assert [words.take().is_quoted for _ in range(3)] == [True, False, False]


def test_behind_the_last_word_comes_an_empty_one_at_the_end_of_the_line() -> None:
    words = Words("cell ")
    words.take()
    assert words.is_at_end
    assert (words.peek(), words.at) == ("", 5)
    last = words.take()
    assert (last.text, last.at) == ("", 5)


def test_a_phrase_is_taken_whole_or_not_at_all() -> None:
    words = Words("at least 3")
    assert not words.takes("at", "most")
    assert words.peek() == "at"
    assert words.takes("at", "least")
    assert words.peek() == "3"


def fails(action: Callable[[], object]) -> GrammarError:
    with pytest.raises(GrammarError) as raised:
        action()
    return raised.value


def test_an_unexpected_word_is_named_with_its_place_and_the_nearest_valid_one() -> None:
    words = Words("mean of cel")
    words.take()
    words.take()
    error = fails(lambda: words.choose("a signal", ["cell", "hidden"]))
    assert (error.message, error.at, error.hint) == (
        "expected a signal, found 'cel'",
        8,
        "did you mean 'cell'?",
    )


def test_a_missing_word_is_pointed_at_behind_the_line() -> None:
    words = Words("mean")
    words.take()
    error = fails(lambda: words.expect("of"))
    assert (error.message, error.at) == ("expected 'of', found the end of the line", 4)


def test_words_too_many_are_quoted_from_their_place_on() -> None:
    words = Words("first failure of all")
    words.take()
    words.take()
    error = fails(words.end)
    assert (error.message, error.at) == ("expected the end of the line, found 'of all'", 14)


@pytest.mark.parametrize(("text", "value"), [("3", 3.0), ("-0.5", -0.5), ("0.125", 0.125), ("1e3", 1000.0)])
def test_a_number_is_read_with_sign_and_point(text: str, value: float) -> None:
    assert Words(text).number("a bound") == value


@pytest.mark.parametrize("text", ["", "high", "nan", "inf", "-infinity", "1e999", "9" * 400, "+", "²"])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    error = fails(lambda: Words(text).number("a bound"))
    assert error.message.startswith("expected a bound, a number, found ")
    assert error.at == 0


@pytest.mark.parametrize("text", ["0", "4", "1.5", "-1", "x", "", "²", "0" * 9 + "3", "1" * 5000])
def test_a_whole_number_out_of_its_range_is_refused_with_the_range(text: str) -> None:
    error = fails(lambda: Words(text).whole("a layer number", 1, 3))
    assert error.message.startswith("expected a layer number (1-3), found ")


@given(line=st.text())
def test_words_stand_in_the_line_where_they_say(line: str) -> None:
    words = Words(line)
    end = 0
    while not words.is_at_end:
        word = words.take()
        assert word.at >= end
        end = word.at + len(word.text) + 2 * word.is_quoted
        assert line[word.at : end] == (f'"{word.text}"' if word.is_quoted else word.text)


def parses_or_points(parse: Callable[[str], object], line: str) -> None:
    """Parse a line; the only allowed failure is an error with a place in the line."""
    mistake: GrammarError | None = None
    try:
        parse(line)
    except GrammarError as error:
        mistake = error
    assert mistake is None or (mistake.message and 0 <= mistake.at <= len(line))


@given(name=st.sampled_from([*NETWORKS, ""]), line=LINES)
@example(name="counter", line="3x")
@example(name="counter", line="²")
@example(name="counter", line="1" * 5000)
def test_any_text_is_a_subject_or_a_mistake_with_its_place(name: str, line: str) -> None:
    parses_or_points(lambda text: parse_subject(text, NETWORKS), f"{name} {line}")


@given(
    subject=st.sampled_from(SUBJECTS),
    first=st.sampled_from(["", "mean of cell where", "share of", "right with", "r2 of", "turned by", "quantile"]),
    line=LINES,
)
def test_any_text_is_a_measure_or_a_mistake_with_its_place(subject: str, first: str, line: str) -> None:
    parses_or_points(lambda text: parse_question(text, parse_subject(subject, NETWORKS)), f"{first} {line}")


@given(first=st.sampled_from(["", "at", "between", "exactly", ">="]), line=LINES)
def test_any_text_is_an_expectation_or_a_mistake_with_its_place(first: str, line: str) -> None:
    parses_or_points(parse_expectation, f"{first} {line}")
