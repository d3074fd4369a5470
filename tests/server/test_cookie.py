"""The cookie that knows a reader again, and says nothing about them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from .test_routes import served

PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def pages() -> Iterator[str]:
    """A server with a page, that says which cookie it got, and a websocket."""

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(str(dict(socket.cookies)))
        await socket.close()

    others = {
        "/health": PlainTextResponse("ok"),
        "/gone": HTMLResponse("gone", 404),
        "/data": Response("{}", media_type="application/json"),
        "/unchanged": Response(status_code=304),
    }
    routes = [
        Route("/", lambda request: HTMLResponse(str(dict(request.cookies)))),
        *(Route(path, lambda request, answer=answer: answer) for path, answer in others.items()),
        WebSocketRoute("/stream", talk),
    ]
    with served(routes=routes) as url:
        yield url


def test_a_browser_gets_a_name_once_and_brings_it_back(pages: str) -> None:
    with requests.Session() as browser:
        first = browser.get(pages, headers=PAGE, timeout=20)
        name = browser.cookies["dyntube_reader"]
        assert len(name) >= 22
        assert "set-cookie" in first.headers
        second = browser.get(pages, headers=PAGE, timeout=20)
        assert "set-cookie" not in second.headers
        assert name in second.text


def test_every_browser_gets_another_name(pages: str) -> None:
    names = {
        requests.get(pages, headers=PAGE, timeout=20).cookies["dyntube_reader"] for _ in range(5)
    }
    assert len(names) == 5


def test_the_name_is_not_for_scripts_nor_for_other_sites(pages: str) -> None:
    cookie = requests.get(pages, headers=PAGE, timeout=20).headers["set-cookie"].split("; ")
    assert cookie[1:] == ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]


@pytest.mark.parametrize("protocol", ["https", "https, http"])
def test_behind_tls_the_name_never_travels_in_the_clear(protocol: str, pages: str) -> None:
    headers = PAGE | {"x-forwarded-proto": protocol}
    cookie = requests.get(pages, headers=headers, timeout=20).headers["set-cookie"]
    assert cookie.endswith("; Secure")


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", {"accept": "*/*"}), ("HEAD", PAGE), ("POST", PAGE), ("GET", {})],
)
def test_only_a_page_gives_a_name(method: str, headers: dict[str, str], pages: str) -> None:
    answer = requests.request(method, pages, headers=headers, timeout=20)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/health", "/gone", "/data", "/nowhere", "/api/nothing", "/api/views.csv?zone=Mars"]
)
def test_what_is_no_page_gives_no_name(path: str, pages: str) -> None:
    answer = requests.get(pages + path, headers=PAGE, timeout=20)
    assert "set-cookie" not in answer.headers


def test_a_page_that_a_browser_still_has_gives_a_name_too(pages: str) -> None:
    answer = requests.get(f"{pages}/unchanged", headers=PAGE, timeout=20)
    assert answer.cookies["dyntube_reader"]


def test_a_websocket_passes_untouched(pages: str) -> None:
    address = pages.replace("http", "ws") + "/stream"
    with connect(address, additional_headers={"Cookie": "dyntube_reader=ann", **PAGE}) as socket:
        assert socket.recv() == "{'dyntube_reader': 'ann'}"
