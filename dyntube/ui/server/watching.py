"""The port of metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import streamlit as st

from ... import metrics
from ...events import event
from ...settings.settings import try_settings
from ..door import gate, installation
from ..streamlit_internals import open_sessions
from . import refused
from .health import troubles


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
