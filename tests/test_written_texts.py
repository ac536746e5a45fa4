"""What figures show of networks of real text: passages, texts that they wrote, and whether these are copies."""

import csv
import dataclasses
import io
import json
import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from lstmgallery.build import build_gallery
from lstmgallery.comparing import compare_networks, writings_of
from lstmgallery.copies import Comparison, copies_path, hash_text, read_copies, write_copies
from lstmgallery.desk.reading import write_document
from lstmgallery.desk.reference import read_signals
from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError
from lstmgallery.network import read_network
from lstmgallery.origin import Origin
from lstmgallery.pinning import describe
from lstmgallery.pins import Curve, pin_path, write_pin
from lstmgallery.press.figures.which import choose_passage
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.press.marks.palette import shade
from lstmgallery.press.marks.passage import LINE, break_lines
from lstmgallery.press.marks.running import Run
from lstmgallery.project import Project
from tests.browser.test_html import complaints
from tests.conftest import Record, random_weights
from tests.press.conftest import FRONT as HEAD
from tests.press.conftest import figure

LINES = [f"the {word} {number} sat on the mat <b>&amp; slept" for number in range(30) for word in ("cat", "dog", "owl")]
NETWORK = """\
---
title: Mats
summary: Reads of mats.
task:
  kind: text
  corpus: {kind: files, path: mats.txt}
  features: [{key: in_number, pattern: '\\d+', words: inside a number}]
units: 6
layers: 2
figures: ['the cat 3 sat', 'on the mat']
---

Text.
"""
BLOCKS = {
    "own": "kind: passage\nneuron: mats 2.3\nsignal: input_gate\ntexts: [\"the cat\\nsat <b>on</b> 12\", 'a mat']",
    "found": "kind: passage\nneuron: mats best(in_number)\npassages: strongest",
    "parted": "kind: histogram\nneuron: mats 1.2\nfeature: in_number",
    "made": "kind: written\nnetwork: mats\nstart: the c\nseeds: [3, 11]\ntemperature: 0.8",
    "game": "kind: which\nnetwork: mats\nseeds: [4, 9, 10]",
}
BODY = "".join(figure(name, block) for name, block in BLOCKS.items())
WRITEUP = HEAD.format(title="Mats", day="2026-01-02", order=1) + BODY


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A gallery of a network of text with made-up weights, pinned, and a write-up with every figure of text."""
    root = tmp_path_factory.mktemp("mats")
    content = root / "content"
    (content / "networks").mkdir(parents=True)
    (content / "writeups").mkdir()
    (root / "mats.txt").write_text("\n".join(LINES), encoding="utf-8")
    (content / "site.yaml").write_text("title: T\ntagline: T\ndescription: T\n", encoding="utf-8")
    file = content / "networks" / "mats.md"
    file.write_text(NETWORK, encoding="utf-8")
    network, _ = read_network(file)
    weights, untrained = (random_weights(network, seed=seed, scale=0.9) for seed in (1, 2))
    curve = Curve(step=(1,), characters=(1,), training_bits=(2.0,), validation_bits=(2.0,))
    assert network.task.text is not None
    corpus = network.task.text.corpus
    assert corpus is not None
    described = describe(
        network, weights, untrained, criterion=None, curve=curve, origin=Origin.here({}), today=date(2026, 1, 1)
    )
    record = {
        "place": corpus.place,
        "sha256": corpus.fingerprint,
        "training": 1,
        "validation": 1,
        "held_out": 1,
        "training_characters": 1,
        "held_out_characters": 1,
        "unknown_share": 0.0,
        "bits": 2.0,
        "untrained_bits": 6.0,
        "ngrams": {3: 2.5},
        "best_step": 1,
    }
    header = type(described).model_validate({**described.model_dump(), "corpus": record})
    write_pin(pin_path(content, "mats"), header, weights, untrained)
    (content / "writeups" / "mats.md").write_text(WRITEUP, encoding="utf-8")
    return Project(content, root / "build", root / "site")


@pytest.fixture(scope="module")
def first_build(project: Project) -> Record:
    """The build before anything was compared."""
    said = Record([], [])
    build_gallery(project, said)
    return said


@pytest.fixture(scope="module")
def unchecked(project: Project, first_build: Record) -> str:  # noqa: ARG001
    """The page of the write-up before anything was compared."""
    return (project.site / "writeups" / "mats.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def printed(project: Project, unchecked: str) -> dict[tuple[str, int], str]:  # noqa: ARG001
    """What the command compared, by start and seed; the site is built again afterwards."""
    (record,) = compare_networks(project.content, project.build, (), Record([], []))
    build_gallery(project, Record([], []), strict=True)
    return {(compared.start, compared.seed): text for compared, text in record.texts}


@pytest.fixture(scope="module")
def page(project: Project, printed: object) -> LexborHTMLParser:  # noqa: ARG001
    return LexborHTMLParser((project.site / "writeups" / "mats.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def results(project: Project, printed: object) -> Results:  # noqa: ARG001
    network, _ = read_network(project.content / "networks" / "mats.md")
    return read_results(network, project.build / "mats", with_seeds=False)


def numbers(project: Project, name: str) -> list[dict[str, str]]:
    """Return the published numbers of a figure."""
    text = (project.site / "writeups" / "mats" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def running(node: LexborNode | None) -> list[tuple[str, str]]:
    """Return each character of running text with the class of its shade; a line break has a sign before it."""
    assert node is not None
    spans = node.css("span")
    return [(each, span.attributes.get("class") or "") for span in spans for each in span.text().replace("↵\n", "↵")]


def test_a_passage_of_the_author_s_is_shaded_by_the_signal_after_each_character(
    page: LexborHTMLParser, results: Results, project: Project
) -> None:
    text = "the cat\nsat <b>on</b> 12"
    values = read_signals(results.network, results.weights, [text])[1]["input_gate"][1:, 2]
    shown = running(page.css_first("#own .running"))
    assert "".join(each for each, _ in shown) == text.replace("\n", "↵")
    assert [name for _, name in shown] == [shade("gate", value, low=0, high=1) for value in values]
    rows = [row for row in numbers(project, "own") if row["sequence"] == text]
    assert "".join(row["token"] for row in rows) == text
    assert [float(row["input_gate"]) for row in rows] == pytest.approx(values, rel=1e-5)


def test_a_passage_that_is_read_is_a_part_of_one_around_the_place(project: Project, results: Results) -> None:
    assert results.text is not None
    rows = numbers(project, "found")
    layer, neuron = int(rows[0]["layer"]), int(rows[0]["neuron"])
    found = results.text.contexts[layer, neuron]
    for place in found[found["kind"] == "strongest"].itertuples():
        passage = results.text.passages[place.passage]
        of_place = [row for row in rows if row["sequence"] == passage]
        steps = [int(row["step"]) for row in of_place]
        assert steps == list(range(steps[0], steps[-1] + 1))
        assert place.step in steps
        assert [row["token"] for row in of_place] == list(passage[steps[0] - 1 : steps[-1]])
    size = max(abs(float(row["cell"])) for row in rows)
    assert size == pytest.approx(np.abs(results.trained.layers[layer - 1]["cell"][:, neuron - 1]).max(), rel=1e-4)


def test_a_histogram_counts_the_steps_inside_a_feature_and_outside(project: Project, results: Results) -> None:
    rows = numbers(project, "parted")
    values = results.trained.layers[0]["cell"][:, 1]
    inside = (results.trained.steps["in_number"] == "yes").to_numpy()
    assert sum(int(row["inside"]) for row in rows) == inside.sum()
    assert sum(int(row["outside"]) for row in rows) == (~inside).sum()
    for row in rows[1:-1]:
        is_here = (values >= float(row["from"])) & (values < float(row["to"]))
        assert abs((is_here & inside).sum() - int(row["inside"])) <= 1  # the edges have six digits
        assert abs((is_here & ~inside).sum() - int(row["outside"])) <= 1


def test_a_written_text_is_the_one_of_its_seed_marked_and_led_on_from(
    page: LexborHTMLParser, results: Results, printed: dict[tuple[str, int], str]
) -> None:
    vocabulary = results.network.task.vocabulary
    for seed, quoted in zip((3, 11), page.css("#made blockquote"), strict=True):
        written = write_document(
            results.network.kind,
            results.weights,
            seed=seed,
            temperature=0.8,
            prompt=vocabulary.numbers("the c"),
        )
        text = "".join(vocabulary[token] for token in written.tokens)
        assert printed["the c", seed] == text
        shown = quoted.css_first(".running")
        assert shown is not None
        ends = "" if written.has_ended else "…"
        assert shown.text().replace("↵\n", "\n") == f"the c{text}{ends}"
        assert f"Written by the neural network Mats, not by a person; seed {seed}, temperature 0.8" in quoted.text()
        link = quoted.css_first("a")
        assert link is not None
        assert link.attributes["href"] == f"../explorer/mats.html#text=the%20c&write=0.8~{seed}"


@pytest.mark.parametrize(("figure", "start"), [("made", "the c"), ("game", "")])
def test_numbers_of_a_figure_say_that_a_network_wrote_the_text(
    project: Project, printed: dict[tuple[str, int], str], figure: str, start: str
) -> None:
    rows = numbers(project, figure)
    assert rows
    for row in rows:
        assert row["written_by_network"].replace("\\n", "\n") == printed[start, int(row["seed"])]
        assert row["network"] == "mats"


def test_a_game_shows_each_text_beside_one_that_is_read(
    page: LexborHTMLParser, results: Results, printed: dict[tuple[str, int], str]
) -> None:
    assert results.text is not None
    pairs = page.css("#game fieldset")
    answers = page.css("#game details li")
    assert len(pairs) == len(answers) == 3
    for seed, pair, answer in zip((4, 9, 10), pairs, answers, strict=True):
        shown = [each.text().replace("↵\n", "\n") for each in pair.css(".running")]
        right = pair.attributes["data-answer"]
        assert right in ("A", "B")
        assert shown["AB".index(right)] == printed["", seed]
        assert shown[1 - "AB".index(right)] in results.text.passages
        assert re.match(rf"{right}\. Written by the neural network Mats, seed {seed}\.", answer.text())
        inputs = pair.css("input[type=radio]")
        assert [each.attributes["value"] for each in inputs] == ["A", "B"]
        assert len({each.attributes["name"] for each in inputs}) == 1
        assert not pair.css("input[checked], input[disabled]")
    assert len({pair.css_first("input").attributes["name"] for pair in pairs}) == 3  # type: ignore[union-attr]


def test_pages_with_figures_of_text_are_valid(project: Project, page: object) -> None:  # noqa: ARG001
    files = [project.site / "writeups" / "mats.html", *(project.site / "writeups" / "mats").glob("*.html")]
    assert len(files) == 1 + len(BLOCKS)
    assert complaints(*files) == []


def test_texts_that_nobody_compared_are_marked_and_a_strict_build_refuses_them(
    project: Project, first_build: Record, unchecked: str
) -> None:
    page = LexborHTMLParser(unchecked)
    said = [each.text() for each in page.css("#made blockquote, #game .part-title")]
    assert len([each for each in said if "Not compared with its training texts." in each]) == 3
    warned = [str(problem) for problem in first_build.problems]
    assert len([each for each in warned if "lstmgallery copies mats" in each]) == 2
    record = copies_path(project.content, "mats")
    kept = record.read_bytes()
    record.unlink()
    try:
        with pytest.raises(GalleryError, match="texts compared with the training texts of mats"):
            build_gallery(project, Record([], []), strict=True)
    finally:
        record.write_bytes(kept)


def test_the_record_says_what_is_copied_and_holds_nothing_of_the_corpus(
    project: Project, page: LexborHTMLParser, printed: dict[tuple[str, int], str]
) -> None:
    file = copies_path(project.content, "mats")
    copies = read_copies(file)
    network, _ = read_network(project.content / "networks" / "mats.md")
    assert network.task.text is not None
    assert network.task.text.corpus is not None
    training = network.task.text.corpus.training
    assert len(copies.texts) == 5
    for compared in copies.texts:
        text = printed[compared.start, compared.seed]
        assert (compared.sha256, compared.characters) == (hash_text(text), len(text))
        runs = [text[a:b] for a in range(len(text)) for b in range(a + 1, len(text) + 1) if b - a <= 40]
        assert compared.longest == max((len(run) for run in runs if any(run in each for each in training)), default=0)
    first = copies.find(copies.texts[0].writing)
    assert first is not None
    assert f"in a training text: {first.longest} of {first.characters} characters" in page.html  # type: ignore[operator]
    assert "sat on" not in file.read_text(encoding="utf-8")
    (asked,) = writings_of(read_content(project.content)).values()
    assert [each.seed for each in asked] == [3, 11, 4, 9, 10]


def refused(project: Project) -> list[str]:
    with pytest.raises(GalleryError) as raised:
        read_content(project.content)
    return [str(problem) for problem in raised.value.problems]


def test_a_game_refuses_a_text_that_is_a_copy(project: Project, page: object) -> None:  # noqa: ARG001
    file = copies_path(project.content, "mats")
    kept, copies = file.read_bytes(), read_copies(file)
    texts = tuple(each.model_copy(update={"longest": each.characters}) for each in copies.texts)
    write_copies(file, copies.model_copy(update={"texts": texts}))
    try:
        found = refused(project)
        assert len(found) == 3  # the seeds of the game, not those of the texts written
        assert "seed 9: expected a text of the network's own, found a copy" in found[1]
        read_content(project.content, comparing=True)
    finally:
        file.write_bytes(kept)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("kind: passage\nneuron: mats 1.1", "expected one of the keys 'texts' and 'passages', found neither"),
        ("kind: passage\nneuron: mats 1.1\ntexts: ['']", "expected a text of 1 to 1000 characters, found 0"),
        ("kind: passage\nneuron: mats 1.1\nsignal: cel\ntexts: [a]", "expected a signal of mats, found 'cel'"),
        ("kind: histogram\nneuron: mats 1.1\nfeature: in_link", "expected a feature of the task, found 'in_link'"),
        ("kind: histogram\nneuron: mats 1.1\nfeature: position_in_word", "expected a feature that holds or not"),
        ("kind: written\nnetwork: mats layer 2\nseeds: [1]", "expected a network, found the layer 'mats layer 2'"),
        ("kind: which\nnetwork: mats\nseeds: []", "seeds"),
    ],
)
def test_mistakes_are_reported_at_their_place(
    project: Project,
    page: object,  # noqa: ARG001
    block: str,
    message: str,
) -> None:
    file = project.content / "writeups" / "wrong.md"
    file.write_text(HEAD.format(title="Wrong", day="2026-01-02", order=2) + figure("f", block), encoding="utf-8")
    try:
        found = refused(project)
    finally:
        file.unlink()
    assert [each for each in found if message in each and "wrong.md:" in each], found


def test_damaged_records_and_corpora_are_one_clear_error(project: Project, page: object) -> None:  # noqa: ARG001
    file = copies_path(project.content, "mats")
    kept = file.read_bytes()
    try:
        file.write_text(json.dumps({**json.loads(kept), "weights": "x"}), encoding="utf-8")
        assert "mats.copies.json: expected a record written by lstmgallery copies; weights" in refused(project)[0]
    finally:
        file.write_bytes(kept)
    corpus = project.content.parent / "mats.txt"
    text = corpus.read_text(encoding="utf-8")
    corpus.write_text(text.replace("owl", "fox"), encoding="utf-8")
    try:
        with pytest.raises(GalleryError, match="expected the corpus that mats was trained on"):
            list(compare_networks(project.content, project.build, ("mats",), Record([], [])))
    finally:
        corpus.write_text(text, encoding="utf-8")


@given(st.lists(st.text("abc ", min_size=1), min_size=1, max_size=4), st.text("abc ", max_size=30))
def test_the_longest_run_is_the_longest_common_substring(training: list[str], text: str) -> None:
    runs = {text[a:b] for a in range(len(text)) for b in range(a + 1, len(text) + 1)}
    expected = max((len(run) for run in runs if any(run in each for each in training)), default=0)
    assert Comparison(tuple(training)).longest_run(text) == expected


def test_a_margin_is_how_far_a_choice_is_from_another(results: Results) -> None:
    network, weights = results.network, results.weights
    one = write_document(network.kind, weights, seed=9, at_most=1)
    assert 0 < one.margin < 1
    longer = write_document(network.kind, weights, seed=9, at_most=50)
    assert longer.margin <= one.margin
    # A change of all logits by far less than the margin leaves every choice as it was.
    changed = {**weights, "readout/bias": weights["readout/bias"] * (1 + 1e-9)}
    again = write_document(network.kind, changed, seed=9, at_most=50)
    assert dataclasses.replace(again, margin=longer.margin) == longer


@given(st.text("ab \n", min_size=1, max_size=400))
def test_lines_of_a_download_hold_the_whole_text(text: str) -> None:
    lines = [*break_lines([Run("m1", text)])]
    found = ["".join(piece.text for piece in line) for line in lines]
    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(len(line) <= LINE for line in found)


def test_the_other_text_of_a_pair_is_about_as_long_and_not_shown_twice() -> None:
    passages = ["x" * size for size in (10, 20, 95, 100, 105, 300)]
    text = "y" * 100
    first = choose_passage(passages, text, (), seed=1)
    second = choose_passage(passages, text, {first}, seed=1)
    assert {len(first), len(second)} < {95, 100, 105}
    assert first != second
    assert choose_passage(["x", "xxxx"], text, (), seed=1) == "xxxx"
