"""A clock that nobody waits for."""

from __future__ import annotations

import datetime as dt
import threading


class Clock:
    """One time for client, syncer and server; it moves by sleeping and by jumps only."""

    def __init__(self, now: dt.datetime) -> None:
        self._start, self._seconds, self._lock = now, 0.0, threading.Lock()

    def seconds(self) -> float:
        """For a monotonic clock's place."""
        return self._seconds

    def now(self) -> dt.datetime:
        """For a wall clock's place."""
        return self._start + dt.timedelta(seconds=self._seconds)

    def sleep(self, seconds: float) -> None:
        """Return at once, so much later."""
        with self._lock:
            self._seconds += max(0.0, seconds)

    def jump_to(self, moment: dt.datetime) -> None:
        """Let time pass up to a moment on a whole second; never back."""
        with self._lock:
            self._seconds = max(
                float(int(self._seconds) + 1), (moment - self._start).total_seconds()
            )
