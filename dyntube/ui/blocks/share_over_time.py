"""How the parts of a whole develop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from ... import charts
from ...export.table import Sheet
from ...query.dimensions import OTHER, dimension
from ...query.metrics import metric
from ...query.query import Filter
from ...report.breakdown import breakdown
from ...report.context import ReportContext
from ..clicks import chart_key, toggles
from ..layout import headed, palette, switch
from .doubts import of_buckets

_PARTS = 6  # that get a colour of their own


def mix(context: ReportContext, choices: Sequence[str]) -> None:
    """How the shares of a dimension, one of these to be chosen, develop over time."""
    by = context.selection.mix if context.selection.mix in choices else choices[0]
    interval = context.selection.trend_interval(context.period)
    box, switches = headed("The mix over time", "mix")
    with switches:
        switch("mix", {name: dimension(name).label for name in choices}, by)
    ranked = breakdown(context, by).rows.nlargest(_PARTS, "views")  # as the tables ask it
    keep = Filter(by, tuple(str(value) for value in ranked[by]))
    query = context.query(interval, by, metrics=("views",), without=(by,))
    found = context.answer(replace(query, top_values=keep))
    wide = found.pivot_table(index=interval, columns=by, values="views", aggfunc="sum")
    whole = context.buckets(interval)
    starts = whole.rows[interval]
    order = [value for value in (*keep.values, OTHER) if value in wide]
    wide = wide.reindex(starts)[order].fillna(0)  # a bucket without views has no shares
    shares = wide.div(wide.sum(axis=1).replace(0, math.nan), axis=0).reset_index(drop=True)
    values = [None if value == OTHER else value for value in order]
    named = context.labels.each(by, order)
    key = chart_key(f"mix-{by}", context.selection, by)
    with box:
        st.plotly_chart(
            charts.mix(
                metric("views"),
                starts,
                shares.set_axis([named[value] for value in order], axis=1),
                whole.partial,
                palette(),
                interval,
                by=by,
                values=values,
                doubtful=of_buckets(context, whole, context.period),
            ),
            key=key,
            theme=None,
            config=charts.PLAIN_CONFIG,
            on_select=toggles(key),
            selection_mode="points",
            alt=f"Share of views by {dimension(by).label.lower()}, by {interval}",
        )
    columns = {
        interval: found[interval],
        **context.labels.exported(by, found[by]),
        "views": found["views"],
    }
    context.tables.add(Sheet(f"Mix by {interval}", pd.DataFrame(columns)))
