"""The documents' commands, examples and tables match the code, and their links have targets."""

import importlib.util
import re
import shlex
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pydantic
import pytest
import yaml

from lstmgallery import __version__
from lstmgallery.cells import CELL_KINDS
from lstmgallery.cli import main
from lstmgallery.desk.claims import parse_expectation, parse_question
from lstmgallery.desk.grammar import GrammarError
from lstmgallery.desk.measures import MEASURES
from lstmgallery.desk.measures.statistic import STATISTICS
from lstmgallery.desk.roles import ROLE, STANDINGS
from lstmgallery.desk.subjects import parse_subject
from lstmgallery.frontmatter import read_yaml, validate
from lstmgallery.network import Network, Training, read_network
from lstmgallery.press.addresses import add_counts, explorer_url, hold
from lstmgallery.press.figures import KINDS, Captioned
from lstmgallery.press.figures.comparison import Side
from lstmgallery.press.figures.generated import Add
from lstmgallery.press.manuscript.blocks import ClaimBlock
from lstmgallery.press.manuscript.content import Content, Site, read_content
from lstmgallery.press.manuscript.writeups import Front
from lstmgallery.press.pages.explorer import SOURCES
from lstmgallery.tasks import TASKS
from tests.benchmarks.__main__ import BENCHMARKS
from tests.check import CHECKS
from tests.conftest import ROOT, Gallery, language_of
from tests.documents import (
    ARCHITECTURE,
    AUTHORS,
    DOCUMENTS,
    MAIN,
    TESTS,
    fences,
    fragments,
    headings,
    items,
    links,
    prose,
    read,
    section,
    spans,
    table,
    tables,
)

GITHUB = ROOT / ".github"
PYTHON = ".venv/bin/python"
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())


@pytest.fixture(scope="module")
def content() -> Content:
    """The shipped content, the subject of the examples."""
    return read_content(ROOT / "content")


@pytest.fixture(scope="module")
def networks(content: Content) -> dict[str, Network]:
    return {entry.network.name: entry.network for entry in content.networks}


def read_with(tmp_path: Path, writeup: str) -> Content:
    """Read the shipped content with one more write-up."""
    folder = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    (folder / "writeups" / "how-it-counts.md").write_text(writeup, encoding="utf-8")
    return read_content(folder)


def fields_by_key(model: type[pydantic.BaseModel]) -> dict[str, pydantic.fields.FieldInfo]:
    """Return the fields of a model by the keys that authors write."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def fields_of(model: type[pydantic.BaseModel]) -> set[str]:
    """Return the keys set by authors: without the kind, and without a network's name, which is its file's."""
    return set(fields_by_key(model)) - {"kind", "name"}


# Links and paths


def test_the_documents_are_found() -> None:
    named = {"README.md", "content/README.md", "lstmgallery/README.md", "tests/README.md"}
    named |= {".github/CONTRIBUTING.md", ".github/CHANGELOG.md"}
    assert {file.relative_to(ROOT).as_posix() for file in DOCUMENTS} >= named


@each_document
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(document: Path) -> None:
    for link in links(document):
        if link.startswith("https://"):
            continue
        path, _, fragment = link.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), link
        assert file.is_relative_to(ROOT), link
        assert not fragment or fragment in fragments(file), link


@each_document
def test_a_document_is_reached_from_the_readme(document: Path) -> None:
    reached, waiting = {MAIN}, [MAIN]
    while waiting:
        start = waiting.pop()
        paths = [(start.parent / link.partition("#")[0]).resolve() for link in links(start) if link[0] != "#"]
        new = [file for file in paths if file.suffix == ".md" and file not in reached]
        reached |= {*new}
        waiting += new
    assert document in reached


@each_document
def test_every_source_file_that_is_named_exists(document: Path) -> None:
    bases = (ROOT, ROOT / "lstmgallery", document.parent)
    for name in spans(prose(document)):
        if re.fullmatch(r"\.?\w[\w./-]*\.(py|js|html|yml|yaml|toml)", name) and not name.startswith("site"):
            assert any((base / name).is_file() for base in bases), name


# Commands


def commands_of(document: Path) -> Iterator[list[str]]:
    """Yield every command of a document's shell blocks, as words."""
    for block in fences(document, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for command in line.split(" && "):
                yield shlex.split(command, comments=True)


def require_command(words: list[str]) -> None:
    """Fail unless a command exists in this repository and takes these arguments."""
    match words:
        case ["python3", "-m", "venv" | "pip", *_] | [".venv/bin/pre-commit", "install"]:
            pass
        case [".venv/bin/python", "build_site.py", *arguments] | [".venv/bin/lstmgallery", *arguments]:
            command: click.Command = main
            while isinstance(command, click.Group):
                name = arguments.pop(0) if arguments and not arguments[0].startswith("-") else "build"
                command = command.commands[name]
            command.make_context(command.name, arguments)  # raises for an argument or option that it does not have
        case [".venv/bin/python", "-m", module, *_]:
            assert importlib.util.find_spec(module) is not None, module
        case [".venv/bin/python", script, *arguments]:
            assert (ROOT / script).is_file(), script
            assert all((ROOT / each).exists() for each in arguments if each.startswith("tests/")), words
        case _:
            raise AssertionError(words)


@each_document
def test_every_command_of_a_document_can_be_run(document: Path) -> None:
    for words in commands_of(document):
        require_command(words)


def test_every_command_of_the_program_is_shown() -> None:
    shown = {words[1] for file in DOCUMENTS for words in commands_of(file) if words[0] == ".venv/bin/lstmgallery"}
    assert shown == set(main.commands)


def options_of(command: click.Command, name: str) -> set[str]:
    """Return the options of a command and of all commands in it."""
    context = click.Context(command, info_name=name)
    options = {option for parameter in command.get_params(context) for option in parameter.opts if option[:2] == "--"}
    inner = command.commands.items() if isinstance(command, click.Group) else ()
    return options.union(*(options_of(each, inner_name) for inner_name, each in inner))


@each_document
def test_every_option_of_the_command_line_that_a_document_names_exists(document: Path) -> None:
    named = {name for span in spans(prose(document)) for name in re.findall(r"(?<!\S)--[a-z-]+", span)}
    assert named <= options_of(main, "lstmgallery")


def test_continuous_integration_runs_the_documented_test_command_and_a_strict_build() -> None:
    (command,) = [block for block in fences(TESTS, "sh") if block.startswith("python3 -m venv")]
    script = read(ROOT / ".ci" / "run")
    strict = ".venv/bin/python build_site.py --strict --quick"
    *setup, check = command.strip().split(" && ")
    found = [line for line in script.splitlines() if "python" in line]
    assert found == [*setup, strict, f"LSTMGALLERY_RESULTS=build {check}"]


def test_claims_about_seeds_are_held_by_a_workflow_of_their_own() -> None:
    workflow = yaml.safe_load(read(GITHUB / "workflows" / "sweep.yml"))
    (job,) = workflow["jobs"].values()
    *setup, build = (step["run"] for step in job["steps"] if "run" in step)
    assert build == ".venv/bin/python build_site.py --strict"
    assert {"schedule", "workflow_dispatch"} <= set(workflow[True])  # YAML reads `on` as a truth value
    assert setup[0].startswith("python3 -m venv")


def test_the_workflow_runs_continuous_integration_on_every_supported_python() -> None:
    (job,) = yaml.safe_load(read(GITHUB / "workflows" / "check.yml"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert f"Python {' or '.join(', '.join(job['strategy']['matrix']['python']).rsplit(', ', 1))}" in read(MAIN)


def test_the_hooks_before_a_commit_are_the_checks_without_the_tests() -> None:
    (repository,) = yaml.safe_load(read(ROOT / ".pre-commit-config.yaml"))["repos"]
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert entries == [f"{PYTHON} -m {' '.join(check)}" for check in CHECKS if check[0] != "pytest"]


def test_the_issue_template_asks_for_something_with_every_question() -> None:
    template = yaml.safe_load(read(GITHUB / "ISSUE_TEMPLATE" / "bug.yml"))
    assert {"name", "description", "body"} <= set(template)
    assert all(question["attributes"]["label"] for question in template["body"])
    assert len({question["id"] for question in template["body"]}) == len(template["body"])


def test_the_changelog_begins_with_this_version() -> None:
    assert headings(GITHUB / "CHANGELOG.md")[1].split()[0] == __version__


# Networks


@pytest.mark.parametrize("document", [MAIN, AUTHORS], ids=["main", "authors"])
def test_the_networks_shown_are_valid(document: Path, tmp_path: Path) -> None:
    (text,) = [block for block in fences(document, "yaml") if block.startswith("---\n")]
    file = tmp_path / "long-counter.md"
    file.write_text(text, encoding="utf-8")
    network, body = read_network(file)
    assert language_of(network).size == 20
    assert "Markdown" in body.body


def test_the_settings_shown_are_valid_and_all_there_are(tmp_path: Path) -> None:
    (text,) = [block for block in fences(AUTHORS, "yaml") if block.startswith("title:")]
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    document = read_yaml(file)
    assert validate(Site, document).base_url == "https://example.org/gallery/"
    assert set(document.values) == fields_of(Site)


def documented_keys(at: int) -> dict[str, str]:
    """Return the defaults by key of one of the tables of keys: a network's, its training's, a write-up's."""
    found = tables(AUTHORS, "key", "meaning", "default")[at]
    return {key: default for names, _, default in found.rows for key in spans(names)}


def require_defaults(documented: dict[str, str], model: type[pydantic.BaseModel], *, but: set[str]) -> None:
    """Fail unless a table has every key of a model with its default."""
    assert set(documented) == fields_of(model)
    for key in set(documented) - but:
        field = fields_by_key(model)[key]
        expected = "required" if field.is_required() else str(field.default)
        as_python = {"none": "None", "true": "True", "false": "False"}
        assert as_python.get(documented[key].strip("`"), documented[key].strip("`")) == expected, key


def test_the_keys_of_a_network_are_listed_with_their_defaults() -> None:
    require_defaults(documented_keys(0), Network, but={"training"})


def test_every_kind_of_cell_is_listed() -> None:
    assert [spans(cell)[0] for cell in table(AUTHORS, "cell", "computes").column("cell")] == list(CELL_KINDS)


def test_the_keys_of_training_are_listed_with_their_defaults() -> None:
    require_defaults(documented_keys(1), Training, but=set())


def test_the_keys_of_a_write_up_are_listed_with_their_defaults() -> None:
    require_defaults(documented_keys(2), Front, but={"slug"})


def test_every_task_is_listed_with_its_parameters() -> None:
    found = table(AUTHORS, "kind", "sequences", "parameters")
    listed = {spans(kind)[0]: dict(re.findall(r"`(\w+)` \((\d+)\)", parameters)) for kind, _, parameters in found.rows}
    assert listed == {
        kind: {key: str(task.model_fields[key].default) for key in fields_of(task)} for kind, task in TASKS.items()
    }


def test_every_feature_of_every_task_is_listed() -> None:
    rows = {(spans(task) or [task])[0]: spans(features) for task, features in table(ARCHITECTURE, "task").rows}
    phase, *phases = rows.pop("all")
    assert (phase, phases) == ("phase", ["before", "delimiter", "after"])
    assert rows == {
        kind: [feature.key for feature in task.features if feature.key != "phase"] for kind, task in TASKS.items()
    }


# Write-ups


def test_the_write_up_shown_is_valid(tmp_path: Path) -> None:
    (text,) = fences(MAIN, "markdown")
    writeup = next(each for each in read_with(tmp_path, text).writeups if each.front.slug == "how-it-counts")
    assert [figure.id for figure in writeup.figures] == ["the-counter"]
    assert [claim.id for claim in writeup.claims] == ["cell-counts"]


def test_the_blocks_quotes_and_links_shown_are_valid(tmp_path: Path) -> None:
    front = "---\ntitle: How it counts\nsummary: All at once.\npublished: 2026-11-22\n---\n"
    blocks = [f"```{name}\n{block}```\n" for name in ("figure", "claim") for block in fences(AUTHORS, name)]
    quotes = [span for cell in table(AUTHORS, "quote").column("quote") for span in spans(cell)]
    targets = [span for cell in table(AUTHORS, "link").column("link") for span in spans(cell)]
    brace = next(span for span in spans(section(AUTHORS, "Values in sentences")) if span.startswith("\\"))
    lines = [*quotes, *(f"[words]({target})" for target in targets), brace]
    writeup = next(
        each
        for each in read_with(tmp_path, "\n\n".join((front, *blocks, *lines))).writeups
        if each.front.slug == "how-it-counts"
    )
    assert len(writeup.figures) == len(writeup.claims) == 1
    assert {quote.kind for quote in writeup.quotes} == {"value", "name", "claim", "seeds"}
    assert len(quotes) == 8
    assert len(targets) == 4


def test_every_subject_shown_is_one_of_what_it_is_said_to_name(networks: dict[str, Network]) -> None:
    for cell, names in table(AUTHORS, "who").rows:
        for text in spans(cell):
            subject = parse_subject(text, networks)
            kind = "neuron" if subject.is_neuron else "layer" if subject.layer else "network"
            assert kind == ("neuron" if "best" in cell or "second" in cell else names.split()[1]), text


def test_every_kind_of_figure_is_listed_with_its_keys() -> None:
    rows = {
        spans(kind)[0]: spans(re.sub(r" \([^()]*\)", "", keys)) for kind, keys, _ in table(AUTHORS, "kind", "keys").rows
    }
    inner = {"comparison": fields_of(Side)}
    assert {kind: set(keys) for kind, keys in rows.items()} == {
        kind: fields_of(model) | inner.get(kind, set()) for kind, model in KINDS.items()
    }
    text = section(AUTHORS, "Figures")
    assert fields_of(Captioned) | fields_of(Add) <= set(spans(text))


def test_every_choice_of_a_figure_is_listed() -> None:
    for kind, keys, _ in table(AUTHORS, "kind", "keys").rows:
        fields = KINDS[spans(kind)[0]].model_fields
        for name in fields_of(KINDS[spans(kind)[0]]):
            if typing.get_origin(fields[name].annotation) is typing.Literal:
                listed = re.search(rf"`{name}` \(([^()]*)\)", keys)
                assert listed is not None, (kind, name)
                assert set(spans(listed[1])) == set(typing.get_args(fields[name].annotation))


def test_every_key_of_a_claim_is_named() -> None:
    assert fields_of(ClaimBlock) <= set(spans(section(AUTHORS, "Claims"))) | {
        line.partition(":")[0] for line in fences(AUTHORS, "claim")[0].splitlines()
    }


def test_every_expectation_shown_can_be_read() -> None:
    shown = [span for cell in table(AUTHORS, "expect").column("expect") for span in spans(cell)]
    assert [str(parse_expectation(text)) for text in shown] == shown
    assert len(shown) == 6


def subjects_of(networks: dict[str, Network], kind: str) -> Iterator[str]:
    """Yield a subject of one kind of every network."""
    for name, network in networks.items():
        yield {
            "neuron": f"{name} best({network.task.headline})",
            "layer": f"{name} layer 1",
            "network": name,
        }[kind]


def parsed(text: str, networks: dict[str, Network], kind: str) -> Any:
    """Return a text parsed as a measure of some network's subject; None if it fits none."""
    for subject in subjects_of(networks, kind):
        try:
            return parse_question(text, parse_subject(subject, networks)).measure
        except GrammarError:
            continue
    return None


def test_every_measure_is_listed_and_is_measured_of_what_it_is_said_to_be(networks: dict[str, Network]) -> None:
    taken: set[type] = set()
    words: set[str] = set()
    for first, also, of in table(AUTHORS, "measure", "also", "of").rows:
        text = spans(first)[0]
        kinds = re.findall(r"neuron|layer|network", of)
        assert kinds
        if text.split()[0] in STATISTICS:
            assert {each.split()[0] for each in (text, *spans(also))} == {*STATISTICS}
        for other in (text, *spans(also)):
            texts = (other, " ".join((other, *text.split()[1:])))
            for kind in kinds:
                found = [measure for each in texts if (measure := parsed(each, networks, kind)) is not None]
                assert found, (other, kind)
                taken.add(type(found[0]))
            words |= {other.split()[0]}
    assert taken == {*MEASURES}
    assert {"ratio", "loss", "right_1", "right_2", "right_3", "last"} <= words


# The explorer


def test_every_key_of_the_explorers_address_is_listed() -> None:
    script = (SOURCES / "address.js").read_text(encoding="utf-8")
    keys = [span for cell in table(AUTHORS, "key", "value").column("key") for span in spans(cell)]
    assert sorted(keys) == sorted(re.findall(r"^  (\w+): \(state", script, flags=re.MULTILINE))


def test_addresses_and_changes_are_shown_as_they_are_written() -> None:
    shown = [span for cell in table(AUTHORS, "change").column("change") for span in spans(cell)]
    assert shown[0] == hold(1, 5, "input_gate", 0, step=3)
    assert shown[2] == add_counts(1, 5, "cell", 3, step=3)
    assert explorer_url("counter", text="aaX", neuron=1) in spans(section(AUTHORS, "Link to the explorer"))


# The architecture


def test_every_room_of_the_package_is_listed() -> None:
    package = ROOT / "lstmgallery"
    rooms = {file.name for file in package.glob("*.py") if not file.name.startswith("__")}
    rooms |= {f"{file.parent.name}/" for file in package.glob("*/__init__.py")} - {"press/"}
    folders = (folder.name for folder in (package / "press").iterdir() if folder.is_dir())
    rooms |= {f"press/{name}/" for name in folders if name != "__pycache__"}
    listed = [name for cell in table(ARCHITECTURE, "room").column("room") for name in spans(cell)]
    assert sorted(listed) == sorted(rooms)


def text_of(path: str) -> str:
    """Return the text of a file named by the architecture, or of all files of a folder."""
    path = path.replace("<kind>", "lstm").replace("<figure>", "dose").replace("<section>", "frontier")
    file = next(file for base in (ROOT / "lstmgallery", ROOT) if (file := base / path).exists())
    files = sorted(file.glob("*.py")) if file.is_dir() else [file]
    return "\n".join(map(read, files))


@pytest.mark.parametrize("kind", ["a cell", "a task", "a figure", "a measure", "a page section"])
def test_what_is_added_is_added_where_the_architecture_says(kind: str) -> None:
    steps = items(section(ARCHITECTURE, f"Add {kind}"))
    assert len(steps) >= 4
    for step in steps:
        paths = [name for name in spans(step) if "/" in name or "." in name]
        assert paths, step
        texts = [text_of(path) for path in paths]
        for name in set(spans(step)) - {*paths}:
            assert any(re.search(rf"\b{name}\b", text) for text in texts), step


def test_a_standing_is_listed_for_every_rule_in_its_order() -> None:
    rules = [spans(cell)[0] for cell in table(ARCHITECTURE, "rule", "a role").column("rule")]
    assert rules == [name for name in STANDINGS if name != ROLE]


def test_the_pandas_example_runs_on_a_built_gallery(gallery: Gallery) -> None:
    (code,) = fences(ARCHITECTURE, "python")
    namespace: dict[str, object] = {}
    exec(code.replace("build/", f"{gallery.project.build}/"), namespace)  # the document's own text
    neuron = namespace["neuron"]
    assert isinstance(neuron, pd.DataFrame)
    assert set(neuron["neuron"]) == {5}


# The tests


def test_every_folder_of_tests_is_listed() -> None:
    listed = {name for cell in table(TESTS, "tests").column("tests") for name in spans(cell)}
    folders = {
        f"{file.name}/" for file in (ROOT / "tests").iterdir() if file.is_dir() and any(file.glob("*.[pj][ys]*"))
    }
    assert folders - {"benchmarks/"} <= listed
    assert all((ROOT / "tests" / name).exists() for name in listed)


def test_every_benchmark_is_listed_and_its_tables_are_shown() -> None:
    listed = [spans(cell)[0] for cell in table(TESTS, "benchmark").column("benchmark")]
    modules = {file.stem: file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "benchmarks").glob("*.py")}
    assert listed == [*BENCHMARKS] == sorted(name for name, text in modules.items() if "\ndef measure(" in text)
    for name in BENCHMARKS:
        _, begin, rest = TESTS.read_text(encoding="utf-8").partition(f"<!-- {name}: begin -->")
        shown, end, _ = rest.partition(f"<!-- {name}: end -->")
        assert begin
        assert end
        assert shown.count("| --- |") >= 1
