"""An author's mistakes are all reported in one run, each with its place, the expected value and the fix."""

import re
from pathlib import Path

import pytest

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.network import read_network
from lstmgallery.pins import read_vocabulary
from tests.conftest import ROOT

TEXT = """\
---
title: Small
summary: A small network.
task:
  kind: counting
  longest: 3
units: 6
training:
  steps: 200
figures: [aXb, aaaXbbb]
---
Prose.
"""
TASK = "task:\n  kind: counting\n  longest: 3\n"
FENCE_HINT = "start the file with a line ---, then the keys, then another line ---"
VALID = "valid here: cell, figures, held_out, layers, order, seed, summary, task, title, training, units, variant_of"
NESTED = "this YAML refers to itself or is nested too deeply"
STAR = "* has a meaning in YAML: put the whole text in quotation marks"
KINDS = "counting, selective-counting, state-memory, copying, text"
CELLS = "'lstm', 'gru', 'peephole', 'coupled', 'gru_reset_first' or 'rnn'"
COUNTING = "expected a sequence of the form aⁿ X bⁿ, 1 ≤ n ≤ 3"


def write_network(folder: Path, text: str, *, name: str = "small.md") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(file: Path) -> list[Problem]:
    with pytest.raises(GalleryError) as raised:
        read_network(file)
    assert {problem.place for problem in raised.value.problems} == {str(file)}
    return list(raised.value.problems)


# What is replaced by what in the text above; then line, column, message and hint.
MISTAKES = {
    "unknown key": ("units: 6", "units: 6\nsed: 2", 8, 1, "unknown key 'sed'", "did you mean 'seed'?"),
    "unlike any key": ("units: 6", "units: 6\nzzz: 2", 8, 1, "unknown key 'zzz'", VALID),
    "unknown key of the task": ("  longest", "  longst", 6, 3, "unknown key 'longst'", "did you mean 'longest'?"),
    "key of another task": (
        "  longest",
        "  most_ignored",
        6,
        3,
        "unknown key 'most_ignored'",
        "valid here: kind, longest",
    ),
    "unknown key of training": ("  steps", "  step", 9, 3, "unknown key 'step'", "did you mean 'steps'?"),
    "name in the file": (
        "units: 6",
        "units: 6\nname: big",
        8,
        1,
        "unknown key 'name'",
        "remove it: it is 'small' here",
    ),
    "misspelt kind": (
        "kind: counting",
        "kind: couting",
        5,
        9,
        f"task.kind: expected one of {KINDS}, found 'couting'",
        "did you mean 'counting'?",
    ),
    "missing kind": ("  kind: counting\n", "", 5, 3, "task: expected the key 'kind', found none", None),
    "missing units": ("units: 6\n", "", 2, 1, "expected the key 'units', found none", "add: units: ..."),
    "word for a number": ("units: 6", "units: six", 7, 8, 'units: expected a whole number, found "six"', None),
    "quoted number": ("units: 6", 'units: "6"', 7, 8, 'units: expected a whole number, found "6"', None),
    "fraction": ("units: 6", "units: 6.5", 7, 8, "units: expected a whole number, found 6.5", None),
    "truth for a number": ("units: 6", "units: yes", 7, 8, "units: expected a whole number, found true", None),
    "date for a number": (
        "units: 6",
        "units: 2024-02-30",
        7,
        8,
        'units: expected a whole number, found "2024-02-30"',
        None,
    ),
    "nothing for a number": ("units: 6", "units:", 7, 7, "units: expected a whole number, found null", None),
    "too few": ("units: 6", "units: 0", 7, 8, "units: expected at least 1, found 0", None),
    "too many": ("units: 6", "units: 513", 7, 8, "units: expected at most 512, found 513", None),
    "negative seed": ("units: 6", "seed: -1\nunits: 6", 7, 7, "seed: expected at least 0, found -1", None),
    "out of range in the task": (
        "longest: 3",
        "longest: 101",
        6,
        12,
        "task.longest: expected at most 100, found 101",
        None,
    ),
    "wrong cell": (
        "units: 6",
        "cell: LSTM\nunits: 6",
        7,
        7,
        f'cell: expected {CELLS}, found "LSTM"',
        None,
    ),
    "not a number": (
        "steps: 200",
        "learning_rate: .nan",
        9,
        18,
        "training.learning_rate: expected at most 1.0, found NaN",
        None,
    ),
    "learning rate of zero": (
        "steps: 200",
        "learning_rate: 0",
        9,
        18,
        "training.learning_rate: expected a number above 0.0, found 0",
        None,
    ),
    "open bracket": ("title: Small", "title: [Small", 3, 8, "invalid YAML: expected ',' or ']', but got ':'", None),
    "second colon": (
        "title: Small",
        "title: Small: x",
        2,
        13,
        "invalid YAML: mapping values are not allowed here",
        "the text contains a colon: put the whole text in quotation marks",
    ),
    "tabulator": (
        "  longest",
        "\tlongest",
        6,
        1,
        "invalid YAML: found character '\\t' that cannot start any token",
        "indent with spaces, not with tabs",
    ),
    "control character": (
        "title: Small",
        "title: S\x01",
        2,
        9,
        "invalid YAML: unacceptable character #x0001: special characters are not allowed",
        None,
    ),
    "key twice": (
        "units: 6",
        "units: 6\nunits: 7",
        8,
        1,
        "duplicate key 'units'",
        "remove one of them; the first is on line 7",
    ),
    "key twice in the task": (
        "  longest: 3",
        "  longest: 3\n  longest: 4",
        7,
        3,
        "duplicate key 'longest'",
        "remove one of them; the first is on line 6",
    ),
    "unclosed front matter": (
        "---\nProse",
        "Prose",
        1,
        1,
        "the front matter that starts here has no closing line ---",
        "add a line --- below the last key",
    ),
    "no front matter": (
        "---\ntitle",
        "title",
        1,
        1,
        "expected front matter between two lines of ---, found 'title: Small'",
        FENCE_HINT,
    ),
    "empty file": (TEXT, "", 1, 1, "expected front matter between two lines of ---, found ''", FENCE_HINT),
    "unknown token": (
        "aaaXbbb",
        "aXc",
        10,
        16,
        "figures: the token 'c' is not in the network's vocabulary",
        "tokens: a b X",
    ),
    "wrong form": (
        "aaaXbbb",
        "aaXbbb",
        10,
        16,
        f"figures: {COUNTING}, found 'aaXbbb'",
        "lengths outside the training range are allowed",
    ),
    "empty sequence": (
        "aaaXbbb",
        "''",
        10,
        16,
        f"figures: {COUNTING}, found ''",
        "lengths outside the training range are allowed",
    ),
    "repeated sequence": ("aaaXbbb", "aXb", 10, 16, "figures: duplicate sequence 'aXb'", None),
    "nothing shown": ("[aXb, aaaXbbb]", "[]", 10, 10, "figures: expected a list of at least 1 item(s), found []", None),
    "a sequence for a list": (
        "[aXb, aaaXbbb]",
        "aXb",
        10,
        10,
        'figures: expected a list, as in [one, two], found "aXb"',
        None,
    ),
    "number for a sequence": (
        "aaaXbbb",
        "12",
        10,
        16,
        "figures: the token '1' is not in the network's vocabulary",
        "tokens: a b X",
    ),
    "more steps than most steps": (
        "steps: 200",
        "steps: 200\n  most_steps: 100",
        9,
        10,
        "training.steps: expected at most most_steps (100), found 200",
        None,
    ),
    "most steps below the usual steps": (
        "steps: 200",
        "most_steps: 100",
        9,
        3,
        "training.steps: expected at most most_steps (100), found 2000",
        None,
    ),
    "empty title": (
        "title: Small",
        'title: ""',
        2,
        8,
        'title: expected text of at least 1 character(s), found ""',
        None,
    ),
    "too few held out": (
        "units: 6",
        "held_out: 10\nunits: 6",
        7,
        11,
        "held_out: expected at least 300, found 10",
        None,
    ),
    "list for keys": (
        TASK,
        "task: [counting, 3]\n",
        4,
        7,
        'task: expected a mapping of keys to values, found ["counting", 3]',
        None,
    ),
    "text for keys": (
        TASK,
        "task: counting\n",
        4,
        7,
        'task: expected a mapping of keys to values, found "counting"',
        None,
    ),
    "list for everything": (
        TEXT,
        "---\n- a\n- b\n---\n",
        2,
        1,
        "expected a mapping of keys to values, found ['a', 'b']",
        None,
    ),
    "list for a key": (
        "title: Small",
        "? [a]\n: Small",
        2,
        3,
        "expected a key, found a list or a mapping",
        None,
    ),
    "anchor in itself": ("title: Small", "title: &a [*a]", 2, 8, NESTED, None),
    "unknown anchor": ("title: Small", "title: *a", 2, 8, "invalid YAML: found undefined alias 'a'", STAR),
    "deep nesting": ("title: Small", "title: " + "[" * 3000, 2, 1, NESTED, None),
    "object of Python": (
        "title: Small",
        "title: !!python/name:os.system x",
        2,
        8,
        "invalid YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'",
        None,
    ),
    "bytes": (
        "title: Small",
        "title: !!binary aGVsbG8=",
        2,
        8,
        "expected text, a number, true or false, found 'aGVsbG8='",
        None,
    ),
    "tag that does not fit": (
        "units: 6",
        "units: !!int ''",
        7,
        8,
        "expected text, a number, true or false, found ''",
        None,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_with_place_and_mend(tmp_path: Path, mistake: str) -> None:
    old, new, line, column, message, hint = MISTAKES[mistake]
    assert TEXT.count(old) >= 1
    file = write_network(tmp_path, TEXT.replace(old, new, 1))
    (problem,) = problems_of(file)
    assert (problem.line, problem.column, problem.message, problem.hint) == (line, column, message, hint)
    assert problem.source == file.read_text(encoding="utf-8").split("\n")[line - 1]


def test_the_text_without_mistakes_is_read(tmp_path: Path) -> None:
    network, document = read_network(write_network(tmp_path, TEXT))
    assert (network.name, network.units, network.shown) == ("small", 6, ("aXb", "aaaXbbb"))
    assert (network.cell, network.layers, network.seed, network.held_out) == ("lstm", 1, 1, 400)
    assert document.body == "Prose.\n"


def test_all_mistakes_are_reported_in_one_go_and_in_order(tmp_path: Path) -> None:
    text = TEXT.replace("title: Small", "titel: Small").replace("longest: 3", "longest: many")
    text = text.replace("units: 6", "units: 0").replace("steps: 200", "step: 200").replace("aaaXbbb", "[7]")
    found = [(each.line, each.column, each.message) for each in problems_of(write_network(tmp_path, text))]
    assert found == [
        (2, 1, "expected the key 'title', found none"),
        (2, 1, "unknown key 'titel'"),
        (6, 12, 'task.longest: expected a whole number, found "many"'),
        (7, 8, "units: expected at least 1, found 0"),
        (9, 3, "unknown key 'step'"),
        (10, 16, "figures.1: expected text, found [7]"),
    ]


def test_wrong_figures_and_steps_are_reported_in_one_go_and_in_order(tmp_path: Path) -> None:
    text = TEXT.replace("steps: 200", "steps: 30000").replace("[aXb, aaaXbbb]", "[aXb, aXd, Xb, aXb]")
    found = [(each.line, each.column) for each in problems_of(write_network(tmp_path, text))]
    assert found == [(9, 10), (10, 16), (10, 21), (10, 25)]


def test_a_printed_problem_points_into_its_line(tmp_path: Path) -> None:
    file = write_network(tmp_path, TEXT.replace("kind: counting", "kind: couting"))
    (problem,) = problems_of(file)
    assert str(problem).splitlines() == [
        f"{file}:5:9: task.kind: expected one of {KINDS}, found 'couting'",
        "      kind: couting",
        "            ^",
        "    did you mean 'counting'?",
    ]


@pytest.mark.parametrize("name", ["Counter.md", "my network.md", "a--b.md", "-a.md", "zähler.md", "a_b.md", ".md"])
def test_a_file_name_that_makes_no_address_is_refused(tmp_path: Path, name: str) -> None:
    file = write_network(tmp_path, TEXT, name=name)
    (problem,) = problems_of(file)
    assert problem.message == f"expected a name of lowercase letters, digits and single hyphens, found {file.stem!r}"
    assert problem.hint == "the file name becomes the network's address on the site"


def test_a_file_name_too_long_for_an_address_is_refused(tmp_path: Path) -> None:
    assert read_network(write_network(tmp_path, TEXT, name=f"{'x' * 80}.md"))[0].name == "x" * 80
    (problem,) = problems_of(write_network(tmp_path, TEXT, name=f"{'x' * 81}.md"))
    assert problem.message == "expected a name of at most 80 characters, found 81"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "small.md"
    file.write_bytes(TEXT.replace("Small", "Zähler").encode("latin-1"))
    (problem,) = problems_of(file)
    assert problem.message == "expected UTF-8 text, found the byte 0xe4 at offset 12"
    assert problem.hint == "save the file as UTF-8"


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "small.md")
    assert problem.message == "expected a file, found none"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "small.md").mkdir()
    (problem,) = problems_of(tmp_path / "small.md")
    assert problem.message == "expected a file, found a folder, a pipe or a device"


def test_the_specification_leaves_out_what_shapes_no_weights(tmp_path: Path) -> None:
    one, _ = read_network(write_network(tmp_path, TEXT))
    text = TEXT.replace("title: Small", "title: Other\norder: 7").replace("A small network.", "Another.")
    other, _ = read_network(write_network(tmp_path, text))
    assert one.spec == other.spec
    assert one != other


def test_figures_shape_the_traces_but_not_the_weights(tmp_path: Path) -> None:
    one, _ = read_network(write_network(tmp_path, TEXT))
    other, _ = read_network(write_network(tmp_path, TEXT.replace("aaaXbbb", "aaXbb")))
    assert one.spec != other.spec
    assert one.training_spec == other.training_spec


def test_every_shipped_network_is_read() -> None:
    files = sorted((ROOT / "content" / "networks").glob("*.md"))
    pins = [file.with_suffix(".npz") for file in files]
    networks = [read_network(file, vocabulary=read_vocabulary(pin))[0] for file, pin in zip(files, pins, strict=True)]
    assert len(networks) >= 4
    assert all(re.fullmatch("[a-z-]+", network.name) for network in networks)


def test_the_longest_figure_is_the_one_of_most_tokens_wherever_it_is_listed(tmp_path: Path) -> None:
    text = TEXT.replace("[aXb, aaaXbbb]", "[aXb, aaaXbbb, aaXbb]")
    network, _ = read_network(write_network(tmp_path, text))
    assert network.longest_shown == "aaaXbbb"
