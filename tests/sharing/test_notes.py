"""Notes on the time axis: what is kept, and where each shows."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dyntube.account import open_account, open_state
from dyntube.errors import ArchiveError, EntryError
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Operator
from dyntube.settings.settings import Settings
from dyntube.sharing import notes as module
from dyntube.sharing.notes import Note, Notes, Subject, shown

from ..states import BEFORE, old_list, old_note, rows, texts

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 12)
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(open_state(tmp_path), now=lambda: NOON)


def test_a_note_is_kept_as_it_was_written(notes: Notes, tmp_path: Path) -> None:
    note = notes.add(DAY, "Campaign starts", "project", "project-a")
    assert note.created_at == NOON
    expected = Note(note.id, DAY, "Campaign starts", "project", "project-a", NOON)
    assert Notes(open_state(tmp_path)).all() == [note] == [expected]


def test_notes_come_by_day_and_those_of_a_day_as_they_were_written(tmp_path: Path) -> None:
    moments = iter(NOON + dt.timedelta(minutes=n) for n in range(9))
    notes = Notes(open_state(tmp_path), now=lambda: next(moments))
    for day, text in ((13, "c"), (12, "a"), (12, "b"), (1, "first")):
        notes.add(dt.date(2026, 11, day), text)
    assert [note.text for note in notes.all()] == ["first", "a", "b", "c"]


def test_a_note_can_be_changed_in_all_it_says(notes: Notes) -> None:
    note = notes.add(DAY, "Campain starts")
    changed = notes.change(note.id, dt.date(2026, 11, 13), "Campaign", "video", "video-a")
    assert notes.all() == [changed]
    expected = Note(note.id, dt.date(2026, 11, 13), "Campaign", "video", "video-a", NOON)
    assert changed == expected


def test_a_note_can_be_removed_and_twice_is_no_error(notes: Notes) -> None:
    first, second = notes.add(DAY, "a"), notes.add(DAY, "b")
    notes.remove(first.id)
    notes.remove(first.id)
    assert notes.all() == [second]


def test_a_note_that_somebody_has_deleted_cannot_be_changed(notes: Notes) -> None:
    note = notes.add(DAY, "a")
    notes.remove(note.id)
    with pytest.raises(EntryError, match="deleted by someone else"):
        notes.change(note.id, DAY, "b")
    assert notes.all() == []


@pytest.mark.parametrize(
    ("day", "text", "scope", "key", "told"),
    [
        (DAY, " \n ", "everything", "", "The note is empty"),
        (DAY, "x" * 201, "everything", "", "201 characters; the limit is 200"),
        (dt.date(1999, 1, 1), "a", "everything", "", "must be between 2010-01-01 and 2100-01-01"),
        (dt.date(2101, 1, 1), "a", "everything", "", "must be between"),
        (DAY, "a", "planet", "earth", "everything, project, channel, video"),
        (DAY, "a", "project", "", "Choose what the note is about"),
        (DAY, "a", "everything", "project-a", "Choose what the note is about"),
    ],
)
def test_what_cannot_be_kept_is_said_and_changes_nothing(
    day: dt.date, text: str, scope: Subject, key: str, told: str, notes: Notes
) -> None:
    note = notes.add(DAY, "before")
    with pytest.raises(EntryError, match=told):
        notes.add(day, text, scope, key)
    with pytest.raises(EntryError, match=told):
        notes.change(note.id, day, text, scope, key)
    assert notes.all() == [note]


def test_a_note_is_one_line(notes: Notes) -> None:
    assert notes.add(DAY, " Campaign\n\nstarts\x00 ").text == "Campaign starts"


def test_there_is_room_for_so_many_notes(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    first = notes.add(DAY, "a")
    notes.add(DAY, "b")
    with pytest.raises(EntryError, match="There are already 2 notes"):
        notes.add(DAY, "c")
    notes.change(first.id, DAY, "changed")
    notes.remove(first.id)
    notes.add(DAY, "c")


def test_of_two_who_write_at_once_both_are_kept(tmp_path: Path) -> None:
    both = [Notes(open_state(tmp_path)) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: both[n % 2].add(DAY, str(n)), range(40)))
    assert {note.text for note in both[0].all()} == {str(n) for n in range(40)}
    assert len({note.id for note in both[1].all()}) == 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "12 November"},
        {"day": 20261112},
        {"day": "1999-01-01"},
        {"text": ""},
        {"text": 7},
        {"text": "x" * 201},
        {"scope": "planet"},
        {"scope": ["project"]},
        {"key": None},
        {"key": "project-a"},
        {"id": 7},
        {"created_at": "2026-11-20T12:00:00"},
        {"colour": "red"},
    ],
)
def test_what_is_no_note_in_an_old_list_stays_there_and_the_others_are_taken_over(
    wrong: dict[str, object], notes: Notes, tmp_path: Path
) -> None:
    raw = old_list(tmp_path, "notes.json", old_note("a"), old_note("b") | wrong, old_note("c"))
    assert [note.id for note in notes.all()] == ["a", "c"]
    notes.add(DAY, "new")
    assert [note.text for note in notes.all()] == ["text of a", "text of c", "new"]
    assert (tmp_path / f"notes.json{BEFORE}").read_bytes() == raw


@pytest.mark.parametrize(
    "wrong",
    [
        "day = '12 November'",
        "day = '1999-01-01'",
        "text = ''",
        "scope = 'planet'",
        "key = 'project-a'",
        "created_at = '2026-11-20T12:00:00'",
        "text = CAST(x'ff80' AS TEXT)",
    ],
)
def test_a_row_that_is_no_note_is_an_error_that_names_the_file_and_stays_as_it_is(
    wrong: str, notes: Notes, tmp_path: Path
) -> None:
    notes.add(DAY, "a")
    rows(tmp_path, f"UPDATE notes SET {wrong}")
    raw = (tmp_path / "state.sqlite").read_bytes()
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        notes.all()
    with pytest.raises(ArchiveError, match=r"state\.sqlite is damaged"):
        notes.add(DAY, "b")
    assert (tmp_path / "state.sqlite").read_bytes() == raw


def test_each_account_has_its_own_notes_beside_its_days(tmp_path: Path) -> None:
    accounts = [
        open_account(Settings(archive=tmp_path, api_key=key, stats_url=url, api_url=url))
        for key, url in (("a", "http://127.0.0.1:1"), ("b", "http://127.0.0.1:2"))
    ]
    accounts[0].notes.add(DAY, "of the first")
    assert accounts[1].notes.all() == []
    folder = tmp_path / accounts[0].archive.folders[0]
    assert texts(folder) == ["of the first"]


def note(scope: Subject = "everything", key: str = "", day: dt.date = DAY) -> Note:
    return Note("id", day, "text", scope, key, NOON)


def shows(written: Note, *filters: Filter) -> bool:
    return shown([written], NOVEMBER, filters) == [written]


def of(dimension: str, *values: str, operator: Operator = "is") -> Filter:
    return Filter(dimension, values, operator)


def test_notes_show_on_the_days_of_the_period_first_and_last_included() -> None:
    days = [dt.date(2026, 10, 31), dt.date(2026, 11, 1), dt.date(2026, 11, 30)]
    written = [note(day=day) for day in [*days, dt.date(2026, 12, 1)]]
    assert shown(written, NOVEMBER, ()) == written[1:3]


def test_a_note_about_everything_shows_under_every_filter() -> None:
    assert shows(note())
    assert shows(note(), of("project", "b"), of("video", "c", operator="is_not"))


@pytest.mark.parametrize("scope", ["project", "channel"])
def test_a_note_of_a_project_or_channel_shows_unless_the_page_is_of_others(scope: Subject) -> None:
    about = note(scope, "key-a")
    assert shows(about)
    assert shows(about, of("country", "DE"), of("video", "key-b"))
    assert shows(about, of(scope, "key-a"))
    assert shows(about, of(scope, "key-b", "key-a"))
    assert not shows(about, of(scope, "key-b"))
    assert not shows(about, of(scope, "key-a", operator="is_not"))
    assert shows(about, of(scope, "key-b", operator="is_not"))
    assert shows(about, of(scope, "x", "EY-A", operator="contains"))
    assert not shows(about, of(scope, "b", operator="contains"))
    assert not shows(about, of(scope, "key-a"), of(scope, "key-a", operator="is_not"))


def test_a_note_of_a_video_shows_only_where_the_page_is_narrowed_down_to_it() -> None:
    about = note("video", "key-a")
    assert not shows(about)
    assert not shows(about, of("project", "key-a"))
    assert not shows(about, of("video", "key-b"))
    assert not shows(about, of("video", "key-b", operator="is_not"))
    assert shows(about, of("video", "key-b", "key-a"))
    assert shows(about, of("video", "key-", operator="contains"))
    assert not shows(about, of("video", "a"), of("video", "key-a", operator="is_not"))


def test_notes_keep_their_order_when_they_show(notes: Notes) -> None:
    written = [notes.add(DAY, text) for text in ("b", "a", "c")]
    assert shown(notes.all(), NOVEMBER, ()) == written
