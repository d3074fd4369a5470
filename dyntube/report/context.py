"""What a page is about: the selection, resolved for this moment, and its questions."""

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

    def views_query(
        self, metric: str = "views", check: str | None = None, *, limit: int, offset: int = 0
    ) -> ViewsQuery:
        """The question for the views behind a number, or those that a check counts."""
        of_page = (self.period, self.timezone, self.filters)
        return ViewsQuery(*of_page, check, limit, offset, metric, access=self.desk.access)

    def count_query(self, metric: str) -> CountQuery:
        """The question how many views a metric is about."""
        of_page = (self.period, self.timezone, self.filters)
        return CountQuery(*of_page, metric, access=self.desk.access)

    def checks_query(self) -> ChecksQuery:
        """The question for the count of all views and of each check of views."""
        of_page = (self.period, self.timezone, self.filters)
        return ChecksQuery(*of_page, access=self.desk.access)

    @property
    def totals(self) -> Query:
        """The question for everything at once: the page's metrics and what its rates divide."""
        return self.query(metrics=with_parts(("views", *self.metrics, "plays")))

    def totals_by(self, interval: Interval, metrics: tuple[str, ...] = ()) -> Query:
        """These metrics and their parts, else those of the totals, by an interval."""
        shown = with_parts(("views", *metrics, "plays")) if metrics else self.totals.metrics
        return self.query(interval, metrics=shown)

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
        return self.chosen(self.metrics)

    def chosen(self, metrics: Sequence[str]) -> str:
        """The metric that the reader has chosen where it is one of these, else the first."""
        chosen = self.selection.metric
        return chosen if chosen in metrics else metrics[0]


def with_parts(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """These metrics, and those that their rates divide and stand on."""
    asked = map(metric, metrics)
    parts = [
        part for measure in asked for part in (*(measure.ratio_of or ()), measure.basis) if part
    ]
    return tuple(dict.fromkeys((*metrics, *parts)))
