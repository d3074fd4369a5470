"""Values to text, for people."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

import pycountry

from .dimensions import UNKNOWN
from .metrics import Metric
from .periods import Period

NONE = "–"  # what stands where there is no value
_SPECIAL = r"\`*_{}[]()<>#+-.!|~:$&@/"
_CONTINENTS = {
    "AF": "Africa",
    "AN": "Antarctica",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}


def value(measure: Metric, amount: float, *, full: bool = False) -> str:
    """A metric's value: 58.1K, 71.8%, 1,204 h, 3:05; `full` gives every digit."""
    if math.isnan(amount):
        return NONE
    match measure.format:
        case "percent":
            return f"{amount:.1%}"
        case "hours":
            return hours(amount)
        case "seconds":
            return clock(amount)
        case "ratio":
            return f"{amount:.2f}"
        case "number":
            return f"{amount:,.0f}" if full else compact(amount)


def compact(amount: float) -> str:
    """A count in at most three or four digits: 999, 4,210, 58.1K, 3.42M."""
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if abs(amount) >= size * 0.9995:
            return f"{amount / size:.2f}{letter}"
    return f"{amount / 1e3:.1f}K" if abs(amount) >= 9999.5 else f"{amount:,.0f}"


def hours(seconds: float) -> str:
    """An amount of time: 1,204 h, 3.4 h, 12 min, 40 s."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 59.5 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 9.95 * 3600 else f"{seconds / 3600:,.0f} h"


def clock(seconds: float) -> str:
    """A length of time: 0:40, 3:05, 1:02:09."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def change(measure: Metric, amount: float) -> str:
    """A change: +12.4% for amounts, -1.5 pts for rates; empty where there is no base."""
    if math.isnan(amount):
        return ""
    if measure.is_rate:
        return f"{_signed(amount * 100, 1)} pts"
    return f"{_signed(amount * 100, 0 if abs(amount) >= 10 else 1)}%"


def _signed(number: float, digits: int) -> str:
    rounded = round(number, digits)
    return f"{rounded:+,.{digits}f}" if rounded else f"{0:.{digits}f}"


def day(date: dt.date) -> str:
    """A date in full: 22 Nov 2026."""
    return f"{date.day} {date:%b %Y}"


def moment(at: dt.datetime) -> str:
    """A date and time in full: 22 Nov 2026, 14:05."""
    return f"{day(at.date())}, {at:%H:%M}"


def count(number: int, thing: str) -> str:
    """So many of something: 1 view, 2,412 views."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def period(span: Period) -> str:
    """A period in full dates, saying nothing twice: 26 Oct – 22 Nov 2026."""
    if span.start == span.end:
        return f"{span.start:%a} {day(span.start)}"
    if span.start.year != span.end.year:
        return f"{day(span.start)} – {day(span.end)}"
    if span.start.month != span.end.month:
        return f"{span.start.day} {span.start:%b} – {day(span.end)}"
    return f"{span.start.day} – {day(span.end)}"


def ago(seconds: float) -> str:
    """How long ago: just now, 2 min ago, 3 h ago, 5 days ago."""
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min")):
        count = int(seconds // size)
        if count > 0:
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''} ago"
    return "just now"


def time_left(seconds: float | None) -> str:
    """The rest of a wait: about 20 s left, about 3 min left."""
    if seconds is None:
        return "starting"
    return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"


@cache
def country(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 code; other text comes back as it is."""
    found = pycountry.countries.get(alpha_2=code)
    return code if found is None else str(getattr(found, "common_name", found.name))


@cache
def country_alpha_3(code: str) -> str | None:
    """The three-letter code of a two-letter one, which maps know countries by."""
    found = pycountry.countries.get(alpha_2=code)
    return None if found is None else str(found.alpha_3)


def continent(code: str) -> str:
    """The English name of a two-letter continent code."""
    return _CONTINENTS.get(code, code)


def of_clock(dimension: str, number: str) -> str:
    """A weekday (1: Monday) or an hour of the day, as text; other text comes back as it is."""
    if dimension == "weekday" and number in _WEEKDAYS:
        return _WEEKDAYS[number]
    return f"{int(number):02}:00" if number.isdecimal() and dimension == "hour_of_day" else number


_WEEKDAYS = {str(n): f"{dt.date(2024, 1, n):%A}" for n in range(1, 8)}  # 1 January 2024: a Monday


def plain(text: str) -> str:
    """Text from the data as Markdown that shows just that text: no link, image or styling.

    Streamlit looks for addresses, icons and arrows after Markdown has taken the backslashes away,
    so an invisible word joiner stands before each special character too.
    """
    words = " ".join(text.split())
    return "".join(f"\u2060\\{c}" if c in _SPECIAL else c for c in words) or UNKNOWN
