"""The first day with views in a scope: found by counting, stored beside its days, rarely sought.

Earlier days are known to be empty: they are never requested, and nothing is missing there. Where
DynTube refuses to count old days, nothing is known of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..atomic import Reread, make_folder, replacing
from ..errors import ApiError, AuthError, RequestError
from ..reading.text import clean, short
from .day import ONE_DAY

MIN_DATE = dt.date.min
LONG_AGO = dt.date(2015, 1, 1)  # before any DynTube view
MAX_UNSEARCHED_DAYS = 7  # days; up to this many are fetched without a search
LOOK_EVERY = dt.timedelta(days=1)  # if days before the beginning are wanted
TRY_EVERY = dt.timedelta(hours=1)  # after a failed search
PARTS = (dt.timedelta(days=28), dt.timedelta(days=7))  # if a longer range is refused
FALLBACK_DAYS = dt.timedelta(days=1100)  # how far back to fetch if no search succeeds

_REFUSED = (RequestError, AuthError)  # a plan limited to the last months may answer 403
_MARGIN = dt.timedelta(days=2)  # a day is requested with the one before, from a second earlier on

Count = Callable[[dt.date, dt.date], int]  # the views from a day up to, not including, another


@dataclass(frozen=True)
class SearchResult:
    """The result of a search for the first view.

    `day` is the day of that view, or the day searched up to if there is none. If not `exact`, there
    are views up to `day`, the oldest wanted. If the search failed, for this `reason`, fetching just
    starts at `day`. DynTube refused to count days before `given_from`, in the words `refused`, if
    any.
    """

    day: dt.date
    at: dt.datetime
    any_views: bool = True
    exact: bool = True
    reason: str = ""
    given_from: dt.date = MIN_DATE
    refused: str = ""

    def is_old(self, now: dt.datetime) -> bool:
        """Whether to search again, if it matters."""
        return abs(now - self.at) >= (TRY_EVERY if self.reason else LOOK_EVERY)


@dataclass(frozen=True)
class First:
    """The first day with views, None if there is none; the rest as in `SearchResult`."""

    day: dt.date | None
    given_from: dt.date = MIN_DATE
    refused: str = ""


class Beginning:
    """The beginning of one scope, stored in its folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "beginning.json"
        self._kept = Reread(self._file, _read)

    def last(self) -> SearchResult | None:
        """The last search; None if there was none, or what was stored is unreadable."""
        try:
            return self._kept.get()
        except OSError:
            return None

    @property
    def asked_from(self) -> dt.date:
        """Days before this one are not requested."""
        look = self.last()
        return look.day if look else LONG_AGO

    @property
    def empty(self) -> tuple[dt.date, dt.date]:
        """The half-open range of days known to have no views."""
        look = self.last()
        known = look and not look.reason
        return (look.given_from, look.day) if look and known else (MIN_DATE, LONG_AGO)

    def sure_from(self, missing: Sequence[dt.date], now: dt.datetime) -> dt.date:
        """From when on days may be fetched before a new search for the beginning.

        `missing` are the wanted days, newest first, that are older than all stored views.
        """
        look = self.last()
        if look is None:
            return missing[0] if len(missing) > MAX_UNSEARCHED_DAYS else LONG_AGO
        matters = bool(missing) and missing[-1] < look.day
        return look.day if matters and look.is_old(now) else LONG_AGO

    def look(
        self, count: Count, before: dt.date, now: dt.datetime, wanted: dt.date = LONG_AGO
    ) -> SearchResult:
        """Search for the first view, and store the result if it is exact.

        `before` is the day of the first stored view, or tomorrow. If there are views up to the
        oldest `wanted` day, one request is enough. Raises ApiError, which is stored too: `last`
        then says where fetching starts.
        """
        last, today = self.last(), now.date()
        known = last if last and not last.reason else None
        before = max(LONG_AGO, min(before, known.day)) if known else before
        high, end = min(before, today), min(before + ONE_DAY, today)  # the future may be refused
        try:
            low = LONG_AGO
            if LONG_AGO < wanted < high:
                with contextlib.suppress(*_REFUSED):  # `first_day` handles that
                    if count(LONG_AGO, wanted + ONE_DAY):
                        return SearchResult(wanted, now, exact=False)
                    low = wanted + ONE_DAY
            first = first_day(count, low, high, end)
            any_views = bool(first.day or before <= today or count(today, today + ONE_DAY))
        except ApiError as error:
            if known:
                self._keep(replace(known, at=now))
            else:
                self._keep(
                    SearchResult(now.date() - FALLBACK_DAYS, now, reason=short(clean(str(error))))
                )
            raise
        found = first.day or high
        return self._keep(
            SearchResult(found, now, any_views, given_from=first.given_from, refused=first.refused)
        )

    def _keep(self, look: SearchResult) -> SearchResult:
        # Losing it costs only a few requests.
        with contextlib.suppress(OSError):
            make_folder(self._file.parent)
            with replacing(self._file) as temporary:
                temporary.write_text(json.dumps(asdict(look), default=str), "utf-8")
        return look


def first_day(count: Count, low: dt.date, high: dt.date, end: dt.date | None = None) -> First:
    """The first day with views, from `low` up to, not including, `high`.

    If the server does not count long ranges, they are counted a few weeks at a time, back to where
    it refuses those too. Whether it does is checked against the days before `end`. Raises ApiError.
    """
    end, refused = end or high, None
    try:
        day = _first_of(count, low, high)
        if (day and low == LONG_AGO) or _counts_all(count, LONG_AGO, end):
            return First(day)
    except _REFUSED as error:
        refused = error
    refused = refused or RequestError("long ranges of days are not counted whole.")
    for part in PARTS:
        with contextlib.suppress(*_REFUSED):
            if _counts_all(count, end - part, end):
                return _first_by_parts(
                    count, max(LONG_AGO, high - FALLBACK_DAYS), high, part, refused
                )
    raise refused


def _counts_all(count: Count, start: dt.date, end: dt.date) -> bool:
    """Whether a range has the views of its newest weeks and days: some servers truncate it."""
    whole = count(start, end)
    if whole and start == LONG_AGO:
        return True
    if not whole and any(count(end - part, end) for part in PARTS if end - part > start):
        return False
    newest = [end - n * ONE_DAY for n in range(1, 8)]
    return whole >= sum(count(day, day + ONE_DAY) for day in newest)


def _first_by_parts(
    count: Count, low: dt.date, high: dt.date, part: dt.timedelta, refused: ApiError
) -> First:
    """As `first_day`, in parts from the newest back, after a longer range was `refused`.

    Raises the refusal of the newest part.
    """
    found, end = None, high
    while end > low:
        start = max(low, end - part)
        try:
            any_views = count(start, end)
        except _REFUSED as error:
            if end == high:
                raise
            start, refused = _answered_from(count, start, min(end + _MARGIN, high)), error
            any_views, low = start < end and count(start, end), start
        found, end = (start, end) if any_views else found, start
    return First(_first_of(count, *found) if found else None, low, short(clean(str(refused))))


def _answered_from(count: Count, low: dt.date, high: dt.date) -> dt.date:
    """The first day that can be fetched; `high` if there is none before it."""
    while low < high:
        middle = low + (high - low) // 2
        try:
            count(middle - _MARGIN, middle + ONE_DAY)
            high = middle
        except _REFUSED:
            low = middle + ONE_DAY
    return high


def _first_of(count: Count, low: dt.date, high: dt.date) -> dt.date | None:
    if high <= low or not count(low, high):
        return None
    while high - low > ONE_DAY:  # invariant: the first view is in [low, high)
        middle = low + (high - low) // 2
        low, high = (low, middle) if count(low, middle) else (middle, high)
    return low


def _read(raw: bytes) -> SearchResult | None:
    try:
        kept = json.loads(raw)
        at = dt.datetime.fromisoformat(kept["at"])
        if at.tzinfo is None:
            return None
        day = max(LONG_AGO, dt.date.fromisoformat(kept["day"]))
        reason, refused = (short(clean(str(kept.get(name, "")))) for name in ("reason", "refused"))
        given_from = dt.date.fromisoformat(kept.get("given_from", str(MIN_DATE)))
        return SearchResult(
            day,
            at,
            any_views=kept["any_views"] is True,
            reason=reason,
            given_from=given_from,
            refused=refused,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
