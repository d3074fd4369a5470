"""What columns of downloads are called, and the units of their numbers."""

from __future__ import annotations

from ..query.dimensions import DIMENSIONS
from ..query.metrics import METRICS, Metric

_UNITS = {"percent": "%", "hours": "hours", "seconds": "seconds"}
SHARES = (  # columns of fractions that are no metrics
    "share",
    "share_before",
    *("usual_lower_quartile", "usual_median", "usual_upper_quartile"),
)
PER_CENT = ("watched_at_least", "watched_from", "watched_to")  # columns of numbers from 0 to 100
_UNITS_OF_OTHERS = dict.fromkeys((*SHARES, *PER_CENT), "%") | {"watched_seconds": "seconds"}
_NAMES = {"share_before": "Share, before", "watched_seconds": "Watched"}
_WORDS = {"id": "ID", "ip": "IP", "os": "OS", "url": "URL"}


def header(name: str) -> str:
    """A column's header with its unit: "Views, before", "Watch time (hours)", "Play rate (%)"."""
    what, of = label(name), unit(name)
    return what if not of or of in what else f"{what} ({of})"


def label(name: str) -> str:
    """What a column is, without its unit: "Views, before", "Watch time", "Video key"."""
    metric, part = metric_and_part(name)
    if metric is None:
        return DIMENSIONS[name].label if name in DIMENSIONS else _NAMES.get(name) or _words(name)
    return f"{metric.label}, {part}" if part else metric.label


def unit(name: str) -> str:
    """The unit of a column's numbers; empty for counts, ratios and what is no number."""
    metric, part = metric_and_part(name)
    if metric is None:
        return _UNITS_OF_OTHERS.get(name, "")
    if part == "change":
        return "points" if metric.is_rate else "%"
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
