"""What is being looked at - period, comparison, filters, time zone - and how a URL says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

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
from ..query import Filter

T = TypeVar("T")
Compare = Literal["previous", "year", "dates", "none"]
COMPARE_LABELS: dict[Compare, str] = {
    "previous": "Previous period",
    "year": "Year before",
    "dates": "Chosen dates",
    "none": "Nothing",
}
ALL_TIME = "all-time"
CUSTOM = "custom"
PERIOD_LABELS = {name: preset.label for name, preset in PRESETS.items()} | {
    ALL_TIME: "All time",
    CUSTOM: "Custom dates",
}
FILTERABLE = ("project", "channel", "video")
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

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values that a dimension is filtered by; none means all."""
        return next((f.values for f in self.filters if f.dimension == dimension), ())

    def where(self, dimension: str, values: tuple[str, ...]) -> Selection:
        """The same with another filter on one dimension; no values remove it."""
        chosen = {filter_.dimension: filter_.values for filter_ in self.filters} | {
            dimension: values
        }
        known = (Filter(name, chosen[name]) for name in FILTERABLE if chosen.get(name))
        return replace(self, filters=tuple(known))


def to_parameters(selection: Selection, default: Selection) -> dict[str, list[str]]:
    """The URL's query parameters; what equals the default is left out."""
    parameters: dict[str, list[str]] = {}
    for name in ("compare", "timezone", "metric", "interval", "check"):
        if (value := getattr(selection, name)) != getattr(default, name):
            parameters[_URL_NAMES.get(name, name)] = [str(value)]
    if selection.preset == CUSTOM and selection.dates:
        parameters |= _date_parameters("", selection.dates)
    elif selection.preset != default.preset:
        parameters["period"] = [selection.preset]
    if selection.compare == "dates" and selection.compare_dates:
        parameters |= _date_parameters("compare-", selection.compare_dates)
    return parameters | {filter_.dimension: list(filter_.values) for filter_ in selection.filters}


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
        check=read("check", _one_of((*CHECKS, *DAY_CHECKS)), default.check),
    )
    for name in FILTERABLE:
        selection = selection.where(name, tuple(filter(None, parameters.get(name, []))))
    if dates := _dates("", parameters, notes):
        selection = replace(selection, preset=CUSTOM, dates=dates)
    if selection.compare == "dates":
        compare_dates = _dates("compare-", parameters, notes)
        if not compare_dates and not parameters.keys() & {"compare-from", "compare-to"}:
            notes.append(_note({"compare": "dates without dates"}, ValueError()))
        compare = "dates" if compare_dates else default.compare
        selection = replace(selection, compare=compare, compare_dates=compare_dates)
    return selection, notes


_URL_NAMES = {"timezone": "zone"}


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
