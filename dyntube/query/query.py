"""Queries as values; `sql` translates them, an engine answers them.

Totals, trends and breakdowns are one kind: metrics `by` nothing, a time dimension or another. The
others are the views behind a number, their count, and how many views fail each quality check.
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

    UNKNOWN stands for a missing value, a bare name for all values with that name
    (`Dimension.within`); moments are UTC texts like `2026-11-24 14:05:00`; `contains` compares
    texts in the form of `text.folded`. `from_search`: the values were found for a `contains`, not
    chosen by a person.
    """

    dimension: str
    values: tuple[str, ...]
    operator: Operator = "is"
    from_search: bool = field(default=False, compare=False)  # the same views match either way


class _BaseQuery:
    """Common to all queries: the views of a period, under filters, that a reader may see.

    `access` has no default, so that no query can be made without it.
    """

    period: Period
    timezone: str
    filters: tuple[Filter, ...]
    access: Access

    @property
    def needs_history(self) -> bool:
        """Whether it depends on views before the period."""
        return False

    def _dimensions(self) -> list[str]:
        return [filter.dimension for filter in self.filters]

    def _check(self) -> None:
        for name in self._dimensions():
            dimensions.dimension(name)
        self.period.bounds(self.timezone)


@dataclass(frozen=True)
class Query(_BaseQuery):
    """An aggregate query: metrics of a period, by dimensions, over filtered views.

    `order_by` names a metric (largest first), or is None for the order of the dimensions. `limit`
    caps the rows. `top_values` has values of one text dimension in `by`; all others fold into the
    row OTHER. Unknown names raise QueryError on construction.
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
        """Whether it depends on views before the period."""
        return "new_viewers" in (*self.metrics, self.order_by)

    @property
    def is_by_clock(self) -> bool:
        """Whether its rows differ by time only, or there is just one."""
        return all(dimensions.dimension(name).of_calendar for name in self.by)

    @property
    def sum_metrics(self) -> tuple[str, ...]:
        """Its additive metrics, including numerators and denominators of its ratios.

        Ratios are divided (`engine.results`) after groups are merged.
        """
        return tuple(name for name in self._parts() if not catalogue.metric(name).distinct)

    @property
    def distinct_metrics(self) -> tuple[str, ...]:
        """Its distinct counts, including those in its ratios."""
        return tuple(name for name in self._parts() if catalogue.metric(name).distinct)

    def _parts(self) -> Iterable[str]:
        names = (*self.metrics, *filter(None, [self.order_by]))
        parts = [part for name in names for part in catalogue.metric(name).ratio_of or (name,)]
        return dict.fromkeys(parts)

    def of(self, metrics: tuple[str, ...]) -> Query:
        """The same query for other metrics, without order or limit."""
        return replace(self, metrics=metrics, order_by=None, limit=None)

    def covers(self, part: Query) -> bool:
        """Whether its rows add up to those of another query over the same views.

        It must include `views`; distinct counts of the other are ignored, as only sums add up.
        """
        views = (self.period, self.timezone, self.filters, self.access)
        same = views == (part.period, part.timezone, part.filters, part.access)
        rows = not self.top_values and {*part.by} <= {*self.by}
        return same and rows and {"views", *part.sum_metrics} <= {*self.sum_metrics}

    def _dimensions(self) -> list[str]:
        return [*self.by, *super()._dimensions()]


@dataclass(frozen=True)
class ViewsQuery(_BaseQuery):
    """Raw views, newest first: those a metric is about, optionally only those a check counts.

    `metric` names one of `metrics.METRICS`, `check` one of `checks.CHECKS`. `limit` (None: all) and
    `offset` select a page. Unknown names raise QueryError on construction.
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
class ChecksQuery(_BaseQuery):
    """The number of views, and how many of them each of `checks.CHECKS` counts."""

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        self._check()


@dataclass(frozen=True)
class CountQuery(_BaseQuery):
    """The number of views a metric is about: the rows of a ViewsQuery without limit."""

    period: Period
    timezone: str = "UTC"
    filters: tuple[Filter, ...] = ()
    metric: str = "views"
    access: Access = field(kw_only=True)

    def __post_init__(self) -> None:
        self._check()
        catalogue.metric(self.metric)


Question = Query | ViewsQuery | ChecksQuery | CountQuery
