"""The last 60 known minutes: totals, active viewers, latest views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ..archive.coverage import Coverage
from ..export.table import Sheet
from ..export.workbook import Provenance
from ..query.dimensions import UNKNOWN
from ..query.metrics import metric
from ..query.query import Filter
from .breakdown import breakdown
from .context import ReportContext
from .freshness import data_time
from .labels import resolved
from .last_hour import MINUTES, Hour, known_until, since
from .provenance import provenance
from .runner import Answer, run, run_views
from .tables import PageTables
from .totals import totals_sheet

GROWING = metric("watch_time")  # still grows while views go on, so it is not compared
LATEST = 50  # views in the table
_COLUMNS = {
    "video": "video_key",
    "country": "geo_country",
    "device_type": "device_type",
    "embed_domain": "embed_domain",
}


def last_hour(covered: Coverage, now: dt.datetime) -> Hour | None:
    """Sixty minutes up to the last check; None if that is 60 minutes ago or more."""
    checked = known_until(covered)
    if checked is None or since(checked, now) >= dt.timedelta(minutes=MINUTES):
        return None
    return Hour(checked.astimezone(now.tzinfo))


def compared_hour(hour: Hour, covered: Coverage) -> tuple[Hour | None, str]:
    """The known hour to compare with, if any, and its name."""
    for earlier, name in (
        (hour.week_ago, "the same time a week ago"),
        (hour.before, "the hour before"),
    ):
        if covered.is_whole(*earlier.bounds):
            return earlier, name
    return None, ""


def filters_of(context: ReportContext, *hours: Hour | None) -> tuple[Filter, ...]:
    """The page's filters, with names resolved over these hours."""
    spans = tuple(hour.period for hour in hours if hour)
    return resolved(context.selection.filters, spans, context.timezone, context.desk)


def of_hour(context: ReportContext, hour: Hour, filters: tuple[Filter, ...]) -> ReportContext:
    """The page's context for an hour, with tables of its own."""
    return replace(
        context,
        period=hour.period,
        comparison=None,
        filters=(*filters, hour.filter),
        tables=PageTables(demo=context.tables.demo),
    )


def hour_totals(shown: ReportContext, earlier: ReportContext | None) -> Answer:
    """The page's metrics over an hour, compared with an earlier one."""
    now = run(shown, shown.totals)
    if earlier is None:
        return now
    before = run(earlier, earlier.totals).rows.drop(columns=GROWING.name)
    return replace(now, before=before)


def active_viewers(context: ReportContext, hour: Hour, filters: tuple[Filter, ...]) -> int:
    """Distinct viewers who watched in the last ACTIVE_MINUTES of an hour."""
    period, watched = hour.active
    active = (*filters, watched)
    query = context.query(metrics=("viewers",), period=period, filters=active)
    return int(run(context, query).rows["viewers"].iloc[0])


def by_minute(shown: ReportContext, hour: Hour) -> list[int]:
    """The views of each minute of an hour."""
    found = run(shown, shown.query("minute", metrics=("views",))).rows
    views = dict(zip(found["minute"], found["views"], strict=True))
    return [int(views.get(start, 0)) for start in hour.starts]


def latest_sheet(shown: ReportContext) -> Sheet:
    """The newest views, with names for keys."""
    found = run_views(shown, shown.views_query(limit=LATEST))
    table = pd.DataFrame({"time": found["date"].dt.tz_localize(None)})
    for by, column in _COLUMNS.items():
        values = found[column].fillna(UNKNOWN)
        for name, texts in shown.labels.exported(by, values).items():
            table[name] = texts
    table["played"] = found["started"].fillna(False).astype("bool")
    table["watched_seconds"] = found["watch_time"]
    return Sheet("Latest views", table)


def live_notes(title: str, context: ReportContext, *, link: str) -> Provenance:
    """Provenance of the page's tables: the hour, and the one compared with."""
    covered = context.desk.fetched()
    hour = last_hour(covered, context.now)
    notes = provenance(title, context, link=link)
    fresh = data_time(context.desk, context.now)
    notes = replace(notes, counts=(), comparison="Nothing", data_time=fresh)
    if hour is None:
        return replace(notes, period="No hour that is known")
    _, name = compared_hour(hour, covered)
    period = f"The {MINUTES} minutes up to {hour.end:%H:%M}"
    return replace(notes, period=period, comparison=name or "Nothing")


def live_tables(context: ReportContext) -> Iterator[Sheet]:
    """The tables of the page; none if nothing of the last hour is known."""
    covered = context.desk.fetched()
    hour = last_hour(covered, context.now)
    if hour is None:
        return
    context = replace(context, known=covered)
    earlier, _ = compared_hour(hour, covered)
    filters = filters_of(context, hour, earlier)
    shown = of_hour(context, hour, filters)
    totals = hour_totals(shown, of_hour(context, earlier, filters) if earlier else None)
    sheet, row = totals_sheet(totals, context.metrics)
    active = active_viewers(context, hour, filters)
    yield Sheet(sheet.title, sheet.rows.assign(active_now=active))
    if not row["views"]:
        return
    starts = hour.starts.tz_localize(None)
    minutes = {"minute": starts, "views": by_minute(shown, hour)}
    yield Sheet("Views by minute", pd.DataFrame(minutes))
    yield latest_sheet(shown)
    for by in ("country", "video"):
        yield breakdown(shown, by, (shown.chosen_metric,)).sheet
