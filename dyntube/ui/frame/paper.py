"""What a page needs on paper: a head that shows only there, and the script that prints."""

from __future__ import annotations

import json
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
    shown = (f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows.items() if text)
    said = "".join(shown)
    state = "fetching" if desk().sync_state().progress else "whole"
    colours = {} if palette() is LIGHT else LIGHT_FOR_DARK
    marks = f'data-state="{state}" data-colours="{escape(json.dumps(colours))}"'
    # A static file, since our Content-Security-Policy forbids inline scripts.
    html = f'{_SCRIPT}<dl id="paper" {marks}>{said}</dl>'
    at.html(html, unsafe_allow_javascript=True)


def failed(text: str) -> None:
    """Say that an error stands in place of the page, or of a part of it."""
    html = f'{_SCRIPT}<i class="failed" data-text="{escape(text)}"></i>'
    st.html(html, unsafe_allow_javascript=True)
