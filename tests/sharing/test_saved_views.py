"""Saved views: whose they are, what a name means, and what is kept of a reader."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.errors import ArchiveError, EntryError
from dyntube.reading.text import folded
from dyntube.sharing import saved_views as module
from dyntube.sharing.entries import Author
from dyntube.sharing.saved_views import SHARED, SavedView, SavedViews, reader_id

from ..states import BEFORE, old_list, old_view, rows

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
ANN, BOB = reader_id("cookie of Ann"), reader_id("cookie of Bob")
LAST_WEEK = {"period": ["last-7-days"], "project": ["a", "b"]}


@pytest.fixture
def views(tmp_path: Path) -> SavedViews:
    return SavedViews(open_state(tmp_path), now=lambda: NOON)


def named(views: SavedViews, reader: str) -> list[str]:
    return [view.name for view in views.for_reader(reader)]


def test_a_view_is_kept_with_its_page_and_parameters(views: SavedViews, tmp_path: Path) -> None:
    view, replaced = views.save("Monday", "videos", LAST_WEEK, ANN)
    assert view == SavedView(view.id, "Monday", "videos", LAST_WEEK, ANN, NOON)
    assert not replaced
    assert SavedViews(open_state(tmp_path)).for_reader(ANN) == [view]


def test_a_reader_sees_their_own_views_and_the_shared_ones_by_name(views: SavedViews) -> None:
    for name, owner in (("b", ANN), ("C", SHARED), ("a", SHARED), ("d", BOB)):
        views.save(name, "", {}, owner)
    assert named(views, ANN) == ["a", "b", "C"]
    assert named(views, BOB) == ["a", "C", "d"]
    assert named(views, "") == ["a", "C"]


def test_saving_under_a_name_again_replaces_the_view_and_says_so(views: SavedViews) -> None:
    first, _ = views.save("Monday", "", {}, ANN)
    second, replaced = views.save(" MONDAY ", "videos", LAST_WEEK, ANN)
    assert replaced
    assert views.for_reader(ANN) == [second]
    assert (second.id, second.page, second.parameters) == (first.id, "videos", LAST_WEEK)


def test_the_same_name_may_be_anothers_and_shared_too(views: SavedViews) -> None:
    replaced = [views.save("Monday", "", {}, owner)[1] for owner in (ANN, BOB, SHARED)]
    assert replaced == [False, False, False]
    assert named(views, ANN) == ["Monday", "Monday"]


def test_a_view_gets_another_name(views: SavedViews) -> None:
    view, _ = views.save("Monday", "videos", LAST_WEEK, ANN)
    views.rename(view.id, " Every\nMonday ", ANN)
    (renamed,) = views.for_reader(ANN)
    assert renamed == SavedView(view.id, "Every Monday", "videos", LAST_WEEK, ANN, NOON)
    views.rename(view.id, "every monday", ANN)  # its own name is not in its way


def test_a_name_that_is_taken_is_said(views: SavedViews) -> None:
    view, _ = views.save("Monday", "", {}, ANN)
    views.save("Tuesday", "", {}, ANN)
    with pytest.raises(EntryError, match="already a view called Tuesday"):
        views.rename(view.id, "TUESDAY", ANN)
    assert named(views, ANN) == ["Monday", "Tuesday"]


def test_only_its_owner_may_change_a_personal_view(views: SavedViews) -> None:
    view, _ = views.save("Monday", "", {}, ANN)
    for other in (BOB, ""):
        with pytest.raises(EntryError, match="This view was deleted"):
            views.rename(view.id, "Mine", other)
        views.remove(view.id, other)
    assert views.for_reader(ANN) == [view]
    views.remove(view.id, ANN)
    assert views.for_reader(ANN) == []


def test_everybody_may_change_a_shared_view(views: SavedViews) -> None:
    view, _ = views.save("Monday", "", {}, SHARED)
    views.rename(view.id, "Tuesday", BOB)
    views.rename(view.id, "Wednesday", "")
    assert named(views, ANN) == ["Wednesday"]
    views.remove(view.id, BOB)
    views.remove(view.id, BOB)
    assert named(views, ANN) == []


def test_a_view_that_somebody_has_deleted_cannot_be_renamed(views: SavedViews) -> None:
    view, _ = views.save("Monday", "", {}, SHARED)
    views.remove(view.id, ANN)
    with pytest.raises(EntryError, match="This view was deleted by someone else"):
        views.rename(view.id, "Tuesday", BOB)


@pytest.mark.parametrize(
    ("name", "page", "told"),
    [
        (" ", "", "The name is empty"),
        ("x" * 81, "", "81 characters; the limit is 80"),
        ("Monday", "../secrets", "cannot be saved"),
        ("Monday", "a/b", "cannot be saved"),
    ],
)
def test_what_cannot_be_kept_is_said(name: str, page: str, told: str, views: SavedViews) -> None:
    with pytest.raises(EntryError, match=told):
        views.save(name, page, {}, ANN)
    assert views.for_reader(ANN) == []


def test_there_is_room_for_so_many_views_of_each(
    views: SavedViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for owner in (ANN, SHARED):
        views.save("a", "", {}, owner)
        views.save("b", "", {}, owner)
        with pytest.raises(EntryError, match="There are already 2 such views"):
            views.save("c", "", {}, owner)
        assert views.save("a", "videos", {}, owner)[1]
    views.save("c", "", {}, BOB)


def test_of_many_who_save_at_once_all_are_kept(tmp_path: Path) -> None:
    both = [SavedViews(open_state(tmp_path)) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: both[n % 2].save(f"view {n:02}", "", {}, SHARED), range(40)))
    assert named(both[0], ANN) == [f"view {n:02}" for n in range(40)]


def test_a_reader_is_known_by_a_hash_of_the_cookie_and_never_by_the_cookie(
    views: SavedViews, tmp_path: Path
) -> None:
    views.save("Monday", "", {}, ANN)
    stored = (tmp_path / "state.sqlite").read_bytes()
    assert b"cookie of Ann" not in stored
    assert ANN.encode() in stored
    assert len(ANN) == 64
    assert ANN == reader_id("cookie of Ann") != BOB
    assert reader_id("") == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"page": "../x"},
        {"page": None},
        {"owner": 7},
        {"id": None},
        {"created_at": "yesterday"},
        {"parameters": None},
        {"parameters": []},
        {"parameters": ["period"]},
        {"parameters": {"period": "last-7-days"}},
        {"parameters": {"period": [7]}},
        {"colour": "red"},
    ],
)
def test_what_is_no_view_in_an_old_list_stays_there_and_the_others_are_taken_over(
    wrong: dict[str, object], views: SavedViews, tmp_path: Path
) -> None:
    raw = old_list(tmp_path, "saved_views.json", old_view("a") | wrong, old_view("b"), version=2)
    assert named(views, ANN) == ["name of b"]
    views.save("Tuesday", "", {}, ANN)
    assert named(views, ANN) == ["name of b", "Tuesday"]
    assert (tmp_path / f"saved_views.json{BEFORE}").read_bytes() == raw


@pytest.mark.parametrize(
    "wrong", ["name = ''", "page = '../x'", "parameters = '{'", "parameters = '{\"period\": [7]}'"]
)
def test_a_row_that_is_no_view_is_an_error_that_names_the_file_and_stays_as_it_is(
    wrong: str, views: SavedViews, tmp_path: Path
) -> None:
    views.save("Monday", "", LAST_WEEK, ANN)
    rows(tmp_path, f"UPDATE saved_views SET {wrong}")
    raw = (tmp_path / "state.sqlite").read_bytes()
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        views.for_reader(ANN)
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        views.save("Tuesday", "", {}, ANN)
    assert (tmp_path / "state.sqlite").read_bytes() == raw


# Taken over from a browser by somebody who signed in

BY_BOB = Author(BOB, "Bob")


def taken(views: SavedViews, *names: str) -> list[str]:
    """What views of Ann are called once they are Bob's."""
    for name in names:
        views.save(name, "videos", LAST_WEEK, ANN)
    return [view.name for view in views.take_over(ANN, BOB, BY_BOB, lambda _: True)]


def test_a_view_that_is_taken_over_changes_its_owner_and_author_and_nothing_else(
    views: SavedViews,
) -> None:
    view, _ = views.save("Monday", "videos", LAST_WEEK, ANN)
    [now] = views.take_over(ANN, BOB, BY_BOB, lambda _: True)
    assert now == SavedView(view.id, "Monday", "videos", LAST_WEEK, BOB, NOON, *BY_BOB)
    assert (views.for_reader(ANN), views.for_reader(BOB)) == ([], [now])
    assert views.take_over(ANN, BOB, BY_BOB, lambda _: True) == []


def test_a_name_that_is_there_already_gets_a_number(views: SavedViews) -> None:
    views.save("Monday", "", {}, BOB)
    assert taken(views, "MONDAY", "Tuesday") == ["MONDAY (2)", "Tuesday"]
    assert taken(views, "monday", "Monday (2)") == ["monday (3)", "Monday (2) (2)"]
    assert len({folded(name) for name in named(views, BOB)}) == 5


def test_a_long_name_is_shortened_for_its_number(views: SavedViews) -> None:
    for name in ("x" * 80, "y" * 75 + " yyyy"):
        views.save(name, "", {}, BOB)
        assert taken(views, name) == [f"{name[:76].rstrip()} (2)"]
    assert views.for_reader(BOB), "what is stored can be read"


def test_shared_views_and_those_that_are_left_out_stay_as_they_are(views: SavedViews) -> None:
    views.save("Shared", "", {}, SHARED)
    views.save("Left", "", {}, ANN)
    views.save("Taken", "", {}, ANN)
    views.take_over(ANN, BOB, BY_BOB, lambda view: view.name == "Taken")
    assert (named(views, ANN), named(views, BOB)) == (["Left", "Shared"], ["Shared", "Taken"])
    assert views.take_over(SHARED, BOB, BY_BOB, lambda _: True) == []


def test_where_there_is_no_room_for_all_none_is_taken(
    views: SavedViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    views.save("b", "", {}, BOB)
    views.save("c", "", {}, BOB)
    with pytest.raises(EntryError, match="You would have more than 3 views"):
        taken(views, "x", "y")
    assert (named(views, ANN), named(views, BOB)) == (["x", "y"], ["b", "c"])
    views.remove(views.for_reader(BOB)[0].id, BOB)
    assert taken(views) == ["x", "y"]


# Views of the first file, where a missing value was a word


BEFORE_THAT = {
    "country": ["Unknown", "DE"],
    "city-not": ["Unknown"],
    "city-contains": ["Unknown"],
    "period": ["last-7-days"],
    "metric": ["Unknown"],
}
NOW = BEFORE_THAT | {"country": ["", "DE"], "city-not": [""]}


def test_what_was_called_unknown_is_read_as_the_missing_value(
    views: SavedViews, tmp_path: Path
) -> None:
    items = [old_view(id_, parameters=BEFORE_THAT, owner=ANN) for id_ in ("a", "b")]
    raw = old_list(tmp_path, "saved_views.json", *items)

    assert [view.parameters for view in views.for_reader(ANN)] == [NOW, NOW]
    assert (tmp_path / "saved_views.json").read_bytes() == raw


def test_a_value_that_is_called_unknown_stays_so_beside_views_of_the_first_file(
    views: SavedViews, tmp_path: Path
) -> None:
    item = old_view("a", parameters=BEFORE_THAT, owner=ANN)
    old_list(tmp_path, "saved_views.json", item)
    country = {"country": ["Unknown"]}  # one that is called so
    views.save("z", "videos", country, ANN)

    assert [view.parameters for view in views.for_reader(ANN)] == [NOW, country]


def test_values_of_the_second_file_are_taken_over_as_they_are(
    views: SavedViews, tmp_path: Path
) -> None:
    item = old_view("a", parameters=BEFORE_THAT, owner=ANN)
    old_list(tmp_path, "saved_views.json", item, version=2)
    views.save("z", "videos", {}, ANN)

    assert [view.parameters for view in views.for_reader(ANN)] == [BEFORE_THAT, {}]
