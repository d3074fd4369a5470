"""What a page is about: the selection, resolved for this moment, and the questions it asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import pandas as pd

from ..archive.coverage import ALWAYS, Coverage
from ..desk import Desk
from ..insight.trends import Trend, paired, trend
from ..query.metrics import metric
from ..query.periods import Interval, Period
from ..query.query import ChecksQuery, CountQuery, Filter, Query, ViewsQuery
from ..trust.trust import Trust
from .labels import Labels, only_domain
from .selection import Selection, in_force
from .spans import lengths
from .tables import PageTables

TIME = "time"


@dataclass(frozen=True)
class ReportContext:
    """What a page draws, and what it gives away for export.

    `metrics` are asked for together, so that the blocks of a page share answers. `filters` are
    those of the selection, with names looked up. `comparison` is None when nothing is compared, or
    not all of it is known; both then end where the period is known. `known` says when views are,
    and `why_not` why nothing is compared. `rollups` has sets of dimensions, with TIME for the
    intervals of sparklines and trends: each set is scanned once and serves every breakdown by some
    of it. `memo` is what several blocks of this page share, `trust` says which days are in doubt,
    and `desk` is that of the reader.
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
        """Where days start at midnight."""
        return self.selection.timezone

    @property
    def labels(self) -> Labels:
        """What values are called on this page."""
        return Labels(self.desk.names(), only_domain(self.selection))

    def query(
        self,
        *by: str,
        metrics: tuple[str, ...] = (),
        without: Collection[str] = (),
        period: Period | None = None,
        filters: tuple[Filter, ...] | None = None,
    ) -> Query:
        """A question of this page: by default for its metrics, its period, under its filters.

        `without` what is chosen of some dimensions, as a block asks that shows every value of them.
        All other filters hold, see `in_force`.
        """
        kept = in_force(self.filters, without) if filters is None else filters
        span = period or self.period
        asked = metrics or self.metrics
        return Query(asked, span, self.timezone, by, kept, access=self.desk.access)

    def rows(
        self, metric: str = "views", check: str | None = None, *, limit: int, offset: int = 0
    ) -> pd.DataFrame:
        """The views behind a number, or those that a check counts, newest first."""
        return self.desk.rows(
            ViewsQuery(
                *(self.period, self.timezone, self.filters, check, limit, offset, metric),
                access=self.desk.access,
            )
        )

    def count(self, metric: str) -> int:
        """How many views a metric is about."""
        of_page = (self.period, self.timezone, self.filters)
        return self.desk.count(CountQuery(*of_page, metric, access=self.desk.access))

    def checks(self) -> dict[str, int]:
        """The count of all views and of each check of views."""
        of_page = (self.period, self.timezone, self.filters)
        return self.desk.checks(ChecksQuery(*of_page, access=self.desk.access))

    @property
    def totals(self) -> Query:
        """The question for everything at once: the page's metrics and what its rates divide."""
        return self.query(metrics=with_parts(("views", *self.metrics, "plays")))

    def answer(self, query: Query) -> pd.DataFrame:
        """The answer to a question of this page; do not change the frame."""
        return self.desk.answer(query, self._rollup(query))

    def total(self, query: Query) -> pd.DataFrame:
        """The answer to a question for all its rows together."""
        return self.desk.total(query, self._rollup(query))

    def _rollup(self, query: Query) -> Query | None:
        """The question that views are looked at for, where this one is a part of it."""
        times = (self.sparkline_interval, self.selection.trend_interval(self.period))
        all_ = replace(self.totals, period=query.period)
        for names in self.rollups:
            by = chain(*(times if name == TIME else (name,) for name in names))
            whole = replace(all_.of(all_.sum_metrics), by=tuple(dict.fromkeys(by)))
            if whole.covers(query):
                return whole
        return None

    def over_time(self, interval: Interval, metrics: tuple[str, ...] = ()) -> Query:
        """These metrics and their parts, else those of the totals, by an interval."""
        shown = with_parts(("views", *metrics, "plays")) if metrics else self.totals.metrics
        return self.query(interval, metrics=shown)

    def earlier(self, query: Query) -> Query | None:
        """The same question about the comparison."""
        return replace(query, period=self.comparison) if self.comparison else None

    def trend(self, query: Query) -> Trend:
        """The answer to a question by one interval, with every bucket up to now."""
        return self.over_buckets(query, self.answer(query))

    def over_buckets(self, query: Query, answer: pd.DataFrame) -> Trend:
        """An answer by one interval, or a part of one, with every bucket up to now."""
        return trend(query, answer, self.known, self.now)

    def paired(self, now: Trend, before: Trend) -> Trend:
        """The course of the comparison, bucket by bucket beside that of the period."""
        return paired(now, before, self.period, self.comparison or self.period)

    def buckets(self, interval: Interval) -> Trend:
        """The buckets of this period alone: nothing is asked for them."""
        query = self.query(interval, metrics=("views",))
        return self.over_buckets(query, pd.DataFrame({interval: [], "views": []}))

    @property
    def days(self) -> tuple[float, float]:
        """How many days are compared with how many; the same where nothing is compared."""
        return lengths(self.period, self.comparison, self.timezone, self.known)

    @property
    def unfinished(self) -> bool:
        """Whether a part of the period is not known."""
        return not self.known.is_whole(*self.period.bounds(self.timezone))

    @property
    def sparkline_interval(self) -> Interval:
        """The interval of sparklines."""
        return "hour" if self.period.days <= 2 else "day" if self.period.days <= 100 else "week"

    @property
    def chosen_metric(self) -> str:
        """The metric that bars, maps and tables are about: the chosen one where the page has it."""
        chosen = self.selection.metric
        return chosen if chosen in self.metrics else self.metrics[0]


def with_parts(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """These metrics, and those that their rates divide and stand on."""
    asked = map(metric, metrics)
    parts = [
        part for measure in asked for part in (*(measure.ratio_of or ()), measure.basis) if part
    ]
    return tuple(dict.fromkeys((*metrics, *parts)))
