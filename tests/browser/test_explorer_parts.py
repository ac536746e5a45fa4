"""The pure parts of the explorer's script, run in Chromium: the cases are in tests/js."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lstmgallery.press.marks import text
from lstmgallery.press.marks.palette import shade
from lstmgallery.press.marks.strips import ticks_between
from lstmgallery.press.marks.tokens import glyph
from lstmgallery.press.pages.explorer import describe_network
from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.language import Language
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.vocabulary import END, START
from tests.browser.conftest import parts_script
from tests.conftest import ROOT, random_weights, small_network
from tests.documents import AUTHORS, section, spans, table

CASES = sorted((ROOT / "tests" / "js").glob("*.js"))
LANGUAGES = [
    Counting(kind="counting", longest=12),
    SelectiveCounting(kind="selective-counting", longest=4, most_ignored=3),
    StateMemory(kind="state-memory", longest_wait=9),
    Copying(kind="copying"),
]
RUN = """async ({cases, network}) => {
    const failures = [];
    const tests = [];
    const shown = (value) => JSON.stringify(value, (_, each) => each === undefined ? "undefined" : each);
    const equal = (found, expected) => {
        if (shown(found) !== shown(expected)) throw new Error(`found ${shown(found)}, expected ${shown(expected)}`);
    };
    const throws = (action) => {
        try { action(); } catch { return; }
        throw new Error(`${action} did not throw`);
    };
    new Function("test", "equal", "throws", cases)((name, body) => tests.push([name, body]), equal, throws);
    for (const [name, body] of tests) {
        try {
            await body(lstmgallery, new lstmgallery.Network(structuredClone(network)));
        } catch (error) {
            failures.push(`${name}: ${error}`);
        }
    }
    return {failures, count: tests.length};
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the explorer's script."""
    page = browser.new_page()
    page.add_script_tag(content=parts_script())
    yield page
    page.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A small network of two layers, in the format of its page."""
    small = small_network(tmp_path_factory.mktemp("small"), layers=2)
    places = [(layer, neuron) for layer in (1, 2) for neuron in range(1, small.units + 1)]
    return {
        **describe_network(small, random_weights(small, seed=3, scale=0.5)),
        "counts": [[0.25 * layer * neuron for neuron in range(1, small.units + 1)] for layer in (1, 2)],
        "largest": [[1.0] * small.units, [2.0, 4.0, 1.0, 1.0, 1.0, 1.0]],
        "neurons": [{"layer": at, "neuron": neuron, "role": f"role {at}.{neuron}"} for at, neuron in places],
        "pages": "layer-{layer}/neuron-{neuron}.html",
        "measured_on": "3 sequences",
        "best": [1, 4],
        "longest_shown": "aaaXbbb",
        "held_out": [],
    }


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_cases_hold(page: Page, network: dict[str, Any], file: Any) -> None:
    done = page.evaluate(RUN, {"cases": file.read_text(encoding="utf-8"), "network": network})
    assert done["count"] == file.read_text(encoding="utf-8").count("\ntest(")
    assert done["failures"] == []


def test_every_address_in_the_documents_is_read(page: Page, network: dict[str, Any]) -> None:
    changes = [span for cell in table(AUTHORS, "change").column("change") for span in spans(cell)]
    pairs = [f"do={quote(','.join(changes))}", *(f"do={quote(change)}" for change in changes)]
    for cell, value in table(AUTHORS, "key", "value").rows:
        pairs += [f"{spans(cell)[0]}={span}" for span in spans(value) if "<" not in span and span != ","]
    pairs += [
        address.partition("#")[2] for address in spans(section(AUTHORS, "Link to the explorer")) if "#" in address
    ]
    for pair in pairs:
        state, notes, usual = page.evaluate(
            """([pair, data]) => {
                const network = new lstmgallery.Network(structuredClone(data));
                const {state, notes} = lstmgallery.address.parseAddress(pair, network);
                return [state, notes, lstmgallery.address.defaultState(network)];
            }""",
            [pair, network],
        )
        assert notes == [], pair
        assert state != usual, pair
    assert len(pairs) == len(changes) + 6


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_the_right_answers_are_those_of_every_sequence(page: Page, language: Language) -> None:
    sequences = list(language.sequences())
    found = page.evaluate(
        "([rule, all]) => all.map((tokens) => lstmgallery.language.rightAnswers(rule, tokens))",
        [asdict(language.rule), [[START, *sequence] for sequence in sequences]],
    )
    for sequence, answers in zip(sequences, found, strict=True):
        settled = zip([*sequence, END], language.determined(sequence), strict=True)
        assert answers == [token if is_settled else None for token, is_settled in settled], sequence


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_every_short_text_has_the_answer_of_the_sequences_that_begin_with_it(page: Page, language: Language) -> None:
    """After the delimiter, the token that all sequences continue with is right; other texts have no answer."""
    most = {4: 5, 6: 4}.get(len(language.letters), 7)
    texts = [
        "".join(letters) for size in range(most + 1) for letters in itertools.product(language.letters, repeat=size)
    ]
    following: dict[str, set[str]] = defaultdict(set)
    for sequence in language.sequences():
        for at in range(sequence.index(language.rule.delimiter) + 1, len(sequence) + 1):
            following[sequence[:at]].add(sequence[at : at + 1] or END)
    found = page.evaluate(
        "([rule, texts]) => texts.map((text) => lstmgallery.language.rightAnswers(rule, ['<start>', ...text]).at(-1))",
        [asdict(language.rule), texts],
    )
    expected = [next(iter(following[text])) if len(following.get(text, ())) == 1 else None for text in texts]
    assert len(set(expected)) > 2
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, expected, strict=True))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_every_text_has_the_answer_of_the_task(page: Page, language: Language) -> None:
    """Beyond the training range too: the task's answer to a prompt, as far as the text follows it."""
    random = np.random.default_rng(11)
    stretched = [each.prompt + each.answer for size in (1, 2, 17, 60) for each in language.stretched(size)]
    sequences = [*stretched, *(language.sample(random) for _ in range(100))]
    texts = []
    for sequence in sequences:
        at = int(random.integers(len(sequence) + 1))
        other = str(random.choice(language.letters))
        texts += [sequence, sequence[:at], sequence[:at] + other, sequence[:at] + other + sequence[at + 1 :]]
    found = page.evaluate(
        "([rule, texts]) => texts.map((text) => lstmgallery.language.rightAnswers(rule, ['<start>', ...text]).at(-1))",
        [asdict(language.rule), texts],
    )
    expected = []
    for text_read in texts:
        prompt, delimiter, _ = text_read.partition(language.rule.delimiter)
        whole = prompt + delimiter + language.rule.answer(prompt + delimiter)
        is_begun = delimiter and language.rule.is_followed(whole) and whole.startswith(text_read)
        expected.append((whole[len(text_read) :][:1] or END) if is_begun else None)
    assert expected.count(None) > 20
    assert len(set(expected)) > 2
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, expected, strict=True))


def mulberry(seed: int, count: int) -> list[float]:
    """Return numbers from 0 to 1, as mulberry32 by Tommy Ettinger does, in whole numbers below 2³²."""
    numbers = []
    for at in range(1, count + 1):
        state = (seed + at * 0x6D2B79F5) % 2**32
        mixed = (state ^ state >> 15) * (state | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        numbers.append((mixed ^ mixed >> 14) / 2**32)
    return numbers


@pytest.mark.parametrize("seed", [0, 1, 7, 999_999_999])
def test_random_numbers_are_those_of_mulberry32(page: Page, seed: int) -> None:
    script = "(seed) => { const random = lstmgallery.randomFrom(seed); return Array.from({length: 50}, random); }"
    assert page.evaluate(script, seed) == mulberry(seed, 50)


def test_ticks_are_those_of_the_other_pages(page: Page) -> None:
    random = np.random.default_rng(6)
    lows, widths = random.normal(0, 9, 60).round(4).tolist(), random.exponential(20, 60).round(4).tolist()
    spans = [(low, low + width, 2 + at % 6) for at, (low, width) in enumerate(zip(lows, widths, strict=True))]
    spans += [(0.0, 1.0, 4), (-1.0, 1.0, 5), (0.3, 0.9, 4), (2.0, 10.0, 3), (-0.5, 0.0, 6)]
    found = page.evaluate("(spans) => spans.map((span) => lstmgallery.dom.ticksBetween(...span))", spans)
    for (low, high, most), ticks in zip(spans, found, strict=True):
        assert ticks == pytest.approx(ticks_between(low, high, at_most=most), abs=1e-9)


def test_numbers_and_shades_are_those_of_the_other_pages(page: Page) -> None:
    random = np.random.default_rng(4)
    halves = [at / 80 for at in range(-240, 241)] + [at / 64 for at in range(-240, 241)] + [12.25, -99.75, 100.5, 101.5]
    values = [0.0, -0.0, 1.0, -1.0, 99.97, -123.4, *halves, *random.normal(0, 3, 300).round(9).tolist()]
    got = page.evaluate(
        """(values) => values.map((value) => [lstmgallery.print.number(value), lstmgallery.print.brief(value),
            lstmgallery.print.shade("memory", value, -2.5, 2.5), lstmgallery.print.shade("gate", value, 0, 1)])""",
        values,
    )
    for value, found in zip(values, got, strict=True):
        shades = (shade("memory", value, low=-2.5, high=2.5), shade("gate", value, low=0, high=1))
        assert tuple(found) == (text.number(value), text.brief(value), *shades), value
    shares = [0.0, 1.0, 0.9999, 0.0001, *(at / 400 for at in range(401)), *random.random(200).tolist()]
    assert page.evaluate("(shares) => shares.map(lstmgallery.print.percent)", shares) == list(map(text.percent, shares))
    tokens = [START, END, " ", "\n", "\t", "a", "é", "\u0300", "\u202e", "\x00", "🎉", "<", "~"]
    assert page.evaluate("(tokens) => tokens.map(lstmgallery.print.glyph)", tokens) == list(map(glyph, tokens))


def test_the_weights_are_those_that_were_written(page: Page, network: dict[str, Any]) -> None:
    got = page.evaluate("(text) => Array.from(lstmgallery.decodeFloats(text))", network["weights"]["readout/kernel"])
    assert len(got) == 6 * 5
    assert json.dumps(got) == json.dumps([float(np.float32(value)) for value in got])
