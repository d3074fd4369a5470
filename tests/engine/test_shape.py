"""The order of rows, and counts that join sums."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from dyntube.engine.results import answer, as_groups, join_counts
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Query

PERIOD = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 1))


def test_rows_come_largest_first_then_by_name_and_those_without_a_value_last() -> None:
    query = Query(
        ("play_rate",), PERIOD, by=("city",), order_by="play_rate", limit=4, access=EVERYTHING
    )
    rows = pa.table(
        {
            "d_city": ["a", "b", "c", "d", "e"],
            "m_plays": [1, 2, 0, 2, 4],
            "m_views": [2, 2, 0, 2, 4],
        }
    )

    found = answer(query, as_groups(rows))

    assert found["city"].tolist() == ["b", "d", "e", "a"]
    assert found["play_rate"].tolist() == [1.0, 1.0, 1.0, 0.5]


def test_a_row_in_which_nobody_was_counted_has_nobody() -> None:
    query = Query(("views", "viewers"), PERIOD, by=("city",), access=EVERYTHING)
    known = as_groups(pa.table({"d_city": ["a", "b", "c"], "m_views": [1, 2, 3]}))
    counted = pa.table({"d_city": ["c", "a"], "m_viewers": [2, 1]})

    found = answer(query, join_counts(known, "viewers", counted))

    assert found["viewers"].tolist() == [1, 0, 2]
    assert found["views"].tolist() == [1, 2, 3]
