"""What a browser may ask of its session over the websocket; the rest is dropped unanswered.

Streamlit obeys more: one message, from whoever opens a websocket, clears the caches of the whole
server, with the rules that are in force and all that is known of people.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..streamlit_internals import kind_of_message
from . import refused

ALLOWED = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "deferred_file", "dataframe_chunk"}
)


class KnownMessages:
    """Drops all messages of websockets but those that pages need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request; a websocket without what it must not be asked."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def receive_known() -> Message:
            while True:
                message = await receive()
                # What is no message at all is told so by Streamlit.
                if kind_of_message(message.get("bytes") or b"") in (*ALLOWED, ""):
                    return message
                refused.note("message")

        await self._app(scope, receive_known, send)
