"""A page's definition, and how it is opened for a selection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..desk import Desk
from ..export.table import Sheet
from ..export.workbook import Provenance
from ..words import tr
from .context import ReportContext
from .labels import resolved
from .provenance import provenance
from .runner import run
from .selection import Selection
from .spans import Spans, spans
from .tables import PageTables, days_name

NOT_OPENED = tr("Only the page Videos can open videos.")


@dataclass(frozen=True)
class Page:
    """A page's content, independent of how it is drawn; `name` is that in addresses.

    `metrics` are queried together, so that blocks share answers. `tables` yields its tables,
    `notes` makes their provenance. Each set of dimensions in `rollups` is scanned once.

    A page about the store itself is shown `always`, even without views in the period, and compares
    nothing. A page with a `span`, named by it, ignores the selected period. Only a page that
    `opens` videos is about those that the selection has open. A page `for_admins` is about the
    store, which holds everybody's views.
    """

    name: str
    title: str
    metrics: tuple[str, ...]
    tables: Callable[[ReportContext], Iterable[Sheet]]
    rollups: tuple[tuple[str, ...], ...] = ()
    always: bool = False
    for_admins: bool = False
    span: str = ""
    opens: bool = False
    notes: Callable[..., Provenance] = provenance


def open_spans(
    desk: Desk, selection: Selection, now: dt.datetime, first_day: dt.date | None
) -> Spans:
    """The period of a selection and its comparison; all time begins on `first_day`."""
    period = selection.period(now.date(), first_day)
    for span in filter(None, (period, selection.comparison(period, now))):
        desk.check_days(span, selection.timezone)  # else the first answer lacks damaged days
    return spans(selection, period, desk.known(), now)


def open_page(desk: Desk, page: Page, selection: Selection, shown: Spans) -> ReportContext:
    """The context of a page, with the names in its filters resolved."""
    tables = PageTables(page.name, "" if page.span else days_name(shown.period), demo=desk.demo)
    selection = selection.opened() if page.opens else selection
    if page.span:  # it queries days of its own, and resolves names over those
        shown, filters = shown.alone, selection.filters
    else:
        filters = resolved(selection.filters, shown.fetched, selection.timezone, desk)
    return ReportContext(
        *(page.metrics, selection, shown.period, shown.comparison, shown.now, filters),
        rollups=page.rollups,
        tables=tables,
        known=shown.known,
        why_not=shown.why_not,
        trust=desk.trust(),
        desk=desk,
    )


def has_views(context: ReportContext) -> bool:
    """Whether there is any view in the period under the filters."""
    return bool(run(context, context.query(metrics=("views",))).rows["views"].iloc[0])
