"""What can be filtered by, with the views of each under all other filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.query.access import EVERYTHING
from dyntube.query.dimensions import UNKNOWN
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query
from dyntube.report.selection import FILTERABLE, Selection
from dyntube.ui import door

from .. import library, plain
from ..library import WEEK
from ..naming import counts, offered
from ..reader import Reader

FILTERS = (
    Filter("project", ("p-shop", UNKNOWN)),
    Filter("video", ("v-2",), "is_not"),
    Filter("country", ("DE",), "is_not"),
    Filter("city", ("york", "BER", "other"), "contains"),
    Filter("device_type", ("Desktop", UNKNOWN)),
    Filter("weekday", ("1", "2", "3", "5", "6", "7")),
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[plain.Record]]:
    folder = tmp_path_factory.mktemp("options") / "archive"
    return folder, library.build(folder)


@pytest.fixture(autouse=True)
def raw(
    stored: tuple[Path, list[plain.Record]],
    connect: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> list[plain.Record]:
    """The raw views of the app's archive."""
    library.open_it(connect, stored[0])
    Reader(monkeypatch)
    return stored[1]


def selected(*filters: Filter, zone: str = "UTC") -> Selection:
    selection = Selection(timezone=zone)
    for one in filters:
        selection = selection.where(one.dimension, one.values, one.operator)
    return selection


def expected(
    raw: list[plain.Record], dimension: str, zone: str, *filters: Filter
) -> dict[str, int]:
    records = plain.within(raw, WEEK.start, WEEK.end, zone)
    others = [f for f in filters if (f.dimension, f.operator) != (dimension, "is")]
    kept = plain.kept(records, others, zone)
    return Counter(plain.written(plain.DIMENSIONS[dimension](view, zone)) for view in kept)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("dimension", FILTERABLE)
def test_the_views_of_an_option_are_those_under_all_other_filters(
    raw: list[plain.Record], dimension: str, zone: str
) -> None:
    found = counts(dimension, selected(*FILTERS, zone=zone), WEEK)

    assert {value: n for value, n in found.items() if n} == expected(raw, dimension, zone, *FILTERS)


@pytest.mark.parametrize("dimension", FILTERABLE)
def test_choosing_an_option_gives_the_views_that_it_promised(dimension: str) -> None:
    selection = selected(*(one for one in FILTERS if one.dimension != dimension))
    found = counts(dimension, selection, WEEK)

    assert any(found.values())
    for value, promised in found.items():
        filters = selection.where(dimension, (value,)).filters
        answer = door.desk().answer(Query(("views",), WEEK, filters=filters, access=EVERYTHING))
        assert answer["views"].tolist() == [promised]


@pytest.mark.parametrize("dimension", ["video", "project", "country", "city", "weekday"])
def test_a_list_is_not_shortened_by_what_is_chosen_in_it(dimension: str) -> None:
    chosen = Filter(dimension, ("v-1", "p-shop", "DE", "Munich", "1", "shop"))

    assert counts(dimension, selected(chosen), WEEK) == counts(dimension, Selection(), WEEK)


@pytest.mark.parametrize("dimension", ["video", "project", "country", "city", "weekday"])
def test_what_is_left_out_of_everything_has_no_views_in_its_own_list(dimension: str) -> None:
    everything = counts(dimension, Selection(), WEEK)
    [*left_out] = [value for value, views in everything.items() if views][:2]
    found = counts(dimension, selected(Filter(dimension, tuple(left_out), "is_not")), WEEK)

    assert {value: n for value, n in found.items() if n} == {
        value: n for value, n in everything.items() if n and value not in left_out
    }


@pytest.mark.parametrize("dimension", FILTERABLE)
def test_the_largest_option_comes_first(dimension: str) -> None:
    found = list(counts(dimension, Selection(), WEEK).values())

    assert found == sorted(found, reverse=True)


def test_what_has_a_name_can_be_chosen_without_having_views() -> None:
    videos, projects = (counts(name, Selection(), WEEK) for name in ("video", "project"))

    assert videos.keys() == {"v-1", "v-2", "v-3", "v-old", "v-idle"}
    assert (videos["v-old"], videos["v-idle"], projects["p-idle"]) == (0, 0, 0)
    assert projects[UNKNOWN] > 0
    assert "IS" not in counts("country", Selection(), WEEK)


def test_text_in_names_filters_other_lists(raw: list[plain.Record]) -> None:
    shop = selected(Filter("project", ("sho",), "contains"))

    for dimension in ("video", "channel", "city"):
        found = {value: n for value, n in counts(dimension, shop, WEEK).items() if n}
        assert found == expected(raw, dimension, "UTC", Filter("project", ("p-shop",)))
    projects = counts("project", shop, WEEK)
    assert [value for value, n in projects.items() if n] == ["p-shop"]
    assert projects["p-shop"] == counts("project", Selection(), WEEK)["p-shop"]


def test_an_option_is_found_by_its_name_and_says_its_views() -> None:
    found = {"v-2": 1234, "DE": 1}

    assert offered("video", ["v-2", "v-idle"], found) == [
        ("v-2", "=1+1 & **two**", 1234),
        ("v-idle", "Never viewed", 0),
    ]
    assert offered("country", ["DE"], found) == [("DE", "Germany", 1)]
    assert offered("browser", [UNKNOWN], found) == [(UNKNOWN, "Unknown", 0)]


def test_no_two_options_are_alike_whatever_values_are_called() -> None:
    values = ["v-1", "x", "X", UNKNOWN, "Unknown", "unknown"]

    names = {value: name for value, name, _ in offered("browser", values, {"x": 5, UNKNOWN: 7})}

    assert len(set(names.values())) == len(values)
    assert names[UNKNOWN] == "Unknown (no value)"


def test_where_nothing_is_stored_there_are_only_names() -> None:
    day = WEEK.end.replace(year=2020)

    assert counts("country", Selection(), Period(day, day)) == {}
    assert set(counts("video", Selection(), Period(day, day)).values()) == {0}
