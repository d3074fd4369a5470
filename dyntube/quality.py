"""Whether the numbers can be trusted: every quality check, of views and of days.

A check of views is DuckDB SQL over the columns of `records.SCHEMA`; a check of days counts what
is known of their fetches. A new check is one entry here and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .dimensions import DIMENSIONS
from .doubts import KINDS, Kind
from .errors import QueryError
from .metrics import METRICS
from .people import NOBODY
from .reasons import accepted_text, ended
from .states import StoredDay
from .text import LONGEST

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
    """Something that can be odd about stored days; `amount` counts it in one of them.

    `why` says what is behind it, where that is not the same for every day.
    """

    name: str
    label: str
    amount: Callable[[StoredDay], int]
    help: str
    touches: tuple[str, ...]
    counts: Literal["views", "days"] = "views"
    why: Callable[[StoredDay], str] | None = None

    @property
    def touched(self) -> str:
        """The labels of what it affects."""
        return _labels(self.touches)


def _labels(names: tuple[str, ...]) -> str:
    if names == EVERY_NUMBER:
        return "Every number"
    labels = [(METRICS.get(name) or DIMENSIONS[name]).label for name in names]
    return ", ".join(labels) or "None"


_KEYS = ("project_key", "channel_key", "video_key", "viewer_id", "client_user_id", "embed_url")
_NOBODY = NOBODY.replace("'", "''")
_CHECKS = (
    Check(
        "no_length",
        "Length is 0 or missing",
        "coalesce(duration, 0) = 0",
        "Left out of Average % watched.",
        ("average_percent_watched",),
    ),
    Check(
        "absurd_length",
        "Length below 0 or above 7 days",
        "length IS NULL AND duration IS NOT NULL",
        "Counted as missing.",
        ("average_percent_watched",),
    ),
    Check(
        "absurd_watch_time",
        "Watch time below 0 or above 7 days",
        "watched IS NULL AND watch_time IS NOT NULL",
        "Counted as missing.",
        ("watch_time", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "no_watch_time",
        "Started, but watch time is missing",
        "started AND watch_time IS NULL",
        "Counted as plays; left out of rates of watch time.",
        ("watch_time", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "watched_longer",
        "Watched longer than the video",
        "length > 0 AND watched > length",
        "Watch time in full; shares stop at 100%.",
        ("watch_time", "average_watch_time"),
    ),
    Check(
        "nothing_watched",
        "Started, but 0 seconds watched",
        "started AND watched = 0",
        "Counted as plays with no watch time.",
        ("plays", "play_rate", "average_watch_time", "average_percent_watched"),
    ),
    Check(
        "ended_early",
        "Ended with less than half watched",
        "ended AND length > 0 AND watched < length * 0.5",
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
        "nobodys_user_id",
        "User id that names nobody",
        f"regexp_full_match(client_user_id, '{_NOBODY}', 'i')",
        "Like undefined, null or 0: these viewers are told apart by browser instead.",
        ("viewers", "views_per_viewer", "new_viewers"),
    ),
    Check(
        "unknown_country",
        "Country unknown",
        "country IS NULL",
        "Shown as Unknown, never dropped.",
        ("country",),
    ),
    Check(
        "long_text",
        "Text of more than 500 characters",
        " OR ".join(f"length({name}) > {LONGEST}" for name in _KEYS),
        "Cut where it is shown, and kept in full.",
        (),
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

# What a check of days in doubt is called, and what is done about it.
_DOUBT_CHECKS: dict[Kind, tuple[str, str]] = {
    "count": ("Days that do not add up", "Fetched again until they match."),
    "no_count": ("Days that DynTube does not count", "Read until nothing new comes."),
    "window": ("Days that may not be whole", "Counted as they came."),
    "zone": ("Days whose times name no zone", "Read as UTC; hours may be shifted."),
    "field": ("Days on which a field is gone", "Counted as missing."),
    "gone": ("Days that DynTube no longer has", "What was stored is kept."),
}


def _doubt_check(kind: Kind) -> DayCheck:
    """The check of days that have one kind of doubt, accepted or not."""
    label, help_ = _DOUBT_CHECKS[kind]

    def why(day: StoredDay) -> str:
        counted = (ended(doubt.text) for doubt in day.doubts if doubt.kind == kind)
        accepted = (accepted_text(known) for known in day.accepted if known.doubt.kind == kind)
        return " ".join((*counted, *accepted))

    # The first is older than the others, and stands in links.
    name = "differing" if kind == "count" else kind
    return DayCheck(name, label, lambda day: int(day.has(kind)), help_, EVERY_NUMBER, "days", why)


_DAY_CHECKS = (
    DayCheck(
        "duplicates",
        "Sent twice by DynTube",
        lambda day: sum(info.duplicates for info in day.infos),
        "Merged; the longer watch time is kept.",
        (),
    ),
    DayCheck(
        "rejected",
        "Could not be read",
        lambda day: sum(info.rejected for info in day.infos),
        "Set aside with the reason; in no number.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "unread",
        "Fields that could not be read",
        lambda day: sum(sum(info.unread_fields.values()) for info in day.infos),
        "Counted as missing; kept as they came.",
        (),
    ),
    DayCheck(
        "changed",
        "Changed when fetched again",
        lambda day: sum(info.changed for info in day.infos),
        "The newest version counts.",
        EVERY_NUMBER,
    ),
    DayCheck(
        "removed",
        "Gone when fetched again",
        lambda day: sum(info.removed for info in day.infos),
        "No longer counted.",
        EVERY_NUMBER,
    ),
    *map(_doubt_check, KINDS),
    DayCheck(
        "thin",
        "Days on which a field is rare",
        lambda day: int(bool(day.thin)),
        "Numbers that rest on it are made of few views.",
        EVERY_NUMBER,
        "days",
        lambda day: day.thin,
    ),
    DayCheck(
        "low",
        "Days of far fewer views than usual",
        lambda day: int(bool(day.low)),
        "Below a fifth of the same weekdays around them; counted as they came.",
        EVERY_NUMBER,
        "days",
        lambda day: day.low,
    ),
    DayCheck(
        "empty",
        "Days without any view",
        lambda day: int(bool(day.infos) and not day.rows),
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
