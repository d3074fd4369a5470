"""Every metric and dimension against plain Python over the raw JSON of the same views."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
import requests

from dyntube.archive.archive import Archive
from dyntube.engine.duckdb_backend import open_engine
from dyntube.errors import QueryError
from dyntube.fetch.sync import Syncer
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query

from .. import plain
from ..conftest import record

ALL = tuple(name for name in METRICS if name != "new_viewers")
ONE_DAY = dt.timedelta(days=1)

# A zone, and three local days: ordinary half-hour zones, and both clock changes.
WINDOWS = [
    ("UTC", dt.date(2026, 11, 10)),
    ("Asia/Kolkata", dt.date(2026, 11, 10)),
    ("Asia/Kathmandu", dt.date(2026, 11, 10)),
    ("America/St_Johns", dt.date(2026, 11, 1)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
]


def fetch(url: str, start: dt.date, end: dt.date) -> list[plain.Record]:
    """The raw views from one midnight UTC to another, as the vendor's sample would get them."""
    records, page, pages = [], 1, 1
    while page <= pages:
        asked = {"from": str(start), "to": str(end), "page": page, "size": 1000}
        answer = requests.post(f"{url}/v1/logs/data", json=asked, timeout=60).json()
        records += answer["views"]
        pages, page = answer["pager"]["pages"], page + 1
    return records


def assert_same(found: dict[str, float], expected: dict[str, float]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-12, nan_ok=True), name


@pytest.mark.parametrize(("zone", "middle"), WINDOWS)
def test_metrics_over_time_agree_with_plain_python_in_every_zone(
    zone: str, middle: dt.date, stand_in: str, syncer: Syncer, archive: Archive
) -> None:
    period = Period(middle - ONE_DAY, middle + ONE_DAY)
    syncer.sync(period.utc_days(zone))
    raw = fetch(stand_in, middle - 3 * ONE_DAY, middle + 4 * ONE_DAY)
    records = plain.within(raw, period.start, period.end, zone)
    engine = open_engine(archive)

    def found(*by: str) -> dict[Any, dict[str, float]]:
        rows = engine.answer(Query(ALL, period, zone, by, access=EVERYTHING))
        return {row[by[0]]: {name: row[name] for name in ALL} for row in rows.to_dict("records")}

    total = engine.answer(Query(ALL, period, zone, access=EVERYTHING)).to_dict("records")[0]
    assert_same(total, plain.metrics(records))
    clock: dict[str, Callable[[plain.Record], Any]] = {
        "day": lambda view: dt.datetime.combine(plain.local(view, zone).date(), dt.time()),
        "hour_of_day": lambda view: plain.local(view, zone).hour,
        "weekday": lambda view: plain.local(view, zone).isoweekday(),
    }
    for name, key in clock.items():
        expected, rows = plain.grouped(records, key), found(name)
        assert rows.keys() == expected.keys(), name
        for bucket, values in expected.items():
            assert_same(rows[bucket], values)
    # An hour that comes twice when clocks go back is two hours.
    hours = plain.grouped(
        records, lambda view: (plain.local(view, zone).utcoffset(), hour(view, zone))
    )
    expected = {name - offset: values for (offset, name), values in hours.items()}
    for (_, values), row in zip(sorted(expected.items()), found("hour").values(), strict=True):
        assert_same(row, values)


def hour(view: plain.Record, zone: str) -> dt.datetime:
    return plain.local(view, zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)


def test_every_dimension_agrees_with_plain_python_on_a_day(
    stand_in: str, syncer: Syncer, archive: Archive
) -> None:
    day = dt.date(2026, 11, 15)
    syncer.sync([day])
    records, engine = fetch(stand_in, day, day + ONE_DAY), open_engine(archive)
    assert plain.DIMENSIONS.keys() == DIMENSIONS.keys()
    for name, value in plain.DIMENSIONS.items():
        expected = plain.grouped(records, lambda view, value=value: value(view, "UTC"))
        rows = engine.answer(Query(ALL, Period(day, day), by=(name,), access=EVERYTHING)).to_dict(
            "records"
        )
        assert {row[name] for row in rows} == set(expected), name
        for row in rows:
            assert_same({metric: row[metric] for metric in ALL}, expected[row[name]])
        some = sorted(expected)[:2]
        texts = tuple(plain.written(value) for value in some)
        query = Query(ALL, Period(day, day), filters=(Filter(name, texts),), access=EVERYTHING)
        kept = [view for view in records if value(view, "UTC") in some]
        assert_same(engine.answer(query).to_dict("records")[0], plain.metrics(kept))


def test_metrics_of_the_vendors_samples_agree_with_plain_python(
    vendor_pages: list[dict[str, Any]], store: Callable[..., Any], archive: Archive
) -> None:
    for page in vendor_pages:
        records = page["views"]
        day = plain.local(records[0], "UTC").date()
        store(day, records)
        found = open_engine(archive).answer(Query(ALL, Period(day, day), access=EVERYTHING))
        assert_same(found.to_dict("records")[0], plain.metrics(records))


def test_without_views_counts_are_0_and_rates_are_nothing(archive: Archive) -> None:
    day = dt.date(2026, 1, 1)
    found = (
        open_engine(archive)
        .answer(Query(tuple(METRICS), Period(day, day), access=EVERYTHING))
        .iloc[0]
    )
    for name, metric in METRICS.items():
        if metric.format in ("number", "hours"):
            assert found[name] == 0, name
        else:
            assert math.isnan(found[name]), name


def test_a_watched_share_counts_at_most_its_videos_length(
    store: Callable[..., Any], archive: Archive
) -> None:
    day = dt.date(2026, 5, 1)
    store(
        day,
        [
            record("a", "2026-05-01T10:00:00Z", duration=100, watchTime=250),
            record("b", "2026-05-01T10:00:00Z", duration=300, watchTime=None),
            record("c", "2026-05-01T10:00:00Z", duration=0, watchTime=40),
            record("d", "2026-05-01T10:00:00Z", duration=100, watchTime=90, started=False),
            record("e", "2026-05-01T10:00:00Z", duration=300, watchTime=0),
        ],
    )
    names = ("average_percent_watched", "watch_time")
    found = open_engine(archive).answer(Query(names, Period(day, day), access=EVERYTHING)).iloc[0]
    assert found["average_percent_watched"] == pytest.approx(100 / 400)
    assert found["watch_time"] == 380


def test_a_viewer_is_new_only_in_the_first_view_of_the_stored_history(
    store: Callable[..., Any], archive: Archive
) -> None:
    days = [dt.date(2026, 5, 1), dt.date(2026, 5, 2), dt.date(2026, 5, 3)]
    store(days[0], [record("a", "2026-05-01T10:00:00Z", viewerId="ann")])
    store(
        days[1],
        [
            record("b", "2026-05-02T10:00:00Z", viewerId="ann"),
            record("c", "2026-05-02T11:00:00Z", viewerId="bob"),
            record("d", "2026-05-02T12:00:00Z", viewerId="bob", projectKey="project-b"),
        ],
    )
    store(days[2], [record("e", "2026-05-03T10:00:00Z", viewerId="bob")])
    engine = open_engine(archive)

    def new(start: dt.date, end: dt.date, *by: str) -> list[int]:
        answer = engine.answer(
            Query(("new_viewers",), Period(start, end), by=by, access=EVERYTHING)
        )
        return answer["new_viewers"].tolist()

    assert new(days[0], days[2]) == [2]
    assert new(days[1], days[2]) == [1]
    assert new(days[0], days[2], "day") == [1, 1, 0]
    assert new(days[1], days[1], "project") == [1, 0]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    day = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    with pytest.raises(QueryError, match="completion_rate"):
        Query(("completionrate",), day, access=EVERYTHING)
    with pytest.raises(QueryError, match="embed_domain"):
        Query(("views",), day, by=("domain",), access=EVERYTHING)
    with pytest.raises(QueryError, match="device_type"):
        Query(("views",), day, filters=(Filter("device", ("TV",)),), access=EVERYTHING)
    with pytest.raises(QueryError, match="watch_time"):
        Query(("views",), day, order_by="watchtime", access=EVERYTHING)


def test_a_period_that_is_cut_counts_its_last_day_only_until_then(
    store: Callable[..., Any], archive: Archive
) -> None:
    day = dt.date(2026, 5, 1)
    store(day, [record(f"v{n}", f"2026-05-01T10:{n:02}:30Z") for n in (0, 7, 8, 59)])
    cut = Period(day, day, until=dt.time(12, 8))  # 10:08 UTC, in the middle of a quarter-hour
    found = open_engine(archive).answer(Query(("views",), cut, "Europe/Berlin", access=EVERYTHING))
    assert found["views"].tolist() == [2]
