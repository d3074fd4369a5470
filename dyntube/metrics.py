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


@dataclass(frozen=True)
class Metric:
    """A number with a definition. `additive`: rows of a breakdown add up to the total.

    `views` is the SQL condition of the views that it is about: those it counts, or for a rate those
    it divides by. `parts` names the metrics that a rate divides, the upper and the lower one.
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
    """

    name: str
    label: str
    sql: str
    kind: Literal["text", "number", "date", "moment"] = "text"
    of_calendar: bool = False


FEW_PLAYS = 30  # rates of fewer say little

_LASTS = "started AND duration > 0"
_WITH_SOUND = "started AND NOT muted"


def _count(condition: str) -> str:
    return f"count(CASE WHEN {condition} THEN 1 END)"


def _plays(name: str, label: str, condition: str, help_: str) -> Metric:
    return Metric(name, label, _count(condition), help_, additive=True, views=condition)


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
    Metric(
        "viewers",
        "Viewers",
        "count(DISTINCT viewer)",
        "Different people: by your own user id where the view has one, else by browser. "
        "One person in several rows or days counts once in the total.",
        views="viewer IS NOT NULL",
    ),
    Metric(
        "new_viewers",
        "New viewers",
        "count(DISTINCT CASE WHEN date = first_date THEN viewer END)",
        "Viewers without an earlier view in the stored history.",
        views="viewer IS NOT NULL",
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


def _text(column: str) -> str:
    return f"coalesce({column}, '{UNKNOWN}')"


def _version(family: str, major: str) -> str:
    return f"coalesce({family} || coalesce(' ' || {major}, ''), '{UNKNOWN}')"


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
    Dimension("project", "Project", _text("project_key")),
    Dimension("channel", "Channel", _text("channel_key")),
    Dimension("video", "Video", _text("video_key")),
    Dimension("continent", "Continent", _text("geo_continent")),
    Dimension("country", "Country", _text("geo_country")),
    Dimension("region", "Region", _text("geo_region")),
    Dimension("city", "City", _text("geo_city")),
    Dimension("device_type", "Device type", _text("device_type")),
    Dimension("device_brand", "Device brand", _text("device_brand")),
    Dimension("device_model", "Device model", _text("device_model")),
    Dimension("browser", "Browser", _text("browser_family")),
    Dimension("browser_version", "Browser version", _version("browser_family", "browser_major")),
    Dimension("os", "Operating system", _text("os_family")),
    Dimension("os_version", "Operating system version", _version("os_family", "os_major")),
    Dimension("embed_domain", "Embedding domain", _text("embed_domain")),
    Dimension("embed_page", "Embedding page", _text("embed_url")),
    Dimension(
        "sound",
        "Sound",
        f"CASE WHEN muted THEN 'Off' WHEN NOT muted THEN 'On' ELSE '{UNKNOWN}' END",
    ),
    Dimension(
        "plan",
        "Plan",
        "CASE plan_type WHEN 1 THEN 'Standard' WHEN 2 THEN 'Edge' "
        f"ELSE coalesce('Plan ' || plan_type, '{UNKNOWN}') END",
    ),
    Dimension("delivery_region", "Delivery region", _text("region")),
    Dimension("length", "Video length", _length_sql()),
    Dimension(
        "watched_percent",
        "Share watched",
        f"CASE WHEN {_LASTS} THEN CAST(floor(least({_WATCHED} * 100 / duration, 100)) "
        "AS INTEGER) ELSE -1 END",  # -1: not played, or of unknown length
        "number",
    ),
    Dimension("minute", "Minute", _minute("date"), "moment"),
    Dimension("watched_until", "Watched until", _minute(_UNTIL), "moment"),
    Dimension("hour", "Hour", "hour", "moment", of_calendar=True),
    Dimension("day", "Day", "day", "date", of_calendar=True),
    Dimension("week", "Week", "week", "date", of_calendar=True),
    Dimension("month", "Month", "month", "date", of_calendar=True),
    Dimension("hour_of_day", "Hour of the day", "hour_of_day", "number", of_calendar=True),
    Dimension("weekday", "Weekday", "weekday", "number", of_calendar=True),
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
