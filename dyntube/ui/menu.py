"""Shared parts of menus: lazy content, error messages, delete confirmation."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from .. import formats
from ..errors import DynTubeError
from ..sharing.notes import Note
from ..sharing.saved_views import SavedView
from ..words import tr
from .fragments import fragment
from .layout import icon_key

_WIDTH = 330  # pixels, as on a phone; else a long word would set it


def menu(label: str, key: str, icon: str, fill: Callable[[], None]) -> None:
    """A button that opens a menu; opening it reruns only the menu's fragment."""
    with st.container(width="content"):
        _menu(label, key, icon, fill)


@fragment
def _menu(label: str, key: str, icon: str, fill: Callable[[], None]) -> None:
    opened = st.popover(label, key=key, icon=icon, on_change="rerun")
    if not opened.open:
        begin_task(key)
        return
    with opened, st.container(width=_WIDTH):
        try:
            _outcome(key)
            fill()
        except DynTubeError as error:
            st.error(formats.escape_markdown(str(error)), icon=":material/error:")


def close(key: str) -> None:
    """Close a menu; for callbacks."""
    st.session_state[key] = False


def run_action(key: str, action: Callable[[], str]) -> bool:
    """Run a menu action and show its result; for callbacks.

    False if it raised a DynTubeError, which is then shown.
    """
    try:
        done = action()
    except DynTubeError as error:
        fail(key, str(error))
        return False
    st.session_state[f"{key}-done"] = done
    return True


def fail(key: str, sentence: str) -> None:
    """Show an error in a menu; for callbacks."""
    st.session_state[f"{key}-error"] = sentence


def row_task(key: str) -> tuple[str, str]:
    """The pending task of a menu and its row, such as ("delete", id); ("", "") without one."""
    task: tuple[str, str] = st.session_state.get(f"{key}-task", ("", ""))
    return task


def begin_task(key: str, task: str = "", id_: str = "") -> None:
    """Begin a task on a row of a menu, by default none; for callbacks."""
    st.session_state[f"{key}-task"] = (task, id_)


def row_button(key: str, task: str, id_: str, icon: str, help: str) -> None:
    """A small button in a row that begins a task on it."""
    st.button(
        help,
        icon=icon,
        key=icon_key(f"{key}-{task}-{id_}"),
        type="tertiary",
        help=help,
        on_click=begin_task,
        args=(key, task, id_),
    )


def by_author(entry: Note | SavedView) -> str:
    """Who wrote a note or shared a view, as Markdown: "by Ada"; "" where that is not known."""
    name = entry.author_name
    return tr("by {name}", name=formats.escape_markdown(name)) if name else ""


def confirm(key: str, question: str, delete: Callable[[], None]) -> None:
    """Ask, in place of a row, whether to delete it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(question)
        st.button(tr("Delete"), key=f"{key}-yes", type="primary", on_click=delete)
        st.button(tr("Keep"), key=f"{key}-no", on_click=begin_task, args=(key,))


def _outcome(key: str) -> None:
    """Show the result of the last action, once."""
    # Not a toast: callbacks in a fragment may not draw, and nothing else uses toasts.
    if done := st.session_state.pop(f"{key}-done", None):
        st.caption(f":green[:material/check:] {formats.escape_markdown(done)}")
    if error := st.session_state.pop(f"{key}-error", None):
        st.error(formats.escape_markdown(error), icon=":material/error:")
