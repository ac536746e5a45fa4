"""What is quicker for most texts gives what the long way gives for every text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown.treeprocessors import InlineProcessor

from lstmgallery.press.manuscript import layout, markup
from lstmgallery.press.manuscript.dialect import SIGNS, Reader
from lstmgallery.press.manuscript.layout import find_regions, lay_out
from lstmgallery.press.manuscript.losses import compare, compare_tags

PIECES = (
    *(
        "word",
        "a",
        "B",
        "7",
        " ",
        "  ",
        "\n",
        "\n\n",
        "  \n",
        "\\\n",
        "    ",
        "\t",
        "\u00a0",
        "\u2003",
        "é",
        ".",
        "...",
    ),
    *(
        "-",
        "--",
        "---",
        "`",
        "``",
        "```\n",
        "*",
        "**",
        "_",
        "~",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "](x.md)",
        "![",
        "[^1]",
        "\\",
    ),
    *(
        "\\",
        "\n[^1]: Note.\n",
        "<b>",
        "</b>",
        '<a href="x.md">',
        "</a>",
        "<div>\n",
        "</div>\n",
        "<https://example.org/>",
    ),
    *("<!-- x -->", "<", ">", "&", "&amp;", "&#65;", "'", '"', "’s", "'90s", "\n# ", "\n## ", "\n- ", "\n1. ", "\n> "),
    *("\n| a | b |\n|---|---|\n", "|", "{#id}", "[x]: https://example.org\n", "[x]", "\n: ", "#", " #"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
LONG_WAY, QUICK = Reader("en"), Reader("en")
for _name, _priority in (("inline", 20), ("smarty", 6)):
    _plain = InlineProcessor(LONG_WAY.markdown)
    _plain.inlinePatterns = LONG_WAY.markdown.treeprocessors[_name].inlinePatterns  # type: ignore[attr-defined]
    LONG_WAY.markdown.treeprocessors.register(_plain, _name, _priority)


@given(TEXTS)
def test_patterns_that_are_not_tried_would_not_match(text: str) -> None:
    lines = text.split("\n")
    regions = find_regions(lines)
    laid_out = lay_out(lines, regions)
    assert QUICK.convert(laid_out, lines, regions) == LONG_WAY.convert(laid_out, lines, regions)
    assert QUICK.found == LONG_WAY.found


def test_the_patterns_with_signs_are_those_there_are() -> None:
    """A new one is tried in every text until its signs are known."""
    assert {*_names(QUICK, "inline"), *_names(QUICK, "smarty")} == set(SIGNS)


def _names(reader: Reader, which: str) -> list[str]:
    patterns = reader.markdown.treeprocessors[which].inlinePatterns  # type: ignore[attr-defined]
    return [item.name for item in patterns._priority]


@given(TEXTS)
@example("\n: word\n| a | b |\n|---|---|\n")
def test_a_text_without_signs_of_code_and_html_has_no_regions(text: str) -> None:
    quick = markup.regions(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markup, "_MAY_HOLD_REGIONS", re.compile(""))
        assert markup.regions(text) == quick


@given(TEXTS)
def test_html_that_the_sanitiser_keeps_is_compared_as_any_other(text: str) -> None:
    converted = markup.convert(text)
    assert compare(converted) == compare_tags(converted)


@given(TEXTS)
def test_the_end_of_a_line_is_where_a_search_from_its_beginning_finds_it(text: str) -> None:
    for line in text.split("\n"):
        whole = layout._END.search(line)
        short = layout._END.search(line, len(line.rstrip(layout._ENDS)))
        assert (whole and whole.start()) == (short and short.start())
