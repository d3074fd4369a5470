"""What a number needs to be understood later: filters, zone, definitions, counts, a link back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from .. import formats
from ..metrics import metric
from ..workbook import Provenance
from . import state
from .head import data_time
from .labels import sentence
from .notes import about_text, shown_notes
from .scene import Scene


def provenance(title: str, scene: Scene) -> Provenance:
    """The notes that go with everything exported from a page."""
    totals = scene.answer(scene.query(metrics=("views", "plays"))).iloc[0]
    comparison = formats.period(scene.comparison) if scene.comparison else "Nothing"
    if scene.comparison and scene.comparison.until:
        comparison += f" until {scene.comparison.until:%H:%M}"
    return Provenance(
        title=title,
        period=formats.period(scene.period),
        comparison=comparison,
        filters=tuple(
            sentence(filter_, value)
            for filter_ in scene.selection.filters
            for value in filter_.values
        ),
        timezone=scene.timezone,
        data_time=data_time(scene.timezone),
        made_at=f"{scene.now:%Y-%m-%d %H:%M}",
        link=_link(),
        counts=tuple(
            (metric(name).label, formats.value(metric(name), totals[name], full=True))
            for name in ("views", "plays")
        ),
        annotations=tuple(
            (f"{note.day}", about_text(note), note.text) for note in shown_notes(scene)
        ),
    )


def _link() -> str:
    """The address that shows the same page again."""
    parts = urlsplit(st.context.url or "")
    return urlunsplit(parts._replace(query=urlencode(state.parameters(), doseq=True), fragment=""))
