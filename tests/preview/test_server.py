"""The preview accepts requests only from this machine, serves only the plan, and keeps the last good page."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from random import Random

import jinja2
import pytest

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.preview.server import ADDRESS, FOLDER, MOST_CLIENTS, PreviewServer, adapt_page
from lstmgallery.preview.shown import Shown, State

PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'none'">
<title>A page</title>
</head>
<body></body>
</html>
"""
PLAN: dict[str, Callable[[], bytes]] = {
    "index.html": lambda: PAGE,
    "404.html": lambda: PAGE.replace(b"A page", b"No such page"),
    "networks/small/index.html": lambda: PAGE,
    "assets/style.css": lambda: b"a {}",
    "a page/50%/é.html": lambda: PAGE.replace(b"A page", b"A page at a strange address"),
    "a page/index.html": lambda: PAGE.replace(b"A page", b"A page with a space"),
}
Ask = Callable[..., http.client.HTTPResponse]


@pytest.fixture
def problems() -> list[Problem]:
    return []


@pytest.fixture
def server(problems: list[Problem]) -> Iterator[PreviewServer]:
    with PreviewServer(0) as server:
        server.shown = Shown(PLAN, problems.append)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shown.end()
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(server: PreviewServer) -> Ask:
    def ask(path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(ADDRESS, server.server_port, timeout=5)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    return ask


def exchange(server: PreviewServer, request: str) -> tuple[bytes, bytes]:
    """Send a request and return all bytes until the server closes: the head and the body."""
    with socket.create_connection((ADDRESS, server.server_port), timeout=5) as connection:
        connection.sendall(f"{request}\r\nHost: {ADDRESS}:{server.server_port}\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65_536):
            received += part
    head, blank, rest = received.partition(b"\r\n\r\n")
    assert blank
    return head, rest


def read_event(response: http.client.HTTPResponse) -> dict[str, object]:
    line = response.readline()
    assert response.readline() == b"\n"
    event: dict[str, object] = json.loads(line.removeprefix(b"data: "))
    return event


@pytest.mark.parametrize("path", ["/", "/index.html", "/networks/small/", "/networks/small/index.html?a=b"])
def test_a_page_comes_with_the_script_that_follows_the_events(ask: Ask, path: str) -> None:
    response = ask(path)
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert response.headers["Cache-Control"] == "no-store"
    body = response.read()
    assert b'<script defer src="/_preview/reload.js" data-version="' in body
    assert b"<title>A page</title>" in body


def test_the_policy_lets_the_script_listen_and_nothing_else() -> None:
    page = adapt_page(PAGE, "1").decode()
    policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'"
    assert f'content="{policy}">' in page
    assert adapt_page(b"no page at all", "1") == b"no page at all"


def test_what_a_page_says_about_policies_and_heads_is_left_alone() -> None:
    body = PAGE.replace(b"<body>", b"<body><pre>" + PAGE + b"</pre>")
    page = adapt_page(body, "1")
    assert page.count(b"connect-src 'self'") == 1
    assert page.endswith(body.partition(b"</head>")[2])


def test_other_files_are_served_as_they_are(ask: Ask) -> None:
    response = ask("/assets/style.css")
    assert (response.status, response.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert response.read() == b"a {}"


@pytest.mark.parametrize("name", ["overlay.css", "reload.js"])
def test_the_previews_own_files_are_served(ask: Ask, name: str) -> None:
    assert ask(f"/_preview/{name}").status == 200


def test_a_folder_leads_to_its_page(ask: Ask) -> None:
    response = ask("/networks/small")
    assert (response.status, response.headers["Location"]) == (302, "/networks/small/")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere.html",
        "/assets/",
        "/../pyproject.toml",
        "/assets/../../pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "//etc/passwd",
        "/_preview/server.py",
        "/_preview/../cli.py",
        "/assets%2fstyle.css%00",
    ],
)
def test_what_is_not_in_the_plan_is_not_found(ask: Ask, path: str) -> None:
    response = ask(path)
    assert response.status == 404
    assert b"No such page" in response.read()


PIECES: tuple[str, ...] = (
    "..",
    ".",
    "/",
    "//",
    "\\",
    "%2e%2e",
    "%2f",
    "%5c",
    "%00",
    "%ff",
    "%",
    "%2",
    "[",
    "]",
    "@",
    ":",
    "?",
    "#",
    ";",
    "&",
    "*",
)
PIECES += (
    "etc/passwd",
    "C:",
    "file:",
    "http://evil.example/",
    "_preview/",
    "reload.js",
    "events",
    "index.html",
    "a%20page",
)
PIECES += ("\u00e9", "\u202e", "{{7*7}}", "<script>", "' OR 1", "%0d%0aSet-Cookie:a=b", "~root", "$HOME", "x" * 9_000)


def test_no_address_leads_to_anything_but_the_plan(server: PreviewServer, ask: Ask) -> None:
    random = Random(1)
    files = {adapt_page(make(), "") if make is not PLAN["assets/style.css"] else make() for make in PLAN.values()}
    missing = ask("/nowhere").read()
    versions = re.compile(rb'data-version="[^"]*"')
    shown = {versions.sub(b"", body) for body in (*files, missing)}
    own = {(FOLDER / name).read_bytes() for name in ("overlay.css", "reload.js")}
    found = set()
    for _ in range(1_000):
        path = "/" + "".join(random.choices(PIECES, k=random.randint(1, 8)))
        if path.partition("?")[0].partition("#")[0] in ("/_preview/events",):
            continue
        head, body = exchange(server, f"GET {path} HTTP/1.1") if " " not in path else (b"HTTP/1.0 400 x", b"")
        status = int(head.split()[1])
        found.add(status)
        assert b"Set-Cookie" not in head
        if status == 200:
            assert versions.sub(b"", body) in shown | own, path
        else:
            assert status in (302, 400, 404, 414), path
    assert {200, 404} <= found


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", ""])
@pytest.mark.parametrize("path", ["/", "/_preview/events", "/assets/style.css"])
def test_whoever_calls_it_by_another_name_is_refused(server: PreviewServer, ask: Ask, host: str, path: str) -> None:
    response = ask(path, Host=host.format(port=server.server_port))
    assert response.status == 403
    assert b"<title>" not in response.read()


@pytest.mark.parametrize("path", ["/", "/_preview/events", "/assets/style.css", "/_preview/reload.js", "/nowhere"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},  # another port
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_page_of_another_origin_gets_nothing(ask: Ask, path: str, headers: dict[str, str]) -> None:
    response = ask(path, **headers)
    assert response.status == 403
    assert response.read() == b"This preview answers only its own pages.\n"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},  # a link to it
        {"Origin": "http://localhost:{port}"},
    ],
)
def test_its_own_pages_and_whoever_opens_one_are_answered(
    server: PreviewServer, ask: Ask, headers: dict[str, str]
) -> None:
    response = ask("/", **{name: value.format(port=server.server_port) for name, value in headers.items()})
    assert response.status == 200


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/nowhere", "/networks/small", "/_preview/events"])
def test_every_answer_forbids_other_origins_to_use_or_to_frame_it(server: PreviewServer, path: str) -> None:
    head, _ = exchange(server, f"HEAD {path} HTTP/1.0")
    for line in (
        b"Cross-Origin-Resource-Policy: same-origin",
        b"Cross-Origin-Opener-Policy: same-origin",
        b"Content-Security-Policy: frame-ancestors 'self'",
        b"X-Frame-Options: SAMEORIGIN",
        b"Cache-Control: no-store",
    ):
        assert line in head.split(b"\r\n")


def test_clients_that_never_finish_their_request_keep_nobody_out(server: PreviewServer, ask: Ask) -> None:
    slow = []
    try:
        for _ in range(500):
            slow.append(socket.create_connection((ADDRESS, server.server_port), timeout=5))
            slow[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert ask("/").status == 200
        names = [thread.name for thread in threading.enumerate() if "process_request_thread" in thread.name]
        assert len(names) <= MOST_CLIENTS
    finally:
        for connection in slow:
            connection.close()


def test_more_open_pages_than_there_is_room_for_let_the_oldest_go(ask: Ask) -> None:
    pages = [ask("/_preview/events") for _ in range(MOST_CLIENTS + 1)]
    assert ask("/").status == 200
    assert read_event(pages[-1])["problems"] == []
    with closing(pages[0]):
        read_event(pages[0])
        assert pages[0].readline() == b""


def test_two_names_of_a_host_are_none(server: PreviewServer) -> None:
    head, _ = exchange(server, f"GET / HTTP/1.0\r\nHost: {ADDRESS}:{server.server_port}")
    assert head.startswith(b"HTTP/1.0 403")


def test_localhost_is_its_name_too(server: PreviewServer, ask: Ask) -> None:
    assert ask("/", Host=f"localhost:{server.server_port}").status == 200


def test_a_browser_leaves_the_usual_port_out_of_its_name(
    server: PreviewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_port
    assert server.names == {f"127.0.0.1:{port}", f"localhost:{port}"}
    monkeypatch.setattr(server, "server_port", 80)
    assert server.names == {"127.0.0.1:80", "localhost:80", "127.0.0.1", "localhost"}


def test_it_listens_on_this_machine_alone(server: PreviewServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered(ask: Ask, method: str) -> None:
    assert ask("/", method=method).status == 501


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/nowhere.html", "/_preview/reload.js"])
def test_a_head_is_that_of_the_whole_answer_without_its_body(server: PreviewServer, path: str) -> None:
    head, body = exchange(server, f"HEAD {path} HTTP/1.1")
    whole, content = exchange(server, f"GET {path} HTTP/1.1")
    assert body == b""
    assert len(content) > 0
    assert f"\r\nContent-Length: {len(content)}\r\n".encode() in head
    assert lines_without_date(head) == lines_without_date(whole)


def lines_without_date(head: bytes) -> list[bytes]:
    return [line for line in head.splitlines() if not line.startswith(b"Date: ")]


def test_a_head_of_the_events_ends_without_an_event(server: PreviewServer) -> None:
    head, body = exchange(server, "HEAD /_preview/events HTTP/1.1")
    assert b"\r\nContent-Type: text/event-stream\r\n" in head
    assert body == b""


@pytest.mark.parametrize(
    ("path", "title"),
    [("/a%20page/50%25/%C3%A9.html", b"A page at a strange address"), ("/a%20page/?q=%2F#top", b"A page with a space")],
)
def test_an_encoded_address_is_that_of_its_file(ask: Ask, path: str, title: bytes) -> None:
    response = ask(path)
    assert response.status == 200
    assert b"<title>" + title + b"</title>" in response.read()


def test_a_folder_with_a_space_leads_to_its_encoded_address(ask: Ask) -> None:
    response = ask("/a%20page")
    assert (response.status, response.headers["Location"]) == (302, "/a%20page/")


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/nowhere.html", "/_preview/reload.js", "/a%20page"])
def test_no_answer_is_guessed_at_or_kept_by_the_browser(ask: Ask, path: str) -> None:
    headers = ask(path).headers
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_file_of_an_unknown_kind_is_sent_as_bytes(server: PreviewServer, ask: Ask) -> None:
    server.shown.show({**PLAN, "data.unknown": lambda: b"</head>"})
    response = ask("/data.unknown")
    assert (response.headers["Content-Type"], response.read()) == ("application/octet-stream", b"</head>")


def test_a_port_that_is_taken_is_one_clear_error(server: PreviewServer) -> None:
    with pytest.raises(GalleryError) as raised:
        PreviewServer(server.server_port)
    (problem,) = raised.value.problems
    assert problem.place == "--port"
    assert f"cannot listen on {server.server_port} (" in problem.message
    port = server.server_port + 1
    assert (
        problem.hint
        == f"stop the program listening there, or choose another: --port {port}, or --port 0 for a free one"
    )


def test_a_new_plan_is_an_event_and_is_served(server: PreviewServer, ask: Ask) -> None:
    with closing(ask("/_preview/events")) as events:
        assert events.headers["Content-Type"] == "text/event-stream"
        first = read_event(events)
        server.shown.show({**PLAN, "index.html": lambda: PAGE.replace(b"A page", b"Another page")})
        second = read_event(events)
    assert first["version"] != second["version"]
    body = ask("/").read()
    assert b"Another page" in body
    assert f'data-version="{second["version"]}"'.encode() in body


def test_a_good_save_changes_the_version_of_the_pages_whose_bytes_it_changes_alone(
    server: PreviewServer, ask: Ask
) -> None:
    with closing(ask("/_preview/events?page=/")) as one, closing(ask("/_preview/events?page=%2Fa%20page%2F")) as other:
        before = [read_event(events)["version"] for events in (one, other)]
        server.shown.show({**PLAN, "index.html": lambda: PAGE.replace(b"A page", b"Another page")})
        after = [read_event(events)["version"] for events in (one, other)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]
    assert f'data-version="{after[1]}"'.encode() in ask("/a%20page/").read()


@pytest.mark.parametrize(
    "link",
    [
        b'<link rel="stylesheet" href="../assets/style.css">',
        b'<script src="../assets/style.css?1"></script>',
        b'<img srcset="small.png 1x, ../assets/style.css 2x">',
    ],
)
def test_a_file_that_a_page_shows_is_part_of_its_version(link: bytes) -> None:
    plan = {**PLAN, "a/b.html": lambda: PAGE.replace(b"<title>", link + b"<title>"), "a/c.html": lambda: PAGE}
    shown = Shown(plan, lambda _: None)
    before = {path: shown.version_of(path) for path in ("a/b.html", "a/c.html")}
    shown.show({**plan, "assets/style.css": lambda: b"b {}"})
    assert {path: shown.version_of(path) == version for path, version in before.items()} == {
        "a/b.html": False,
        "a/c.html": True,
    }


def test_a_page_that_comes_to_be_is_newer_than_the_one_for_missing_addresses(server: PreviewServer, ask: Ask) -> None:
    with closing(ask("/_preview/events?page=%2Fnew.html")) as events:
        version = read_event(events)["version"]
        assert f'data-version="{version}"'.encode() in ask("/new.html").read()
        server.shown.show({**PLAN, "new.html": lambda: PAGE})
        assert read_event(events)["version"] != version


def test_problems_and_what_runs_are_events_that_leave_the_page_as_it_is(server: PreviewServer, ask: Ask) -> None:
    with closing(ask("/_preview/events")) as events:
        version = read_event(events)["version"]
        server.shown.tell("small: train")
        assert read_event(events) == {"version": version, "problems": [], "doing": "small: train"}
        server.shown.refuse((Problem("content/a.md", "is wrong", 3, 1, "x: <b>", hint="mend it"),))
        event = read_event(events)
    assert (event["version"], event["doing"]) == (version, "")
    assert event["problems"] == [
        {
            "place": "content/a.md",
            "message": "is wrong",
            "line": 3,
            "column": 1,
            "source": "x: <b>",
            "hint": "mend it",
            "text": "content/a.md:3:1: is wrong\n    x: <b>\n    ^\n    mend it",
        }
    ]


def test_a_page_that_breaks_is_served_as_it_last_was(server: PreviewServer, ask: Ask, problems: list[Problem]) -> None:
    def broken() -> bytes:
        return str(jinja2.Template("{{ 1 / 0 }}").render()).encode()

    ask("/").read()
    server.shown.show({**PLAN, "index.html": broken, "new.html": broken})
    response = ask("/")
    assert response.status == 200
    assert b"<title>A page</title>" in response.read()
    (problem,) = problems
    assert problem.message == "index.html cannot be rendered: ZeroDivisionError: division by zero"
    assert server.shown.state.problems == (problem,)
    response = ask("/new.html")
    assert response.status == 503
    assert b"reload.js" in response.read()


def test_those_who_follow_are_let_go_at_the_end() -> None:
    shown = Shown(PLAN, report=lambda _: None)
    told: list[State | None] = []
    thread = threading.Thread(target=lambda: told.extend(shown.follow()))
    thread.start()
    shown.end()
    thread.join(5)
    assert not thread.is_alive()
