"""Templates: compiled once, and again when they change."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from lstmgallery.kept import Kept
from lstmgallery.press.pages import rendering
from lstmgallery.press.pages.rendering import environment, keep_templates


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """The templates compiled by a test, in an environment of its own."""
    begin_process()
    names: list[str | None] = []
    compile_source = jinja2.Environment.compile

    def note(self: jinja2.Environment, source: str, name: str | None = None, filename: str | None = None) -> object:
        names.append(name)
        return compile_source(self, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", note)
    yield names
    begin_process()


@pytest.fixture
def theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A theme of two templates; returns their folder."""
    monkeypatch.setattr(rendering, "THEME", tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("{{ x }} and <b>", encoding="utf-8")
    (tmp_path / "templates" / "b.html").write_text("{{ x }}", encoding="utf-8")
    return tmp_path / "templates"


def begin_process() -> None:
    environment.cache_clear()
    rendering._compile_all.cache_clear()


def load(kept: Kept) -> str:
    """Render the first template as a new process does."""
    begin_process()
    keep_templates(kept.take)
    return environment().get_template("a.html").render(x=7)


def test_a_kept_template_is_compiled_again_only_when_it_changed(
    theme: Path, tmp_path: Path, compiled: list[str | None]
) -> None:
    with Kept(tmp_path / "kept") as kept:
        assert load(kept) == "7 and <b>"
        kept.save()
    assert compiled == ["a.html", "b.html"]
    with Kept(tmp_path / "kept") as kept:
        assert load(kept) == "7 and <b>"
        assert compiled == ["a.html", "b.html"]
        (theme / "a.html").write_text("{{ x }} or <b>", encoding="utf-8")
        assert load(kept) == "7 or <b>"
        assert compiled == ["a.html", "b.html", "a.html"]


def test_every_build_of_a_process_asks_for_the_same_templates(theme: Path) -> None:
    del theme
    begin_process()
    asked = []
    for _ in range(2):  # what a build does not ask for is dropped
        kept = Kept()
        keep_templates(kept.take)
        environment().get_template("a.html").render(x=7)
        asked.append(kept._asked)
    assert asked[0] == asked[1] != set()


def test_an_error_in_a_kept_template_names_its_line(theme: Path, tmp_path: Path, compiled: list[str | None]) -> None:
    (theme / "a.html").write_text("\n{{ nothing }}", encoding="utf-8")
    with Kept(tmp_path / "kept") as kept:
        for _ in range(2):
            with pytest.raises(jinja2.UndefinedError) as raised:
                load(kept)
            places = [(Path(str(each.path)).name, each.lineno + 1) for each in raised.traceback]
            assert ("a.html", 2) in places
    assert compiled == ["a.html", "b.html"]
