"""Folders are layers: the allowed imports, checked in the source."""

import ast
import graphlib
import sys

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "lstmgallery"
FILES = {
    file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): file
    for file in sorted(PACKAGE.rglob("*.py"))
}
BASE = ("cells", "errors", "frontmatter", "tasks", "network")
KEPT = ("copies", "origin", "searches", "pins")  # files beside that of a network, and what is in them
ALLOWED = {
    "errors": (),
    "listing": ("errors",),
    "cells": ("cells",),
    "frontmatter": ("errors",),
    "tasks": ("errors", "tasks"),
    "network": ("cells", "errors", "frontmatter", "tasks"),
    "machine": (),
    "origin": ("machine",),
    "whole": (),
    "searches": ("errors", "listing", "network", "origin", "whole"),
    "copies": ("errors", "listing", "whole"),
    "pins": (*BASE, "listing", "origin", "searches", "whole"),
    "store": (*BASE, "whole"),
    "interrupts": (),
    "progress": ("errors",),
    "garbage": (),
    "workers": ("garbage",),
    "lab": (*BASE, "interrupts", "machine", "store", "whole", "lab"),
    "desk": (*BASE, "origin", "store", "desk"),
    "press": (*BASE, *KEPT, "kept", "listing", "ondemand", "store", "desk", "press", "trees"),
    "clock": ("errors",),
    "exchange": ("errors",),
    "locks": (),
    "links": ("errors", "kept"),
    "publish": ("errors", "exchange", "interrupts", "kept", "links", "locks"),
    "cache": ("errors", "whole"),
    "project": ("errors", "locks"),
    "report": ("whole",),
    "unchanged": ("errors", "exchange", "kept", "machine", "project", "report", "trees"),
    "trees": (),
    "kept": ("trees",),
    "ondemand": (),
    "scaffold": (*BASE, "listing"),
}
# These may import whatever they like.
EVERYTHING = (
    "corpora",
    "stages",
    "verify",
    "build",
    "checking",
    "clean",
    "comparing",
    "pinning",
    "search",
    "status",
    "console",
    "preview",
    "cli",
    "__main__",
)
FOR_THE_LAB = (".layer", ".fast")  # the parts of a cell that only the lab imports
TRAINING = {"tensorflow", "keras", "tf_keras", "torch", "jax"}


def imports_of(module: str) -> list[tuple[str, int]]:
    """Return every module imported by a module, at its top or inside a function, with the number of dots."""
    found = []
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [(name if name in FILES else base, node.level) for name in names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, 0) for alias in node.names]
    return found


def ours(module: str) -> set[str]:
    """Return our modules imported by a module; the package itself holds only its version."""
    return {name for name, _ in imports_of(module) if name.startswith("lstmgallery.")}


def layer_of(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("module", [name for name in FILES if name != "lstmgallery"])
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    layer = layer_of(module)
    if layer in EVERYTHING:
        assert ours(module) <= set(FILES)
        return
    assert {name for name in ours(module) if layer_of(name) not in ALLOWED[layer]} == set()


def test_every_module_has_a_layer() -> None:
    assert {layer_of(name) for name in FILES if name != "lstmgallery"} == {*ALLOWED, *EVERYTHING}


def test_only_the_lab_imports_what_trains() -> None:
    users = {module for module in FILES for name, _ in imports_of(module) if name.split(".")[0] in TRAINING}
    assert users
    assert {layer_of(module) for module in users if not module.endswith(FOR_THE_LAB)} == {"lab"}
    assert {layer_of(module) for module in users if module.endswith(FOR_THE_LAB)} == {"cells"}


def test_the_lab_is_imported_inside_functions_only() -> None:
    for module in FILES:
        if module.startswith("lstmgallery.lab") or module.endswith(FOR_THE_LAB):
            continue
        top = ast.parse(FILES[module].read_text(encoding="utf-8")).body
        names = [node.module or "" for node in top if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in top if isinstance(node, ast.Import) for alias in node.names]
        of_the_lab = [name for name in names if name.startswith("lstmgallery.lab") or name.endswith(FOR_THE_LAB)]
        assert of_the_lab == [], module


def test_the_package_itself_imports_nothing_of_ours() -> None:
    assert ours("lstmgallery") == set()


def test_nothing_imports_the_entry() -> None:
    assert [module for module in FILES for name, _ in imports_of(module) if name.split(".")[0] == "build_site"] == []


def test_imports_are_absolute() -> None:
    assert [(module, name) for module in FILES for name, level in imports_of(module) if level] == []


def test_modules_do_not_import_each_other_in_circles() -> None:
    graph = {module: ours(module) for module in FILES}
    order = list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError
    assert set(order) == set(FILES)
    assert order.index("lstmgallery.errors") < order.index("lstmgallery.network") < order.index("lstmgallery.cli")


def test_every_import_is_ours_or_declared() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    distributions = {"PIL": "pillow", "yaml": "pyyaml", "markupsafe": "jinja2", "resvg_py": "resvg-py"}
    names = {name.split(".")[0] for module in FILES for name, _ in imports_of(module)}
    foreign = names - sys.stdlib_module_names - {"lstmgallery"}
    assert "numpy" in foreign
    assert {name for name in foreign if f'"{distributions.get(name, name)}>=' not in declared} == set()
