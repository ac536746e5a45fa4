"""Claims: expectations, when they are met, and the values of other weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.desk.claims import (
    Answer,
    Expectation,
    Question,
    Tally,
    answer_with_weights,
    count_seeds,
    count_untrained,
    parse_expectation,
    parse_question,
    verdict,
)
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.measures.measurement import Measurement
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.desk.trained import MeasuredNetwork
from lstmgallery.tasks.truths import step_truths
from tests.conftest import language_of, random_weights
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
        ("exactly 0", [9e-10, -9e-10], [1e-9, -1e-9]),
    ],
)
def test_a_value_meets_an_expectation_or_misses_it(text: str, met: list[float], missed: list[float]) -> None:
    expectation = parse_expectation(text)
    assert [value for value in met if verdict(value, expectation) != "holds"] == []
    assert [value for value in missed if verdict(value, expectation) != "fails"] == []


@pytest.mark.parametrize("text", ["below 0.1", "at least 0", "between -9 and 9"])
def test_what_could_not_be_measured_neither_holds_nor_fails(text: str) -> None:
    assert verdict(None, parse_expectation(text)) == "unmeasured"


HINT = "write below, at most, above, at least or exactly and a number, or between ... and ..."


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
        ("below 0.1 or so", "expected the end of the line, found 'or so'", 10, None),
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
    assert count_seeds(answer, parse_expectation("at least 0.95")) == Tally(2, 4)


def test_without_a_sweep_no_seeds_are_counted() -> None:
    assert count_seeds(answered(None), parse_expectation("at least 0.95")) is None


@pytest.mark.parametrize(("holding", "is_minority"), [(0, True), (7, True), (8, False), (16, False)])
def test_fewer_than_half_of_the_seeds_are_a_minority(holding: int, is_minority: bool) -> None:
    assert Tally(holding, 16).is_minority is is_minority


def test_an_untrained_network_counts_where_its_own_value_is_as_expected() -> None:
    answer = Answer(Measurement(0.5), untrained=(0.99, 0.5, None, 0.96))
    assert count_untrained(answer, parse_expectation("at least 0.95")) == Tally(2, 4)


def test_where_no_untrained_network_was_asked_none_is_counted() -> None:
    assert count_untrained(answered(None), parse_expectation("at least 0.95")) is None


@pytest.mark.parametrize(
    ("holding", "total", "is_more"),
    [(0, 40, False), (2, 40, False), (3, 40, True), (40, 40, True), (1, 20, False), (1, 10, True)],
)
def test_more_than_one_in_twenty_exceeds_chance(holding: int, total: int, is_more: bool) -> None:
    assert Tally(holding, total).exceeds_chance is is_more


def question(subject: str, measure: str) -> Question:
    who = parse_subject(subject, {"planted": NETWORK})
    return parse_question(measure, who)


def test_a_question_is_known_by_its_subject_and_its_measure() -> None:
    assert question("planted best(remaining)", "mean of cell").key == "planted best(remaining): mean of cell"


def test_a_question_about_nobody_is_answered_with_a_reason() -> None:
    steps = step_truths(NETWORK.task, ["aXb"])
    zeros = {key: np.zeros((len(steps), 3)) for key in NETWORK.kind.keys}
    trained = MeasuredNetwork(NETWORK, {}, steps, read_layer=lambda _: zeros)
    found = question("planted best(remaining at delimiter)", "mean of cell").answer(trained)
    assert (found.value, found.reason) == (None, "no neuron matches the subject")


def test_a_chosen_neuron_is_measured_on_the_half_that_it_was_not_chosen_on_and_any_other_on_both() -> None:
    """The cell is 1 on the first half of the sequences and 3 on the second; neuron 1 counts there too."""
    sequences = list(language_of(NETWORK).sequences())
    steps = step_truths(NETWORK.task, sequences)
    is_second = (steps["sequence"] % 2 == 1).to_numpy()
    cell = np.where(is_second, 3.0, 1.0)[:, None] + np.array([[0.1, 0, 0]]) * steps[["remaining"]].to_numpy()
    trained = MeasuredNetwork(NETWORK, {}, steps, read_layer=lambda _: dict.fromkeys(NETWORK.kind.keys, cell))
    first = question("planted best(remaining)", "min of cell").answer(trained)
    assert (first.value, first.n) == (3.0, int(is_second.sum()))
    known = question("planted 1", "min of cell").answer(trained)
    assert (known.value, known.n) == (1.0, len(steps))
    whole = question("planted", "min of cell").answer(trained)
    assert (whole.value, whole.n) == (1.0, 3 * len(steps))


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
    sequences = list(language_of(NETWORK).sequences())
    questions = [question(*each) for each in ASKED]
    [found] = answer_with_weights(NETWORK, [weights], sequences, questions)
    trained = MeasuredNetwork(NETWORK, weights, step_truths(NETWORK.task, sequences))
    assert found == {each.key: each.answer(trained).value for each in questions}
    assert found["planted: mean of cell where step > 50"] is None


def test_the_planted_counter_answers_as_it_was_planted() -> None:
    questions = [question(*each) for each in ASKED]
    [found] = answer_with_weights(NETWORK, [counting_weights()], list(language_of(NETWORK).sequences()), questions)
    assert found["planted best(remaining): r2 of cell with remaining"] == pytest.approx(1.0, abs=1e-9)
    assert found["planted best(remaining): right with cell at zero"] == 0.0
    assert found["planted best(remaining): slope of dose-response"] == pytest.approx(1.0)
    assert found["planted: right where size <= 10"] == 1.0
    assert found["planted: first failure"] == 101.0  # beyond all that were tried


def over(text: str, by_seed: dict[int, float | None], *, like: Measurement | None = None) -> Measurement:
    asked = parse_question(text, parse_subject("planted best(remaining)", {"planted": NETWORK}))
    assert asked.over is not None
    return asked.over.summarise(by_seed, Measurement(0.0) if like is None else like)


BY_SEED: dict[int, float | None] = {1: 0.5, 2: None, 3: 2.0, 4: 8.0, 5: 0.25}


@pytest.mark.parametrize(
    ("text", "value", "n"),
    [
        ("share of seeds where mean of cell >= 2", 2 / 5, 5),
        ("share of seeds where mean of cell > 2", 1 / 5, 5),
        ("share of seeds where mean of cell < 1", 2 / 5, 5),
        ("share of seeds where mean of cell <= 0.25", 1 / 5, 5),
        ("share of seeds where mean of cell == 8", 1 / 5, 5),
        ("share of seeds where mean of cell != 8", 3 / 5, 5),  # what could not be measured passes nothing
        ("mean over seeds of mean of cell", 10.75 / 4, 4),
        ("median over seeds of mean of cell", 1.25, 4),
        ("min over seeds of mean of cell", 0.25, 4),
        ("max over seeds of mean of cell", 8.0, 4),
        ("quantile 0 over seeds of mean of cell", 0.25, 4),
        ("quantile 0.5 over seeds of mean of cell", 1.25, 4),
        ("quantile 0.9 over seeds of mean of cell", 2 + 0.7 * 6, 4),
    ],
)
def test_a_measure_over_seeds_counts_every_seed_in_which_it_could_be_measured(text: str, value: float, n: int) -> None:
    found = over(text, BY_SEED)
    assert found.value == pytest.approx(value)
    assert (found.n, found.unit) == (n, "seed")


def test_a_measure_over_seeds_keeps_the_value_of_each() -> None:
    data = over("mean over seeds of mean of cell", BY_SEED).data
    assert data is not None
    assert data["seed"].tolist() == [1, 2, 3, 4, 5]
    assert data["value"].tolist() == pytest.approx([0.5, np.nan, 2.0, 8.0, 0.25], nan_ok=True)


def test_what_could_be_measured_under_no_seed_has_a_share_of_none_and_no_statistic() -> None:
    nothing: dict[int, float | None] = {1: None, 2: None}
    assert over("share of seeds where mean of cell > -1000", nothing).value == 0
    found = over("median over seeds of mean of cell", nothing)
    assert (found.value, found.n, found.reason) == (None, 2, "not measurable in any seed")


def test_a_statistic_over_seeds_is_read_as_its_measure_and_a_share_as_a_share() -> None:
    like = Measurement(3.0, kind="count")
    assert over("median over seeds of first failure", BY_SEED, like=like).kind == "count"
    assert over("share of seeds where first failure > 3", BY_SEED, like=like).kind == "share"


@pytest.mark.parametrize(
    "text",
    [
        "share of seeds where share of abs(hidden) > 0.9 where token == X >= 0.5",
        "share of seeds where first failure >= 12",
        "quantile 0.25 over seeds of r2 of cell with remaining",
        "median over seeds of quantile 0.9 of cell",
        "mean over seeds of mean of cell where token == X",
    ],
)
def test_a_question_over_seeds_asks_each_network_for_what_stands_within(text: str) -> None:
    asked = parse_question(text, parse_subject("planted best(remaining)", {"planted": NETWORK}))
    assert asked.over is not None
    inner = asked.over.text
    assert asked.key == f"planted best(remaining): {text}"
    assert asked.of_one.key == f"planted best(remaining): {inner}"
    assert asked.of_one == question("planted best(remaining)", inner)
    assert inner in text


def test_a_question_of_one_network_is_its_own() -> None:
    asked = question("planted", "first failure")
    assert asked.over is None
    assert asked.of_one is asked


def test_what_resembles_a_measure_over_seeds_is_a_measure_of_one_network() -> None:
    for text in ("share of cell > 0.5", "quantile 0.9 of cell", "mean of cell"):
        assert parse_question(text, parse_subject("planted", {"planted": NETWORK})).over is None


@pytest.mark.parametrize(
    ("subject", "text", "message", "at", "hint"),
    [
        (
            "planted 3",
            "median over seeds of mean of cell",
            "planted 3 is named by its number, which differs between seeds",
            0,
            "such as planted best(remaining)",
        ),
        (
            "planted 3",
            "share of seeds where mean of cell > 1",
            "planted 3 is named by its number, which differs between seeds",
            0,
            "such as planted best(remaining)",
        ),
        ("planted", "share of seeds", "expected 'where', found the end of the line", 14, None),
        (
            "planted",
            "share of seeds where first failure",
            "expected a comparison, found the end of the line",
            34,
            "valid here: !=, <, <=, ==, >, >=",
        ),
        ("planted", "share of seeds where first failure >= many", "expected a bound, a number, found 'many'", 38, None),
        ("planted", "median over seeds", "expected 'of', found the end of the line", 17, None),
        ("planted", "median over networks of first failure", "expected 'of', found 'over'", 7, None),
        ("planted", "quantile 2 over seeds of first failure", "expected a level from 0 to 1, found 2", 9, None),
        ("planted", "quantile 0.5 over networks of first failure", "expected 'seeds', found 'networks'", 18, None),
        ("planted", "median over seeds of first failure >= 3", "expected the end of the line, found '>= 3'", 35, None),
        (
            "planted",
            "median over seeds of frist failure",
            "expected a measure, found 'frist'",
            21,
            "did you mean 'first'?",
        ),
        (
            "planted",
            "median over seeds of mean over seeds of first failure",
            "expected 'of', found 'over'",
            26,
            None,
        ),
        (
            "planted",
            "share of seeds where median over seeds of first failure > 1",
            "expected 'of', found 'over'",
            28,
            None,
        ),
    ],
)
def test_what_cannot_be_asked_over_seeds_is_refused_with_its_place(
    subject: str, text: str, message: str, at: int, hint: str | None
) -> None:
    with pytest.raises(GrammarError) as raised:
        parse_question(text, parse_subject(subject, {"planted": NETWORK}))
    assert (raised.value.message, raised.value.at, raised.value.hint) == (message, at, hint)


def test_a_question_is_measured_once_in_each_network() -> None:
    steps = step_truths(NETWORK.task, ["aXb", "aaXbb"])
    one, other = (MeasuredNetwork(NETWORK, counting_weights(), steps) for _ in range(2))
    asked = question("planted 1", "mean of cell")
    assert asked.answer(one) is question("planted 1", "mean of cell").answer(one)
    assert asked.answer(one) is not asked.answer(other)
    assert asked.answer(one) is not question("planted 2", "mean of cell").answer(one)


@pytest.mark.parametrize(
    ("by_seed", "is_over_seeds", "is_left_out"),
    [(None, True, True), ({1: 0.5}, True, False), (None, False, False), ({1: 0.5}, False, False)],
)
def test_only_what_is_asked_over_seeds_is_left_out_where_none_was_trained(
    by_seed: dict[int, float | None] | None, is_over_seeds: bool, is_left_out: bool
) -> None:
    answer = Answer(Measurement(0.5), by_seed=by_seed, is_over_seeds=is_over_seeds)
    assert answer.is_left_out is is_left_out


def test_an_answer_over_seeds_is_not_counted_by_seed() -> None:
    answer = Answer(Measurement(0.5), by_seed={1: 1.0, 2: 0.0}, is_over_seeds=True)
    assert count_seeds(answer, parse_expectation("at least 0.95")) is None
