"""The preview answers this machine alone, serves nothing but the plan, and keeps the last good page."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import jinja2
import pytest

from lstmgallery.errors import GalleryError, Problem
from lstmgallery.preview.server import ADDRESS, PreviewServer, adapt_page
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


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", ""])
@pytest.mark.parametrize("path", ["/", "/_preview/events", "/assets/style.css"])
def test_whoever_calls_it_by_another_name_is_refused(server: PreviewServer, ask: Ask, host: str, path: str) -> None:
    response = ask(path, Host=host.format(port=server.server_port))
    assert response.status == 403
    assert b"<title>" not in response.read()


def test_localhost_is_its_name_too(server: PreviewServer, ask: Ask) -> None:
    assert ask("/", Host=f"localhost:{server.server_port}").status == 200


def test_it_listens_on_this_machine_alone(server: PreviewServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered(ask: Ask, method: str) -> None:
    assert ask("/", method=method).status == 501


def test_a_head_has_no_body(ask: Ask) -> None:
    response = ask("/", method="HEAD")
    assert (response.status, response.read()) == (200, b"")
    assert int(response.headers["Content-Length"]) > len(PAGE)


def test_a_port_that_is_taken_is_one_clear_error(server: PreviewServer) -> None:
    with pytest.raises(GalleryError) as raised:
        PreviewServer(server.server_port)
    (problem,) = raised.value.problems
    assert problem.place == "--port"
    assert f"cannot listen on {server.server_port} (" in problem.message
    assert problem.hint is not None
    assert "--port 0" in problem.hint


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
