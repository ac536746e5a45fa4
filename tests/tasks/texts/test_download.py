"""A corpus is downloaded once, checked, and kept; what cannot be had is reported."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmgallery.errors import GalleryError
from lstmgallery.tasks.texts.download import download
from lstmgallery.tasks.texts.sources.files import Files
from lstmgallery.tasks.texts.sources.source import Places

CONTENT = b"one\ntwo\n" * 50_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """A server of this machine that remembers what it was asked for."""

    asked: list[str]


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the same file under one address, and nothing else."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked.append(self.path)
        is_there = self.path == "/a.txt"
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Length", str(len(CONTENT) if is_there else 0))
        self.end_headers()
        if is_there:
            self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def address(server: Server, path: str = "/a.txt") -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def test_a_file_is_downloaded_once_and_its_progress_reported(server: Server, tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    for _ in range(2):
        file = download(
            address(server), sha256=SHA256, folder=tmp_path, report=lambda at, total: reports.append((at, total))
        )
        assert file.read_bytes() == CONTENT
        assert file.parent == tmp_path
    assert server.asked == ["/a.txt"]
    assert reports[-1] == (len(CONTENT), len(CONTENT))
    received = [at for at, _ in reports]
    assert received[-2:] == [len(CONTENT)] * 2  # pooch repeats the last
    assert received[:-1] == sorted(set(received))
    assert len(received) > 10


def test_a_damaged_copy_is_downloaded_again(server: Server, tmp_path: Path) -> None:
    file = download(address(server), sha256=SHA256, folder=tmp_path)
    file.write_bytes(b"damaged")
    assert download(address(server), sha256=SHA256, folder=tmp_path).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_file_unlike_its_checksum_is_refused_and_not_kept(server: Server, tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=f"expected a file with the SHA-256 {'0' * 64}, found another"):
        download(address(server), sha256="0" * 64, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_had_is_reported(server: Server, tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"none.txt: cannot be downloaded: 404"):
        download(address(server, "/none.txt"), sha256=SHA256, folder=tmp_path)
    with pytest.raises(GalleryError, match="cannot be downloaded: "):
        download("http://127.0.0.1:9/a.txt", sha256=SHA256, folder=tmp_path)


def test_a_local_file_comes_before_the_download(server: Server, tmp_path: Path) -> None:
    source = Files(kind="files", path="b.txt", url=address(server), sha256=SHA256)
    places = Places(tmp_path, tmp_path / "kept")
    assert next(source.documents(places)) == "one"
    assert server.asked == ["/a.txt"]
    (tmp_path / "b.txt").write_bytes(CONTENT)
    assert source.files(places) == [tmp_path / "b.txt"]
    assert server.asked == ["/a.txt"]
