"""Sixty minutes of the clock, and what is known of them: against plain Python over raw records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.archive.archive import Archive
from dyntube.archive.coverage import coverage
from dyntube.archive.dayfile import DayInfo
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.query.access import EVERYTHING
from dyntube.query.query import Query
from dyntube.report.last_hour import ACTIVE_MINUTES, MINUTES, Hour, fetched_until, freshness, since

from .. import plain
from ..conftest import record
from ..plain import Record

UTC = dt.UTC
DAY = dt.date(2026, 11, 19)
MINUTE = dt.timedelta(minutes=1)
METRICS = ("views", "plays", "viewers", "watch_time")
ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati"]
AUTUMN = dt.datetime(2026, 10, 25, tzinfo=UTC)  # clocks in Berlin go back at 1:00
SPRING = dt.datetime(2026, 3, 29, tzinfo=UTC)  # and forward at 1:00


def hour(end: dt.datetime, zone: str = "UTC") -> Hour:
    return Hour(end.astimezone(ZoneInfo(zone)))


def at(time: str, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{time}+00:00")


moments = st.timedeltas(dt.timedelta(0), dt.timedelta(days=1000)).map(
    lambda after: dt.datetime(2025, 1, 1, tzinfo=UTC) + after
)


@given(moments, st.sampled_from([*ZONES, "Europe/Berlin", "Australia/Lord_Howe"]))
def test_an_hour_is_sixty_minutes_in_a_row_whatever_the_clocks_do(
    end: dt.datetime, zone: str
) -> None:
    found = hour(end, zone)
    starts = found.starts
    assert len(starts) == len(set(starts)) == len(set(found.filter.values)) == MINUTES
    assert starts[-1] == pd.Timestamp(end).floor("min")
    assert starts[0] + 59 * MINUTE == starts[-1]
    begin, until = found.period.bounds(zone)
    assert begin <= starts[0]
    assert until == end
    assert {start.date() for start in starts} <= {found.period.start, found.period.end}
    assert found.before.end == end - 60 * MINUTE


@given(moments, st.sampled_from(["Europe/Berlin", "Asia/Kolkata"]))
def test_a_week_ago_is_the_same_time_on_the_clock(end: dt.datetime, zone: str) -> None:
    now, then = (h.end.replace(tzinfo=None) for h in (hour(end, zone), hour(end, zone).week_ago))
    skipped = then - now == dt.timedelta(days=-7, hours=1)  # the clocks went forward over it
    assert skipped or then - now == dt.timedelta(days=-7)


def test_an_hour_over_midnight_has_two_local_days() -> None:
    night = hour(at("18:59:30"), "Asia/Kolkata")  # 0:29:30 there
    assert (night.period.start, night.period.end) == (DAY, DAY + dt.timedelta(days=1))
    assert f"{night.starts[0]:%H:%M} {night.starts[-1]:%H:%M}" == "23:30 00:29"
    assert hour(at("18:59:30")).period.days == 1


@pytest.mark.parametrize(("utc", "clock"), [("00:59:59", "02:59"), ("01:00:10", "02:00")])
def test_of_two_hours_with_one_name_the_right_one_is_meant(utc: str, clock: str) -> None:
    found = hour(at(utc, AUTUMN.date()), "Europe/Berlin")
    assert f"{found.end:%H:%M}" == clock
    assert found.period.bounds("Europe/Berlin")[1] == found.end.astimezone(UTC)
    assert found.before.end.astimezone(UTC) == at(utc, AUTUMN.date()) - 60 * MINUTE


def test_a_time_that_the_clocks_skipped_a_week_ago_is_the_one_they_showed() -> None:
    end = at("00:30:00", SPRING.date() + dt.timedelta(days=7))  # 2:30 in Berlin
    assert f"{hour(end, 'Europe/Berlin').week_ago.end:%d %H:%M}" == "29 03:30"


VIEWS: list[Record] = [
    record("a", "2026-11-19T17:29:59Z"),
    record("b", "2026-11-19T17:30:00Z", watchTime=3500),
    record("c", "2026-11-19T18:00:10Z", watchTime=0, started=False),
    record("d", "2026-11-19T18:10:00Z", watchTime=1035),
    record("e", "2026-11-19T18:24:00Z", watchTime=60, viewerId="viewer-d"),
    record("f", "2026-11-19T18:25:00Z", watchTime=0),
    record("g", "2026-11-19T18:29:20Z", watchTime=20, viewerId="viewer-d"),
    record("h", "2026-11-19T18:29:45Z", watchTime=500),
    record("i", "2026-11-19T14:40:00Z", watchTime=14000),
    record("j", "2026-11-19T18:30:01Z"),
]


@pytest.fixture
def engine(archive: Archive, store: Callable[..., DayInfo]) -> Engine:
    store(DAY, VIEWS)
    return open_engine(archive)


def within(start: dt.datetime, end: dt.datetime) -> list[Record]:
    return [view for view in VIEWS if start <= plain.local(view, "UTC") < end]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["18:29:30", "18:29:59.999999", "18:30:00", "18:30:01.5", "23:59"])
def test_the_numbers_of_an_hour_are_those_of_its_views(
    engine: Engine, zone: str, time: str
) -> None:
    end = at(time)
    found = hour(end, zone)
    begin = end.replace(second=0, microsecond=0) - (MINUTES - 1) * MINUTE
    expected = plain.metrics(within(begin, end))
    filters = (found.filter,)
    row = engine.answer(Query(METRICS, found.period, zone, (), filters, access=EVERYTHING)).iloc[0]
    assert row.to_dict() == {name: expected[name] for name in METRICS}
    minutes = engine.answer(
        Query(("views",), found.period, zone, ("minute",), filters, access=EVERYTHING)
    )
    assert set(minutes["minute"]) <= set(found.starts)
    assert minutes["views"].sum() == expected["views"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["18:26:00", "18:29:30", "18:30:00", "19:10:00"])
def test_active_is_whose_view_reached_into_the_last_minutes(
    engine: Engine, zone: str, time: str
) -> None:
    end = at(time)
    since = end.replace(second=0, microsecond=0) - (ACTIVE_MINUTES - 1) * MINUTE
    watched = [
        view
        for view in within(at("00:00"), end)
        if plain.local(view, "UTC") + dt.timedelta(seconds=view["watchTime"]) >= since
    ]
    period, until = hour(end, zone).active
    row = engine.answer(Query(("viewers",), period, zone, (), (until,), access=EVERYTHING)).iloc[0]
    assert row["viewers"] == len({plain.viewer(view) for view in watched})


def test_who_began_before_midnight_and_still_watches_is_active(
    archive: Archive, store: Callable[..., DayInfo]
) -> None:
    store(DAY, [record("a", f"{DAY}T23:30:00Z", watchTime=6000)])
    period, until = hour(at("01:10:00", DAY + dt.timedelta(days=1))).active
    row = (
        open_engine(archive)
        .answer(Query(("viewers",), period, "UTC", (), (until,), access=EVERYTHING))
        .iloc[0]
    )
    assert row["viewers"] == 1


def known(until: dict[dt.date, dt.datetime]) -> dt.datetime | None:
    days = {
        day: [DayInfo(day, 1, 1, True, False, moment, moment, moment)]
        for day, moment in until.items()
    }
    return fetched_until(coverage(days, 1))


def test_views_are_known_up_to_the_last_fetch_of_the_newest_day() -> None:
    before, midnight = DAY - dt.timedelta(days=1), at("00:00")
    assert known({}) is None
    assert known({DAY: at("14:32")}) == at("14:32")
    assert known({DAY: at("00:32")}) == at("00:32")
    assert known({before: midnight, DAY: at("14:32")}) == at("14:32")
    assert known({before: midnight, DAY: at("00:10")}) == at("00:10")


def test_a_day_that_was_fetched_last_before_its_end_leaves_a_gap() -> None:
    before = DAY - dt.timedelta(days=1)
    last = at("23:40", before)
    assert known({before: last, DAY: at("00:10")}) == last
    assert known({before: last, DAY: at("01:10")}) == at("01:10")  # an hour that has no gap in it
    assert known({before: last}) == last


@pytest.mark.parametrize(
    ("newest", "checked", "external", "text"),
    [
        (at("14:32:50"), at("14:32:40"), False, "Views up to 14:32, checked 20 s ago"),
        (at("14:31:50"), at("14:30:59"), False, "Views up to 14:31, checked 2 min ago"),
        (at("14:31:50"), at("14:32:00.5"), False, "Views up to 14:31, checked 1 min ago"),
        (at("14:21:50"), at("14:32:40"), True, "Views up to 14:21, 11 min ago"),
        (
            at("23:50", DAY - dt.timedelta(days=1)),
            at("14:32:40"),
            False,
            "Views up to 18 Nov 2026, 23:50, checked 20 s ago",
        ),
        (None, at("14:33:00"), False, "No views yet, checked 0 s ago"),
        (at("14:32:50"), at("14:33:05"), False, "Views up to 14:32, checked 0 s ago"),
    ],
)
def test_it_is_said_up_to_when_there_are_views(
    newest: dt.datetime | None, checked: dt.datetime, external: bool, text: str
) -> None:
    assert freshness(at("14:33:00"), newest, checked, external) == text


def test_an_age_is_right_while_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    then, now = (at(time, AUTUMN.date()).astimezone(berlin) for time in ("00:55", "01:05"))
    assert now < then  # as the clocks show it
    assert since(then, now) == 10 * MINUTE
    assert freshness(now, then, then, True) == "Views up to 02:55, 10 min ago"
