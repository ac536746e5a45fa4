"""The guarantees of every language to training, tracing and measuring, checked on all of them."""

import collections
import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstmgallery.tasks.languages.language
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.language import Language, running_count
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.task import Goal, Split
from lstmgallery.tasks.vocabulary import END, START

LANGUAGES: dict[str, Language] = {
    "counting": Counting(kind="counting", longest=7),
    "selective counting": SelectiveCounting(kind="selective-counting", longest=5, most_ignored=4),
    "selective counting with nothing to ignore": SelectiveCounting(
        kind="selective-counting", longest=4, most_ignored=0
    ),
    "state memory": StateMemory(kind="state-memory", longest_wait=6),
    "copying": Copying(kind="copying"),
}
each_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES.keys())
SPLIT = SelectiveCounting(kind="selective-counting", longest=10, most_ignored=5)


def goal_of(split: Split) -> Goal:
    assert split.goal is not None
    return split.goal


@each_language
def test_the_sequences_are_distinct_and_as_many_as_the_size_says(language: Language) -> None:
    sequences = list(language.sequences())
    assert len(sequences) == len(set(sequences)) == language.size > 3


@each_language
def test_every_sequence_follows_the_rule(language: Language) -> None:
    assert [sequence for sequence in language.sequences() if not language.rule.is_followed(sequence)] == []


@each_language
@given(seed=st.integers(0, 2**31 - 1))
def test_every_sample_is_one_of_the_sequences(language: Language, seed: int) -> None:
    assert language.sample(np.random.default_rng(seed)) in set(language.sequences())


@each_language
def test_samples_reach_the_whole_language(language: Language) -> None:
    random = np.random.default_rng(1)
    drawn = {language.sample(random) for _ in range(20_000)}
    assert len(drawn) > 0.95 * language.size


@each_language
@given(data=st.data())
def test_a_sequence_with_one_letter_changed_breaks_the_rule_or_is_another_sequence(
    language: Language, data: st.DataObject
) -> None:
    sequence = data.draw(st.sampled_from(list(language.sequences())))
    at = data.draw(st.integers(0, len(sequence) - 1))
    changed = sequence[:at] + data.draw(st.sampled_from(language.letters)) + sequence[at + 1 :]
    assert language.rule.is_followed(changed) == (changed in set(language.sequences()))


def is_balanced(text: str, pattern: str) -> bool:
    """Return whether a text matches a pattern, with as many a's in its first group as letters in its second."""
    found = re.fullmatch(pattern, text)
    return found is not None and found[1].count("a") == len(found[2])


FORMS: dict[str, Callable[[str], bool]] = {
    "counting": lambda text: is_balanced(text, "(a+)X(b+)"),
    "selective counting": lambda text: is_balanced(text, "([aX]*)Y(b+)"),
    "selective counting with nothing to ignore": lambda text: is_balanced(text, "([aX]*)Y(b+)"),
    "state memory": lambda text: bool(re.fullmatch("Ax+Ya|Bx+Yb", text)),
    "copying": lambda text: bool(re.fullmatch(r"([abc]{3})X\1", text)),
}


@pytest.mark.parametrize("name", FORMS)
def test_of_all_short_texts_those_of_the_form_follow_the_rule(name: str) -> None:
    language, longest = LANGUAGES[name], 7 if len(LANGUAGES[name].letters) < 6 else 6
    letters = [*language.letters, "é"]  # and one that no language has
    texts = ["".join(text) for size in range(longest + 1) for text in itertools.product(letters, repeat=size)]
    expected = [text for text in texts if FORMS[name](text)]
    assert [text for text in texts if language.rule.is_followed(text)] == expected != []


@each_language
def test_every_letter_is_in_the_vocabulary_behind_start_and_end(language: Language) -> None:
    assert language.vocabulary[:2] == (START, END)
    assert len(set(language.vocabulary)) == len(language.vocabulary)
    assert set("".join(language.sequences())) <= set(language.vocabulary[2:])


@each_language
def test_everything_from_the_delimiter_on_is_determined_and_nothing_before(language: Language) -> None:
    for sequence in language.sequences():
        at = sequence.index(language.rule.delimiter)
        # Step k has read k characters, so the step that reads the delimiter is at + 1.
        assert language.determined(sequence) == [False] * (at + 1) + [True] * (len(sequence) - at)


@each_language
def test_what_is_determined_is_so_in_the_whole_language(language: Language) -> None:
    following: dict[str, set[str]] = {}
    for sequence in language.sequences():
        for step, token in enumerate([*sequence, END]):
            following.setdefault(sequence[:step], set()).add(token)
    for sequence in language.sequences():
        for step, is_determined in enumerate(language.determined(sequence)):
            if is_determined:
                assert len(following[sequence[:step]]) == 1


@each_language
def test_ground_truth_has_every_feature_at_every_step(language: Language) -> None:
    for sequence in language.sequences():
        truth = language.ground_truth(sequence)
        assert list(truth) == [feature.key for feature in language.features]
        assert {len(values) for values in truth.values()} == {len(sequence) + 1}


@each_language
def test_the_phase_turns_at_the_delimiter(language: Language) -> None:
    for sequence in language.sequences():
        found = language.ground_truth(sequence)["phase"]
        for step in range(len(sequence) + 1):
            read = sequence[:step]
            expected = "before" if language.rule.delimiter not in read else "after"
            assert found[step] == ("delimiter" if read.endswith(language.rule.delimiter) else expected)


@each_language
def test_counts_are_whole_numbers_and_categories_texts_or_missing(language: Language) -> None:
    kinds = {feature.key: feature.kind for feature in language.features}
    for sequence in language.sequences():
        for key, values in language.ground_truth(sequence).items():
            allowed = (int,) if kinds[key] == "count" else (str, type(None))
            assert all(isinstance(value, allowed) for value in values)


@each_language
def test_the_answer_to_a_prompt_is_the_rest_of_its_sequence(language: Language) -> None:
    for sequence in language.sequences():
        at = sequence.index(language.rule.delimiter) + 1
        assert language.rule.answer(sequence[:at]) == sequence[at:]


@pytest.mark.parametrize("name", [name for name in LANGUAGES if name != "copying"])
@pytest.mark.parametrize("size", [1, 2, 11, 60])
def test_the_answer_to_a_longer_prompt_is_the_rest_of_its_sequence(name: str, size: int) -> None:
    language = LANGUAGES[name]
    sequences = [stretched.prompt + stretched.answer for stretched in language.stretched(size)]
    assert sequences
    for sequence in sequences:
        at = sequence.index(language.rule.delimiter) + 1
        assert FORMS[name](sequence)
        assert language.rule.answer(sequence[:at]) == sequence[at:]


@each_language
def test_the_rule_speaks_of_letters_of_the_language_alone(language: Language) -> None:
    rule = language.rule
    assert rule.delimiter in language.letters
    assert {*rule.writes, *"".join(rule.writes.values())} <= set(language.letters) - {rule.delimiter}


@each_language
def test_a_category_has_the_values_that_it_states(language: Language) -> None:
    sequences = list(language.sequences())
    for feature in language.features:
        met = {value for sequence in sequences for value in language.ground_truth(sequence)[feature.key]} - {None}
        assert set(feature.values) == (met if feature.kind == "category" else set())


@each_language
def test_no_feature_knows_the_future(language: Language) -> None:
    """Two sequences with the same beginning have the same ground truth in it."""
    seen: dict[str, dict[str, Any]] = {}
    for sequence in language.sequences():
        truth = language.ground_truth(sequence)
        for step in range(len(sequence) + 1):
            now = {key: values[step] for key, values in truth.items()}
            assert seen.setdefault(sequence[:step], now) == now


@each_language
def test_a_small_language_is_used_whole_on_both_sides(language: Language) -> None:
    split = language.split(held_out=language.size)
    everything = tuple(language.sequences())
    assert (split.training, goal_of(split).sequences, split.held_out) == (everything,) * 3
    assert (split.is_whole, goal_of(split).is_sampled) == (True, False)


def test_what_is_held_out_is_never_trained_on() -> None:
    split = SPLIT.split(held_out=400)
    assert len(set(split.held_out)) == len(split.held_out) == 400
    assert not split.is_whole
    assert set(split.held_out).isdisjoint(split.training)
    assert set(split.held_out).isdisjoint(goal_of(split).sequences)
    assert len(split.training) > 10_000


def test_the_criterion_is_checked_on_all_that_is_not_held_out() -> None:
    split = SPLIT.split(held_out=400)
    assert not goal_of(split).is_sampled
    assert sorted({*goal_of(split).sequences, *split.held_out}) == sorted(SPLIT.sequences())
    assert len(goal_of(split).sequences) == SPLIT.size - 400


def test_a_language_too_large_to_list_is_sampled() -> None:
    large = SelectiveCounting(kind="selective-counting", longest=40, most_ignored=20)
    assert large.size > 10**12
    split = large.split(held_out=300)
    assert goal_of(split).is_sampled
    assert len(split.held_out) == 300
    assert len(goal_of(split).sequences) == 2_000
    assert set(goal_of(split).sequences) <= set(split.training)
    assert set(split.held_out).isdisjoint(split.training)


@pytest.mark.parametrize(("listed", "is_sampled"), [(SPLIT.size, False), (SPLIT.size - 1, True)])
def test_a_language_of_as_many_sequences_as_can_be_listed_is_checked_whole(
    monkeypatch: pytest.MonkeyPatch, listed: int, is_sampled: bool
) -> None:
    monkeypatch.setattr(lstmgallery.tasks.languages.language, "ENUMERABLE", listed)
    split = SPLIT.split(held_out=400, draws=4_000)
    assert goal_of(split).is_sampled == is_sampled
    assert len(goal_of(split).sequences) == (2_000 if is_sampled else SPLIT.size - 400)


def test_a_language_that_cannot_spare_so_many_is_used_whole() -> None:
    few = SelectiveCounting(kind="selective-counting", longest=4, most_ignored=5)
    assert few.size > 400
    assert few.split(held_out=400).is_whole


@pytest.mark.parametrize("name", ["selective counting", "selective counting with nothing to ignore"])
def test_each_stratum_has_the_size_that_it_says(name: str) -> None:
    language = LANGUAGES[name]
    found = collections.Counter(language.stratum(sequence) for sequence in language.sequences())
    assert found == language.strata() != {}
    assert {len(stratum) for stratum in found} == {len(language.strata_names)}


@pytest.mark.parametrize("name", ["counting", "state memory", "copying"])
def test_the_sequences_of_a_language_that_can_spare_none_are_all_alike(name: str) -> None:
    language = LANGUAGES[name]
    assert (language.strata(), language.strata_names) == ({}, ())
    assert {language.stratum(sequence) for sequence in language.sequences()} == {()}


def test_the_strata_of_selective_counting_are_its_a_s_and_x_s() -> None:
    assert SPLIT.strata_names == ("a’s", "X’s")
    assert SPLIT.stratum("XaaXaYbbb") == (3, 2)
    assert SPLIT.strata()[3, 2] == 10  # of five places, two


@pytest.mark.parametrize("held_out", [300, 400, 2_000])
def test_no_stratum_loses_more_than_half_of_its_sequences(held_out: int) -> None:
    split = SPLIT.split(held_out=held_out)
    assert not split.is_whole
    lost = collections.Counter(map(SPLIT.stratum, split.held_out))
    for stratum, size in SPLIT.strata().items():
        assert lost[stratum] <= size // 2
    assert any(lost[stratum] == size // 2 > 0 for stratum, size in SPLIT.strata().items())


def test_half_of_each_small_stratum_is_held_out_however_often_its_sequences_are_drawn() -> None:
    lost = collections.Counter(map(SPLIT.stratum, SPLIT.split(held_out=2_000).held_out))
    small = {stratum: size for stratum, size in SPLIT.strata().items() if size <= 60}
    assert len(small) > 30
    assert {stratum: lost[stratum] for stratum in small} == {stratum: size // 2 for stratum, size in small.items()}


def test_every_stratum_is_trained_on() -> None:
    """The repeated draws of training cover every sequence of the small strata, whatever is held out."""
    split = SPLIT.split(held_out=400)
    for sequences in (split.training, goal_of(split).sequences):
        assert set(map(SPLIT.stratum, sequences)) == {*SPLIT.strata()}


def test_a_kind_of_one_sequence_stays_in_training() -> None:
    split = SPLIT.split(held_out=400)
    plain = {"a" * n + "Y" + "b" * n for n in range(1, 11)}
    assert plain <= set(split.training)
    assert plain.isdisjoint(split.held_out)


def test_strata_with_room_to_spare_are_held_out_as_often_as_the_task_draws_them() -> None:
    """The task draws all 60 strata equally often; 17 have a hundred sequences or more."""
    held_out = collections.Counter(map(SPLIT.stratum, SPLIT.split(held_out=400).held_out))
    large = [stratum for stratum, size in SPLIT.strata().items() if size >= 100]
    counts = [held_out[stratum] for stratum in large]
    assert len(large) > 15
    mean = sum(counts) / len(counts)
    assert mean > 400 / 60  # they also get what the small ones have not
    assert max(abs(count - mean) for count in counts) < 3.5 * mean**0.5


def test_the_shares_of_a_split_are_those_of_the_draws_and_of_what_is_held_out() -> None:
    split = SPLIT.split(held_out=400)
    assert [(share.name, share.value) for share in split.shares] == [
        *(("a’s", n) for n in range(1, 11)),
        *(("X’s", k) for k in range(6)),
    ]
    for share in split.shares:
        letter = share.name[0]
        assert share.held_out == sum(sequence.count(letter) == share.value for sequence in split.held_out) / 400
        assert share.drawn == pytest.approx(1 / 10 if letter == "a" else 1 / 6, abs=0.01)
    for name in ("a’s", "X’s"):
        assert sum(share.held_out for share in split.shares if share.name == name) == pytest.approx(1)


def test_the_smallest_kinds_are_missing_and_the_shares_say_so() -> None:
    shares = {(share.name, share.value): share for share in SPLIT.split(held_out=400).shares}
    assert shares["X’s", 0].held_out == 0
    assert shares["a’s", 1].held_out < shares["a’s", 1].drawn / 2
    for n in range(4, 11):
        assert shares["a’s", n].held_out == pytest.approx(shares["a’s", n].drawn, abs=0.05)


def test_a_language_that_is_used_whole_has_no_shares() -> None:
    assert all(language.split(held_out=language.size).shares == () for language in LANGUAGES.values())


def test_a_language_is_divided_where_half_of_each_stratum_is_twice_what_is_held_out() -> None:
    few = SelectiveCounting(kind="selective-counting", longest=6, most_ignored=3)
    room = sum(size // 2 for size in few.strata().values())
    assert room % 2 == 0
    assert not few.split(held_out=room // 2, draws=500).is_whole
    assert few.split(held_out=room // 2 + 1, draws=500).is_whole


def test_a_split_is_the_same_whenever_it_is_asked_for() -> None:
    assert SPLIT.split(held_out=300, draws=4_000) == SPLIT.split(held_out=300, draws=4_000)


@given(st.text(alphabet="abX", max_size=20), st.sampled_from("abX"))
def test_a_running_count_is_what_counting_by_hand_gives(sequence: str, letter: str) -> None:
    expected = [sequence[:step].count(letter) for step in range(len(sequence) + 1)]
    assert running_count(sequence, letter) == expected


Feature = Callable[[str], object]  # of what has been read so far


def letter_at(read: str, at: int) -> str | None:
    return read[at] if len(read) > at else None


NAIVE: dict[str, dict[str, Feature]] = {
    "counting": {"a_count": lambda read: read.count("a"), "remaining": lambda read: read.count("a") - read.count("b")},
    "selective counting": {
        "a_count": lambda read: read.count("a"),
        "remaining": lambda read: read.count("a") - read.count("b"),
        "x_count": lambda read: read.count("X"),
    },
    "state memory": {"letter": lambda read: read[:1] or None, "x_count": lambda read: read.count("x")},
    "copying": {
        "position": len,
        "first": lambda read: letter_at(read, 0),
        "second": lambda read: letter_at(read, 1),
        "third": lambda read: letter_at(read, 2),
        "next_letter": lambda read: letter_at(read, len(read) - 4) if 4 <= len(read) < 7 else None,
    },
}


@pytest.mark.parametrize("name", NAIVE)
def test_features_are_what_reading_by_hand_gives(name: str) -> None:
    language = LANGUAGES[name]
    assert set(NAIVE[name]) | {"phase"} == {feature.key for feature in language.features}
    for sequence in language.sequences():
        truth = language.ground_truth(sequence)
        for key, feature in NAIVE[name].items():
            assert truth[key] == [feature(sequence[:step]) for step in range(len(sequence) + 1)], (sequence, key)
