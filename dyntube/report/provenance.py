"""Provenance of exports: filters, zone, definitions, counts, a link back."""

from __future__ import annotations

from .. import formats
from ..export.workbook import Provenance
from ..query.metrics import metric
from ..trust.reasons import accepted_sentences
from ..words import tr
from .context import ReportContext
from .doubts import page_doubts
from .freshness import stamp, views_up_to
from .labels import Labels
from .notes import about_text, shown_notes, text_with_author
from .runner import run
from .spans import comparison_text, lengths_text, so_far

NOTHING = tr("Nothing")


def provenance(title: str, context: ReportContext, *, link: str) -> Provenance:
    """The provenance of everything exported from a page."""
    labels = Labels(context.desk.names())
    totals = run(context, context.query(metrics=("views", "plays"))).rows.iloc[0]
    period = context.period, context.timezone, context.known, context.now
    stored = so_far(*period, dated=True)
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
        data_time=" · ".join(filter(None, [views_up_to(context.desk, context.now), stored])),
        made_at=stamp(context.now),
        link=link,
        counts=tuple((metric(name).label, int(totals[name])) for name in ("views", "plays")),
        annotations=tuple(
            (f"{note.day}", about_text(labels, note), text_with_author(context.desk, note))
            for note in shown_notes(context)
        ),
        demo=context.desk.demo,
        doubts=_doubts(context),
    )


def _doubts(context: ReportContext) -> tuple[str, ...]:
    """Why numbers of the period or the comparison may be wrong, accepted or not."""
    spans = context.period, context.comparison
    accepted = accepted_sentences(context.trust, spans, context.timezone, context.now.date())
    return (*page_doubts(context).reasons, *accepted)


def _comparison(context: ReportContext) -> str:
    """The comparison, or why there is none."""
    if context.comparison is None:
        return f"{NOTHING}: {context.why_not}" if context.why_not else NOTHING
    compared = comparison_text(context.period, context.comparison)
    return " · ".join(filter(None, [compared, lengths_text(context.days)]))
