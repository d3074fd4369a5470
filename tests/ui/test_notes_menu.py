"""The menu of notes, run as Streamlit runs it but without a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.people.reader import SignedIn
from dyntube.query.periods import Period
from dyntube.report.context import ReportContext
from dyntube.report.provenance import provenance
from dyntube.report.selection import Selection
from dyntube.sharing.entries import NOBODY, Author
from dyntube.sharing.notes import Note
from dyntube.ui import door

from ..clock import NOON
from ..menus import NOBODY_LISTENS, draw, keep_names, on_chart, press, store, told
from ..sign_in.persons import settings_of_app, sit_down


@pytest.fixture(autouse=True)
def account(tmp_path: Path, connect: Callable[..., None]) -> None:
    connect(NOBODY_LISTENS, tmp_path / "archive")
    keep_names(store())


def add(
    text: str, day: int = 12, scope: str = "everything", key: str = "", by: Author = NOBODY
) -> Note:
    return door.desk().account.notes.add(dt.date(2026, 11, day), text, scope, key, by)


def notes() -> list[tuple[str, str, str, str]]:
    return [(str(n.day), n.text, n.scope, n.key) for n in door.desk().account.notes.all()]


def test_closed_menus_ask_and_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("a closed menu costs something")

    monkeypatch.setattr(door.desk().account.saved_views, "for_reader", asked)
    monkeypatch.setattr("dyntube.desk.Desk.names", asked)
    at = draw()
    assert not at.exception
    assert not at.button
    assert not at.text_input


def test_a_note_is_written_in_the_menu_and_shows_on_the_chart() -> None:
    at = draw("notes")
    assert "No notes in 1 – 30 Nov 2026." in told(at)
    assert at.date_input(key="note-day-new").value == dt.date(2026, 11, 30)
    at.date_input(key="note-day-new").set_value(dt.date(2026, 11, 12))
    at.text_input(key="note-text-new").set_value("Campaign starts")
    press(at, "Add note")
    assert notes() == [("2026-11-12", "Campaign starts", "everything", "")]
    assert on_chart(at) == "Everything, Campaign starts"
    assert "Note added" in told(at)
    assert "12 Nov 2026 · Everything" in told(at)
    assert at.text_input(key="note-text-new").value == ""
    assert "Note added" not in told(at.run())


def test_a_note_is_about_what_the_page_is_filtered_by() -> None:
    for parameters, scope, key in (
        ({"project": "p2"}, "project", "p2"),
        ({"project": "p2", "video": "v1"}, "video", "v1"),
        ({"channel": "unnamed"}, "channel", "unnamed"),
        ({"channel": ""}, "everything", ""),
    ):
        at = draw("notes", **parameters)
        at.text_input(key="note-text-new").set_value("Here")
        press(at, "Add note")
        assert notes()[-1][2:] == (scope, key)


def test_a_note_can_be_about_every_named_thing_and_twins_are_told_apart() -> None:
    at = draw("notes")
    about = at.selectbox(key="note-about-new")
    assert about.options == [
        "Everything",
        "Project: Spring **launch** <b>",
        "Project: Twin (p2)",
        "Project: Twin (p3)",
        "Channel: Field notes",
        "Video: Keynote",
        "Video: Tour",
    ]
    about.set_value(("project", "p3"))
    at.text_input(key="note-text-new").set_value("Here")
    press(at, "Add note")
    assert notes()[0][2:] == ("project", "p3")


def test_a_note_that_cannot_be_kept_is_said_and_what_was_typed_stays() -> None:
    at = draw("notes")
    press(at, "Add note")
    assert "The note is empty" in at.error[0].value
    at.text_input(key="note-text-new").set_value("Day less")
    at.date_input(key="note-day-new").set_value(None)
    press(at, "Add note")
    assert "Choose the day" in at.error[0].value
    assert at.text_input(key="note-text-new").value == "Day less"
    assert notes() == []
    assert not at.run().error


def test_a_note_is_changed_in_its_place() -> None:
    note = add("Campain", scope="project", key="p1")
    at = draw("notes")
    at.button(key=f"icon-notes-change-{note.id}").click().run()
    assert at.date_input(key=f"note-day-{note.id}").value == note.day
    assert at.selectbox(key=f"note-about-{note.id}").value == ("project", "p1")
    at.text_input(key=f"note-text-{note.id}").set_value("Campaign")
    at.selectbox(key=f"note-about-{note.id}").set_value(("everything", ""))
    press(at, "Save")
    assert notes() == [("2026-11-12", "Campaign", "everything", "")]
    assert on_chart(at) == "Everything, Campaign"
    at.button(key=f"icon-notes-change-{note.id}").click().run()
    press(at, "Cancel")
    assert at.text_input(key="note-text-new").value == ""


def test_a_note_about_a_thing_without_a_name_can_be_changed() -> None:
    note = add("Campain", scope="project", key="gone")
    at = draw("notes")
    at.button(key=f"icon-notes-change-{note.id}").click().run()
    at.text_input(key=f"note-text-{note.id}").set_value("Campaign")
    press(at, "Save")
    assert notes() == [("2026-11-12", "Campaign", "project", "gone")]


def test_a_note_is_deleted_after_a_question() -> None:
    note = add("Campaign")
    at = draw("notes")
    at.button(key=f"icon-notes-delete-{note.id}").click().run()
    assert "Delete “Campaign”?" in told(at)
    press(at, "Keep")
    assert len(notes()) == 1
    at.button(key=f"icon-notes-delete-{note.id}").click().run()
    press(at, "Delete")
    assert notes() == []
    assert on_chart(at) == ""
    assert "Note deleted" in told(at)


def test_the_menu_lists_all_notes_of_the_period_and_says_which_the_chart_leaves_out() -> None:
    add("everybody")
    add("of the video", scope="video", key="v1")
    door.desk().account.notes.add(dt.date(2026, 12, 1), "december")
    at = draw("notes")
    assert on_chart(at) == "Everything, everybody"
    assert "december" not in told(at)
    assert "12 Nov 2026 · Video: Keynote · hidden on this chart" in told(at)
    at = draw("notes", video="v1")
    assert on_chart(at) == "Everything, everybody\nVideo: Keynote, of the video"
    assert "hidden on this chart" not in told(at)


def test_many_notes_come_in_pages() -> None:
    for number in range(8):
        add(f"note {number}", day=number + 1)
    at = draw("notes")
    assert "note 5" in told(at)
    assert "note 6" not in told(at)


def test_notes_that_cannot_be_read_are_said_in_the_menu_and_the_chart_stays() -> None:
    add("Campaign")
    (store() / "state.sqlite").write_text("rubbish")
    at = draw("notes")
    assert not at.exception
    assert on_chart(at) == ""
    assert "state.sqlite is damaged" in told(at)


def test_a_note_full_of_markup_is_shown_as_text() -> None:
    text = "![x](http://evil.example/a.png) **bold** <b> :red[x]"
    note = add(text, scope="project", key="p1")
    listed, asked = draw("notes"), draw("notes")
    asked.button(key=f"icon-notes-delete-{note.id}").click().run()
    for at in (listed, asked):
        shown = "\n".join(element.value for element in (*at.markdown, *at.caption))
        assert text in told(at)
        markup = ("![", "**bold", ":red[", "<b>", "**launch")
        assert not [part for part in markup if part in shown]


def test_a_menu_that_was_closed_has_forgotten_what_it_asked() -> None:
    note = add("Campaign")
    at = draw("notes")
    at.button(key=f"icon-notes-delete-{note.id}").click().run()
    assert "Delete “Campaign”?" in told(at)
    for opened in (False, True):
        at.session_state["notes"] = opened
        at.run()
    assert "Delete “Campaign”?" not in told(at)
    assert "Campaign" in told(at)


# Where people sign in


ADA = Author("proxy|ada@acme.com", "ada@acme.com")


@pytest.fixture
def sign_in(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Sit down as somebody, at first as Ada."""
    connect(NOBODY_LISTENS, tmp_path / "archive", **settings_of_app(tmp_path))
    sit_down(monkeypatch, "ada")
    if not store().exists():
        keep_names(store())
    return lambda name: sit_down(monkeypatch, name)


def may_change(at: AppTest, note: Note) -> set[str]:
    """Which buttons a note has."""
    keys = (button.key or "" for button in at.button)
    return {key.split("-")[2] for key in keys if key.endswith(note.id)}


def test_a_note_names_its_author_and_only_they_and_admins_have_buttons(
    sign_in: Callable[[str], None],
) -> None:
    at = draw("notes")
    at.text_input(key="note-text-new").set_value("Campaign")
    press(at, "Add note")
    assert "12 Nov" not in told(at)
    assert "30 Nov 2026 · Everything · by ada@acme.com" in told(at)
    [note] = door.desk().account.notes.all()
    assert (note.author, note.author_name) == ADA
    old = add("from before")
    for name, mine, others in (
        ("ada", {"change", "delete"}, set()),
        ("bob", set(), set()),
        ("root", {"change", "delete"}, {"change", "delete"}),
    ):
        sign_in(name)
        at = draw("notes")
        assert "30 Nov 2026 · Everything · by ada@acme.com" in told(at)
        assert "12 Nov 2026 · Everything\n" in told(at)
        assert may_change(at, note) == mine
        assert may_change(at, old) == others


def test_a_click_on_a_button_that_is_no_longer_theirs_is_refused_with_a_sentence(
    sign_in: Callable[[str], None],
) -> None:
    note = add("Campaign", by=ADA)
    at = draw("notes")
    at.button(key=f"icon-notes-delete-{note.id}").click().run()
    sign_in("bob")
    press(at, "Delete")
    assert "Only ada@acme.com and administrators may change this." in told(at)
    assert len(notes()) == 1


def test_notes_outside_of_what_somebody_sees_are_not_listed(
    sign_in: Callable[[str], None],
) -> None:
    add("of theirs", scope="project", key="p1")
    add("of others", scope="project", key="p2", by=ADA)
    at = draw("notes")
    assert "of theirs" in told(at)
    assert "of others" not in told(at)
    assert "of others" not in on_chart(at)


def test_whoever_sees_as_somebody_else_has_no_form_and_no_buttons(
    sign_in: Callable[[str], None],
) -> None:
    ada = door.desk().reader
    assert isinstance(ada, SignedIn)
    note = add("Campaign", by=ADA)
    sign_in("root")
    at = draw("notes")
    assert may_change(at, note) == {"change", "delete"}
    at.session_state["seen-as"] = ada.person
    at.run()
    assert not at.exception
    assert "You are seeing as somebody else: nothing can be changed." in told(at)
    assert may_change(at, note) == set()
    assert not at.text_input
    assert "Campaign" in told(at)


def test_an_author_full_of_markup_is_shown_as_text(sign_in: Callable[[str], None]) -> None:
    name = "![x](http://evil.example/a.png) **b** :red[x]"
    add("Campaign", by=Author("issuer|evil", name))
    at = draw("notes")
    assert f"by {name}" in told(at)
    shown = "\n".join(element.value for element in (*at.markdown, *at.caption))
    assert not [part for part in ("![", "**b", ":red[") if part in shown]


def in_files() -> list[str]:
    """The notes as the first sheet of a workbook has them."""
    november, now = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30)), NOON
    selection = Selection()
    context = ReportContext(
        ("views",), selection, november, None, now, selection.filters, desk=door.desk()
    )
    return [text for _, _, text in provenance("Videos", context, link="").annotations]


def test_notes_in_a_file_name_their_authors_where_people_sign_in(
    sign_in: Callable[[str], None],
) -> None:
    add("Campaign", by=ADA)
    add("from before", day=13)
    assert in_files() == ["Campaign (by ada@acme.com)", "from before"]


def test_notes_in_a_file_name_no_author_where_nobody_signs_in() -> None:
    add("Campaign", by=ADA)
    assert in_files() == ["Campaign"]
