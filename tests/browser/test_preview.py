"""The preview in a real browser: an open page follows every save and shows errors in an overlay."""

import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lstmgallery.project import Project
from tests.conftest import Gallery, files_of, folders_in, options, run_python, start_python

SUMMARY = "A small network that a test trains."
PATIENCE_MS = 30_000  # the preview takes well under a second; tests/benchmarks/preview.py measures it


class Preview:
    """A preview of a small gallery in its own process, and the file that tests change."""

    def __init__(self, project: Project):
        self.project = project
        self.file = project.content / "networks" / "small.md"
        self.text = self.file.read_text(encoding="utf-8")
        self.process = start_python("-m", "lstmgallery", "serve", "--port", "0", *options(project)[:-2])
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        self.url = found[0]

    def save(self, old: str, new: str) -> None:
        assert self.text.count(old) == 1
        self.file.write_text(self.text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def running(small_gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    project = folders_in(tmp_path_factory.mktemp("preview"))
    for name in ("content", "build"):
        shutil.copytree(getattr(small_gallery.project, name), getattr(project, name))
    preview = Preview(project)
    yield preview
    preview.process.kill()
    preview.process.wait()


@pytest.fixture
def preview(running: Preview) -> Iterator[Preview]:
    yield running
    running.file.write_text(running.text, encoding="utf-8")


@pytest.fixture
def page(browser: Browser, preview: Preview) -> Iterator[Page]:
    """The network's page; the test fails on any complaint of the browser."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(preview.url + "networks/small/index.html")
    expect(page.get_by_text(SUMMARY)).to_be_visible(timeout=PATIENCE_MS)  # what the test before saved is gone
    yield page
    page.close()
    assert complaints == []


def test_an_open_page_shows_a_saved_summary_by_itself(
    preview: Preview, page: Page, record_property: Callable[[str, object], None]
) -> None:
    expect(page.get_by_text(SUMMARY)).to_be_visible()
    preview.save(SUMMARY, "A summary that was just saved.")
    saved = time.perf_counter()
    expect(page.get_by_text("A summary that was just saved.")).to_be_visible(timeout=PATIENCE_MS)
    record_property("seconds_from_save_to_page", time.perf_counter() - saved)


def test_a_save_leaves_open_pages_alone_whose_bytes_it_does_not_change(
    browser: Browser, preview: Preview, page: Page
) -> None:
    other = browser.new_page()
    other.goto(preview.url + "explorer/small.html")
    other.evaluate("window.isKept = true")
    preview.save("Prose of the small network.", "Prose that was just saved.")
    expect(page.get_by_text("Prose that was just saved.")).to_be_visible(timeout=PATIENCE_MS)
    other.wait_for_timeout(1_000)
    assert other.evaluate("window.isKept")
    other.close()


def test_a_mistake_is_shown_over_the_last_good_page_until_it_is_mended(preview: Preview, page: Page) -> None:
    alert = page.get_by_role("alert")
    expect(alert).to_be_empty()
    preview.save("kind: counting", "kind: <b>couting</b>")
    expect(alert).to_contain_text("1 error. The last good page is shown.", timeout=PATIENCE_MS)
    expect(alert).to_contain_text(f"{preview.file}:5:9: task.kind: expected one of counting, selective-counting")
    expect(alert).to_contain_text("found '<b>couting</b>'")
    expect(alert).to_contain_text("did you mean 'counting'?")
    expect(page.get_by_text(SUMMARY)).to_be_visible()
    page.reload()
    expect(alert).to_contain_text("couting")
    preview.save(SUMMARY, "Mended.")
    expect(page.get_by_text("Mended.")).to_be_visible(timeout=PATIENCE_MS)
    expect(alert).to_be_empty()


def test_a_network_whose_specification_changed_runs_again_while_its_page_stays(preview: Preview, page: Page) -> None:
    preview.save("[aXb, aaaXbbb]", "[aaXbb]")
    expect(page.get_by_role("status")).to_contain_text("small: ", timeout=PATIENCE_MS)
    expect(page.get_by_text(SUMMARY)).to_be_visible()
    page.goto(preview.url + "networks/small/layer-1/neuron-1.html")
    expect(page.get_by_role("region", name="Sequence aaXbb,")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("status").last).to_be_empty()


def test_what_is_not_there_is_said_by_the_sites_own_page(browser: Browser, preview: Preview) -> None:
    page = browser.new_page()
    response = page.goto(preview.url + "nowhere/at/all.html")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    page.close()


def test_a_port_that_is_taken_ends_the_command_with_the_mend(preview: Preview) -> None:
    port = preview.url.rstrip("/").rpartition(":")[2]
    run = run_python("-m", "lstmgallery", "serve", "--port", port, *options(preview.project)[:-2])
    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(
        rf"error: --port: expected a free port of 127\.0\.0\.1, cannot listen on {port} \(.*\)\n"
        rf" +stop the program listening there, or choose another: --port {int(port) + 1}, or --port 0 for a free one\n"
        r"1 error; nothing was served\.\n",
        run.stderr,
    )


def test_broken_content_at_the_start_ends_the_command(preview: Preview) -> None:
    preview.save("units: 6", "units: six")
    run = run_python("-m", "lstmgallery", "serve", "--port", "0", *options(preview.project)[:-2])
    assert run.returncode == 1
    assert run.stderr.endswith("1 error; nothing was served.\n")
    assert "Traceback" not in run.stderr


def test_ctrl_c_ends_it_with_a_line_and_writes_no_site(running: Preview) -> None:
    running.process.send_signal(signal.SIGINT)
    _, rest = running.process.communicate(timeout=20)
    assert running.process.returncode == 130
    assert rest.endswith("The preview has ended.\n")
    assert "Traceback" not in rest
    assert not Path(running.project.site).exists()
    assert [path for path in files_of(running.project.build) if "partial" in path] == []
