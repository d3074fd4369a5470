"""The notes menu: lists, adds, changes and deletes notes."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...errors import EntryError
from ...pinboard import READ_ONLY
from ...query.dimensions import UNKNOWN
from ...query.periods import EARLIEST, LATEST
from ...reading.text import sort_key
from ...report.context import ReportContext
from ...report.notes import about_text, shown_notes, subject_text
from ...sharing.notes import LONGEST_TEXT, Note, Subject
from ...words import tr
from ..door import desk
from ..menu import begin_task, by_author, confirm, menu, row_button, row_task, run_action

_MENU = "notes"
_ROWS = 6  # per page of the list; a menu must fit on a phone
_THINGS: tuple[Subject, ...] = ("project", "channel", "video")
_About = tuple[Subject, str]


def notes_menu(context: ReportContext) -> None:
    """The button "Notes": the notes of the period, to change or delete, and a form to add one."""
    menu(tr("Notes"), _MENU, ":material/edit_calendar:", lambda: _fill(context))


def _fill(context: ReportContext) -> None:
    notes = context.desk.pinboard.notes()
    task, id_ = row_task(_MENU)
    changing = next((note for note in notes if (task, note.id) == ("change", id_)), None)
    if changing is None:
        _list([n for n in notes if context.period.start <= n.day <= context.period.end], context)
    if context.desk.reader.writes:
        _form(context, changing)
    else:
        st.caption(READ_ONLY)


def _list(notes: list[Note], context: ReportContext) -> None:
    if not notes:
        st.caption(tr("No notes in {period}.", period=formats.period(context.period)))
        return
    pages = -(-len(notes) // _ROWS)
    on_chart = {note.id for note in shown_notes(context)}
    place = st.container(gap="xsmall")
    page = st.pagination(pages, key=f"notes-page-{pages}") if pages > 1 else 1
    with place:
        for note in notes[(page - 1) * _ROWS : page * _ROWS]:
            _row(context, note, on_chart=note.id in on_chart)


def _row(context: ReportContext, note: Note, *, on_chart: bool) -> None:
    if row_task(_MENU) == ("delete", note.id):
        question = tr("Delete “{note}”?", note=formats.escape_markdown(note.text))
        confirm(_MENU, question, lambda: _delete(note))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(gap=None, width="stretch"):
            st.markdown(formats.escape_markdown(note.text))
            about = formats.escape_markdown(about_text(context.labels, note))
            hidden = "" if on_chart else tr("hidden on this chart by the filters")
            parts = formats.day(note.day), about, by_author(note), hidden
            st.caption(" · ".join(filter(None, parts)))
        if context.desk.pinboard.may_change(note):
            row_button(_MENU, "change", note.id, ":material/edit:", tr("Change this note"))
            row_button(_MENU, "delete", note.id, ":material/delete:", tr("Delete this note"))


def _form(context: ReportContext, changing: Note | None) -> None:
    key = changing.id if changing else "new"
    abouts = _abouts(context, changing)
    chosen = (changing.scope, changing.key) if changing else _filtered(context)
    with st.form(f"note-{key}", border=False):
        heading = tr("Change this note") if changing else tr("Add a note")
        st.markdown(f"**{heading}**")
        day, about = st.columns([2, 3])
        day.date_input(
            tr("Day"),
            changing.day if changing else context.period.end,
            key=f"note-day-{key}",
            min_value=EARLIEST,
            max_value=LATEST,
            format="YYYY-MM-DD",
        )
        about.selectbox(
            tr("About"),
            list(abouts),
            index=list(abouts).index(chosen),
            format_func=abouts.__getitem__,
            key=f"note-about-{key}",
        )
        st.text_input(
            tr("Note"),
            changing.text if changing else "",
            max_chars=LONGEST_TEXT,
            key=f"note-text-{key}",
            placeholder=tr("What happened?"),
        )
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                tr("Save") if changing else tr("Add note"),
                type="primary",
                on_click=_keep,
                args=(key, changing),
            )
            if changing:
                st.form_submit_button(tr("Cancel"), on_click=begin_task, args=(_MENU,))


def _keep(key: str, changing: Note | None) -> None:
    state = st.session_state
    day, text = state[f"note-day-{key}"], state[f"note-text-{key}"]
    scope, about = state[f"note-about-{key}"]

    def write() -> str:
        if day is None:
            raise EntryError(tr("Choose the day of the note."))
        if changing:
            desk().pinboard.change_note(changing.id, day, text, scope, about)
            return tr("Note changed")
        desk().pinboard.add_note(day, text, scope, about)
        return tr("Note added")

    if run_action(_MENU, write):
        state[f"note-text-{key}"] = ""
        begin_task(_MENU)
        st.rerun()  # the whole page, since its charts show the note


def _delete(note: Note) -> None:
    def remove() -> str:
        desk().pinboard.remove_note(note.id)
        return tr("Note deleted")

    begin_task(_MENU)
    if run_action(_MENU, remove):
        st.rerun()


def _filtered(context: ReportContext) -> _About:
    """The page's subject if it is a single one, the innermost first; else everything."""
    for thing in reversed(_THINGS):
        values = context.selection.values(thing)
        if len(values) == 1 and values != (UNKNOWN,):
            return thing, values[0]
    return "everything", ""


def _abouts(context: ReportContext, changing: Note | None) -> dict[_About, str]:
    """All possible subjects of a note, with distinct labels, since a select box only has labels."""
    known = context.desk.names()
    things: list[_About] = [("everything", ""), _filtered(context)]
    if changing:
        things.append((changing.scope, changing.key))
    things += [(thing, key) for thing in _THINGS for key in known.known(thing)]
    each = context.labels.each
    named = {scope: each(scope, (k for of, k in things if of == scope)) for scope, _ in things}
    texts = {(scope, key): subject_text(scope, named[scope][key]) for scope, key in things}
    return dict(sorted(texts.items(), key=_by_kind))


def _by_kind(labelled: tuple[_About, str]) -> tuple[int, str]:
    (scope, _), text = labelled
    return ("everything", *_THINGS).index(scope), sort_key(text)
