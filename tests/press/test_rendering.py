"""Templates: compiled once, and again when they change."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from lstmgallery.kept import Kept
from lstmgallery.press.pages.rendering import environment, keep_templates


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """The templates compiled by a test, in an environment of its own."""
    environment.cache_clear()
    names: list[str | None] = []
    compile_source = jinja2.Environment.compile

    def note(self: jinja2.Environment, source: str, name: str | None = None, filename: str | None = None) -> object:
        names.append(name)
        return compile_source(self, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", note)
    yield names
    environment.cache_clear()


def load(kept: Kept, folder: Path) -> str:
    """Render a template of a folder in a new environment."""
    environment.cache_clear()
    keep_templates(kept.take)
    environment().loader = jinja2.FileSystemLoader(folder)
    return environment().get_template("a.html").render(x=7)


def test_a_kept_template_is_compiled_again_only_when_it_changed(tmp_path: Path, compiled: list[str | None]) -> None:
    template = tmp_path / "a.html"
    template.write_text("{{ x }} and <b>", encoding="utf-8")
    with Kept(tmp_path / "kept") as kept:
        assert load(kept, tmp_path) == "7 and <b>"
        kept.save()
    with Kept(tmp_path / "kept") as kept:
        assert load(kept, tmp_path) == "7 and <b>"
        assert compiled == ["a.html"]
        template.write_text("{{ x }} or <b>", encoding="utf-8")
        assert load(kept, tmp_path) == "7 or <b>"
        assert compiled == ["a.html", "a.html"]


def test_an_error_in_a_kept_template_names_its_line(tmp_path: Path, compiled: list[str | None]) -> None:
    (tmp_path / "a.html").write_text("\n{{ nothing }}", encoding="utf-8")
    with Kept(tmp_path / "kept") as kept:
        for _ in range(2):
            with pytest.raises(jinja2.UndefinedError) as raised:
                load(kept, tmp_path)
            places = [(Path(str(each.path)).name, each.lineno + 1) for each in raised.traceback]
            assert ("a.html", 2) in places
    assert compiled == ["a.html"]
