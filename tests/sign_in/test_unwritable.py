"""A state file that cannot be written: whoever would change something there is told that it did not
change, and what to do. Nothing is silently left undone.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.errors import ArchiveError, NotSignedInError
from dyntube.people.reader import SignedIn
from dyntube.sharing import database
from dyntube.sharing.saved_views import reader_id
from dyntube.ui import door
from dyntube.ui.layout import icon_key

from ..menus import NOBODY_LISTENS, draw, keep_names, press, store, told
from ..states import held, run
from .gates import ADA, BOB, NOW, Opened, gates
from .persons import settings_of_app, sit_down

Audit = Callable[[], list[dict[str, object]]]
BUSY = "is being changed by another program. Try again in a minute."


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_LOCK_SECONDS", 0.05)


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return gates(tmp_path)


def test_who_signs_out_is_told_and_no_session_is_ended(
    opened: Opened, tmp_path: Path, audit: Audit
):
    gate = opened()
    gate.greet(ADA, "")

    with held(tmp_path / "state"), pytest.raises(ArchiveError, match="changed by another program"):
        gate.sign_out(ADA, "")

    assert gate.grant(ADA)
    assert [line["action"] for line in audit()] == ["sign_in"]
    gate.sign_out(ADA, "")
    with pytest.raises(NotSignedInError):
        gate.grant(ADA)


def test_a_session_that_could_not_be_noted_is_ended_by_signing_out(opened: Opened, tmp_path: Path):
    gate = opened()
    gate.greet(BOB, "")
    later = replace(ADA, signed_in_at=NOW + dt.timedelta(seconds=1))
    with held(tmp_path / "state"):
        gate.greet(ADA, "")
        gate.greet(later, "")

    gate.sign_out(later, "")

    for session in (ADA, later):
        with pytest.raises(NotSignedInError):
            gate.grant(session)
    assert gate.grant(BOB)


def test_a_session_that_is_newer_than_the_last_that_was_noted_is_ended_too(
    opened: Opened, tmp_path: Path
):
    gate = opened()
    gate.greet(ADA, "")
    later = replace(ADA, signed_in_at=NOW + dt.timedelta(seconds=1))
    with held(tmp_path / "state"):
        gate.greet(later, "")

    gate.sign_out(later, "")

    with pytest.raises(NotSignedInError):
        gate.grant(later)


def test_who_could_not_be_noted_is_noted_a_minute_later(
    opened: Opened, tmp_path: Path, audit: Audit
):
    gate = opened()
    gate.greet(BOB, "")
    with held(tmp_path / "state"):
        gate.greet(ADA, "")
    gate.greet(ADA, "")
    assert ADA.id not in gate.people.all()

    gate.now = lambda: NOW + dt.timedelta(minutes=1)
    gate.greet(ADA, "")

    assert ADA.id in gate.people.all()
    assert [line["who"] for line in audit()] == [BOB.id, ADA.id]


def test_an_export_that_cannot_be_counted_is_not_made(opened: Opened, tmp_path: Path):
    gate = opened()
    gate.greet(BOB, "")

    with (
        held(tmp_path / "state"),
        pytest.raises(ArchiveError, match=f"cannot be counted, so it is not made.*{BUSY}"),
    ):
        SignedIn(BOB, gate).export(10)


READ_ONLY = """
from tests.sign_in.gates import ADA, gates
open_gate = gates(Path(sys.argv[1]))
Path(sys.argv[1]).chmod(0o555)
become_nobody()
gate = open_gate()
try:
    gate.sign_out(ADA, "")
except ArchiveError as error:
    print(error)
print(gate.grant(ADA).access.role)
"""


def test_on_a_disk_that_may_only_be_read_who_signs_out_is_told_so():
    with tempfile.TemporaryDirectory() as name:
        (folder := Path(name)).chmod(0o755)
        gates(folder)().greet(ADA, "")
        (folder / "state").chmod(0o555)
        (folder / "state" / "state.sqlite").chmod(0o644)

        said, _ = run(READ_ONLY, folder).communicate(timeout=60)

        folder.chmod(0o755)
        (folder / "state").chmod(0o755)
    assert "state.sqlite cannot be written: it or its folder may only be read. Let the user" in said
    assert said.splitlines()[-1] == "admin"


@pytest.fixture
def sign_in(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Sit down as somebody, at first as Ada; the state file is there."""
    settings = settings_of_app(tmp_path) | {"SIGN_OUT_URL": "/oauth2/sign_out"}
    connect(NOBODY_LISTENS, tmp_path / "archive", **settings)
    sit_down(monkeypatch, "ada", "Ann")
    keep_names(store())
    greet()
    return lambda name: sit_down(monkeypatch, name, "Ann")


def greet() -> SignedIn:
    reader = door.desk().reader
    assert isinstance(reader, SignedIn)
    reader.gate.greet(reader.person, "")
    return reader


def account_page() -> None:
    from dyntube.ui.frame.account import account_menu

    account_menu()


def test_the_account_menu_says_that_nobody_is_signed_out_and_lets_leave(
    sign_in: Callable[..., None],
):
    at = AppTest.from_function(account_page, default_timeout=30)
    at.session_state[icon_key("account")] = True
    at.run()
    with held(store()):
        press(at, "Sign out everywhere")

    assert not at.exception
    assert "You are still signed in, here and in other browsers" in told(at)
    assert BUSY in told(at)
    assert "Sign out of this browser alone" in told(at)
    reader = door.desk().reader
    assert reader.access.role == "analyst"
    press(at, "Sign out of this browser alone")
    assert not at.exception
    assert reader.access.role == "analyst"
    press(at, "Sign out everywhere")
    with pytest.raises(NotSignedInError):
        _ = reader.access


def test_the_page_of_people_says_whose_sessions_go_on(sign_in: Callable[..., None]):
    bob = "bob@acme.com"
    sign_in("bob")
    person = greet().person
    sign_in("root")
    greet()
    at = AppTest.from_function(people_page, default_timeout=30).run()
    at.selectbox(key="person-chosen").select(person.id).run()
    with held(store()):
        press(at, "Sign them out everywhere")

    assert not at.exception
    assert f"No session of {bob} was ended." in told(at)
    assert BUSY in told(at)


def people_page() -> None:
    from dyntube import ui
    from dyntube.ui.sections.people import people

    ui.start("people")  # as app.py does
    people()


def test_a_note_that_is_not_written_changed_or_deleted_is_said(sign_in: Callable[..., None]):
    reader, notes = door.desk().reader, door.desk().pinboard
    note = notes.add_note(dt.date(2026, 11, 12), "Campaign", "everything", "")
    at = draw("notes")
    at.text_input(key="note-text-new").set_value("Launch")
    with held(store()):
        press(at, "Add note")
    assert BUSY in told(at)
    assert "Note added" not in told(at)
    assert at.text_input(key="note-text-new").value == "Launch", "to be tried again"

    press(at, "Delete this note")
    with held(store()):
        press(at, "Delete")
    assert BUSY in told(at)
    assert "Note deleted" not in told(at)

    press(at, "Change this note")
    at.text_input(key=f"note-text-{note.id}").set_value("Other")
    with held(store()):
        press(at, "Save")
    assert BUSY in told(at)
    assert "Note changed" not in told(at)
    assert reader.owner == note.author
    assert notes.notes() == [note]


def test_a_view_that_is_not_saved_renamed_deleted_or_taken_over_is_said(
    sign_in: Callable[..., None],
):
    kept = door.desk().account.saved_views
    of_browser, _ = kept.save("Tuesday", "videos", {}, reader_id("Ann"))
    board = door.desk().pinboard
    view, _ = board.save_view("Monday", "videos", {}, shared=False)
    before = [*kept.for_reader(door.desk().reader.owner), of_browser]
    at = draw("saved-views")
    at.text_input(key="saved-views-new-name").set_value("Mine")
    for begins, ends, done in (
        ("", "Save", "Saved Mine"),
        ("", "Keep them as mine", "is yours now"),
        ("Delete this view", "Delete", "Deleted"),
        ("Rename this view", "Rename", "Renamed to"),
    ):
        if begins:
            press(at, begins)
        if ends == "Rename":
            at.text_input(key=f"saved-views-name-{view.id}").set_value("Other")
        with held(store()):
            press(at, ends)
        assert not at.exception
        assert BUSY in told(at)
        assert done not in told(at)
    assert [*kept.for_reader(door.desk().reader.owner), of_browser] == before
