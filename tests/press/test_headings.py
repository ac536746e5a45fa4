"""The ids of headings depend on their words alone, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.press.manuscript.headings import Heading, read_headings, slug, tell_apart, with_ids


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("What the gate does?", "what-the-gate-does"),
        ("Größen und Maße", "größen-und-maße"),
        ("数数的神经元", "数数的神经元"),
        ("Οι μετρητές", "οι-μετρητές"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("Cafe\u0301", "café"),
        ("A\u00a0b – c", "a-b-c"),
        ("C", "c"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("x < 1", "x-<-1"),
        ("x > 1", "x->-1"),
        ("50%", "50%"),
        ("Code & more", "code-more"),
        ("The x’s, again", "the-xs-again"),
        ("snake_case", "snake_case"),
        ("???", "???"),
        ("🎉", "🎉"),
    ],
)
def test_an_id_keeps_letters_digits_and_signs(words: str, expected: str) -> None:
    assert slug(words) == expected


@given(st.text(min_size=1).filter(str.strip))
def test_every_heading_has_an_id_without_blanks(words: str) -> None:
    found = slug(words)
    assert found
    assert not any(character.isspace() for character in found)


def ids_of(*words: str, taken: tuple[str, ...] = ()) -> list[str]:
    html = "".join(f"<h2>{each}</h2>" for each in words)
    return [heading.id for heading in tell_apart(read_headings(html), taken)]


def test_equal_headings_get_a_suffix_and_the_first_never_changes() -> None:
    assert ids_of("Results", "Results", "Results") == ["results", "results-2", "results-3"]
    assert ids_of("Results", "Other", "Results") == ["results", "other", "results-2"]


def test_no_id_depends_on_headings_with_other_words() -> None:
    assert ids_of("C++", "C") == ["c++", "c"]
    assert ids_of("C", "C++") == ["c", "c++"]
    assert ids_of("数", "Section 1") == ["数", "section-1"]
    assert ids_of("Results", "Results", "Results 2") == ["results", "results-3", "results-2"]


def test_an_own_id_is_kept_and_others_give_way() -> None:
    assert ids_of("A {#b}", "B") == ids_of("B", "A {#b}")[::-1] == ["b", "b-2"]
    assert ids_of("Results", "Results {#gru-results}") == ["results", "gru-results"]


def test_what_is_taken_is_given_to_no_heading() -> None:
    assert ids_of("Training", "Other", taken=("training",)) == ["training-2", "other"]


def test_ids_stand_on_their_headings_and_an_own_id_is_not_shown() -> None:
    html = "<h2>A &amp; b</h2>\n<p>x</p>\n<h5>C&lt;d {#e}</h5>"
    headings = tell_apart(read_headings(html), ())
    assert headings == [Heading("a-b", "A & b"), Heading("e", "C<d", "e")]
    assert with_ids(html, headings) == '<h2 id="a-b">A &amp; b</h2>\n<p>x</p>\n<h5 id="e">C&lt;d</h5>'


def test_a_reference_to_a_footnote_is_no_word_of_a_heading() -> None:
    (heading,) = read_headings('<h2>Part<sup class="reference" id="fnref-1"><a href="#fn-1">1</a></sup></h2>')
    assert (heading.id, heading.text) == ("part", "Part")
