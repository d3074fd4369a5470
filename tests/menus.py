"""A page with the menus of notes and saved views, and what a reader sees of it."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest

from dyntube.ui import door

from .conftest import NOON

NAMES = {
    "projects": {"p1": "Spring **launch** <b>", "p2": "Twin", "p3": "Twin"},
    "channels": {"c1": "Field notes"},
    "videos": {"v1": "Keynote", "v2": "Tour"},
}
NOBODY_LISTENS = "http://127.0.0.1:1"


def page() -> None:
    """A page of November with both menus, and what a chart on it would show."""
    import datetime as dt

    import streamlit as st

    from dyntube.query.periods import Period
    from dyntube.report.context import ReportContext
    from dyntube.report.notes import about_text, shown_notes
    from dyntube.ui import door, session
    from dyntube.ui.blocks.notes import notes_menu
    from dyntube.ui.frame.saved_views import views_menu

    session.begin("videos")
    selection = session.current()
    november = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    now = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    page = (("views",), selection, november, None, now, selection.filters)
    context = ReportContext(*page, desk=door.desk())
    views_menu("videos")
    notes_menu(context)
    st.text("\n".join([f"{about_text(context.labels, n)}, {n.text}" for n in shown_notes(context)]))
    for text in session.remarks():
        st.info(text)


def keep_names(folder: Path) -> None:
    """Give the account in this folder the names that its things have."""
    folder.mkdir(parents=True)
    stored = NAMES | {"fetched_at": NOON.isoformat()}
    (folder / "names.json").write_text(json.dumps(stored), "utf-8")


def draw(menu: str = "", **parameters: str) -> AppTest:
    """The page under an address, with one menu open."""
    at = AppTest.from_function(page, default_timeout=30)
    for name, value in parameters.items():
        at.query_params[name] = value
    if menu:
        at.session_state[menu] = True
    return at.run()


def store() -> Path:
    """The folder of the account that is shown."""
    archive = door.desk().account.archive
    return archive.root / archive.folders[0]


def told(at: AppTest) -> str:
    """All that a reader can read, without what keeps Markdown from being Markdown."""
    texts = [getattr(e, "value", "") for e in (*at.markdown, *at.caption, *at.error, *at.info)]
    texts += [button.label for button in at.button]
    return "\n".join(map(str, texts)).replace("\u2060", "").replace("\\", "")


def on_chart(at: AppTest) -> str:
    return str(at.text[0].value)


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    return at.run()


def address(at: AppTest) -> dict[str, list[str]]:
    """What the URL says."""
    told = [
        element.proto.body for element in at.get("html") if 'id="address"' in element.proto.body
    ]
    query = re.search(r'data-query="([^"]*)"', told[0])
    assert query
    return parse_qs(unescape(query[1]), keep_blank_values=True)
