"""Different values in lists of lists, and the order of rows."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dyntube.periods import Period
from dyntube.query import Query
from dyntube.shape import Sums, answer, sums

PERIOD = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 1))
BY_CITY = Query(("viewers",), PERIOD, by=("city",))
LISTS = pa.list_(pa.list_(pa.int64()))
viewers = st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1)
lists = st.lists(st.none() | st.lists(viewers, max_size=8), max_size=4)


@given(st.lists(lists, max_size=5))
def test_a_viewer_counts_once_in_a_group_and_once_in_the_total(groups: list[list]) -> None:
    names = [f"city {n}" for n in range(len(groups))]
    rows = pa.table({"d_city": names, "l_viewers": pa.array(groups, LISTS)})
    if not groups:
        rows = rows.set_column(0, "d_city", pa.array([], pa.string()))

    total: Sums = {}
    found = sums(rows, total)

    people = [{viewer for part in group if part for viewer in part} for group in groups]
    assert answer(BY_CITY, found)["viewers"].tolist() == [len(own) for own in people]
    assert total["viewers"].tolist() == [len(set().union(*people))]


def test_rows_come_largest_first_then_by_name_and_those_without_a_value_last() -> None:
    query = Query(("play_rate",), PERIOD, by=("city",), order_by="play_rate", limit=4)
    rows = pa.table(
        {
            "d_city": ["a", "b", "c", "d", "e"],
            "m_plays": [1, 2, 0, 2, 4],
            "m_views": [2, 2, 0, 2, 4],
        }
    )

    found = answer(query, sums(rows, {}))

    assert found["city"].tolist() == ["b", "d", "e", "a"]
    assert found["play_rate"].tolist() == [1.0, 1.0, 1.0, 0.5]
