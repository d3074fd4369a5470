"""Values formatted for people: every number has one text, on cards, in tables, charts and files."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .archive.scopes import StoredScope
from .fetch.progress import Progress
from .query.metrics import Metric
from .query.nouns import COUNTS
from .query.periods import Period
from .reading.text import clean, short
from .words import tr, trn

NONE = "–"  # placeholder for a missing value
MINUS = "−"
_HUGE = 1e15  # from here on, in scientific notation
_TIMES = 1000  # percent: a larger change is told as a multiple
_LONG_FETCH, _FIRST_DAYS = 31, 8  # days: `cost` needs this many in all, and this many done
# Labels of a missing value and of the rest of a list; values in the data may have the same name.
UNKNOWN_NAME, OTHER_NAME = tr("Unknown"), tr("Other")
_MOST_SCOPES = 5
# Advice on days stored under other settings.
OTHER_SETTINGS = tr(
    "If you expect those, set DYNTUBE_STATS_URL, DYNTUBE_PROJECT_KEYS and DYNTUBE_CHANNEL_KEYS as "
    "the sync has them."
)
_SPECIAL = r"\`*_{}[]()<>#+-.!|~:$&@/"
_CONTINENTS = {
    "AF": tr("Africa"),
    "AN": tr("Antarctica"),
    "AS": tr("Asia"),
    "EU": tr("Europe"),
    "NA": tr("North America"),
    "OC": tr("Oceania"),
    "SA": tr("South America"),
}


def value(measure: Metric, amount: float, *, full: bool = False) -> str:
    """A metric's value: "58.1K", "71.8%", "1,204 h", "3:05"; `full` gives a count's every digit."""
    match measure.format:
        case "percent":
            return percent(amount)
        case "hours":
            return hours(amount)
        case "seconds":
            return clock(amount)
        case "ratio":
            return _decimals(amount, 2)
        case "number":
            return _decimals(amount, 0) if full else compact(amount)


def counted(measure: Metric, amount: float) -> str:
    """An exact amount with what it is of: "1 view", "2,412 plays", "1,204 h watch time"."""
    if measure.name in COUNTS and abs(amount) < _HUGE:
        return COUNTS[measure.name](round(amount))
    said = value(measure, amount, full=True)
    return tr("{amount} {metric}", amount=said, metric=measure.noun)


def average(measure: Metric, amount: float) -> str:
    """An average of a metric's values, which are whole for counts: "4.6", "58.1K"."""
    if measure.format == "number" and abs(amount) < 9.95:
        return _trimmed(_decimals(amount, 1))
    return value(measure, amount)


def change(measure: Metric, amount: float) -> str:
    """A change: "+12.4%" or "×24" for amounts, "−1.5 pts" for rates; empty without a base."""
    if not measure.is_rate:
        return relative(amount)
    return f"{_decimals(amount * 100, 1, '+')} pts" if math.isfinite(amount) else ""


def change_of(measure: Metric, row: Mapping[Any, Any]) -> str:
    """The change in a row of `comparison.compare`, or that there was nothing before: "from 0"."""
    if came_from_0(measure, row[measure.name], row.get(f"{measure.name}_before", math.nan)):
        return tr("from 0")
    return change(measure, float(row.get(f"{measure.name}_change", math.nan)))


def came_from_0(measure: Metric, now: float, before: float) -> bool:
    """Whether an amount was 0 and no longer is."""
    return measure.is_amount and before == 0 and now > 0


def direction(measure: Metric, amount: float) -> int:
    """The sign of a change as `change` writes it: 1, -1, or 0 for "0.0%" and without a base."""
    written = change(measure, amount)
    return 0 if not written or written.startswith("0") else int(math.copysign(1, amount))


def relative(amount: float) -> str:
    """A change as a fraction: "+12.4%", "−3.0%", "×24" from +1,000% on; empty without a base."""
    if not math.isfinite(amount):
        return ""
    if round(amount * 100, 1) >= _TIMES:
        return f"×{compact(1 + amount)}"
    return f"{_decimals(amount * 100, 1, '+')}%"


def percent(fraction: float) -> str:
    """A share: "71.8%"."""
    return f"{_decimals(fraction * 100, 1)}%" if math.isfinite(fraction) else NONE


def compact(amount: float) -> str:
    """A count, from 10,000 on in three digits: "999", "4,210", "10K", "58.1K", "3.42M"."""
    if abs(amount) < 9999.5:
        return _decimals(amount, 0)
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size * 0.9995 <= abs(amount) < _HUGE:
            return f"{_three_digits(amount / size)}{letter}"
    return _countless(amount)


def hours(seconds: float) -> str:
    """A rounded duration: "1,204 h", "3.4 h", "12 min", "40 s"."""
    length = abs(seconds)
    if length < 59.5:
        return f"{_decimals(seconds, 0)} s"
    if length < 59.5 * 60:
        return f"{_decimals(seconds / 60, 0)} min"
    if length < 9.95 * 3600:
        return f"{_trimmed(_decimals(seconds / 3600, 1))} h"
    return f"{_decimals(seconds / 3600, 0)} h" if length < _HUGE else _countless(seconds)


def clock(seconds: float) -> str:
    """An exact duration: "0:40", "3:05", "1:02:09"."""
    if not abs(seconds) < _HUGE:
        return _countless(seconds)
    sign = MINUS if round(seconds) < 0 else ""
    minutes, rest = divmod(round(abs(seconds)), 60)
    if minutes < 60:
        return f"{sign}{minutes}:{rest:02}"
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _three_digits(number: float) -> str:
    size = abs(number)
    return _trimmed(_decimals(number, 0 if size >= 99.95 else 1 if size >= 9.995 else 2))


def _trimmed(text: str) -> str:
    """A decimal number without zeros at its end: "10", not "10.0"."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(number: float, digits: int, sign: Literal["-", "+"] = "-") -> str:
    """A number with so many decimals, and "+" if asked for; 0 has no sign."""
    if not abs(number) < _HUGE:
        return _countless(number)
    rounded = round(number, digits)
    if not rounded:
        return f"{0:.{digits}f}"
    return f"{rounded:{sign},.{digits}f}".replace("-", MINUS)


def _countless(amount: float) -> str:
    """A huge number in scientific notation; NONE if it is not finite."""
    return f"{amount:.1e}".replace("-", MINUS) if math.isfinite(amount) else NONE


def day(date: dt.date) -> str:
    """A full date: "22 Nov 2026"."""
    return f"{date.day} {date:%b %Y}"


def moment(at: dt.datetime) -> str:
    """A full date and time: "22 Nov 2026, 14:05"."""
    return f"{day(at.date())}, {at:%H:%M}"


def count(number: int, thing: str) -> str:
    """A count with its noun in English, for commands and notebooks: "1 view", "2,412 views"."""
    return f"{number:,} {thing if number == 1 else f'{thing}s'}"


def period(span: Period) -> str:
    """A period in full dates without repetition: "26 Oct – 22 Nov 2026"."""
    if span.start == span.end:
        return f"{span.start:%a} {day(span.start)}"
    if span.start.year != span.end.year:
        return f"{day(span.start)} – {day(span.end)}"
    if span.start.month != span.end.month:
        return f"{span.start.day} {span.start:%b} – {day(span.end)}"
    return f"{span.start.day} – {day(span.end)}"


def stored_scopes(found: Sequence[StoredScope]) -> str:
    """An archive's scopes: "project 5lCo at https://..., 31 days, 1 – 31 Oct 2026; ..."."""
    scopes = "; ".join(map(_stored_scope, found[:_MOST_SCOPES]))
    if rest := found[_MOST_SCOPES:]:
        return tr("{scopes}; and {number} more", scopes=scopes, number=f"{len(rest):,}")
    return scopes


def _stored_scope(found: StoredScope) -> str:
    days = trn("{number} day", "{number} days", found.days)
    return f"{_scope_name(found)}, {days}, {period(Period(found.first, found.last))}"


def _scope_name(found: StoredScope) -> str:
    if not found.scope or not found.url:
        is_demo = found.folder == "demo"
        return tr("demo data") if is_demo else tr("the folder {folder}", folder=found.folder)
    key, url = short(clean(found.scope.key), 60), short(clean(found.url), 100)
    if not key:
        return tr("the whole account at {url}", url=url)
    if found.scope.kind == "project":
        return tr("project {key} at {url}", key=key, url=url)
    return tr("channel {key} at {url}", key=key, url=url)


def ago(seconds: float) -> str:
    """An age: "just now", "2 min ago", "3 h ago", "5 days ago"."""
    if not abs(seconds) < _HUGE:
        return NONE
    if seconds >= 86400:
        return trn("{number} day ago", "{number} days ago", int(seconds // 86400))
    if seconds >= 3600:
        return tr("{number} h ago", number=int(seconds // 3600))
    if seconds >= 60:
        return tr("{number} min ago", number=int(seconds // 60))
    return tr("just now")


def time_left(seconds: float | None) -> str:
    """The remaining time: "about 20 s left", "about 3 min left"."""
    if seconds is None or not abs(seconds) < _HUGE:
        return tr("starting")
    if seconds < 90:
        return tr("about {number} s left", number=f"{seconds:.0f}")
    return tr("about {number} min left", number=f"{seconds / 60:.0f}")


def stored(progress: Progress) -> str:
    """How much of a fetch is done: "9 of 35 days stored"."""
    return trn(
        "{done} of {number} day stored",
        "{done} of {number} days stored",
        progress.days_total,
        done=f"{progress.days_done:,}",
    )


def cost(progress: Progress) -> str:
    """A long fetch's cost, estimated from its first days: "365 days, about 400 requests, 3 min".

    Empty for a short one, and until there is an estimate.
    """
    done, total, left = progress.days_done, progress.days_total, progress.seconds_left
    if total < _LONG_FETCH or done < _FIRST_DAYS or done == total or left is None:
        return ""
    requests, seconds = progress.requests / done * total, left / (total - done) * total
    return trn(
        "Fetching {number} day, newest first: about {requests} requests, {time}.",
        "Fetching {number} days, newest first: about {requests} requests, {time}.",
        total,
        requests=_about(requests),
        time=hours(seconds),
    )


def _about(number: float) -> str:
    """A number rounded to two digits: "7", "43", "1,200"."""
    size = 10 ** max(0, len(str(round(number))) - 2)
    return f"{round(number / size) * size:,}"


def continent(code: str) -> str:
    """The English name of a two-letter continent code."""
    return _CONTINENTS.get(code, code)


def of_clock(dimension: str, number: str) -> str:
    """A weekday (1: Monday) or an hour of the day as text; other text is returned unchanged."""
    if dimension == "weekday" and number in _WEEKDAYS:
        return _WEEKDAYS[number]
    return f"{int(number):02}:00" if number.isdecimal() and dimension == "hour_of_day" else number


_WEEKDAYS = {str(n): f"{dt.date(2024, 1, n):%A}" for n in range(1, 8)}  # 1 January 2024 is a Monday


def escape_markdown(text: str) -> str:
    """Text from the data as Markdown that renders literally: no link, image or styling.

    Streamlit resolves URLs, icons and arrows after Markdown has removed the backslashes, so each
    special character also gets an invisible word joiner.
    """
    words = " ".join(text.split())
    return "".join(f"\u2060\\{c}" if c in _SPECIAL else c for c in words) or UNKNOWN_NAME
