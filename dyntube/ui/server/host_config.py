"""Turns off Streamlit's error dialogs in the browser.

They are for programmers ("Is Streamlit still running?") and cover the numbers. Our pages say it in
their own words: a lost connection in `skeleton.html`, an address without a page in `session`.
"""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .headers import base_path


class NoErrorDialogs:
    """Changes that one option of Streamlit's in the answer that its page asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._path = app, f"{base_path()}/_stcore/host-config"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, and change the options in its answer."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def send_changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            if start["status"] == 200:
                body = json.dumps(json.loads(body) | {"blockErrorDialogs": True}).encode()
                MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_changed)
