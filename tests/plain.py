"""The metrics' definitions in plain Python, over raw JSON: what every engine must agree with."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]


def metrics(records: Iterable[Record]) -> dict[str, float]:
    """Every metric but `new_viewers`, of these raw records."""
    views = list(records)
    plays = [view for view in views if view.get("started")]
    lasting = [view for view in plays if (view.get("duration") or 0) > 0]
    watch_time = sum(view.get("watchTime") or 0 for view in views)
    completions = sum(bool(view.get("ended")) for view in plays)
    sound_on = sum(view.get("muted") is False for view in plays)
    watched = sum(min(view.get("watchTime") or 0, view["duration"]) for view in lasting)
    length = sum(view["duration"] for view in lasting)
    reached = {
        f"reached_{percent}": sum(
            (view.get("watchTime") or 0) * 100 / view["duration"] >= percent for view in lasting
        )
        for percent in (25, 50, 75, 90, 95)
    }
    viewers = {viewer(view) for view in views} - {None}
    return {
        "views": len(views),
        "plays": len(plays),
        "play_rate": ratio(len(plays), len(views)),
        "watch_time": watch_time,
        "average_watch_time": ratio(watch_time, len(plays)),
        "average_percent_watched": ratio(watched, length),
        "watched_length": watched,
        "played_length": length,
        "completions": completions,
        "completion_rate": ratio(completions, len(plays)),
        "viewers": len(viewers),
        "views_per_viewer": ratio(len(views), len(viewers)),
        "sound_on": sound_on,
        "sound_on_rate": ratio(sound_on, len(plays)),
    } | reached


def grouped(records: Iterable[Record], key: Callable[[Record], Any]) -> dict[Any, dict[str, float]]:
    """The metrics of each group."""
    groups: dict[Any, list[Record]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return {name: metrics(group) for name, group in groups.items()}


def within(records: Iterable[Record], start: dt.date, end: dt.date, zone: str) -> list[Record]:
    """The records whose local day is from `start` to `end`."""
    return [record for record in records if start <= local(record, zone).date() <= end]


def local(record: Record, zone: str) -> dt.datetime:
    """When a view began, on the clocks of a zone."""
    return dt.datetime.fromisoformat(record["date"]).astimezone(ZoneInfo(zone))


def viewer(view: Record) -> str | None:
    """The customer's own id, else the browser's."""
    return view.get("clientUserId") or view.get("viewerId") or None


def ratio(part: float, whole: float) -> float:
    """A fraction; not a number where there is nothing to divide by."""
    return part / whole if whole else math.nan


def known(view: Record, group: str, name: str) -> str:
    """A text of a record, with the word for a missing or empty one."""
    return (view.get(group) or {}).get(name) or "Unknown"
