"""The menu of saved views, run as Streamlit runs it but without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy

from dyntube.sharing.saved_views import SHARED, SavedView, reader_id
from dyntube.ui import door
from dyntube.ui.door import COOKIE

from .menus import NOBODY_LISTENS, address, draw, keep_names, press, store, told


@pytest.fixture(autouse=True)
def account(tmp_path: Path, connect: Callable[..., None]) -> None:
    connect(NOBODY_LISTENS, tmp_path / "archive")
    keep_names(store())


@pytest.fixture(autouse=True)
def be(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Be a reader with this cookie, at first without; AppTest has no browser to keep one."""

    def reader(cookie: str) -> str:
        monkeypatch.setattr(ContextProxy, "cookies", {COOKIE: cookie} if cookie else {})
        return reader_id(cookie)

    reader("")
    return reader


def save(name: str, owner: str, page: str = "videos", **parameters: list[str]) -> SavedView:
    return door.desk().account.saved_views.save(name, page, parameters, owner)[0]


def saved(reader: str) -> list[tuple[str, str, dict[str, list[str]], str]]:
    found = door.desk().account.saved_views.for_reader(reader)
    return [(view.name, view.page, view.parameters, view.owner) for view in found]


def test_a_view_is_saved_for_its_reader_and_for_everybody(be: Callable[[str], str]) -> None:
    ann = be("Ann")
    at = draw("saved-views", period="last-7-days", project="p1")
    at.text_input(key="saved-views-new-name").set_value("Mine")
    press(at, "Save")
    assert "Saved Mine" in told(at)
    at.text_input(key="saved-views-new-name").set_value("Ours")
    at.toggle(key="saved-views-new-shared").set_value(True)
    press(at, "Save")
    assert not at.toggle(key="saved-views-new-shared").value
    parameters = {"period": ["last-7-days"], "project": ["p1"]}
    assert saved(ann) == [
        ("Mine", "videos", parameters, ann),
        ("Ours", "videos", parameters, SHARED),
    ]
    at.text_input(key="saved-views-new-name").set_value("OURS")
    at.toggle(key="saved-views-new-shared").set_value(True)
    press(at, "Save")
    assert "Replaced OURS" in told(at)
    bob = be("Bob")
    assert [view[0] for view in saved(bob)] == ["OURS"]
    assert "Mine" not in told(draw("saved-views"))


def test_without_a_cookie_views_are_for_everybody_and_the_menu_says_so() -> None:
    at = draw("saved-views")
    assert not at.toggle
    assert "everyone will see this" in told(at)
    at.text_input(key="saved-views-new-name").set_value("Ours")
    press(at, "Save")
    assert saved("") == [("Ours", "videos", {}, SHARED)]


def test_a_view_without_a_name_is_not_saved() -> None:
    at = press(draw("saved-views"), "Save")
    assert "The name is empty" in at.error[0].value
    assert saved("") == []


def test_opening_a_view_replaces_all_that_is_looked_at_and_closes_the_menu() -> None:
    view = save("Monday", SHARED, period=["last-7-days"], project=["p1", "p2"])
    at = draw("saved-views", period="today", channel="c1", metric="plays")
    at.button(key=f"saved-views-open-{view.id}").click().run()
    assert address(at) == {"period": ["last-7-days"], "project": ["p1", "p2"]}
    assert at.session_state["selection"].preset == "last-7-days"
    assert at.session_state["selection"].values("channel") == ()
    assert not at.button


def test_a_view_with_values_that_are_no_longer_known_opens_with_a_remark() -> None:
    view = save("Old", SHARED, metric=["clicks"], project=["p1"])
    at = draw("saved-views")
    at.button(key=f"saved-views-open-{view.id}").click().run()
    assert "invalid metric (clicks)" in at.info[0].value
    assert address(at) == {"project": ["p1"]}
    assert "invalid metric (clicks)" in at.run().info[0].value


def test_a_view_whose_page_is_gone_says_so_and_changes_nothing() -> None:
    view = save("Old", SHARED, page="clicks", project=["p1"])
    at = draw("saved-views", period="today")
    at.button(key=f"saved-views-open-{view.id}").click().run()
    assert "The page of this view no longer exists" in at.error[0].value
    assert address(at) == {"period": ["today"]}


def test_the_view_that_is_looked_at_is_marked() -> None:
    view = save("Monday", SHARED, period=["last-7-days"])
    other = save("Overview of it", SHARED, page="overview", period=["last-7-days"])
    at = draw("saved-views", period="last-7-days")
    assert at.button(key=f"saved-views-open-{view.id}").icon == ":material/check:"
    assert at.button(key=f"saved-views-open-{other.id}").icon == ""


def test_a_view_is_renamed_in_its_place() -> None:
    view = save("Monday", SHARED)
    save("Tuesday", SHARED)
    at = draw("saved-views")
    at.button(key=f"icon-saved-views-rename-{view.id}").click().run()
    at.text_input(key=f"saved-views-name-{view.id}").set_value("Tuesday")
    press(at, "Rename")
    assert "already a view called Tuesday" in at.error[0].value
    at.text_input(key=f"saved-views-name-{view.id}").set_value("Wednesday")
    press(at, "Rename")
    assert [name for name, *_ in saved("")] == ["Tuesday", "Wednesday"]
    assert "Renamed to Wednesday" in told(at)


def test_a_view_is_deleted_after_a_question() -> None:
    view = save("Monday", SHARED)
    at = draw("saved-views")
    at.button(key=f"icon-saved-views-delete-{view.id}").click().run()
    press(at, "Keep")
    assert len(saved("")) == 1
    at.button(key=f"icon-saved-views-delete-{view.id}").click().run()
    press(at, "Delete")
    assert saved("") == []
    assert "Deleted Monday" in told(at)


def test_views_that_cannot_be_read_are_said_in_the_menu() -> None:
    save("Monday", SHARED)
    (store() / "state.sqlite").write_text("[]")
    at = draw("saved-views")
    assert not at.exception
    assert "state.sqlite is damaged" in told(at)


def test_a_name_full_of_markup_is_shown_as_text() -> None:
    name = "![x](http://evil.example/a.png) **b** :red[x]"
    view = save(name, SHARED)
    at = draw("saved-views")
    label = at.button(key=f"saved-views-open-{view.id}").label
    assert name in told(at)
    assert "![" not in label
    assert "**b" not in label
