"""First days with views of videos, channels and projects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from ..query.dimensions import HIERARCHIES, UNKNOWN
from ..query.periods import ONE_DAY, Period
from ..query.query import Filter
from .context import ReportContext
from .runner import run


def stored_span(context: ReportContext) -> Period:
    """From the first local day with stored views to today."""
    today = context.now.date()
    start = context.desk.first_local_day(context.timezone) or today
    return Period(min(start, today), today)


def first_days(
    context: ReportContext, by: str, values: Sequence[str], since: dt.date | None = None
) -> dict[str, dt.date]:
    """The first stored local day with a view of each value, ignoring all filters.

    Values without a view are left out; the order is that of `values`. With `since`, none of them
    has an earlier view.
    """
    filters = (Filter(by, tuple(values)),)
    span = stored_span(context)
    span = replace(span, start=max(span.start, since or span.start))
    query = context.query(by, "day", metrics=("views",), period=span, filters=filters)
    days = run(context, query).rows.groupby(by)["day"].min()
    return {value: days[value].date() for value in values if value in days.index}


def newer_than_comparison(
    context: ReportContext, by: str, values: Sequence[str]
) -> dict[str, dt.date | None]:
    """The values younger than the comparison, with their first days: None after a gap.

    Empty if that cannot be known: without an earlier comparison, or unless the stored history
    reaches back before it, without a gap, by at least its length again.
    """
    comparison, stored = context.comparison, stored_span(context)
    if by not in HIERARCHIES["library"] or not values or comparison is None:
        return {}
    start, before = comparison.start, replace(comparison, until=None)
    if start >= context.period.start or start - ONE_DAY * before.days < stored.start:
        return {}
    history = Period(stored.start, start - ONE_DAY)
    if not _is_stored(context, Period(min(stored.start + ONE_DAY, history.end), history.end)):
        return {}
    # Unfiltered, so that all filters share one cached answer.
    query = context.query(by, metrics=("views",), period=history, filters=())
    old = {*run(context, query).rows[by], UNKNOWN}
    new = [value for value in values if value not in old]
    firsts = first_days(context, by, new, since=start) if new else {}
    from_start, end = Period(start, stored.end).bounds(context.timezone)
    known_to = context.known.until(from_start, end).astimezone(context.now.tzinfo).date()
    return {value: day if day <= known_to else None for value, day in firsts.items()}


def _is_stored(context: ReportContext, span: Period) -> bool:
    return context.known.is_whole(*span.bounds(context.timezone))


def young_subject(context: ReportContext) -> dict[str, dt.date | None]:
    """The single value the page is filtered to, if younger than the comparison; else empty."""
    for by in reversed(HIERARCHIES["library"]):
        values = context.selection.values(by)
        if values:
            return newer_than_comparison(context, by, values) if len(values) == 1 else {}
    return {}
