"""Clean the text of a document: HTML entities, white space, retweets. Rare characters are the vocabulary's concern."""

import html
import re
from typing import Literal

import pydantic

_BREAK = re.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RETWEET = re.compile(r'^["“]?RT @', re.ASCII)


class Cleaning(pydantic.BaseModel):
    """What happens to the text of every document before anything else.

    `entities`: HTML entities such as `&amp;` become the characters they name. `whitespace`: `collapse` turns every run
    of white space into one space; `keep` leaves it. `retweets`: `drop` leaves out texts that begin with `RT @`.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    entities: bool = False
    whitespace: Literal["collapse", "keep"] = "keep"
    retweets: Literal["drop", "keep"] = "keep"


def clean(text: str, cleaning: Cleaning) -> str:
    """Return a document's clean text; an empty string for a document to leave out.

    Line breaks of all kinds become `\\n`, unpaired surrogates the replacement character. White space at the end goes in
    any case, and so do empty lines at the beginning.
    """
    text = _SURROGATE.sub("\ufffd", text)
    if cleaning.entities:
        text = html.unescape(text)
    text = _BREAK.sub("\n", text)
    if cleaning.whitespace == "collapse":
        text = " ".join(text.split())
    else:
        text = re.sub(r"\A(?:[^\S\n]*\n)+", "", text.rstrip())
    return "" if cleaning.retweets == "drop" and _RETWEET.match(text) else text
