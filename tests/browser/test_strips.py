"""The strips of a neuron's page respond: pointer, keyboard and touch show the arithmetic of a step.

The oracle is the trace: every number on the page is held against the Parquet file, and the arithmetic is done again
with the numbers as they are printed.
"""

import math
import re
from collections.abc import Callable

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page

from lstmgallery.press.marks.text import brief
from tests.browser.conftest import FIRST_NEURONS, LAST_NEURONS, NARROW, NETWORKS, Visitor
from tests.conftest import Gallery

Trace = Callable[..., pd.DataFrame]

HALF_A_DIGIT = 0.0005  # numbers are printed with three digits
EXAMPLE = LAST_NEURONS[0]
INVITATION = "Hover over or tap a step, or use the arrow keys."
SPELL_OUT = """(regions) => regions.map((region) => {
    const press = (key) => region.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const read = (selector) => [...document.querySelectorAll(selector)].map((line) => line.textContent);
    region.focus();
    press("Home");
    return [...region.querySelectorAll("th[scope=col]")].map(() => {
        const step = [read(".hint")[0], ...read("[data-equation] > span:last-child")];
        press("ArrowRight");
        return step.map((line) => line.replaceAll("\u00a0", " "));
    });
})"""


def printed(value: float) -> str:
    """Return a number in the page's format."""
    text = f"{value:.3f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def in_brackets(value: str) -> str:
    """Return a printed number in the format used after an operator."""
    return f"({value})" if value.startswith("−") else value


def arithmetic_of(steps: pd.DataFrame, step: int) -> list[str]:
    """Return the expected arithmetic for a step of an LSTM."""
    value = {key: printed(steps[key][step]) for key in steps.columns}
    earlier = printed(steps["cell"][step - 1]) if step else "0"
    return [
        f" = {value['forget_gate']}·{in_brackets(earlier)} + {value['input_gate']}·{in_brackets(value['candidate'])}"
        f" = {value['cell']}",
        f" = {value['output_gate']}·tanh({value['cell']}) = {value['hidden']}",
    ]


def written(page: Page) -> list[str]:
    """Return the text after the equations, with plain spaces."""
    lines = page.locator("[data-equation] > span:last-child").all_text_contents()
    return [line.replace("\u00a0", " ") for line in lines]


def hint(page: Page) -> str:
    return page.locator(".hint").inner_text()


def numbers_in(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", text)]


def strip_of(page: Page, number: int = 0) -> Locator:
    return page.locator("[data-strip]").nth(number)


def tab_to_strip(page: Page) -> None:
    """Press Tab until a strip's region has the focus."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.scroll')"):
            return
    pytest.fail("Tab never reaches a strip")


def spelled_out(page: Page) -> list[list[list[str]]]:
    """Return the hint and the lines after the equations, strip by strip and step by step."""
    found: list[list[list[str]]] = page.locator(".strips .scroll").evaluate_all(SPELL_OUT)
    return found


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_every_step_of_every_strip_writes_the_arithmetic_of_the_trace(visit: Visitor, trace: Trace, at: int) -> None:
    network = NETWORKS[at]
    strips = spelled_out(visit(LAST_NEURONS[at]))
    for number, (sequence, found) in enumerate(zip(network.shown, strips, strict=True)):
        steps = trace(network.name, layer=network.layers, neuron=network.units, sequence=number)
        for step, token in enumerate("⊳" + sequence):
            assert found[step] == [f"Step {step} reads {token}", *arithmetic_of(steps, step)]
        assert len(found) == len(sequence) + 1


def test_pointing_at_any_row_of_a_column_marks_the_column_and_writes_its_step(visit: Visitor, trace: Trace) -> None:
    steps = trace(NETWORKS[0].name, layer=1, neuron=NETWORKS[0].units, sequence=0)
    page = visit(EXAMPLE)
    strip = strip_of(page)
    for step in range(len(steps)):
        row = step % 7  # the tokens, then the six signals
        strip.locator("tr").nth(row).locator("td, th[scope=col]").nth(step).hover()
        assert written(page) == arithmetic_of(steps, step)
        assert strip.locator("td.is-step").count() == 6
        assert strip.locator("th.is-step").inner_text().endswith("⊳" if step == 0 else NETWORKS[0].shown[0][step - 1])


def test_pointing_at_the_line_writes_the_step_above_it(visit: Visitor) -> None:
    page = visit(EXAMPLE, height=1600)
    strip = strip_of(page)
    line = strip.locator(".drawn svg").bounding_box()
    assert line is not None
    for step, column in enumerate(strip.locator("th[scope=col]").all()):
        box = column.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, line["y"] + line["height"] / 2)
        assert hint(page).startswith(f"Step {step} ")


def test_the_points_of_the_line_stand_in_the_middle_of_their_columns(visit: Visitor) -> None:
    strip = strip_of(visit(EXAMPLE))
    middle = "all => all.map((one) => one.getBoundingClientRect()).map((box) => box.left + box.width / 2)"
    columns = strip.locator("th[scope=col]").evaluate_all(middle)
    points = strip.locator("circle").evaluate_all(middle)
    assert points == pytest.approx(columns, abs=1)


def test_the_first_step_has_nothing_earlier(visit: Visitor) -> None:
    page = visit(EXAMPLE)
    strip_of(page).locator("td").first.hover()
    assert numbers_in(written(page)[0])[1] == 0
    assert re.match(r" = [\d.]+·0 \+ ", written(page)[0])


@pytest.mark.parametrize("path", [*FIRST_NEURONS, *LAST_NEURONS])
def test_the_arithmetic_can_be_redone_with_the_printed_numbers(visit: Visitor, path: str) -> None:
    for _, of_cell, of_hidden in spelled_out(visit(path))[0]:
        forget_gate, earlier, input_gate, candidate, cell = numbers_in(of_cell)
        sizes = abs(forget_gate) + abs(earlier) + abs(input_gate) + abs(candidate) + 2
        assert forget_gate * earlier + input_gate * candidate == pytest.approx(cell, abs=HALF_A_DIGIT * sizes)
        output_gate, same_cell, hidden = numbers_in(of_hidden)
        assert same_cell == cell
        assert output_gate * math.tanh(cell) == pytest.approx(hidden, abs=HALF_A_DIGIT * 4)


@pytest.mark.parametrize("path", LAST_NEURONS)
def test_a_negative_number_has_exactly_one_pair_of_brackets(visit: Visitor, path: str) -> None:
    lines = [line for strip in spelled_out(visit(path)) for _, *lines in strip for line in lines]
    assert len(lines) > 20
    for line in lines:
        factors = line.rpartition(" = ")[0]
        assert factors.count("−") == len(re.findall(r"(?<!\()\(−[\d.]+\)(?!\))", factors))
        assert factors.count("(") == factors.count(")")


def test_the_keyboard_walks_along_a_strip(visit: Visitor) -> None:
    page = visit(EXAMPLE)
    last = len(NETWORKS[0].shown[0])
    assert hint(page) == INVITATION
    tab_to_strip(page)
    assert hint(page) == "Step 0 reads ⊳"
    for key, step in [
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("End", last),
        ("ArrowRight", last),
        ("Home", 0),
        ("ArrowLeft", 0),
    ]:
        page.keyboard.press(key)
        assert hint(page).startswith(f"Step {step} ")
    page.keyboard.press("Escape")
    assert hint(page) == INVITATION
    assert written(page) == ["", ""]
    assert page.locator(".is-step").count() == 0


def test_other_keys_keep_their_meaning(visit: Visitor) -> None:
    page = visit(EXAMPLE)
    page.locator(".scroll").first.focus()
    page.evaluate(
        """() => {
            window.taken = {};
            addEventListener("keydown", (event) => { window.taken[event.key] = event.defaultPrevented; });
        }"""
    )
    keys = ["ArrowRight", "PageDown", "PageUp", "ArrowDown", "ArrowUp", " ", "Enter", "a", "Tab"]
    for key in keys:
        page.keyboard.press(key)
    assert page.evaluate("window.taken") == {key: key == "ArrowRight" for key in keys}


def test_the_keyboard_never_loses_the_step_behind_the_names_of_the_rows(visit: Visitor) -> None:
    page = visit(EXAMPLE, width=NARROW)
    region = page.locator(".strips .scroll").last  # the longest
    region.focus()
    page.keyboard.press("End")
    for _ in range(len(NETWORKS[0].shown[-1])):
        page.keyboard.press("ArrowLeft")
        left, right, region_right, names_right = region.evaluate(
            """region => {
                const step = region.querySelector("th.is-step").getBoundingClientRect();
                const names = region.querySelector("tbody th").getBoundingClientRect();
                return [step.left, step.right, region.getBoundingClientRect().right, names.right];
            }"""
        )
        assert left >= names_right - 1
        assert right <= region_right + 1


def test_a_finger_taps_a_step(visit: Visitor, trace: Trace) -> None:
    steps = trace(NETWORKS[0].name, layer=1, neuron=NETWORKS[0].units, sequence=0)
    page = visit(EXAMPLE, width=NARROW, has_touch=True, is_mobile=True)
    strip_of(page).locator("tbody tr").nth(0).locator("td").nth(2).tap()
    assert written(page) == arithmetic_of(steps, 2)
    strip_of(page).locator("tbody tr").nth(1).locator("td").nth(4).tap()
    assert written(page) == arithmetic_of(steps, 4)


def test_the_arithmetic_is_on_the_screen_while_a_figure_is(visit: Visitor) -> None:
    page = visit(EXAMPLE, width=NARROW, height=700)
    strip_of(page).locator("td").nth(2).hover()
    box = page.locator(".arithmetic").bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 700 - box["height"]


@pytest.mark.parametrize("width", [NARROW, 320])
@pytest.mark.parametrize("path", LAST_NEURONS)
def test_the_whole_arithmetic_can_be_read_on_a_phone(visit: Visitor, path: str, width: int) -> None:
    page = visit(path, width=width)
    page.locator(".scroll").first.focus()
    page.keyboard.press("End")
    panel = page.locator(".arithmetic")
    for line in [panel, *panel.locator("p").all()]:
        assert line.evaluate("line => line.scrollWidth <= line.clientWidth")
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_one_step_is_marked_at_a_time_across_all_strips(visit: Visitor) -> None:
    page = visit(EXAMPLE, height=1600)
    strip_of(page, 0).locator("td").nth(1).hover()
    strip_of(page, 1).locator("td").nth(3).hover()
    assert strip_of(page, 0).locator(".is-step").count() == 0
    assert strip_of(page, 1).locator("td.is-step").count() == 6
    assert strip_of(page, 1).locator("circle.is-step").count() == 1


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_show_numbers_shows_every_value_of_the_trace(visit: Visitor, trace: Trace, at: int) -> None:
    network = NETWORKS[at]
    page = visit(LAST_NEURONS[at])
    value = page.locator("td b").first
    assert value.evaluate("value => getComputedStyle(value).opacity") == "0"
    page.get_by_label("show numbers").check()
    assert value.evaluate("value => getComputedStyle(value).opacity") == "1"
    for number in range(len(network.shown)):
        steps = trace(network.name, layer=network.layers, neuron=network.units, sequence=number)
        for signal in network.kind.keys:
            cells = strip_of(page, number).locator(f"tr[data-signal={signal}] td b").all_text_contents()
            assert cells == [printed(value) for value in steps[signal]]


def test_the_cell_row_can_be_shaded_by_the_range_of_the_whole_layer(visit: Visitor, gallery: Gallery) -> None:
    network = NETWORKS[0]
    rows = pd.read_parquet(gallery.project.build / network.name / "activations.parquet")
    figures = rows[(rows["layer"] == 1) & (rows["sequence"] < len(network.shown))]
    largest = figures["cell"].abs().groupby(figures["neuron"]).max()
    neuron = int(largest.idxmin())  # its colours change most
    page = visit(LAST_NEURONS[0].replace(f"neuron-{network.units}", f"neuron-{neuron}"))
    shades = "cells => cells.map((cell) => getComputedStyle(cell).backgroundColor)"
    cells, others = (
        strip_of(page).locator("tr[data-signal=cell] td"),
        strip_of(page).locator("tr[data-signal=hidden] td"),
    )
    ranges, caption = page.locator("tr[data-signal=cell] .range:visible"), page.locator("#signals figcaption")
    narrow, hidden = cells.evaluate_all(shades), others.evaluate_all(shades)
    assert set(ranges.all_text_contents()) == {f"±{brief(largest[neuron])}"}
    assert f" spans ±{brief(largest[neuron])}, its largest value" in caption.inner_text()

    page.get_by_label("range of the whole layer").check()

    wide = cells.evaluate_all(shades)
    assert narrow != wide
    assert others.evaluate_all(shades) == hidden
    assert set(ranges.all_text_contents()) == {f"±{brief(largest.max())}"}
    assert f" spans ±{brief(largest.max())}, the largest value in this layer" in caption.inner_text()


def test_how_to_read_has_a_strip_that_works(visit: Visitor) -> None:
    page = visit("how-to-read.html")
    strip_of(page).locator("td").nth(2).hover()
    assert hint(page).startswith("Step 2 reads ")
    assert all(numbers_in(line) for line in written(page))
