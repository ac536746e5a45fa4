"""Authors' text is rendered as text: nothing in it can act on a reader's page."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmgallery.build import build_gallery
from lstmgallery.errors import GalleryError
from lstmgallery.press.manuscript.content import read_content, read_sound_content
from lstmgallery.press.manuscript.markup import ATTRIBUTES, TAGS, sanitise, to_html
from lstmgallery.project import Project
from tests.conftest import ROOT, record, write_small_content

HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '<p onclick="alert(1)">text</p>',
    "[text](javascript:alert(1))",
    "[text](JaVaScRiPt:alert(1))",
    "[text](java&#x09;script:alert(1))",
    "[text](data:text/html,<script>alert(1)</script>)",
    "<a href=' javascript:alert(1)'>text</a>",
    "<style>p { display: none }</style>",
    "<p style='display: none'>text</p>",
    "<img src=x onerror=alert(1)>",
    "![text](https://example.org/tracker.gif)",
    "<iframe src='https://example.org'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='https://example.org'><input name='password'></form>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>text</a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<base href='https://example.org/'>",
    "<meta http-equiv='refresh' content='0; url=https://example.org'>",
    "<link rel='stylesheet' href='https://example.org/x.css'>",
    "<p id='main' class='skip'>text</p>",
    "```{ onclick=alert(1) }\ncode\n```",
    "<!-- <script>alert(1)</script> -->",
]


class Reader(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def render_markdown(text: str) -> str:
    return sanitise(to_html(text))


def require_harmless(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        assert tag in TAGS, html
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), html
        scheme, colon, _ = (attributes.get("href") or "").partition(":")
        assert not colon or "/" in scheme or "#" in scheme or scheme in ("http", "https", "mailto", "tel"), html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_comes_out_harmless(text: str) -> None:
    html = render_markdown(f"Before.\n\n{text}\n\nAfter.\n")
    require_harmless(html)
    assert "<p>Before.</p>" in html


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(HOSTILE) | st.text(alphabet="<>\"'=&/()[]!:`*_ \njavscript-onerhfimg#", max_size=30), max_size=4
    )
)
def test_no_mixture_comes_out_harmful(parts: list[str]) -> None:
    require_harmless(render_markdown("".join(parts)))


def test_what_is_allowed_grants_no_scripts_styles_or_ids() -> None:
    assert TAGS.isdisjoint({"script", "style", "svg", "math", "iframe", "object", "form", "input", "meta", "link"})
    allowed = set().union(*ATTRIBUTES.values())
    assert allowed == {"alt", "href", "open", "src", "start", "title"}


def test_ordinary_markdown_comes_out_as_written() -> None:
    html = render_markdown(
        "## Part\n\nText with *stress*, `code` and [a link](../counter/index.html 'title').\n\n"
        '| a | b |\n|---|---|\n| 1 | 2 |\n\n3. three\n4. four\n\n```\n<b>\n```\n\nIt\'s "quoted" -- so.\n'
    )
    reader = Reader(html)
    tags = [tag for tag, _ in reader.tags]
    assert [tag for tag in ("h2", "em", "code", "a", "table", "th", "td", "ol", "pre") if tag not in tags] == []
    assert ("a", {"href": "../counter/index.html", "title": "title"}) in reader.tags
    assert ("ol", {"start": "3"}) in reader.tags
    assert "<b>" in reader.text
    assert "It’s “quoted” – so." in reader.text


def test_a_title_with_markup_is_text_on_every_page(small_project: Project) -> None:
    file = small_project.content / "networks" / "small.md"
    title = """<i>R&D</i> "x" 'y'"""
    text = file.read_text(encoding="utf-8").replace("title: Small", "title: |-\n  " + title)
    file.write_text(text.replace("A small network that a test trains.", "<script>alert(1)</script> & so on"), "utf-8")
    (small_project.content / "site.yaml").write_text(
        "title: <u>Site</u> & co\ntagline: '<u>Tag</u>'\ndescription: '\"><u>D</u>'\n", encoding="utf-8"
    )
    build_gallery(small_project, record())
    shown = 0
    for page in small_project.site.rglob("*.html"):
        reader = Reader(page.read_text(encoding="utf-8"))
        assert {tag for tag, _ in reader.tags}.isdisjoint({"u"})
        scripts = [attributes for tag, attributes in reader.tags if tag == "script"]
        assert all("src" in attributes for attributes in scripts)
        assert "<u>Site</u> & co" in reader.text
        shown += title in reader.text
    assert shown >= 7  # the index, the network's page, each neuron's
    index = Reader((small_project.site / "index.html").read_text(encoding="utf-8"))
    assert ("meta", {"name": "description", "content": '"><u>D</u>'}) in index.tags
    assert "<script>alert(1)</script> & so on" in index.text


def test_networks_come_in_the_order_their_authors_gave(tmp_path: Path) -> None:
    write_small_content(tmp_path, "alpha", "beta", "gamma", "delta")
    for name, order in (("gamma", 1), ("beta", 2), ("alpha", 2)):
        file = tmp_path / "networks" / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace("seed: 1", f"seed: 1\norder: {order}"), encoding="utf-8")
    assert [entry.network.name for entry in read_content(tmp_path).networks] == ["gamma", "alpha", "beta", "delta"]


def test_the_mistakes_of_all_files_are_reported_in_one_go(tmp_path: Path) -> None:
    write_small_content(tmp_path, "one", "other")
    for name in ("one", "other"):
        file = tmp_path / "networks" / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace("units: 6", "units: 0"), encoding="utf-8")
    (tmp_path / "site.yaml").write_text("title: Site\ntagline: Tag\ndescriptoin: Text\n", encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        read_content(tmp_path)
    found = [(Path(each.place).name, each.line, each.message) for each in raised.value.problems]
    assert found == [
        ("site.yaml", 1, "expected the key 'description', found none"),
        ("site.yaml", 3, "unknown key 'descriptoin'"),
        ("one.md", 9, "units: expected at least 1, found 0"),
        ("other.md", 9, "units: expected at least 1, found 0"),
    ]


def test_content_without_networks_is_reported(tmp_path: Path) -> None:
    write_small_content(tmp_path)
    with pytest.raises(GalleryError, match=r"expected at least one network, a file such as counter\.md, found none"):
        read_content(tmp_path)


def test_a_readme_beside_the_content_is_not_read_as_content(small_project: Project) -> None:
    before = build_gallery(small_project, record())
    (small_project.content / "README.md").write_text("---\ntitle: [\n---\n\n{nobody}\n\n```figure\n", encoding="utf-8")
    after = build_gallery(small_project, record())
    assert after.pages == before.pages
    assert after.published is not None
    assert (after.published.written, len(after.published.gone)) == (0, 0)


def test_the_shipped_content_is_read() -> None:
    content = read_content(ROOT / "content")
    names = [entry.network.name for entry in content.networks]
    assert names[:4] == ["counter", "selective-counter", "state-memorizer", "copy-machine"]
    for entry in content.networks:
        prose = entry.prose.fill(lambda _: "")
        require_harmless(prose)
        assert len(Reader(prose).text) > 100


def test_commands_that_publish_nothing_read_drafts_unless_these_have_mistakes(tmp_path: Path) -> None:
    content = write_small_content(tmp_path, "small")
    (content / "writeups").mkdir()
    draft = content / "writeups" / "draft.md"
    for text, slugs in (("Text.", ["draft"]), ("[nothing](nothing.md)", [])):
        draft.write_text(f"---\ntitle: T\nsummary: S.\npublished: 2026-01-02\ndraft: true\n---\n\n{text}\n", "utf-8")
        assert [each.front.slug for each in read_sound_content(content, without_pins=()).writeups] == slugs
    draft.write_text(draft.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
    with pytest.raises(GalleryError, match=r"nothing\.md"):
        read_sound_content(content, without_pins=())


def test_a_network_is_pinned_anew_without_the_texts_that_others_were_trained_on() -> None:
    """None of the shipped texts is part of the project."""
    read = read_sound_content(ROOT / "content", without_pins=("counter",))
    assert {entry.network.name for entry in read.networks if entry.pin is None} == {"counter"}
    with pytest.raises(GalleryError, match=r"trump_tweets.*expected a file or a folder with files, found none"):
        read_sound_content(ROOT / "content", without_pins=("tweets",))
