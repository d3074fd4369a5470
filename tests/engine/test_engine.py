"""Answers when files change under the engine, and what it need not ask twice."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.engine import duckdb_backend
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.errors import QueryError
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query

from ..conftest import record

DAYS = [dt.date(2026, 5, 1) + dt.timedelta(days=n) for n in range(3)]
PERIOD = Period(DAYS[0], DAYS[-1])
Store = Callable[..., DayInfo]


def fill(store: Store) -> None:
    for day in DAYS:
        views = [record(f"{day}-{n}", f"{day}T10:{n:02}:00Z", watchTime=n) for n in range(50)]
        store(day, views)


def count(engine: Engine, metric: str) -> int:
    return int(engine.answer(Query(("views", metric), PERIOD, access=EVERYTHING))["views"].iloc[0])


def test_a_day_damaged_since_it_was_checked_is_left_out_and_named(
    store: Store, archive: Archive
) -> None:
    fill(store)
    engine = open_engine(archive)
    assert count(engine, "watch_time") == 150
    path = archive.files(DAYS[1], DAYS[1])[0]
    path.write_bytes(b"PAR1" + bytes(path.stat().st_size - 4))
    assert count(engine, "viewers") == 100
    assert archive.damaged() == [path]


def test_a_day_whose_file_is_gone_is_left_out(store: Store, archive: Archive) -> None:
    fill(store)
    engine = open_engine(archive)
    assert count(engine, "watch_time") == 150
    archive.files(DAYS[0], DAYS[0])[0].unlink()
    assert count(engine, "viewers") == 100


def test_a_question_asked_again_is_answered_from_the_new_file(
    store: Store, archive: Archive
) -> None:
    fill(store)
    engine = open_engine(archive)
    assert count(engine, "watch_time") == 150
    store(DAYS[0], [record("one", f"{DAYS[0]}T10:00:00Z")])
    assert count(engine, "watch_time") == 101


# What rows add up to

METRICS = ("views", "plays", "play_rate", "watch_time", "viewers", "views_per_viewer")


@pytest.mark.parametrize("by", [("video",), ("day",), ("country", "hour_of_day")])
@pytest.mark.parametrize("limit", [None, 1])
def test_the_total_of_a_questions_rows_is_that_of_its_views_and_needs_no_other_scan(
    store: Store,
    archive: Archive,
    by: tuple[str, ...],
    limit: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(store)
    engine = open_engine(archive)
    query = Query(METRICS, PERIOD, by=by, order_by="views", limit=limit, access=EVERYTHING)
    engine.answer(query)

    monkeypatch.setattr(duckdb_backend, "statement", None)  # whoever scans again fails
    monkeypatch.setattr(duckdb_backend, "distinct_values", None)
    total = engine.total(query)

    monkeypatch.undo()
    alone = open_engine(archive).answer(Query(METRICS, PERIOD, access=EVERYTHING))
    pd.testing.assert_frame_equal(total, alone)


def test_a_total_is_of_the_same_views_only(store: Store, archive: Archive) -> None:
    fill(store)
    engine = open_engine(archive)
    engine.answer(
        Query(
            METRICS, PERIOD, by=("video",), filters=(Filter("country", ("DE",)),), access=EVERYTHING
        )
    )
    engine.answer(Query(METRICS, Period(DAYS[0], DAYS[0]), by=("video",), access=EVERYTHING))

    assert engine.answer(Query(METRICS, PERIOD, access=EVERYTHING))["views"].tolist() == [150]


def test_what_is_forgotten_is_looked_up_again(store: Store, archive: Archive) -> None:
    fill(store)
    engine = open_engine(archive)
    before = engine.answer(Query(METRICS, PERIOD, access=EVERYTHING))
    engine.forget()

    assert engine.answer(Query(METRICS, PERIOD, access=EVERYTHING)) is not before


def test_what_is_forgotten_of_parts_is_looked_up_again(
    store: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    engine = open_engine(archive)
    engine.answer(Query(("views",), PERIOD, access=EVERYTHING), WHOLE)
    engine.forget()

    monkeypatch.setattr(duckdb_backend, "statement", None)  # whoever looks fails
    with pytest.raises(TypeError):
        engine.answer(Query(("views",), PERIOD, access=EVERYTHING), WHOLE)


# Parts of one question

WHOLE = Query(
    ("views", "plays", "watch_time"), PERIOD, by=("video", "country", "day"), access=EVERYTHING
)


def test_the_parts_of_a_question_are_answered_from_one_look_at_the_views(
    store: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    engine = open_engine(archive)
    engine.answer(Query(("views",), PERIOD, access=EVERYTHING), WHOLE)

    monkeypatch.setattr(duckdb_backend, "statement", None)  # whoever looks again fails
    by_video = engine.answer(Query(("play_rate",), PERIOD, by=("video",), access=EVERYTHING), WHOLE)
    by_day = engine.answer(Query(("watch_time",), PERIOD, by=("day",), access=EVERYTHING), WHOLE)

    assert by_video["play_rate"].tolist() == [1.0]
    assert by_day["watch_time"].tolist() == [sum(range(50))] * 3


def test_the_total_of_no_rows_is_0(store: Store, archive: Archive) -> None:
    fill(store)
    nowhere = (Filter("country", ("Atlantis",)),)
    part, whole = (
        replace(query, filters=nowhere)
        for query in (Query(METRICS, PERIOD, access=EVERYTHING), WHOLE)
    )
    whole = replace(whole, metrics=part.sum_metrics)

    answer = open_engine(archive).answer(part, whole)

    assert answer[["views", "plays"]].values.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    "other",
    [
        Query(("views",), PERIOD, by=("city",), access=EVERYTHING),
        Query(("completions",), PERIOD, access=EVERYTHING),
        Query(("views",), Period(DAYS[0], DAYS[0]), access=EVERYTHING),
        Query(("views",), PERIOD, "Europe/Berlin", access=EVERYTHING),
        Query(("views",), PERIOD, filters=(Filter("country", ("DE",)),), access=EVERYTHING),
    ],
)
def test_a_question_that_is_no_part_of_another_is_not_answered_from_it(
    store: Store, archive: Archive, other: Query
) -> None:
    fill(store)
    with pytest.raises(QueryError, match="part of"):
        open_engine(archive).answer(other, WHOLE)


def test_rows_that_were_put_together_as_other_have_no_parts(archive: Archive) -> None:
    whole = replace(WHOLE, top_values=Filter("country", ("DE",)))
    with pytest.raises(QueryError, match="part of"):
        open_engine(archive).answer(
            Query(("views",), PERIOD, by=("country",), access=EVERYTHING), whole
        )


def test_parts_are_looked_at_again_when_files_have_changed(store: Store, archive: Archive) -> None:
    fill(store)
    engine, part = open_engine(archive), Query(("views",), PERIOD, by=("video",), access=EVERYTHING)
    assert engine.answer(part, WHOLE)["views"].tolist() == [150]
    store(DAYS[0], [record("one", f"{DAYS[0]}T10:00:00Z")])
    assert engine.answer(part, WHOLE)["views"].tolist() == [101]


def test_what_this_process_writes_is_seen_at_once(store: Store, archive: Archive) -> None:
    fill(store)
    time.sleep(0.15)  # until the folder's time is old enough to be relied on
    engine = open_engine(archive)
    assert count(engine, "watch_time") == 150
    store(DAYS[0], [record("one", f"{DAYS[0]}T10:00:00Z")])
    assert count(engine, "watch_time") == 101


# Nothing to count

PEOPLE = ("views", "viewers", "new_viewers")


@pytest.mark.parametrize("in_memory", [False, True])
@pytest.mark.parametrize("by", DIMENSIONS)
def test_where_no_view_is_asked_for_there_is_no_row_and_nobody(
    store: Store, archive: Archive, by: str, in_memory: bool
) -> None:
    fill(store)
    engine = open_engine(archive)
    if in_memory:
        engine.backend.hot_days.load(100)
    nobody = Filter("country", ("Nowhere",))
    for query in (
        Query(PEOPLE, PERIOD, by=(by,), filters=(nobody,), access=EVERYTHING),
        Query(PEOPLE, Period(DAYS[0], DAYS[0], until=dt.time()), by=(by,), access=EVERYTHING),
        Query(
            PEOPLE[:2],
            Period(dt.date(2020, 1, 1), dt.date(2020, 1, 1)),
            by=(by,),
            access=EVERYTHING,
        ),
    ):
        assert engine.answer(query).empty
        assert engine.answer(replace(query, by=())).iloc[0].tolist() == [0] * len(query.metrics)
