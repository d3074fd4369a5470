"""Mix of a dimension over time."""

from __future__ import annotations

from collections.abc import Sequence

from ... import charts
from ...query.dimensions import OTHER, dimension
from ...query.metrics import metric
from ...report.context import ReportContext
from ...report.doubts import bucket_doubts
from ...report.share_over_time import share_over_time
from ...words import tr
from ..layout import headed, palette, switch
from .chart import show_filtering_chart


def shares_over_time(context: ReportContext, choices: Sequence[str]) -> None:
    """Shares of a dimension over time, with a switch between these dimensions."""
    found = share_over_time(context, choices)
    by, interval, order = found.by, found.buckets.interval, list(map(str, found.shares))
    box, switches = headed(tr("Share of views over time"), "mix")
    with switches:
        switch("mix", {name: dimension(name).label for name in choices}, by)
    named = context.labels.each(by, order)
    with box:
        show_filtering_chart(
            charts.stacked_shares(
                metric("views"),
                found.buckets.rows[interval],
                found.shares.set_axis([named[value] for value in order], axis=1),
                found.buckets.partial,
                palette(),
                interval,
                by=by,
                values=[None if value == OTHER else value for value in order],
                doubtful=bucket_doubts(context, found.buckets, context.period),
            ),
            tr(
                "Share of views by {dimension}, by {interval}",
                dimension=dimension(by).noun,
                interval=dimension(interval).noun,
            ),
            found.sheet,
            key="mix-chart",
        )
    context.tables.add(found.sheet)
