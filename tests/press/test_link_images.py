"""Images for link previews: there is one for every page, drawn from its first figure, always the same."""

import struct
import zlib
from dataclasses import replace

import pytest

from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.marks.strips import Strip
from lstmgallery.press.pages import link_images as images
from lstmgallery.press.pages.link_images import HEIGHT, WIDTH, draw_link_image, fit, shown
from tests.press.conftest import BASE_URL, Element, Press, Typeset, drawn_as, writeup


def meta(page: Element) -> dict[str, str]:
    """Return what a page says for previews of links to it."""
    named = [(each.attributes.get("property") or each.attributes.get("name"), each) for each in page.all("meta")]
    return {name: each["content"] for name, each in named if name and name.startswith(("og:", "twitter:"))}


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Return the width, the height and the rows of an image, each behind its filter."""
    width, height = struct.unpack(">II", png[16:24])
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(data)


def strip_of(press: Press) -> Part:
    return press.drawn("strip").parts[0]


def test_every_page_has_an_image_at_an_absolute_address(press: Press) -> None:
    pages = [path for path in press.plan if path.endswith(".html")]
    for path in pages:
        said = meta(press.page(path))
        assert said["og:url"] == BASE_URL + path
        image = said["og:image"].removeprefix(BASE_URL)
        assert image in press.plan
        assert press.plan[image]().startswith(b"\x89PNG")
        assert (said["og:image:width"], said["og:image:height"]) == (str(WIDTH), str(HEIGHT))
        assert said["og:image:alt"]
        assert said["twitter:card"] == "summary_large_image"


def test_a_page_says_its_title_and_description_to_previews(press: Press) -> None:
    page = press.page("writeups/everything.html")
    said = meta(page)
    assert said["og:title"] == page.one("head").all("title")[0].text
    assert said["og:description"] == page.one("meta", name="description")["content"]
    assert said["og:type"] == "article"
    assert meta(press.page("index.html"))["og:type"] == "website"


def test_without_an_address_of_the_site_there_are_no_images(typeset: Typeset) -> None:
    press = typeset(one=writeup("Text.\n"))
    assert not [path for path in press.plan if path.endswith(".png")]
    assert meta(press.page("index.html")) == {}


def test_an_image_has_its_size_and_is_not_empty(press: Press) -> None:
    for path in ("writeups/everything.png", "networks/small/link.png", "networks/small/layer-1/neuron-2.png"):
        width, height, data = pixels(press.plan[path]())
        assert (width, height) == (WIDTH, HEIGHT)
        assert len(set(data)) > 100  # many shades


def test_an_image_is_the_same_every_time(press: Press) -> None:
    assert press.plan["writeups/everything.png"]() == press.plan["writeups/everything.png"]()


def test_letters_are_drawn_with_the_fonts_of_the_package(press: Press) -> None:
    part = strip_of(press)
    with_title, without = (draw_link_image([part], title=title, site="") for title in ("Title", ""))
    assert pixels(with_title) != pixels(without)


def test_neurons_have_images_of_their_own_and_share_one_where_there_are_very_many(
    press: Press, typeset: Typeset, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_neurons = [path for path in press.plan if "neuron-" in path and path.endswith(".png")]
    assert len(of_neurons) == 6
    monkeypatch.setattr(images, "MOST_OF_A_NETWORK", 5)
    many = typeset(f"base_url: {BASE_URL}\n")
    assert [path for path in many.plan if path.endswith(".png")] == ["networks/small/link.png"]
    said = meta(many.page("networks/small/layer-1/neuron-1.html"))
    assert said["og:image"] == f"{BASE_URL}networks/small/link.png"


def test_a_write_up_without_figures_shows_the_first_of_the_index(press: Press) -> None:
    assert meta(press.page("writeups/last.html"))["og:image"] == f"{BASE_URL}networks/small/link.png"


@pytest.mark.parametrize("name", ["strip", "overview", "line", "cell", "generated", "frontier-right", "comparison"])
def test_every_kind_of_figure_fits(press: Press, name: str) -> None:
    picture = fit(press.drawn(name).parts)
    last = picture.placed[-1]
    width, height = last.part.drawn.size
    assert picture.x + width * picture.scale <= WIDTH - images.MARGIN + 0.1
    assert picture.y + (last.y + height) * picture.scale <= HEIGHT - images.MARGIN / 2 + 0.1
    assert draw_link_image(press.drawn(name).parts, title="Title", site="Site").startswith(b"\x89PNG")


def test_further_parts_are_shown_only_where_they_cost_the_first_nothing(press: Press) -> None:
    strip = drawn_as(Strip, strip_of(press))
    wide = replace(strip, tokens=strip.tokens * 4, rows=tuple(replace(row, cells=row.cells * 4) for row in strip.rows))
    parts = [Part("", None, wide, "")] * 9
    picture = fit(parts)
    assert 1 < len(picture.placed) < 9
    assert picture.scale == fit(parts[:1]).scale


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Counting", "Counting"),
        ("Zählen, Счёт", "Zählen, Счёт"),
        ("神经元", ""),
        ("A title that is much too long to be on one line", "A title that is much too long to…"),
    ],
)
def test_a_title_is_cut_or_left_out_where_it_cannot_be_drawn(title: str, expected: str) -> None:
    assert shown(title) == expected


def test_markup_in_a_title_is_text(press: Press) -> None:
    assert draw_link_image([strip_of(press)], title="</text><b & \0 c", site='"').startswith(b"\x89PNG")
