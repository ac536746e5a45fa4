"""Claims: what is expected, what counts as met, and what other weights answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery import store
from lstmgallery.desk.claims import (
    Answer,
    Expectation,
    Question,
    Seeds,
    answer_elsewhere,
    count_seeds,
    parse_expectation,
    verdict,
)
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.measures import Measurement, parse_measure
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.desk.trained import Trained
from tests.conftest import random_weights
from tests.desk.planted import counting_network, counting_weights

NETWORK = counting_network()
SPELLINGS = {
    "below 0.1": ("<", 0.1),
    "< 0.1": ("<", 0.1),
    "at most 3": ("<=", 3.0),
    "<=3": ("<=", 3.0),
    "above -0.5": (">", -0.5),
    "> -0.5": (">", -0.5),
    "at least 0.95": (">=", 0.95),
    ">= 0.95": (">=", 0.95),
    "exactly 1": ("==", 1.0),
    "== 1": ("==", 1.0),
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_an_expectation_may_be_spelled_in_words_or_signs(text: str) -> None:
    assert parse_expectation(text) == Expectation((SPELLINGS[text],))


def test_two_bounds_stand_between() -> None:
    assert parse_expectation("between -0.9 and 1.1") == Expectation(((">=", -0.9), ("<=", 1.1)))


@pytest.mark.parametrize(
    ("text", "met", "missed"),
    [
        ("below 0.1", [0.0999, -5], [0.1, 0.2]),
        ("at most 3", [3, 2.5], [3.0001]),
        ("above -0.5", [-0.4999, 0], [-0.5, -1]),
        ("at least 0.95", [0.95, 1], [0.9499]),
        ("between -1 and 1", [-1, 0, 1], [-1.01, 1.01]),
        ("exactly 1", [1, 1 + 5e-10, 1 - 5e-10], [1 + 2e-9, 1 - 2e-9, 0]),
        ("exactly 0.3", [0.1 + 0.2], [0.30001]),
    ],
)
def test_a_value_meets_an_expectation_or_misses_it(text: str, met: list[float], missed: list[float]) -> None:
    expectation = parse_expectation(text)
    assert [value for value in met if verdict(value, expectation) != "holds"] == []
    assert [value for value in missed if verdict(value, expectation) != "fails"] == []


@pytest.mark.parametrize("text", ["below 0.1", "at least 0", "between -9 and 9"])
def test_what_could_not_be_measured_neither_holds_nor_fails(text: str) -> None:
    assert verdict(None, parse_expectation(text)) == "unmeasured"


HINT = "write below, at most, above, at least, exactly or between ... and ..., and a number"


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        ("", "expected a comparison, found the end of the line", 0, HINT),
        ("0.5", "expected a comparison, found '0.5'", 0, HINT),
        ("at 3", "expected a comparison, found 'at'", 0, HINT),
        ("!= 3", "expected a comparison, found '!='", 0, HINT),
        ("below", "expected a bound, a number, found the end of the line", 5, None),
        ("at least most", "expected a bound, a number, found 'most'", 9, None),
        ("above nan", "expected a bound, a number, found 'nan'", 6, None),
        ("between 1", "expected 'and', found the end of the line", 9, None),
        ("between 1 and", "expected the upper bound, a number, found the end of the line", 13, None),
        ("between x and 1", "expected the lower bound, a number, found 'x'", 8, None),
        ("between 1 and 0.5", "expected an upper bound of at least 1, found 0.5", 14, None),
        ("below 0.1 or so", "expected nothing more, found 'or so'", 10, None),
    ],
)
def test_what_expects_nothing_is_refused_with_its_place(text: str, message: str, at: int, hint: str | None) -> None:
    with pytest.raises(GrammarError) as raised:
        parse_expectation(text)
    assert (raised.value.message, raised.value.at, raised.value.hint) == (message, at, hint)


BOUNDS = st.integers(-(10**9), 10**9).map(lambda number: number / 1000)


@given(sign=st.sampled_from(["<", "<=", ">", ">=", "=="]), bound=BOUNDS, width=BOUNDS.map(abs))
def test_an_expectation_printed_in_words_reads_the_same_again(sign: str, bound: float, width: float) -> None:
    for expectation in (Expectation(((sign, bound),)), Expectation(((">=", bound), ("<=", round(bound + width, 3))))):
        assert parse_expectation(str(expectation)) == expectation


@given(sign=st.sampled_from(["<", ">=", "=="]), digits=st.integers(-(10**6), 10**6), power=st.integers(-20, 20))
def test_a_bound_of_any_size_printed_in_words_reads_the_same_again(sign: str, digits: int, power: int) -> None:
    expectation = Expectation(((sign, float(f"{digits}e{power}")),))
    assert parse_expectation(str(expectation)) == expectation


@pytest.mark.parametrize(
    "text", ["below 0.1", "at most 3", "above -0.5", "at least 0.95", "exactly 1", "between 0 and 1"]
)
def test_an_expectation_is_printed_as_it_is_written(text: str) -> None:
    assert str(parse_expectation(text)) == text


def answered(by_seed: dict[int, float | None] | None) -> Answer:
    return Answer(Measurement(0.5), by_seed=by_seed)


def test_a_seed_counts_where_its_own_value_is_as_expected() -> None:
    answer = answered({1: 0.99, 2: 0.5, 3: None, 4: 0.96})
    assert count_seeds(answer, parse_expectation("at least 0.95")) == Seeds(2, 4)


def test_without_a_sweep_no_seeds_are_counted() -> None:
    assert count_seeds(answered(None), parse_expectation("at least 0.95")) is None


@pytest.mark.parametrize(("holding", "is_minority"), [(0, True), (7, True), (8, False), (16, False)])
def test_fewer_than_half_of_the_seeds_are_a_minority(holding: int, is_minority: bool) -> None:
    assert Seeds(holding, 16).is_minority is is_minority


def question(subject: str, measure: str) -> Question:
    who = parse_subject(subject, {"planted": NETWORK})
    return Question(who, parse_measure(measure, who), measure)


def test_a_question_is_known_by_its_subject_and_its_measure() -> None:
    assert question("planted best(remaining)", "mean of cell").key == "planted best(remaining): mean of cell"


def test_a_question_about_nobody_is_answered_with_a_reason() -> None:
    steps = store.step_truths(NETWORK, ["aXb"])
    zeros = {key: np.zeros((len(steps), 3)) for key in NETWORK.kind.keys}
    trained = Trained(NETWORK, {}, steps, read_layer=lambda _: zeros)
    found = question("planted best(remaining at delimiter)", "mean of cell").answer(trained)
    assert (found.value, found.reason) == (None, "no neuron can be told by what is asked for")


ASKED = [
    ("planted best(remaining)", "r2 of cell with remaining"),
    ("planted best(remaining)", "right with cell at zero"),
    ("planted best(remaining)", "slope of dose-response"),
    ("planted", "first failure"),
    ("planted", "right where size <= 10"),
    ("planted", "share of abs(hidden) > 0.9"),
    ("planted", "mean of cell where step > 50"),
]


@pytest.mark.parametrize("seed", [None, 3])
def test_other_weights_answer_what_they_would_answer_directly(seed: int | None) -> None:
    weights = counting_weights() if seed is None else random_weights(NETWORK, seed=seed)
    sequences = list(NETWORK.task.sequences())
    questions = [question(*each) for each in ASKED]
    found = answer_elsewhere(NETWORK, weights, sequences, questions)
    trained = Trained(NETWORK, weights, store.step_truths(NETWORK, sequences))
    assert found == {each.key: each.answer(trained).value for each in questions}
    assert found["planted: mean of cell where step > 50"] is None


def test_the_planted_counter_answers_as_it_was_planted() -> None:
    questions = [question(*each) for each in ASKED]
    found = answer_elsewhere(NETWORK, counting_weights(), list(NETWORK.task.sequences()), questions)
    assert found["planted best(remaining): r2 of cell with remaining"] == pytest.approx(1.0, abs=1e-9)
    assert found["planted best(remaining): right with cell at zero"] == 0.0
    assert found["planted best(remaining): slope of dose-response"] == pytest.approx(1.0)
    assert found["planted: right where size <= 10"] == 1.0
    assert found["planted: first failure"] == 101.0  # beyond all that were tried
