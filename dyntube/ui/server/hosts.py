"""Host check: only requests for one of our hosts are served, and only websockets of our pages.

With DNS rebinding, another site's page points its own name at this server. To the browser both are
then one origin, and the page may read everything here. Only the Host header gives it away.

Streamlit opens websockets to pages of any port of this machine and the reader's, and asks another
host for this machine's address before it refuses one.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from urllib.parse import quote, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ...errors import ConfigError
from ...events import event
from ...reading.text import short
from ...settings.settings import read_hosts
from ...settings.texts import covers
from ...words import tr
from . import refused
from .headers import safe_headers

_LOOPBACK = ("localhost", "*.localhost")
_LABEL = "[0-9a-z_-]{1,63}"
_HOST = re.compile(
    rf"(?P<host>\[[0-9a-f:.]+\]|{_LABEL}([.]{_LABEL})*)[.]?(:(?P<port>[0-9]{{0,5}}))?"
)


def host_of(values: list[str]) -> str:
    """The host of a request's Host headers, without case, port and trailing dot.

    Empty if there is none, more than one, or an invalid one.
    """
    found = _HOST.fullmatch(values[0].lower()) if len(values) == 1 else None
    return found["host"] if found and int(found["port"] or 0) < 2**16 else ""


def is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a host is one of these names, or an IP address, which cannot be rebound."""
    return covers(names, host) or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host[1:-1]) if host[:1] == "[" else ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def names_of_machine() -> set[str]:
    """This machine's host name and fully qualified name."""
    name = socket.gethostname()
    full = socket.getfqdn(name)  # from the network: trusted for the domain only
    known = {name, full if full.startswith(f"{name}.") else name}
    return {known_name.lower().rstrip(".") for known_name in known} - {""}


class HostCheck:
    """Rejects requests for other hosts, and websockets of their pages, before all else but ids.

    It reads its own setting, so that the page that reports another invalid setting can open.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._trouble = app, ""
        self._names = {*_LOOPBACK, *names_of_machine()}
        try:
            self._names |= {*read_hosts()}
        except ConfigError as error:
            self._trouble = f" {error}"
            event("hosts_not_read", reason=str(error))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request or reject it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        host = host_of(asked)
        if not (host and is_ours(host, self._names)):
            refused.note("host")
        elif scope["type"] == "websocket" and not _is_of_our_page(scope, asked[0]):
            refused.note("origin")
        else:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await self._refusal(asked, host)(scope, receive, send)

    def _refusal(self, asked: list[str], host: str) -> PlainTextResponse:
        named = short(quote(", ".join(asked), safe=" ,:[]"), 80) or "nothing"
        text = tr("This dashboard does not answer for the host {host}.", host=named)
        status = 403
        if not host:
            text, status = f"The header Host must name one host, and has {named}.", 400
        headers = safe_headers() | {"Cache-Control": "no-store"}
        return PlainTextResponse(f"{text} {_WHICH}{self._trouble}", status, headers)


def _is_of_our_page(scope: Scope, host: str) -> bool:
    """Whether a websocket is opened by a page of the host it asks, or by no page."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    try:
        return all(urlsplit(origin).netloc.lower() == host.lower() for origin in said)
    except ValueError:
        return False


_WHICH = tr(
    "It answers for localhost, IP addresses, the names of its machine, and those in the setting "
    "DYNTUBE_HOSTS: whoever runs it adds others there, and starts it again."
)
