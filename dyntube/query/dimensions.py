"""Every dimension: name, label, SQL expression, and the columns behind it.

The expressions are DuckDB SQL over the columns of `records.SCHEMA`, of COMPUTED and of the
calendar. A new dimension is one entry here, with its nouns in `nouns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase as _SMALL
from typing import Literal
from urllib.parse import unquote

from ..errors import QueryError
from ..words import tr
from .nouns import NUMBERS, PLURALS, SINGULARS

# A missing value, and the rest of a list. Neither occurs in the data: empty text is stored as null,
# and outside text loses its control characters. `report.labels` names them for display.
UNKNOWN = ""
OTHER = "\x1eother"
BETWEEN = "\x1f"  # separates a name from its parents within one value
_SPELLED = "~"  # replaces it in URLs

Kind = Literal["text", "number", "date", "moment"]
LONGEST_TIME = 7 * 86_400  # seconds; a time above it, or below 0, counts as missing


def _seconds(column: str) -> str:
    return f"CASE WHEN {column} BETWEEN 0 AND {LONGEST_TIME} THEN {column} END"


# Computed by queries for each view; precomputed in hot days. Times are bounded only here: the log
# may hold any number.
_WATCHED, _LENGTH = _seconds("watch_time"), _seconds("duration")
_LASTS = f"started AND ({_LENGTH}) > 0 AND ({_WATCHED}) IS NOT NULL"
_PERCENT = f"CAST(floor(least(({_WATCHED}) * 100 / ({_LENGTH}), 100)) AS INTEGER)"
COMPUTED = {
    "watched": _WATCHED,
    "length": _LENGTH,
    "has_length": f"coalesce({_LASTS}, false)",  # a play with known length and watch time
    "watched_length": f"CASE WHEN {_LASTS} THEN least({_WATCHED}, {_LENGTH}) END",
    "played_length": f"CASE WHEN {_LASTS} THEN {_LENGTH} END",
    "watched_percent": f"CASE WHEN {_LASTS} THEN {_PERCENT} ELSE -1 END",  # -1: not such a play
}


@dataclass(frozen=True)
class Dimension:
    """Something to group or filter by. `kind` is the type of its values.

    text: text, UNKNOWN if missing; number: whole numbers; date: the first day of a local day, week
    or month; moment: an instant. `of_calendar`: it depends on the time zone. `columns` are the
    stored columns it is made of, if these have few distinct values: views are then grouped by them,
    and values computed per group. `label_of`: the column it copies unchanged, if any. `within`: its
    parents, if its name alone is ambiguous (Paris in France or in the United States). A value then
    is the name and its parents, from the first of `columns` on, joined by BETWEEN. `shown` has the
    labels of values that are words of ours.
    """

    name: str
    label: str
    sql: str
    columns: tuple[str, ...] = ()
    kind: Kind = "text"
    of_calendar: bool = False
    label_of: str = ""
    within: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def noun(self) -> str:
        """What one of its values is called within a sentence: "video", "country"."""
        return SINGULARS[self.name]

    @property
    def plural(self) -> str:
        """What several of its values are called within a sentence: "videos", "countries"."""
        return PLURALS[self.name]

    def count(self, number: int) -> str:
        """So many of its values: "60 countries"."""
        return NUMBERS[self.name](number)


def _text(name: str, label: str, column: str) -> Dimension:
    sql = f"coalesce({column}, '{UNKNOWN}')"
    return Dimension(name, label, sql, (column,), label_of=column)


def _part(name: str, label: str, columns: tuple[str, ...], within: tuple[str, ...]) -> Dimension:
    """A missing name keeps its last parent: no city, but the country."""
    column, *inner, last = columns
    named = " || ".join([column, *(f"'{BETWEEN}' || coalesce({part}, '')" for part in inner)])
    sql = f"coalesce({named}, '{BETWEEN * len(inner)}') || '{BETWEEN}' || coalesce({last}, '')"
    return Dimension(name, label, sql, columns, within=within)


def _version(name: str, label: str, family: str, major: str, shown: str) -> Dimension:
    sql = f"coalesce({family} || coalesce(' ' || {shown}, ''), '{UNKNOWN}')"
    return Dimension(name, label, sql, (family, major))


def _of_calendar(name: str, label: str, kind: Kind) -> Dimension:
    return Dimension(name, label, name, (name,), kind, of_calendar=True)


def _length_sql() -> str:
    bands = "".join(f" WHEN length < {end} THEN '{name}'" for end, name, _ in _BANDS)
    return f"CASE WHEN length <= 0 THEN '{UNKNOWN}'{bands} ELSE '{UNKNOWN}' END"


_BANDS = (
    (30, "Under 30 s", tr("Under 30 s")),
    (60, "30 to 60 s", tr("30 to 60 s")),
    (120, "1 to 2 min", tr("1 to 2 min")),
    (300, "2 to 5 min", tr("2 to 5 min")),
    (600, "5 to 10 min", tr("5 to 10 min")),
    (1800, "10 to 30 min", tr("10 to 30 min")),
    (10**9, "30 min and more", tr("30 min and more")),
)
LENGTHS = tuple(name for _, name, _ in _BANDS)  # shortest first
_UNTIL = "date + to_microseconds(CAST(coalesce(watched, 0) * 1e6 AS BIGINT))"


def _minute(moment: str) -> str:
    return f"CAST(date_trunc('minute', {moment}) AS TIMESTAMP)"


_DIMENSIONS = (
    _text("project", tr("Project"), "project_key"),
    _text("channel", tr("Channel"), "channel_key"),
    _text("video", tr("Video"), "video_key"),
    Dimension(
        "continent",
        tr("Continent"),
        # `upper` does not mean the same for all letters from engine to engine.
        f"translate(coalesce(geo_continent, '{UNKNOWN}'), '{_SMALL}', '{_SMALL.upper()}')",
        ("geo_continent",),
    ),
    _text("country", tr("Country"), "country"),
    _part("region", tr("Region"), ("geo_region", "country"), ("country",)),
    _part("city", tr("City"), ("geo_city", "geo_region", "country"), ("region", "country")),
    _text("device_type", tr("Device type"), "device_type"),
    _text("device_brand", tr("Device brand"), "device_brand"),
    _part("device_model", tr("Device model"), ("device_model", "device_brand"), ("device_brand",)),
    _text("browser", tr("Browser"), "browser_family"),
    _version(
        "browser_version",
        tr("Browser version"),
        "browser_family",
        "browser_major",
        # "120.0.6099" is 120; text that does not start with a number stays as it is.
        "coalesce(nullif(regexp_extract(browser_major, '^[0-9]+'), ''), browser_major)",
    ),
    _text("os", tr("Operating system"), "os_family"),
    _version("os_version", tr("Operating system version"), "os_family", "os_major", "os_major"),
    _text("embed_domain", tr("Embedding domain"), "embed_domain"),
    _text("embed_page", tr("Embedding page"), "embed_page"),
    _text("campaign_source", tr("Campaign source"), "campaign_source"),
    _text("campaign_medium", tr("Campaign medium"), "campaign_medium"),
    _text("campaign_name", tr("Campaign"), "campaign_name"),
    _text("campaign_term", tr("Campaign term"), "campaign_term"),
    _text("campaign_content", tr("Campaign content"), "campaign_content"),
    Dimension(
        "sound",
        tr("Sound"),
        f"CASE WHEN muted THEN 'Off' WHEN NOT muted THEN 'On' ELSE '{UNKNOWN}' END",
        ("muted",),
        shown={"Off": tr("Off"), "On": tr("On")},
    ),
    Dimension(
        "plan",
        tr("Plan"),
        "CASE plan_type WHEN 1 THEN 'Standard' WHEN 2 THEN 'Edge' "
        f"ELSE coalesce('Plan ' || plan_type, '{UNKNOWN}') END",
        ("plan_type",),
    ),
    _text("delivery_region", tr("Delivery region"), "region"),
    Dimension(
        "length",
        tr("Video length"),
        _length_sql(),
        ("length",),
        shown={name: label for _, name, label in _BANDS},
    ),
    Dimension(
        "watched_percent",
        tr("Share watched"),
        "watched_percent",
        ("watched_percent",),
        kind="number",
    ),
    Dimension("minute", tr("Minute"), _minute("date"), kind="moment"),
    Dimension("watched_until", tr("Watched until"), _minute(_UNTIL), kind="moment"),
    _of_calendar("hour", tr("Hour"), "moment"),
    _of_calendar("day", tr("Day"), "date"),
    _of_calendar("week", tr("Week"), "date"),
    _of_calendar("month", tr("Month"), "date"),
    _of_calendar("hour_of_day", tr("Hour of the day"), "number"),
    _of_calendar("weekday", tr("Weekday"), "number"),
)
DIMENSIONS = {dimension.name: dimension for dimension in _DIMENSIONS}
# Drill-down paths, widest level first.
CLOCK = ("weekday", "hour_of_day")
LIBRARY = ("project", "channel", "video")  # their values are DynTube's keys
HIERARCHIES = {
    "library": LIBRARY,
    "place": ("continent", "country", "region", "city"),
    "device": ("device_type", "device_brand", "device_model"),
    "browser": ("browser", "browser_version"),
    "system": ("os", "os_version"),
    "embed": ("embed_domain", "embed_page"),
    "campaign": ("campaign_source", "campaign_medium", "campaign_name"),
}
MACHINE = ("device", "browser", "system")  # hierarchies that share a table
SHARED = tuple(HIERARCHIES[name] for name in MACHINE)  # their levels


def dimension(name: str) -> Dimension:
    """The dimension with this name; raises QueryError, listing all names."""
    if name not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise QueryError(f"There is no dimension {name!r}. The dimensions are: {known}.")
    return DIMENSIONS[name]


def is_missing(value: str) -> bool:
    """Whether a value has no name, whatever its parents."""
    return not value.partition(BETWEEN)[0]


def spelled(name: str, value: str) -> str:
    """A value as spelled in URLs and Python: Paris~Île-de-France~FR.

    In a value with parents, `~` and `%` are percent-encoded.
    """
    if not dimension(name).within or value == UNKNOWN:
        return value
    parts = (part.replace("%", "%25").replace(_SPELLED, "%7E") for part in value.split(BETWEEN))
    return _SPELLED.join(parts)


def read_value(name: str, text: str) -> str:
    """Parse a value from its `spelled` form. A bare name stands for all values with that name."""
    if not dimension(name).within:
        return text
    return BETWEEN.join(map(unquote, text.split(_SPELLED)))
