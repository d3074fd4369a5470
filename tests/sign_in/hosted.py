"""The app with sign-in, as a process; and people who talk to it from addresses of their own."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Button_pb2 import Button
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from ..browser.app import running_as
from ..deploy.test_serve import free_port as ports
from .provider import CLIENT, CLIENT_SECRET, Provider

SECRET = "5f2c9ab17e04d86391fa3c7be20d4856a17c93fe5b08d264cf1e7a930b52d8c4"
CSV = "/api/views.csv?period=last-7-days"
PROXY, ELSEWHERE = "127.0.0.2", "127.0.0.1"  # addresses from which requests come
USER, GROUPS = "X-Forwarded-Email", "X-Forwarded-Groups"
PATIENCE = 120  # seconds for an answer on a busy machine


@contextmanager
def behind_proxy(archive: Path, access: Path, **settings: str) -> Iterator[str]:
    """The app that believes the proxy at PROXY."""
    known = {"PROXY_USER_HEADER": USER, "PROXY_GROUPS_HEADER": GROUPS, "PROXIES": PROXY}
    settings = {"ACCESS": str(access), **known, **settings}
    with running_as(("app.py",), archive, settings) as (url, _):
        yield url


@contextmanager
def processes_behind_proxy(archive: Path, access: Path) -> Iterator[str]:
    """Two processes of the app, with nginx between them and the proxy at PROXY."""
    known = {"PROXY_USER_HEADER": USER, "PROXY_GROUPS_HEADER": GROUPS, "PROXIES": PROXY}
    settings = {"ACCESS": str(access), **known}
    command = ("-m", "deploy.serve", "--processes", "2")
    with running_as(command, archive, settings, SERVER_PORT=str(ports(3))) as (url, _):
        yield url


@contextmanager
def with_provider(
    provider: Provider, archive: Path, access: Path, below: str = "", **settings: str
) -> Iterator[str]:
    """The app where people sign in at a provider; perhaps below a path like /dash."""
    port = free_port()
    settings = of_provider(provider, access, port, below) | settings
    streamlit = {"SERVER_PORT": str(port), "SERVER_BASE_URL_PATH": below}
    with running_as(("app.py",), archive, settings, **streamlit) as (url, _):
        yield url


@contextmanager
def processes_with_provider(provider: Provider, archive: Path, access: Path) -> Iterator[str]:
    """Two processes of the app behind nginx, where people sign in at a provider."""
    port = ports(3)
    settings = of_provider(provider, access, port)
    command = ("-m", "deploy.serve", "--processes", "2")
    with running_as(command, archive, settings, SERVER_PORT=str(port)) as (url, _):
        yield url


def of_provider(provider: Provider, access: Path, port: int, below: str = "") -> dict[str, str]:
    """The settings under which people sign in there."""
    return {
        "ACCESS": str(access),
        "OIDC_URL": provider.url,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "COOKIE_SECRET": SECRET,
        "URL": f"http://127.0.0.1:{port}{below}",
    }


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What came back for a request."""

    status: int
    content: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def get(
    url: str,
    headers: list[tuple[str, str]] | None = None,
    source: str = PROXY,
    method: str = "GET",
    body: bytes = b"",
) -> Answer:
    """Send one request from an address; headers may repeat."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=PATIENCE, source_address=(source, 0)
    )
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(method, path or "/")
        for name, value in headers or ():
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        told = {k.lower(): v for k, v in answer.getheaders()}
        return Answer(answer.status, answer.read(), told)
    finally:
        connection.close()


@dataclass
class Drawn:
    """What a session was sent for one run of a page."""

    messages: list[ForwardMsg] = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        """All of it."""
        return b"".join(message.SerializeToString() for message in self.messages)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons."""
        elements = [message.delta.new_element for message in self.messages]
        return [element.button for element in elements if element.HasField("button")]

    @property
    def leads_to(self) -> str:
        """The address that it opens in place of the page; "" if none."""
        return "".join(message.auth_redirect.url for message in self.messages)

    def says(self, text: str) -> bool:
        """Whether a text is in it."""
        return text.encode() in self.raw


def draw(
    url: str,
    page: str = "",
    query: str = "",
    headers: list[tuple[str, str]] | None = None,
    source: str = PROXY,
    click: str = "",
) -> Drawn:
    """Open a page in a session of its own, as a browser does over its websocket; then perhaps click
    a button with a label.
    """
    drawing = _draw(url, page, query, headers or [], source, click)
    with ThreadPoolExecutor(1) as thread:  # as the browser of a test may have a loop in this one
        return thread.submit(asyncio.run, drawing).result()


async def _draw(
    url: str, page: str, query: str, headers: list[tuple[str, str]], source: str, click: str
) -> Drawn:
    parts = urlsplit(url)
    async with connect(
        f"ws://{parts.netloc}/_stcore/stream",
        origin=url,  # type: ignore[arg-type]
        additional_headers=headers,
        local_addr=(source, 0),
        max_size=None,
    ) as connection:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.context_info.url = f"{url}/{page}?{query}"
        drawn = await _run(connection, asked)
        if click:
            [button] = [button for button in drawn.buttons if button.label == click]
            asked.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
            drawn = await _run(connection, asked)
        return drawn


async def _run(connection: ClientConnection, asked: BackMsg) -> Drawn:
    await connection.send(asked.SerializeToString())
    drawn = Drawn()
    while True:
        received = await asyncio.wait_for(connection.recv(), PATIENCE)
        message = ForwardMsg()
        message.ParseFromString(received if isinstance(received, bytes) else b"")
        drawn.messages.append(message)
        if message.WhichOneof("type") == "script_finished" and (
            message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        ):
            return drawn
