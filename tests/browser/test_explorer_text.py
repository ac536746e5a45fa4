"""The explorer of real text, in Chromium, from disk: a small network with made-up weights, and one of 2 x 128 units."""

import base64
import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lstmgallery.desk.reading import write_document
from lstmgallery.desk.reference import Reader
from lstmgallery.network import Network
from lstmgallery.press.marks.palette import shade
from lstmgallery.press.marks.text import percent
from lstmgallery.press.pages.explorer import weights_path
from lstmgallery.tasks.vocabulary import START, UNKNOWN
from tests.browser.conftest import NARROW, parts_script, settle
from tests.browser.test_accessibility import violations
from tests.browser.test_html import complaints
from tests.browser.text_pages import PASSAGES, describe, half_weights, text_network, write_explorer

RECORD_STATUS = """document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    const status = document.getElementById("loading");
    window.recorded = [];
    new MutationObserver(() => window.recorded.push(status.textContent)).observe(status, { childList: true });
});"""
UNREAD = ".text-line:not(:has(i))"
MOST_BYTES = 80_000  # of an explorer with everything it loads but the weights, compressed
STRANGE = [
    "</script><script>window.wasRun = 1</script>",
    "<img src=x onerror='window.wasRun = 1'>",
    '"><svg onload=window.wasRun=1>',
    "{{ 7 * 7 }}${window.wasRun = 1}",
    "a\u202eb\u2066c\u2069d\u200f",
    "one\u2028two\u2029three",
    "e\u0301\u0301\u0301 \u0300",
    "👩‍👩‍👧🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇸🇺",
    "שלום, العربية 12",
    "&lt;b&gt; &amp; %3Cscript%3E \ufffd\u0000",
]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return text_network(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def weights(network: Network) -> dict[str, np.ndarray]:
    return half_weights(network, seed=3, scale=0.8)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, network: Network, weights: dict[str, np.ndarray]) -> Path:
    """The page of the small network, which has its weights in its data."""
    return write_explorer(tmp_path_factory.mktemp("site"), network, weights)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a network of 2 x 128 units, which has its weights in a file of their own."""
    folder = tmp_path_factory.mktemp("large")
    network = text_network(folder, units=128)
    return write_explorer(folder / "site", network, half_weights(network, seed=1, scale=0.1))


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page from disk; the test fails on any complaint of the browser that it does not expect."""
    contexts: list[BrowserContext] = []
    found: list[str] = []

    def open_page(path: Path, fragment: str = "", *, width: int = 1280, expects: str = "^$") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: found.extend([message.text][: not re.search(expects, message.text)]))
        page.on("pageerror", lambda error: found.append(str(error)))
        page.goto(path.as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert found == []


def one_character(token: str) -> str:
    return "\ufffd" if token == UNKNOWN else token


def text_of(page: Page, run: str = "usual", *, written: bool = False) -> str:
    """Return the characters of a run in the running text, read or written, without the start token."""
    signs = page.locator(f"#passage-{run} .running i{'.written' if written else ':not(.written)'}").all_text_contents()
    return "".join(map(one_character, signs)).replace("\u00a0", " ").replace("↵", "\n").removeprefix("⊳")


def written(page: Page, run: str = "usual") -> str:
    """Return what the network wrote, once it has."""
    expect(page.locator("#written")).to_contain_text(re.compile("ended|without ending"))
    return text_of(page, run, written=True)


def expected_text(network: Network, weights: dict[str, np.ndarray], prompt: str, seed: int, temperature: float) -> str:
    vocabulary = network.task.vocabulary
    written = write_document(
        network.kind,
        weights,
        seed=seed,
        temperature=temperature,
        prompt=vocabulary.numbers(prompt),
        never=(vocabulary.index(START),),
    )
    return "".join(one_character(vocabulary[token]) for token in written.tokens)


def test_a_text_is_on_the_shades_of_the_signal(
    visit: Callable[..., Page], path: Path, network: Network, weights: dict[str, np.ndarray]
) -> None:
    text = "Is é it?\nçYes"  # one character is in no vocabulary
    page = visit(path, f"#text={quote(text)}&layer=1&neuron=4&signal=hidden")
    expect(page.locator("#passage-usual .running i")).to_have_count(1 + len(text))
    reader = Reader(network, weights, rows=1)
    shades = []
    for token in network.task.vocabulary.numbers([START, *text]):
        reader.read(np.array([token]))
        shades.append(shade("memory", reader.signals[0]["hidden"][0, 3], low=-1, high=1))
    cells = page.locator("#passage-usual .running i").all()
    assert [(cell.get_attribute("class") or "").split()[0] for cell in cells] == shades
    assert len(set(shades)) > 5
    assert text_of(page) == text
    lines = page.locator("#passage-usual .text-line")
    assert lines.all_text_contents() == ["⊳Is\u00a0é\u00a0it?↵", "çYes"]
    assert page.evaluate("lstmgallery.read('ç').tokens") == ["<start>", "<unknown>"]
    assert "never seen ç and reads it as <unknown>" in page.locator("#notes").inner_text()


def test_typing_and_editing_show_what_would_be_drawn_anew(visit: Callable[..., Page], path: Path) -> None:
    page = visit(path, "#text=")
    box = page.locator("#text")
    box.press_sequentially("A word, a longer sentence and a line")
    box.press("Enter")
    box.press_sequentially("b")
    box.press("Control+Home")
    box.press_sequentially("xy ")
    for _ in range(3):
        box.press("Control+End")
        box.press("Backspace")
    box.press("Control+Home")
    box.press("Delete")
    box.press_sequentially("Z")  # the lines after it look the same, except for their shades
    box.press("Control+End")
    box.press("Enter")
    box.press_sequentially("End")
    box.press("Control+Home")
    box.press("Delete")
    box.press_sequentially("x")
    text = "xy A word, a longer sentence and a lin\nEnd"
    read = "() => document.querySelector('#passage-usual .running').innerHTML"
    expect(page.locator("#passage-usual .running i")).to_have_count(1 + len(text))
    assert text_of(page) == text
    page.wait_for_function("(text) => decodeURIComponent(location.hash) === '#text=' + text", arg=text)
    drawn = page.evaluate(read)
    page.reload()
    expect(page.locator("#passage-usual .running i")).to_have_count(1 + len(text))
    assert page.evaluate(read) == drawn


def test_the_next_characters_are_listed_with_their_probabilities(visit: Callable[..., Page], path: Path) -> None:
    page = visit(path, "#text=the%20cat&step=3")
    probabilities = page.evaluate("lstmgallery.read('the cat').probabilities[3]")
    tokens = page.evaluate("lstmgallery.data.vocabulary")
    best = sorted(range(len(tokens)), key=lambda token: -probabilities[token])[:8]
    rows = page.locator("#passage-usual .following tbody tr")
    expect(rows).to_have_count(8)
    assert page.locator("#passage-usual .following td:last-child").all_inner_texts() == [
        percent(probabilities[token]) for token in best
    ]
    page.locator("#passage-usual .running i").nth(6).click()
    expect(page.locator("#passage-usual .next h3")).to_have_text("After ⊳the␣ca")
    expect(page.locator("#value")).to_contain_text("At step 6, reading “a”, the cell state of neuron 2 of layer 2 is")
    assert "step=6" in page.url
    page.locator("#passage-usual .running").press("ArrowLeft")
    expect(page.locator("#value")).to_contain_text("At step 5")


@pytest.mark.parametrize("temperature", [0, 0.7, 1.5])
def test_a_seed_gives_the_same_text_here_as_in_the_lab(
    visit: Callable[..., Page], path: Path, network: Network, weights: dict[str, np.ndarray], temperature: float
) -> None:
    for seed in (7, 999_999_999) if temperature else (1,):
        page = visit(path, f"#text=It%20is&write={f'{temperature}~{seed}' if temperature else 'greedy'}")
        text = written(page)
        assert text == expected_text(network, weights, "It is", seed, temperature)
        assert len(text) <= 280


def test_what_the_network_wrote_is_marked_where_it_is_shown_and_copied(visit: Callable[..., Page], path: Path) -> None:
    copied = """([first, last]) => {
        const cells = document.querySelectorAll("#passage-usual .running i");
        const range = document.createRange();
        range.setStart(cells[first], 0);
        range.setEnd(cells[last], 1);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        const event = new ClipboardEvent("copy", {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
        cells[first].dispatchEvent(event);
        return event.clipboardData.getData("text/plain");
    }"""
    page = visit(path, "#text=It%20is&write=1~7")
    text = written(page)
    label = "Written by the neural network “Made-up” at temperature 1, seed 7, not by a person"
    assert page.locator("#passage-usual .by-network").inner_text() == label + ":"
    assert page.evaluate(copied, [1, 5]) == "It is"
    assert page.evaluate(copied, [4, 7]) == f"is{text[:2]}\n\n[{label}. {page.url}]".replace("\ufffd", UNKNOWN)
    heads = page.locator("#without .reads .written")
    assert "written by the network" in (heads.first.get_attribute("aria-label") or "")
    assert page.get_by_role("button", name="Insert into text").count() == 0
    page.get_by_role("button", name="New seed").click()
    expect(page.locator("#passage-usual .by-network")).to_contain_text("seed 8")
    assert written(page) != text
    assert "write=1~8" in unquote(page.url)


def test_a_neuron_is_held_and_the_text_changes_beside_the_unchanged_one(
    visit: Callable[..., Page], path: Path, network: Network, weights: dict[str, np.ndarray]
) -> None:
    page = visit(path, "#text=It%20is&write=1~7&neuron=5&layer=1")
    page.locator("#amount").fill("0")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#written")).to_contain_text("With it:")
    usual, changed = written(page), written(page, "changed")
    assert usual == expected_text(network, weights, "It is", 7, 1)
    apart = next(at for at, (one, other) in enumerate(zip(usual, changed, strict=False)) if one != other)
    where = f"character {apart + 1}" if apart else "the first character"
    assert f"They differ from {where} on." in page.locator("#written").inner_text()
    assert page.locator("#passage-changed .by-network").is_visible()
    classes = page.locator("#passage-changed i").evaluate_all("(cells) => cells.map((cell) => cell.classList[0])")
    assert set(classes[1:]) == {"m20"}
    page.get_by_role("button", name="Remove: ").click()
    expect(page.locator("#passage-changed")).to_be_hidden()


def test_a_page_is_readable_before_its_weights_arrive_and_says_if_they_do_not(
    visit: Callable[..., Page], large: Path
) -> None:
    file = large.parent / Path(weights_path("text")).name
    page = visit(large)
    expect(page.locator("#passage-usual .running i")).to_have_count(1 + len(max(PASSAGES, key=len)))
    assert page.locator("#loading").inner_text() == ""
    page.add_init_script(RECORD_STATUS)
    page.reload()
    expect(page.locator("#passage-usual .running i")).to_have_count(1 + len(max(PASSAGES, key=len)))
    assert page.evaluate("window.recorded") == ["The network’s weights are loading.", ""]
    held = file.with_suffix(".held")
    file.rename(held)
    try:
        page = visit(large, "#text=A%20text%2C&write=1~1", expects="ERR_FILE_NOT_FOUND")
        expect(page.locator("#loading")).to_contain_text("could not be loaded")
        file.write_text("window.lstmgallery.other = 1;\n", encoding="utf-8")
        other = visit(large)
        expect(other.locator("#loading")).to_contain_text("could not be loaded")
    finally:
        held.rename(file)
    assert page.locator("#passage-usual .running").inner_text() == "⊳A\u00a0text,"
    assert page.locator("#role").inner_text() == "Its cell state tends to follow thing 2."
    page.locator("#text").fill("Another")
    expect(page.locator("#passage-usual .running")).to_have_text("⊳Another")


def test_a_long_text_is_read_in_slices_and_comes_to_the_same(visit: Callable[..., Page], large: Path) -> None:
    page = visit(large, "#text=a")
    expect(page.locator("#passage-usual .running i")).to_have_count(2)
    text = "The quick brown fox, 12 jumps. " * 20
    at_once = page.evaluate(
        """(text) => {
            const box = document.getElementById("text");
            box.value = text;
            box.dispatchEvent(new Event("input"));
            return document.querySelectorAll("#passage-usual .running i[class]").length;
        }""",
        text,
    )
    assert at_once < 100
    expect(page.locator(f"#passage-usual {UNREAD}")).to_have_count(0)
    expect(page.locator("#passage-usual .running i[class]")).to_have_count(1 + len(text))
    last = page.locator("#passage-usual .running i").last
    value = page.evaluate("(text) => lstmgallery.read(text).signals.cell[1].at(-1)[1]", text)
    assert (last.get_attribute("class") or "").split() == [shade("memory", value, low=-1, high=1)]
    box = page.locator("#text")
    box.press("Control+Home")
    box.press_sequentially("x")
    strip = "() => [...document.querySelectorAll('#without td, #without th')].map((cell) => cell.outerHTML)"
    whole = page.evaluate("(text) => lstmgallery.read(text).signals.cell[1].map((values) => values[1])", f"x{text}")
    page.wait_for_function("() => decodeURIComponent(location.hash).startsWith('#text=xThe')")
    edited = strip_of(page, whole).evaluate(strip)
    page.evaluate("scrollTo(0, 0)")
    page.reload()
    assert strip_of(page, whole).evaluate(strip) == edited


def strip_of(page: Page, memory: list[float]) -> Page:
    """Return the page once its strip shows the text from its x on and the memory to its end, not only what is read."""
    course = f"Cell state from {memory[0]:.2f} to {memory[-1]:.2f}, "
    expect(page.locator("#without .reads th[scope=col]").nth(1)).to_have_text("x")
    expect(page.locator("#without .line")).to_have_attribute("aria-label", re.compile(f"^{re.escape(course)}"))
    expect(page.locator("#without .unread")).to_have_count(0)
    settle(page)
    return page


def test_slices_of_any_length_come_to_the_same_reading(browser: Browser, network: Network) -> None:
    page = browser.new_page()
    page.add_script_tag(content=parts_script())
    weights = half_weights(network, seed=5, scale=0.8)
    same = page.evaluate(
        """([data, text]) => {
            const network = new lstmgallery.Network(data);
            const write = {temperature: 1, seed: 4};
            const changes = [lstmgallery.changes.parseChange("1.2.cell=0@3", network)];
            const run = () => ({reading: new lstmgallery.Reading(network), columns: [], answers: [], written: []});
            const runs = {usual: run(), changed: run()};
            const reader = new lstmgallery.text.SlicedReader(network, 50);
            let slices = 0;
            let result;
            do {
                result = reader.read(runs, {text, changes, write}, 0);
                slices += 1;
                if (slices === 9) reader.read(runs, {text: text.slice(0, 5), changes: [], write}, 0);
            } while (result.isPending && slices < 1000);
            const valuesOf = (signals) => Object.values(signals).map((all) => [...all]);
            const values = ({steps}) => steps.map(({layers}) => layers.map(valuesOf));
            return Object.entries(runs).map(([key, {reading, written}]) => {
                const whole = new lstmgallery.Reading(network);
                whole.read([...text].map((each) => network.tokenOf(each)), key === "usual" ? [] : changes);
                const pen = lstmgallery.writeOn(whole, write, 50);
                return JSON.stringify([pen.written, values(whole)]) === JSON.stringify([written, values(reading)]);
            }).concat(slices);
        }""",
        [describe(network, weights), "Some text that is read."],
    )
    page.close()
    assert same[:2] == [True, True]
    assert same[2] > 20


def test_every_half_is_decoded_exactly(browser: Browser) -> None:
    halves = np.arange(2**16, dtype="<u2").view("<f2")
    halves = halves[np.isfinite(halves)]
    page = browser.new_page()
    page.add_script_tag(content=parts_script())
    got = page.evaluate(
        "(text) => [...lstmgallery.text.decodeHalves(text)].map((value) => Object.is(value, -0) ? '-0' : value)",
        base64.b64encode(halves.tobytes()).decode(),
    )
    page.close()
    found = np.array([-0.0 if value == "-0" else value for value in got], np.float32)
    assert found.tobytes() == halves.astype(np.float32).tobytes()


def test_strange_text_is_shown_as_text(visit: Callable[..., Page], path: Path) -> None:
    page = visit(path)
    for text in STRANGE:
        page.locator("#text").fill(text)
        kept = page.locator("#text").input_value()
        signs = page.locator("#passage-usual .running i")
        expect(signs).to_have_count(1 + len(kept))
        shown = signs.all_text_contents()[1:]
        for character, sign in zip(kept, shown, strict=True):
            is_invisible = unicodedata.category(character)[0] in "CM" or character in "\u2028\u2029"
            assert sign == f"U+{ord(character):04X}" if is_invisible else len(sign) == 1, character
    for text in STRANGE:
        fragment = f"#text={quote(text)}&filter={quote(text)}&write=1~1"
        page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        expect(page.locator("#filter")).to_have_value(re.sub(r"[\r\n]", "", text))
        written(page)
        assert page.evaluate("window.wasRun") is None
        assert page.locator("main").locator("img, script, svg[onload], b b").count() == 0
    page = visit(path, f"#text={quote(STRANGE[8])}")
    lefts = page.locator("#passage-usual .running i").evaluate_all(
        "(cells) => cells.map((cell) => cell.getBoundingClientRect().left)"
    )
    assert lefts == sorted(lefts)


@pytest.mark.parametrize(
    "hostile",
    ["#layer=7&neuron=129", "#text=%E0%A4%A", "#write=99~1", "#write=1~-1", "#do=9.9.cell=1@1", "#__proto__=1"],
)
def test_a_hostile_address_gives_the_default_view_and_a_note(
    visit: Callable[..., Page], path: Path, hostile: str
) -> None:
    page = visit(path, hostile)
    assert text_of(page) == max(PASSAGES, key=len)
    assert "is ignored" in page.locator("#notes").inner_text()


def test_neurons_are_chosen_by_number_and_found_by_role(visit: Callable[..., Page], path: Path) -> None:
    page = visit(path)
    page.locator("#neuron").fill("5")
    page.locator("#neuron").press("Enter")
    expect(page.locator("#neuron-heading")).to_have_text("Neuron 5 of layer 2")
    assert (page.locator("#neuron-page").get_attribute("href") or "").endswith("text/layer-2/neuron-5.html")
    page.locator("#neuron").fill("77")
    page.locator("#neuron").press("Enter")
    expect(page.locator("#neuron")).to_have_value("2")
    page.locator("#filter").fill("thing 6")
    expect(page.get_by_role("radio")).to_have_count(1)


def test_examples_are_passages_and_texts_that_the_network_writes(visit: Callable[..., Page], path: Path) -> None:
    page = visit(path)
    page.get_by_role("button", name="Is it?").click()
    expect(page.locator("#text")).to_have_value(PASSAGES[2])
    page.get_by_role("link", name="a text written by the network").click()
    assert len(written(page)) > 0
    assert text_of(page) == ""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (NARROW, "dark")])
def test_the_page_is_accessible_and_valid(visit: Callable[..., Page], path: Path, width: int, scheme: str) -> None:
    page = visit(path, "#write=1~7&do=1.5.cell%3D0%401", width=width)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    written(page)
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    if width == NARROW:
        assert complaints(path) == []


def test_without_script_the_page_shows_a_strip(browser: Browser, path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator(".without-script .strip").is_visible()
    assert not page.locator("#explorer").is_visible()
    context.close()


def test_an_explorer_weighs_less_than_80_kilobytes_and_its_weights(large: Path) -> None:
    files = [file for file in large.parent.parent.rglob("*") if file.is_file()]
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    print(sizes)
    assert sum(size for name, size in sizes.items() if name != "text.weights.js") < MOST_BYTES
