"""Ctrl-C and SIGTERM: what is under way ends in good order, and the exit status says why."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(threading.Event):
    """Is set by a signal; `status` is what shells say of a program that this signal ended."""

    status = 0


class Stopped(KeyboardInterrupt):
    """A signal has come."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


@contextmanager
def raised() -> Iterator[None]:
    """Let a signal raise Stopped."""

    def stopped(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    with _handled(stopped):
        yield


@contextmanager
def noticed() -> Iterator[Stop]:
    """Let a signal set what it yields, and a second one end the process at once."""
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
    # Who started us may have had a signal ignored, as nohup and shells in the background do.
    known = {number: signal.getsignal(number) for number in _SIGNALS}
    heard = [number for number in _SIGNALS if known[number] is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, known[number])
