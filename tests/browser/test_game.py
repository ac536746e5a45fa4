"""The game of written texts in Chromium: pick, answer, score, by keyboard too."""

from playwright.sync_api import Browser, expect

from lstmgallery.press.figures.drawing import Part
from lstmgallery.press.marks.game import Game, Pair
from lstmgallery.press.pages.rendering import THEME, environment

BY = ("Written by the network", "Not written by the network")
PAIRS = (Pair(("<b>one", "two"), 0, BY), Pair(("three", "four"), 1, (BY[1], BY[0])))


def test_a_pick_is_answered_and_counted_once(browser: Browser) -> None:
    page = browser.new_page()
    part = Part("", None, Game(PAIRS, "Which one?"), "")
    page.set_content(environment().get_template("marks/game.html").render(part=part, of="Figure 1, "))
    page.add_script_tag(content=(THEME / "static" / "game.js").read_text(encoding="utf-8"))
    pairs, score = page.locator("fieldset"), page.locator(".score")
    expect(page.get_by_text(BY[0], exact=True).first).to_be_hidden()
    pairs.nth(0).get_by_label("<b>one").check()
    expect(score).to_have_text("Right. 1 of 1 right, 1 to go.")
    expect(pairs.nth(0).get_by_text(BY[0], exact=True)).to_be_visible()
    expect(pairs.nth(1).get_by_text(BY[0], exact=True)).to_be_hidden()
    pairs.nth(1).get_by_label("three").focus()
    page.keyboard.press("Space")
    expect(score).to_have_text("The network wrote B. 1 of 2 right.")
    expect(pairs.nth(1)).to_have_class("is-missed")
    expect(pairs.nth(1).get_by_label("four")).to_be_disabled()  # a second guess is no guess
    page.close()
