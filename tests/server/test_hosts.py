"""Only requests for a host of ours are answered: what a name from outside leads here is refused."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as talk_to

from dyntube.ui.server.hosts import HostCheck

from .test_routes import LOCAL, served

NAMED = "dash.acme.com, *.team.acme.com, Bücher.example."
OURS = [
    "localhost",
    "LocalHost",
    "localhost.",
    "localhost:8501",
    "localhost:",
    "dash.localhost",
    "127.0.0.1",
    "127.0.0.1:8501",
    "192.168.2.7",
    "[::1]",
    "[::1]:8501",
    "[FE80::1:2]",
    "[::ffff:10.0.0.1]:80",
    "dash.acme.com",
    "DASH.Acme.Com.:443",
    "a.team.acme.com",
    "b.a.team.acme.com:8443",
    "xn--bcher-kva.example",
]
OTHERS = [
    "evil.example",
    "evil.example:8501",
    "acme.com",
    "other.acme.com",
    "team.acme.com",
    "dash.acme.com.evil.example",
    "evil-dash.acme.com",
    "xteam.acme.com",
    "localhost.evil.example",
    "notlocalhost",
    "127.0.0.1.evil.example",
    "1.2.3",
    "0x7f000001",
    "2130706433",
    "[127.0.0.1]",
    "xn--bcher-kva.example.evil.example",
]
NONSENSE = [
    "",
    " ",
    ".",
    ".localhost",
    ".team.acme.com",
    "localhost..",
    "a..localhost",
    ":8501",
    "localhost:port",
    "localhost:99999",
    "localhost:80:80",
    "::1",
    "[::1",
    "[localhost]",
    "[fe80::1%25eth0]",
    "evil.example@localhost",
    "localhost@evil.example",
    "localhost:x@evil.example",
    "localhost/evil.example",
    "evil.example#localhost",
    "localhost?.evil.example",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost\\.evil.example",
    "evil%2eexample",
    "b\xfccher.example",
    "*.localhost",
]


@pytest.fixture
def url(connect: Callable[..., None], tmp_path: Path) -> Iterator[str]:
    """A server with names of its own, a page that says nothing but ours, and a websocket."""
    connect(LOCAL, tmp_path / "archive", SYNC="external", HOSTS=NAMED)

    async def stream(to: WebSocket) -> None:
        await to.accept()
        await to.close()

    page = Route("/", lambda request: PlainTextResponse("ours"))
    with served(routes=[page, WebSocketRoute("/stream", stream)]) as address:
        yield address


def asked(url: str, host: str | None, path: str = "/", **headers: str) -> tuple[int, str]:
    """The status and text of an answer to a request with exactly these headers."""
    to = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    to.putrequest("GET", path, skip_host=True)
    for name, value in (headers if host is None else {"Host": host, **headers}).items():
        to.putheader(name, value.encode("latin-1"))
    to.endheaders()
    answer = to.getresponse()
    text = answer.read().decode()
    to.close()
    return answer.status, text


def streamed(url: str, host: str, path: str = "/stream", origin: Any = "") -> int:
    """The status of a websocket's handshake; 101 where it was made."""
    parts = urlsplit(url)
    through = socket.create_connection((parts.hostname, parts.port))
    origin = origin or f"http://{host}"  # the page's own, as a browser would say
    try:
        with talk_to(f"ws://{host}{path}", sock=through, origin=origin):
            pass
    except InvalidStatus as refused:
        return refused.response.status_code
    finally:
        through.close()
    return 101


def passed(*headers: tuple[bytes, bytes], kind: str = "http") -> list[dict[str, Any]]:
    """What comes of a request that no client sends, told to the middleware as servers do."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing of a refused request is read")

    async def through(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "passed"})

    scope = {"type": kind, "method": "GET", "path": "/", "headers": headers}
    with ThreadPoolExecutor() as pool:  # this thread may have the browser's loop
        pool.submit(asyncio.run, HostCheck(through)(scope, receive, send)).result()
    return sent


@pytest.mark.parametrize("host", [*OURS, socket.gethostname(), socket.gethostname().upper()])
def test_hosts_of_ours_are_answered(url: str, host: str) -> None:
    assert asked(url, host) == (200, "ours")


def test_the_machine_is_asked_by_its_full_name_too(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Web1")
    monkeypatch.setattr(socket, "getfqdn", lambda name: f"{name}.acme.example")
    for host in (b"web1", b"web1.acme.example"):
        assert passed((b"host", host)) == [{"type": "passed"}]
    assert passed((b"host", b"acme.example"))[0]["status"] == 403


def test_a_network_that_gives_the_machine_a_stranger_s_name_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda name: "evil.example")
    assert passed((b"host", b"evil.example"))[0]["status"] == 403


@pytest.mark.parametrize("host", OTHERS)
def test_other_hosts_are_refused_and_named_with_the_setting(url: str, host: str) -> None:
    for path in ("/", "/api/views.csv", "/nowhere"):
        status, text = asked(url, host, path)
        assert status == 403
        assert f"does not answer for the host {host}." in text
        assert "DYNTUBE_HOSTS" in text


@pytest.mark.parametrize("host", NONSENSE)
def test_what_is_no_host_is_refused(url: str, host: str) -> None:
    status, text = asked(url, host)
    assert status == 400
    assert "ours" not in text


def test_two_hosts_or_none_are_refused() -> None:
    for headers in (
        (),
        ((b"host", b"localhost"), (b"host", b"evil.example")),
        ((b"host", b"localhost"), (b"host", b"localhost")),
    ):
        start, body = passed(*headers)
        assert start["status"] == 400
        assert b"must name one host" in body["body"]
        assert passed(*headers, kind="websocket")[0]["type"] == "websocket.close"


def test_what_the_refusal_repeats_is_short_and_no_markup(url: str) -> None:
    _, text = asked(url, "<script>alert(1)</script>" + "x" * 5000)
    assert "%3Cscript%3Ealert" in text
    assert "<" not in text
    assert len(text) < 500


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-Host"])
def test_a_header_beside_host_changes_nothing(url: str, name: str) -> None:
    assert asked(url, "evil.example", **{name: "localhost"})[0] == 403
    assert asked(url, "localhost", **{name: "evil.example"}) == (200, "ours")


def test_websockets_are_refused_as_requests_are(url: str) -> None:
    for host in ("localhost", "127.0.0.1:8501", "[::1]", "dash.acme.com", "a.team.acme.com"):
        assert streamed(url, host) == 101
    for host in ("evil.example", "evil.example:8501", "team.acme.com", "localhost.evil.example"):
        assert streamed(url, host) == 403


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "http://localhost", "http://localhost:3000", "http://127.0.0.1"),
        *("http://dash.acme.com:81", "http://dash.acme.com.evil.example", "null", "http://[::1"),
    ],
)
def test_websockets_of_another_page_are_refused(url: str, origin: str) -> None:
    assert streamed(url, "dash.acme.com", origin=origin) == 403
    assert streamed(url, "dash.acme.com", origin="https://Dash.Acme.com") == 101


@pytest.mark.parametrize(
    ("setting", "value"), [("TIMEZONE", "Mars/Olympus"), ("API_KEY", "two words")]
)
def test_where_another_setting_is_wrong_the_host_is_answered_and_told(
    connect: Callable[..., None], tmp_path: Path, setting: str, value: str
) -> None:
    connect(LOCAL, tmp_path / "archive", HOSTS="dash.acme.com", **{setting: value})
    with served() as url:
        status, text = asked(url, "dash.acme.com", "/api/views.csv")
    assert status == 503
    assert f"DYNTUBE_{setting}" in text


def test_where_the_names_themselves_are_wrong_everybody_is_told(
    connect: Callable[..., None], tmp_path: Path
) -> None:
    connect(LOCAL, tmp_path / "archive", HOSTS="https://dash.acme.com")
    with served() as url:
        refused, to_others = asked(url, "dash.acme.com", "/api/views.csv")
        answered, to_us = asked(url, "localhost", "/api/views.csv")
    assert (refused, answered) == (403, 503)
    for text in (to_others, to_us):
        assert "DYNTUBE_HOSTS has 'https://dash.acme.com', which is no name of a host." in text
