"""The first door: only requests for a host of ours come in.

A page on another site can have its own name lead to this server (DNS rebinding). For the browser
both are then one site, whose page may read all that is here. What gives it away is the name.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from urllib.parse import quote

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ...errors import ConfigError
from ...events import event
from ...reading.text import short
from ...settings.settings import read_hosts
from .headers import safe_headers

_LOOPBACK = ("localhost", "*.localhost")
_LABEL = "[0-9a-z_-]{1,63}"
_HOST = re.compile(
    rf"(?P<host>\[[0-9a-f:.]+\]|{_LABEL}([.]{_LABEL})*)[.]?(:(?P<port>[0-9]{{0,5}}))?"
)


def host_of(values: list[str]) -> str:
    """The one host that a request's Host headers name, without case, port and last dot.

    Empty where there is none, more than one, or something else.
    """
    found = _HOST.fullmatch(values[0].lower()) if len(values) == 1 else None
    return found["host"] if found and int(found["port"] or 0) < 2**16 else ""


def is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a host is one of these names, or an address, which nobody else's DNS can give."""
    below = (name[1:] for name in names if name.startswith("*."))
    return host in names or _is_address(host) or any(map(host.endswith, below))


def _is_address(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host[1:-1]) if host[:1] == "[" else ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def names_of_machine() -> set[str]:
    """What this machine is called: its name, and its full name."""
    name = socket.gethostname()
    full = socket.getfqdn(name)  # from the network, which is believed about the domain only
    known = {name, full if full.startswith(f"{name}.") else name}
    return {known_name.lower().rstrip(".") for known_name in known} - {""}


class OnlyOurHosts:
    """Refuses requests and websockets for hosts that are not ours, before all else sees them.

    It reads its setting by itself: a page has to open to say that another one is wrong.
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
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        host = host_of(asked)
        if host and is_ours(host, self._names):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await self._refusal(asked, host)(scope, receive, send)

    def _refusal(self, asked: list[str], host: str) -> PlainTextResponse:
        named = short(quote(", ".join(asked), safe=" ,:[]"), 80) or "nothing"
        text, status = f"This dashboard does not answer for the host {named}.", 403
        if not host:
            text, status = f"The header Host must name one host, and has {named}.", 400
        headers = safe_headers() | {"Cache-Control": "no-store"}
        return PlainTextResponse(f"{text} {_WHICH}{self._trouble}", status, headers)


_WHICH = (
    "It answers for localhost, IP addresses, the names of its machine, and those in the setting "
    "DYNTUBE_HOSTS: whoever runs it adds others there, and starts it again."
)
