"""The log of the server: what Streamlit and uvicorn say, in the form of all else."""

from __future__ import annotations

import logging

import streamlit.logger

from ... import logs

_OF_SERVER = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")


def log_everything() -> None:
    """Write all events of the server's process as JSON, one a line; see `logs`."""
    logs.log_everything()
    # Streamlit gives each logger an output of its own, also those that it makes later.
    streamlit.logger.setup_formatter = logs.pass_on
    for name in _OF_SERVER:  # a request or connection that went well is no event
        logging.getLogger(name).setLevel(logging.WARNING)
