"""Texts are read, dated and named in their own language."""

import datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from lstmgallery.press.manuscript.languages import Language, is_from_the_right, minutes_to_read
from lstmgallery.press.pages.rendering import date

DAY = datetime.date(2026, 3, 5)


@pytest.mark.parametrize("name", ["en", "de", "pt-BR", "zh-Hant-TW", "es-419", "de-AT-1996", "gsw"])
def test_a_language_has_the_name_that_pages_use(name: str) -> None:
    assert TypeAdapter(Language).validate_python(name) == name


@pytest.mark.parametrize("name", ["", "english", "de_AT", "d", "en-", "en US", "12"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="expected a language such as en, de or pt-BR"):
        TypeAdapter(Language).validate_python(name)


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "5 March 2026"),
        ("en-US", "March 5, 2026"),
        ("de", "5. März 2026"),
        ("de-AT-1996", "5. März 2026"),
        ("fr", "5 mars 2026"),
        ("zh", "2026年3月5日"),
        ("xx", "2026-03-05"),
    ],
)
def test_a_date_is_written_as_in_its_language(lang: str, shown: str) -> None:
    assert date(DAY, lang) == shown


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("word " * 1100, 5),
        ("数" * 1275, 5),
        ("数，" * 1275, 5),
        ("かな" * 640, 5),
        ("слово " * 1100, 5),
        ("한국 " * 1100, 5),
        ("ก" * 5500, 5),
        ("word " * 660 + "数" * 510, 5),
    ],
)
def test_scripts_that_join_their_words_are_read_by_characters(text: str, minutes: int) -> None:
    assert minutes_to_read(text, figures=0) == minutes


def test_figures_take_a_quarter_of_a_minute() -> None:
    assert minutes_to_read("", figures=12) == 3


def test_some_languages_are_written_from_the_right() -> None:
    assert [lang for lang in ("ar", "en", "he-IL", "fa", "de") if is_from_the_right(lang)] == ["ar", "he-IL", "fa"]
