"""What a page needs on paper: the script that prints, and a head that shows only there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ...charts import LIGHT, LIGHT_FOR_DARK
from ...export.notes import DEMO, Provenance
from ...report.page import Page
from ...words import tr
from ..door import desk
from ..layout import palette

_SCRIPT = '<script type="module" src="app/static/print.js"></script>'


def script() -> None:
    """The script, for whatever is drawn after it: a page, or what stands in place of one."""
    colours = {} if palette() is LIGHT else LIGHT_FOR_DARK
    # A static file, since our Content-Security-Policy forbids inline scripts.
    html = f'{_SCRIPT}<i id="paper-colours" data-colours="{escape(json.dumps(colours))}"></i>'
    with st.container(key="print-script"):
        st.html(html, unsafe_allow_javascript=True)


def place() -> DeltaGenerator:
    """Where the head stands; to be filled last, as its content says that the page is complete."""
    return st.container(key="paper")


def head(at: DeltaGenerator, of: Page, notes: Provenance) -> None:
    """What the numbers are about and where they are."""
    link = escape(notes.link)
    rows = {
        tr("Period"): escape(f"{of.span or notes.period} · {notes.timezone}"),
        tr("Compared with"): escape(notes.comparison),
        tr("Filters"): escape(" · ".join(notes.filters) or tr("None")),
        tr("Views up to"): "" if of.span else escape(notes.data_time),
        tr("As of"): escape(notes.made_at),
        tr("Link"): f'<a href="{link}">{link}</a>' if link else "",
        tr("Data"): DEMO * notes.demo,
    }
    _write(at, rows, "fetching" if desk().sync_state().progress else "whole")


def head_of_list(at: DeltaGenerator, rows: Mapping[str, str]) -> None:
    """The head of a page without a period: names with texts."""
    _write(at, {name: escape(text) for name, text in rows.items()}, "whole")


def _write(at: DeltaGenerator, rows: Mapping[str, str], state: str) -> None:
    shown = (f"<div><dt>{name}</dt><dd>{html}</dd></div>" for name, html in rows.items() if html)
    at.html(f'<dl id="paper" data-state="{state}">{"".join(shown)}</dl>')


def failed(text: str) -> None:
    """Say that an error stands in place of the page, or of a part of it."""
    st.html(f'<i class="failed" data-text="{escape(text)}"></i>')
