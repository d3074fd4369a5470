"""Every dimension: name, label, SQL expression, and the columns that it is made of.

The expressions are DuckDB SQL over the columns of `records.SCHEMA`, of COMPUTED and of the
calendar. A new dimension is one entry here and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import QueryError

UNKNOWN = "Unknown"
OTHER = "Other"

Kind = Literal["text", "number", "date", "moment"]
# The log may hold any number, below 0 or beyond the end of all calendars.
_WATCHED = "least(greatest(coalesce(watch_time, 0), 0), 1e9)"
_PERCENT = (
    "CAST(floor(least(greatest(coalesce(watch_time, 0), 0) * 100 / duration, 100)) AS INTEGER)"
)
_LASTS = "started AND duration > 0"
# What many questions compute of each view. Tables in memory have it ready.
COMPUTED = {
    "lasts": f"coalesce({_LASTS}, false)",  # played, and of known length
    "watched_length": f"CASE WHEN {_LASTS} THEN least(coalesce(watch_time, 0), duration) END",
    "played_length": f"CASE WHEN {_LASTS} THEN duration END",
    "watched_percent": f"CASE WHEN {_LASTS} THEN {_PERCENT} ELSE -1 END",  # -1: it does not last
}


@dataclass(frozen=True)
class Dimension:
    """Something to group or filter by. `kind` says what its values are.

    text: text, "Unknown" where it is missing; number: whole numbers; date: the first day of a
    local day, week or month; moment: an instant. `of_calendar`: it depends on the time zone.
    `columns` are those that its values are made of, where these have few different values: views
    are then grouped by them as they are stored, and values are made of the groups. `label_of`: the
    column whose text it is, where it is nothing else.
    """

    name: str
    label: str
    sql: str
    columns: tuple[str, ...] = ()
    kind: Kind = "text"
    of_calendar: bool = False
    label_of: str = ""


def _text(name: str, label: str, column: str) -> Dimension:
    sql = f"coalesce({column}, '{UNKNOWN}')"
    return Dimension(name, label, sql, (column,), label_of=column)


def _version(name: str, label: str, family: str, major: str) -> Dimension:
    sql = f"coalesce({family} || coalesce(' ' || {major}, ''), '{UNKNOWN}')"
    return Dimension(name, label, sql, (family, major))


def _of_calendar(name: str, label: str, kind: Kind) -> Dimension:
    return Dimension(name, label, name, (name,), kind, of_calendar=True)


def _length_sql() -> str:
    bands = "".join(f" WHEN duration < {end} THEN '{label}'" for label, end in _BANDS)
    return f"CASE WHEN duration <= 0 THEN '{UNKNOWN}'{bands} ELSE '{UNKNOWN}' END"


_BANDS = (
    ("Under 30 s", 30),
    ("30 to 60 s", 60),
    ("1 to 2 min", 120),
    ("2 to 5 min", 300),
    ("5 to 10 min", 600),
    ("10 to 30 min", 1800),
    ("30 min and more", 10**9),
)
LENGTHS = tuple(label for label, _ in _BANDS)  # in order
_UNTIL = f"date + to_microseconds(CAST({_WATCHED} * 1e6 AS BIGINT))"


def _minute(moment: str) -> str:
    return f"CAST(date_trunc('minute', {moment}) AS TIMESTAMP)"


_DIMENSIONS = (
    _text("project", "Project", "project_key"),
    _text("channel", "Channel", "channel_key"),
    _text("video", "Video", "video_key"),
    _text("continent", "Continent", "geo_continent"),
    _text("country", "Country", "geo_country"),
    _text("region", "Region", "geo_region"),
    _text("city", "City", "geo_city"),
    _text("device_type", "Device type", "device_type"),
    _text("device_brand", "Device brand", "device_brand"),
    _text("device_model", "Device model", "device_model"),
    _text("browser", "Browser", "browser_family"),
    _version("browser_version", "Browser version", "browser_family", "browser_major"),
    _text("os", "Operating system", "os_family"),
    _version("os_version", "Operating system version", "os_family", "os_major"),
    _text("embed_domain", "Embedding domain", "embed_domain"),
    _text("embed_page", "Embedding page", "embed_url"),
    Dimension(
        "sound",
        "Sound",
        f"CASE WHEN muted THEN 'Off' WHEN NOT muted THEN 'On' ELSE '{UNKNOWN}' END",
        ("muted",),
    ),
    Dimension(
        "plan",
        "Plan",
        "CASE plan_type WHEN 1 THEN 'Standard' WHEN 2 THEN 'Edge' "
        f"ELSE coalesce('Plan ' || plan_type, '{UNKNOWN}') END",
        ("plan_type",),
    ),
    _text("delivery_region", "Delivery region", "region"),
    Dimension("length", "Video length", _length_sql(), ("duration",)),
    Dimension(
        "watched_percent", "Share watched", "watched_percent", ("watched_percent",), kind="number"
    ),
    Dimension("minute", "Minute", _minute("date"), kind="moment"),
    Dimension("watched_until", "Watched until", _minute(_UNTIL), kind="moment"),
    _of_calendar("hour", "Hour", "moment"),
    _of_calendar("day", "Day", "date"),
    _of_calendar("week", "Week", "date"),
    _of_calendar("month", "Month", "date"),
    _of_calendar("hour_of_day", "Hour of the day", "number"),
    _of_calendar("weekday", "Weekday", "number"),
)
DIMENSIONS = {dimension.name: dimension for dimension in _DIMENSIONS}
# What lies in what, the largest first.
HIERARCHIES = {
    "library": ("project", "channel", "video"),
    "place": ("continent", "country", "region", "city"),
    "device": ("device_type", "device_brand", "device_model"),
    "browser": ("browser", "browser_version"),
    "system": ("os", "os_version"),
    "embed": ("embed_domain", "embed_page"),
}


def dimension(name: str) -> Dimension:
    """The dimension of that name; raises QueryError, listing all names."""
    if name not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise QueryError(f"There is no dimension {name!r}. The dimensions are: {known}.")
    return DIMENSIONS[name]
