"""The server's log: Streamlit and uvicorn in the same format as the rest."""

from __future__ import annotations

import logging

import streamlit.logger

from ... import logs

_OF_SERVER = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")


def log_everything() -> None:
    """Log all events of the server process as JSON lines; see `logs`."""
    logs.log_everything()
    # Streamlit adds a handler to each of its loggers, including those created later.
    streamlit.logger.setup_formatter = logs.pass_on
    for name in _OF_SERVER:  # successful requests and connections are not logged
        logging.getLogger(name).setLevel(logging.WARNING)
