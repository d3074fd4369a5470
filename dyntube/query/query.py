"""Questions as values; `sql` writes them down, an engine answers them.

Totals, trends and breakdowns are one question: metrics `by` nothing, a time dimension or another.
The views behind a number are another, and how many of them fail each quality check is the third.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ..errors import QueryError
from . import checks, dimensions
from . import metrics as catalogue
from .access import Access
from .periods import Period

Operator = Literal["is", "is_not", "contains"]


@dataclass(frozen=True)
class Filter:
    """Only views whose `dimension` is one of `values`, or none of them, or contains one of them.

    UNKNOWN stands for a missing value, a bare name for all that are called so (`Dimension.within`),
    moments are UTC texts like `2026-11-24 14:05:00`; `contains` compares texts as `text.folded`
    makes them. `looked_up`: nobody chose the values, they were found for a `contains`.
    """

    dimension: str
    values: tuple[str, ...]
    operator: Operator = "is"
    looked_up: bool = field(default=False, compare=False)  # it keeps the same views either way


class _OfViews:
    """What all questions share: they are about those views of a period, under filters, that whoever
    asks may see. `access` has no default: no question is made without it."""

    period: Period
    timezone: str
    filters: tuple[Filter, ...]
    access: Access

    @property
    def needs_history(self) -> bool:
        """Whether it asks what happened before the period."""
        return False

    def _dimensions(self) -> list[str]:
        return [filter.dimension for filter in self.filters]

    def _check(self) -> None:
        for name in self._dimensions():
            dimensions.dimension(name)
        self.period.bounds(self.timezone)


@dataclass(frozen=True)
class Query(_OfViews):
    """A question: which metrics, of which period, by which dimensions, of which views.

    `order_by` names a metric (largest first), or is None for the order of the dimensions. `limit`
    keeps so many rows. `top_values` has values of one dimension of text in `by`; all others become
    the row OTHER. What does not exist raises QueryError when the question is made.
    """

    metrics: tuple[str, ...]
    period: Period
    timezone: str = "UTC"
    by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: str | None = None
    limit: int | None = None
    top_values: Filter | None = None
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        for name in (*self.metrics, *filter(None, [self.order_by])):
            catalogue.metric(name)
        self._check()
        if self.top_values:
            self._check_top(self.top_values)

    def _check_top(self, top: Filter) -> None:
        if top.dimension not in self.by or dimensions.dimension(top.dimension).kind != "text":
            raise QueryError(
                "Only a dimension of text, in the rows asked for, can keep some of its values; "
                f"{top.dimension!r} is none."
            )
        if top.operator != "is":
            raise QueryError(f"Values to keep are named, and cannot be what it {top.operator!r}.")

    @property
    def needs_history(self) -> bool:
        """Whether it asks what happened before the period."""
        return "new_viewers" in (*self.metrics, self.order_by)

    @property
    def is_by_clock(self) -> bool:
        """Whether its rows differ by time alone, or there is only one."""
        return all(dimensions.dimension(name).of_calendar for name in self.by)

    @property
    def sum_metrics(self) -> tuple[str, ...]:
        """Its metrics that add up, numerators and denominators of its ratios among them.

        Ratios are divided (`engine.results`) when groups have been put together.
        """
        return tuple(name for name in self._parts() if not catalogue.metric(name).distinct)

    @property
    def distinct_metrics(self) -> tuple[str, ...]:
        """Its distinct counts, those that its ratios divide among them."""
        return tuple(name for name in self._parts() if catalogue.metric(name).distinct)

    def _parts(self) -> Iterable[str]:
        names = (*self.metrics, *filter(None, [self.order_by]))
        parts = [part for name in names for part in catalogue.metric(name).ratio_of or (name,)]
        return dict.fromkeys(parts)

    def of(self, metrics: tuple[str, ...]) -> Query:
        """The same question about other metrics, for all of its rows."""
        return replace(self, metrics=metrics, order_by=None, limit=None)

    def covers(self, part: Query) -> bool:
        """Whether the rows of this question add up to those of another about the same views.

        It must ask for views; distinct counts of the other do not matter, since only sums add up.
        """
        views = (self.period, self.timezone, self.filters, self.access)
        same = views == (part.period, part.timezone, part.filters, part.access)
        rows = not self.top_values and {*part.by} <= {*self.by}
        return same and rows and {"views", *part.sum_metrics} <= {*self.sum_metrics}

    def _dimensions(self) -> list[str]:
        return [*self.by, *super()._dimensions()]


@dataclass(frozen=True)
class ViewsQuery(_OfViews):
    """The views themselves, newest first: all that a metric is about, or that a check counts.

    `metric` names one of `metrics.METRICS`, `check` one of `quality.CHECKS`. `limit` (None: all)
    and `offset` cut out a page. Unknown names raise QueryError when the question is made.
    """

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    check: str | None = None
    limit: int | None = 100
    offset: int = 0
    metric: str = "views"
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        self._check()
        catalogue.metric(self.metric)
        if self.check is not None:
            checks.check(self.check)


@dataclass(frozen=True)
class ChecksQuery(_OfViews):
    """How many views there are, and how many of them each of `quality.CHECKS` counts."""

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        self._check()


@dataclass(frozen=True)
class CountQuery(_OfViews):
    """How many views a metric is about: as many as a RowsQuery without limit has rows."""

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    metric: str = "views"
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        self._check()
        catalogue.metric(self.metric)


Question = Query | ViewsQuery | ChecksQuery | CountQuery
