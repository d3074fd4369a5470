"""One server for all tests of this folder; each starts it over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .proof import close_clients
from .server import LogServer, Manner
from .world import World


@pytest.fixture(scope="session")
def one_server() -> Iterator[LogServer]:
    running = LogServer()
    yield running
    running.stop()


@pytest.fixture
def server(one_server: LogServer) -> Iterator[LogServer]:
    """The server as new: without views, well-behaved, long after every day that is asked for."""
    one_server.start_over(World(), Manner())
    yield one_server
    close_clients()
