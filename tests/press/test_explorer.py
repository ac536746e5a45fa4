"""The explorer's links and data: written addresses can be opened, and weights other than the traces' are refused."""

import collections
import posixpath
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lstmgallery.cells import CELL_KINDS
from lstmgallery.desk.results import read_results
from lstmgallery.errors import GalleryError
from lstmgallery.links import check_links
from lstmgallery.press.addresses import add_counts, explorer_url, hold
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.press.pages.explorer import (
    SCRIPTS,
    SOURCES,
    TEXT_SCRIPTS,
    explorer_script,
    explorer_style,
    text_explorer_script,
    text_explorer_style,
)
from lstmgallery.press.pages.plan import plan_site
from lstmgallery.store import read_traced_weights, read_weights, write_weights
from tests.conftest import Gallery

DECLARED = r"^(export )?((?:async )?function\*?|class|const|let) (\w+)"  # at the top of a module


def source(name: str) -> str:
    """Return a module of the explorer's script."""
    return (SOURCES / f"{name}.js").read_text(encoding="utf-8")


def test_a_link_without_state_is_the_page() -> None:
    assert explorer_url("counter") == "explorer/counter.html"


def test_a_link_carries_its_state_percent_encoded() -> None:
    url = explorer_url("counter", text="a &é", layer=1, neuron=2, step=0, do=[hold(1, 2, "cell", 0.5, step=3)])
    assert url == "explorer/counter.html#text=a%20%26%C3%A9&layer=1&neuron=2&step=0&do=1.2.cell%3D0.5%403"


def test_changes_are_joined() -> None:
    changes = [add_counts(1, 4, "cell", 3, step=5), hold(2, 1, "input_gate", 0, step=0)]
    assert explorer_url("n", do=changes).endswith("#do=1.4.cell%2B3counts%405%2C2.1.input_gate%3D0%400")


SCRIPT_OF = {SCRIPTS: explorer_script, TEXT_SCRIPTS: text_explorer_script}
BOTH = pytest.mark.parametrize("names", SCRIPT_OF, ids=["sequences", "text"])


def test_every_source_is_in_a_script() -> None:
    names = {file.relative_to(str(SOURCES)).as_posix() for file in Path(str(SOURCES)).rglob("*.js")}
    assert {f"{name}.js" for name in (*SCRIPTS, *TEXT_SCRIPTS)} == names


@BOTH
def test_a_script_is_each_of_its_sources_once(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names)
    script = SCRIPT_OF[names]().decode()
    assert script.startswith('"use strict";{')
    assert re.search(r"^(import|export)\b", script, flags=re.MULTILINE) is None
    for name in names:
        declared = re.findall(DECLARED, source(name), flags=re.MULTILINE)
        assert declared or name.endswith("explorer")
        assert all(re.search(rf"\b{re.escape(what)} ?{name}\b", script) for _, what, name in declared)


@pytest.mark.parametrize("script_of", SCRIPT_OF.values(), ids=["sequences", "text"])
def test_a_script_has_the_steps_of_the_cells_that_are_used(script_of: Callable[[list[str]], bytes]) -> None:
    assert set(re.findall(r"CELLS\.(\w+)=", script_of(["gru"]).decode())) == {"gru"}
    assert set(re.findall(r"CELLS\.(\w+)=", script_of(list(CELL_KINDS)).decode())) == set(CELL_KINDS)


def test_no_two_modules_declare_the_same_name() -> None:
    every = dict.fromkeys((*SCRIPTS, *TEXT_SCRIPTS))
    names = [what for name in every for *_, what in re.findall(DECLARED, source(name), flags=re.MULTILINE)]
    assert [name for name, times in collections.Counter(names).items() if times > 1] == []


@pytest.mark.parametrize(
    ("made", "name"), [(explorer_style, "explorer.css"), (text_explorer_style, "text/explorer.css")]
)
def test_a_stylesheet_has_every_rule_of_its_source_and_no_comment(made: Callable[[], bytes], name: str) -> None:
    sheet = (SOURCES / name).read_text(encoding="utf-8").splitlines()
    assert any("/*" in line for line in sheet)
    rules = [line.split("/*")[0].rstrip() for line in sheet]
    rules = [rule for rule in rules if rule]
    lines = made().decode().splitlines()
    assert [line.replace(" ", "") for line in lines] == [rule.replace(" ", "") for rule in rules]
    selectors = [rule.partition("{")[0] for rule in rules if "{" in rule]
    found = [line.partition("{")[0] for line in lines if "{" in line]
    assert found == [selector.rstrip().replace(", ", ",").replace("width: ", "width:") for selector in selectors]
    assert not [line for line in lines if re.search(r"[{};] | [{};]", line)]


@BOTH
def test_a_module_imports_only_what_stands_before_it(names: tuple[str, ...]) -> None:
    exported: dict[str, set[str]] = {}
    for name in names:
        imports = re.findall(r'^import \{([^}]*)\} from "(\.[\w./]+)\.js";$', source(name), flags=re.MULTILINE)
        assert len(imports) == len(re.findall(r"^import\b", source(name), flags=re.MULTILINE))
        for imported, path in imports:
            module = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            assert {each.strip() for each in imported.split(",")} <= exported[module] | {""}, (name, module)
        declared = re.findall(DECLARED, source(name), flags=re.MULTILINE)
        exported[name] = {what for is_exported, _, what in declared if is_exported}


def test_weights_that_are_not_those_of_the_traces_are_refused(small_gallery: Gallery, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(small_gallery.project.build / "small", folder)
    assert read_traced_weights(folder).keys() == read_weights(folder / "weights.npz").keys()
    others = {name: values + np.float32(1) for name, values in read_weights(folder / "weights.npz").items()}
    write_weights(folder / "weights.npz", others)
    network = read_content(small_gallery.project.content).networks[0].network
    with pytest.raises(GalleryError, match=r"expected the weights that .* was recorded from"):
        read_results(network, folder, with_seeds=False)


def test_the_same_results_give_the_same_bytes(small_gallery: Gallery) -> None:
    content = read_content(small_gallery.project.content)
    network = content.networks[0].network
    results = [read_results(network, small_gallery.project.build / "small", with_seeds=False) for _ in range(2)]
    first, second = (plan_site(content, {"small": each}, {})["explorer/small.js"]() for each in results)
    assert first == second


def test_a_fragment_with_state_may_lead_only_to_a_page_that_reads_it() -> None:
    link = b'<a href="there.html#text=aXb">there</a>'
    check_links({"here.html": link, "there.html": b"<main data-reads-fragment></main>"})
    with pytest.raises(GalleryError, match=r"points to a missing fragment of there\.html"):
        check_links({"here.html": link, "there.html": b"<main></main>"})
