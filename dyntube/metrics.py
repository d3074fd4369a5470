"""Every metric and every dimension: name, label, SQL expression, format, help, which way is good.

The expressions are DuckDB SQL over the columns of `records.SCHEMA` and of the calendar. A rate
divides sums. A new metric or dimension is one entry here and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import QueryError

UNKNOWN = "Unknown"
OTHER = "Other"

Format = Literal["number", "percent", "hours", "seconds", "ratio"]
Kind = Literal["text", "number", "date", "moment"]


@dataclass(frozen=True)
class Metric:
    """A number with a definition. `additive`: rows of a breakdown add up to the total.

    `views` is the SQL condition of the views that it is about: those it counts, or for a rate those
    it divides by. `parts` names the metrics that a rate divides, the upper and the lower one.
    `different` is the SQL of what it counts once however often it comes, else empty.
    """

    name: str
    label: str
    sql: str
    help: str
    format: Format = "number"
    additive: bool = False
    more_is_better: bool = True
    views: str = "true"
    parts: tuple[str, str] | None = None
    different: str = ""

    @property
    def is_rate(self) -> bool:
        """A fraction from 0 to 1, whose change is stated in percentage points."""
        return self.format == "percent"

    @property
    def is_amount(self) -> bool:
        """Whether it is 0, and not undefined, where there are no views."""
        return self.parts is None


@dataclass(frozen=True)
class Dimension:
    """Something to group or filter by. `kind` says what its values are.

    text: text, "Unknown" where it is missing; number: whole numbers; date: the first day of a
    local day, week or month; moment: an instant. `of_calendar`: it depends on the time zone.
    `columns` are those that its values are made of, where these have few different values: views
    are then grouped by them as they are stored, and values are made of the groups.
    """

    name: str
    label: str
    sql: str
    columns: tuple[str, ...] = ()
    kind: Kind = "text"
    of_calendar: bool = False


FEW_PLAYS = 30  # rates of fewer say little

_LASTS = "started AND duration > 0"
_WITH_SOUND = "started AND NOT muted"


def _plays(name: str, label: str, condition: str, help_: str) -> Metric:
    sql = f"coalesce(count_if({condition}), 0)"
    return Metric(name, label, sql, help_, additive=True, views=condition)


def _people(name: str, label: str, different: str, help_: str) -> Metric:
    sql = f"count(DISTINCT {different})"
    return Metric(name, label, sql, help_, views="viewer IS NOT NULL", different=different)


def _reached(percent: int) -> Metric:
    return _plays(
        f"reached_{percent}",
        f"Watched {percent}%",
        f"{_LASTS} AND watch_time * 100 / duration >= {percent}",
        f"Plays that watched at least {percent}% of the video's length.",
    )


_SUMS = (
    Metric(
        "views",
        "Views",
        "count(*)",
        "How often a player with your video was loaded on a page.",
        additive=True,
    ),
    _plays("plays", "Plays", "started", "Views in which the video was started."),
    Metric(
        "watch_time",
        "Watch time",
        "coalesce(sum(watch_time), 0)",
        "All the time people spent watching, added up. Watching a part again counts again.",
        "hours",
        additive=True,
    ),
    _plays(
        "completions",
        "Completions",
        "started AND ended",
        "Plays that reached the end of the video.",
    ),
    _plays("sound_on", "Plays with sound", _WITH_SOUND, "Plays that were not muted."),
    Metric(
        "watched_length",
        "Time watched, at most the length",
        f"coalesce(sum(CASE WHEN {_LASTS} THEN least(coalesce(watch_time, 0), duration) END), 0)",
        "Watch time of plays, each counted for its video's length at most.",
        "hours",
        additive=True,
        views=_LASTS,
    ),
    Metric(
        "played_length",
        "Length of the videos played",
        f"coalesce(sum(CASE WHEN {_LASTS} THEN duration END), 0)",
        "The lengths of the videos of all plays, added up.",
        "hours",
        additive=True,
        views=_LASTS,
    ),
    _people(
        "viewers",
        "Viewers",
        "viewer",
        "Different people: by your own user id where the view has one, else by browser. "
        "One person in several rows or days counts once in the total.",
    ),
    _people(
        "new_viewers",
        "New viewers",
        "CASE WHEN date = first_date THEN viewer END",
        "Viewers without an earlier view in the stored history.",
    ),
    *(_reached(percent) for percent in (25, 50, 75, 90, 95)),
)
_SQL = {metric.name: metric.sql for metric in _SUMS}


def _rate(
    name: str, label: str, parts: tuple[str, str], help_: str, format_: Format = "percent"
) -> Metric:
    upper, lower = parts
    sql = f"{_SQL[upper]} / nullif({_SQL[lower]}, 0)"
    views = next(metric.views for metric in _SUMS if metric.name == lower)
    return Metric(name, label, sql, help_, format_, views=views, parts=parts)


_RATES = (
    _rate("play_rate", "Play rate", ("plays", "views"), "Plays divided by views."),
    _rate(
        "average_watch_time",
        "Average watch time",
        ("watch_time", "plays"),
        "Watch time divided by plays.",
        "seconds",
    ),
    _rate(
        "average_percent_watched",
        "Average % watched",
        ("watched_length", "played_length"),
        "Time watched divided by the length of the videos played. Each play counts for its video's "
        "length at most; plays of unknown length are left out.",
    ),
    _rate(
        "completion_rate",
        "Completion rate",
        ("completions", "plays"),
        "Plays that reached the end of the video, divided by plays.",
    ),
    _rate(
        "views_per_viewer",
        "Views per viewer",
        ("views", "viewers"),
        "Views divided by viewers.",
        "ratio",
    ),
    _rate(
        "sound_on_rate",
        "Sound on",
        ("sound_on", "plays"),
        "Plays that were not muted, divided by plays.",
    ),
)
METRICS = {metric.name: metric for metric in (*_SUMS, *_RATES)}


def _text(name: str, label: str, column: str) -> Dimension:
    return Dimension(name, label, f"coalesce({column}, '{UNKNOWN}')", (column,))


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
# The log may hold any number, below 0 or beyond the end of all calendars.
_WATCHED = "least(greatest(coalesce(watch_time, 0), 0), 1e9)"
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
        "watched_percent",
        "Share watched",
        f"CASE WHEN {_LASTS} THEN CAST(floor(least({_WATCHED} * 100 / duration, 100)) "
        "AS INTEGER) ELSE -1 END",  # -1: not played, or of unknown length
        kind="number",
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


def metric(name: str) -> Metric:
    """The metric of that name; raises QueryError, listing all names."""
    if name not in METRICS:
        raise QueryError(f"There is no metric {name!r}. The metrics are: {', '.join(METRICS)}.")
    return METRICS[name]


def dimension(name: str) -> Dimension:
    """The dimension of that name; raises QueryError, listing all names."""
    if name not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise QueryError(f"There is no dimension {name!r}. The dimensions are: {known}.")
    return DIMENSIONS[name]
