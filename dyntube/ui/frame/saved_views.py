"""The menu of saved views: open, save, rename, delete."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ... import formats
from ...pinboard import READ_ONLY
from ...report.pages import PAGES
from ...sharing.saved_views import LONGEST_NAME, SHARED, SavedView
from ...words import tr, trn
from .. import session as state
from ..door import desk
from ..menu import (
    begin_task,
    by_author,
    close,
    confirm,
    fail,
    menu,
    row_button,
    row_task,
    run_action,
)

_MENU = "saved-views"
_NAMED = 10  # views that are offered by name; there may be 200
_PEN, _BIN = ":material/edit:", ":material/delete:"
_ROOT = Path(__file__).parents[3]


def views_menu(page: str) -> None:
    """The button "Saved views"; `page` is the name of the page and of its file in `pages/`.

    Without a cookie to identify the reader, there are only shared views.
    """
    menu(tr("Saved views"), _MENU, ":material/bookmark:", lambda: _fill(page))


def _fill(page: str) -> None:
    views = desk().pinboard.views()
    _list(tr("Yours"), [view for view in views if view.owner != SHARED], page)
    _list(tr("Shared"), [view for view in views if view.owner == SHARED], page)
    _offer()
    if not views:
        st.caption(tr("Save this page with its period and filters, and open it again from here."))
    if desk().reader.writes:
        _save_form(page)
    else:
        st.caption(READ_ONLY)


def _list(title: str, views: list[SavedView], page: str) -> None:
    if not views:
        return
    st.caption(title)
    with st.container(gap="xxsmall"):
        for view in views:
            _row(view, page)


def _offer() -> None:
    """Offer the views that this browser had before its reader signed in: it may not be theirs."""
    offered = desk().pinboard.offered_views()
    if not offered:
        return
    names = ", ".join(formats.escape_markdown(view.name) for view in offered[:_NAMED])
    if (rest := len(offered) - _NAMED) > 0:
        names = trn("{names} and {number} more", "{names} and {number} more", rest, names=names)
    st.caption(tr("Saved in this browser before you signed in: {names}", names=names))
    st.button(tr("Keep them as mine"), key=f"{_MENU}-take-over", on_click=_take_over)


def _take_over() -> None:
    def take_over() -> str:
        taken = desk().pinboard.take_over_views()
        return trn("{number} view is yours now", "{number} views are yours now", len(taken))

    run_action(_MENU, take_over)


def _row(view: SavedView, page: str) -> None:
    match row_task(_MENU):
        case ("delete", view.id):
            question = tr("Delete “{name}”?", name=formats.escape_markdown(view.name))
            confirm(_MENU, question, lambda: _delete(view))
        case ("rename", view.id):
            _rename_form(view)
        case _:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                with st.container(width="stretch"):
                    shown = (view.page, view.parameters) == (page, state.parameters())
                    name = formats.escape_markdown(view.name)
                    st.button(
                        f"{name} :gray[{_about(view)}]",
                        key=f"{_MENU}-open-{view.id}",
                        type="tertiary",
                        icon=":material/check:" if shown else None,
                        on_click=_open,
                        args=(view, page),
                    )
                if desk().pinboard.may_change(view):
                    row_button(_MENU, "rename", view.id, _PEN, tr("Rename this view"))
                    row_button(_MENU, "delete", view.id, _BIN, tr("Delete this view"))


def _about(view: SavedView) -> str:
    """Of which page a view is, and who shared it, as Markdown behind its name."""
    page = PAGES[view.page].title if view.page in PAGES else view.page
    author = by_author(view) if view.owner == SHARED else ""
    return "· " + " · ".join(filter(None, [formats.escape_markdown(page), author]))


def _open(view: SavedView, page: str) -> None:
    file = _ROOT / "pages" / f"{view.page}.py"
    if not file.is_file():
        text = tr("The page of this view no longer exists. Delete the view, or save it again.")
        fail(_MENU, text)
        return
    close(_MENU)
    address = state.parameters()
    state.take(view.parameters)
    if view.page != page:
        st.switch_page(file, query_params=address)  # any other query would add a history entry
    st.rerun()


def _rename_form(view: SavedView) -> None:
    key = f"{_MENU}-name-{view.id}"
    with st.form(f"{_MENU}-rename", border=False):
        st.text_input(tr("New name"), view.name, max_chars=LONGEST_NAME, key=key)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(tr("Rename"), type="primary", on_click=_rename, args=(view, key))
            st.form_submit_button(tr("Cancel"), on_click=begin_task, args=(_MENU,))


def _rename(view: SavedView, key: str) -> None:
    def rename() -> str:
        renamed = desk().pinboard.rename_view(view.id, st.session_state[key])
        return tr("Renamed to {name}", name=renamed.name)

    if run_action(_MENU, rename):
        begin_task(_MENU)


def _delete(view: SavedView) -> None:
    def remove() -> str:
        desk().pinboard.remove_view(view.id)
        return tr("Deleted {name}", name=view.name)

    begin_task(_MENU)
    run_action(_MENU, remove)


def _save_form(page: str) -> None:
    name, shared = f"{_MENU}-new-name", f"{_MENU}-new-shared"
    title = tr("Save this view")
    with st.form(f"{_MENU}-save", border=False):
        st.markdown(f"**{title}**")
        st.text_input(tr("Name"), max_chars=LONGEST_NAME, key=name, placeholder=tr("Monday report"))
        if desk().reader.owner:
            st.toggle(tr("Share with everyone"), key=shared)
        else:
            st.caption(tr("Cookies are off, so we can't tell who you are: everyone will see this."))
        st.form_submit_button(tr("Save"), type="primary", on_click=_save, args=(page,))


def _save(page: str) -> None:
    session = st.session_state
    shared = bool(session.get(f"{_MENU}-new-shared"))

    def save() -> str:
        view, replaced = desk().pinboard.save_view(
            session[f"{_MENU}-new-name"], page, state.parameters(), shared=shared
        )
        name = view.name
        return tr("Replaced {name}", name=name) if replaced else tr("Saved {name}", name=name)

    if run_action(_MENU, save):
        session[f"{_MENU}-new-name"], session[f"{_MENU}-new-shared"] = "", False
