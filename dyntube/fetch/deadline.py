"""An end to requests that take too long, or that nobody wants any more, whatever the server does.

A time-out of a socket starts anew with every byte; here a watchdog closes the connection under a
request when its time is up or its run is over, be it in the head, the body or a compressed nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests
import urllib3

_LONGEST_NAP = 1.0  # seconds
_now = threading.local()  # the request that this thread is busy with


class Request:
    """A request under way."""

    def __init__(
        self, clock: Callable[[], float], seconds: float, is_over: Callable[[], bool]
    ) -> None:
        self._clock, self._until, self._is_over = clock, clock() + seconds, is_over
        self.socket: socket.socket | None = None

    @property
    def is_late(self) -> bool:
        """Whether its time is up, or it is not wanted any more."""
        return self._clock() >= self._until or self._is_over()

    def end(self) -> None:
        """Close the connection, so that whoever reads from it gets an error."""
        if self.socket:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """Ends requests that take too long; one thread for all of them, and none when idle."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._running: set[Request] = set()
        self._awake = False

    @contextlib.contextmanager
    def limit(
        self, seconds: float, is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[Request]:
        """Whatever this thread asks for within has so many seconds, or until `is_over`."""
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
            time.sleep(nap)  # maybe while the process ends, so no request is held meanwhile
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
    """A connection that tells which socket its request uses."""

    sock: socket.socket

    def getresponse(self) -> Any:
        if request := getattr(_now, "request", None):
            request.socket = self.sock
        return super().getresponse()  # type: ignore[misc]


class _Http(_Noted, urllib3.connection.HTTPConnection):
    pass


class _Https(_Noted, urllib3.connection.HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(requests.adapters.HTTPAdapter):
    """Connections whose requests a watchdog can end."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
