"""Every address of the site is known before rendering."""

import pytest

from lstmgallery.press.addresses import (
    figure_path,
    network_fragments,
    network_path,
    neuron_path,
    web_address,
    writeup_path,
)
from tests.press.conftest import BLOCKS, Press


def test_the_addresses_are_those_that_are_documented() -> None:
    assert network_path("counter") == "networks/counter/index.html"
    assert neuron_path("counter", 2, 7) == "networks/counter/layer-2/neuron-7.html"
    assert writeup_path("counting") == "writeups/counting.html"
    assert figure_path("counting", "doses", "svg") == "writeups/counting/doses.svg"


def test_every_page_and_file_of_a_write_up_is_planned_at_its_address(press: Press) -> None:
    for slug in ("everything", "first", "last"):
        assert writeup_path(slug) in press.plan
    for name in BLOCKS:
        for extension in ("html", "svg", "csv"):
            assert figure_path("everything", name, extension) in press.plan
    for claim in ("it-holds", "it-fails", "nothing-there"):
        assert figure_path("everything", claim, "csv") in press.plan


def test_a_network_s_page_has_the_fragments_that_can_be_linked_to(press: Press) -> None:
    ids = {element["id"] for element in press.page(network_path("small")).elements if "id" in element.attributes}
    assert ids == network_fragments(press.content.networks[0].network) | {"main"}


def test_an_article_s_page_has_the_fragments_that_can_be_linked_to(press: Press) -> None:
    ids = [element["id"] for element in press.page(writeup_path("everything")).elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert press.articles["everything"].writeup.fragments == set(ids) - {f"{name}-alt" for name in BLOCKS}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://EXAMPLE.org/my gallery//", "https://example.org/my%20gallery/"),
        ("https://exämple.org:8443/größe", "https://xn--exmple-cua.org:8443/gr%C3%B6%C3%9Fe/"),
        ("https://例え.jp/%E3%83%8B/ュ", "https://xn--r8jz45g.jp/%E3%83%8B/%E3%83%A5/"),
        ("http://[::1]:80/a&b/50%/~me/", "http://[::1]:80/a&b/50%25/~me/"),
        ("https://example.org/a\u00a0b/", "https://example.org/a%C2%A0b/"),
    ],
)
def test_the_address_of_a_site_is_written_in_ascii(text: str, address: str) -> None:
    assert web_address(text) == address
    assert web_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "example.org", "ftp://example.org/", "https://", "https://a b.org/", "https://me@example.org/", "https://x.org/?",
        "https://x.org/#", "https://x.org:port/", "https://x..org/", "https://x.org/ ", "https://x.org/a\tb",
        "https://x.org/\u00a0", "https://straße.de/", "https://x.org\\a",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_site_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        web_address(text)
