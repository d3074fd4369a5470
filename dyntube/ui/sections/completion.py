"""Who reached the end: the completion rate under each rule, and the way there."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ... import charts, formats
from ...export.table import Sheet
from ...insight import engagement
from ...insight.comparison import change
from ...insight.engagement import steps
from ...query.metrics import FEW, metric
from ...report.context import ReportContext
from ..layout import card, palette
from .engagement import HINT, draw, sentences, shares_query, unknown_plays, watched

_RATE = "completion_rate"
_RULES_HELP = (
    "The plays that a rule counts, divided by all plays; where it asks how much was watched, by "
    "those of which that is known."
)


def _steps(context: ReportContext) -> tuple[pd.Series[float], pd.Series[float] | None]:
    """How far plays came in this period, and in the one compared with."""
    query = shares_query(context)
    earlier = context.earlier(query)
    return steps(context.answer(query)), steps(context.answer(earlier)) if earlier else None


def completion_rules(context: ReportContext) -> None:
    """The completion rate under each rule, with the plays that the rule counts."""
    now, before = _steps(context)
    rows = _rules(now, before)
    context.tables.add(Sheet("Completion rules", rows))
    with card("Completion by rule", _RULES_HELP):
        _table(rows)
        shares, _ = watched(context)
        unknown = f"{unknown_plays(shares)} can only count as ended" if shares.left_out else ""
        few = HINT if now["plays"] < FEW else ""
        st.caption(sentences(*filter(None, [_USED, unknown, few])))


_USED = "On all pages, a completion is a play that DynTube marks as ended"


def _rules(now: pd.Series[float], before: pd.Series[float] | None) -> pd.DataFrame:
    rules = engagement.completion_rules(now)
    rows = pd.DataFrame(
        {
            "rule": [f"{rule.label} (used)" if rule.used else rule.label for rule in rules],
            "plays_counted": [rule.plays for rule in rules],
            _RATE: [rule.rate for rule in rules],
        }
    )
    if before is None:
        return rows
    earlier = [rule.rate for rule in engagement.completion_rules(before)]
    pairs = zip(rows[_RATE], earlier, strict=True)
    changes = [change(metric(_RATE), float(after), base) for after, base in pairs]
    return rows.assign(**{f"{_RATE}_before": earlier, f"{_RATE}_change": changes})


def _table(rows: pd.DataFrame) -> None:
    percents = {name: rows[name] * 100 for name in (_RATE, f"{_RATE}_change") if name in rows}
    number = st.column_config.NumberColumn
    st.dataframe(
        rows.assign(**percents),
        hide_index=True,
        key="completion-rules",
        height="content",
        row_height=36,
        placeholder=formats.NONE,
        column_order=["rule", "plays_counted", *percents],
        column_config={
            "rule": st.column_config.TextColumn("Rule", width=110),
            "plays_counted": number(
                "Plays", format="localized", help="Plays that the rule counts", width=70
            ),
            _RATE: number("Rate", format="%.1f%%", help=metric(_RATE).label, width=60),
            f"{_RATE}_change": number(
                "Change", format="%+.1f pts", help="Against the comparison", width=75
            ),
        },
        alt="Plays counted and completion rate under each rule",
    )


def funnel(context: ReportContext) -> None:
    """The way from a view to the end, step by step."""
    now, _ = _steps(context)
    way = engagement.funnel(now)
    rows = pd.DataFrame({"step": [step.label for step in way], "count": [s.count for s in way]})
    of = [now["views"] if step.of is None else step.of for step in way]
    context.tables.add(Sheet("Funnel", rows.assign(share=rows["count"] / of)))
    with card("From view to end", "How many views were played, and how far those plays came."):
        counts = ", ".join(f"{step.label} {step.count:,}" for step in way)
        draw(charts.funnel(way, palette()), "funnel", counts)
        shares, _ = watched(context)
        unknown = f"{unknown_plays(shares)} are in no Watched step" if shares.left_out else ""
        if said := [*filter(None, [_about_ended(now), unknown])]:
            st.caption(sentences(*said))


def _about_ended(row: pd.Series[float]) -> str:
    """Why the funnel does not get narrower at its end, where it does not."""
    ended, nearly = row["completions"], row["reached_95"]
    if not ended or ended < nearly:
        return ""
    often = "more often than" if ended > nearly else "as often as"
    return f"Ended is DynTube's own mark, not a step after 95%: it comes {often} that"
