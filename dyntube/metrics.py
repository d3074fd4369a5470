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
    """A number with a definition. `additive`: rows of a breakdown add up to the total."""

    name: str
    label: str
    sql: str
    help: str
    format: Format = "number"
    additive: bool = False
    more_is_better: bool = True

    @property
    def is_rate(self) -> bool:
        """A fraction from 0 to 1, whose change is stated in percentage points."""
        return self.format == "percent"


@dataclass(frozen=True)
class Dimension:
    """Something to group or filter by."""

    name: str
    label: str
    sql: str

    @property
    def is_time(self) -> bool:
        """Whether it comes from the calendar of the chosen time zone."""
        return self.name in TIME_DIMENSIONS


_PLAYS = "count(CASE WHEN started THEN 1 END)"
_WATCH_TIME = "coalesce(sum(watch_time), 0)"
_COMPLETIONS = "count(CASE WHEN started AND ended THEN 1 END)"
_WATCHED = (
    "sum(CASE WHEN started AND duration > 0 THEN least(coalesce(watch_time, 0), duration) END)"
)
_LENGTH = "sum(CASE WHEN started AND duration > 0 THEN duration END)"
_SOUND_ON = "count(CASE WHEN started AND NOT muted THEN 1 END)"
_VIEWERS = "count(DISTINCT viewer)"

_METRICS = (
    Metric(
        "views",
        "Views",
        "count(*)",
        "How often a player with your video was loaded on a page.",
        additive=True,
    ),
    Metric("plays", "Plays", _PLAYS, "Views in which the video was started.", additive=True),
    Metric(
        "play_rate",
        "Play rate",
        f"{_PLAYS} / nullif(count(*), 0)",
        "Plays divided by views.",
        "percent",
    ),
    Metric(
        "watch_time",
        "Watch time",
        _WATCH_TIME,
        "All the time people spent watching, added up. Watching a part again counts again.",
        "hours",
        additive=True,
    ),
    Metric(
        "average_watch_time",
        "Average watch time",
        f"{_WATCH_TIME} / nullif({_PLAYS}, 0)",
        "Watch time divided by plays.",
        "seconds",
    ),
    Metric(
        "average_percent_watched",
        "Average % watched",
        f"{_WATCHED} / nullif({_LENGTH}, 0)",
        "Time watched divided by the length of the videos played. Each play counts for its video's "
        "length at most; plays of unknown length are left out.",
        "percent",
    ),
    Metric(
        "completions",
        "Completions",
        _COMPLETIONS,
        "Plays that reached the end of the video.",
        additive=True,
    ),
    Metric(
        "completion_rate",
        "Completion rate",
        f"{_COMPLETIONS} / nullif({_PLAYS}, 0)",
        "Plays that reached the end of the video, divided by plays.",
        "percent",
    ),
    Metric(
        "viewers",
        "Viewers",
        _VIEWERS,
        "Different people: by your own user id where the view has one, else by browser. "
        "One person in several rows or days counts once in the total.",
    ),
    Metric(
        "views_per_viewer",
        "Views per viewer",
        f"count(*) / nullif({_VIEWERS}, 0)",
        "Views divided by viewers.",
        "ratio",
    ),
    Metric(
        "sound_on_rate",
        "Sound on",
        f"{_SOUND_ON} / nullif({_PLAYS}, 0)",
        "Plays that were not muted, divided by plays.",
        "percent",
    ),
    Metric(
        "new_viewers",
        "New viewers",
        "count(DISTINCT CASE WHEN date = first_date THEN viewer END)",
        "Viewers without an earlier view in the stored history.",
    ),
)
METRICS = {metric.name: metric for metric in _METRICS}


def _text(column: str) -> str:
    return f"coalesce({column}, '{UNKNOWN}')"


def _version(family: str, major: str) -> str:
    return f"coalesce({family} || coalesce(' ' || {major}, ''), '{UNKNOWN}')"


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
    Dimension("embed_domain", "Embedded on", _text("embed_domain")),
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
    Dimension("hour", "Hour", "hour"),
    Dimension("day", "Day", "day"),
    Dimension("week", "Week", "week"),
    Dimension("month", "Month", "month"),
    Dimension("hour_of_day", "Hour of the day", "hour_of_day"),
    Dimension("weekday", "Weekday", "weekday"),
)
TIME_DIMENSIONS = ("hour", "day", "week", "month", "hour_of_day", "weekday")
DIMENSIONS = {dimension.name: dimension for dimension in _DIMENSIONS}


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
