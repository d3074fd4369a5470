"""The context of a page: its resolved selection and its queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..archive.coverage import ALWAYS, Coverage
from ..desk import Desk
from ..query.metrics import metric
from ..query.periods import Interval, Period
from ..query.query import ChecksQuery, CountQuery, Filter, Query, ViewsQuery
from ..trust.trust import Trust
from .labels import Labels, only_domain, resolved
from .selection import Selection, in_force
from .spans import lengths
from .tables import PageTables

TIME = "time"


@dataclass(frozen=True)
class ReportContext:
    """Everything a page needs for its content, and its tables for export.

    `metrics` are queried together, so that the blocks of a page share answers. `filters` are those
    of the selection, with names resolved to keys. `comparison` is cut like the known part of
    `period`; None when nothing is compared or not all of it is known, and `why_not` may then say
    why. `known` is the coverage of the stored data. `rollups` are sets of dimensions, with TIME for
    the intervals of sparklines and trends: each set is scanned once and serves every breakdown by a
    subset of it. `memo` is the cache shared by the blocks of this page, `trust` says which days are
    in doubt, and `desk` is the reader's.
    """

    metrics: tuple[str, ...]
    selection: Selection
    period: Period
    comparison: Period | None
    now: dt.datetime
    filters: tuple[Filter, ...] = ()
    rollups: tuple[tuple[str, ...], ...] = ()
    tables: PageTables = field(default_factory=PageTables, compare=False)
    memo: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    known: Coverage = ALWAYS
    why_not: str = ""
    trust: Trust = field(default_factory=Trust, compare=False, repr=False)
    desk: Desk = field(kw_only=True, compare=False, repr=False)

    @property
    def timezone(self) -> str:
        """The zone in which days start."""
        return self.selection.timezone

    @property
    def labels(self) -> Labels:
        """The labels of values on this page."""
        return Labels(self.desk.names(), only_domain(self.selection))

    def query(
        self,
        *by: str,
        metrics: tuple[str, ...] = (),
        without: Collection[str] = (),
        period: Period | None = None,
        filters: tuple[Filter, ...] | None = None,
    ) -> Query:
        """A query of this page: by default for its metrics, its period and its filters.

        `is` filters on the dimensions in `without` are left out, for blocks that show every value
        of them. All other filters hold, see `in_force`.
        """
        kept = in_force(self.filters, without) if filters is None else filters
        span = period or self.period
        asked = metrics or self.metrics
        return Query(asked, span, self.timezone, by, kept, access=self.desk.access)

    def filters_over(self, *spans: Period) -> tuple[Filter, ...]:
        """The selection's filters, with names resolved over spans other than the page's period."""
        return resolved(self.selection.filters, spans, self.timezone, self.desk)

    def views_query(
        self, metric: str = "views", check: str | None = None, *, limit: int, offset: int = 0
    ) -> ViewsQuery:
        """The query for the views behind a number, or those a check counts."""
        of_page = (self.period, self.timezone, self.filters)
        return ViewsQuery(*of_page, check, limit, offset, metric, access=self.desk.access)

    def count_query(self, metric: str) -> CountQuery:
        """The query for the number of views behind a metric."""
        of_page = (self.period, self.timezone, self.filters)
        return CountQuery(*of_page, metric, access=self.desk.access)

    def checks_query(self) -> ChecksQuery:
        """The query for the count of all views and of each quality check."""
        of_page = (self.period, self.timezone, self.filters)
        return ChecksQuery(*of_page, access=self.desk.access)

    @property
    def totals(self) -> Query:
        """The query for the totals: the page's metrics with the parts of its rates."""
        return self.query(metrics=with_parts(("views", *self.metrics, "plays")))

    def totals_by(self, interval: Interval, metrics: tuple[str, ...] = ()) -> Query:
        """The query by an interval for these metrics with their parts; by default the totals'."""
        shown = with_parts(("views", *metrics, "plays")) if metrics else self.totals.metrics
        return self.query(interval, metrics=shown)

    @property
    def days(self) -> tuple[float, float]:
        """The lengths in days of the period and the comparison; (1, 1) if equal or not compared."""
        return lengths(self.period, self.comparison, self.timezone, self.known)

    @property
    def unfinished(self) -> bool:
        """Whether part of the period is not known."""
        return not self.known.is_whole(*self.period.bounds(self.timezone))

    @property
    def sparkline_interval(self) -> Interval:
        """Hour up to 2 days, day up to 100, else week."""
        return "hour" if self.period.days <= 2 else "day" if self.period.days <= 100 else "week"

    @property
    def chosen_metric(self) -> str:
        """The metric of lists, maps and tables: the selected one if on the page, else the first."""
        return self.chosen(self.metrics)

    def chosen(self, metrics: Sequence[str]) -> str:
        """The selected metric if it is one of these, else the first."""
        chosen = self.selection.metric
        return chosen if chosen in metrics else metrics[0]


def with_parts(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """These metrics with the numerators, denominators and bases of their rates."""
    asked = map(metric, metrics)
    parts = [
        part for measure in asked for part in (*(measure.ratio_of or ()), measure.basis) if part
    ]
    return tuple(dict.fromkeys((*metrics, *parts)))
