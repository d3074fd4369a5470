"""Retries with backoff, and when to stop. The threads of a run wait and give up together."""

from __future__ import annotations

import datetime as dt
import email.utils
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import ApiError, DynTubeError, UnavailableError

ATTEMPTS = 5
LONGEST_SAID = 365 * 86400.0  # seconds; a longer Retry-After is capped to this
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is treated as unavailable
BACKOFF_CAP = 60.0  # seconds
FREE_RETRIES, RETRIES_PER_REQUEST = 20, 0.1  # the retry budget of one run

T = TypeVar("T")


class TryAgainError(Exception):
    """An attempt failed in a way that may be temporary.

    `wait` is what the server asked for, in seconds. After `attempts` of them, `final` is raised;
    without it, UnavailableError with the reason.
    """

    def __init__(
        self,
        reason: str,
        wait: float | None = None,
        *,
        final: ApiError | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        super().__init__(reason)
        self.wait, self.final, self.attempts = wait, final, attempts


class Retries:
    """The retries of one run, shared by its threads.

    A pause holds back every thread, also one that the server asks for. `stop` ends them all: calls
    that wait, start or fail raise its error. Clock, sleep and randomness are arguments so that
    tests need not wait; without a `sleep`, `stop` wakes waiting threads.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._over = threading.Event()
        self._clock, self._sleep, self._uniform = clock, sleep or self._over.wait, uniform
        self._lock = threading.Lock()
        self._error: DynTubeError | None = None
        self._resume_at = -float("inf")
        self.asked = 0
        self.repeated = 0

    @property
    def waiting(self) -> float:
        """Seconds left of the pause of all threads; 0 if there is none."""
        return max(0.0, self._resume_at - self._clock())

    def is_over(self) -> bool:
        """Whether `stop` was called."""
        return self._over.is_set()

    def stop(self, error: DynTubeError) -> None:
        """End the run: from now on every call raises `error`, or the first one given."""
        with self._lock:
            self._error = self._error or error
        self._over.set()

    def call(self, ask: Callable[[], T], host: str) -> T:
        """The result of `ask`, retried while it raises TryAgainError.

        Raises the error's `final`, UnavailableError, or what `stop` was given.
        """
        attempt = 0
        while True:
            self._wait()
            with self._lock:
                self.asked += not attempt
            attempt += 1
            try:
                return ask()
            except TryAgainError as error:
                if self._error:
                    raise self._error from None
                if attempt >= min(error.attempts, ATTEMPTS):
                    raise error.final or _gave_up(host, error, attempt) from None
                self._pause(error, attempt, host)

    def _wait(self) -> None:
        slept_until = -float("inf")
        while slept_until < self._resume_at and not self._over.is_set():
            slept_until = self._resume_at  # another thread may extend it during this sleep
            if seconds := self.waiting:
                self._sleep(seconds)
        if self._error:
            raise self._error

    def _pause(self, error: TryAgainError, attempt: int, host: str) -> None:
        """Hold back every thread: as the server asked, else with exponential random backoff."""
        if error.wait is not None and error.wait > LONGEST_WAIT:
            raise UnavailableError(_asked_to_wait(host, error.wait), error.wait)
        wait = self._uniform(0, min(BACKOFF_CAP, 2.0**attempt))
        if error.wait is not None:
            wait = error.wait + self._uniform(0, 1)
        with self._lock:
            if self.repeated + 1 > FREE_RETRIES + RETRIES_PER_REQUEST * self.asked:
                raise UnavailableError(
                    f"{host} failed {self.repeated + 1:,} of {self.repeated + self.asked:,} "
                    f"requests, the last because {error}. Try again later."
                )
            self.repeated += 1
            self._resume_at = max(self._resume_at, self._clock() + wait)


def retry_after(header: str | None, now: dt.datetime) -> float | None:
    """The seconds in a Retry-After header, in either form; None if there are none.

    `now` is the server's own clock, as far as known: its dates are in that time.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:12]), LONGEST_SAID)
    moment = http_date(text)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def http_date(text: str | None) -> dt.datetime | None:
    """A header's date in UTC; None if it is invalid."""
    try:
        moment = email.utils.parsedate_to_datetime(text or "")
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


def _gave_up(host: str, error: TryAgainError, attempts: int) -> UnavailableError:
    return UnavailableError(
        f"Could not reach DynTube at {host}: {error}, {attempts} times in a row."
    )


def _asked_to_wait(host: str, seconds: float) -> str:
    if seconds >= LONGEST_SAID:
        return f"{host} asked to wait for a year or more. Try again later."
    return f"{host} asked to wait {seconds / 60:,.0f} minutes. Try again later."
