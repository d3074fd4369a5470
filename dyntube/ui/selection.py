"""What is being looked at - period, comparison, filters, time zone - and how a URL says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

from ..dimensions import DIMENSIONS, HIERARCHIES
from ..errors import PeriodError
from ..metrics import METRICS
from ..periods import (
    DEFAULT_PRESET,
    EARLIEST,
    INTERVALS,
    PRESETS,
    Interval,
    Period,
    previous,
    year_before,
    zone_info,
)
from ..quality import CHECKS, DAY_CHECKS
from ..query import Filter, Operator

T = TypeVar("T")
Compare = Literal["previous", "year", "dates", "none"]
COMPARE_LABELS: dict[Compare, str] = {
    "previous": "Previous period",
    "year": "Year before",
    "dates": "Chosen dates",
    "none": "Nothing",
}
Order = Literal["falling", "rising"]
Colour = Literal["amount", "change"]
Align = Literal["date", "age"]
SORTS = (*METRICS, *(f"{name}_change" for name in METRICS))
ALL_TIME = "all-time"
CUSTOM = "custom"
PERIOD_LABELS = {name: preset.label for name, preset in PRESETS.items()} | {
    ALL_TIME: "All time",
    CUSTOM: "Custom dates",
}
FILTERABLE = (
    *(name for name, dimension in DIMENSIONS.items() if dimension.kind == "text"),
    "hour_of_day",
    "weekday",
)
# What an operator is called in the URL: country=DE, country-not=DE, city-contains=york.
OPERATORS: dict[Operator, str] = {"is": "", "is_not": "-not", "contains": "-contains"}
_LONGEST_BY_HOUR = 31  # days; more hours than pixels help nobody
_LONGEST_DAYS: dict[Interval, int] = {"hour": 2, "day": 100, "week": 750}


@dataclass(frozen=True)
class Selection:
    """The whole state of a page; two equal selections show the same."""

    preset: str = DEFAULT_PRESET
    dates: Period | None = None  # with preset "custom"
    compare: Compare = "previous"
    compare_dates: Period | None = None  # with compare "dates"
    filters: tuple[Filter, ...] = ()
    timezone: str = "UTC"
    metric: str = "views"
    interval: Interval | None = None  # None: chosen by the period's length
    levels: tuple[str, ...] = ()  # the dimension shown, of hierarchies where one was chosen
    sort: str = "views"  # a metric, or its change: "views_change"
    order: Order = "falling"
    colour: Colour = "amount"  # of the map
    align: Align = "date"  # of compared videos
    mix: str = "device_type"  # the dimension whose mix is shown over time
    behind: str | None = None  # the metric whose views are shown
    check: str | None = None  # the quality check whose views are shown

    def period(self, today: dt.date, first_day: dt.date | None) -> Period:
        """The period in days, as of `today`; all time starts at the account's `first_day`."""
        if self.preset == CUSTOM and self.dates:
            return self.dates
        if self.preset == ALL_TIME:
            return Period(max(EARLIEST, min(first_day or today, today)), today)
        return PRESETS[self.preset].period(today)

    def comparison(self, period: Period, now: dt.datetime) -> Period | None:
        """The period to compare with, None for nothing; `now` is local."""
        if self.compare == "none" or self.preset == ALL_TIME:
            return None
        if self.compare == "dates":
            return self.compare_dates
        try:
            return (year_before if self.compare == "year" else previous)(period, now)
        except PeriodError:  # it would lie before all periods
            return None

    def intervals(self, period: Period) -> tuple[Interval, ...]:
        """The intervals that make sense for a period: enough points to see, few enough to read."""
        fits = {
            "hour": period.days <= _LONGEST_BY_HOUR,
            "day": 2 <= period.days <= 1100,
            "week": period.days >= 14,
            "month": period.days >= 59,
        }
        return tuple(name for name in INTERVALS if fits[name])

    def trend_interval(self, period: Period) -> Interval:
        """The interval of the trend: the chosen one where it fits, else one by length."""
        offered = self.intervals(period)
        if self.interval in offered:
            return self.interval
        fitting = (name for name, days in _LONGEST_DAYS.items() if period.days <= days)
        return next((name for name in fitting if name in offered), offered[-1])

    def values(self, dimension: str, operator: Operator = "is") -> tuple[str, ...]:
        """The values that a dimension is filtered by; none means all."""
        wanted = (f for f in self.filters if (f.dimension, f.operator) == (dimension, operator))
        return next((f.values for f in wanted), ())

    def where(
        self, dimension: str, values: tuple[str, ...], operator: Operator = "is"
    ) -> Selection:
        """The same with another filter on one dimension; no values remove it."""
        chosen = {(f.dimension, f.operator): f for f in self.filters}
        chosen[dimension, operator] = Filter(dimension, tuple(dict.fromkeys(values)), operator)
        keys = ((name, sign) for name in FILTERABLE for sign in OPERATORS)
        known = (chosen[key] for key in keys if key in chosen and chosen[key].values)
        return replace(self, filters=tuple(known))

    def toggled(self, dimension: str, value: str) -> Selection:
        """The same filtered by one more value, or by one less when it was one of them."""
        values = self.values(dimension)
        rest = tuple(other for other in values if other != value)
        values = rest if value in values else (*values, value)
        return replace(self.where(dimension, values), levels=self._levels_beside(dimension))

    def level(self, hierarchy: tuple[str, ...], default: str) -> str:
        """Which dimension of a hierarchy to show: the chosen one, else the one below the filters.

        With no filter in the hierarchy it is `default`.
        """
        if chosen := [name for name in self.levels if name in hierarchy]:
            return chosen[0]
        deepest = max((n for n, name in enumerate(hierarchy) if self.values(name)), default=None)
        below = default if deepest is None else hierarchy[min(deepest + 1, len(hierarchy) - 1)]
        return max(below, default, key=hierarchy.index)

    def at_level(self, level: str) -> Selection:
        """The same showing this dimension of its hierarchy."""
        return replace(self, levels=(*self._levels_beside(level), level))

    def above(self, dimension: str, hierarchy: tuple[str, ...]) -> Selection:
        """The same without filters on a dimension of a hierarchy and those below it."""
        gone = hierarchy[hierarchy.index(dimension) :]
        filters = tuple(filter_ for filter_ in self.filters if filter_.dimension not in gone)
        return replace(self, filters=filters, levels=self._levels_beside(dimension))

    def _levels_beside(self, dimension: str) -> tuple[str, ...]:
        mine = next((h for h in HIERARCHIES.values() if dimension in h), ())
        return tuple(level for level in self.levels if level not in mine)


def to_parameters(selection: Selection, default: Selection) -> dict[str, list[str]]:
    """The URL's query parameters; what equals the default is left out."""
    parameters: dict[str, list[str]] = {}
    for name in _PLAIN:
        if (value := getattr(selection, name)) != getattr(default, name):
            parameters[_URL_NAMES.get(name, name)] = [str(value)]
    if selection.preset == CUSTOM and selection.dates:
        parameters |= _date_parameters("", selection.dates)
    elif selection.preset != default.preset:
        parameters["period"] = [selection.preset]
    if selection.compare == "dates" and selection.compare_dates:
        parameters |= _date_parameters("compare-", selection.compare_dates)
    if selection.levels:
        parameters["level"] = list(selection.levels)
    for filter_ in selection.filters:
        parameters[filter_.dimension + OPERATORS[filter_.operator]] = list(filter_.values)
    return parameters


def from_parameters(
    parameters: Mapping[str, list[str]], default: Selection
) -> tuple[Selection, list[str]]:
    """The selection that a URL asks for, and a note on each value that was not understood."""
    notes: list[str] = []

    def read(name: str, convert: Callable[[str], T], fallback: T) -> T:
        text = (parameters.get(name) or [""])[-1]
        if not text:
            return fallback
        try:
            return convert(text)
        except (ValueError, PeriodError) as error:
            notes.append(_note({name: text}, error))
            return fallback

    selection = Selection(
        preset=read("period", _one_of(PERIOD_LABELS.keys() - {CUSTOM}), default.preset),
        compare=read("compare", _one_of(COMPARE_LABELS.keys()), default.compare),
        timezone=read("zone", lambda text: zone_info(text).key, default.timezone),
        metric=read("metric", _one_of(METRICS.keys()), default.metric),
        interval=read("interval", _one_of(INTERVALS), default.interval),
        levels=_levels(parameters.get("level", []), notes),
        sort=read("sort", _one_of(SORTS), default.sort),
        order=read("order", _one_of(get_args(Order)), default.order),
        colour=read("colour", _one_of(get_args(Colour)), default.colour),
        align=read("align", _one_of(get_args(Align)), default.align),
        mix=read("mix", _one_of(FILTERABLE), default.mix),
        behind=read("behind", _one_of(METRICS.keys()), default.behind),
        check=read("check", _one_of((*CHECKS, *DAY_CHECKS)), default.check),
    )
    for name in FILTERABLE:
        for operator, ending in OPERATORS.items():
            values = tuple(filter(None, parameters.get(name + ending, [])))
            selection = selection.where(name, values, operator)
    if dates := _dates("", parameters, notes):
        selection = replace(selection, preset=CUSTOM, dates=dates)
    if selection.compare == "dates":
        compare_dates = _dates("compare-", parameters, notes)
        if not compare_dates and not parameters.keys() & {"compare-from", "compare-to"}:
            notes.append(_note({"compare": "dates without dates"}, ValueError()))
        compare = "dates" if compare_dates else default.compare
        selection = replace(selection, compare=compare, compare_dates=compare_dates)
    return selection, notes


_PLAIN = (
    *("compare", "timezone", "metric", "interval"),
    *("sort", "order", "colour", "align", "mix", "behind", "check"),
)
_URL_NAMES = {"timezone": "zone"}
_LEVELS = {name for hierarchy in HIERARCHIES.values() for name in hierarchy}


def _levels(texts: list[str], notes: list[str]) -> tuple[str, ...]:
    notes += [_note({"level": text}, ValueError()) for text in texts if text not in _LEVELS]
    return tuple(text for text in dict.fromkeys(texts) if text in _LEVELS)


def _date_parameters(prefix: str, period: Period) -> dict[str, list[str]]:
    return {f"{prefix}from": [str(period.start)], f"{prefix}to": [str(period.end)]}


def _dates(prefix: str, parameters: Mapping[str, list[str]], notes: list[str]) -> Period | None:
    names = (f"{prefix}from", f"{prefix}to")
    texts = {name: parameters[name][-1] for name in names if parameters.get(name)}
    if not texts:
        return None
    try:
        start, end = (dt.date.fromisoformat(texts.get(name, "")) for name in names)
        return Period(start, end)
    except (ValueError, PeriodError) as error:
        notes.append(_note(texts, error))
        return None


def _note(asked: Mapping[str, str], error: Exception) -> str:
    what = " and ".join(f"{name} = {text[:40]}" for name, text in asked.items())
    reason = f" {error}" if isinstance(error, PeriodError) else ""
    return f"The address asks for {what}, which cannot be shown.{reason}"


def _one_of(names: Collection[T]) -> Callable[[str], T]:
    known = {str(name): name for name in names}

    def convert(text: str) -> T:
        if text not in known:
            raise ValueError
        return known[text]

    return convert
