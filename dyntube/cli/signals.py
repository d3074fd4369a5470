"""Ctrl-C and SIGTERM: orderly shutdown, with the matching exit status."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(threading.Event):
    """An event set by a signal; `status` is the exit status shells give that signal."""

    status = 0


class Stopped(KeyboardInterrupt):
    """A signal has arrived."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


@contextmanager
def raise_on_signal() -> Iterator[None]:
    """Make signals raise Stopped."""

    def stopped(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    with _handled(stopped):
        yield


@contextmanager
def stop_on_signal() -> Iterator[Stop]:
    """Make a signal set the yielded Stop, and a second one exit the process at once."""
    stop = Stop()

    def stopped(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(stop.status)
        stop.status = 128 + number
        stop.set()

    with _handled(stopped):
        yield stop


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    # Keep signals ignored that our parent ignores, as nohup and background shells do.
    known = {number: signal.getsignal(number) for number in _SIGNALS}
    heard = [number for number in _SIGNALS if known[number] is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, known[number])
