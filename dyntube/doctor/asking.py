"""Probes the view log like a sync, with less patience, and timing each answer."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from ..errors import UnavailableError
from ..fetch.client import Client, Window
from ..query.periods import midnight
from ..reading.records import Page
from ..settings.settings import FetchScope, Settings

Clock = Callable[[], dt.datetime]
LONGEST_WAIT = 15.0  # seconds; a longer requested delay gives up


@dataclass(frozen=True)
class Probed:
    """A page, its request, and the seconds it took."""

    scope: FetchScope
    window: Window
    size: int
    page: Page
    seconds: float

    @property
    def records(self) -> int:
        """The number of records received, including rejected ones."""
        return len(self.page.views) + len(self.page.rejected)

    @property
    def total(self) -> int:
        """The number of views in the window, as far as known."""
        return max(self.page.counted, self.records)

    @property
    def ids(self) -> list[str]:
        """The ids of the views."""
        ids: list[str] = self.page.views["id"].to_pylist()
        return ids


@dataclass
class Probe:
    """One account's view log, recording the time of each answer."""

    settings: Settings
    client: Client
    clock: Clock
    _took: list[tuple[int, float]] = field(default_factory=list)  # records, and seconds

    def page(
        self, scope: FetchScope, window: Window, number: int = 1, size: int | None = None
    ) -> Probed:
        """A page of a window. Raises ApiError."""
        began = time.monotonic()
        page = self.client.views(scope, window, number, size)
        seconds = time.monotonic() - began
        answered = Probed(scope, window, size or self.client.page_size, page, seconds)
        self._took.append((answered.records, seconds))
        return answered

    def count(self, scope: FetchScope, start: dt.date, end: dt.date) -> int:
        """The number of views from one day up to, but not including, another. Raises ApiError."""
        window = Window(midnight(start), midnight(end))
        return self.page(scope, window, size=1).page.counted

    def took(self) -> tuple[float, float]:
        """The seconds of a nearly empty request, and the seconds each view adds."""
        most = max(records for records, _ in self._took)
        full = median(s for records, s in self._took if 2 * records >= most)
        small = [s for records, s in self._took if 2 * records < most]
        least = min(median(small), full) if small else full
        return least, (full - least) / max(most, 1)

    def last_days(self, days: int) -> Window:
        """The window of this many days up to now."""
        now = self.clock().replace(microsecond=0)
        return Window(now - dt.timedelta(days=days), now)

    @property
    def today(self) -> dt.date:
        """Today in UTC."""
        return self.clock().date()


def open_log(settings: Settings, clock: Clock) -> Probe:
    """A probe of these settings' view log, with short waits, as a person is waiting."""

    def sleep(seconds: float) -> None:
        if seconds > LONGEST_WAIT:
            raise UnavailableError(
                f"DynTube asked to wait {seconds:,.0f} seconds. Try again then.", seconds
            )
        time.sleep(seconds)

    def soon(low: float, high: float) -> float:
        return min(high, 1.0) / 2

    return Probe(settings, Client(settings, sleep=sleep, uniform=soon, now=clock), clock)
