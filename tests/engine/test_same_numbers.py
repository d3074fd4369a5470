"""Whatever is filtered by: totals, rows of breakdowns, raw views and plain Python agree."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.archive.archive import Archive
from dyntube.engine import hot_days
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import DIMENSIONS, OTHER
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import CountQuery, Filter, Operator, Query, ViewsQuery

from .. import mixed, plain

ALL = tuple(METRICS)
ADDITIVE = [name for name, metric in METRICS.items() if metric.additive]
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")
ZONES += ("Pacific/Kiritimati", "Pacific/Pago_Pago")


@dataclass(frozen=True)
class Views:
    """Stored views, the same raw, when each viewer came first, and the values of each dimension.

    `engine` reads them from their files. Others have some of them in memory, or all in two runs.
    """

    engine: Engine
    others: list[Engine]
    raw: list[plain.Record]
    first: dict[str | None, dt.datetime]
    values: dict[str, list[str]]

    def metrics(self, records: list[plain.Record]) -> dict[str, float]:
        new = {
            plain.viewer(view)
            for view in records
            if plain.local(view, "UTC") == self.first[plain.viewer(view)]
        }
        found = plain.metrics(records) | {"new_viewers": len(new - {None})}
        return {name: found[name] for name in ALL}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In few words: of long ones Hypothesis warns, and fails before it shows what it found."""
        printer.text("views")


@pytest.fixture(scope="module")
def views(stand_in: str, tmp_path_factory: pytest.TempPathFactory) -> Views:
    archive, raw = mixed.build(stand_in, tmp_path_factory.mktemp("mixed") / "archive")
    newest_first = sorted(raw, key=lambda view: plain.local(view, "UTC"), reverse=True)
    first = {plain.viewer(view): plain.local(view, "UTC") for view in newest_first}
    values = {
        name: [text for text, _ in Counter(named(view, name) for view in raw).most_common()]
        for name in DIMENSIONS
    }
    others = [in_memory(archive, runs=1), in_memory(archive, runs=2)]
    return Views(open_engine(archive), others, raw, first, values)


def in_memory(archive: Archive, runs: int) -> Engine:
    engine = open_engine(archive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hot_days, "CHUNK_VIEWS", 1)
        patch.setattr(hot_days, "BYTES_PER_VIEW", 10**6)
        engine.backend.hot_days.load(megabytes=1 if runs == 1 else 10**6)
    assert len(engine.backend.hot_days.chunks(*mixed.DAYS, archive.files(*mixed.DAYS))) == runs
    return engine


def named(view: plain.Record, dimension: str) -> str:
    return plain.written(plain.DIMENSIONS[dimension](view, "Europe/Berlin"))


# Any question

strange = st.sampled_from(mixed.WORDS) | st.text(st.characters(exclude_categories=["Cs"]))
cased = st.sampled_from([str, str.upper, str.lower, str.swapcase, str.title])


@st.composite
def filters(
    draw: st.DrawFn,
    views: Views,
    dimensions: list[str],
    operators: tuple[Operator, ...] = ("is", "is_not", "contains"),
) -> Filter:
    name = draw(st.sampled_from(dimensions))
    frequent, known = st.sampled_from(views.values[name][:5]), st.sampled_from(views.values[name])
    operator = draw(st.sampled_from(operators))
    values = st.one_of(frequent, frequent, known, strange)
    if operator == "contains":
        start = draw(st.sampled_from([0, 0, 0, 1, 4]))
        parts = st.one_of(known, strange).filter(lambda text: len(text) > start)
        values = st.builds(lambda text, case: case(text[start : start + 7]), parts, cased)
    return Filter(name, tuple(draw(st.lists(values, min_size=1, max_size=4))), operator)


@st.composite
def questions(draw: st.DrawFn, views: Views) -> Query:
    start = mixed.DAYS[0] + dt.timedelta(days=draw(st.integers(-1, 1)))
    end = start + dt.timedelta(days=draw(st.integers(0, 2)))
    until = draw(st.none() | st.sampled_from([dt.time(), dt.time(2, 38, 30), dt.time(17, 52)]))
    by = draw(st.lists(st.sampled_from(list(DIMENSIONS)), max_size=2, unique=True))
    texts = [name for name in by if DIMENSIONS[name].kind == "text"]
    keep = draw(filters(views, texts, ("is",))) if texts and draw(st.booleans()) else None
    chosen = draw(st.lists(filters(views, list(DIMENSIONS)), max_size=3))
    zone = draw(st.sampled_from(ZONES))
    return Query(
        ALL,
        Period(start, end, until=until),
        zone,
        tuple(by),
        tuple(chosen),
        top_values=keep,
        access=EVERYTHING,
    )


# The same in plain Python and in pandas


def kept(query: Query, raw: list[plain.Record]) -> list[plain.Record]:
    period, zone = query.period, ZoneInfo(query.timezone)
    records = plain.within(raw, period.start, period.end, query.timezone)
    if period.until is not None:
        end = dt.datetime.combine(period.end, period.until, zone).astimezone(dt.UTC)
        records = [view for view in records if plain.local(view, "UTC") < end]
    return plain.kept(records, query.filters, query.timezone)


def row_of(query: Query, view: plain.Record) -> tuple[Any, ...]:
    """The row of a breakdown that a view counts in."""
    values = {name: plain.DIMENSIONS[name](view, query.timezone) for name in query.by}
    if (keep := query.top_values) and values[keep.dimension] not in keep.values:
        values[keep.dimension] = OTHER
    return tuple(values.values())


def in_pandas(rows: pd.DataFrame) -> dict[str, float]:
    """What is added up or counted, from views as they are shown."""
    week = 7 * 86400
    watch_time = rows["watch_time"].where(rows["watch_time"].between(0, week))
    length = rows["duration"].where(rows["duration"].between(0, week))
    played = rows[rows["started"].fillna(False)]
    timed = watch_time[played.index].dropna()
    lasting = timed[length[timed.index].fillna(0) > 0].index
    watched, length = watch_time[lasting], length[lasting]
    named = rows[["client_user_id", "viewer_id"]].apply(
        lambda ids: ids.mask(ids.str.lower().isin(plain.NOBODY))
    )
    viewer = named["client_user_id"].fillna(named["viewer_id"])
    found = {
        "views": len(rows),
        "plays": len(played),
        "watch_time": watch_time.sum(),
        "timed_plays": len(timed),
        "lasting_plays": len(lasting),
        "heard_plays": played["muted"].notna().sum(),
        "completions": played["ended"].sum(),
        "sound_on": (~played["muted"]).sum(),
        "watched_length": np.minimum(watched, length).sum(),
        "played_length": length.sum(),
        "viewers": viewer.nunique(),
    }
    shares = (watched * 100 / length).astype("float64")
    return found | {f"reached_{n}": (shares >= n).sum() for n in (25, 50, 75, 90, 95)}


def same(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(
        np.array(found, dtype=float), np.array(expected, dtype=float), rtol=1e-9, equal_nan=True
    )


@given(data=st.data())
def test_totals_rows_raw_views_and_plain_python_give_the_same_numbers(
    data: st.DataObject, views: Views
) -> None:
    query, metric = data.draw(questions(views)), data.draw(st.sampled_from(ALL))
    records = kept(query, views.raw)
    totals = views.engine.answer(replace(query, by=(), top_values=None)).iloc[0]
    same(totals[list(ALL)], list(views.metrics(records).values()))
    check_rows(query, records, totals, views)
    check_views(query, metric, totals, views)


def check_rows(
    query: Query, records: list[plain.Record], totals: pd.Series[float], views: Views
) -> None:
    if not query.by:
        return
    answer = views.engine.answer(query)
    for name in query.by:  # of an hour that comes twice, Python thinks neither equals anything
        if DIMENSIONS[name].kind == "moment":
            answer = answer.assign(**{name: answer[name].dt.tz_convert("UTC")})
    groups: dict[tuple[Any, ...], list[plain.Record]] = {}
    for view in records:
        groups.setdefault(row_of(query, view), []).append(view)
    found = answer.set_index(list(query.by))
    assert set(zip(*(answer[name] for name in query.by), strict=True)) == set(groups)
    assert len(answer) == len(groups)
    expected = pd.DataFrame([views.metrics(group) for group in groups.values()], columns=ALL)
    if groups:
        keys = pd.MultiIndex.from_tuples(list(groups), names=query.by)
        same(found.reindex(keys if len(query.by) > 1 else keys.get_level_values(0)), expected)
    same(answer[ADDITIVE].sum(), totals[ADDITIVE])


def check_views(query: Query, metric: str, totals: pd.Series[float], views: Views) -> None:
    """The views behind a number are as many as it counts, and give it again."""
    asked = (query.period, query.timezone, query.filters)
    rows = views.engine.rows(ViewsQuery(*asked, limit=None, metric=metric, access=EVERYTHING))
    assert len(rows) == views.engine.count(CountQuery(*asked, metric=metric, access=EVERYTHING))
    assert rows["id"].is_unique
    counted = (METRICS[metric].ratio_of or (metric, metric))[1]
    if counted != "new_viewers":
        same(in_pandas(rows)[counted], totals[counted])
    if counted in ADDITIVE and METRICS[counted].format == "number":
        assert len(rows) == totals[counted]


# Parts of one question


@given(data=st.data())
def test_a_part_of_a_wider_question_has_the_same_answer_as_asked_by_itself(
    data: st.DataObject, views: Views
) -> None:
    query = data.draw(questions(views))
    more = data.draw(st.lists(st.sampled_from(list(DIMENSIONS)), max_size=2))
    by = tuple(data.draw(st.permutations(list(dict.fromkeys([*query.by, *more])))))
    whole = replace(query, metrics=query.sum_metrics, by=by, top_values=None)

    alone, part = views.engine.answer(query), views.engine.answer(query, whole)

    pd.testing.assert_frame_equal(part, alone, rtol=1e-9)


# The same from memory


@given(data=st.data())
def test_what_is_in_memory_gives_the_same_answers_as_its_files(
    data: st.DataObject, views: Views
) -> None:
    query = data.draw(questions(views))
    names = st.lists(st.sampled_from(sorted({*ALL} - {"new_viewers"})), min_size=1, unique=True)
    query = replace(query, metrics=tuple(data.draw(names)))

    stored = views.engine.answer(query)

    for engine in views.others:
        pd.testing.assert_frame_equal(engine.answer(query), stored, rtol=1e-9)
