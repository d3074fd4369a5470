"""Where one value of a dimension ends and the next begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from dyntube.archive.archive import Archive
from dyntube.engine.duckdb_backend import open_engine
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS, HIERARCHIES, LENGTHS, UNKNOWN
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query

from ..conftest import record

DAY = dt.date(2026, 5, 1)
PERIOD = Period(DAY, DAY)
Called = Callable[..., list[Any]]


@pytest.fixture
def called(store: Callable[..., Any], archive: Archive) -> Called:
    """Store views with these fields, and say what each is called in a dimension."""

    def of(dimension: str, *fields: dict[str, Any], zone: str = "UTC") -> list[Any]:
        videos, at = [f"video-{n:02}" for n in range(len(fields))], f"{DAY}T12:00:00Z"
        known = [record(video, at, videoKey=video) for video in videos]
        store(DAY, [view | some for view, some in zip(known, fields, strict=True)])
        answer = open_engine(archive).answer(
            Query(("views",), PERIOD, zone, ("video", dimension), access=EVERYTHING)
        )
        assert answer["video"].tolist() == videos
        return answer[dimension].tolist()

    return of


def test_lengths_are_bands_of_which_each_begins_where_the_last_ends(called: Called) -> None:
    seconds = [0.001, 29.999, 30, 59.999, 60, 119, 120, 299, 300, 599, 600, 1799, 1800, 604_800]
    expected = [name for name in LENGTHS for _ in range(2)]

    assert called("length", *({"duration": n} for n in seconds)) == expected


def test_a_length_that_cannot_be_is_unknown(called: Called) -> None:
    fields = [{"duration": n} for n in (None, 0, -1, -1e300, 604_800.001, 1e300)]

    assert called("length", *fields) == [UNKNOWN] * 6


def test_the_length_does_not_depend_on_playing(called: Called) -> None:
    fields = [{"duration": 100, "started": started} for started in (True, False, None)]

    assert called("length", *fields) == ["1 to 2 min"] * 3


@pytest.mark.parametrize(
    ("watched", "percent"),
    [(0, 0), (None, -1), (0.99, 0), (1, 1), (49.999, 49), (50, 50), (99.999, 99), (100, 100)],
)
def test_a_share_watched_is_whole_percents_that_are_full(
    called: Called, watched: float | None, percent: int
) -> None:
    assert called("watched_percent", {"watchTime": watched, "duration": 100}) == [percent]


@pytest.mark.parametrize(
    ("fields", "percent"),
    [
        ({"watchTime": 250, "duration": 100}, 100),
        ({"watchTime": 604_800, "duration": 1e-300}, 100),
        ({"watchTime": 302_400, "duration": 604_800}, 50),
        ({"watchTime": 604_801, "duration": 100}, -1),
        ({"watchTime": 50, "duration": 604_801}, -1),
        ({"watchTime": 1e300, "duration": 100}, -1),
        ({"watchTime": -5, "duration": 100}, -1),
        ({"duration": 0}, -1),
        ({"duration": None}, -1),
        ({"started": False}, -1),
        ({"started": None}, -1),
    ],
)
def test_a_share_watched_is_from_0_to_100_or_none(
    called: Called, fields: dict[str, Any], percent: int
) -> None:
    assert called("watched_percent", fields) == [percent]


def test_minutes_are_of_the_moment_and_shown_in_the_zone(called: Called) -> None:
    times = ("09:59:59.999999Z", "10:00:00Z", "10:00:59.999Z", "10:01:00Z", "12:00:30+02:00")
    found = called("minute", *({"date": f"{DAY}T{time}"} for time in times), zone="Asia/Kathmandu")

    assert [f"{moment:%H:%M:%S %z}" for moment in found] == [
        "15:44:00 +0545",
        "15:45:00 +0545",
        "15:45:00 +0545",
        "15:46:00 +0545",
        "15:45:00 +0545",
    ]


def test_watching_ends_when_it_began_and_the_time_watched_later(called: Called) -> None:
    watched = [None, 0, 0.5, 59.999, 60, 3600.25, -10]
    found = called("watched_until", *({"watchTime": n} for n in watched))

    assert [f"{moment:%H:%M:%S}" for moment in found] == [
        *("12:00:00", "12:00:00", "12:00:00", "12:00:00", "12:01:00", "13:00:00", "12:00:00")
    ]


@pytest.mark.parametrize("seconds", [1e12, 1e19, 1.7e308, -1.7e308])
@pytest.mark.parametrize("dimension", ["watched_until", "watched_percent", "length", "minute"])
def test_a_time_watched_that_cannot_be_breaks_no_answer(
    called: Called, dimension: str, seconds: float
) -> None:
    [usual, odd] = called(dimension, {}, {"watchTime": seconds})

    assert not pd.isna(odd)
    assert usual == called(dimension, {})[0]


def test_versions_are_told_apart_within_their_family(called: Called) -> None:
    machines = [
        {"family": "Firefox", "major": 120},
        {"family": "Firefox"},
        {"family": "Safari", "major": 0},
        {"major": 7},
        {},
        None,
    ]
    expected = ["Firefox 120", "Firefox", "Safari 0", UNKNOWN, UNKNOWN, UNKNOWN]

    assert called("browser_version", *({"browser": machine} for machine in machines)) == expected
    assert called("os_version", *({"os": machine} for machine in machines)) == expected


@pytest.mark.parametrize("name", ["minute", "watched_until"])
def test_moments_are_filtered_by_as_texts_in_utc(
    name: str, store: Callable[..., Any], archive: Archive
) -> None:
    store(DAY, [record(f"{n}", f"{DAY}T12:0{n}:30Z", watchTime=0) for n in range(5)])
    filters = (Filter(name, (f"{DAY} 12:03:00", f"{DAY} 12:04:00")),)
    query = Query(("views",), PERIOD, "Europe/Berlin", filters=filters, access=EVERYTHING)

    assert open_engine(archive).answer(query)["views"].tolist() == [2]


def test_hierarchies_are_made_of_dimensions_that_stand_in_only_one() -> None:
    names = [name for hierarchy in HIERARCHIES.values() for name in hierarchy]

    assert len(names) == len(set(names))
    assert all(DIMENSIONS[name].kind == "text" for name in names)


@pytest.mark.parametrize(
    ("name", "several"),
    [
        ("video", "videos"),
        ("country", "countries"),
        ("city", "cities"),
        ("campaign_medium", "campaign media"),
        ("embed_page", None),
    ],
)
def test_several_values_have_a_noun(name: str, several: str | None) -> None:
    found = DIMENSIONS[name]

    assert found.plural == (several or f"{found.label.lower()}s")
