"""The port of metrics, and no other way to them: Streamlit's own are closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ... import metrics
from ...events import event
from ...settings.settings import try_settings
from ..door import gate, installation
from ..streamlit_internals import open_sessions
from . import refused
from .health import troubles

_THEIRS = "/_stcore/metrics"


@contextmanager
def metrics_served() -> Iterator[None]:
    """Serve metrics if a port is set; one that is taken costs the metrics, not the pages."""
    settings = try_settings().settings
    port = settings.metrics_port
    with ExitStack() as stack:
        if port and port == st.get_option("server.port"):
            event("metrics_not_served", port=port, reason="the dashboard has this port")
        elif port:
            found = metrics.InstallationMetrics(
                installation,
                ready=troubles,
                sessions=open_sessions,
                refused=refused.counts,
                gate=gate,
            )
            try:
                stack.enter_context(metrics.served(port, settings.metrics_address, found))
            except OSError as error:
                event("metrics_not_served", port=port, reason=error.strerror)
        yield


class NoStreamlitMetrics:
    """Hides Streamlit's own metrics, which it would tell everybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or say that nothing is there."""
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(_THEIRS):
            response = PlainTextResponse("Not Found", 404, {"Cache-Control": "no-store"})
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)
