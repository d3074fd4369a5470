"""Which days are fetched, which part of them, and which are counted again."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from dyntube.archive.dayfile import DayInfo
from dyntube.fetch.plan import (
    AUDIT_EVERY,
    AUDITS_PER_RUN,
    NEWEST_OVERLAP,
    WHOLE_EVERY,
    audits,
    newest_part,
    plan,
)

from ..conftest import NOON
from ..syncing import ONE_DAY, TODAY

MINUTE = dt.timedelta(minutes=1)
SIZE = 100
BUSY = DayInfo(
    day=TODAY,
    rows=5_000,
    api_total=5_000,
    verified=True,
    settled=False,
    fetched_at=NOON - 10 * MINUTE,
    until=NOON - 10 * MINUTE,
    newest=NOON - 11 * MINUTE,
    whole_at=NOON - 20 * MINUTE,
)


def settled(day: dt.date, fetched: dt.datetime, **known: object) -> DayInfo:
    info = dataclasses.replace(BUSY, day=day, settled=True, fetched_at=fetched)
    return dataclasses.replace(info, **known)  # type: ignore[arg-type]


def test_the_newest_part_of_a_busy_day_begins_an_hour_before_its_newest_view() -> None:
    assert newest_part(BUSY, NOON, SIZE) == NOON - 11 * MINUTE - NEWEST_OVERLAP


def test_the_newest_part_begins_on_a_whole_second() -> None:
    newest = NOON - 11 * MINUTE + dt.timedelta(microseconds=999_999)
    busy = dataclasses.replace(BUSY, newest=newest)
    assert newest_part(busy, NOON, SIZE) == NOON - 11 * MINUTE - NEWEST_OVERLAP


@pytest.mark.parametrize(
    "known",
    [
        {"verified": False},
        {"rejected": 1},
        {"newest": None},
        {"rows": 2 * SIZE},
        {"rows": 0},
        {"whole_at": NOON - WHOLE_EVERY},
        {"whole_at": None, "fetched_at": NOON - WHOLE_EVERY},
        {"newest": dt.datetime(2026, 11, 20, 0, 59, 59, tzinfo=dt.UTC)},  # there is no rest of it
    ],
)
def test_a_small_or_doubtful_day_is_fetched_whole(known: dict[str, object]) -> None:
    assert newest_part(dataclasses.replace(BUSY, **known), NOON, SIZE) is None  # type: ignore[arg-type]


def test_yesterday_has_a_newest_part_too() -> None:
    newest = NOON - ONE_DAY
    yesterday = dataclasses.replace(BUSY, day=newest.date(), newest=newest)
    assert newest_part(yesterday, NOON, SIZE) == newest - NEWEST_OVERLAP


def test_days_are_asked_for_once_however_often_they_are_named() -> None:
    assert plan([TODAY, TODAY], {}, now=NOON, refresh=MINUTE) == [TODAY]


def test_days_settled_long_ago_are_audited_and_others_not() -> None:
    days = [TODAY - n * ONE_DAY for n in range(100, 105)]
    long_ago, lately = NOON - AUDIT_EVERY, NOON - AUDIT_EVERY + MINUTE
    stored = {
        days[0]: settled(days[0], long_ago),
        days[1]: settled(days[1], lately),
        days[2]: settled(days[2], long_ago, verified=False),
        days[3]: settled(days[3], long_ago, settled=False),
        days[4]: settled(days[4], NOON - 3 * AUDIT_EVERY),
    }
    assert audits(stored, {}, now=NOON) == [days[4], days[0]]
    assert audits(stored, {days[4]: lately}, now=NOON) == [days[0]]
    assert audits(stored, {days[4]: long_ago, days[1]: NOON}, now=NOON) == [days[4], days[0]]


def test_a_day_fetched_since_its_last_audit_was_looked_at_then() -> None:
    day = TODAY - 100 * ONE_DAY
    stored = {day: settled(day, NOON - MINUTE)}
    assert audits(stored, {day: NOON - 3 * AUDIT_EVERY}, now=NOON) == []


def test_a_day_that_is_no_longer_stored_is_not_audited() -> None:
    assert audits({}, {TODAY: NOON - 3 * AUDIT_EVERY}, now=NOON) == []


def test_no_run_audits_more_than_a_few_and_runs_take_turns() -> None:
    days = [TODAY - n * ONE_DAY for n in range(100, 150)]
    stored = {day: settled(day, NOON - 2 * AUDIT_EVERY) for day in days}
    audited: dict[dt.date, dt.datetime] = {}
    seen: list[dt.date] = []
    now = NOON
    while due := audits(stored, audited, now=now):
        assert len(due) <= AUDITS_PER_RUN
        seen += due
        audited |= dict.fromkeys(due, now)
        now += MINUTE
    assert sorted(seen) == sorted(days)
    assert seen == sorted(days)  # of those looked at equally long ago, the oldest day first
    assert audits(stored, audited, now=now + AUDIT_EVERY)[:1] == seen[:1]
