"""The pure parts of the explorer's script, run in Chromium: the cases stand in tests/js."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lstmgallery.press import text
from lstmgallery.press.explorer import describe_network, explorer_script
from lstmgallery.press.palette import shade
from lstmgallery.tasks import END, START
from lstmgallery.tasks.copying import Copying
from lstmgallery.tasks.counting import Counting, SelectiveCounting
from lstmgallery.tasks.language import Language
from lstmgallery.tasks.state_memory import StateMemory
from tests.conftest import ROOT, random_weights, small_network

CASES = sorted((ROOT / "tests" / "js").glob("*.js"))
LANGUAGES = [
    Counting(kind="counting", longest=12),
    SelectiveCounting(kind="selective-counting", longest=4, most_ignored=3),
    StateMemory(kind="state-memory", longest_wait=9),
    Copying(kind="copying"),
]
RUN = """({cases, network}) => {
    const failures = [];
    let count = 0;
    const shown = (value) => JSON.stringify(value, (_, each) => each === undefined ? "undefined" : each);
    const equal = (found, expected) => {
        if (shown(found) !== shown(expected)) throw new Error(`found ${shown(found)}, expected ${shown(expected)}`);
    };
    const throws = (action) => {
        try { action(); } catch { return; }
        throw new Error(`${action} did not throw`);
    };
    const test = (name, body) => {
        count += 1;
        try {
            body(lstmgallery, new lstmgallery.Network(network));
        } catch (error) {
            failures.push(`${name}: ${error}`);
        }
    };
    new Function("test", "equal", "throws", cases)(test, equal, throws);
    return {failures, count};
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the explorer's script."""
    page = browser.new_page()
    page.add_script_tag(content=explorer_script().decode())
    yield page
    page.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A small network of two layers as its page describes it."""
    small = small_network(tmp_path_factory.mktemp("small"), layers=2)
    places = [(layer, neuron) for layer in (1, 2) for neuron in range(1, small.units + 1)]
    return {
        **describe_network(small, random_weights(small, seed=3, scale=0.5)),
        "counts": [[0.5] * small.units] * 2,
        "largest": [[2.0] * small.units] * 2,
        "neurons": [{"layer": layer, "neuron": neuron, "role": "", "page": ""} for layer, neuron in places],
        "best": [1, 4],
        "longest_figure": "aaaXbbb",
        "held_out": [],
    }


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_cases_hold(page: Page, network: dict[str, Any], file: Any) -> None:
    done = page.evaluate(RUN, {"cases": file.read_text(encoding="utf-8"), "network": network})
    assert done["count"] == file.read_text(encoding="utf-8").count("\ntest(")
    assert done["failures"] == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_the_right_answers_are_those_of_every_sequence(page: Page, language: Language) -> None:
    sequences = list(language.sequences())
    found = page.evaluate(
        "([task, all]) => all.map((tokens) => lstmgallery.language.rightAnswers(task, tokens))",
        [language.kind, [[START, *sequence] for sequence in sequences]],  # type: ignore[attr-defined]
    )
    for sequence, answers in zip(sequences, found, strict=True):
        settled = zip([*sequence, END], language.determined(sequence), strict=True)
        assert answers == [token if is_settled else None for token, is_settled in settled], sequence


def test_numbers_and_shades_are_those_of_the_other_pages(page: Page) -> None:
    random = np.random.default_rng(4)
    values = [0.0, -0.0, 1.0, -1.0, 0.5, 99.97, -123.4, *random.normal(0, 3, 300).round(9).tolist()]
    got = page.evaluate(
        """(values) => values.map((value) => [lstmgallery.print.number(value), lstmgallery.print.brief(value),
            lstmgallery.print.shade("memory", value, -2.5, 2.5), lstmgallery.print.shade("gate", value, 0, 1)])""",
        values,
    )
    for value, found in zip(values, got, strict=True):
        shades = (shade("memory", value, low=-2.5, high=2.5), shade("gate", value, low=0, high=1))
        assert tuple(found) == (text.number(value), text.brief(value), *shades), value
    shares = [0.0, 1.0, 0.5, 0.9999, 0.0001, *random.random(200).tolist()]
    assert page.evaluate("(shares) => shares.map(lstmgallery.print.percent)", shares) == list(map(text.percent, shares))
    tokens = [START, END, " ", "\n", "\t", "a", "é", "\u0300", "\u202e", "\x00", "🎉", "<", "~"]
    assert page.evaluate("(tokens) => tokens.map(lstmgallery.print.glyph)", tokens) == list(map(text.glyph, tokens))


def test_the_weights_are_those_that_were_written(page: Page, network: dict[str, Any]) -> None:
    got = page.evaluate("(text) => Array.from(lstmgallery.decodeFloats(text))", network["weights"]["readout/kernel"])
    assert len(got) == 6 * 5
    assert json.dumps(got) == json.dumps([float(np.float32(value)) for value in got])
