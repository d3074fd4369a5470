"""Figures as a browser gets them, and what goes into them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from dyntube.charts import Item, picked
from dyntube.insight.trends import Trend, paired
from dyntube.query.periods import Period

# Shows as it is written, or something is wrong.
HOSTILE = """<b>Launch</b> <a href="javascript:alert('x')">&amp;</a> =1+1"""
# The same as plotly is given it: it knows these entities, and none for quotes.
ESCAPED = (
    """&lt;b&gt;Launch&lt;/b&gt; &lt;a href="javascript:alert('x')"&gt;&amp;amp;&lt;/a&gt; =1+1"""
)


def course(
    *values: float,
    partial: str = "",
    name: str = "views",
    first: str = "2026-11-02",
    interval: str = "day",
    zone: str | None = None,
) -> Trend:
    """Buckets of a metric; `partial` has an x for each that is not whole, an o for none known."""
    freq = {"hour": "h", "day": "D", "week": "W-MON", "month": "MS"}[interval]
    starts = pd.date_range(first, periods=len(values), freq=freq, tz=zone)
    marks = [mark != " " for mark in partial.ljust(len(values))]
    missing = [mark == "o" for mark in partial.ljust(len(values))]
    rows = pd.DataFrame({interval: starts, name: pd.Series(values, dtype="float64")})
    flags = (pd.Series(flag, dtype=bool) for flag in (marks, missing))
    return Trend(interval, rows, *flags)  # type: ignore[arg-type]


def beside(now: Trend, before: Trend) -> Trend:
    """A comparison as it is drawn beside a course, day by day."""
    spans = []
    for side in (now, before):
        days = side.rows.iloc[:, 0]
        first = days.min().date() if len(days) else now.rows.iloc[0, 0].date()
        spans.append(Period(first, days.max().date() if len(days) else first))
    return paired(now, before, *spans)


def items(**amounts: float) -> list[Item]:
    """Items by value, each with its value as its label."""
    return [Item(value, value, amount) for value, amount in amounts.items()]


def drawn(figure: Any) -> dict[str, Any]:
    """The figure as the browser gets it."""
    return json.loads(figure.to_json())


def clicks(trace: Any) -> list[str | None]:
    """What a click on each point of a trace filters by."""
    return [dict(picked(custom)).popitem()[1] if custom[0] else None for custom in trace.customdata]


def hovers(trace: Any) -> list[str]:
    """What is shown of each point of a trace under the pointer."""
    return [custom[1] for custom in trace.customdata]


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart: from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
