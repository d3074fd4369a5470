"""What columns of downloads are called, and the units of their numbers."""

from __future__ import annotations

from ..insight.comparison import Days, is_per_day
from ..query.dimensions import DIMENSIONS
from ..query.metrics import METRICS, Metric
from ..words import tr

_UNITS = {"percent": "%", "hours": tr("hours"), "seconds": tr("seconds")}
SHARES = (  # columns of fractions that are no metrics
    "share",
    "share_before",
    *("usual_lower_quartile", "usual_median", "usual_upper_quartile"),
)
PER_CENT = ("watched_at_least", "watched_from", "watched_to")  # columns of numbers from 0 to 100
_UNITS_OF_OTHERS = dict.fromkeys((*SHARES, *PER_CENT), "%") | {"watched_seconds": tr("seconds")}
_NAMES = {
    "project_key": tr("Project key"),
    "channel_key": tr("Channel key"),
    "video_key": tr("Video key"),
    "continent_code": tr("Continent code"),
    "country_code": tr("Country code"),
    "bucket": tr("Bucket"),
    "age": tr("Age"),
    "hour_compared": tr("Hour compared"),
    "day_compared": tr("Day compared"),
    "week_compared": tr("Week compared"),
    "month_compared": tr("Month compared"),
    "whole": tr("Whole"),
    "in_doubt": tr("In doubt"),
    "hours_in_period": tr("Hours in period"),
    "share": tr("Share"),
    "share_before": tr("Share, before"),
    "watched_at_least": tr("Watched at least"),
    "watched_from": tr("Watched from"),
    "watched_to": tr("Watched to"),
    "usual_lower_quartile": tr("Usual lower quartile"),
    "usual_median": tr("Usual median"),
    "usual_upper_quartile": tr("Usual upper quartile"),
    "step": tr("Step"),
    "count": tr("Count"),
    "rule": tr("Rule"),
    "plays_counted": tr("Plays counted"),
    "status": tr("Status"),
    "own": tr("Own"),
    "first_view": tr("First view"),
    "last_view": tr("Last view"),
    "time": tr("Time"),
    "played": tr("Played"),
    "watched_seconds": tr("Watched"),
    "check": tr("Check"),
    "affects": tr("Affects"),
    "state": tr("State"),
    "counted": tr("Counted"),
    "unread": tr("Unread"),
    "fetched": tr("Fetched"),
    "kind": tr("Kind"),
    "key": tr("Key"),
    "field": tr("Field"),
}
_WORDS = {"id": "ID", "ip": "IP", "os": "OS", "url": "URL"}


def header(name: str, days: Days = (1, 1)) -> str:
    """A column's header with its unit: "Views, before", "Watch time (hours)", "Play rate (%)".

    Over `days` that differ, changes of sums are: "Views, change in daily average (%)".
    """
    what, of = label(name, days), unit(name)
    return what if not of or of in what else f"{what} ({of})"


def label(name: str, days: Days = (1, 1)) -> str:
    """What a column is, without its unit: "Views, before", "Watch time", "Video key"."""
    metric, part = metric_and_part(name)
    if metric is None:
        return DIMENSIONS[name].label if name in DIMENSIONS else _NAMES.get(name) or _words(name)
    if part == "before":
        return tr("{metric}, before", metric=metric.label)
    if part and is_per_day(metric, days):
        return tr("{metric}, change in daily average", metric=metric.label)
    return tr("{metric}, change", metric=metric.label) if part else metric.label


def unit(name: str) -> str:
    """The unit of a column's numbers; empty for counts, ratios and what is no number."""
    metric, part = metric_and_part(name)
    if metric is None:
        return _UNITS_OF_OTHERS.get(name, "")
    if part == "change":
        return tr("points") if metric.is_rate else "%"
    return _UNITS.get(metric.format, "")


def metric_and_part(name: str) -> tuple[Metric | None, str]:
    """The metric of a column, if any, and its part: "before", "change" or ""."""
    for part in ("before", "change"):
        base = name.removesuffix(f"_{part}")
        if base != name and base in METRICS:
            return METRICS[base], part
    return METRICS.get(name), ""


def _words(name: str) -> str:
    text = " ".join(_WORDS.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]
