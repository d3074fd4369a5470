"""Estimates the cost of a first fetch: days, requests, minutes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from .. import formats
from ..archive.archive import Archive
from ..errors import ApiError, ArchiveError
from ..fetch.beginning import LONG_AGO, Beginning, first_day
from ..fetch.client import Window
from ..query.periods import ONE_DAY, midnight
from ..settings.settings import FetchScope
from .asking import Probe, Probed
from .check import Check, ok, warning

FALLBACK_DAYS = 90  # days assumed if the first view is unknown
_MOST_LOOKS = 3  # scopes; finding a first view takes a dozen requests


@dataclass(frozen=True)
class Workload:
    """What to fetch of a scope: its `views` from the `first` day on.

    If that day is not known, for a `reason`, `first` is BLIND days back.
    """

    scope: FetchScope
    first: dt.date
    views: int
    reason: str = ""


def expect(asking: Probe) -> list[Workload]:
    """The workload of each scope."""
    return [
        _expect(asking, scope, number < _MOST_LOOKS)
        for number, scope in enumerate(asking.settings.scopes)
    ]


def _expect(asking: Probe, scope: FetchScope, look: bool) -> Workload:
    tomorrow = asking.today + ONE_DAY
    blind = tomorrow - FALLBACK_DAYS * ONE_DAY
    try:
        if not look:
            reason = f"only the first {_MOST_LOOKS} scopes are looked at"
            return Workload(scope, blind, asking.count(scope, blind, tomorrow), reason)
        first = _first_day(asking, scope, tomorrow)
        views = asking.count(scope, first, tomorrow) if first < tomorrow else 0
        return Workload(scope, first, views)
    except ApiError as error:
        return Workload(scope, blind, 0, str(error))


def _first_day(asking: Probe, scope: FetchScope, tomorrow: dt.date) -> dt.date:
    """The day of the first view; `tomorrow` if there is none."""
    last = Beginning(asking.settings.archive / asking.settings.folder(scope)).last()
    if last and last.any_views and not last.reason:
        return last.day
    count = partial(asking.count, scope)
    return first_day(count, LONG_AGO, tomorrow).day or tomorrow


def window(day: dt.date) -> Window:
    """The whole UTC day."""
    return Window(midnight(day), midnight(day + ONE_DAY))


def of_fetch(asking: Probe, expected: list[Workload], sample: Probed | None) -> Check:
    """The estimated time until everything is stored."""
    missing = {one: _missing(asking, one) for one in expected}
    days, first = sum(missing.values()), min(one.first for one in expected)
    if sample is None:
        return ok("first fetch", "nothing to fetch yet")
    if not days:
        return ok("first fetch", f"done: all days since {formats.day(first)} are stored")
    views = sum(_views(asking, one, sample) * missing[one] / _days(asking, one) for one in missing)
    requests = days + (int(views / sample.records) if sample.total > sample.records else 0)
    text = (
        f"{formats.count(days, 'day')} since {formats.day(first)}, "
        f"{formats.count(round(views), 'view')}: about {formats.count(requests, 'request')}, "
        f"{_time(_seconds(asking, requests, views))}"
    )
    if reason := next((one.reason for one in expected if one.reason), ""):
        said = f"{text}. When the first view was is not known: {reason}"
        return warning("first fetch", said, f"The last {FALLBACK_DAYS} days are counted here.")
    return ok("first fetch", text, "Pages wait only for the days that they show.")


def _views(asking: Probe, one: Workload, sample: Probed) -> float:
    """The views of a scope; extrapolated from its sample if not counted."""
    if one.views or one.scope != sample.scope:
        return one.views
    return sample.total * _days(asking, one) / ((sample.window.end - sample.window.start) / ONE_DAY)


def _days(asking: Probe, one: Workload) -> int:
    return max((asking.today - one.first).days + 1, 1)


def _missing(asking: Probe, one: Workload) -> int:
    """The number of days of a scope not stored yet."""
    folder, today = asking.settings.folder(one.scope), asking.today
    try:
        stored = Archive(asking.settings.archive, [folder]).days()
    except ArchiveError:
        stored = {}  # reported by the check of the archive
    days = (one.first + ONE_DAY * n for n in range((today - one.first).days + 1))
    return sum(day not in stored for day in days)


def _seconds(asking: Probe, requests: int, views: float) -> float:
    each, each_view = asking.took()
    return (requests * each + views * each_view) / asking.settings.concurrency


def _time(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 1:
        return "less than a minute"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.0f} h"
