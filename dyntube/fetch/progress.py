"""The progress of a sync, and its result."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ..archive.dayfile import DayInfo
from ..errors import DynTubeError


@dataclass(frozen=True)
class Progress:
    """The progress of a sync: how many of the days wanted are stored as they should be.

    `seconds_left` is None until it can be estimated. `waiting`: seconds left of a pause before
    requests continue, None if there is none. `requests` were made for the days done.
    """

    days_done: int
    days_total: int
    views: int
    seconds_left: float | None
    waiting: float | None = None
    requests: int = 0


@dataclass
class SyncResult:
    """The result of a sync: the days stored, failed and kept.

    `failed` has the error of each day, `kept` the days (by folder) whose stored version was better,
    with the reason. `wanted` counts all days to fetch; `untried` are those given up after failures
    of others, or a stop.
    """

    stored: list[DayInfo] = field(default_factory=list)
    kept: dict[tuple[str, dt.date], str] = field(default_factory=dict)
    failed: dict[dt.date, DynTubeError] = field(default_factory=dict)
    cancelled: bool = False
    wanted: int = 0
    untried: set[dt.date] = field(default_factory=set)

    @property
    def done(self) -> int:
        """How many of the wanted days are stored as they should be."""
        return len(self.stored) + len(self.kept)

    @property
    def views(self) -> int:
        """How many views were stored."""
        return sum(info.rows for info in self.stored)

    @property
    def outcome(self) -> str:
        """The outcome in one word."""
        return "cancelled" if self.cancelled else "failed" if self.failed else "done"
