"""Whatever writes a date writes the one that is asked for."""

import datetime

import pytest

from lstmgallery.clock import EPOCH, today
from lstmgallery.errors import GalleryError
from lstmgallery.pins import read_pin
from lstmgallery.press.manuscript.content import read_content
from lstmgallery.project import Project
from tests.conftest import run_python


def test_today_is_today_unless_another_day_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EPOCH, raising=False)
    assert today() in (datetime.date.today(), datetime.date.today() - datetime.timedelta(days=1))
    monkeypatch.setenv(EPOCH, "86399")
    assert today() == datetime.date(1970, 1, 1)
    monkeypatch.setenv(EPOCH, "1767225600")
    assert today() == datetime.date(2026, 1, 1)


@pytest.mark.parametrize("given", ["yesterday", "1.5", "1e400", "9" * 30, " "])
def test_other_words_are_an_error(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(EPOCH, given)
    with pytest.raises(GalleryError, match=f"{EPOCH}: expected whole seconds since 1970"):
        today()


def test_pins_of_the_same_day_are_equal_to_the_byte(small_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH, "1767225600")
    folders = ["--content", str(small_project.content), "--cache", str(small_project.build)]
    pins = []
    for _ in range(2):
        run = run_python("-m", "lstmgallery", "pin", *folders)
        assert run.returncode == 0, run.stderr
        (entry,) = read_content(small_project.content).networks
        assert entry.pin is not None
        assert read_pin(entry.pin.file, entry.network).header.date == datetime.date(2026, 1, 1)
        pins.append(entry.pin.file.read_bytes())
    assert pins[0] == pins[1]
