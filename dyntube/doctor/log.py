"""Checks of sample views: their fields, paging, and how windows are interpreted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import pyarrow.compute as pc

from .. import formats
from ..errors import ApiError
from ..fetch.client import Window
from ..reading.records import COLUMNS, odd_fields
from ..reading.text import clean, short
from .asking import Probe, Probed
from .check import Check, failed, ok, skip, warning

_SECOND = dt.timedelta(seconds=1)
_SHORT = 0.9  # fraction of a page; a view or two may vanish meanwhile
# Metrics need these. Others may be missing, depending on plan, page or device.
_NEEDED = {"videoKey", "viewerId", "started", "ended", "muted", "duration", "watchTime"}
_MOST_NAMED = 6


def fields(sample: Probed) -> Check:
    """The fields of the records, against those this version knows."""
    views, rejected = sample.page.views, sample.page.rejected
    if not len(views):
        reason = clean(rejected[0].reason)
        return failed("fields", f"none of {sample.records:,} records can be read: {reason}", _MOVED)
    unknown, unread = odd_fields(views)
    absent = [
        column.field
        for column in COLUMNS
        if views[column.name].null_count == len(views) and column.field not in unread
    ]
    needed = [name for name in absent if name in _NEEDED]
    absent.sort(key=lambda name: name not in _NEEDED)
    said = [f"{len(views):,} views read"]
    if rejected:
        said.append(f"{formats.count(len(rejected), 'record')} not: {clean(rejected[0].reason)}")
    if unread:
        said.append(f"not readable: {_counted(unread)}")
    if absent:
        said.append(f"empty in all: {_listed(absent)}")
    if unknown:
        said.append(f"new: {_counted(unknown)}")
    text = "; ".join(said)
    if needed or unread or rejected:
        return warning("fields", text, _renamed(needed, unknown) or _MOVED)
    return ok("fields", text)


_MOVED = "The API may have changed: COLUMNS in dyntube/reading/records.py says where each field is."


def _renamed(needed: Iterable[str], unknown: Iterable[str]) -> str:
    plain = {_plain(name): name for name in unknown}
    for name in needed:
        if found := get_close_matches(_plain(name), plain, n=1, cutoff=0.75):
            return f"Is {name} called {_name(plain[found[0]])} now? {_MOVED}"
    return ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(_name, names[:_MOST_NAMED])) + more


def _counted(counts: Mapping[str, int]) -> str:
    often = sorted(counts, key=lambda name: (-counts[name], name))
    more = f" and {len(often) - _MOST_NAMED} more" if len(often) > _MOST_NAMED else ""
    return ", ".join(f"{_name(name)} ({counts[name]:,})" for name in often[:_MOST_NAMED]) + more


def _name(name: str) -> str:
    return short(clean(name), 40)


def pages(asking: Probe, sample: Probed) -> Check:
    """Whether a page has the requested size, and the second continues the first."""
    asked = min(sample.size, sample.total)
    cut = sample.records < _SHORT * asked
    size = f"{sample.records:,} views a page, where {asked:,} were asked for"
    if sample.total < 2:
        return skip("pages", "one view makes no second page")
    try:
        first, second = _two_pages(asking, sample)
    except ApiError as error:
        return failed("pages", f"there is no second page: {error}", _NOT_WHOLE)
    if first.records >= first.total:
        text = f"{first.records:,} views a page, where {first.size:,} were asked for"
        return warning("pages", text, "Pages are longer than asked for.")
    again = len(set(first.ids) & set(second.ids))
    if not second.records:
        text = f"page 2 is empty, though {first.total:,} views are counted"
        return failed("pages", f"{size}; {text}" if cut else text, _NOT_WHOLE)
    if second.ids and again == len(second.ids):
        return failed("pages", "page 2 has the views of page 1 again", _NOT_WHOLE)
    if again:
        text = f"{again:,} of {len(second.ids):,} views of page 2 were on page 1 already"
        return warning("pages", text, "Their order changes: each day is read until it adds up.")
    if cut:
        return warning("pages", size, f"Days are read in pages of {sample.records:,}.")
    return ok("pages", "the second goes on where the first ends")


_NOT_WHOLE = "Days of more than one page will not be whole, and are marked. Ask DynTube's support."


def _two_pages(asking: Probe, sample: Probed) -> tuple[Probed, Probed]:
    """Two pages of the same window, smaller if one page would hold everything."""
    scope, window, size = sample.scope, sample.window, sample.size
    if sample.total > sample.records:
        return sample, asking.page(scope, window, 2, size)
    size = sample.total // 2
    return asking.page(scope, window, 1, size), asking.page(scope, window, 2, size)


def windows(asking: Probe, sample: Probed) -> Check:
    """Whether a window of two seconds around a view returns this view and nothing outside it."""
    if not len(sample.page.views):
        return skip("windows", "no view can be read")
    # The oldest view, which no longer changes.
    at = pc.min(sample.page.views["date"]).as_py().replace(microsecond=0)
    window = Window(at - _SECOND, at + _SECOND)
    try:
        answered = asking.page(sample.scope, window)
    except ApiError as error:
        return failed("windows", f"two seconds cannot be asked for: {error}")
    dates = answered.page.views["date"]
    inside = pc.sum(pc.and_(pc.greater_equal(dates, window.start), pc.less(dates, window.end)))
    found, outside = inside.as_py() or 0, len(dates) - (inside.as_py() or 0)
    if found and not outside:
        return ok("windows", "read as UTC, to the second")
    if found:
        text = f"read too widely: two seconds brought {formats.count(outside, 'other view')}"
        return warning("windows", text, "Days are cut by each view's own date.")
    return warning("windows", _not_utc(at, list(dates.to_pylist())), _BY_DATE)


_BY_DATE = "Days are asked for with their neighbours, and cut by each view's own date."


def _not_utc(at: dt.datetime, came: list[dt.datetime]) -> str:
    text = f"not read as UTC: the view of {formats.moment(at)} does not come when it is asked for"
    if not came:
        return text
    hours = round((came[0] - at).total_seconds() / 900) / 4
    return f"{text}; those {abs(hours):g} h {'later' if hours > 0 else 'earlier'} do"
