"""What a sync tells: how far it is, and in the end what it did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ..archive.dayfile import DayInfo
from ..errors import DynTubeError


@dataclass(frozen=True)
class Progress:
    """How far a sync is: of the days that are wanted, those that are stored as they should be.

    `seconds_left` is None until it can be guessed. `waiting` is for how many seconds yet DynTube
    asked to be left alone, None when it did not. The days that are done took so many `requests`.
    """

    days_done: int
    days_total: int
    views: int
    seconds_left: float | None
    waiting: float | None = None
    requests: int = 0


@dataclass
class SyncResult:
    """What a sync did: the days it stored, the error of each that it could not fetch, and those
    (by folder) of which it kept what was stored before, with the reason. `wanted` counts all that
    it was to fetch; `untried` are the days given up because others had failed, or by a stop."""

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
        """One word for the whole."""
        return "cancelled" if self.cancelled else "failed" if self.failed else "done"
