"""Answer a browser on this machine: serve the pages of the plan, and the events that reload open pages.

Only files of the plan are served, so no address leads into the file system. The server listens on 127.0.0.1 and
answers only requests to that host or `localhost`: a page of another site cannot read it, not even through a host name
of its own that points here (DNS rebinding). Pages of other origins get none of its files, whose scripts hold networks,
and cannot show it in a frame; they can link to it. At most `MOST_CLIENTS` are answered at once: a further one takes the
place of the one that has waited longest, and whoever stops reading or writing is let go. Pages are modified as they are
served, never in the plan: they get the script that follows the events, and a policy that lets it connect.
"""

import contextlib
import json
import re
import socket
import threading
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.preview.shown import Shown, State

ADDRESS = "127.0.0.1"
EVENTS = "_preview/events"
MISSING = "404.html"
MOST_CLIENTS = 64  # each takes a thread; an open page is one
IDLE_SECONDS = 20.0  # without a byte read or written; open pages get one more often
PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ASSETS = {f"_preview/{name}": name for name in ("overlay.css", "reload.js")}
FOLDER = resources.files("lstmgallery.preview")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
POLICY = re.compile(rb'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(")')
NOTHING_YET = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Not rendered</title>
</head>
<body>
<p>This page could not be rendered, and there is no earlier version of it.</p>
</body>
</html>
"""


class PreviewServer(ThreadingHTTPServer):
    """Listens on `port` of this machine only, as soon as it is created; port 0 takes any free one."""

    shown: Shown
    request_queue_size = 128

    def __init__(self, port: int):
        self._slots = threading.BoundedSemaphore(MOST_CLIENTS)
        self._clients: dict[Any, bool] = {}  # in order of arrival, and whether their request has been read
        self._changing = threading.Lock()
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            message = f"expected a free port of {ADDRESS}, cannot listen on {port} ({error.strerror})"
            hint = f"stop the program listening there, or choose another: --port {port + 1}, or --port 0 for a free one"
            raise GalleryError(Problem("--port", message, hint=hint)) from None

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def names(self) -> set[str]:
        """The host names a browser on this machine may use for this server."""
        names = {ADDRESS, "localhost"}
        return {f"{name}:{self.server_port}" for name in names} | (names if self.server_port == 80 else set())

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            with self._changing:
                oldest = next((each for each, is_read in self._clients.items() if not is_read), None)
                oldest = next(iter(self._clients), None) if oldest is None else oldest
                self._clients.pop(oldest, None)
            if oldest is not None:
                with contextlib.suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)  # its thread ends
                self.shown.wake()
            if not self._slots.acquire(timeout=1.0):
                super().shutdown_request(request)
                return
        with self._changing:
            self._clients[request] = False
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changing:
                self._clients.pop(request, None)
            self._slots.release()

    def note_read(self, request: Any) -> None:
        """Note that a client has sent its whole request."""
        with self._changing:
            if request in self._clients:
                self._clients[request] = True

    def handle_error(self, *_: Any) -> None:
        """Stay silent: a browser that disconnects in the middle of an answer is no error."""


def adapt_page(page: bytes, version: str) -> bytes:
    """Return a page with the script that follows the events, and with a policy that lets it connect."""
    added = (
        '<link rel="stylesheet" href="/_preview/overlay.css">\n'
        f'<script defer src="/_preview/reload.js" data-version="{version}"></script>\n</head>'
    )
    page = POLICY.sub(lambda found: found[1] + _allow_events(found[2]) + found[3], page, count=1)
    return page.replace(b"</head>", added.encode(), 1)


def _allow_events(policy: bytes) -> bytes:
    directives = [directive.split() for directive in policy.decode().split(";") if directive.strip()]
    listed = {name: [value for value in values if value != "'none'"] for name, *values in directives}
    for name in ("connect-src", "script-src", "style-src"):
        values = listed.setdefault(name, [])
        if "'self'" not in values:
            values.append("'self'")
    return "; ".join(" ".join([name, *(values or ["'none'"])]) for name, values in listed.items()).encode()


def event_of(state: State, version: str) -> bytes:
    """Return a state as one server-sent event for a page whose newest version is `version`."""
    problems = [{**asdict(problem), "text": str(problem)} for problem in state.problems]
    data = {"version": version, "problems": problems, "doing": state.doing}
    return f"data: {json.dumps(data)}\n\n".encode()


class _Handler(BaseHTTPRequestHandler):
    server: PreviewServer
    server_version = "lstmgallery"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self.server.note_read(self.connection)
        if self.headers.get_all("Host") not in [[name] for name in self.server.names]:
            self._answer(HTTPStatus.FORBIDDEN, b"This preview accepts requests only from this machine.\n", ".txt")
            return
        if self._is_foreign():
            self._answer(HTTPStatus.FORBIDDEN, b"This preview answers only its own pages.\n", ".txt")
            return
        path = unquote(urlsplit(self.path).path).removeprefix("/")
        if path == EVENTS:
            self._stream(parse_qs(urlsplit(self.path).query).get("page", ["/"])[0])
        elif path in ASSETS:
            self._answer(HTTPStatus.OK, (FOLDER / ASSETS[path]).read_bytes(), PurePosixPath(path).suffix)
        else:
            self._serve(path)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _is_foreign(self) -> bool:
        """Return whether a page of another origin asks, other than by a link that somebody follows."""
        site, origin = self.headers.get("Sec-Fetch-Site"), self.headers.get("Origin")
        if origin is not None and origin.removeprefix("http://") not in self.server.names:
            return True
        is_link = (self.headers.get("Sec-Fetch-Mode"), self.headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
        return site not in (None, "same-origin", "none") and not is_link

    def _serve(self, path: str) -> None:
        shown = self.server.shown
        if path not in shown and f"{path}/index.html" in shown:
            self._answer(HTTPStatus.FOUND, b"", ".txt", Location=f"/{quote(path)}/")
            return
        found = self._file_at(path)
        suffix = PurePosixPath(found).suffix
        version = shown.version_of(found) if suffix == ".html" else ""  # before its bytes: a newer page loads again
        file = shown.render(found)
        status = HTTPStatus.NOT_FOUND if found == MISSING else HTTPStatus.OK
        if file is None:
            status, suffix = HTTPStatus.SERVICE_UNAVAILABLE, ".html"
        content = NOTHING_YET if file is None else file.content
        self._answer(status, adapt_page(content, version) if suffix == ".html" else content, suffix)

    def _file_at(self, path: str) -> str:
        """Return the file of the site that answers the path of an address."""
        file = path.removeprefix("/")
        file += "index.html" if file == "" or file.endswith("/") else ""
        return file if file in self.server.shown else MISSING

    def _stream(self, path: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self._send_protection()
        self.end_headers()
        if self.command == "HEAD":
            return
        for state in self.server.shown.follow():
            if state is None:
                self.wfile.write(b": still here\n\n")
            else:
                self.wfile.write(event_of(state, self.server.shown.version_of(self._file_at(path))))

    def _answer(self, status: HTTPStatus, content: bytes, suffix: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content)))
        self._send_protection()
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_protection(self) -> None:
        for name, value in {"Cache-Control": "no-store", **PROTECTION}.items():
            self.send_header(name, value)

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002
        """Stay silent: the console is for saves and problems."""
