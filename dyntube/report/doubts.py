"""Days in doubt among those a page shows, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..insight.trends import Trend
from ..query.periods import ONE_DAY, Interval, Period, bucket_bounds
from ..trust.reasons import reasons, sentences, touched
from ..trust.trust import Trust
from ..words import trn
from .context import ReportContext


@dataclass(frozen=True)
class PageDoubts:
    """The local days in doubt of a period and its comparison, and the reasons."""

    days: tuple[dt.date, ...] = ()
    before: tuple[dt.date, ...] = ()  # only in the comparison
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """How many days are in doubt: "3 days in doubt"; empty for none."""
        return _in_doubt(len(self.days))

    @property
    def own_text(self) -> str:
        """The same for the period alone."""
        return _in_doubt(len(self.days) - len(self.before))


def doubtful(
    trust: Trust, period: Period, comparison: Period | None, timezone: str, now: dt.datetime
) -> PageDoubts:
    """The doubts on the days of a period and its comparison, up to a local moment."""
    both, today = (period, comparison), now.date()
    found = trust.within(both, timezone)
    if not found.doubts:
        return PageDoubts()
    days = touched(found.doubts, both, timezone, today)
    own = touched(trust.within((period,), timezone).doubts, (period,), timezone, today)
    before = tuple(day for day in days if day not in own)
    return PageDoubts(tuple(days), before, tuple(sentences(found, both, timezone, today)))


def page_doubts(context: ReportContext) -> PageDoubts:
    """The doubts on the days of a page; memoised per page."""
    key = "doubtful", context.period, context.comparison
    if key not in context.memo:
        parts = context.period, context.comparison, context.timezone, context.now
        context.memo[key] = doubtful(context.trust, *parts)
    found: PageDoubts = context.memo[key]
    return found


def bucket_doubts(context: ReportContext, trend: Trend, period: Period | None) -> list[str]:
    """Why each bucket of a trend over a period may be wrong; empty where it is not in doubt."""
    starts = trend.rows[trend.interval]
    nothing = ["" for _ in starts]
    found = context.trust.within([period], context.timezone)
    if period is None or not found.doubts:
        return nothing
    there = starts.notna().to_numpy()
    known = pd.DatetimeIndex(starts[there])
    begins, ends = bucket_bounds(known, trend.interval, context.timezone)
    first, last = (pd.Timestamp(moment) for moment in period.bounds(context.timezone))
    begins, ends = begins.where(begins > first, first), ends.where(ends < last, last)
    bounds = zip(begins.tz_convert("UTC"), ends.tz_convert("UTC"), strict=True)
    return [_reasons(found, *next(bounds)) if is_there else "" for is_there in there]


def _reasons(trust: Trust, begin: pd.Timestamp, end: pd.Timestamp) -> str:
    """Why the numbers between two moments, in UTC, may be wrong."""
    first, last = begin.date(), (end - pd.Timedelta("1us")).date()
    days = (first + ONE_DAY * n for n in range((last - first).days + 1))
    doubts = {day: trust.doubts[day] for day in days if day in trust.doubts}
    return " ".join(reason.text for reason in reasons(doubts))


def in_words(doubts: Sequence[str], interval: Interval) -> str:
    """How many buckets are in doubt: "3 days in doubt"; empty for none."""
    return _in_doubt(sum(map(bool, doubts)), interval)


def _in_doubt(count: int, interval: Interval = "day") -> str:
    if not count:
        return ""
    match interval:
        case "hour":
            return trn("{number} hour in doubt", "{number} hours in doubt", count)
        case "day":
            return trn("{number} day in doubt", "{number} days in doubt", count)
        case "week":
            return trn("{number} week in doubt", "{number} weeks in doubt", count)
        case "month":
            return trn("{number} month in doubt", "{number} months in doubt", count)
