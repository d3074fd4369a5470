"""The selection: period, comparison, filters, time zone. `address` maps it to a URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ..errors import PeriodError
from ..query.dimensions import DIMENSIONS, HIERARCHIES, SHARED
from ..query.metrics import METRICS
from ..query.periods import (
    DEFAULT_PRESET,
    EARLIEST,
    INTERVALS,
    PRESETS,
    Interval,
    Period,
    cut_alike,
    previous,
    year_before,
)
from ..query.query import Filter, Operator
from ..words import tr

Compare = Literal["previous", "year", "dates", "none"]
COMPARE_LABELS: dict[Compare, str] = {
    "previous": tr("Previous period"),
    "year": tr("Same period last year"),
    "dates": tr("Custom dates"),
    "none": tr("No comparison"),
}
Order = Literal["falling", "rising"]
Colour = Literal["amount", "change"]
Align = Literal["date", "age"]
NAME, COURSE = "name", "course"  # columns of tables besides metrics: the values, the sparkline
_NUMBERS = (*METRICS, *(f"{name}_change" for name in METRICS))
SORTS = (NAME, *_NUMBERS)
COLUMNS = (*_NUMBERS, COURSE)
ALL_TIME = "all-time"
CUSTOM = "custom"
PERIOD_LABELS = {name: preset.label for name, preset in PRESETS.items()} | {
    ALL_TIME: tr("All time"),
    CUSTOM: tr("Custom dates"),
}
FILTERABLE = (
    *(name for name, dimension in DIMENSIONS.items() if dimension.kind == "text"),
    "hour_of_day",
    "weekday",
)
SEARCHABLE = tuple(name for levels in HIERARCHIES.values() for name in levels)
# Suffixes in the URL: country=DE, country-not=DE, city-contains=york.
OPERATORS: dict[Operator, str] = {"is": "", "is_not": "-not", "contains": "-contains"}
_LONGEST_BY_HOUR = 31  # days; beyond this there are more hours than pixels
_LONGEST_DAYS: dict[Interval, int] = {"hour": 2, "day": 100, "week": 750}


@dataclass(frozen=True)
class Selection:
    """The whole state of a page; equal selections show the same."""

    preset: str = DEFAULT_PRESET
    dates: Period | None = None  # with preset "custom"
    compare: Compare = "previous"
    compare_dates: Period | None = None  # with compare "dates"
    filters: tuple[Filter, ...] = ()
    timezone: str = "UTC"
    metric: str = "views"
    interval: Interval | None = None  # None: by the period's length
    levels: tuple[str, ...] = ()  # the selected dimension of each hierarchy, at most one
    sort: str = "views"  # a metric, its change ("views_change"), or NAME
    order: Order = "falling"
    columns: tuple[str, ...] = ()  # of tables, in any order; none: the usual ones
    searches: tuple[tuple[str, str], ...] = ()  # in tables: dimension and text
    open: tuple[str, ...] = ()  # keys of videos: one is shown by itself, several side by side
    colour: Colour = "amount"  # of the map
    align: Align = "date"  # of compared videos
    mix: str = "device_type"  # the dimension of the mix over time
    behind: str | None = None  # the metric whose views are shown
    check: str | None = None  # the quality check whose views are shown

    def period(self, today: dt.date, first_day: dt.date | None) -> Period:
        """The period in days as of `today`; all time starts at the account's `first_day`."""
        if self.preset == CUSTOM and self.dates:
            return self.dates
        if self.preset == ALL_TIME:
            return Period(max(EARLIEST, min(first_day or today, today)), today)
        return PRESETS[self.preset].period(today)

    def comparison(self, period: Period, known: dt.datetime) -> Period | None:
        """The comparison period, None for nothing; `known` is local, as in `previous`."""
        if self.compare == "none" or self.preset == ALL_TIME:
            return None
        if self.compare == "dates":
            return self.compare_dates and cut_alike(self.compare_dates, period, known)
        try:
            return (year_before if self.compare == "year" else previous)(period, known)
        except PeriodError:  # it would begin before EARLIEST
            return None

    def intervals(self, period: Period) -> tuple[Interval, ...]:
        """The intervals that suit a period: enough points to see, few enough to read."""
        fits = {
            "hour": period.days <= _LONGEST_BY_HOUR,
            "day": 2 <= period.days <= 1100,
            "week": period.days >= 14,
            "month": period.days >= 59,
        }
        return tuple(name for name in INTERVALS if fits[name])

    def trend_interval(self, period: Period) -> Interval:
        """The selected interval if it suits the period, else one by its length."""
        offered = self.intervals(period)
        if self.interval in offered:
            return self.interval
        fitting = (name for name, days in _LONGEST_DAYS.items() if period.days <= days)
        return next((name for name in fitting if name in offered), offered[-1])

    def values(self, dimension: str, operator: Operator = "is") -> tuple[str, ...]:
        """The values a dimension is filtered by; empty means all."""
        wanted = (f for f in self.filters if (f.dimension, f.operator) == (dimension, operator))
        return next((f.values for f in wanted), ())

    def where(
        self, dimension: str, values: tuple[str, ...], operator: Operator = "is"
    ) -> Selection:
        """The selection with this filter on a dimension; no values remove it."""
        chosen = {(f.dimension, f.operator): f for f in self.filters}
        chosen[dimension, operator] = Filter(dimension, tuple(dict.fromkeys(values)), operator)
        keys = ((name, sign) for name in FILTERABLE for sign in OPERATORS)
        known = (chosen[key] for key in keys if key in chosen and chosen[key].values)
        return replace(self, filters=tuple(known))

    def toggled(self, dimension: str, value: str) -> Selection:
        """The selection with a value added to the dimension's filter, or removed from it."""
        values = self.values(dimension)
        rest = tuple(other for other in values if other != value)
        values = rest if value in values else (*values, value)
        return self._led(dimension, self.where(dimension, values))

    def narrowed(self, dimension: str, values: tuple[str, ...]) -> Selection:
        """The selection filtered to these values, showing the level below them."""
        above = self.above(dimension, _hierarchy(dimension))
        return self._led(dimension, above.where(dimension, values))

    def _led(self, dimension: str, filtered: Selection) -> Selection:
        """`filtered` with the level below its filters, which a shared table goes on showing."""
        mine = _hierarchy(dimension)
        led = replace(filtered, levels=self._levels_beside(dimension))
        stays = mine in SHARED and len(led.levels) < len(self.levels)
        return led.at_level(led.level(mine, mine[0])) if stays else led

    def opened(self) -> Selection:
        """The selection for the page of the open videos, to which it is filtered."""
        return self.where("video", self.open) if self.open else self

    def searched(self, dimension: str) -> str:
        """What the table of a dimension is searched for; empty for nothing."""
        return dict(self.searches).get(dimension, "")

    def searching(self, dimension: str, text: str) -> Selection:
        """The selection with the table of a dimension searched for a text; an empty one ends it."""
        asked = dict(self.searches) | {dimension: text}
        kept = tuple((name, asked[name]) for name in SEARCHABLE if asked.get(name))
        return replace(self, searches=kept)

    def level(self, hierarchy: tuple[str, ...], default: str) -> str:
        """The dimension of a hierarchy to show: the selected one, else the one below the filters.

        Without filters in the hierarchy it is `default`.
        """
        if chosen := [name for name in self.levels if name in hierarchy]:
            return chosen[0]
        deepest = max((n for n, name in enumerate(hierarchy) if self.values(name)), default=None)
        below = default if deepest is None else hierarchy[min(deepest + 1, len(hierarchy) - 1)]
        return max(below, default, key=hierarchy.index)

    def at_level(self, level: str) -> Selection:
        """The selection showing this dimension in the table of its hierarchy."""
        mine = _hierarchy(level)
        table = sum(SHARED, ()) if mine in SHARED else mine
        return replace(self, levels=(*(one for one in self.levels if one not in table), level))

    def above(self, dimension: str, hierarchy: tuple[str, ...]) -> Selection:
        """The selection without filters on a dimension and those below it in the hierarchy."""
        gone = hierarchy[hierarchy.index(dimension) :]
        filters = tuple(filter_ for filter_ in self.filters if filter_.dimension not in gone)
        return replace(self, filters=filters, levels=self._levels_beside(dimension))

    def _levels_beside(self, dimension: str) -> tuple[str, ...]:
        mine = _hierarchy(dimension)
        return tuple(level for level in self.levels if level not in mine)


def _hierarchy(dimension: str) -> tuple[str, ...]:
    return next((levels for levels in HIERARCHIES.values() if dimension in levels), ())


def in_force(filters: Iterable[Filter], without: Collection[str]) -> tuple[Filter, ...]:
    """The filters that apply in a block that shows every value of the dimensions in `without`.

    `is` filters on these are dropped, or the block would hide the other options. `is not` and
    `contains`, even with names resolved to keys, apply in every block.
    """

    def left_out(filter_: Filter) -> bool:
        chosen = filter_.operator == "is" and not filter_.from_search
        return chosen and filter_.dimension in without

    return tuple(filter_ for filter_ in filters if not left_out(filter_))
