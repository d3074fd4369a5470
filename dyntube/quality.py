"""Whether the numbers can be trusted: every quality check, and the state of every stored day.

A check of views is DuckDB SQL over the columns of `records.SCHEMA`; a check of days counts what
is known of their fetches. A new check is one entry here and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .dayfile import DayInfo
from .dimensions import DIMENSIONS
from .errors import QueryError
from .metrics import METRICS

ONE_DAY = dt.timedelta(days=1)
EVERY_NUMBER = tuple(METRICS)


@dataclass(frozen=True)
class Check:
    """Something that can be odd about views; `help` says what is done about it.

    `touches` names the metrics and dimensions it affects. With `across`, the condition may ask for
    `repeated`: whether the view's `view_id` occurs more than once among the views asked about.
    """

    name: str
    label: str
    sql: str
    help: str
    touches: tuple[str, ...]
    across: bool = False

    @property
    def touched(self) -> str:
        """The labels of what it affects."""
        return _labels(self.touches)


@dataclass(frozen=True)
class DayCheck:
    """Something that can be odd about stored days; `amount` counts it in the files of one day."""

    name: str
    label: str
    amount: Callable[[Sequence[DayInfo]], int]
    help: str
    touches: tuple[str, ...]
    counts: Literal["views", "days"] = "views"

    @property
    def touched(self) -> str:
        """The labels of what it affects."""
        return _labels(self.touches)


def _labels(names: tuple[str, ...]) -> str:
    if names == EVERY_NUMBER:
        return "Every number"
    labels = [(METRICS.get(name) or DIMENSIONS[name]).label for name in names]
    return ", ".join(labels) or "None"


_CHECKS = (
    Check(
        "no_length",
        "Length is 0 or missing",
        "coalesce(duration, 0) <= 0",
        "Left out of Average % watched.",
        ("average_percent_watched",),
    ),
    Check(
        "watched_longer",
        "Watched longer than the video",
        "duration > 0 AND watch_time > duration",
        "Watch time in full; shares stop at 100%.",
        ("watch_time", "average_watch_time"),
    ),
    Check(
        "nothing_watched",
        "Started, but 0 seconds watched",
        "started AND coalesce(watch_time, 0) <= 0",
        "Counted as plays with no watch time.",
        ("plays", "play_rate", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "ended_early",
        "Ended with less than half watched",
        "ended AND duration > 0 AND coalesce(watch_time, 0) < duration * 0.5",
        "Counted as completions, as DynTube says.",
        ("completions", "completion_rate"),
    ),
    Check(
        "repeated_view_id",
        "Same view id as another view",
        "repeated",
        "Counted as separate views.",
        ("views", "plays", "watch_time"),
        across=True,
    ),
    Check(
        "no_user_id",
        "Without your own user id",
        "client_user_id IS NULL",
        "Viewers are told apart by browser instead.",
        ("viewers", "views_per_viewer", "new_viewers"),
    ),
    Check(
        "unknown_country",
        "Country unknown",
        "geo_country IS NULL",
        "Shown as Unknown, never dropped.",
        ("country",),
    ),
    Check(
        "unknown_device",
        "Browser or device unknown",
        "browser_family IS NULL OR device_type IS NULL",
        "Shown as Unknown, never dropped.",
        ("browser", "device_type"),
    ),
)
CHECKS = {check.name: check for check in _CHECKS}

_DAY_CHECKS = (
    DayCheck(
        "duplicates",
        "Sent twice by DynTube",
        lambda infos: sum(info.duplicates for info in infos),
        "Merged; the longer watch time is kept.",
        (),
    ),
    DayCheck(
        "rejected",
        "Could not be read",
        lambda infos: sum(info.rejected for info in infos),
        "Set aside with the reason; in no number.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "changed",
        "Changed when fetched again",
        lambda infos: sum(info.changed for info in infos),
        "The newest version counts.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "removed",
        "Gone when fetched again",
        lambda infos: sum(info.removed for info in infos),
        "No longer counted.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "differing",
        "Days that do not add up",
        lambda infos: int(not all(info.verified for info in infos)),
        "Fetched again until they match.",
        EVERY_NUMBER,
        "days",
    ),
    DayCheck(
        "empty",
        "Days without any view",
        lambda infos: int(not any(info.rows for info in infos)),
        "Counted as days with 0 views.",
        (),
        "days",
    ),
)
DAY_CHECKS = {check.name: check for check in _DAY_CHECKS}


def check(name: str) -> Check:
    """The check of views of that name; raises QueryError, listing all names."""
    if name not in CHECKS:
        raise QueryError(f"There is no check {name!r}. The checks are: {', '.join(CHECKS)}.")
    return CHECKS[name]


State = Literal["final", "changing", "short", "missing", "damaged"]
STATE_LABELS: dict[State, str] = {
    "final": "Final",
    "changing": "Still changing",
    "short": "Does not add up",
    "missing": "Not stored",
    "damaged": "Damaged",
}


@dataclass(frozen=True)
class StoredDay:
    """A UTC day between the first stored one and today, over all scopes."""

    day: dt.date
    state: State
    infos: tuple[DayInfo, ...]

    @property
    def rows(self) -> int:
        """Views stored."""
        return sum(info.rows for info in self.infos)

    @property
    def counted(self) -> int:
        """Views of the day that DynTube counted, those that cannot be read among them."""
        return sum(info.api_total - info.outside for info in self.infos)

    @property
    def rejected(self) -> int:
        """Records that could not be read."""
        return sum(info.rejected for info in self.infos)

    @property
    def fetched_at(self) -> dt.datetime | None:
        """When it was last fetched."""
        return max((info.fetched_at for info in self.infos), default=None)

    @property
    def needs_attention(self) -> bool:
        """Whether its numbers may be wrong."""
        return self.state in ("short", "missing", "damaged") or self.rejected > 0


def stored_days(
    stored: Mapping[dt.date, Sequence[DayInfo]],
    damaged: Collection[dt.date],
    scopes: int,
    today: dt.date,
) -> list[StoredDay]:
    """Every day from the first stored or damaged one to `today`, oldest first.

    A day is as good as the worst of its scopes, and missing while one of them is.
    """
    first = min([*stored, *damaged], default=None)
    if first is None:
        return []
    last = max(today, *stored, *damaged)
    days = [first + ONE_DAY * n for n in range((last - first).days + 1)]
    return [
        StoredDay(day, _state(infos, day in damaged, scopes), infos)
        for day in days
        for infos in [tuple(stored.get(day, ()))]
    ]


def _state(infos: Sequence[DayInfo], damaged: bool, scopes: int) -> State:
    if damaged:
        return "damaged"
    if len(infos) < scopes:
        return "missing"
    if not all(info.verified for info in infos):
        return "short"
    return "final" if all(info.settled for info in infos) else "changing"
