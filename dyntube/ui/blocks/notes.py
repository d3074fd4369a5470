"""Notes on the time axis: the menu that lists and writes them, and those a chart shows."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...errors import ArchiveError, EntryError
from ...query.dimensions import UNKNOWN, dimension
from ...query.periods import EARLIEST, LATEST
from ...reading.text import folded
from ...report.context import Scene
from ...report.labels import Labels
from ...sharing.notes import LONGEST_TEXT, Note, Scope, shown
from ..door import desk
from ..menu import attempt, begin_task, confirm, menu, row_button, row_task

_MENU = "notes"
_ROWS = 6  # a page of the list; a menu must fit on a phone
_THINGS: tuple[Scope, ...] = ("project", "channel", "video")
_About = tuple[Scope, str]


def shown_notes(scene: Scene) -> list[Note]:
    """The notes on this page's time axis; none when they cannot be read: the menu says why."""
    try:
        return shown(scene.desk.notes(), scene.period, scene.filters)
    except ArchiveError:
        return []


def notes_menu(scene: Scene) -> None:
    """The button "Notes": the notes of the period, to change and delete, and a form for another."""
    menu("Notes", _MENU, ":material/edit_calendar:", lambda: _fill(scene))


def about_text(note: Note) -> str:
    """What a note is about: "Everything", "Channel: Field notes"."""
    return _about(note.scope, Labels(desk().names()).one(note.scope, note.key))


def _fill(scene: Scene) -> None:
    notes = scene.desk.notes()
    task, id_ = row_task(_MENU)
    changing = next((note for note in notes if (task, note.id) == ("change", id_)), None)
    if changing is None:
        _list([n for n in notes if scene.period.start <= n.day <= scene.period.end], scene)
    _form(scene, changing)


def _list(notes: list[Note], scene: Scene) -> None:
    if not notes:
        st.caption(f"No notes in {formats.period(scene.period)}.")
        return
    pages = -(-len(notes) // _ROWS)
    on_chart = {note.id for note in shown_notes(scene)}
    place = st.container(gap="xxsmall")
    page = st.pagination(pages, key=f"notes-page-{pages}") if pages > 1 else 1
    with place:
        for note in notes[(page - 1) * _ROWS : page * _ROWS]:
            _row(note, on_chart=note.id in on_chart)


def _row(note: Note, *, on_chart: bool) -> None:
    if row_task(_MENU) == ("delete", note.id):
        confirm(_MENU, f"Delete “{formats.plain(note.text)}”?", lambda: _delete(note))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(gap=None, width="stretch"):
            st.markdown(formats.plain(note.text))
            hidden = "" if on_chart else " · not on this chart, which shows other views"
            st.caption(f"{formats.day(note.day)} · {formats.plain(about_text(note))}{hidden}")
        row_button(_MENU, "change", note.id, "edit", "Change this note")
        row_button(_MENU, "delete", note.id, "delete", "Delete this note")


def _form(scene: Scene, changing: Note | None) -> None:
    key = changing.id if changing else "new"
    abouts = _abouts(scene, changing)
    chosen = (changing.scope, changing.key) if changing else _filtered(scene)
    with st.form(f"note-{key}", border=False):
        st.markdown("**Change this note**" if changing else "**Add a note**")
        day, about = st.columns([2, 3])
        day.date_input(
            "Day",
            changing.day if changing else scene.period.end,
            key=f"note-day-{key}",
            min_value=EARLIEST,
            max_value=LATEST,
            format="YYYY-MM-DD",
        )
        about.selectbox(
            "About",
            list(abouts),
            index=list(abouts).index(chosen),
            format_func=abouts.__getitem__,
            key=f"note-about-{key}",
        )
        st.text_input(
            "Note",
            changing.text if changing else "",
            max_chars=LONGEST_TEXT,
            key=f"note-text-{key}",
            placeholder="What happened?",
        )
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                "Save" if changing else "Add note",
                type="primary",
                on_click=_keep,
                args=(key, changing),
            )
            if changing:
                st.form_submit_button("Cancel", on_click=begin_task, args=(_MENU,))


def _keep(key: str, changing: Note | None) -> None:
    state = st.session_state
    day, text = state[f"note-day-{key}"], state[f"note-text-{key}"]
    scope, about = state[f"note-about-{key}"]

    def write() -> str:
        if day is None:
            raise EntryError("Choose the day that the note is about.")
        if changing:
            desk().change_note(changing.id, day, text, scope, about)
            return "Note changed"
        desk().add_note(day, text, scope, about)
        return "Note added"

    if attempt(_MENU, write):
        state[f"note-text-{key}"] = ""
        begin_task(_MENU)
        st.rerun()  # all of the page, not the menu alone: the note is on its charts


def _delete(note: Note) -> None:
    def remove() -> str:
        desk().remove_note(note.id)
        return "Note deleted"

    begin_task(_MENU)
    if attempt(_MENU, remove):
        st.rerun()


def _filtered(scene: Scene) -> _About:
    """What the page is about when that is one thing, the smallest first; else everything."""
    for thing in reversed(_THINGS):
        values = scene.selection.values(thing)
        if len(values) == 1 and values != (UNKNOWN,):
            return thing, values[0]
    return "everything", ""


def _abouts(scene: Scene, changing: Note | None) -> dict[_About, str]:
    """All that a note can be about, with labels that are not alike: a list tells by label only."""
    known = scene.desk.names()
    things: list[_About] = [("everything", ""), _filtered(scene)]
    if changing:
        things.append((changing.scope, changing.key))
    things += [(thing, key) for thing in _THINGS for key in known.known(thing)]
    each = scene.labels.each
    named = {scope: each(scope, (k for of, k in things if of == scope)) for scope, _ in things}
    texts = {(scope, key): _about(scope, named[scope][key]) for scope, key in things}
    return dict(sorted(texts.items(), key=_by_kind))


def _by_kind(labelled: tuple[_About, str]) -> tuple[int, str]:
    (scope, _), text = labelled
    return ("everything", *_THINGS).index(scope), folded(text)


def _about(scope: Scope, name: str) -> str:
    return "Everything" if scope == "everything" else f"{dimension(scope).label}: {name}"
