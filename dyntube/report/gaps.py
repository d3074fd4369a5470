"""Days of a period that are missing or partly stored, also in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from .. import formats
from ..archive.coverage import Coverage
from ..desk import Desk
from ..query.periods import Period
from ..words import tr, trn


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
        of = sum(day <= now.date() for day in days)
        said.append(_missing_text(missing, of, comes=missing[-1] >= given_from))
    if cut:
        said.append(_cut_text(cut, timezone, known, now))
    if missing and missing[0] < given_from:
        said.append(refused_text(desk))
    if missing:
        said.append(tr("The numbers below do not include them."))
    elif cut:
        said.append(tr("The numbers below do not include the rest."))
    return " ".join(said)


def _missing_text(missing: Sequence[dt.date], of: int, *, comes: bool) -> str:
    """Which of so many days are missing; `comes` if the last of them can still be fetched."""
    last = formats.day(missing[-1])
    if of == 1 and comes:
        return tr("{day} is not stored yet.", day=last)
    if of == 1:
        return tr("{day} is not stored.", day=last)
    if len(missing) == of:
        none = tr("None of these days is stored.")
        return tr("None of these days is stored yet.") if comes else none
    values = {"all": f"{of:,}", "day": last}
    if comes:
        return trn(
            "{number} of the {all} days shown is not stored yet: {day}.",
            "{number} of the {all} days shown are not stored yet, the last of them {day}.",
            len(missing),
            **values,
        )
    return trn(
        "{number} of the {all} days shown is not stored: {day}.",
        "{number} of the {all} days shown are not stored, the last of them {day}.",
        len(missing),
        **values,
    )


def refused_text(desk: Desk) -> str:
    """Before which day the server refuses views, in its words; empty if it gives all."""
    day, words = desk.refused_before()
    if not words:
        return ""
    values = {"day": formats.day(day), "reason": words}
    return tr("Views before {day} could not be fetched: {reason}", **values)


def _cut_text(cut: Sequence[dt.date], timezone: str, known: Coverage, now: dt.datetime) -> str:
    last = cut[-1]
    start, end = Period(last, last).bounds(timezone)
    until = known.until(start, end).astimezone(now.tzinfo)
    values = {"day": formats.day(last), "time": f"{until:%H:%M}"}
    if until == start and not cut[1:]:
        return tr("{day} is only partly stored.", **values)
    if until == start:
        return trn(
            "{day} is only partly stored, and so are parts of {number} day before.",
            "{day} is only partly stored, and so are parts of {number} days before.",
            len(cut) - 1,
            **values,
        )
    if not cut[1:]:
        return tr("{day} is only stored up to {time}.", **values)
    return trn(
        "{day} is only stored up to {time}, and so are parts of {number} day before.",
        "{day} is only stored up to {time}, and so are parts of {number} days before.",
        len(cut) - 1,
        **values,
    )
