"""Tooltips of a trend: a bucket's amount, its change, and the bucket compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pandas as pd

from .. import formats
from ..insight.comparison import change
from ..insight.trends import Trend
from ..query.metrics import Metric
from ..words import tr
from .buckets import IN_DOUBT, NOT_WHOLE, bucket_name
from .labels import wrapped

Doubts = Sequence[str]
NOTHING_BESIDE = tr("Nothing to compare with")
NOT_STORED = tr("not stored")


@dataclass(frozen=True, eq=False)
class Side:
    """A trend with the reason why each bucket may be wrong; no `doubts` means none is."""

    trend: Trend
    doubts: Doubts = ()

    @property
    def said(self) -> Doubts:
        """A reason, or an empty text, for each bucket."""
        return self.doubts or [""] * len(self.trend.rows)

    def amounts(self, measure: Metric) -> list[float]:
        """The metric by bucket; NaN where there is none."""
        return [float(amount) for amount in self.trend.rows[measure.name]]

    def buckets(self, measure: Metric) -> list[_Bucket]:
        trend = self.trend
        columns = (trend.rows.iloc[:, 0], self.amounts(measure), trend.partial, trend.missing)
        return [_Bucket(*row) for row in zip(*columns, self.said, strict=True)]


@dataclass(frozen=True)
class _Bucket:
    start: Any  # a moment, or NaT where nothing is paired
    amount: float
    partial: bool
    missing: bool
    doubt: str

    def text(self, measure: Metric) -> str:
        if self.missing:
            return NOT_STORED
        return formats.value(measure, self.amount, full=True)

    @property
    def remarks(self) -> str:
        said = "<br>".join(["", *wrapped(self.doubt)]) if self.doubt else ""
        cut = NOT_WHOLE if self.partial and not self.missing else ""
        return f"{cut}{IN_DOUBT if self.doubt else ''}{said}"


def texts(measure: Metric, now: Side, before: Side | None = None) -> list[str]:
    """The tooltip of each bucket of `now`, below its name."""
    ours = now.buckets(measure)
    theirs = before.buckets(measure) if before else repeat(None, len(ours))
    interval = now.trend.interval
    lines = []
    for own, other in zip(ours, theirs, strict=True):
        text = f"{measure.label}: <b>{own.text(measure)}</b>{own.remarks}"
        if other is not None and pd.isna(other.start):
            text += f"<br>{NOTHING_BESIDE}"
        elif other is not None:
            name = bucket_name(other.start, interval, own.start)
            text += f"<br>{_change(measure, own, other, name)}{other.remarks}"
        lines.append(text)
    return lines


def _change(measure: Metric, own: _Bucket, other: _Bucket, name: str) -> str:
    """As "+26.0% vs Thu 15 Oct: 1,860"; without the change where one of them is not whole."""
    is_whole = not (own.partial or other.partial)
    changed = change(measure, own.amount, other.amount) if is_whole else math.nan
    amount, text = f"{name}: {other.text(measure)}", formats.change(measure, changed)
    return tr("{change} vs {amount}", change=text, amount=amount) if text else amount
