"""What a number needs to be understood later: filters, zone, definitions, counts, a link back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from ... import formats
from ...export.workbook import Provenance
from ...query.metrics import metric
from ...report.context import Scene
from ...report.spans import compared_text, lengths_text, so_far
from ...trust.reasons import accepted_sentences
from .. import session
from ..blocks.doubts import of_scene
from ..blocks.notes import about_text, shown_notes
from .page_header import data_time


def provenance(title: str, scene: Scene) -> Provenance:
    """The notes that go with everything exported from a page."""
    totals = scene.answer(scene.query(metrics=("views", "plays"))).iloc[0]
    stored = so_far(scene.period, scene.timezone, scene.known, scene.now)
    return Provenance(
        title=title,
        period=formats.period(scene.period),
        comparison=_comparison(scene),
        filters=tuple(
            scene.labels.sentence(filter_, value)
            for filter_ in scene.selection.filters
            for value in filter_.values
        ),
        timezone=scene.timezone,
        data_time=" · ".join(filter(None, [data_time(scene.timezone), stored])),
        made_at=f"{scene.now:%Y-%m-%d %H:%M}",
        link=_link(),
        counts=tuple(
            (metric(name).label, formats.value(metric(name), totals[name], full=True))
            for name in ("views", "plays")
        ),
        annotations=tuple(
            (f"{note.day}", about_text(note), note.text) for note in shown_notes(scene)
        ),
        demo=scene.desk.demo,
        doubts=_doubts(scene),
    )


def _doubts(scene: Scene) -> tuple[str, ...]:
    """Why numbers of the period and of what it is compared with may be wrong, accepted or not."""
    spans = scene.period, scene.comparison
    accepted = accepted_sentences(scene.trust, spans, scene.timezone, scene.now.date())
    return (*of_scene(scene).reasons, *accepted)


def _comparison(scene: Scene) -> str:
    """What is compared with, or why nothing is."""
    if scene.comparison is None:
        return f"Not compared: {scene.why_not}" if scene.why_not else "Nothing"
    unequal = lengths_text(scene.days)
    return compared_text(scene.comparison).removeprefix("compared with ") + (
        f" · {unequal}" if unequal else ""
    )


def _link() -> str:
    """The address that shows the same page again."""
    parts = urlsplit(st.context.url or "")
    query = urlencode(session.parameters(), doseq=True)
    return urlunsplit(parts._replace(query=query, fragment=""))
