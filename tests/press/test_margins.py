"""Claims stand in the margin only where the text beside them is long enough."""

import pytest

from lstmgallery.press.pages.margins import Piece, arrange

CLAIM = Piece("claim", '<aside><p class="says">' + "s" * 60 + '</p><p class="evidence">' + "e" * 200 + "</p></aside>")
WIDE = Piece("wide-figure", "<figure>wide</figure>", 200)
NARROW = Piece("figure", "<figure>narrow</figure>", 300)


def text(letters: int) -> Piece:
    return Piece("text", f"\n<p>{'t ' * (letters // 2)}</p>\n")


@pytest.mark.parametrize(
    ("following", "where"),
    [
        ([], "abreast"),
        ([WIDE], "abreast"),
        ([text(300), WIDE], "abreast"),
        ([text(1200), WIDE], "beside"),
        ([text(1200)], "beside"),
        ([text(300), Piece("text", "<h2>Next</h2>"), text(300), text(300), WIDE], "beside"),
        ([NARROW, WIDE], "beside"),
        ([WIDE, text(5000)], "abreast"),
        ([text(300), CLAIM, text(5000)], "abreast"),
    ],
)
def test_a_claim_stands_where_it_leaves_no_hole(following: list[Piece], where: str) -> None:
    html = arrange([text(5000), CLAIM, *following])
    assert f'</p>\n<div class="{where}">{CLAIM.html}</div>\n' in html


def test_more_claims_need_more_text() -> None:
    assert 'class="beside"' in arrange([CLAIM, text(1500)])
    assert 'class="abreast"' in arrange([CLAIM, CLAIM, CLAIM, text(1500)])


def test_claims_next_to_each_other_stay_together_and_nothing_is_lost() -> None:
    pieces = [text(10), CLAIM, Piece("text", "\n"), CLAIM, text(10), WIDE, CLAIM]
    html = arrange(pieces)
    assert html.count("<div") == html.count("</div>") == 2
    assert html.replace('<div class="abreast">', "").replace("</div>\n", "") == "".join(
        piece.html for piece in pieces if piece.html != "\n"
    )
