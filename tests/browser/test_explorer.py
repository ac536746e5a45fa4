"""The explorer in use: typing, choosing, changing, searching, linking, by pointer, touch and keyboard."""

import gzip
import itertools
import json
import math
import re
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from lstmgallery.desk.reference import read_signals
from lstmgallery.press.addresses import add_counts, explorer_path, explorer_url, hold
from lstmgallery.press.marks.text import number, percent
from lstmgallery.store import HELD_OUT, read_steps, read_traced_weights
from tests.browser.conftest import EXPLORERS, NARROW, NETWORKS, PLACES, Place, Visitor, follow, parts_script, settle
from tests.conftest import Gallery

COUNTER = NETWORKS[0]
REST = 400  # ms without a key until typing counts as resting
MOST_BYTES = 61_000  # of an explorer with everything it loads, compressed
EVIL = "a</script><img src=x onerror=wasRun=1>🎉שלום\u202e\u0000\u0007\ud83d"


def heads(page: Page, run: str = "without") -> Locator:
    """Return the contents of the first row of a strip, step by step."""
    return page.locator(f"#{run} .reads th[scope=col]")


def expect_heads(page: Page, text: str, run: str = "without") -> None:
    """Wait until the first row of a strip shows a text; out of view it is drawn once typing pauses."""
    expect(heads(page, run)).to_have_text(list(text))


def type_text(page: Page, text: str) -> None:
    """Put a text into the box as if it had been pasted."""
    page.get_by_label("Text").fill(text)


def fragment(page: Page) -> str:
    """Return the current fragment of the page's address."""
    return unquote(page.evaluate("location.hash.slice(1)"))


def expect_fragment(page: Page, part: str) -> None:
    """Wait until the page's address holds `part`; it is written once typing pauses."""
    page.wait_for_function("(part) => decodeURIComponent(location.hash).includes(part)", arg=part)


@pytest.mark.parametrize(("path", "place"), list(zip(EXPLORERS, itertools.cycle(PLACES), strict=False)))
def test_it_opens_on_the_longest_figure_and_the_best_neuron(visit: Visitor, path: str, place: Place) -> None:
    network = NETWORKS[EXPLORERS.index(path)]
    page = visit(path, place=place)
    expect_heads(page, "⊳" + network.longest_shown)
    assert page.locator("#role").inner_text()
    assert page.get_by_role("radio", checked=True).count() == 1
    assert not page.locator(".without-script").is_visible()


def test_a_strip_shows_what_the_trace_holds(visit: Visitor, gallery: Gallery) -> None:
    page = visit(explorer_url(COUNTER.name, text=COUNTER.shown[0], neuron=3))
    file = gallery.project.build / COUNTER.name / "activations.parquet"
    rows = pd.read_parquet(file, filters=[("neuron", "==", 3), ("sequence", "==", 0)]).sort_values("step")
    page.get_by_label("show numbers").check()
    for signal in COUNTER.kind.keys:
        shown = page.locator(f"#without tr[data-signal={signal}] td b").all_inner_texts()
        assert shown == [number(value) for value in rows[signal]]


def test_every_signal_follows_the_typing(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    box = page.get_by_label("Text")
    box.fill("")
    expect_heads(page, "⊳")
    box.press_sequentially("aaX")
    expect_heads(page, "⊳aaX")
    box.press("Home")
    box.press_sequentially("a")
    expect_heads(page, "⊳aaaX")
    for _ in range(4):
        box.press("Delete")
    expect_heads(page, "⊳a")
    assert page.locator("#without tr[data-signal=cell] td").count() == 2


def test_a_strip_in_sight_follows_a_frame_later_and_one_out_of_sight_when_typing_rests(visit: Visitor) -> None:
    type_three = """async () => {
        const shown = () => document.querySelectorAll("#without .reads th[scope=col]").length;
        const [box, before, began] = [document.getElementById("text"), shown(), performance.now()];
        for (let time = 0; time < 3; time += 1) {
            box.value += "a";
            box.dispatchEvent(new Event("input"));
        }
        const atOnce = shown() - before;
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return [atOnce, shown() - before, performance.now() - began];
    }"""
    page = visit(EXPLORERS[0], height=2000)
    expect(page.locator("#strips")).to_be_in_viewport(ratio=1)
    settle(page)  # until the page knows so, too
    at_once, a_frame_later, _ = page.evaluate(type_three)
    assert (at_once, a_frame_later) == (0, 3)
    page = visit(EXPLORERS[0], height=600)
    expect(page.locator("#strips")).not_to_be_in_viewport()
    settle(page)
    at_once, a_frame_later, milliseconds = page.evaluate(type_three)
    assert at_once == 0
    assert a_frame_later == 0 or milliseconds > REST
    expect_heads(page, f"⊳{COUNTER.longest_shown}aaa")
    at_once, a_frame_later, milliseconds = page.evaluate(type_three)
    assert at_once == 0
    assert a_frame_later == 0 or milliseconds > REST
    page.locator("#strips").scroll_into_view_if_needed()
    expect_heads(page, f"⊳{COUNTER.longest_shown}aaaaaa")


READ_STRIP = """() => {
    const middle = (element) => {
        const box = element.getBoundingClientRect();
        return Math.round((box.left + box.right) / 2);
    };
    return {
        cells: [...document.querySelectorAll("#without td:not(.drawn td), #without th[scope=col]")].map(
            (cell) => [cell.textContent, cell.className, middle(cell)]
        ),
        dots: [...document.querySelectorAll("#without circle")].map((dot) => [middle(dot), dot.getAttribute("cy")]),
        line: document.querySelector("#without polyline").getAttribute("points"),
        ticks: [...document.querySelectorAll("#without svg text")].map((tick) => [tick.textContent, middle(tick)]),
    };
}"""


@pytest.mark.parametrize(
    "texts",
    [
        ["aaaaX", "aaaaXb", "aaaaXa", "aaaaXab", "aaaXab", "aaaXabb", "aaaXabbX", "aaaXabb", "aaaXabbb"],
        ["a", "", "X", "é", "éX", "aéX", "aéXb"],
        ["aab" * 30, "aab" * 30 + "X", "aab" * 31, "Xaab" * 30],
    ],
    ids=["typed", "unseen", "long"],
)
@pytest.mark.parametrize("height", [2000, 600], ids=["each drawn", "the last drawn"])
def test_a_strip_that_was_edited_is_the_strip_that_would_be_drawn_anew(
    visit: Visitor, texts: list[str], height: int
) -> None:
    page = visit(EXPLORERS[0], height=height)
    is_in_sight = height == 2000
    in_view = expect(page.locator("#strips"))
    in_view.to_be_in_viewport(ratio=1) if is_in_sight else in_view.not_to_be_in_viewport()
    settle(page)  # until the page knows so, too
    for text in texts:
        type_text(page, text)
        if is_in_sight:
            settle(page)
    page.locator("#strips").scroll_into_view_if_needed()
    anew = visit(explorer_url(COUNTER.name, text=texts[-1]), height=2000)
    for each in (page, anew):
        each.locator("#without .scroll").evaluate("(region) => { region.scrollLeft = 0 }")
        settle(each)
        expect(heads(each).first).to_have_text("⊳")
    assert page.evaluate(READ_STRIP) == anew.evaluate(READ_STRIP)


def test_what_was_typed_is_what_read_says(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, "aaaXb")
    got = page.evaluate("lstmgallery.read('aaaXb')")
    assert got["tokens"] == ["<start>", *"aaaXb"]
    assert len(got["probabilities"]) == 6
    expect_heads(page, "⊳aaaXb")
    page.get_by_label("show numbers").check()
    neuron = int(page.get_by_role("radio", checked=True).get_attribute("value") or 0)
    shown = page.locator("#without tr[data-signal=hidden] td b").all_inner_texts()
    assert shown == [number(step[neuron - 1]) for step in got["signals"]["hidden"][0]]


def test_a_change_is_offered_where_the_delimiter_is_read_until_a_step_is_chosen(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    step = page.locator("#change-step")
    for text, value in (("aaX", "3"), ("éaaaaXb", "5"), ("aa", "1")):
        type_text(page, text)
        expect(step).to_have_value(value)
    expect_heads(page, "⊳aa")
    heads(page).nth(2).click()
    expect(step).to_have_value("2")
    step.fill("4")
    type_text(page, "aX")
    expect(step).to_have_value("4")
    page = visit(explorer_url(COUNTER.name, text="aaXb", do=["1.1.cell+1@3"]))
    expect(page.locator("#change-step")).to_have_value("3")


def test_unseen_characters_are_shown_and_explained(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, "aaé🎉X")
    expect_heads(page, "⊳aaé🎉X")
    assert page.locator("#without .reads th.unread").count() == 2
    assert page.locator("#without .drawn circle").count() == len("⊳aaX")
    note = page.locator("#notes").inner_text()
    assert "never seen é 🎉" in note
    assert "a, b and X" in note
    read, without = page.evaluate("['aaé🎉X', 'aaX'].map((text) => lstmgallery.read(text))")
    assert read["unseen"] == ["é", "🎉"]
    assert read["signals"] == without["signals"]
    type_text(page, "aaX")
    assert page.locator("#notes").inner_text() == ""


def test_strange_text_is_shown_as_text(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, EVIL)
    expect(page.locator("#without .reads th[scope=col]")).to_have_count(
        1 + len(page.evaluate("(text) => [...text]", EVIL))
    )
    assert "U+0007" in heads(page).all_text_contents()
    expect_fragment(page, "\u202e")
    page.reload()
    expect(heads(page).filter(has_text="U+202E")).to_have_count(1)
    assert page.evaluate("window.wasRun") is None
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("way", ["input", "paste"])
def test_of_a_megabyte_no_more_is_read_than_is_kept_and_a_message_says_so(visit: Visitor, way: str) -> None:
    page = visit(EXPLORERS[0])
    steps, is_left_to_browser = page.evaluate(
        """async (way) => {
            let isLeft = true;
            const box = document.getElementById("text");
            const text = "aXb🎉".repeat(210_000);
            const network = Object.getPrototypeOf(lstmgallery.network);
            const read = network.step;
            let steps = 0;
            network.step = function (...given) {
                steps += 1;
                return read.apply(this, given);
            };
            box.focus();
            if (way === "paste") {
                const data = new DataTransfer();
                data.setData("text/plain", text);
                box.select();
                const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
                isLeft = box.dispatchEvent(event);
            } else {
                box.value = text;
                box.dispatchEvent(new Event("input"));
            }
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            network.step = read;
            return [steps, isLeft];
        }""",
        way,
    )
    assert is_left_to_browser == (way == "input")  # which would paste the whole megabyte once more
    assert steps <= 1 + 2_000 * 3 // 4  # a party popper is no token
    assert len(page.evaluate("[...document.getElementById('text').value]")) == 2_000
    assert "2,000 characters" in page.locator("#notes").inner_text()
    page.get_by_label("Text").press("End")
    page.get_by_label("Text").press("Backspace")
    page.get_by_label("Text").press("Backspace")


def test_the_overview_sorts_filters_and_hides_its_characters(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    order = [int(radio.get_attribute("value") or 0) for radio in page.get_by_role("radio").all()]
    assert sorted(order) == list(range(1, COUNTER.units + 1))
    page.get_by_label("Sort by").select_option("number")
    assert [int(radio.get_attribute("value") or 0) for radio in page.get_by_role("radio").all()] == sorted(order)
    page.get_by_label("Filter").fill("cell state")
    assert 0 < page.get_by_role("radio").count() < COUNTER.units
    page.get_by_label("Filter").fill("3")
    assert page.get_by_role("radio").count() == 1
    picture = "[...document.querySelectorAll('#overview canvas')].map((tile) => tile.toDataURL())"
    settle(page)
    before = page.evaluate(picture)
    page.get_by_label("show characters").uncheck()
    settle(page)
    assert page.evaluate(picture) != before
    assert "letters=off" in fragment(page)


@pytest.mark.parametrize("end", ["bb", "XbXb", "\N{PARTY POPPER}a"])
def test_what_stays_on_the_tiles_is_what_would_be_drawn_anew(visit: Visitor, end: str) -> None:
    page = visit(explorer_url(COUNTER.name, text="aab" * 15))
    page.get_by_label("Text").press("End")
    page.get_by_label("Text").press("Backspace")
    for character in end:
        page.keyboard.insert_text(character)
        settle(page)
    picture = "[...document.querySelectorAll('#overview canvas')].map((tile) => tile.toDataURL())"
    moved = page.evaluate(picture)
    for _ in range(2):  # without characters and with them again: everything is drawn anew
        page.get_by_label("show characters").click()
        settle(page)
    assert page.evaluate(picture) == moved


def test_layers_and_signals_can_be_switched(visit: Visitor) -> None:
    deepest = max(NETWORKS, key=lambda network: network.layers)
    page = visit(explorer_path(deepest.name))
    page.locator("#layer").select_option("1")
    assert "layer 1" in page.locator("#neuron-heading").inner_text()
    page.locator("#signal").select_option("input_gate")
    assert "layer=1" in fragment(page)
    assert "signal=input_gate" in fragment(page)


def test_a_click_on_a_row_shows_its_neuron(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    third = int(page.get_by_role("radio").nth(2).get_attribute("value") or 0)
    page.locator("#overview canvas").first.click(position={"x": 100, "y": 50 + 2 * 24 + 12})
    assert page.locator("#neuron-heading").inner_text() == f"Neuron {third}"
    assert f"neuron={third}" in fragment(page)


def test_the_keyboard_reaches_neurons_and_steps(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    page.get_by_role("radio", checked=True).focus()
    first = page.locator("#neuron-heading").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#neuron-heading").inner_text() != first
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator(".hint").inner_text() == "Step 1 reads a"
    region = page.get_by_role("region", name="Every step of the unchanged network")
    region.focus()
    page.keyboard.press("End")
    assert page.locator(".hint").inner_text() == f"Step {len(COUNTER.longest_shown)} reads b"
    page.keyboard.press("ArrowLeft")
    assert page.locator("#without .reads th.is-step").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("#without .is-step").count() == 0


def test_a_step_chosen_by_the_keyboard_stays_in_sight_in_the_overview(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="a" * 70))
    page.get_by_role("radio", checked=True).focus()
    hidden = """([step, pitch]) => {
        const [box, names] = ["#overview", "#overview .names"].map((each) => document.querySelector(each));
        const left = step * pitch - box.scrollLeft;
        return left < -1 || left + pitch > box.clientWidth - names.offsetWidth + 1;
    }"""
    pitch = page.locator("#without .reads th.is-step, #without .reads th").nth(2).evaluate("(th) => th.offsetWidth")
    page.locator("#overview").evaluate("(box) => { box.scrollLeft = 0 }")
    for step in range(40):
        page.keyboard.press("ArrowRight")
        assert not page.evaluate(hidden, [step, pitch]), step
    assert page.locator("#overview").evaluate("(box) => box.scrollLeft") > 0


def test_the_arithmetic_of_a_step_can_be_redone(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaaXbb", step=4))
    for line in page.locator(".equation").all_inner_texts():
        right, result = line.replace("\N{MINUS SIGN}", "-").replace("\xa0", " ").split("=")[-2:]
        code = right.replace("·", "*").replace("tanh", "math.tanh")
        assert eval(code, {"math": math}) == pytest.approx(float(result), abs=4e-3)  # the page's own line


@pytest.mark.parametrize(
    ("write", "chosen", "temperature", "seed"),
    [(None, "", None, None), ("greedy", "greedy", None, None), ("0.5~7", "sampled", "0.5", "7")],
)
def test_the_form_shows_how_the_address_lets_the_network_write(
    visit: Visitor, write: str | None, chosen: str, temperature: str | None, seed: str | None
) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaX", write=write))
    expect(page.locator("#write")).to_have_value(chosen)
    for name, value in (("temperature", temperature), ("seed", seed)):
        control = page.locator(f"#{name}")
        assert control.is_visible() == (value is not None)
        if value is not None:
            expect(control).to_have_value(value)


def test_of_two_networks_only_the_changed_one_is_said_to_be_held(visit: Visitor) -> None:
    held = hold(1, 1, "cell", 0.25, step=3)
    page = visit(explorer_url(COUNTER.name, text="aaaXbb", layer=1, neuron=1, step=4, do=[held]))
    (line,) = [line for line in page.locator(".equation").all_inner_texts() if line.startswith("c")]
    usual, changed = line.replace("\xa0", " ").split("with the change:")
    assert changed.strip() == "= 0.250, held"
    assert usual.startswith("c = f·c")
    assert re.search(r"\(\d", usual) is None  # only a negative number is in brackets
    assert "held" not in usual


def test_another_character_that_is_not_read_takes_the_place_of_one(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="a§X"))
    heads = page.locator("#without .reads th[scope=col]")
    assert "§" in heads.nth(2).inner_text()
    type_text(page, "a%X")
    expect(heads.nth(2)).to_have_text("%")


def test_each_row_of_the_overview_is_described_once_typing_pauses(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aX"))
    described = page.locator("#overview [type=radio]").first
    before = described.get_attribute("aria-label")
    type_text(page, "a" * 12)
    expect(described).not_to_have_attribute("aria-label", before or "")


def test_columns_of_a_long_strip_stand_where_their_steps_are(visit: Visitor) -> None:
    """Columns out of sight are not drawn: one wide column at each end takes their place."""
    page = visit(explorer_url(COUNTER.name, text="a" * 79 + "X" + "b" * 70))
    region = page.locator("#without .scroll, #without[role=region]").first
    placed = """(region) => {
        const heads = [...region.querySelectorAll(".reads th")].slice(1);
        const names = region.querySelector(".reads th").offsetWidth;
        const origin = region.querySelector("table").getBoundingClientRect().left + names;
        return heads.map((th) => [th.textContent, th.getBoundingClientRect().left - origin, th.offsetWidth]);
    }"""
    (_, origin, width), (_, second, _), *_ = region.evaluate(placed)
    pitch = second - origin
    for share, token, column in ((0.5, "X", 80), (1, "b", 150)):
        region.evaluate("(region, share) => { region.scrollLeft = share * region.scrollWidth }", share)
        settle(page)
        columns = region.evaluate(placed)
        assert len(columns) < 60
        assert [token, origin + pitch * column, width] in columns
        assert {((left - origin) % pitch, wide) for _, left, wide in columns} == {(0, width)}


def test_a_tap_spells_a_step_out(visit: Visitor) -> None:
    page = visit(EXPLORERS[0], width=NARROW, has_touch=True)
    page.locator("#without tr[data-signal=cell] td").nth(2).tap()
    assert page.locator(".hint").inner_text() == "Step 2 reads a"
    assert "step=2" in fragment(page)


def test_right_answers_stand_beside_the_choices_and_wrong_ones_are_marked(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaXbbb"))
    answers = page.locator("#without .answer td").all_inner_texts()
    assert answers == ["", "", "", "b", "b", "⊲", ""]
    page = visit(explorer_url(COUNTER.name, text="aaX", do=[f"1.{n}.hidden=0@0" for n in range(1, 11)], write="greedy"))
    assert page.locator("#with .choice td.wrong").count() >= 1
    assert "wrong" in str(page.locator("#with .choice td.wrong").first.text_content())


def test_three_counts_more_at_the_delimiter_bring_three_more_b(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    page.get_by_role("link", name="three counts added").click()
    expect(page.locator(".outcome tr")).to_have_count(2)
    first, second = page.locator(".outcome tr").all()
    assert str(second.inner_text()).count("b") - str(first.inner_text()).count("b") == 3
    assert (
        page.locator("#written").inner_text() == "Without the change it writes 4 b’s and ends; with it, 7 b’s and ends."
    )
    expect_heads(page, "⊳aaaaXbbbbbbb", "with")


def test_changes_are_made_compared_and_taken_back(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaaXbbb", neuron=1))
    assert not page.locator("#with").is_visible()
    page.get_by_label("Change:").select_option("hold forget_gate")
    page.get_by_label("Amount").fill("0")
    page.locator("#change-step").fill("4")
    page.get_by_role("button", name="Apply").click()
    assert page.locator("#changes li").count() == 1
    assert "Neuron 1: forget gate held at 0 from step 4 on" in page.locator("#changes").inner_text()
    expect_heads(page, "⊳aaaXbbb", "with")
    page.get_by_label("show numbers").check()
    values = [page.locator(f"#{run} tr[data-signal=forget_gate] td b").all_inner_texts() for run in ("without", "with")]
    assert values[0][:4] == values[1][:4]
    assert values[1][4:] == ["0.000"] * 4
    assert "do=1.1.forget_gate=0@4" in fragment(page)
    page.get_by_role("button", name="Remove").click()
    assert not page.locator("#with").is_visible()
    assert "do=" not in fragment(page)


def test_drawing_by_chance_is_settled_by_its_seed(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="a", write="2~5"))
    first = page.locator("#outcome").inner_text()
    page.get_by_role("button", name="New seed").click()
    assert "write=2~6" in fragment(page)
    page.go_back()
    expect_fragment(page, "write=2~5")
    expect(page.locator("#outcome")).to_have_text(first, use_inner_text=True)


def test_what_it_wrote_can_be_taken_into_the_text(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaaX"))
    page.get_by_label("Continue").select_option("greedy")
    expect_heads(page, "⊳aaaXbbb")
    page.get_by_role("button", name="Insert into text").click()
    assert page.get_by_label("Text").input_value() == "aaaXbbb"


def test_back_and_forward_lead_through_the_views(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    page.get_by_role("button", name="aaaXbbb", exact=True).click()
    page.get_by_label("Sort by").select_option("number")
    box = page.get_by_label("Text")
    box.press("End")
    box.press_sequentially("ab", delay=20)
    expect_fragment(page, "text=aaaXbbbab")
    page.go_back()
    expect_heads(page, "⊳aaaXbbb")
    expect(page.get_by_label("Sort by")).to_have_value("number")
    page.go_back()
    expect(page.get_by_label("Sort by")).to_have_value("role")
    page.go_back()
    expect_heads(page, "⊳" + COUNTER.longest_shown)
    for _ in range(3):
        page.go_forward()
    expect_heads(page, "⊳aaaXbbbab")


def test_a_link_opens_the_view_it_was_taken_from(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, "aab%&#X")
    page.get_by_role("radio").nth(4).check(force=True)
    page.locator("#signal").select_option("output_gate")
    expect_fragment(page, "signal=output_gate")
    expect_fragment(page, "text=aab%&#X")
    expect_heads(page, "⊳aab%&#X")
    other = visit(EXPLORERS[0] + page.evaluate("location.hash"))
    expect_heads(other, "⊳aab%&#X")
    for what in ("#neuron-heading", "#without", "#notes"):
        assert other.locator(what).inner_text() == page.locator(what).inner_text()
    assert other.locator("#signal").input_value() == "output_gate"


@pytest.mark.parametrize(
    "mangled", ["#layer=7&neuron=x", "#%%%", "#text=%E0%A4%A", "#do=<script>", "#__proto__=1", "#find=9"]
)
def test_a_mangled_address_gives_the_default_view_and_a_note(visit: Visitor, mangled: str) -> None:
    page = visit(EXPLORERS[0] + mangled)
    expect_heads(page, "⊳" + COUNTER.longest_shown)
    assert "is ignored" in page.locator("#notes").inner_text()


def test_pages_of_the_gallery_link_into_it(visit: Visitor) -> None:
    page = visit(f"networks/{COUNTER.name}/layer-1/neuron-4.html")
    follow(page.get_by_role("link", name="Open in the explorer"))
    expect(page.locator("#neuron-heading")).to_have_text("Neuron 4")
    follow(page.get_by_role("link", name="Neuron page"))
    expect(page.locator("h1")).to_have_text("Neuron 4")
    follow(page.get_by_role("link", name=COUNTER.title, exact=True).first)
    follow(page.get_by_role("link", name="Open in the explorer"))
    expect(page).to_have_url(re.compile(rf"explorer/{COUNTER.name}\.html$"))


def on_at(gate: np.ndarray, step: int, threshold: float) -> dict[tuple[int, str], float]:
    """Return the margin between on and off, by neuron and open or shut; the gate, (steps, units), is on at one step."""
    found = {}
    for words, opened in (("open", gate), ("shut", 1 - gate)):
        for unit, (before, at, after) in enumerate(opened[step - 1 : step + 2].T.tolist()):
            if at >= threshold > max(before, after):
                found[unit + 1, words] = at - max(before, after)
    return found


def test_a_search_lists_the_neurons_that_do_so_and_how_often_they_do_in_held_out_sequences(
    visit: Visitor, gallery: Gallery
) -> None:
    folder = gallery.project.build / COUNTER.name
    weights, steps = read_traced_weights(folder), read_steps(folder)
    letters = steps[(steps["split"] == HELD_OUT) & (steps["step"] > 0)].groupby("sequence")["token"]
    held_out = ["".join(tokens) for _, tokens in letters]

    def gates_shut_or_open(sequence: str) -> dict[tuple[int, str], float]:
        gate = read_signals(COUNTER, weights, [sequence])[0]["forget_gate"]
        return on_at(gate, sequence.index("X") + 1, 0.5)

    expected = gates_shut_or_open("aaaaXbbbb")
    elsewhere = [gates_shut_or_open(sequence) for sequence in held_out]
    shares = {match: sum(match in found for found in elsewhere) / len(held_out) for match in expected}
    assert len(expected) > 1
    page = visit(explorer_url(COUNTER.name, text="aaaaXbbbb", signal="forget_gate"))
    page.get_by_label("From step").fill("5")
    page.get_by_label("to", exact=True).fill("5")
    page.get_by_label("on means above").fill("0.5")
    page.get_by_role("button", name="Find").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("on while it reads X")
    expect(verdict).to_contain_text(f"Shares are of {len(held_out)} similar places")
    rows = [row.locator("th, td").all_inner_texts()[:4] for row in page.locator(".found tbody tr").all()]
    assert sorted(rows) == sorted(
        [f"Neuron {neuron}", words, number(margin, 2), percent(shares[neuron, words])]
        for (neuron, words), margin in expected.items()
    )
    in_order = [shares[int(name.removeprefix("Neuron ")), words] for name, words, *_ in rows]
    assert in_order == sorted(in_order, reverse=True)
    page.get_by_role("button", name="Clear").click()
    assert verdict.inner_text() == ""


def test_a_planted_neuron_is_found_first(visit: Visitor) -> None:
    """Neuron 3 of the planted network is on where an X is read, and nowhere else."""
    page = visit(EXPLORERS[0])
    page.evaluate(parts_script())
    found = page.evaluate(
        """() => {
            const network = new lstmgallery.Network(lstmgallery.data);
            const reading = new lstmgallery.Reading(network);
            reading.read([2, 2, 4, 3, 3]);
            for (const [step, { layers }] of reading.steps.entries()) layers[0].hidden[6] = step === 3 ? 0.9 : 0.1;
            const pattern = { from: 3, to: 3, threshold: 0.6 };
            const matches = lstmgallery.search.findNeurons(reading, 1, "hidden", pattern);
            const counting = lstmgallery.search.countHeldOut([reading], reading.tokens, 1, "hidden", pattern);
            let next = counting.next();
            while (!next.done) next = counting.next();
            return { matches, occasions: next.value.occasions, shown: next.value.shown.get("7,1") };
        }"""
    )
    assert (found["matches"][0]["neuron"], found["matches"][0]["sign"]) == (7, 1)
    assert found["matches"][0]["margin"] == pytest.approx(0.8, abs=1e-6)
    assert (found["occasions"], found["shown"]) == (1, 1)


def test_a_span_is_selected_by_dragging_and_by_shift_and_arrows(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaaXbbb"))
    columns = page.locator("#without .reads th[scope=col]")
    columns.nth(2).hover()
    page.mouse.down()
    columns.nth(4).hover()
    page.mouse.up()
    assert page.locator("#without .reads .is-selected").count() == 3
    assert "find=2-4~0.5" in fragment(page)
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#without .reads .is-selected").count() == 0
    page.get_by_role("region", name="Every step of the unchanged network").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert "find=0-2~0.5" in fragment(page)


def test_a_long_text_draws_only_what_is_in_sight(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, "aabX" * 500)
    region = page.get_by_role("region", name="Every step of the unchanged network")
    region.focus()
    page.keyboard.press("End")
    assert page.locator(".hint").inner_text() == "Step 2000 reads X"
    assert page.locator("#without .reads th[scope=col]").count() < 100
    expect(page.locator("#without .reads th.is-step")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.locator("#without .reads th.is-step")).to_be_in_viewport()
    expect(heads(page).first).to_have_text("⊳")


def test_changes_of_the_text_are_announced(visit: Visitor) -> None:
    page = visit(EXPLORERS[0])
    type_text(page, "aaXb")
    expect(page.locator("#announcer")).to_have_text("Read 4 characters. It expects next: b.")


def test_an_explorer_weighs_less_than_60_kilobytes_with_everything(gallery: Gallery) -> None:
    site = gallery.project.site
    for path in EXPLORERS:
        page = site / path
        linked = re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg))"', page.read_text(encoding="utf-8"))
        files = {page, *((page.parent / link).resolve() for link in linked)}
        assert len([file for file in files if file.suffix == ".js"]) == 3  # its own, its data, the search's
        weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
        print(path, weight)
        assert weight < MOST_BYTES, path


def test_the_data_is_plain_ascii_and_names_no_markup(gallery: Gallery) -> None:
    for path in EXPLORERS:
        text = (gallery.project.site / path).with_suffix(".js").read_text(encoding="ascii")
        assert "<" not in text
        json.loads(text.removeprefix("window.lstmgallery = ").removesuffix(";\n"))


def test_the_helpers_of_the_links_are_understood(visit: Visitor) -> None:
    page = visit(explorer_url(COUNTER.name, text="aaX", do=[add_counts(1, 1, "cell", -1, step=3)]))
    assert "Neuron 1: 1 count taken from the cell state at step 3" in page.locator("#changes").inner_text()
    assert page.locator("#notes").inner_text() == ""
