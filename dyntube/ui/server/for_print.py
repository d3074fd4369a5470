"""A server for one browser that prints one page: `python -m dyntube.ui.server.for_print`.

It reads a secret, where links on the page lead, and what pages may show, a line each, prints its
port and the name of a cookie, and ends with its input. It listens on this machine only, on a free
port, and answers nobody without the secret in that cookie: neither other programs nor other people
on this machine. It fetches nothing.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ...query.access import Access
from ...settings.sources import CHECKOUT
from .. import door, session
from ..streamlit_internals import read_options
from .headers import safe_headers
from .log import log_everything
from .routes import ERROR_HANDLERS, MIDDLEWARE, own_routes
from .starting import address

COOKIE = "dyntube_print"


class OneBrowser:
    """Refuses requests and websockets without the secret; the outermost middleware."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app, self._secret = app, secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request or refuse it."""
        if scope["type"] == "lifespan" or self._knows(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            headers = safe_headers() | {"Cache-Control": "no-store"}
            await PlainTextResponse(_REFUSAL, 403, headers)(scope, receive, send)

    def _knows(self, asked: HTTPConnection) -> bool:
        return secrets.compare_digest(asked.cookies.get(COOKIE, "").encode(), self._secret)


_REFUSAL = "This server prints a page, for the program that has started it and for nobody else."


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    print(st.get_option("server.port"), COOKIE, flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    yield


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until the input ends."""
    secret, link, rights = (sys.stdin.readline().strip() for _ in range(3))
    if not secret:
        sys.exit("There is no secret to serve with.")
    log_everything()
    script = CHECKOUT / "app.py"
    sys.argv = [str(script)]  # whose folder Streamlit looks for its options in
    read_options()
    session.link_to(link or address())
    door.serve_operator(Access.from_json(rights))
    app = st.App(
        script,
        lifespan=_lifespan,
        routes=own_routes(),
        middleware=(Middleware(OneBrowser, secret=secret), *MIDDLEWARE),
        exception_handlers=ERROR_HANDLERS,
    )
    app.run(config={"server.address": "127.0.0.1", "server.port": 0, "server.baseUrlPath": ""})


if __name__ == "__main__":
    main()
