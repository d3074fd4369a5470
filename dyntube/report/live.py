"""The last 60 known minutes: totals, active viewers, latest views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from .. import formats
from ..archive.coverage import Coverage
from ..desk import Desk
from ..export.table import Sheet
from ..export.workbook import Provenance
from ..query.dimensions import UNKNOWN
from ..query.metrics import metric
from ..query.query import Filter
from ..words import tr
from .breakdown import breakdown
from .context import ReportContext
from .doubts import PageDoubts, doubtful
from .freshness import views_up_to
from .last_hour import MINUTES, Hour, fetched_until, since
from .provenance import NOTHING, provenance
from .runner import Answer, run, run_views
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
    checked = fetched_until(covered)
    if checked is None or since(checked, now) >= dt.timedelta(minutes=MINUTES):
        return None
    return Hour(checked.astimezone(now.tzinfo))


def covered_now(desk: Desk, now: dt.datetime, timezone: str) -> Coverage:
    """The fetched stretches, after verifying the files that the page may read."""
    hour = Hour(now)
    for span in (hour.period, hour.week_ago.period):
        desk.check_days(span, timezone)
    return desk.fetched()


@dataclass(frozen=True, eq=False)
class LiveHour:
    """An hour of the page, compared with an `earlier` one if any is known.

    `context` is the page's context for that hour, with tables of its own. `totals` is its first
    table and `row` the same with all metrics. `filters` lack the hour's own. `active` counts the
    distinct viewers who watched in the last ACTIVE_MINUTES.
    """

    hour: Hour
    earlier: Hour | None
    earlier_name: str
    context: ReportContext
    filters: tuple[Filter, ...]
    totals: Sheet
    row: pd.Series[float]
    active: int
    doubts: PageDoubts


def open_hour(context: ReportContext, covered: Coverage) -> LiveHour | None:
    """The last hour of what is fetched; None if nothing of it is known."""
    hour = last_hour(covered, context.now)
    if hour is None:
        return None
    earlier, name = _compared(hour, covered)
    context = replace(context, known=covered, trust=context.desk.trust())
    spans = [hour.period, hour.active[0], *([earlier.period] if earlier else [])]
    filters = context.filters_over(*spans)
    shown = _of_hour(context, hour, filters)
    totals, row = totals_sheet(
        _totals(shown, _of_hour(context, earlier, filters) if earlier else None), context.metrics
    )
    compared = earlier.period if earlier else None
    doubts = doubtful(context.trust, hour.period, compared, context.timezone, context.now)
    active = _active_viewers(context, hour, filters)
    return LiveHour(hour, earlier, name, shown, filters, totals, row, active, doubts)


def _compared(hour: Hour, covered: Coverage) -> tuple[Hour | None, str]:
    """The known hour to compare with, if any, and its name."""
    for earlier, name in (
        (hour.week_ago, tr("the same hour last week")),
        (hour.before, tr("the hour before")),
    ):
        if covered.is_whole(*earlier.bounds):
            return earlier, name
    return None, ""


def _of_hour(context: ReportContext, hour: Hour, filters: tuple[Filter, ...]) -> ReportContext:
    return replace(
        context,
        period=hour.period,
        comparison=None,
        filters=(*filters, hour.filter),
        tables=context.tables.empty(),
    )


def _totals(shown: ReportContext, earlier: ReportContext | None) -> Answer:
    now = run(shown, shown.totals)
    if earlier is None:
        return now
    before = run(earlier, earlier.totals).rows.drop(columns=GROWING.name)
    return replace(now, before=before)


def _active_viewers(context: ReportContext, hour: Hour, filters: tuple[Filter, ...]) -> int:
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
    return Sheet(tr("Latest views"), table)


def live_notes(title: str, context: ReportContext, *, link: str) -> Provenance:
    """Provenance of the page's tables: the hour, and the one compared with."""
    live = open_hour(context, covered_now(context.desk, context.now, context.timezone))
    fresh = views_up_to(context.desk, context.now)
    if live is None:
        notes = replace(provenance(title, context, link=link), counts=(), annotations=())
        period = tr("The last {number} minutes, for which there is no data", number=MINUTES)
        return replace(notes, period=period, comparison=NOTHING, data_time=fresh)
    end = formats.moment(live.hour.end)
    compared = replace(live.context, comparison=live.earlier.period if live.earlier else None)
    return replace(
        provenance(title, compared, link=link),
        period=tr("The {number} minutes up to {time}", number=MINUTES, time=end),
        comparison=_earlier(live),
        data_time=fresh,
    )


def _earlier(live: LiveHour) -> str:
    if live.earlier is None:
        return NOTHING
    end = formats.moment(live.earlier.end)
    return tr("{hour}, up to {time}", hour=live.earlier_name, time=end)


def minutes_sheet(hour: Hour, views: Sequence[float]) -> Sheet:
    """The views of each minute of an hour."""
    rows = {"minute": hour.starts.tz_localize(None), "views": views}
    return Sheet(tr("Views per minute"), pd.DataFrame(rows))


def live_tables(context: ReportContext) -> Iterator[Sheet]:
    """The tables of the page; none if nothing of the last hour is known."""
    live = open_hour(context, covered_now(context.desk, context.now, context.timezone))
    if live is None:
        return
    shown = live.context
    rows = live.totals.rows.assign(active_now=live.active)
    yield replace(live.totals, rows=rows)
    if not live.row["views"]:
        return
    yield minutes_sheet(live.hour, by_minute(shown, live.hour))
    if shown.desk.access.may_see_rows:
        yield latest_sheet(shown)
    for by in ("country", "video"):
        yield breakdown(shown, by, (shown.chosen_metric,)).sheet
