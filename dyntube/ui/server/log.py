"""The server's log: Streamlit and uvicorn in the same format as the rest.

Lines written while a request is served have its id as `request`; those of a page, its `session`.
"""

from __future__ import annotations

import hashlib
import logging

import streamlit.logger

from ... import logs
from ..streamlit_internals import session_id
from .request_ids import request_id

_OF_SERVER = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")


def log_everything() -> None:
    """Log all events of the server process as JSON lines; see `logs`."""
    logs.log_everything(_where)
    # Streamlit adds a handler to each of its loggers, including those created later.
    streamlit.logger.setup_formatter = logs.pass_on
    for name in _OF_SERVER:  # successful requests and connections are not logged
        logging.getLogger(name).setLevel(logging.WARNING)


def _where() -> dict[str, str]:
    """What this thread serves. Sessions by a hash: their ids open what they show."""
    found = {"request": request_id.get()}
    if session := session_id():
        found["session"] = hashlib.sha256(session.encode()).hexdigest()[:12]
    return {name: value for name, value in found.items() if value}
