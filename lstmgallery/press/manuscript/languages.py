"""The language of texts: how it is named, the way it is written, and how long it takes to read."""

import re
from typing import Annotated

import pydantic

WORDS_A_MINUTE, SECONDS_A_FIGURE = 220, 15  # silent reading (Brysbaert 2019: 238); looking takes a while
SIGNS_A_MINUTE = 255  # of Chinese characters (Trauzettel-Klosinski and Dietz 2012); of Japanese: 357
LETTERS_A_WORD = 5  # where words are joined: Thai, Lao, Burmese, Khmer, Tibetan
_NAME = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-[a-z0-9]{4,8})*", re.IGNORECASE)
_SIGN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_JOINED = re.compile(
    "[\u0e00-\u0e30\u0e32-\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0ec0-\u0ec6\u0f40-\u0f6c\u1000-\u102a\u1780-\u17b3]"
)
_WORD = re.compile(r"\S*\w\S*")
_FROM_THE_RIGHT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}


def _check(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a language such as en, de or pt-BR, found {name!r}")
    return name


Language = Annotated[str, pydantic.AfterValidator(_check)]


def is_from_the_right(lang: str) -> bool:
    """Return whether a language is written from right to left."""
    return lang.partition("-")[0].lower() in _FROM_THE_RIGHT


def minutes_to_read(text: str, *, figures: int) -> int:
    """Return the minutes that reading a text and looking at its figures takes, at least 1.

    Scripts that join their words are counted by characters.
    """
    signs, joined = len(_SIGN.findall(text)), len(_JOINED.findall(text))
    words = len(_WORD.findall(_JOINED.sub("", _SIGN.sub(" ", text)))) + joined / LETTERS_A_WORD
    return max(1, round(words / WORDS_A_MINUTE + signs / SIGNS_A_MINUTE + SECONDS_A_FIGURE * figures / 60))
