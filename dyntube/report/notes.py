"""Notes on a page's time axis."""

from __future__ import annotations

from ..desk import Desk
from ..errors import ArchiveError
from ..query.dimensions import dimension
from ..sharing.notes import Note, Subject, shown
from ..words import tr
from .context import ReportContext
from .labels import Labels


def shown_notes(context: ReportContext) -> list[Note]:
    """The notes in the page's period; empty if they cannot be read, which the menu reports."""
    try:
        return shown(context.desk.pinboard.notes(), context.period, context.filters)
    except ArchiveError:
        return []


def notes_problem(desk: Desk) -> str:
    """Why the notes cannot be read; empty if they can."""
    try:
        desk.pinboard.notes()
    except ArchiveError as error:
        return " ".join([tr("Notes are left out."), str(error)])
    return ""


def text_with_author(desk: Desk, note: Note) -> str:
    """What a note says, and in an installation where people sign in, who wrote it."""
    if desk.pinboard.people_sign_in and note.author_name:
        return tr("{note} (by {name})", note=note.text, name=note.author_name)
    return note.text


def about_text(labels: Labels, note: Note) -> str:
    """The subject of a note: "Everything", "Channel: Field notes"."""
    return subject_text(note.scope, labels.one(note.scope, note.key))


def subject_text(subject: Subject, name: str) -> str:
    """The subject of notes, with this name."""
    if subject == "everything":
        return tr("Everything")
    return tr("{dimension}: {name}", dimension=dimension(subject).label, name=name)
