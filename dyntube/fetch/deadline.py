"""Ends requests that take too long, or are no longer wanted, whatever the server does.

A socket time-out restarts with every byte. Here a watchdog closes a request's connection when its
time is up or its run is over: in the headers, in the body, or in a compressed stream that yields
nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import requests
import urllib3

_LONGEST_NAP = 1.0  # seconds
_now = threading.local()  # this thread's request


class Request:
    """A request in flight."""

    def __init__(
        self, clock: Callable[[], float], seconds: float, is_over: Callable[[], bool]
    ) -> None:
        self._clock, self._until, self._is_over = clock, clock() + seconds, is_over
        self.socket: socket.socket | None = None

    @property
    def is_late(self) -> bool:
        """Whether its time is up, or it is no longer wanted."""
        return self._clock() >= self._until or self._is_over()

    def end(self) -> None:
        """Close the connection, so that its reader gets an error."""
        if self.socket:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """Ends overdue requests; one thread for all of them, and none when idle."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._running: set[Request] = set()
        self._awake = False

    @contextlib.contextmanager
    def limit(
        self, seconds: float, is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[Request]:
        """Limit this thread's request in the block to `seconds`, or until `is_over`."""
        request = _now.request = Request(self._clock, seconds, is_over)
        with self._lock:
            self._running.add(request)
            if not self._awake:
                nap = min(_LONGEST_NAP, seconds / 10)
                threading.Thread(target=self._watch, args=(nap,), daemon=True).start()
                self._awake = True
        try:
            yield request
        finally:
            _now.request = None
            with self._lock:
                self._running.discard(request)

    def _watch(self, nap: float) -> None:
        while True:
            time.sleep(nap)  # the process may end meanwhile, so no request is held
            with self._lock:
                if not self._running:
                    self._awake = False
                    return
            self._end_late()

    def _end_late(self) -> None:
        with self._lock:
            late = [request for request in self._running if request.is_late]
        for request in late:
            request.end()


class _Noted:
    """A connection that tells its request which socket it uses."""

    sock: socket.socket

    def getresponse(self) -> Any:
        if request := getattr(_now, "request", None):
            request.socket = self.sock
        return super().getresponse()  # type: ignore[misc]


class _Http(_Noted, urllib3.connection.HTTPConnection):
    pass


class Https(_Noted, urllib3.connection.HTTPSConnection):
    """A connection whose request a watchdog can end."""


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = Https


class Adapter(requests.adapters.HTTPAdapter):
    """Connections whose requests a watchdog can end."""

    pools: ClassVar[dict[str, type[urllib3.HTTPConnectionPool]]] = {
        "http": _HttpPool,
        "https": _HttpsPool,
    }

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self.pools
