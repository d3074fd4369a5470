"""Different values of views: in all, and in rows that groups of views make up."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dyntube.engine.distinct import DistinctCounter

View = tuple[str | None, int | None, int]
cities = st.sampled_from(["Berlin", "Bonn", "", None])
majors = st.sampled_from([1, 2, -1, None])


def views_of(viewers: st.SearchStrategy[int]) -> st.SearchStrategy[list[View]]:
    return st.lists(st.tuples(cities, majors, viewers), max_size=30)


def table(rows: list[View], labels: bool) -> pa.Table:
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


def table_of_file(rows: list[View], numbered: int) -> pa.Table:
    """Views of files beside memory, which has given numbers to so many viewers, from 0."""
    views, viewer = table(rows, labels=False), [who for _, _, who in rows]
    numbers = pa.array([who if who < numbered else None for who in viewer], pa.int32())
    others = pa.array([who if who >= numbered else None for who in viewer], pa.int64())
    return views.set_column(2, "value", numbers).append_column("unnumbered", others)


def check(seen: DistinctCounter, all_views: list[View]) -> None:
    """Each city's viewers are as many as a set of them, and all viewers too."""
    rows, counts = seen.counts_by_row(seen.groups().select(["city", "number"]))

    by_city = dict(zip(rows["city"].to_pylist(), counts.tolist(), strict=True))
    people = {city: {who for where, _, who in all_views if where == city} for city in by_city}
    assert by_city == {city: len(different) for city, different in people.items()}
    assert {city for city, _, _ in all_views} <= by_city.keys()
    assert seen.total() == len({who for _, _, who in all_views})


any_place = st.tuples(
    views_of(st.integers(0, 9)) | views_of(st.integers(-(2**63), 2**63 - 1)), st.booleans()
)


@given(st.lists(any_place, min_size=1, max_size=3))
def test_a_viewer_counts_once_in_a_row_and_once_in_the_total(
    places: list[tuple[list[View], bool]],
) -> None:
    seen = DistinctCounter()
    for rows, labels in places:
        seen.add(table(rows, labels))

    check(seen, [view for rows, _ in places for view in rows])


@given(st.lists(views_of(st.integers(0, 7)), max_size=2), views_of(st.integers(0, 15)))
def test_who_is_in_memory_and_in_a_file_counts_once(
    runs: list[list[View]], file: list[View]
) -> None:
    seen = DistinctCounter()
    for rows in runs:
        seen.add(table(rows, labels=True))
    seen.add(table_of_file(file, numbered=8))

    check(seen, [*(view for rows in runs for view in rows), *file])


def test_without_columns_there_is_only_a_total() -> None:
    seen = DistinctCounter()
    seen.add(pa.table({"value": [3, 1, 3]}))
    seen.add(pa.table({"value": [1, 2]}))

    assert seen.total() == 3


def test_a_group_without_views_is_a_row_without_viewers() -> None:
    seen = DistinctCounter()
    seen.add(table([("Berlin", 1, 7)], labels=True).slice(0, 0))

    _, counts = seen.counts_by_row(seen.groups().select(["city", "number"]))
    assert set(counts.tolist()) <= {0}
