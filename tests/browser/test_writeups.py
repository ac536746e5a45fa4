"""Write-ups in a real browser: figures respond to pointer and keyboard, can be cited and embedded."""

import itertools
import re
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NARROW, PLACES, WRITEUP_PAGES, WRITEUPS, Place, QuietHandler, Visitor, follow
from tests.conftest import Gallery

COUNTING = "writeups/counting.html"
STRIP = "#the-counter"


def spoken(page: Page, figure: str = STRIP) -> str:
    """Return the line below a figure with strips."""
    return page.locator(f"{figure} .hint").inner_text()


def values_at(page: Page, step: int, figure: str = STRIP) -> str:
    """Return the expected line below a figure for a step of its first strip, read from the table."""
    found: str = page.locator(f"{figure} [data-strip]").first.evaluate(
        """(strip, step) => [...strip.querySelectorAll("tr[data-signal]")].map((row) =>
            `${row.querySelector(".symbol").textContent} = ${row.cells[step + 1].querySelector("b").textContent}`
        ).join(",  ")""",
        step,
    )
    return found


@pytest.mark.parametrize("place", PLACES)
def test_pointing_at_a_step_shows_its_values(visit: Visitor, place: Place) -> None:
    page = visit(COUNTING, place=place)
    invitation = spoken(page)
    assert invitation.startswith("Hover over or tap a step")
    page.locator(f"{STRIP} tr[data-signal=cell] td").nth(4).hover()
    assert spoken(page) == f"Step 4 reads a:  {values_at(page, 4)}".replace("  ", " ")
    assert page.locator(f"{STRIP} td.is-step").count() == 2


def test_the_arrow_keys_move_along_a_strip(visit: Visitor) -> None:
    page = visit(COUNTING)
    page.locator(f"{STRIP} .scroll").first.focus()
    for key, step, token in (("ArrowRight", None, None), ("End", 13, "b"), ("ArrowLeft", 12, "b"), ("Home", 0, "⊳")):
        page.keyboard.press(key)
        if step is not None:
            assert spoken(page).startswith(f"Step {step} reads {token}: ")
    page.keyboard.press("Escape")
    assert spoken(page).startswith("Hover over or tap a step")
    assert page.locator("td.is-step").count() == 0


def test_figures_of_one_page_answer_one_by_one(visit: Visitor) -> None:
    page = visit(COUNTING)
    page.locator(f"{STRIP} tr[data-signal=cell] td").nth(4).hover()
    assert spoken(page, "#everything").startswith("Hover over or tap a step")


def test_numbers_can_be_shown_figure_by_figure(visit: Visitor) -> None:
    page = visit(COUNTING)
    value = page.locator(f"{STRIP} td b").first
    opacity = "value => getComputedStyle(value).opacity"
    page.locator(f"{STRIP} .show-values").check()
    assert value.evaluate(opacity) == "1"
    assert page.locator("#everything td b").first.evaluate(opacity) != "1"


def open_citation(page: Page, figure: str) -> tuple[str, str]:
    """Open a figure's citation panel by keyboard; return its link and its frame."""
    summary = page.locator(f"{figure} .cite summary")
    summary.focus()
    page.keyboard.press("Enter")
    link, frame = page.locator(f"{figure} .ways code").all_inner_texts()
    return link, frame


@pytest.mark.parametrize("place", PLACES)
def test_citations_are_completed_to_the_address_where_the_page_was_found(visit: Visitor, place: Place) -> None:
    page = visit(COUNTING, place=place)
    root = visit.places[place]
    link, frame = open_citation(page, "#doses")
    assert link == f"{root}{COUNTING}#doses"
    assert f'src="{root}writeups/counting/doses.html"' in frame
    assert not page.locator("#doses .where").count()


def test_a_cited_link_leads_to_the_figure(visit: Visitor) -> None:
    page = visit(COUNTING)
    link, _ = open_citation(page, "#doses")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#doses")).to_be_in_viewport()


def test_without_javascript_a_citation_says_what_to_add(visit: Visitor) -> None:
    page = visit(COUNTING, java_script_enabled=False)
    page.locator("#doses .cite summary").click()
    link, frame = page.locator("#doses .ways code").all_inner_texts()
    assert link == f"{COUNTING}#doses"
    assert 'src="writeups/counting/doses.html"' in frame
    assert page.locator("#doses .where").inner_text() == "Put this site’s address before the paths."


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served at another address, as somebody else's site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("place", "figure"),
    [("/", "the-counter"), ("/", "doses"), ("/", "plus-three"), ("/", "all-ten"), ("/a/b/c/", "doses")],
)
def test_the_frame_that_is_offered_works_in_another_page(
    visit: Visitor, browser: Browser, elsewhere: tuple[Path, str], place: Place, figure: str
) -> None:
    _, frame = open_citation(visit(COUNTING, place=place), f"#{figure}")
    folder, address = elsewhere
    text = f'<!doctype html><html lang="en"><title>Another page</title><link rel="icon" href="data:,">{frame}'
    (folder / "index.html").write_text(text, encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.locator("iframe").scroll_into_view_if_needed()
    inner = page.frame_locator("iframe").locator(f"figure#{figure}")
    inner.locator(".part").first.wait_for()
    page.frames[-1].wait_for_load_state()  # with its styles
    assert inner.locator("figcaption").inner_text().startswith("Figure ")
    assert inner.locator("td, circle, i").count() > 5
    fits = "body => document.scrollingElement.scrollHeight <= innerHeight + 40"
    assert page.frame_locator("iframe").locator("body").evaluate(fits)
    context.close()
    assert complaints == []


def test_a_frame_leads_back_to_the_article_in_the_whole_window(visit: Visitor) -> None:
    page = visit("writeups/counting/doses.html")
    follow(page.locator(".source a").first)
    expect(page).to_have_url(f"{visit.places['/']}{COUNTING}#doses")


@pytest.mark.parametrize(("at", "place"), list(zip(range(len(WRITEUPS)), itertools.cycle(PLACES), strict=False)))
def test_without_javascript_every_finding_is_there(visit: Visitor, at: int, place: Place) -> None:
    writeup = WRITEUPS[at]
    page = visit(writeup.path, place=place, java_script_enabled=False)
    assert page.locator("[data-claim]").evaluate_all("all => all.map((one) => one.id)") == [
        claim.id for claim in writeup.claims
    ]
    verdicts = page.locator("[data-claim] .verdict:visible").all_inner_texts()
    assert len(verdicts) == len(writeup.claims)
    assert set(verdicts) <= {"Holds", "Holds, but not because of training", "Fails", "Could not be measured"}
    for part in (".part:visible", "figcaption:visible", ".tools a:visible"):
        found = page.locator(f"figure:has({part})").evaluate_all("all => all.map((one) => one.id)")
        assert [figure.id for figure in writeup.figures if figure.id not in found] == [], part
    assert page.locator(".hint:visible").count() == 0


@pytest.mark.parametrize("path", WRITEUP_PAGES)
def test_no_page_is_wider_than_a_phone_when_its_details_are_open(visit: Visitor, path: str) -> None:
    page = visit(path, width=NARROW)
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0


def test_print_keeps_figures_and_verdicts_and_drops_the_tools(visit: Visitor) -> None:
    page = visit(COUNTING)
    page.emulate_media(media="print")
    for gone in (".tools", ".contents", ".onward", ".top nav", f"{STRIP} .arithmetic", ".controls label"):
        assert page.locator(gone).count() > 0
        assert not page.locator(gone).first.is_visible(), gone
    for kept in (f"{STRIP} [data-strip]", "figcaption", ".verdict", "#doses svg"):
        assert page.locator(kept).first.is_visible(), kept


def test_a_link_from_one_write_up_leads_to_the_section_of_another(visit: Visitor) -> None:
    page = visit("writeups/recap.html")
    follow(page.locator(".flow a[href*='#']").first)
    fragment = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert page.locator(f"[id='{fragment}']").is_visible()


def test_previous_and_next_lead_through_all_write_ups(visit: Visitor) -> None:
    page = visit(f"writeups/{WRITEUPS[0].front.slug}.html")
    seen = [page.locator("h1").inner_text()]
    while page.locator(".onward a[rel=next]").count():
        follow(page.locator(".onward a[rel=next]"))
        seen.append(page.locator("h1").inner_text())
    assert seen == [writeup.front.title for writeup in WRITEUPS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_failing_verdict_stands_out(visit: Visitor, scheme: str) -> None:
    page = visit(COUNTING, color_scheme=scheme)
    page.locator("[data-claim]").first.evaluate("one => one.className = 'claim is-fails'")
    verdicts = page.locator("[data-claim] .verdict")
    look = "one => getComputedStyle(one).backgroundColor"
    assert verdicts.first.evaluate(look) != verdicts.nth(1).evaluate(look)


def test_a_drawing_opens_by_itself(visit: Visitor, gallery: Gallery) -> None:
    for file in sorted(gallery.project.site.glob("writeups/counting/*.svg")):
        page = visit(f"writeups/counting/{file.name}", place="disk")
        assert page.locator("svg > title").count() == 1
        assert re.match(r"Counting, figure \d+", page.locator("svg > title").text_content() or "")
        assert page.locator("svg text").count() > 2


@pytest.mark.parametrize("width", [1120, 1280, 1600])
@pytest.mark.parametrize("path", WRITEUP_PAGES)
def test_claims_leave_no_hole_in_a_write_up_and_cover_nothing(visit: Visitor, path: str, width: int) -> None:
    page = visit(path, width=width)
    gaps, covered = page.evaluate(
        """() => {
            const flow = document.querySelector(".flow");
            const isAside = (one) => getComputedStyle(one).float !== "none";
            const column = [...flow.children].filter((one) => !isAside(one) && one.getBoundingClientRect().height);
            const [gaps, covered] = [[], []];
            let end = flow.getBoundingClientRect().top;
            for (const one of column) {
                const { top, bottom } = one.getBoundingClientRect();
                gaps.push([Math.round(top - end), one.id || one.textContent.slice(0, 40)]);
                end = Math.max(end, bottom);
            }
            gaps.push([Math.round(flow.getBoundingClientRect().bottom - end), "the end"]);
            const texts = document.createTreeWalker(flow, NodeFilter.SHOW_TEXT);
            const claims = [...flow.querySelectorAll(".claim")];
            while (texts.nextNode()) {
                const { currentNode: text } = texts;
                if (!text.parentElement.checkVisibility() || text.parentElement.closest(".unseen, .scroll")) continue;
                const range = document.createRange();
                range.selectNodeContents(text);
                for (const claim of claims.filter((each) => !each.contains(text))) {
                    const box = claim.getBoundingClientRect();
                    for (const { left, right, top, bottom } of range.getClientRects()) {
                        const across = Math.min(right, box.right) - Math.max(left, box.left);
                        if (across > 1 && Math.min(bottom, box.bottom) - Math.max(top, box.top) > 1) {
                            covered.push([claim.id, text.data.slice(0, 40)]);
                        }
                    }
                }
            }
            return [gaps, covered];
        }"""
    )
    assert [gap for gap in gaps if gap[0] > 64] == []
    assert covered == []


def lit(page: Page) -> set[str]:
    """Return the kinds of elements that are lit up in the figure of the recap, each with its signal."""
    found: list[str] = page.locator("#lstm .is-linked-lit").evaluate_all(
        "all => all.map((one) => `${one.tagName.toLowerCase()} ${one.dataset.signal}`)"
    )
    return set(found)


def all_of(signal: str) -> set[str]:
    return {f"{tag} {signal}" for tag in ("g", "text", "tr", "div")}


def test_a_part_of_a_cell_lights_up_all_that_belongs_to_it(visit: Visitor) -> None:
    page = visit("writeups/recap.html")
    assert lit(page) == set()
    page.locator("#lstm .gate[data-signal=forget_gate]").hover()
    assert lit(page) == all_of("forget_gate")
    page.locator("#lstm tr[data-signal=input_gate]").hover()
    assert lit(page) == all_of("input_gate")
    page.locator("h1").hover()
    assert lit(page) == set()
    button = page.get_by_role("button", name="Output gate")
    button.focus()
    page.keyboard.press("Shift+Tab")  # from then on the keyboard shows where it is
    page.keyboard.press("Tab")
    assert lit(page) == all_of("output_gate")
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.blur()
    assert lit(page) == all_of("output_gate")
    page.locator("#lstm [data-signal=candidate].gate").click()
    assert lit(page) == all_of("candidate")
    button.focus()
    page.keyboard.press("Escape")
    assert lit(page) <= all_of("output_gate")
    expect(page.locator("#lstm [aria-pressed=true]")).to_have_count(0)


def test_a_page_that_scrolls_under_the_pointer_lights_up_nothing(visit: Visitor) -> None:
    page = visit("writeups/recap.html")
    place = page.locator("#lstm .gate[data-signal=forget_gate]")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    page.evaluate("scrollBy(0, -100)")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    button = page.get_by_role("button", name="Output gate")
    button.evaluate("(button) => button.focus({preventScroll: true})")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.evaluate("scrollTo(0, 0)")
    place.evaluate("(element, y) => scrollBy(0, element.getBoundingClientRect().y - y)", box["y"])
    page.wait_for_function("() => document.querySelector('#lstm .gate[data-signal=forget_gate]').matches(':hover')")
    assert lit(page) == all_of("output_gate")
    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2)
    assert lit(page) == all_of("forget_gate")
    place.evaluate("(element) => scrollBy(0, innerHeight)")
    page.wait_for_function("() => !document.querySelector('#lstm').matches(':hover')")
    assert lit(page) == all_of("output_gate")
