"""The state of every stored day: final, changing, accepted, in doubt, missing or damaged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..archive.coverage import known_until
from ..archive.dayfile import DayInfo
from ..archive.doubts import Doubt
from ..words import tr
from .trust import Accepted, Trust, judge

ONE_DAY = dt.timedelta(days=1)

DayState = Literal["final", "changing", "accepted", "doubt", "missing", "damaged"]
STATE_LABELS: dict[DayState, str] = {
    "final": tr("Final"),
    "changing": tr("Still changing"),
    "accepted": tr("Doubt accepted"),
    "doubt": tr("In doubt"),
    "missing": tr("Not stored"),
    "damaged": tr("Damaged"),
}


@dataclass(frozen=True)
class StoredDay:
    """A UTC day between the first stored one and today, over all scopes.

    `thin` and `low` are merely odd, see `Trust`.
    """

    day: dt.date
    state: DayState
    infos: tuple[DayInfo, ...]
    doubts: tuple[Doubt, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    thin: str = ""
    low: str = ""

    @property
    def rows(self) -> int:
        """The number of views stored."""
        return sum(info.rows for info in self.infos)

    @property
    def counted(self) -> int:
        """DynTube's count of the day's views, unreadable ones included."""
        return sum(info.api_total - info.outside for info in self.infos)

    @property
    def rejected(self) -> int:
        """The number of unreadable records."""
        return sum(info.rejected for info in self.infos)

    @property
    def fetched_at(self) -> dt.datetime | None:
        """When it was last fetched."""
        return max((info.fetched_at for info in self.infos), default=None)

    @property
    def known_until(self) -> dt.datetime | None:
        """Up to when it is known, if that is before its end."""
        until = known_until(self.day, self.infos) if self.infos else None
        return until if until and until.date() <= self.day else None

    @property
    def needs_attention(self) -> bool:
        """Whether its numbers may be wrong."""
        return self.state in ("doubt", "missing", "damaged") or self.rejected > 0

    @property
    def is_final(self) -> bool:
        """Whether it is no longer refetched automatically."""
        known = self.state in ("final", "accepted")
        return known and all(info.final for info in self.infos)

    def has(self, kind: str) -> bool:
        """Whether it has a kind of doubt, accepted or not."""
        return kind in {doubt.kind for doubt in (*self.doubts, *(a.doubt for a in self.accepted))}


def stored_days(
    stored: Mapping[dt.date, Sequence[DayInfo]],
    damaged: Collection[dt.date],
    scopes: int,
    today: dt.date,
    empty: Collection[tuple[dt.date, dt.date]] = (),
    trust: Trust | None = None,
) -> list[StoredDay]:
    """Every day from the first stored or damaged one to `today`, oldest first.

    A day's state is that of its worst scope; it is missing while one of them lacks it, unless known
    to be `empty` there (half-open ranges of days). `trust` has the doubts; without it, only those
    of the days themselves count.
    """
    first = min([*stored, *damaged], default=None)
    if first is None:
        return []
    last = max(today, *stored, *damaged)
    said = trust or judge([stored])
    found = []
    for day in (first + ONE_DAY * n for n in range((last - first).days + 1)):
        infos = tuple(stored.get(day, ()))
        wanted = scopes - sum(start <= day < end for start, end in empty)
        about = said.doubts.get(day, ()), said.accepted.get(day, ())
        state = _state(infos, day in damaged, wanted, *map(bool, about))
        odd = said.thin.get(day, ""), said.low.get(day, "")
        found.append(StoredDay(day, state, infos, *about, *odd))
    return found


def _state(
    infos: Sequence[DayInfo], damaged: bool, scopes: int, doubtful: bool, accepted: bool
) -> DayState:
    if damaged:
        return "damaged"
    if len(infos) < scopes:
        return "missing"
    if doubtful or accepted:
        return "doubt" if doubtful else "accepted"
    return "final" if all(info.settled for info in infos) else "changing"
