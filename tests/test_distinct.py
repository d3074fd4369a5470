"""Different values of views: in all, and in rows that groups of views make up."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dyntube.distinct import Seen

viewers = st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1)
cities = st.sampled_from(["Berlin", "Bonn", "", None])
majors = st.sampled_from([1, 2, -1, None])
views = st.lists(st.tuples(cities, majors, viewers), max_size=30)


def table(rows: list[tuple[str | None, int | None, int]], labels: bool) -> pa.Table:
    """Views of one place: where `labels` are numbers of texts, as in memory, or texts."""
    city, major, value = zip(*rows, strict=True) if rows else ((), (), ())
    texts = pa.array(city, pa.string())
    return pa.table(
        {
            "city": texts.dictionary_encode() if labels else texts,
            "major": pa.array(major, pa.int32()),
            "value": pa.array(value, pa.int64()),
        }
    )


@given(st.lists(st.tuples(views, st.booleans()), min_size=1, max_size=3))
def test_a_viewer_counts_once_in_a_row_and_once_in_the_total(
    places: list[tuple[list[tuple[str | None, int | None, int]], bool]],
) -> None:
    seen = Seen()
    for rows, labels in places:
        seen.add(table(rows, labels))

    by_city = defaultdict(list)
    for group in seen.groups().to_pylist():
        by_city[group["city"]].append(group["number"])
    counts = seen.by_row(pa.chunked_array([list(by_city.values())], pa.list_(pa.int64())))

    all_views = [view for rows, _ in places for view in rows]
    people = {city: {who for where, _, who in all_views if where == city} for city in by_city}
    assert counts.tolist() == [len(people[city]) for city in by_city]
    assert {city for city, _, _ in all_views} <= by_city.keys()
    assert seen.total() == len({who for _, _, who in all_views})


def test_without_columns_there_is_only_a_total() -> None:
    seen = Seen()
    seen.add(pa.table({"value": [3, 1, 3]}))
    seen.add(pa.table({"value": [1, 2]}))

    assert seen.total() == 3


def test_a_group_without_views_is_a_row_without_viewers() -> None:
    seen = Seen()
    seen.add(table([("Berlin", 1, 7)], labels=True).slice(0, 0))

    assert seen.by_row(pa.chunked_array([[[], []]], pa.list_(pa.int64()))).tolist() == [0, 0]
