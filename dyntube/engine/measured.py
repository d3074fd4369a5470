"""What an engine did so far: how long questions took, how full its caches are."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from threading import Lock
from typing import Literal

Kind = Literal["answer", "total", "rows", "checks", "count", "export"]
KINDS: tuple[Kind, ...] = ("answer", "total", "rows", "checks", "count", "export")
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds


@dataclass(frozen=True)
class Timing:
    """The questions of one kind: how many took at most each of BOUNDS, and how many longer.

    `seconds` is what all took, those that failed included.
    """

    counts: Sequence[int] = (0,) * (len(BOUNDS) + 1)
    seconds: float = 0.0
    failed: int = 0

    def cumulated(self) -> list[int]:
        """For each of BOUNDS how many took at most as long, then how many there were."""
        return list(accumulate(self.counts))

    def with_one(self, seconds: float, *, failed: bool) -> Timing:
        """The same with one question more."""
        counts = list(self.counts)
        counts[bisect_left(BOUNDS, seconds)] += 1
        return replace(
            self, counts=counts, seconds=self.seconds + seconds, failed=self.failed + failed
        )


class Timings:
    """The timing of each kind of question; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found = dict.fromkeys(KINDS, Timing())

    @contextmanager
    def of(self, kind: Kind) -> Iterator[None]:
        """Time one question."""
        began, failed = time.perf_counter(), True
        try:
            yield
            failed = False
        finally:
            seconds = time.perf_counter() - began
            with self._lock:
                self._found[kind] = self._found[kind].with_one(seconds, failed=failed)

    def read(self) -> dict[Kind, Timing]:
        """The timings so far."""
        with self._lock:
            return dict(self._found)
