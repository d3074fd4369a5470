"""Number cards: value, change, sparkline, definition, and a link to the views behind."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd
import streamlit as st

from ... import charts, formats
from ...insight.comparison import Days, comparable, few
from ...query.metrics import FEW, Metric, metric
from ...report.context import ReportContext
from ...report.doubts import page_doubts
from ...report.firsts import first_day
from ...report.spans import days_text
from ...report.totals import Totals, totals
from .. import session
from ..layout import palette

IN_DOUBT = "in doubt"  # marks a number that may be wrong
_SPARK_POINTS = 60  # more would be noise


def cards(context: ReportContext, metrics: tuple[str, ...] = ()) -> None:
    """A card for each of these metrics, by default the page's: value, change and sparkline."""
    found, first = totals(context, metrics), first_day(context)
    context.tables.add(found.sheet)
    with st.grid(4, min_column_width=150, gap="small", key="cards"):
        for name in metrics or context.metrics:
            sparkline = found.trend.series(name)[-_SPARK_POINTS:]
            _card(context, metric(name), found, sparkline, first)


def _card(
    context: ReportContext,
    measure: Metric,
    found: Totals,
    sparkline: list[float],
    first: dt.date | None,
) -> None:
    row = found.row
    value = row[measure.name]
    change = row.get(f"{measure.name}_change", math.nan)
    text, way = formats.change(measure, change), formats.direction(measure, change)
    if first:  # younger than the comparison: no change
        text, way = f"new on {formats.day(first)}", 0
    with st.container(border=True, height="stretch", gap="xxsmall", key=f"card-{measure.name}"):
        st.metric(
            measure.label,
            formats.value(measure, value),
            text or None,
            delta_color=delta_color(measure, way),
            delta_arrow=DELTA_ARROWS[way],
            delta_description=" · ".join(_marks(context, measure, found, bool(way))) or None,
            help=explained(
                *(measure, row, context.days),
                so_far=not found.is_whole,
                doubts=page_doubts(context).reasons,
            ),
        )
        # Not st.metric's own chart: eight of them in green and red are too loud, and cost every
        # first visit 0.8 MB of scripts.
        if len(sparkline) > 1:
            st.html(charts.sparkline(sparkline, palette()))
        _open_button(measure)


def _open_button(measure: Metric) -> None:
    st.button(
        "",
        icon=":material/table_rows:",
        type="tertiary",
        key=f"open-{measure.name}",
        help=f"Show the views behind {measure.label}",
        on_click=_open,
        args=(measure.name,),
    )


def _marks(context: ReportContext, measure: Metric, found: Totals, changed: bool) -> list[str]:
    """Caveats on a number and its change, in a word or two each."""
    fewer = few(measure, found.row)
    by_day = changed and measure.additive and context.days[0] != context.days[1]
    marks = {
        "so far": not found.is_whole and measure.is_amount,
        "a day": by_day,
        f"few {fewer}": bool(fewer),
        IN_DOUBT: bool(page_doubts(context).days),
    }
    return [mark for mark, holds in marks.items() if holds]


def _open(name: str) -> None:
    session.change(lambda s: replace(s, behind=None if s.behind == name else name))


def explained(
    measure: Metric,
    row: pd.Series[float],
    days: Days = (1, 1),
    *,
    so_far: bool = False,
    doubts: Sequence[str] = (),
) -> str:
    """The tooltip of a metric as Markdown: definition, parts, exact value and the one before.

    `days` are the lengths of both sides; `so_far` says that part of the period is not known;
    `doubts` are the reasons why it may be wrong.
    """
    lines = [measure.help]
    if measure.ratio_of:
        upper, lower = (
            f"{formats.value(metric(part), row[part], full=True)} {metric(part).label.lower()}"
            for part in measure.ratio_of
        )
        lines.append(f"{upper} divided by {lower}")
    period = "what is stored of this period" if so_far else "this period"
    lines.append(f"**{formats.value(measure, row[measure.name], full=True)}** in {period}")
    before = row.get(f"{measure.name}_before", math.nan)
    if not math.isnan(before):
        lines.append(f"{formats.value(measure, before, full=True)} in the one compared with")
        lines += _about_lengths(measure, days)
    if fewer := few(measure, row):
        lines.append(f"Fewer than {FEW} {fewer}: read it as a hint only.")
    if doubts:
        more = f" And {formats.count(len(doubts) - 1, 'other reason')}." if doubts[1:] else ""
        lines.append(f"**In doubt.** {formats.escape_markdown(doubts[0])}{more}")
    return "\n\n".join(lines)


def _about_lengths(measure: Metric, days: Days) -> list[str]:
    if days[0] == days[1]:
        return []
    if not comparable(measure, days):
        return [f"Not compared: {days_text(days)}, and people do not come by the day."]
    return [f"{days_text(days)}: the change is that of a day."] if measure.additive else []


def delta_color(measure: Metric, way: int) -> Literal["green", "red", "off"]:
    """The colour of a change that goes this `way` (1, 0, -1)."""
    if not way:
        return "off"
    return "green" if (way > 0) == measure.more_is_better else "red"


DELTA_ARROWS: dict[int, Literal["up", "off", "down"]] = {1: "up", 0: "off", -1: "down"}
