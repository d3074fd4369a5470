"""Embed domains: which are new or gone, and how videos play on them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..export.table import Sheet
from ..insight.comparison import metric_of
from ..insight.domains import GONE, NEW, RETURNED, watch
from ..query.dimensions import HIERARCHIES, UNKNOWN
from ..query.metrics import Metric, metric
from ..query.periods import EARLIEST, ONE_DAY, Period
from ..words import tr
from .breakdown import Breakdown, breakdown
from .context import ReportContext
from .firsts import stored_span
from .runner import run

BY = "embed_domain"
CAMPAIGN = HIERARCHIES["campaign"]
_BARS = 10


@dataclass(frozen=True, eq=False)
class DomainWatch:
    """Which domains are new, have returned or are gone, as in `insight.domains.watch`.

    `days` are the stored days on which each domain has views, `all` is the breakdown by domain.
    """

    rows: pd.DataFrame
    days: pd.DataFrame
    all: Breakdown
    sheet: Sheet


def domain_watch(context: ReportContext) -> DomainWatch:
    """The domains of the period and the comparison, judged by the stored history."""
    found, days = breakdown(context, BY), _days(context)
    now, before = _sides(found)
    own, before_it = context.desk.own_domains, context.comparison
    rows = watch(now, before, days, period=context.period, comparison=before_it, own=own)
    named = rows.assign(status=rows["status"].map(_NAMES), own=rows["own"].map(_NAMES))
    return DomainWatch(rows, days, found, Sheet(tr("New and lost sites"), named))


_NAMES = {
    NEW: tr("New"),
    RETURNED: tr("Returned"),
    GONE: tr("Gone"),
    "yes": tr("yes"),
    "no": tr("no"),
    "": "",
}


def _sides(found: Breakdown) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The domains of the period, and of the comparison if there is one."""
    rows, counts = found.rows, ["views", "plays"]
    now = rows.loc[rows["views"] > 0, [BY, *counts]]
    if "views_before" not in rows:
        return now, None
    columns = {f"{name}_before": name for name in counts}
    before = rows.loc[rows["views_before"] > 0, [BY, *columns]]
    return now, before.rename(columns=columns)


def _days(context: ReportContext) -> pd.DataFrame:
    """The stored days, up to the period's end, on which each domain has any views.

    Unfiltered, so that a change of filters hits the cache; and split in two queries, since the part
    before the period seldom changes.
    """
    start = max(EARLIEST, stored_span(context).start)
    spans = [context.period]
    if start < context.period.start:
        spans.append(Period(start, context.period.start - ONE_DAY))
    asked = [context.query(BY, "day", metrics=("views",), period=s, filters=()) for s in spans]
    return pd.concat([run(context, query).rows for query in asked])


@dataclass(frozen=True, eq=False)
class TopDomains:
    """The domains with most views, sorted by one metric."""

    metric: Metric
    rows: pd.DataFrame
    all: Breakdown
    sheet: Sheet


def top_domains(context: ReportContext, metrics: tuple[str, ...]) -> TopDomains:
    """By the selected one of these metrics, else the first."""
    measure, found = metric(context.chosen(metrics)), breakdown(context, BY)
    # Only domains with most views: the best rates of all would be those of few plays.
    top = found.rows[found.rows["views"] > 0].nlargest(_BARS, "views")
    top = top.sort_values(measure.name, ascending=False, kind="stable")
    shown = [name for name in top if metric_of(str(name)) in {"views", "plays", measure.name}]
    named = pd.DataFrame(context.labels.exported(BY, top[BY]), top.index).join(top[shown])
    title = tr("{metric} by site", metric=measure.label)
    return TopDomains(measure, top, found, Sheet(title, named, days=found.days))


def has_campaigns(context: ReportContext) -> bool:
    """Whether any view has a campaign."""
    found = run(context, context.query(*CAMPAIGN, metrics=("views",))).rows
    return bool((found[[*CAMPAIGN]] != UNKNOWN).any(axis=None))
