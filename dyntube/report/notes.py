"""The notes on a page's time axis."""

from __future__ import annotations

from ..errors import ArchiveError
from ..query.dimensions import dimension
from ..sharing.notes import Note, Subject, shown
from .context import ReportContext
from .labels import Labels


def shown_notes(context: ReportContext) -> list[Note]:
    """The notes in the page's period; none when they cannot be read: the menu says why."""
    try:
        return shown(context.desk.notes(), context.period, context.filters)
    except ArchiveError:
        return []


def about_text(labels: Labels, note: Note) -> str:
    """What a note is about: "Everything", "Channel: Field notes"."""
    return subject_text(note.scope, labels.one(note.scope, note.key))


def subject_text(subject: Subject, name: str) -> str:
    """A subject of notes with the name of the one that is meant."""
    return "Everything" if subject == "everything" else f"{dimension(subject).label}: {name}"
