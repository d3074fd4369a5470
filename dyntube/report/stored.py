"""Stored data and its quality: the tables of the Data page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..export.table import Sheet
from ..query.checks import CHECKS, Check
from ..query.dimensions import LIBRARY, UNKNOWN, dimension
from ..trust.day_checks import DAY_CHECKS, DayCheck
from ..trust.states import STATE_LABELS, StoredDay
from ..words import tr
from .context import ReportContext
from .runner import run, run_checks

EVERY_CHECK: tuple[Check | DayCheck, ...] = (*CHECKS.values(), *DAY_CHECKS.values())


@dataclass(frozen=True)
class CheckCounts:
    """Results of the checks: `views` under the filters, and the stored `days` of the period."""

    views: int
    counts: dict[str, int]
    days: list[StoredDay]

    def share(self, check: Check | DayCheck) -> float:
        """The fraction of views a check counts; NaN for checks that count days."""
        is_share = check.name in CHECKS and self.views
        return self.counts[check.name] / self.views if is_share else math.nan


def check_counts(context: ReportContext) -> CheckCounts:
    """The count of every check."""
    counts = run_checks(context, context.checks_query())
    touched = set(context.period.utc_days(context.timezone))
    days = [day for day in context.desk.store().days() if day.day in touched and day.infos]
    of_days = {name: sum(map(c.amount, days)) for name, c in DAY_CHECKS.items()}
    return CheckCounts(counts["views"], counts | of_days, days)


def missing_names(context: ReportContext) -> Sheet | None:
    """Keys without a name in the period's views, most views first.

    None without views; empty if every key has a name.
    """
    known, found = context.desk.names(), run(context, context.query(*LIBRARY)).rows
    if found.empty:
        return None
    rows = [
        (dimension(kind).label, str(key), int(views))
        for kind in LIBRARY
        for key, views in found.groupby(kind)["views"].sum().items()
        if key != UNKNOWN and key not in known.known(kind)
    ]
    table = pd.DataFrame(rows, columns=["kind", "key", "views"])
    return Sheet(tr("Missing names"), table.sort_values("views", ascending=False))


def unknown_fields(context: ReportContext) -> Sheet:
    """Fields DynTube sends that this version does not know, with their views."""
    infos = context.desk.store().infos()
    return _fields(tr("Unexpected fields"), [info.unknown_fields for info in infos])


def unread_fields(context: ReportContext) -> Sheet:
    """Known fields that could not be read, with the views concerned."""
    infos = context.desk.store().infos()
    return _fields(tr("Fields that could not be read"), [i.unread_fields for i in infos])


def _fields(title: str, days: list[Mapping[str, int]]) -> Sheet:
    found: Counter[str] = Counter()
    for fields in days:
        found.update(fields)
    return Sheet(title, pd.DataFrame(found.most_common(), columns=["field", "views"]))


def days_sheet(days: Sequence[StoredDay]) -> Sheet:
    """Stored days with their state, oldest first."""
    return Sheet(tr("Stored days"), pd.DataFrame(map(_day, days)))


def data_tables(context: ReportContext) -> Iterator[Sheet]:
    """The tables of the page: checks of the period, all days of the store, names, fields."""
    found = check_counts(context)
    checks = [(c.label, found.counts[c.name], found.share(c), c.touched) for c in EVERY_CHECK]
    columns = ["check", "count", "share", "affects"]
    yield Sheet(tr("Quality checks"), pd.DataFrame(checks, columns=columns))
    yield days_sheet(context.desk.store().days())
    if names := missing_names(context):
        yield names
    yield unknown_fields(context)
    yield unread_fields(context)


def _day(day: StoredDay) -> dict[str, object]:
    return {
        "day": day.day,
        "state": STATE_LABELS[day.state],
        "views": day.rows,
        "counted": day.counted,
        "unread": day.rejected,
        "fetched": day.fetched_at.replace(tzinfo=None) if day.fetched_at else None,
        "in_doubt": " ".join(doubt.text for doubt in day.doubts) or tr("no"),
    }
