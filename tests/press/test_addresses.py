"""Every address of the site is known before rendering."""

from lstmgallery.press.addresses import figure_path, network_fragments, network_path, neuron_path, writeup_path
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
