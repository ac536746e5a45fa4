"""A network of real text from its corpus to its pages, its pin, and back; hostile text is only text."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from lstmgallery import store
from lstmgallery.build import build_gallery
from lstmgallery.desk.reading import count_bits
from lstmgallery.desk.results import Results, read_results
from lstmgallery.errors import GalleryError
from lstmgallery.lab.text_spec import TextSpec
from lstmgallery.network import Network, read_network
from lstmgallery.pinning import pin_networks
from lstmgallery.pins import read_pin
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from lstmgallery.search import parse_recipes, parse_wanted, pin_winner, search
from lstmgallery.tasks.texts.corpus import encode_documents
from lstmgallery.tasks.texts.ngrams import kneser_ney
from lstmgallery.tasks.texts.task import STORED_SEQUENCES
from lstmgallery.tasks.texts.truths import patterns
from tests.conftest import Record, run_python
from tests.test_scaffold import DAY

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)//",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202etxt.exe\u202c",
    "a\u2028b\u2029c",
    "e\u0301\u0301\u0301",
    "\U0001f469\u200d\U0001f680\U0001f469\u200d\U0001f680",
    "]]><!--<b>",
    "&lt;b&gt; &amp;amp;",
)
LINES = [f'{PAYLOADS[number % len(PAYLOADS)]} and "so on" {number}' for number in range(300)]
TAIL = "auc of cell with in_tail=yes"
FRONT = """\
---
title: Mine
summary: Reads lines.
task:
  kind: text
  corpus: {kind: files, path: mine.txt}
  features: [{key: in_tail, pattern: '\\d+$', words: inside the number at the end}]
units: 5
layers: 2
training: {steps: 30, batch: 8, window: 16}
figures: ['<b>and "so on"</b> 7', 'a 12']
---

Text.
"""


def folders(root: Path) -> Project:
    """Write a gallery with one network of text, and return its folders."""
    (root / "content" / "networks").mkdir(parents=True)
    (root / "mine.txt").write_text("\n".join(LINES), encoding="utf-8")
    (root / "content" / "networks" / "mine.md").write_text(FRONT, encoding="utf-8")
    (root / "content" / "site.yaml").write_text("title: T\ntagline: T\ndescription: T\n", encoding="utf-8")
    return Project(root / "content", root / "build", root / "site")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    built = folders(tmp_path_factory.mktemp("text"))
    build_gallery(built, Record([], []))
    return built


@pytest.fixture(scope="module")
def network(project: Project) -> Network:
    return read_network(project.content / "networks" / "mine.md")[0]


@pytest.fixture(scope="module")
def results(project: Project, network: Network) -> Results:
    return read_results(network, project.build / "mine", with_seeds=False)


def test_the_network_stands_beside_ngrams_on_documents_that_it_was_not_trained_on(results: Results) -> None:
    assert results.network.task.text is not None
    documents = results.network.task.text.corpus
    assert results.text is not None
    assert documents is not None
    corpus = results.text.corpus
    training, held_out = (
        encode_documents(part, documents.vocabulary) for part in (documents.training, documents.held_out)
    )
    assert corpus["bits"] == pytest.approx(
        count_bits(results.network.kind, results.weights, held_out).a_character, abs=1e-4
    )
    assert corpus["untrained_bits"] > corpus["bits"]
    expected = kneser_ney(training, held_out, tokens=len(documents.vocabulary), order=5)
    assert corpus["ngrams"]["5"] == pytest.approx(expected)
    assert (corpus["training"], corpus["held_out"]) == (len(documents.training), len(documents.held_out))


def test_signals_are_stored_for_a_sample_and_steps_for_every_passage(project: Project, results: Results) -> None:
    stored = store.read_layer(project.build / "mine", results.network, 2)["cell"]
    passages = results.network.split().held_out
    sample = (*results.network.shown, *passages[:STORED_SEQUENCES])
    assert len(stored) == results.about["stored_steps"] == sum(len(each) + 1 for each in sample)
    assert len(results.held_out) == sum(len(each) + 1 for each in passages)
    assert results.trained.sequences == passages
    first = len(results.shown_steps)
    read_again = results.trained.layers[1]["cell"][: len(stored) - first]
    assert np.abs(read_again - stored[first:]).max() < 1e-5


def test_places_are_where_the_memory_is_what_they_say(results: Results) -> None:
    assert results.text is not None
    passages, memory = results.text.passages, results.trained.layers[0]["cell"][:, 2]
    starts = np.cumsum([0, *(len(each) + 1 for each in passages)])
    rows = results.text.contexts[1, 3]
    strongest = rows[rows["kind"] == "strongest"]
    for row in rows.itertuples():
        begin = starts[row.passage] + row.first
        assert np.asarray(row.values) == pytest.approx(memory[begin : begin + len(row.values)], rel=0.006, abs=1e-6)
        assert row.first <= row.step <= row.first + len(row.values) - 1
    found = memory[starts[strongest["passage"]] + strongest["step"]]
    assert np.abs(found[0]) == np.abs(memory).max()
    assert (np.diff(np.abs(found)) <= 0).all()
    assert rows["passage"].is_unique
    assert rows["kind"].tolist() == ["strongest"] * 4 + ["middle"] * 2 + ["random"] * 2


def test_characters_are_those_around_which_the_memory_is_high_or_low(results: Results) -> None:
    assert results.text is not None
    memory, steps = results.trained.layers[1]["cell"][:, 0].astype(float), results.trained.steps
    rows = results.text.characters[2, 1]
    for when, column in (("read", "token"), ("next", "next_token")):
        of_kind = rows[rows["when"] == when]
        shifts = of_kind["shift"].tolist()
        assert shifts == sorted(shifts, reverse=True)
        for row in of_kind.itertuples():
            here = memory[(steps[column] == row.token).to_numpy()]
            assert (row.steps, len(here) >= 20) == (len(here), True)
            assert row.shift == pytest.approx((here.mean() - memory.mean()) / memory.std(), abs=0.006)


def test_a_pattern_is_scanned_and_what_the_token_tells_is_not(results: Results) -> None:
    features = set(results.scores["feature"])
    assert "in_tail=yes" in features
    assert not any(each.startswith(("character=", "next_token=")) or each.endswith("=no") for each in features)
    assert results.controls["in_tail=yes", "all"]


def test_hostile_text_is_text_on_every_page(project: Project) -> None:
    pages = [*project.site.rglob("*.html")]
    assert len(pages) > 15
    for page in pages:
        tree = LexborHTMLParser(page.read_text(encoding="utf-8"))
        scripts = [node for node in tree.css("script") if not node.attributes.get("src")]
        assert all(node.attributes.get("type") for node in scripts), page
        assert not [node for node in tree.css("*") if any(key.startswith("on") for key in node.attributes)], page
        assert not tree.css("svg[onload], img:not([width])"), page
        assert "\u202e" not in page.read_text(encoding="utf-8"), page
    text = (project.site / "networks" / "mine" / "layer-1" / "neuron-1.html").read_text(encoding="utf-8")
    assert 'class="running"' in text
    assert "&lt;" in text


def test_a_pin_keeps_the_network_in_half_the_bytes_and_needs_no_training(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.content.parent, tmp_path / "g")
    mine = Project(*(tmp_path / "g" / folder.name for folder in (project.content, project.build, project.site)))
    (pinned,) = pin_networks(mine.content, mine.build, (), DAY)
    network = read_content(mine.content).networks[0].network
    pin = read_pin(pinned.file, network)
    folder = mine.build / "mine"
    before = {name: (folder / name).read_bytes() for name in (store.WEIGHTS, store.ROLES, store.CONTEXTS)}
    for name, values in store.read_weights(folder / store.WEIGHTS).items():
        assert np.array_equal(pin.weights[name], values)
    assert pinned.file.stat().st_size < 4 * sum(values.size for values in pin.weights.values()) + 20_000
    assert pin.header.vocabulary == tuple(network.task.vocabulary)
    assert pin.header.corpus is not None
    summary = build_gallery(mine, Record([], []))
    assert [run.is_pinned for run in summary.runs if run.stage == "train"] == [True]
    assert {name: (folder / name).read_bytes() for name in before} == before
    shutil.rmtree(mine.build)
    # A text beside the corpus is all that a pinned network needs, if it reads one.
    (mine.content / "texts").mkdir()
    (mine.content / "texts" / "ours.txt").write_text(
        "\n".join(f"ours {n} and more" for n in range(40)), encoding="utf-8"
    )
    file = mine.content / "networks" / "mine.md"
    file.write_text(FRONT.replace("features:", "reads: ours\n  features:"), encoding="utf-8")
    (mine.content.parent / "mine.txt").unlink()
    (entry,) = read_content(mine.content).networks
    assert entry.pin is not None
    assert entry.network.split().held_out[0] == "ours 0 and more"
    pinned.file.write_bytes(pinned.file.read_bytes()[:-200])
    with pytest.raises(GalleryError, match=r"mine\.npz: expected an npz file"):
        read_content(mine.content)


def test_a_search_trains_a_network_of_text_under_each_seed_and_pins_the_best(project: Project, tmp_path: Path) -> None:
    own = folders(tmp_path)
    wanted = parse_wanted(
        own.content,
        "mine",
        best=f"best(in_tail) | {TAIL}",
        is_lowest=False,
        where=(),
        also=("best(position_in_word) | " + TAIL,),
    )
    recipes = parse_recipes(own.content, "mine", ())
    found = search(
        own.content, own.build, "mine", wanted, recipes=recipes, seeds=(1, 2), progress=Record([], []), today=DAY
    )
    network = read_network(own.content / "networks" / "mine.md")[0]
    kept = {seed: read_pin(file, network.model_copy(update={"seed": seed})) for (_, seed), file in found.kept.items()}
    trained = store.read_weights(project.build / "mine" / store.WEIGHTS)
    assert {name: values.tobytes() for name, values in kept[1].weights.items()} == {
        name: values.tobytes() for name, values in trained.items()
    }
    about = store.read_about(project.build / "mine" / store.CURVE)
    assert kept[1].header.corpus is not None
    assert kept[1].header.corpus.model_dump(mode="json") == about["corpus"]
    assert not found.search.has_criterion
    (first, second), measures = found.search.trials, found.search.measures
    assert (first.is_met, first.steps, first.first_right) == (True, 30, None)
    assert len(measures) == len(first.values) == 2
    assert first.values != second.values
    winner = max((first, second), key=lambda trial: trial.values[0] or 0.0)
    pinned = pin_winner(own.content, "mine", found, DAY)
    assert pinned.header.network["seed"] == winner.seed
    assert f"seed: {winner.seed}" in (own.content / "networks" / "mine.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("training", "limit"), [("steps: 30", (30, None)), ("minutes: 3", (None, 3)), ("batch: 8", (None, 2))]
)
def test_a_search_trains_as_long_as_the_network_s_file_says(
    tmp_path: Path, training: str, limit: tuple[int | None, float | None]
) -> None:
    own = folders(tmp_path)
    file = own.content / "networks" / "mine.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{steps: 30, batch: 8, window: 16}", f"{{{training}}}"), encoding="utf-8")
    opened = {"task": read_network(file)[0].task}
    for vary, units in (((), 5), (["units=7"], 7)):
        ((_, network),) = parse_recipes(own.content, "mine", vary)
        spec = TextSpec.of(network.model_copy(update=opened))
        assert (spec.units, spec.steps, spec.minutes) == (units, *limit)


def test_a_search_leaves_the_text_as_it_is(tmp_path: Path) -> None:
    own = folders(tmp_path)
    with pytest.raises(GalleryError, match=r"--vary: expected a key that leaves the text as it is, found 'task.seed'"):
        parse_recipes(own.content, "mine", ["task.seed=1,2"])


def test_another_corpus_under_the_same_name_is_trained_anew(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.content.parent, tmp_path / "g")
    mine = Project(*(tmp_path / "g" / folder.name for folder in (project.content, project.build, project.site)))
    corpus = mine.content.parent / "mine.txt"
    moved = mine.content.parent / "moved.txt"
    corpus.rename(moved)
    file = mine.content / "networks" / "mine.md"
    file.write_text(FRONT.replace("mine.txt", "moved.txt"), encoding="utf-8")
    assert build_gallery(mine, Record([], [])).runs[0].was_cached  # the same text elsewhere
    moved.write_text("\n".join(line + "!" for line in LINES), encoding="utf-8")
    assert not any(run.was_cached for run in build_gallery(mine, Record([], [])).runs)


FEW = FRONT.replace("units: 5\nlayers: 2", "cell: rnn\nunits: 3").replace("steps: 30", "steps: 2")


def built_of(root: Path, lines: list[str]) -> Project:
    """Build a small network of these lines, without features or figures of its own."""
    made = folders(root)
    (root / "mine.txt").write_text("\n".join(lines), encoding="utf-8")
    front = re.sub(r"  features: .*\n", "", FEW)
    front = re.sub(r"figures: .*", f"figures: [{lines[0]!r}]", front)
    (made.content / "networks" / "mine.md").write_text(front, encoding="utf-8")
    build_gallery(made, Record([], []))
    return made


def test_a_text_in_which_no_character_is_read_often_has_pages_without_that_table(tmp_path: Path) -> None:
    made = built_of(tmp_path, [f"hello world {number}" for number in range(1, 21)])
    page = (made.site / "networks" / "mine" / "layer-1" / "neuron-1.html").read_text(encoding="utf-8")
    assert 'id="places"' in page
    assert 'id="characters"' not in page


def test_a_text_in_which_nothing_can_be_scored_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"expected a feature to score on the .* steps held out, found none"):
        built_of(tmp_path, [chr(ord("a") + number) for number in range(25)])


@pytest.mark.parametrize(
    ("name", "text"), [("one-line.txt", "ab cd " * 5_000), ("pages.txt", "One.\n\n" + "x y " * 4_000)]
)
def test_a_new_network_of_a_long_document_reads_parts_of_it(tmp_path: Path, name: str, text: str) -> None:
    made = folders(tmp_path)
    words = np.random.default_rng(1).permutation(text.split(" "))
    (tmp_path / name).write_text(" ".join(f"{word}{at}" for at, word in enumerate(words)), encoding="utf-8")
    run = run_python("-m", "lstmgallery", "new", "network", "other", "--text", name, "--document", "file", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    network, _ = read_network(made.content / "networks" / "other.md")
    assert network.task.text is not None
    assert len(network.split().training) >= 20


@pytest.mark.parametrize(
    ("name", "text", "options", "message", "hint"),
    [
        ("few.txt", "a\nb\n", (), "expected at least 20 different documents, found 2", "add text"),
        ("text.txt", "a\nb\n", ("--column", "text"), "--column: expected a table", "leave it out"),
        ("semi.csv", "id;text\n1;a\n", (), "expected a column 'text' or 'tweet'", "separate the columns by commas"),
        ("other.csv", "id,body\n1,a\n", (), "expected a column 'text' or 'tweet'", "such as --column body"),
        ("late.txt", "caf\xe9\n", (), "expected text in utf-8", "such as --encoding cp1252"),
        ("a.txt", "a\n", ("--encoding", "no"), "--encoding: ", "expected the name of an encoding"),
    ],
)
def test_a_text_that_cannot_be_read_so_is_refused_with_a_mend_that_works(
    tmp_path: Path, name: str, text: str, options: tuple[str, ...], message: str, hint: str
) -> None:
    made = folders(tmp_path)
    (tmp_path / name).write_text(text, encoding="latin-1")
    run = run_python("-m", "lstmgallery", "new", "network", "other", "--text", name, *options, cwd=tmp_path)
    assert run.returncode == 1
    assert message in run.stderr
    assert hint in run.stderr
    assert not (made.content / "networks" / "other.md").exists()


def test_a_new_network_reads_another_encoding(tmp_path: Path) -> None:
    made = folders(tmp_path)
    (tmp_path / "late.txt").write_text("".join(f"café {at * at}\n" for at in range(60)), encoding="cp1252")
    new = ("-m", "lstmgallery", "new", "network", "other", "--text", "late.txt")
    run = run_python(*new, "--encoding", "cp1252", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    network, _ = read_network(made.content / "networks" / "other.md")
    assert "é" in network.task.vocabulary


def test_a_pattern_that_explodes_is_found_at_its_line_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.05)
    made = folders(tmp_path)
    (tmp_path / "mine.txt").write_text("\n".join("a" * 60 + str(at) for at in range(40)), encoding="utf-8")
    front = FRONT.replace("'\\d+$'", "'(a|aa)+!'").replace("figures: ", "figures: ['a'] #")
    (made.content / "networks" / "mine.md").write_text(front, encoding="utf-8")
    with pytest.raises(GalleryError) as caught:
        build_gallery(made, Record([], []))
    (problem,) = caught.value.problems
    assert problem.place.endswith("mine.md")
    assert front.splitlines()[(problem.line or 0) - 1].strip().startswith("features:")
    assert "the pattern '(a|aa)+!' takes more than" in problem.message
    assert not (made.build / "mine").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--text", "mine.txt", "--task", "counting"), "expected one of --task and --text"),
        (("--encoding", "cp1252"), "--encoding needs --text"),
        (("--text", "mine.txt", "--minutes", "nan"), "expected a number"),
        (("--text", "mine.txt", "--minutes", "20000"), "is not in the range"),
    ],
)
def test_options_of_a_new_network_that_do_not_fit_are_refused(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    made = folders(tmp_path)
    run = run_python("-m", "lstmgallery", "new", "network", "other", *options, cwd=made.content.parent)
    assert run.returncode == 2
    assert message in " ".join(run.stderr.replace("│", "").split())
    assert not (made.content / "networks" / "other.md").exists()


def test_the_command_notices_a_corpus_that_changed(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.content.parent, tmp_path / "g")
    build = ("-m", "lstmgallery", "--quick", "--content", "content", "--cache", "build", "--output", "site")
    first = run_python(*build, cwd=tmp_path / "g")
    assert first.returncode == 0, first.stderr
    (tmp_path / "g" / "mine.txt").unlink()
    second = run_python(*build, cwd=tmp_path / "g")
    assert "mine.txt: expected a file or a folder with files, found none" in second.stderr


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ("{most_steps: 9}", "training.most_steps is for networks of languages alone"),
        ("{weight_noise: 0.1}", "training.weight_noise is for networks of languages alone"),
        ("{minutes: 1, steps: 9}", "training: expected either steps or minutes, found both"),
    ],
)
def test_settings_of_the_other_kind_of_training_are_mistakes(tmp_path: Path, training: str, message: str) -> None:
    project = folders(tmp_path)
    file = project.content / "networks" / "mine.md"
    file.write_text(FRONT.replace("{steps: 30, batch: 8, window: 16}", training), encoding="utf-8")
    with pytest.raises(GalleryError) as raised:
        read_network(file)
    (problem,) = raised.value.problems
    assert (problem.line, problem.message) == (10, message)


def test_a_new_network_of_a_text_is_valid(tmp_path: Path) -> None:
    folders(tmp_path)
    rows = json.dumps(
        [{"review": f"number {10 + number} was {'so ' * 10}good and unforgettable"} for number in range(50)]
    )
    (tmp_path / "reviews.json").write_text(rows, encoding="utf-8")
    new = ("-m", "lstmgallery", "new", "network")
    made = run_python(*new, "reviews", "--text", "reviews.json", "--column", "review", "--minutes", "0.5", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    network, _ = read_network(tmp_path / "content" / "networks" / "reviews.md")
    assert (network.training.minutes, network.layers, network.units) == (0.5, 2, 64)
    assert all(each.startswith("number ") for each in network.shown)
    assert all(each.endswith(" good and") for each in network.shown)  # not within a word
    for arguments, message in (
        (("--text", "nothing.txt"), "--text: expected a file or a folder with text, found none at nothing.txt"),
        (("--text", "reviews.json"), "expected a column 'text' or 'tweet' in row 1, found 'review'"),
        (("--text", "mine.txt", "--document", "row"), "--document: input should be 'line', 'paragraph', "),
        (("--text", "mine.txt", "--encoding", "x"), "such as utf-8 or cp1252, found 'x'\n"),
    ):
        refused = run_python(*new, "other", *arguments, cwd=tmp_path)
        assert (refused.returncode, message in refused.stderr) == (1, True), refused.stderr
    assert run_python(*new, "other", "--minutes", "3", cwd=tmp_path).returncode == 2


def test_a_new_network_reads_the_files_of_a_pattern_wherever_they_are(tmp_path: Path) -> None:
    made = folders(tmp_path / "gallery")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "picture.png").write_bytes(b"\x89PNG\0")
    for name in ("one", "two"):
        (tmp_path / "texts" / f"{name}.txt").write_text("".join(f"{name} {at * at}\n" for at in range(30)), "utf-8")
    new = ("-m", "lstmgallery", "new", "network")
    whole = run_python(*new, "whole", "--text", "../texts", cwd=tmp_path / "gallery")
    assert "binary file" in whole.stderr
    assert "else leave it out: texts/*.txt" in whole.stderr
    near = run_python(*new, "near", "--text", "../texts/*.txt", cwd=tmp_path / "gallery")
    far = run_python(*new, "far", "--text", str(tmp_path / "texts" / "*.txt"), cwd=tmp_path / "gallery")
    assert (near.returncode, far.returncode) == (0, 0), near.stderr + far.stderr
    assert "path: ../texts/*.txt" in (made.content / "networks" / "near.md").read_text(encoding="utf-8")
    for name in ("near", "far"):
        network, _ = read_network(made.content / "networks" / f"{name}.md")
        assert network.task.form == "text: *.txt, line by line"
        assert len(network.split().training) > 40


def test_a_text_of_which_much_is_unknown_says_so_when_it_is_begun_and_on_its_page(tmp_path: Path) -> None:
    signs = np.random.default_rng(1).integers(0x4E00, 0x5200, (60, 30))
    lines = ["".join(map(chr, row)) for row in signs]
    made = built_of(tmp_path, [f"{number} {line}" for number, line in enumerate(lines)])
    page = (made.site / "networks" / "mine" / "index.html").read_text(encoding="utf-8")
    said = re.search(r"Of these characters ([\d.]+)\s% are none of the 120 that it knows.*needs? more bits\.", page)
    assert said is not None
    assert float(said[1]) > 50
    new = run_python("-m", "lstmgallery", "new", "network", "other", "--text", "mine.txt", cwd=tmp_path)
    assert "add to the corpus in the file: most_letters: 1000" in new.stdout
    (tmp_path / "plain.txt").write_text("".join(f"number {at * at}\n" for at in range(60)), encoding="utf-8")
    plain = run_python("-m", "lstmgallery", "new", "network", "plain", "--text", "plain.txt", cwd=tmp_path)
    assert (plain.returncode, "most_letters" in plain.stdout) == (0, False)
