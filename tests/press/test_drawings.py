"""A figure as one file: a self-contained SVG that any program can read."""

import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from lstmgallery.press.marks.diagrams import Diagram
from lstmgallery.press.marks.listing import Listing
from lstmgallery.press.marks.mark import Mark
from lstmgallery.press.marks.palette import shade_colours
from lstmgallery.press.marks.plots import Plot
from lstmgallery.press.marks.strips import PITCH_PX, Strip
from lstmgallery.press.pages.drawings import draw_svg
from lstmgallery.press.pages.rendering import THEME
from tests.press.conftest import BLOCKS, Press, drawn_as, parse_xml

SVG = "{http://www.w3.org/2000/svg}"
LIGHT = {"ink": "#1f201d", "soft": "#63625b", "rule": "#dedbd1", "accent": "#2166ac", "wrong": "#b2182b"}
UNSTYLED = {"axis", "plot", "circle", "gate", "pill"}
DRAWN = {"rect", "text", "g", "line", "polyline", "circle", "path", "polygon"}


def drawing(press: Press, name: str) -> ET.Element:
    """Return one figure's file, parsed."""
    return parse_xml(press.text(f"writeups/everything/{name}.svg"))


def words(root: ET.Element) -> list[str]:
    """Return every text of a drawing."""
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_drawing_says_what_it_is_and_where_it_is_from(press: Press, name: str) -> None:
    root = drawing(press, name)
    number = [*BLOCKS].index(name) + 1
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == f"Everything, figure {number}"
    assert root.findtext(f"{SVG}desc") == "An alternative."
    assert words(root)[-1] == f"Everything, figure {number}"
    assert root.get("role") == "img"


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_drawing_needs_and_does_nothing_outside_of_itself(press: Press, name: str) -> None:
    root = drawing(press, name)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN | {"svg", "title", "desc", "style"}
    for element in root.iter():
        assert not [key for key in element.attrib if "href" in key or key.startswith("on")]
    text = press.text(f"writeups/everything/{name}.svg").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|url\(|@import|<!|<\?", text)


@pytest.mark.parametrize("name", [*BLOCKS])
def test_a_drawing_has_room_for_all_that_it_shows(press: Press, name: str) -> None:
    root = drawing(press, name)
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    assert (left, top, str(root.get("width")), str(root.get("height"))) == (0, 0, f"{width:g}", f"{height:g}")
    for group in root.findall(f"{SVG}g"):
        across, down = map(float, re.findall(r"[\d.]+", group.get("transform") or ""))
        for element in group.iter(f"{SVG}rect"):
            assert across + float(element.get("x") or 0) + float(element.get("width") or 0) <= width
            assert down + float(element.get("y") or 0) + float(element.get("height") or 0) <= height
        for element in group.iter(f"{SVG}circle"):
            assert 0 < across + float(element.get("cx") or 0) < width
            assert 0 < down + float(element.get("cy") or 0) < height


def test_a_strip_is_drawn_cell_by_cell_with_its_values(press: Press) -> None:
    rows = [row for part in press.drawn("strip").parts for row in drawn_as(Strip, part).rows]
    found = words(drawing(press, "strip"))
    for row in rows:
        values = [cell.value for cell in row.cells]
        assert any(found[at : at + 2 * len(values)][1::2] == values for at in range(len(found)))


def test_a_strip_s_columns_are_those_of_the_page(press: Press) -> None:
    group = drawing(press, "strip").findall(f"{SVG}g")[0]
    places = sorted({float(rect.get("x") or 0) for rect in group.iter(f"{SVG}rect")})
    assert {round(b - a, 6) for a, b in itertools.pairwise(places)} == {PITCH_PX}


def test_a_plot_has_a_circle_for_every_dot(press: Press) -> None:
    for name in ("line", "values", "dose", "together", "frontier-memory", "frontier-written"):
        plots = [drawn_as(Plot, part) for part in press.drawn(name).parts]
        dots = [p for plot in plots for series in plot.series if series.kind == "dots" for p in series.points]
        circles = list(drawing(press, name).iter(f"{SVG}circle"))
        assert [(float(c.get("cx") or 0), float(c.get("cy") or 0)) for c in circles] == [(p.x, p.y) for p in dots]


def test_generated_text_is_written_out(press: Press) -> None:
    found = " ".join(words(drawing(press, "generated-changed")))
    (row,) = drawn_as(Listing, press.drawn("generated-changed").parts[0]).rows
    assert f"{row.prompt} → {row.written}" in found
    assert f"→ {row.changed}" in found
    assert "+2 in the cell of neuron 3" in found


def test_a_comparison_s_titles_stand_above_its_parts(press: Press) -> None:
    assert {"One", "Other"} <= set(words(drawing(press, "comparison")))


def test_an_overview_has_a_shade_for_every_neuron_and_step(press: Press) -> None:
    rects = list(drawing(press, "overview").iter(f"{SVG}rect"))
    assert len(rects) == 1 + 2 * 6 * len("⊳aaXbb")


@pytest.mark.parametrize("name", [*BLOCKS])
def test_what_pages_draw_as_svg_is_drawn_by_the_same_elements_in_the_file(press: Press, name: str) -> None:
    page, file = (press.text(f"writeups/everything/{name}.{extension}") for extension in ("html", "svg"))
    on_page = re.findall(r'<svg class="(?:line|diagram)[^>]*>\n(.*?)</svg>', page, flags=re.DOTALL)
    assert len(on_page) == sum(isinstance(part.drawn, Plot | Diagram) for part in press.drawn(name).parts)
    for drawn in on_page:
        elements = re.sub(r'<g class="flow overlay.*?</g>\n', "", drawn)  # unlit, so in no file
        assert "<text" in elements
        assert f">\n{elements}</g>" in file


@pytest.mark.parametrize("mark", sorted(mark.name for mark in Mark.__subclasses__()))
def test_every_mark_has_a_template_for_pages_and_a_macro_for_files(mark: str) -> None:
    assert (THEME / "templates" / "marks" / f"{mark}.html").is_file()
    assert f"{{% macro {mark}(drawn) %}}" in (THEME / "templates" / "svg.html").read_text(encoding="utf-8")


def test_pages_and_files_have_the_same_rules_for_what_both_draw_as_svg(press: Press) -> None:
    shared = re.findall(r"^(\.(?:line|diagram)\b[^{]*)\{", style_of(press, "cell"), flags=re.MULTILINE)
    page = press.text("assets/style.css")
    assert {".line polyline ", ".diagram path "} <= set(shared)
    assert [selector for selector in shared if f"\n{selector}{{" not in page] == []


def test_a_drawing_s_colours_are_those_of_the_light_theme_on_white(press: Press) -> None:
    style = style_of(press, "line")
    theme = press.text("assets/style.css").split("@media")[0]
    for name, colour in LIGHT.items():
        assert f"--{name}: {colour};" in theme
    rules = dict(re.findall(r"^(.*?) \{ (.*) \}$", style, flags=re.MULTILINE))
    assert rules[".line polyline"].startswith(f"fill: none; stroke: {LIGHT['accent']};")
    assert rules[".line .grid"] == f"stroke: {LIGHT['rule']}"
    assert rules[".line text"] == f"fill: {LIGHT['soft']}"
    assert rules[".line circle.wrong"] == f"fill: #fff; stroke: {LIGHT['wrong']}; stroke-width: 1.4"
    assert rules[".drawing"].startswith("font: 12px ui-sans-serif,")
    assert rules[".drawing"].endswith(f"fill: {LIGHT['ink']}")


def test_a_drawing_s_style_has_nothing_that_only_browsers_know(press: Press) -> None:
    assert re.findall(r"var\(|--|\drem|/\*|:(?:not|is|where|has)\(|@", style_of(press, "cell")) == []


@pytest.mark.parametrize("name", [*BLOCKS])
def test_every_class_in_a_drawing_has_a_rule(press: Press, name: str) -> None:
    root = drawing(press, name)
    used = {each for element in root.iter() for each in (element.get("class") or "").split()}
    assert "drawing" in used
    assert used - set(re.findall(r"\.([a-z][\w-]*)", style_of(press, name))) <= UNSTYLED | {"main"}


def test_a_strip_s_cells_have_the_shades_of_the_page(press: Press) -> None:
    cells = [c for part in press.drawn("strip").parts for row in drawn_as(Strip, part).rows for c in row.cells]
    rects = list(drawing(press, "strip").iter(f"{SVG}rect"))[1:]
    assert [rect.get("fill") for rect in rects] == [shade_colours(cell.shade.split()[0])[0] for cell in cells]


def test_text_in_a_drawing_is_escaped_and_what_xml_forbids_is_replaced(press: Press) -> None:
    odd = '<b> & "it\'s" \0\x1b\ufffe'
    file = draw_svg(press.drawn("generated"), title=odd, description=odd, source=odd)
    root = parse_xml(file.decode())
    mended = '<b> & "it\'s" \ufffd\ufffd\ufffd'
    assert [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc"), words(root)[-1]] == [mended] * 3


def style_of(press: Press, name: str) -> str:
    """Return the stylesheet inside a drawing."""
    return drawing(press, name).findtext(f"{SVG}style") or ""
