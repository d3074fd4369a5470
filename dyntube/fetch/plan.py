"""Which days to fetch and which to audit. Pure: the clock is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from statistics import median

from ..archive.dayfile import DayInfo

SETTLES_AFTER = dt.timedelta(hours=72)  # running views and late records arrive until then
WHOLE_EVERY = dt.timedelta(hours=1)  # how often an unfinished day is fetched in full
NEWEST_OVERLAP = dt.timedelta(hours=1)  # views that began this long ago may still be playing
FAR_AHEAD = dt.timedelta(hours=1)  # if our clock is further ahead, the server's time counts
CLOCKS_DIFFER = dt.timedelta(minutes=2)  # smaller differences are ignored
AUDIT_EVERY = dt.timedelta(days=30)
AUDITS_PER_RUN = 20
FAR_BELOW = 0.2  # of a weekday's usual views; a day below it is fetched once more
USUAL_FROM = 50  # views; smaller days differ too much
AROUND = dt.timedelta(weeks=4)


def plan(
    days: Iterable[dt.date],
    stored: Mapping[dt.date, DayInfo],
    *,
    now: dt.datetime,
    refresh: dt.timedelta,
    api_zone: str = "UTC",
    again: bool = False,
) -> list[dt.date]:
    """Which of these UTC days to fetch, newest first.

    Those missing; those whose dates were read in another time zone than `api_zone`; those unsettled
    or unverified that were fetched longer ago than `refresh`; and those fetched by a fast clock.
    With `again`, all of them. Days after `now` are never requested.
    """

    def due(day: dt.date) -> bool:
        info = stored.get(day)
        if info is None or again:
            return day <= now.date()
        if info.api_zone not in ("", api_zone):
            return True
        if info.fetched_at > now + CLOCKS_DIFFER:  # by a fast clock
            return day <= now.date()
        return not info.final and now - info.fetched_at >= refresh

    return sorted(filter(due, set(days)), reverse=True)


def newest_part(info: DayInfo, now: dt.datetime, page_size: int) -> dt.datetime | None:
    """From when on to refetch a stored day; None for all of it.

    A part costs an extra count, so it pays only for a day of many pages, and it is trusted only if
    the rest raised no doubts.
    """
    plain = info.verified and not info.rejected and info.newest is not None
    whole_at = info.whole_at or info.fetched_at
    if not plain or info.rows <= 2 * page_size or now - whole_at >= WHOLE_EVERY:
        return None
    assert info.newest is not None
    since = (info.newest - NEWEST_OVERLAP).replace(microsecond=0)
    return since if since.date() == info.day else None


def usual_rows(day: dt.date, stored: Mapping[dt.date, int], least: int = USUAL_FROM) -> float:
    """The median of the `stored` views on the same weekday; 0 if below `least`, too little to say
    what is usual.
    """
    like = [n for other, n in stored.items() if other != day and (other - day).days % 7 == 0]
    usual = median(like) if like else 0
    return usual if usual >= least else 0


def audits(
    stored: Mapping[dt.date, DayInfo],
    audited: Mapping[dt.date, dt.datetime],
    *,
    now: dt.datetime,
) -> list[dt.date]:
    """Which settled days to audit in this run: those audited longest ago."""
    looked_at = {
        day: max(info.fetched_at, audited.get(day, info.fetched_at))
        for day, info in stored.items()
        if info.final
    }
    due = [day for day, at in looked_at.items() if now - at >= AUDIT_EVERY]
    return sorted(due, key=lambda day: (looked_at[day], day))[:AUDITS_PER_RUN]
