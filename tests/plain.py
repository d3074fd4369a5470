"""Metrics, dimensions and filters in plain Python over raw JSON: what engines must agree with."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dyntube.dimensions import LENGTHS
from dyntube.query import Filter

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
    return _on_clocks(record["date"], zone)


@cache
def _on_clocks(date: str, zone: str) -> dt.datetime:
    return dt.datetime.fromisoformat(date).astimezone(ZoneInfo(zone))


def viewer(view: Record) -> str | None:
    """The customer's own id, else the browser's."""
    return view.get("clientUserId") or view.get("viewerId") or None


def ratio(part: float, whole: float) -> float:
    """A fraction; not a number where there is nothing to divide by."""
    return part / whole if whole else math.nan


def known(view: Record, group: str, name: str) -> str:
    """A text of a record, with the word for a missing or empty one."""
    return (view.get(group) or {}).get(name) or "Unknown"


def kept(records: Iterable[Record], filters: Iterable[Filter], zone: str) -> list[Record]:
    """The records that pass all filters."""
    found = list(records)
    for one in filters:
        value = DIMENSIONS[one.dimension]
        found = [view for view in found if passes(one, written(value(view, zone)))]
    return found


def passes(one: Filter, text: str) -> bool:
    """Whether a filter keeps a view whose dimension has this text."""
    if one.operator == "contains":
        return any(lowered(wanted) in lowered(text) for wanted in one.values)
    return (text in one.values) == (one.operator == "is")


def lowered(text: str) -> str:
    """Each character by itself in small: `ß` is not `ss`, a Σ at the end of a word is σ."""
    return "".join(letter.lower()[0] for letter in text)


def written(value: Any) -> str:
    """A value as filters want it."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, dt.datetime) else str(value)


def _text(*path: str) -> Callable[[Record, str], str]:
    *groups, name = path

    def value(view: Record, zone: str) -> str:
        for group in groups:
            view = view.get(group) or {}
        return view.get(name) or "Unknown"

    return value


def _version(group: str) -> Callable[[Record, str], str]:
    def value(view: Record, zone: str) -> str:
        machine = view.get(group) or {}
        family, major = machine.get("family"), machine.get("major")
        return "Unknown" if not family else family if major is None else f"{family} {major}"

    return value


def _sound(view: Record, zone: str) -> str:
    return {True: "Off", False: "On"}.get(view.get("muted"), "Unknown")


def _plan(view: Record, zone: str) -> str:
    plan = view.get("planType")
    return "Unknown" if plan is None else {1: "Standard", 2: "Edge"}.get(plan, f"Plan {plan}")


def _length(view: Record, zone: str) -> str:
    seconds = view.get("duration") or 0
    ends = (30, 60, 120, 300, 600, 1800, 1e9)
    bands = (name for name, end in zip(LENGTHS, ends, strict=True) if seconds < end)
    return next(bands, "Unknown") if seconds > 0 else "Unknown"


def _watched_percent(view: Record, zone: str) -> int:
    duration = view.get("duration") or 0
    if not view.get("started") or duration <= 0:
        return -1
    return math.floor(min(max(view.get("watchTime") or 0, 0) * 100 / duration, 100))


def _minute(view: Record, zone: str) -> dt.datetime:
    return local(view, "UTC").replace(second=0, microsecond=0)


def _watched_until(view: Record, zone: str) -> dt.datetime:
    watched = dt.timedelta(seconds=min(max(view.get("watchTime") or 0, 0), 1e9))
    return (local(view, "UTC") + watched).replace(second=0, microsecond=0)


def _hour(view: Record, zone: str) -> dt.datetime:
    """When its hour of the local clock began, in UTC: an hour that comes twice is two."""
    began = local(view, zone)
    name = began.replace(minute=0, second=0, microsecond=0, tzinfo=dt.UTC)
    return name - (began.utcoffset() or dt.timedelta())


def _day(view: Record, zone: str) -> dt.datetime:
    return dt.datetime.combine(local(view, zone).date(), dt.time())


def _week(view: Record, zone: str) -> dt.datetime:
    return _day(view, zone) - dt.timedelta(days=local(view, zone).weekday())


# What a view is called in each dimension: as text, a number, a date or a moment in UTC.
DIMENSIONS: dict[str, Callable[[Record, str], Any]] = {
    "project": _text("projectKey"),
    "channel": _text("channelKey"),
    "video": _text("videoKey"),
    "continent": _text("geo", "continent"),
    "country": _text("geo", "country"),
    "region": _text("geo", "region"),
    "city": _text("geo", "city"),
    "device_type": _text("device", "type"),
    "device_brand": _text("device", "brand"),
    "device_model": _text("device", "model"),
    "browser": _text("browser", "family"),
    "browser_version": _version("browser"),
    "os": _text("os", "family"),
    "os_version": _version("os"),
    "embed_domain": _text("embed", "domain"),
    "embed_page": _text("embed", "url"),
    "sound": _sound,
    "plan": _plan,
    "delivery_region": _text("region"),
    "length": _length,
    "watched_percent": _watched_percent,
    "minute": _minute,
    "watched_until": _watched_until,
    "hour": _hour,
    "day": _day,
    "week": _week,
    "month": lambda view, zone: _day(view, zone).replace(day=1),
    "hour_of_day": lambda view, zone: local(view, zone).hour,
    "weekday": lambda view, zone: local(view, zone).isoweekday(),
}
