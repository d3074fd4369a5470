"""Doubts in words: which days, and why - for banners, exports, warnings and the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from .. import formats
from ..archive.doubts import KINDS, LABELS, Doubt, Kind
from ..query.periods import ONE_DAY, Period, local_days
from ..reading.text import clean, short
from ..words import tr, trn
from .accepted import Acceptance
from .fields import LABELS as FIELDS
from .fields import named_in
from .trust import Accepted, Trust, consecutive_spans

_MOST_RUNS = 3  # ranges of days per sentence
_MOST_FIELDS = 4


@dataclass(frozen=True)
class Reason:
    """Why UTC days are in doubt: one kind of doubt, in a sentence that is true of all of them."""

    kind: Kind
    days: tuple[dt.date, ...]
    text: str


def reasons(doubts: Mapping[dt.date, Sequence[Doubt]]) -> list[Reason]:
    """The doubts of some UTC days, grouped by kind."""
    kinds = dict.fromkeys((*KINDS, *(d.kind for of_day in doubts.values() for d in of_day)))
    found = []
    for kind in kinds:
        of_kind = {
            day: texts
            for day, of_day in doubts.items()
            if (texts := [doubt.text for doubt in of_day if doubt.kind == kind])
        }
        if of_kind:
            found.append(Reason(kind, tuple(of_kind), _text(kind, list(of_kind.values()))))
    return found


def _text(kind: Kind, days: Sequence[Sequence[str]]) -> str:
    """What is true of all days (oldest first); if their texts differ, with the latest one."""
    texts = list(dict.fromkeys(text for of_day in days for text in of_day))
    if len(texts) == 1:
        return ended(texts[0])
    if kind == "field" and (fields := named_in(texts)):
        return _fields_text(fields)
    latest = ended(days[-1][-1])
    return tr("{doubt}. The latest: {text}", doubt=label(kind), text=latest)


def _fields_text(fields: Sequence[str]) -> str:
    named = [f"{FIELDS[field]} ({field})" for field in fields[:_MOST_FIELDS]]
    if rest := len(fields) - len(named):
        named.append(trn("{number} other field", "{number} other fields", rest))
    if not named[1:]:
        return tr("{field} is missing or unreadable in many views.", field=named[0])
    return tr(
        "{fields} and {field} are missing or unreadable in many views.",
        fields=", ".join(named[:-1]),
        field=named[-1],
    )


def label(kind: Kind) -> str:
    """A kind of doubt in words."""
    text = LABELS.get(kind) or kind  # of a kind from a newer version
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """A text on one line, as a sentence with its full stop."""
    text = short(" ".join(clean(text).split()))
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def touched(
    days: Iterable[dt.date], periods: Iterable[Period | None], timezone: str, today: dt.date
) -> list[dt.date]:
    """The local days of some periods, up to today, that UTC days overlap."""
    spans = [span for span in periods if span]
    local = {day for utc in days for day in _dates(local_days(utc, utc, timezone))}
    return sorted(
        day
        for day in local
        if day <= today and any(span.start <= day <= span.end for span in spans)
    )


def _dates(span: Period) -> list[dt.date]:
    return [span.start + ONE_DAY * n for n in range(span.days)]


def ranges(days: Iterable[dt.date]) -> str:
    """Days as ranges: 12 – 14 Nov 2026, 20 Nov 2026 and 5 more days."""
    spans = consecutive_spans(days)
    shown = ", ".join(_range(*span) for span in spans[:_MOST_RUNS])
    if rest := sum((last - first).days + 1 for first, last in spans[_MOST_RUNS:]):
        return trn(
            "{days} and {number} more day", "{days} and {number} more days", rest, days=shown
        )
    return shown


def _range(first: dt.date, last: dt.date) -> str:
    return formats.day(first) if first == last else formats.period(Period(first, last))


def sentences(
    trust: Trust, periods: Sequence[Period | None], timezone: str, today: dt.date
) -> list[str]:
    """A sentence for each kind of doubt that counts in some periods, with its local days."""
    return [
        f"{ranges(days)}: {reason.text}"
        for reason in reasons(trust.within(periods, timezone).doubts)
        if (days := touched(reason.days, periods, timezone, today))
    ]


def accepted_sentences(
    trust: Trust, periods: Sequence[Period | None], timezone: str, today: dt.date
) -> list[str]:
    """A sentence for each kind of accepted doubt and its acceptance, with its local days."""
    found = trust.within(periods, timezone).accepted
    by_acceptance: dict[str, dict[dt.date, list[Accepted]]] = {}
    for day, of_day in found.items():
        for known in of_day:
            accepted = by_acceptance.setdefault(_acceptance_text(known), {})
            accepted.setdefault(day, []).append(known)
    return [
        f"{ranges(days)}: {reason.text} {text}"
        for text, accepted in by_acceptance.items()
        for reason in reasons({day: [known.doubt for known in of] for day, of in accepted.items()})
        if (days := touched(reason.days, periods, timezone, today))
    ]


def _acceptance_text(known: Accepted) -> str:
    item = known.acceptance
    day, reason = formats.day(item.at.date()), ended(item.reason)
    if item.by:
        return tr("Accepted by {name} on {day}: {reason}", name=item.by, day=day, reason=reason)
    return tr("Accepted on {day}: {reason}", day=day, reason=reason)


def accepted_text(known: Accepted) -> str:
    """A doubt, and who accepted it, when and why."""
    return f"{ended(known.doubt.text)} {_acceptance_text(known)}"


def as_json(trust: Trust) -> dict[str, list[dict[str, object]]]:
    """The doubts of each UTC day that has some, with the acceptance of each, or null."""
    days = sorted({*trust.doubts, *trust.accepted})
    return {str(day): _day_json(trust, day) for day in days}


def _day_json(trust: Trust, day: dt.date) -> list[dict[str, object]]:
    counted = ((doubt, None) for doubt in trust.doubts.get(day, ()))
    accepted = ((known.doubt, known.acceptance) for known in trust.accepted.get(day, ()))
    return [
        asdict(doubt) | {"accepted": item and acceptance_json(item)}
        for doubt, item in (*counted, *accepted)
    ]


def acceptance_json(item: Acceptance) -> dict[str, object]:
    """Plain values, times as ISO 8601 text."""
    values = asdict(item)
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}
