"""Dated notes on the time axis: what happened that day, about everything or about one thing."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from ..errors import EntryError
from ..query.periods import EARLIEST, LATEST, Period
from ..query.query import Filter
from ..reading.text import folded
from ..words import tr
from .database import Table
from .entries import NOBODY, Author, moment, one_line
from .old_lists import OldList
from .state import State

LONGEST_TEXT = 200  # characters
MOST = 2000  # notes; a page reads them all

Subject = Literal["everything", "project", "channel", "video"]
SCOPES: tuple[Subject, ...] = get_args(Subject)


@dataclass(frozen=True)
class Note:
    """A note about a day, on the clocks of whoever looks; `key` names what it is about."""

    id: str
    day: dt.date
    text: str
    scope: Subject
    key: str  # of a project, channel or video; "" for everything
    created_at: dt.datetime
    author: str = ""  # see `entries.Author`
    author_name: str = ""


class Notes:
    """The notes that all readers of one account share; safe for many threads and processes.

    All methods raise ArchiveError when the state cannot be read, those that change it also when it
    cannot be written. A `check` gets the note as it is when it is about to change, and may raise.
    """

    def __init__(
        self,
        state: State,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._state, self._now = state, now

    def all(self) -> list[Note]:
        """Every note, the earliest day first; those of a day as they were written."""
        return sorted(self._state.entries(NOTES), key=lambda note: note.day)

    def add(
        self,
        day: dt.date,
        text: str,
        scope: Subject = "everything",
        key: str = "",
        by: Author = NOBODY,
    ) -> Note:
        """Write a note. Raises EntryError when it cannot be kept like this."""
        note = _checked(Note(secrets.token_hex(8), day, text, scope, key, self._now(), *by))
        with self._state.editing(NOTES) as notes:
            if len(notes) >= MOST:
                text = tr(
                    "There are already {number} notes, which is the limit. Delete some first."
                )
                raise EntryError(text.format(number=f"{MOST:,}"))
            notes[note.id] = note
        return note

    def change(
        self,
        id_: str,
        day: dt.date,
        text: str,
        scope: Subject = "everything",
        key: str = "",
        check: Callable[[Note], None] = lambda _: None,
    ) -> Note:
        """Write a note anew; its author stays.

        Raises EntryError when it is gone or cannot be kept like this.
        """
        with self._state.editing(NOTES) as notes:
            if id_ not in notes:
                raise EntryError(tr("This note was deleted by someone else. Write it again."))
            check(notes[id_])
            changed = replace(notes[id_], day=day, text=text, scope=scope, key=key)
            notes[id_] = _checked(changed)
            return notes[id_]

    def remove(self, id_: str, check: Callable[[Note], None] = lambda _: None) -> None:
        """Delete a note; one that is gone already is no error."""
        with self._state.editing(NOTES) as notes:
            if id_ in notes:
                check(notes[id_])
                del notes[id_]


def shown(notes: Iterable[Note], period: Period, filters: Iterable[Filter]) -> list[Note]:
    """The notes that belong on a time axis of this period, where a page is filtered like this.

    Those about everything always do. Those about a project or channel do, unless the page is
    filtered to others. Those about a video do only where the page is narrowed down to videos and
    it is among them: there are many videos, and each note would be noise to all the others.
    """
    filters = tuple(filters)
    return [
        note
        for note in notes
        if period.start <= note.day <= period.end and _concerns(note, filters)
    ]


def load(item: dict[str, Any]) -> Note:
    """The note that cells or a JSON object describe."""
    day, created_at = dt.date.fromisoformat(item["day"]), moment(item["created_at"])
    note = Note(**item | {"day": day, "created_at": created_at})
    texts = note.id, note.text, note.key, note.author, note.author_name
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a note's texts are texts")
    return _checked(note)


NOTES = Table("notes", load)
OLD = OldList("notes.json", NOTES)


def _concerns(note: Note, filters: tuple[Filter, ...]) -> bool:
    if note.scope == "everything":
        return True
    about = [filter_ for filter_ in filters if filter_.dimension == note.scope]
    narrowed = note.scope != "video" or any(filter_.operator != "is_not" for filter_ in about)
    return narrowed and all(_lets_through(filter_, note.key) for filter_ in about)


def _lets_through(filter_: Filter, key: str) -> bool:
    match filter_.operator:
        case "is":
            return key in filter_.values
        case "is_not":
            return key not in filter_.values
        case "contains":
            return any(folded(part) in folded(key) for part in filter_.values)


def _checked(note: Note) -> Note:
    if not EARLIEST <= note.day <= LATEST:
        text = tr("The day of a note must be between {first} and {last}.")
        raise EntryError(text.format(first=EARLIEST, last=LATEST))
    if note.scope not in SCOPES:
        raise EntryError(f"A note is about one of: {', '.join(SCOPES)}.")
    if (note.scope == "everything") == bool(note.key):
        raise EntryError(tr("Choose what the note is about: everything, or one thing."))
    return replace(note, text=one_line(note.text, tr("The note"), LONGEST_TEXT))
