"""The index of the search: what is in it, and what it leaves to the browser."""

import json
from typing import Any

import pytest

from lstmgallery.press.pages.lookup import Found, cut, index_of, plain, search_index, search_library, terms, weigh
from tests.press.conftest import BASE_URL, Press, Typeset, writeup


@pytest.fixture(scope="module")
def stored(press: Press) -> list[dict[str, str]]:
    return list(read(press)["storedFields"].values())


def read(press: Press) -> dict[str, Any]:
    text = press.text("assets/search-index.js")
    found: dict[str, Any] = json.loads(text.removeprefix("window.searchIndex = ").removesuffix(";\n"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The b’s still owed", ["the", "b", "s", "still", "owed"]),
        ("a_count, R² of 0.98", ["a", "count", "r2", "of", "0", "98"]),
        ("C++ and c = f·c′", ["c++", "and", "c", "=", "f", "c"]),
        ("Naïve Ärger", ["naive", "arger"]),
        ("神经元 neuron", ["神", "经", "元", "neuron"]),
        ("ΟΔΟΣ", ["οδος"]),
        (" … ", []),
    ],
)
def test_words_are_searched_without_accents_capitals_and_signs(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_write_ups_networks_explorers_neurons_and_pages_can_be_found(stored: list[dict[str, str]]) -> None:
    found = {(each["kind"], each["title"], each["path"]) for each in stored}
    assert found >= {
        ("Write-up", "Everything", "writeups/everything.html"),
        ("Write-up", "Everything: Claims of all kinds", "writeups/everything.html#claims-of-all-kinds"),
        ("Network", "Small", "networks/small/index.html"),
        ("Explorer", "Small: explorer", "explorer/small.html"),
        ("Neuron", "Small 6", "networks/small/layer-1/neuron-6.html"),
        ("Page", "How to read: Claims", "how-to-read.html#claims"),
    }


def test_every_result_leads_to_a_page_and_a_place_that_there_is(press: Press, stored: list[dict[str, str]]) -> None:
    for each in stored:
        path, _, fragment = each["path"].partition("#")
        page = press.page(path)
        if fragment:
            assert fragment in [one.attributes.get("id") for one in page.elements], each


def test_captions_claims_and_measured_values_are_searched_as_the_page_shows_them(press: Press) -> None:
    index = read(press)
    words = {word for word, _ in index["index"]}
    assert {"caption", "all", "nothing"} <= words  # of figures, and of claims
    assert not any("\ue000" <= character <= "\uf8ff" for word in words for character in word)


def test_the_same_is_found_however_often_it_is_made(press: Press) -> None:
    assert press.text("assets/search-index.js") == press.text("assets/search-index.js")


def test_a_word_counts_by_field_and_document() -> None:
    index = index_of(
        weigh([Found("Gate", "Page", "a.html", "a gate, a gate"), Found("Cell", "Page", "b.html", "gate")])
    )
    assert dict(index["index"])["gate"] == {"0": {"0": 1}, "1": {"0": 2, "1": 1}}
    assert index["fieldLength"] == {"0": [1, 2], "1": [1, 1]}
    assert index["averageFieldLength"] == [1.0, 1.5]


def test_what_authors_write_cannot_leave_the_script(typeset: Typeset) -> None:
    press = typeset(f"base_url: {BASE_URL}\n", one=writeup("Text.\n", title="'</script><b>'"))
    text = press.text("assets/search-index.js")
    assert "<" not in text
    assert text.isascii()
    assert any(each["title"] == "</script><b>" for each in read(press)["storedFields"].values())


def test_the_library_comes_with_its_licence_and_without_its_comments() -> None:
    text = search_library().decode()
    assert "Permission is hereby granted" in text
    assert "Copyright" in text
    assert text.count("/*") == 1
    assert len(text) < 35_000


def test_texts_are_plain_and_cut_between_words() -> None:
    assert plain("<p>One</p><p>two <b>th</b>ree</p>") == "One two three"
    assert plain("a &lt;b&gt;") == "a <b>"
    assert cut("word " * 50).endswith("word …")
    assert len(cut("x" * 500)) < 160
    assert search_index([]).endswith(b";\n")
