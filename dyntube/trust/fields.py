"""The fields that numbers rest on, and the days on which DynTube stops filling them.

Pure: computed from how many views of each stored day have a value for each field, by API name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..archive.dayfile import DayInfo
from ..formats import day as full_date
from ..words import tr

# Fields behind a metric or dimension, except ones that companies switch on and off: clientUserId,
# userKey, channelKey. Doubts name them in English, as people accept those by
# their texts.
_FIELDS = (
    ("videoKey", "Video", tr("Video")),
    ("projectKey", "Project", tr("Project")),
    ("viewerId", "Viewer", tr("Viewer")),
    ("started", "Started", tr("Started")),
    ("ended", "Ended", tr("Ended")),
    ("muted", "Sound", tr("Sound")),
    ("duration", "Video length", tr("Video length")),
    ("watchTime", "Watch time", tr("Watch time")),
    ("planType", "Plan", tr("Plan")),
    ("region", "Delivery region", tr("Delivery region")),
    ("browser.family", "Browser", tr("Browser")),
    ("browser.major", "Browser version", tr("Browser version")),
    ("device.brand", "Device brand", tr("Device brand")),
    ("device.model", "Device model", tr("Device model")),
    ("device.type", "Device type", tr("Device type")),
    ("os.family", "Operating system", tr("Operating system")),
    ("os.major", "Operating system version", tr("Operating system version")),
    ("geo.continent", "Continent", tr("Continent")),
    ("geo.country", "Country", tr("Country")),
    ("geo.region", "Region", tr("Region")),
    ("geo.city", "City", tr("City")),
    ("embed.domain", "Embedding domain", tr("Embedding domain")),
    ("embed.url", "Embedding page", tr("Embedding page")),
)
WATCHED = {field: name for field, name, _ in _FIELDS}
LABELS = {field: label for field, _, label in _FIELDS}
_TELLING = 0.1  # a day with a smaller share is no reference for later days
_NAMED = 3  # fields per sentence


@dataclass(frozen=True)
class FillCounts:
    """A day's number of views, and how many of them have a value for each field."""

    rows: int
    views: Mapping[str, int]

    def share(self, field: str) -> float:
        """The share of views with a value for a field."""
        return self.views.get(field, 0) / self.rows


@dataclass(frozen=True)
class FieldDrop:
    """A field that views of `day` lack, and those of `before` had."""

    day: dt.date
    field: str
    before: dt.date
    share: float  # of the views of `before` that had it


def filled(infos: Sequence[DayInfo]) -> FillCounts | None:
    """A day's field counts, over its scopes; None if an older version stored one of them."""
    if any(info.rows and not info.filled for info in infos):
        return None
    total: dict[str, int] = {}
    for info in infos:
        for field, count in info.filled.items():
            total[field] = total.get(field, 0) + count
    return FillCounts(sum(info.rows for info in infos), total)


def vanished(days: Mapping[dt.date, FillCounts]) -> list[FieldDrop]:
    """Fields in no view of a day, and in at least half of those of the last day that had them."""
    return list(_falls(days, fewest=20, high=0.5, low=0.0))


def thinned(days: Mapping[dt.date, FillCounts]) -> list[FieldDrop]:
    """Fields in few views of a day, and in nearly all of the last day that had them."""
    falls = _falls(days, fewest=50, high=0.9, low=0.1)
    return [fall for fall in falls if days[fall.day].share(fall.field)]


def _falls(
    days: Mapping[dt.date, FillCounts], *, fewest: int, high: float, low: float
) -> Iterator[FieldDrop]:
    """Fields whose share is at most `low` on a day, and at least `high` on the last day with them.

    Days of fewer than `fewest` views are skipped, and so are days that lack the field: while it
    stays away, each day is compared with the last one that had it.
    """
    had: dict[str, tuple[dt.date, float]] = {}
    for day, views in sorted(days.items()):
        if views.rows < fewest:
            continue
        for field in WATCHED:
            share = views.share(field)
            if share > _TELLING:
                had[field] = day, share
            elif share <= low and field in had and had[field][1] >= high:
                yield FieldDrop(day, field, *had[field])


def vanished_text(falls: Sequence[FieldDrop], rows: int) -> str:
    """A doubt about fields that vanished on one day, and were last seen on the same day."""
    named = [f"{WATCHED[fall.field]} ({fall.field})" for fall in falls[:_NAMED]]
    if rest := len(falls) - len(named):
        named.append(f"{rest} other {'field' if rest == 1 else 'fields'}")
    are, them = ("is", "it") if len(falls) == 1 else ("are", "them")
    *first, last = named
    fields = f"{', '.join(first)} and {last}" if first else last
    when = "the day before" if _is_next(falls[0]) else full_date(falls[0].before)
    return f"{fields} {are} missing in all {rows:,} views; {when} had {them}."


def thinned_text(fall: FieldDrop, views: FillCounts) -> str:
    """A sentence about a field in few views of a day."""
    values = {
        "field": f"{LABELS[fall.field]} ({fall.field})",
        "number": f"{views.views[fall.field]:,}",
        "views": f"{views.rows:,}",
        "share": f"{fall.share:.0%}",
    }
    if _is_next(fall):
        return tr(
            "{field} is in {number} of {views} views; the day before it was in {share}.", **values
        )
    return tr(
        "{field} is in {number} of {views} views; {day} it was in {share}.",
        day=full_date(fall.before),
        **values,
    )


def _is_next(fall: FieldDrop) -> bool:
    return fall.day - fall.before == dt.timedelta(days=1)


def named_in(texts: Iterable[str]) -> list[str]:
    """The fields named in sentences, whoever wrote them."""
    said = "\n".join(texts)
    return [field for field in WATCHED if re.search(rf"(?<![\w.]){re.escape(field)}\b", said)]
