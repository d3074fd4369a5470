"""The menu of saved views, run as Streamlit runs it but without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from dyntube.people.reader import SignedIn
from dyntube.sharing.entries import NOBODY, Author
from dyntube.sharing.saved_views import SHARED, SavedView, reader_id
from dyntube.ui import door
from dyntube.ui.door import COOKIE

from ..menus import NOBODY_LISTENS, address, draw, keep_names, press, store, told
from ..sign_in.persons import settings_of_app, sit_down


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


def save(
    name: str, owner: str, page: str = "videos", by: Author = NOBODY, **parameters: list[str]
) -> SavedView:
    return door.desk().account.saved_views.save(name, page, parameters, owner, by)[0]


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


# Where people sign in


ADA = Author("proxy|ada@acme.com", "ada@acme.com")


@pytest.fixture
def sign_in(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Sit down as somebody, at first as Ada, at a browser with a cookie."""
    connect(NOBODY_LISTENS, tmp_path / "archive", **settings_of_app(tmp_path))
    sit_down(monkeypatch, "ada")
    return lambda name, cookie="": sit_down(monkeypatch, name, cookie)


def may_change(at: AppTest, view: SavedView) -> set[str]:
    """Which small buttons a view has."""
    keys = (button.key or "" for button in at.button if (button.key or "").startswith("icon-"))
    return {key.split("-")[3] for key in keys if key.endswith(view.id)}


def test_a_view_is_saved_for_whoever_signed_in_and_a_shared_one_names_its_author(
    sign_in: Callable[..., None],
) -> None:
    at = draw("saved-views")
    for name, shared in (("Mine", False), ("Ours", True)):
        at.text_input(key="saved-views-new-name").set_value(name)
        at.toggle(key="saved-views-new-shared").set_value(shared)
        press(at, "Save")
    assert saved(ADA.id) == [("Mine", "videos", {}, ADA.id), ("Ours", "videos", {}, SHARED)]
    for who, listed in (("ada", True), ("bob", False), ("root", False)):
        sign_in(who, "the same browser")
        at = draw("saved-views")
        assert ("Mine :gray[· Videos]" in told(at)) is listed
        assert "Ours :gray[· Videos · by ada@acme.com]" in told(at)


def test_only_its_author_and_admins_have_buttons_at_a_shared_view(
    sign_in: Callable[..., None],
) -> None:
    view, old = save("Monday", SHARED, by=ADA), save("From before", SHARED)
    both: set[str] = {"rename", "delete"}
    for name, mine, others in (("ada", both, set()), ("bob", set(), set()), ("root", both, both)):
        sign_in(name)
        at = draw("saved-views")
        assert may_change(at, view) == mine
        assert may_change(at, old) == others


def test_a_click_on_a_button_that_is_no_longer_theirs_is_refused_with_a_sentence(
    sign_in: Callable[..., None],
) -> None:
    view = save("Monday", SHARED, by=ADA)
    at = draw("saved-views")
    at.button(key=f"icon-saved-views-delete-{view.id}").click().run()
    sign_in("bob")
    press(at, "Delete")
    assert "Only ada@acme.com and administrators may change this." in told(at)
    assert len(saved("")) == 1


def test_whoever_sees_as_somebody_else_has_no_form_and_no_buttons(
    sign_in: Callable[..., None],
) -> None:
    ada = door.desk().reader
    assert isinstance(ada, SignedIn)
    view = save("Monday", SHARED)
    sign_in("root")
    at = draw("saved-views")
    at.session_state["seen-as"] = ada.person
    at.run()
    assert not at.exception
    assert "You are seeing as somebody else: nothing can be changed." in told(at)
    assert may_change(at, view) == set()
    assert not at.text_input
    at.button(key=f"saved-views-open-{view.id}").click().run()
    assert not at.exception


def test_views_that_filter_by_what_somebody_does_not_see_are_not_listed(
    sign_in: Callable[..., None],
) -> None:
    save("Of theirs", SHARED, project=["p1"])
    save("Of others", SHARED, project=["p2"])
    save("Once mine", ADA.id, project=["p2"])
    listed = told(draw("saved-views"))
    assert "Of theirs" in listed
    assert "Of others" not in listed
    assert "Once mine" not in listed


def test_an_author_full_of_markup_is_shown_as_text(sign_in: Callable[..., None]) -> None:
    name = "![x](http://evil.example/a.png) **b** :red[x]"
    view = save("Monday", SHARED, by=Author("issuer|evil", name))
    at = draw("saved-views")
    assert f"by {name}" in told(at)
    label = at.button(key=f"saved-views-open-{view.id}").label
    assert not [part for part in ("![", "**b", ":red[") if part in label]


def test_views_of_this_browser_are_offered_by_name_and_kept_on_a_click(
    sign_in: Callable[..., None],
) -> None:
    before = [save(name, reader_id("Ann")) for name in ("Monday", "**Tuesday**")]
    save("Of others", reader_id("Ann"), project=["p2"])
    own = save("Monday", ADA.id)
    sign_in("ada", "Ann")
    at = draw("saved-views")
    offer = next(caption.value for caption in at.caption if "before you signed in" in caption.value)
    assert "**T" not in offer
    assert "Saved in this browser before you signed in: **Tuesday**, Monday\n" in told(at)
    assert "Of others" not in told(at)
    assert not may_change(at, before[0]), "it is named, not listed"
    press(at, "Keep them as mine")
    assert "2 views are yours now" in told(at)
    assert "before you signed in" not in told(at)
    assert [name for name, *_ in saved(ADA.id)] == ["**Tuesday**", "Monday", "Monday (2)"]
    for view in (own, *before):
        assert may_change(at, view) == {"rename", "delete"}


def test_many_views_of_this_browser_are_counted(sign_in: Callable[..., None]) -> None:
    for number in range(12):
        save(f"view {number:02}", reader_id("Ann"))
    sign_in("ada", "Ann")
    at = draw("saved-views")
    assert "view 08, view 09 and 2 more" in told(at)
    press(at, "Keep them as mine")
    assert len(saved(ADA.id)) == 12


def test_nothing_is_offered_in_another_browser_or_where_nobody_signs_in(
    sign_in: Callable[..., None], connect: Callable[..., None], tmp_path: Path
) -> None:
    save("Monday", reader_id("Ann"))
    for cookie in ("", "Bob"):
        sign_in("ada", cookie)
        assert "before you signed in" not in told(draw("saved-views"))
    sign_in("", "Ann")
    connect(NOBODY_LISTENS, tmp_path / "archive")
    at = draw("saved-views")
    assert "before you signed in" not in told(at)
    assert "Monday" in told(at), "it is theirs, as before"
