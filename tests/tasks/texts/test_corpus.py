"""A corpus is divided by document, the same way every time, in bounded memory."""

import collections
import hashlib
import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmgallery.errors import GalleryError
from lstmgallery.tasks.texts.corpus import (
    Corpus,
    count_letters,
    divide_documents,
    encode_documents,
    read_corpus,
    sample_documents,
    vocabulary_of,
)
from lstmgallery.tasks.texts.sources import AnySource
from lstmgallery.tasks.texts.sources.source import Places
from lstmgallery.tasks.vocabulary import END, START, UNKNOWN

SOURCE: pydantic.TypeAdapter[AnySource] = pydantic.TypeAdapter(AnySource)


def rank(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def corpus_of(tmp_path: Path, lines: list[str], **keys: Any) -> Corpus:
    (tmp_path / "a.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    source = SOURCE.validate_json(json.dumps({"kind": "files", "path": "a.txt", **keys}))
    return read_corpus(source, Places(tmp_path))


LINES = [f"line number {number}" for number in range(200)]


def test_a_tenth_is_held_out_and_a_twentieth_for_validation(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, LINES)
    assert (len(corpus.held_out), len(corpus.validation), len(corpus.training)) == (20, 10, 170)
    assert sorted((*corpus.held_out, *corpus.validation, *corpus.training)) == sorted(LINES)
    assert [*corpus.held_out, *corpus.validation, *corpus.training] == sorted(LINES, key=rank)
    assert (corpus.read_documents, corpus.read_characters) == (200, sum(map(len, LINES)))
    assert not corpus.is_sampled


def test_the_division_does_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    shuffled = random.Random(1).sample(LINES, len(LINES))
    one, other = corpus_of(tmp_path, LINES), corpus_of(tmp_path, shuffled)
    assert one == other
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != corpus_of(tmp_path, [*LINES, "more"]).fingerprint


def test_equal_documents_are_in_one_part(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, LINES * 3 + ["line number 7"] * 1_000)
    parts = [set(corpus.held_out), set(corpus.validation), set(corpus.training)]
    assert [len(part) for part in parts] == [20, 10, 170]
    assert sum(len(part) for part in parts) == len(set().union(*parts))
    assert len([*corpus.held_out, *corpus.validation, *corpus.training]) == 1_600


def test_twenty_different_documents_are_enough_and_fewer_are_too_few(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, LINES[:20])
    assert (len(corpus.held_out), len(corpus.validation), len(corpus.training)) == (2, 1, 17)
    for lines, found in (
        (LINES[:3], "found 3 (line by line)"),
        (["same"] * 900, "found 1"),
        ([], "found none: the text"),
    ):
        with pytest.raises(GalleryError) as raised:
            corpus_of(tmp_path, lines)
        (problem,) = raised.value.problems
        assert problem.place == "a.txt"
        assert problem.message.startswith("expected at least 20 different documents, ")
        assert found in problem.message
        assert problem.hint == ("add text" if len(lines) < 4 else "add text that does not repeat itself")
    with pytest.raises(GalleryError, match="add text, or make documents smaller: longest: 100"):
        corpus_of(tmp_path, [" ".join(LINES), " ".join(LINES[1:])])


def test_a_corpus_is_named_without_saying_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    (tmp_path / "project").mkdir()
    for path, name in (
        ("../a.txt", "a.txt"),
        (str(tmp_path / "a.txt"), "a.txt"),
        (str(tmp_path / "*.txt"), "*.txt"),
        (str(tmp_path), tmp_path.name),
    ):
        source = SOURCE.validate_json(json.dumps({"kind": "files", "path": path}))
        assert read_corpus(source, Places(tmp_path / "project")).place == name
    (tmp_path / "project" / "texts").mkdir()
    (tmp_path / "a.txt").rename(tmp_path / "project" / "texts" / "a.txt")
    url = "https://somebody:secret@example.org:8000/a.txt?token=secret#part"
    downloaded = SOURCE.validate_json(json.dumps({"kind": "files", "url": url, "sha256": "0" * 64}))
    assert downloaded.name == "https://example.org:8000/a.txt"
    within = SOURCE.validate_json(json.dumps({"kind": "files", "path": "texts/a.txt"}))
    assert read_corpus(within, Places(tmp_path / "project")).place == "texts/a.txt"


def test_one_long_line_is_a_corpus_of_its_pieces(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [" ".join(str(number) for number in range(3_000))], longest=200)
    assert len(corpus.held_out) >= 2


def test_a_sample_is_that_of_the_lowest_ranks_whatever_the_order() -> None:
    words = [f"word {number}" for number in range(1_000)]
    expected, size = [], 0
    for word in sorted(words, key=rank):
        size += len(word) + 1
        if size > 2_000:
            break
        expected.append((rank(word), word))
    for seed in range(3):
        shuffled = random.Random(seed).sample(words, len(words))
        assert sample_documents(shuffled, 2_000) == expected
    assert len(expected) > 150


def test_a_sample_has_one_document_at_least() -> None:
    assert [text for _, text in sample_documents(["long " * 100], 10)] == ["long " * 100]
    assert sample_documents([], 10) == []


def test_a_large_corpus_is_sampled_in_bounded_memory() -> None:
    tracemalloc.start()
    kept = sample_documents((f"the document of number {number:09}" for number in range(60_000)), 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 400 < len(kept) < 700
    assert peak < 1_000_000


def test_a_sampled_corpus_says_so(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, LINES, most_characters=1_000)
    kept = len(corpus.held_out) + len(corpus.validation) + len(corpus.training)
    assert (corpus.is_sampled, corpus.read_documents) == (True, 200)
    assert 20 <= kept < 70


@given(st.lists(st.sampled_from([f"t{n}" for n in range(60)]), max_size=200))
def test_no_text_is_in_two_parts_and_none_is_lost(texts: list[str]) -> None:
    if len(set(texts)) < 20:
        return
    parts = divide_documents(sorted((rank(text), text) for text in texts))
    assert collections.Counter(text for part in parts for text in part) == collections.Counter(texts)
    assert sum(len(set(part)) for part in parts) == len(set(texts))
    assert all(parts)


# Letters


def test_the_alphabet_has_the_most_frequent_letters_that_are_not_rare() -> None:
    assert count_letters(["abacab", "cad", "e"], most=9, rare=1) == ("a", "b", "c", "d", "e")
    assert count_letters(["abacab", "cad", "e"], most=9, rare=2) == ("a", "b", "c")
    assert count_letters(["abacab", "cad", "e"], most=3, rare=1) == ("a", "b", "c")
    assert count_letters(["ba"], most=1, rare=1) == ("a",)  # of equally frequent ones, the lower code


def test_letters_are_counted_in_training_alone(tmp_path: Path) -> None:
    lowest = min(map(rank, LINES))
    held_out = next(text for number in range(10_000) if rank(text := f"ßßßß {number}") < lowest)
    corpus = corpus_of(tmp_path, [*LINES, held_out], rare=1)
    assert held_out in corpus.held_out
    assert "ß" not in corpus.alphabet
    assert set(corpus.alphabet) == {letter for text in corpus.training for letter in text}
    assert corpus.unknown_share == pytest.approx(4 / sum(map(len, corpus.held_out)))


def test_the_vocabulary_begins_with_the_tokens_that_are_no_letters(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, LINES)
    assert corpus.vocabulary == (START, END, UNKNOWN, *" 0123456789beilmnru")


def test_documents_are_encoded_with_start_end_and_unknown() -> None:
    arrays = encode_documents(["ab", "", "a😀\ud800z"], vocabulary_of("ab"))
    assert [array.tolist() for array in arrays] == [[0, 3, 4, 1], [0, 1], [0, 3, 2, 2, 2, 1]]
    assert {array.dtype for array in arrays} == {np.dtype(np.uint16)}


@given(st.lists(st.text(max_size=20), max_size=5), st.sets(st.characters(exclude_categories=["Cs"]), max_size=9))
def test_documents_are_encoded_as_the_vocabulary_numbers_their_characters(texts: list[str], letters: set[str]) -> None:
    vocabulary = vocabulary_of(sorted(letters))
    for text, array in zip(texts, encode_documents(texts, vocabulary), strict=True):
        assert array.tolist() == vocabulary.numbers([START, *text, END])
