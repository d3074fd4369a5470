"""The period and comparison of a page, as far as both are known; also in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from .. import formats
from ..archive.coverage import Coverage
from ..query.periods import EARLIEST, ONE_DAY, Period
from ..reading.zones import zone_info
from ..words import tr, trn
from .selection import ALL_TIME, Selection


@dataclass(frozen=True)
class Spans:
    """A period and its comparison: None for nothing, and then `why_not` may say why.

    `wanted` is the comparison if all of it were known; it is fetched like the period.
    """

    period: Period
    comparison: Period | None
    why_not: str
    wanted: Period | None
    timezone: str
    known: Coverage
    now: dt.datetime

    @property
    def fetched(self) -> tuple[Period, ...]:
        """The periods that must be stored for the page to be complete."""
        return tuple(span for span in (self.period, self.wanted) if span)

    @property
    def alone(self) -> Spans:
        """The same without a comparison."""
        return replace(self, comparison=None, why_not="", wanted=None)

    @property
    def text(self) -> str:
        """The period in full dates, how much of it is known, and the comparison."""
        parts = [
            formats.period(self.period),
            so_far(self.period, self.timezone, self.known, self.now),
        ]
        if self.comparison:
            compared = comparison_text(self.period, self.comparison)
            parts.append(tr("compared with {period}", period=compared))
        parts.append(lengths_text(lengths(self.period, self.comparison, self.timezone, self.known)))
        if self.why_not:
            parts.append(tr("not compared: {reason}", reason=self.why_not))
        return " · ".join(filter(None, parts))


def spans(selection: Selection, period: Period, known: Coverage, now: dt.datetime) -> Spans:
    """The spans of a selection at a local moment.

    A period is compared up to where it is known, with the same stretch before. It is not compared
    if days are missing within it or in the comparison.
    """
    zone = selection.timezone
    start, end = period.bounds(zone)
    until = known.until(start, min(end, max(start, now.astimezone(dt.UTC))))
    asked = selection.comparison(period, until.astimezone(now.tzinfo))
    why_not = _why_not(selection, asked)
    if period.start > now.date():  # nothing to compare, which needs no reason
        asked, why_not = None, ""
    elif asked and (until == start or known.has_gap(start, end)):
        why_not = tr("days of this period are missing")
    elif asked and not known.is_whole(*asked.bounds(zone)):
        why_not = tr("not all of {period} is loaded yet", period=formats.period(asked))
    comparison = None if why_not else asked
    wanted = selection.comparison(period, now)
    return Spans(period, comparison, why_not, wanted, zone, known, now)


def _why_not(selection: Selection, asked: Period | None) -> str:
    if asked or selection.compare == "none":
        return ""
    if selection.preset == ALL_TIME:
        return tr("nothing comes before all time")
    return tr("it would start before {year}", year=EARLIEST.year)


def comparison_text(period: Period, comparison: Period) -> str:
    """The comparison of a period in words."""
    text = formats.period(comparison)
    if comparison.until:
        text = tr("{period} until {time}", period=text, time=f"{comparison.until:%H:%M}")
    # Of whole weeks and months this goes without saying.
    if period.days < 7 and period.start - comparison.start == ONE_DAY * 7:
        return tr("{period}, a week earlier", period=text)
    if period.unit in ("day", "week") and period.start - comparison.start == ONE_DAY * 364:
        return tr("{period}, same weekdays", period=text)
    if period.unit in ("day", "week") and _is_year_apart(comparison.start, period.start):
        return tr("{period}, same dates", period=text)
    return text


def _is_year_apart(before: dt.date, day: dt.date) -> bool:
    return (before.year + 1, before.month, before.day) == (day.year, day.month, day.day)


def so_far(
    period: Period, timezone: str, known: Coverage, now: dt.datetime, *, dated: bool = False
) -> str:
    """How much of a period is known, in words; empty if all of it is. Files want it `dated`."""
    start, end = period.bounds(timezone)
    until = known.until(start, end)
    if until == end or period.start > now.date():
        return ""
    if until == start or known.has_gap(start, end):
        days = known.days(period, timezone)
        begun = [share for day, share in days.items() if day <= now.date()]
        stored = sum(share > 0 for share in begun)
        return trn(
            "{stored} of {number} day loaded so far",
            "{stored} of {number} days loaded so far",
            len(begun),
            stored=f"{stored:,}",
        )
    local = until.astimezone(now.tzinfo)
    return tr("so far, up to {time}", time=formats.moment(local) if dated else moment(local, now))


def moment(at: dt.datetime, now: dt.datetime) -> str:
    """A local time today, or a day with its time: "13:45", "Fri 27 Nov 2026, 13:45"."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%a} {formats.moment(at)}"


def lengths(
    period: Period, comparison: Period | None, timezone: str, known: Coverage
) -> tuple[float, float]:
    """The lengths in days of a period and its comparison; (1, 1) if equal or not compared."""
    if comparison is None:
        return 1, 1
    start, end = period.bounds(timezone)
    until = known.until(start, end)
    shown = period.up_to(until.astimezone(zone_info(timezone)))
    days = shown.length, comparison.length
    return (1, 1) if abs(days[0] - days[1]) < 1e-6 else days


def lengths_text(days: tuple[float, float]) -> str:
    """What unequal lengths do to changes; empty if they are equal."""
    if days[0] == days[1]:
        return ""
    return tr("{lengths}, so changes compare daily averages", lengths=days_text(days))


def days_text(days: tuple[float, float]) -> str:
    """Two lengths in words: "30 days vs 31"."""
    now, before = (f"{round(length, 1):,g}" for length in days)
    number = 1 if now == "1" else max(2, round(days[0]))
    return trn("{now} day vs {before}", "{now} days vs {before}", number, now=now, before=before)
