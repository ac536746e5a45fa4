"""Images and other files beside write-ups: found, checked, sized, and refused where they could do harm."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.links import check_links
from lstmgallery.press.manuscript import files
from lstmgallery.press.manuscript.content import Content, read_content
from lstmgallery.press.manuscript.files import AttachmentError, attach
from tests.conftest import write_small_content
from tests.press.conftest import Typeset, writeup

SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}>{}</svg>'


def png(width: int, height: int) -> bytes:
    """Return a PNG of nothing but zeros, written by its specification."""
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def saved(kind: str, *, orientation: int = 1) -> bytes:
    """Return an image of 30 x 20 pixels as Pillow saves it."""
    image, file = Image.new("RGB", (30, 20)), io.BytesIO()
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(file, format=kind, exif=exif)
    return file.getvalue()


def content_with(folder: Path, text: str, **beside: bytes) -> Content:
    """Return a content folder with one write-up of this text, and files beside it; `__` is the dot in their names."""
    write_small_content(folder, "small")
    (folder / "writeups").mkdir()
    for name, data in beside.items():
        (folder / "writeups" / name.replace("__", ".")).write_bytes(data)
    (folder / "writeups" / "some.md").write_text(writeup(text), encoding="utf-8")
    return read_content(folder)


def problem_of(folder: Path, text: str, **beside: bytes) -> Problem:
    with pytest.raises(GalleryError) as raised:
        content_with(folder, text, **beside)
    (problem,) = raised.value.problems
    assert Path(problem.place).name == "some.md"
    return problem


def test_an_image_is_on_the_page_with_its_size_and_its_file_in_the_site(typeset: Typeset, tmp_path: Path) -> None:
    press = typeset(some=writeup("x\n"))
    content = content_with(
        tmp_path,
        "![A <b> & “c”](my%20plot.png 'So')\n\n[numbers](a%23b.csv)\n",
        **{"my plot__png": png(7, 5), "a#b__csv": b"1"},
    )
    page = type(press)(content, press.results, {}).page("writeups/some.html")
    image = page.one("div", class_="flow").one("img")
    assert image.attributes == {
        "src": "../files/writeups/my%20plot.png",
        "width": "7",
        "height": "5",
        "alt": "A <b> & “c”",
        "title": "So",
    }
    assert page.one("div", class_="flow").one("a")["href"] == "../files/writeups/a%23b.csv"
    plan = type(press)(content, press.results, {}).plan
    assert plan["files/writeups/my plot.png"]() == png(7, 5)
    assert plan["files/writeups/a#b.csv"]() == b"1"
    check_links({path: make() for path, make in plan.items()})


def test_a_file_that_no_text_mentions_is_not_published(tmp_path: Path) -> None:
    content = content_with(tmp_path, "![One](one.png)\n", one__png=png(1, 1), other__png=png(1, 1))
    assert [each.path for each in content.attachments] == ["files/writeups/one.png"]


def test_an_image_can_stand_in_a_network_s_text_a_caption_and_a_claim(tmp_path: Path) -> None:
    write_small_content(tmp_path, "small")
    file = tmp_path / "networks" / "small.md"
    file.write_text(file.read_text(encoding="utf-8") + "\n![One](../one.png)\n", encoding="utf-8")
    (tmp_path / "one.png").write_bytes(png(3, 4))
    content = read_content(tmp_path)
    assert [(each.path, each.size) for each in content.attachments] == [("files/one.png", (3, 4))]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("![](one.png)", "expected an alternative text for the image 'one.png', found none", "say in brackets"),
        ("![ ](one.png)", "expected an alternative text for the image 'one.png', found none", "say in brackets"),
        ('<img src="one.png">', "expected an alternative text for the image 'one.png', found none", "say in brackets"),
        (
            "![One](https://example.org/one.png)",
            "expected the path of an image in the content folder",
            "save it beside",
        ),
        ("![One](//example.org/one.png)", "expected the path of an image in the content folder", "save it beside"),
        ("![One](on.png)", "expected a file in the content folder, found none: writeups/on.png", "'one.png'"),
        ("![One](One.png)", "expected a file in the content folder, found none: writeups/One.png", "'one.png'"),
        ("![One](../../one.png)", "leads out of the content folder: ../one.png", "copy the file"),
        ("![One](away.png)", "leads out of the content folder: writeups/away.png", "copy the file"),
        ("![One](.one.png)", "names that begin with a dot are not published", "rename"),
        ("![One](some.md)", "a file of the kind '.md' is not shown", "show one of"),
        ("![One](note.txt)", "a file of the kind '.txt' is not shown", "show one of"),
        ("[One](run.js)", "a file of the kind '.js' is not published", "link to one of"),
        ("[One](nothing.csv)", "expected a file in the content folder, found none: writeups/nothing.csv", ""),
        ("![One](half.png)", "expected a whole PNG image, found damaged data: writeups/half.png", "save it again"),
        ("![One](signature.png)", "expected a whole PNG image, found damaged data", "save it again"),
        ("![One](really.png)", "expected a PNG image, found a JPEG: writeups/really.png", "give it the ending"),
    ],
)
def test_a_file_that_cannot_be_published_is_refused_with_its_mend(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (tmp_path / "one.png").write_bytes(png(1, 1))
    (folder / "writeups").mkdir()
    (folder / "writeups" / "away.png").symlink_to(tmp_path / "one.png")
    beside = {
        "one.png": png(2, 2),
        ".one.png": png(2, 2),
        "note.txt": b"x",
        "run.js": b"x",
        "really.png": saved("JPEG"),
    }
    beside |= {"half.png": png(50, 50)[:60], "signature.png": b"\x89PNG\r\n\x1a\n"}
    for name, data in beside.items():
        (folder / "writeups" / name).write_bytes(data)
    (folder / "writeups" / "some.md").write_text(writeup(f"Text.\n\nSee {text}.\n"), encoding="utf-8")
    write_small_content(folder, "small")
    with pytest.raises(GalleryError) as raised:
        read_content(folder)
    (problem,) = raised.value.problems
    assert message in problem.message
    assert hint in (problem.hint or "")
    assert (problem.line, problem.source) == (10, f"See {text}.")


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("GIF", "a.gif"), ("WEBP", "a.webp")])
def test_every_kind_of_image_is_sized(tmp_path: Path, kind: str, name: str) -> None:
    (tmp_path / name).write_bytes(saved(kind))
    assert attach(tmp_path, name, is_shown=True).size == (30, 20)


def test_a_photograph_taken_sideways_is_sized_as_a_browser_shows_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(saved("JPEG", orientation=6))
    assert attach(tmp_path, "a.jpg", is_shown=True).size == (20, 30)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="30px" height="1in" viewBox="0 0 1 1"', (30, 96)),
        ('viewBox="-5 -5 400 100"', (400, 100)),
        ('width="100%" viewBox="0 0 40 10"', (40, 10)),
        ('width="80" viewBox="0,0,40,10"', (80, 20)),
        ('height="20" viewBox="0 0 40 10"', (80, 20)),
    ],
)
def test_a_drawing_is_sized(tmp_path: Path, attributes: str, size: tuple[int, int]) -> None:
    (tmp_path / "a.svg").write_text(SVG.format(attributes, '<a href="#b"><path d="M0 0"/></a>'), encoding="utf-8")
    assert attach(tmp_path, "a.svg", is_shown=True).size == size


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
        '<path onload="alert(1)"/>',
        '<path OnClick="alert(1)"/>',
        '<a href="javascript:alert(1)"><path/></a>',
        '<a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href=" JavaScript:alert(1)"><path/></a>',
        '<a href="https://example.org"><path/></a>',
        '<image href="https://example.org/a.png"/>',
        '<image href="data:image/svg+xml,&lt;svg onload=alert(1)>"/>',
        '<use href="other.svg#a"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        '<a><set attributeName="href" to="javascript:alert(1)"/></a>',
        '<animate attributeName="xlink:href" values="javascript:alert(1)"/>',
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>path { fill: url(https://example.org/a.svg#b) }</style>",
        "<path style=\"fill: url('//example.org/a.svg')\"/>",
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://example.org"/>',
    ],
)
def test_a_drawing_that_acts_or_loads_is_refused(tmp_path: Path, inner: str) -> None:
    (tmp_path / "a.svg").write_text(SVG.format('width="1" height="1"', inner), encoding="utf-8")
    for is_shown in (True, False):
        with pytest.raises(AttachmentError, match="is not published") as raised:
            attach(tmp_path, "a.svg", is_shown=is_shown)
        assert "without scripts" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format('width="1" height="1"', "&a;"), "entities"),
        ('<?xml-stylesheet href="a.css"?>' + SVG.format('width="1" height="1"', ""), "style sheets"),
        (SVG.format('width="1"', ""), "expected an SVG with a size"),
        (SVG.format('width="1" height="1"', "<path>"), "invalid XML"),
        ("<html></html>", "found an element 'html'"),
    ],
)
def test_a_drawing_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.svg").write_text(text, encoding="utf-8")
    with pytest.raises(AttachmentError, match=message):
        attach(tmp_path, "a.svg", is_shown=True)


def test_a_drawing_of_common_programs_is_let_through(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/a.dtd">'
    inner = "<metadata/><style>path { fill: url(#a) }</style><path style='fill: url(#a)' clip-path='url(#b)'/>"
    (tmp_path / "a.svg").write_text(text + SVG.format('width="3" height="2"', inner), encoding="utf-8")
    assert attach(tmp_path, "a.svg", is_shown=True).size == (3, 2)


@pytest.mark.parametrize(("name", "most"), [("a.png", "MOST_IMAGE_BYTES"), ("a.csv", "MOST_BYTES")])
def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: str
) -> None:
    (tmp_path / name).write_bytes(png(20, 20))
    attach(tmp_path, name, is_shown=False)
    monkeypatch.setattr(files, most, 50)
    with pytest.raises(AttachmentError, match="expected a file of at most 50 bytes, found"):
        attach(tmp_path, name, is_shown=False)


def test_an_image_of_too_many_pixels_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_PIXELS", 399)
    (tmp_path / "a.png").write_bytes(png(20, 20))
    with pytest.raises(AttachmentError, match="at most 399 pixels, found 20 x 20"):
        attach(tmp_path, "a.png", is_shown=True)
