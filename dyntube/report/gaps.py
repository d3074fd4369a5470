"""Days of a period that are missing or partly stored, also in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from .. import formats
from ..archive.coverage import Coverage
from ..desk import Desk
from ..query.periods import Period


def missing_days(span: Period, timezone: str, known: Coverage, now: dt.datetime) -> list[dt.date]:
    """The local days of a span, up to today, of which nothing is stored."""
    days = known.days(span, timezone)
    return [day for day, share in days.items() if share == 0 and day <= now.date()]


def partial_days(span: Period, timezone: str, known: Coverage, now: dt.datetime) -> list[dt.date]:
    """The local days of a span, before today, that are partly stored."""
    days = known.days(span, timezone)
    return [day for day, share in days.items() if 0 < share < 1 and day < now.date()]


def gap_text(desk: Desk, period: Period, timezone: str, known: Coverage, now: dt.datetime) -> str:
    """A sentence on the missing and partly stored local days; empty for none."""
    days = known.days(period, timezone)
    missing = missing_days(period, timezone, known, now)
    cut = partial_days(period, timezone, known, now)
    said = []
    given_from, _ = desk.refused_before()
    if missing:
        of, yet = sum(day <= now.date() for day in days), " yet" * (missing[-1] >= given_from)
        said.append(_missing_text(missing, of, yet))
    if cut:
        said.append(_cut_text(cut, timezone, known, now))
    if missing and missing[0] < given_from:
        said.append(refused_text(desk))
    rest = "them" if missing else "the rest"
    return " ".join([*said, f"The numbers below do not include {rest}."]) if said else ""


def _missing_text(missing: Sequence[dt.date], of: int, yet: str) -> str:
    if len(missing) == of:
        none = "None of these days is" if of > 1 else f"{formats.day(missing[0])} is not"
        return f"{none} stored{yet}."
    are = "is" if len(missing) == 1 else "are"
    return (
        f"{len(missing):,} of the {formats.count(of, 'day')} shown {are} not stored{yet}, the "
        f"last of them {formats.day(missing[-1])}."
    )


def refused_text(desk: Desk) -> str:
    """Before which day the server refuses views, in its words; empty if it gives all."""
    day, words = desk.refused_before()
    if not words:
        return ""
    return f"Views before {formats.day(day)} could not be fetched: {words}"


def _cut_text(cut: Sequence[dt.date], timezone: str, known: Coverage, now: dt.datetime) -> str:
    last = cut[-1]
    start, end = Period(last, last).bounds(timezone)
    until = known.until(start, end).astimezone(now.tzinfo)
    text = f"{formats.day(last)} is only stored up to {until:%H:%M}"
    if until == start:
        text = f"{formats.day(last)} is only partly stored"
    others = f", and so are parts of {formats.count(len(cut) - 1, 'day')} before" if cut[1:] else ""
    return f"{text}{others}."
