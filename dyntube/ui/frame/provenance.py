"""What a number needs to be understood later: filters, zone, definitions, counts, a link back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from ... import formats
from ...export.workbook import Provenance
from ...query.metrics import metric
from ...report.context import ReportContext
from ...report.spans import compared_text, lengths_text, so_far
from ...trust.reasons import accepted_sentences
from .. import session
from ..blocks.doubts import page_doubts
from ..blocks.notes import about_text, shown_notes
from .page_header import data_time


def provenance(title: str, context: ReportContext) -> Provenance:
    """The notes that go with everything exported from a page."""
    totals = context.answer(context.query(metrics=("views", "plays"))).iloc[0]
    stored = so_far(context.period, context.timezone, context.known, context.now)
    return Provenance(
        title=title,
        period=formats.period(context.period),
        comparison=_comparison(context),
        filters=tuple(
            context.labels.sentence(filter_, value)
            for filter_ in context.selection.filters
            for value in filter_.values
        ),
        timezone=context.timezone,
        data_time=" · ".join(filter(None, [data_time(context.timezone), stored])),
        made_at=f"{context.now:%Y-%m-%d %H:%M}",
        link=_link(),
        counts=tuple(
            (metric(name).label, formats.value(metric(name), totals[name], full=True))
            for name in ("views", "plays")
        ),
        annotations=tuple(
            (f"{note.day}", about_text(note), note.text) for note in shown_notes(context)
        ),
        demo=context.desk.demo,
        doubts=_doubts(context),
    )


def _doubts(context: ReportContext) -> tuple[str, ...]:
    """Why numbers of the period and of what it is compared with may be wrong, accepted or not."""
    spans = context.period, context.comparison
    accepted = accepted_sentences(context.trust, spans, context.timezone, context.now.date())
    return (*page_doubts(context).reasons, *accepted)


def _comparison(context: ReportContext) -> str:
    """What is compared with, or why nothing is."""
    if context.comparison is None:
        return f"Not compared: {context.why_not}" if context.why_not else "Nothing"
    unequal = lengths_text(context.days)
    return compared_text(context.comparison).removeprefix("compared with ") + (
        f" · {unequal}" if unequal else ""
    )


def _link() -> str:
    """The address that shows the same page again."""
    parts = urlsplit(st.context.url or "")
    query = urlencode(session.parameters(), doseq=True)
    return urlunsplit(parts._replace(query=query, fragment=""))
