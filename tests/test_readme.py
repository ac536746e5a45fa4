"""The README's commands and examples are those that work."""

import re
import shlex
from pathlib import Path

import click
import pandas as pd

from lstmgallery.cli import main
from lstmgallery.network import read_network
from tests.conftest import ROOT, Gallery

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_continuous_integration_runs_the_readmes_test_command_and_a_strict_build() -> None:
    (command,) = [block for block in blocks("sh") if "tests/check.py" in block]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    strict = ".venv/bin/python build_site.py --strict"
    assert [line for line in script.splitlines() if "python" in line] == [*command.strip().split(" && "), strict]


def test_the_readmes_network_is_valid(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    file = tmp_path / "long-counter.md"
    file.write_text(text, encoding="utf-8")
    network, document = read_network(file)
    assert network.task.size == 20
    assert "Markdown" in document.body


def test_the_readmes_pandas_example_runs_on_a_built_gallery(gallery: Gallery) -> None:
    (code,) = blocks("python")
    namespace: dict[str, object] = {}
    exec(code.replace("build/", f"{gallery.project.build}/"), namespace)  # the README's own text
    neuron = namespace["neuron"]
    assert isinstance(neuron, pd.DataFrame)
    assert set(neuron["neuron"]) == {5}


def test_the_readmes_commands_are_those_of_the_program() -> None:
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if "bin/lstmgallery" in line]
    assert {command[1] for command in commands} == {"new", "serve", "build", "pin", "unpin", "status", "search"}
    for _, *arguments in commands:
        command: click.Command = main
        while isinstance(command, click.Group):
            name = arguments.pop(0)
            command = command.commands[name]
        command.make_context(name, arguments)  # raises for an argument or option that it does not have


def options_of(command: click.Command, name: str) -> set[str]:
    """Return the options of a command and of all commands in it."""
    context = click.Context(command, info_name=name)
    options = {option for parameter in command.get_params(context) for option in parameter.opts if option[:2] == "--"}
    inner = command.commands.items() if isinstance(command, click.Group) else ()
    return options.union(*(options_of(each, inner_name) for inner_name, each in inner))


def test_every_option_of_the_command_line_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`(--[a-z-]+)`", README))
    assert named
    assert named <= options_of(main, "lstmgallery")
