"""Completion: the rate under each rule, and the funnel."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ... import charts, formats
from ...insight.comparison import direction
from ...insight.engagement import Watched
from ...query.metrics import FEW, metric
from ...report.context import ReportContext
from ...report.watched import RATE, completion, watched
from ...words import tr, trn
from ..blocks.chart import show_chart
from ..components.table import column, plain_table
from ..layout import card, palette
from .engagement import HINT, left_out

_RULES_HELP = tr(
    "The plays that a rule counts, divided by all plays; where it asks how much was watched, by "
    "those of which that is known."
)


def completion_rules(context: ReportContext) -> None:
    """The completion rate under each rule, with the plays counted."""
    found = completion(context)
    context.tables.add(found.rules)
    with card(tr("Completion by rule"), _RULES_HELP):
        _table(found.rules.rows)
        shares, _ = watched(context)
        few = HINT if found.plays["plays"] < FEW else ""
        st.caption(" ".join(filter(None, [_USED, _unknown(shares), few])))


_USED = tr("All pages count a play as complete when DynTube reports that it reached the end.")


def _unknown(shares: Watched) -> str:
    if not shares.left_out:
        return ""
    return trn(
        "By the other rules, {number} play is left out because the video length or the watch time "
        "is missing.",
        "By the other rules, {number} plays are left out because the video length or the watch "
        "time is missing.",
        shares.left_out,
    )


def _table(rows: pd.DataFrame) -> None:
    rate, changed = metric(RATE), f"{RATE}_change"
    counts = [f"{plays:,}" for plays in rows["plays_counted"]]
    rates = [formats.value(rate, amount) for amount in rows[RATE]]
    columns = [
        column(tr("Plays"), counts, "number", tr("Plays that the rule counts")),
        column(tr("Rate"), rates, "number", rate.label),
    ]
    if changed in rows:
        texts = [formats.change(rate, amount) for amount in rows[changed]]
        looks = [direction(rate, amount) for amount in rows[changed]]
        said = tr("Against the comparison")
        columns.append(replace(column(tr("Change"), texts, help=said), kind="change", looks=looks))
    label = tr("Plays counted and completion rate under each rule")
    plain_table(tr("Rule"), [*rows["rule"]], columns, label, key="completion-rules")


def funnel(context: ReportContext) -> None:
    """The funnel from view to end."""
    found = completion(context)
    context.tables.add(found.funnel)
    with card(
        tr("Drop-off: from view to finish"),
        tr("How many views were played, and how far those plays got."),
    ):
        counts = ", ".join(f"{step.label} {step.count:,}" for step in found.way)
        show_chart(charts.funnel(found.way, palette()), counts, found.funnel, key="funnel")
        shares, _ = watched(context)
        if said := " ".join(filter(None, [_about_ended(found.plays), left_out(shares)])):
            st.caption(said)


def _about_ended(row: pd.Series[float]) -> str:
    """A caveat if the last step is not smaller than the one before; else empty."""
    ended, nearly = row["completions"], row["reached_95"]
    if not ended or ended < nearly:
        return ""
    if ended > nearly:
        return tr(
            "Reached the end is DynTube's own mark, not a step after 95%: it comes more often than "
            "that."
        )
    return tr(
        "Reached the end is DynTube's own mark, not a step after 95%: it comes as often as that."
    )
