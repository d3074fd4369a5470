"""ClickHouse answers every question as DuckDB does: same rows, types and counts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntube.archive.archive import Archive
from dyntube.engine.engine import Engine
from dyntube.query.access import EVERYTHING, Access
from dyntube.query.checks import CHECKS
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, CountQuery, Query, ViewsQuery

from .. import mixed
from ..conftest import EXAMPLES
from ..engine.test_same_numbers import ADDITIVE, ALL, ZONES, Views, questions, views
from .nodes import Cluster

__all__ = ["views"]
ENOUGH = max(300, EXAMPLES)


@pytest.fixture(scope="module")
def warehouse(cluster: Cluster, archive: Archive) -> Engine:
    engine = cluster.engine(archive)
    rows = [int(node.ask(f"SELECT count() FROM {table_of(engine)}")) for node in cluster.nodes]
    assert all(rows), "views are on both nodes"
    return engine


def table_of(engine: Engine) -> str:
    return f"{engine.backend._server.warehouse.database}.views_of_shard"


@st.composite
def accesses(draw: st.DrawFn, views: Views) -> Access:
    """Everything, or some projects and channels, or nothing."""
    if draw(st.integers(0, 2)) == 0:
        return EVERYTHING
    projects = draw(st.frozensets(st.sampled_from(views.values["project"]), max_size=3))
    channels = draw(st.frozensets(st.sampled_from(views.values["channel"]), max_size=2))
    return Access(projects, channels, role="analyst-personal")


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal, types included; sums of fractions to nine digits."""
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)
    for name, values in expected.items():
        if values.dtype == "int64":
            assert (found[name] == values).all(), name


@settings(max_examples=ENOUGH)
@given(data=st.data())
def test_numbers_by_any_dimensions(data: st.DataObject, views: Views, warehouse: Engine) -> None:
    query = replace(data.draw(questions(views)), access=data.draw(accesses(views)))
    same(warehouse.answer(query), views.engine.answer(query))


@settings(max_examples=ENOUGH)
@given(data=st.data())
def test_parts_of_a_wider_question_and_totals(
    data: st.DataObject, views: Views, warehouse: Engine
) -> None:
    query = replace(data.draw(questions(views)), access=data.draw(accesses(views)))
    more = data.draw(st.lists(st.sampled_from(list(DIMENSIONS)), max_size=2))
    by = tuple(dict.fromkeys([*query.by, *more]))
    whole = replace(query, metrics=query.sum_metrics, by=by, top_values=None)
    same(warehouse.answer(query, whole), views.engine.answer(query, whole))
    same(warehouse.total(query), views.engine.total(query))


@settings(max_examples=ENOUGH)
@given(data=st.data())
def test_views_counts_and_checks(data: st.DataObject, views: Views, warehouse: Engine) -> None:
    query = replace(data.draw(questions(views)), access=data.draw(accesses(views)))
    asked = (query.period, query.timezone, query.filters)
    metric = data.draw(st.sampled_from(list(METRICS)))
    check = data.draw(st.none() | st.sampled_from(list(CHECKS)))
    limit = data.draw(st.none() | st.integers(0, 50))
    offset = data.draw(st.integers(0, 60)) if limit is not None else 0
    rows = ViewsQuery(*asked, check, limit, offset, metric, access=query.access)
    same(warehouse.rows(rows), views.engine.rows(rows))
    count = CountQuery(*asked, metric=metric, access=query.access)
    assert warehouse.count(count) == views.engine.count(count)
    checks = ChecksQuery(*asked, access=query.access)
    same(warehouse.checks(checks), views.engine.checks(checks))


def test_a_question_may_name_thousands_of_loads(warehouse: Engine) -> None:
    backend = warehouse.backend
    query = Query(("views", "new_viewers"), Period(*mixed.DAYS), access=EVERYTHING)
    generations, history = backend.snapshot(query)
    many = tuple(range(10**18, 10**18 + 12_000))
    at = generations + many, history + many
    rows = backend.aggregate(query.of(("views",)), at)
    assert rows["m_views"][0].as_py() == warehouse.answer(query)["views"][0]
    _, count = backend.distinct(query.of(("new_viewers",)), at)
    assert count() == warehouse.answer(query)["new_viewers"][0]


@settings(max_examples=30)
@given(data=st.data())
def test_raw_views_in_batches(data: st.DataObject, views: Views, warehouse: Engine) -> None:
    query = replace(data.draw(questions(views)), access=data.draw(accesses(views)))
    rows = ViewsQuery(query.period, query.timezone, query.filters, access=query.access)
    found, expected = list(warehouse.batches(rows)), list(views.engine.batches(rows))
    assert [table.schema for table in found] == [table.schema for table in expected]
    assert [table.to_pylist() for table in found] == [table.to_pylist() for table in expected]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_metric_by_every_dimension(name: str, views: Views, warehouse: Engine) -> None:
    for zone in (*ZONES, "Australia/Lord_Howe"):
        query = Query(ALL, Period(*mixed.DAYS), zone, (name,), access=EVERYTHING)
        found, expected = warehouse.answer(query), views.engine.answer(query)
        same(found, expected)
        assert found[ADDITIVE].to_numpy().sum() > 0
