"""Links that lead nowhere are found, each with its place; pages that have not changed are not read again."""

import pytest

import lstmgallery.links as linking
from lstmgallery.errors import GalleryError
from lstmgallery.kept import Kept
from lstmgallery.links import check_links

BROKEN = {
    "index.html": b"""\
<a href="networks/counter.html">fine</a> <a href="networks/counting.html">dead</a>
<p>
  <a href="networks/counter.html#lyer-1">dead fragment</a>
  <img src="/logo.svg">
""",
    "networks/counter.html": b"""\
<h2 id="layer-1"></h2><a href="#layer-1">fine</a><a href="../index.html?page=2">fine</a>
<a href="../../secret.html">out</a>
<a href="#nowhere">dead fragment here</a> <a href="//example.org/x">no scheme</a>
<a href="javascript:alert(1)">script</a> <a href="https://example.org">fine</a> <a href="mailto:a@b.example">fine</a>
<a href="http://[broken">no address</a> <a href="..">a folder</a>
""",
}


def fault_of(files: dict[str, bytes]) -> list[tuple[str, int | None, int | None, str, str | None]]:
    with pytest.raises(GalleryError) as raised:
        check_links(files)
    return [(each.place, each.line, each.column, each.message, each.hint) for each in raised.value.problems]


def test_every_bad_link_is_reported_at_once_with_its_place() -> None:
    outside = "link to a file of the site by a path relative to this page"
    assert fault_of(BROKEN) == [
        (
            "index.html",
            1,
            42,
            "the link 'networks/counting.html' points to a missing file",
            "did you mean 'networks/counter.html'?",
        ),
        (
            "index.html",
            3,
            3,
            "the link 'networks/counter.html#lyer-1' points to a missing fragment of networks/counter.html",
            "did you mean 'layer-1'?",
        ),
        ("index.html", 4, 3, "the link '/logo.svg' points outside the site", outside),
        ("networks/counter.html", 2, 1, "the link '../../secret.html' points outside the site", outside),
        (
            "networks/counter.html",
            3,
            1,
            "the link '#nowhere' points to a missing fragment of networks/counter.html",
            "valid here: layer-1",
        ),
        ("networks/counter.html", 3, 43, "the link '//example.org/x' has the scheme ''", None),
        ("networks/counter.html", 4, 1, "the link 'javascript:alert(1)' has the scheme 'javascript'", None),
        ("networks/counter.html", 5, 1, "the link 'http://[broken' is not a valid address", None),
        (
            "networks/counter.html",
            5,
            41,
            "the link '..' points to a missing file",
            "valid here: index.html, networks/counter.html",
        ),
    ]


def test_links_between_pages_that_exist_pass() -> None:
    check_links(
        {
            "index.html": b'<a href="a/b.html#part">x</a><link href="style.css"><a href="caf%C3%A9.html">x</a>',
            "a/b.html": b'<p id="part"><a href="../index.html">x</a><a href="">x</a></p>',
            "style.css": b"",
            "café.html": b"",
        }
    )


def test_a_link_one_folder_up_from_the_top_leads_out_of_the_site() -> None:
    ((_, _, _, message, _),) = fault_of({"index.html": b'<a href="..">up</a>'})
    assert message == "the link '..' points outside the site"


def test_an_empty_link_and_a_link_without_an_address_pass() -> None:
    check_links({"index.html": b'<a href="">here</a><a href>nowhere</a><p id="">'})


def test_a_fragment_that_a_page_reads_itself_need_not_be_one_of_its_ids() -> None:
    state, plain = "live.html#text=aXb&amp;neuron=3", "live.html#text"
    pages = {
        "index.html": f'<a href="{state}">x</a>'.encode(),
        "live.html": b"<script data-reads-fragment></script>",
    }
    check_links(pages)
    for broken in (
        {**pages, "index.html": f'<a href="{plain}">x</a>'.encode()},
        {**pages, "live.html": b'<p name="text=aXb&amp;neuron=3">'},
    ):
        ((_, _, _, message, _),) = fault_of(broken)
        assert message.endswith("points to a missing fragment of live.html")


def test_only_pages_are_searched_for_links() -> None:
    check_links({"index.html": b"", "drawing.svg": b'<a href="gone.html">', "notes-html": b'<a href="gone.html">'})


def test_links_are_read_again_only_in_pages_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    read_links = linking._read_links

    def note(path: str, content: bytes) -> object:
        read.append(content)
        return read_links(path, content)

    monkeypatch.setattr(linking, "_read_links", note)
    files = {"a.html": b'<a href="b.html#there">b</a>', "b.html": b'<p id="there">', "c.css": b"p {}"}
    keep = Kept().take
    check_links(files, keep)
    check_links(files, keep)
    assert read == [files["a.html"], files["b.html"]]
    files["b.html"] = b'<p id="elsewhere">'
    with pytest.raises(
        GalleryError, match=r"a\.html:1:1: the link 'b\.html#there' points to a missing fragment of b\.html"
    ):
        check_links(files, keep)
    assert read[2:] == [files["b.html"]]
