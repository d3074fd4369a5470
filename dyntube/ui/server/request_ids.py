"""An id for each request, by which its lines are found in the log and in that of a proxy."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_OURS_TO_TAKE = re.compile(rb"[A-Za-z0-9._-]{8,64}")  # nothing that could forge a line of a log

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestIds:
    """Gives each request an id, that of a proxy where it has one, and names it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request. The id stays after it: what went wrong is logged later."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        found = _taken(scope) or uuid.uuid4().hex
        request_id.set(found)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = found
            await send(message)

        await self._app(scope, receive, send_with_id)


def _taken(scope: Scope) -> str:
    """The id that a request came with; empty if it has none, several, or one unfit for a log."""
    given = [value for name, value in scope["headers"] if name == HEADER.lower().encode()]
    fits = len(given) == 1 and _OURS_TO_TAKE.fullmatch(given[0])
    return given[0].decode() if fits else ""
