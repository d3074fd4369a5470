"""Every value of a dimension with its numbers: what tables, bars and maps show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd

from ..comparison import compare, metric_of
from ..dimensions import dimension
from ..metrics import metric
from ..query import Query
from ..sheet import Sheet
from .labels import NAMED, label
from .scene import Scene


@dataclass(frozen=True, eq=False)
class Breakdown:
    """Every value of the dimension `by`, with its `label`, in the chosen order.

    `rows` has the columns `by`, `label`, the metrics, `plays` where one is a rate, and where
    something is compared `<metric>_before` and `<metric>_change`. `total` is the row of all views
    together. Filters on the dimensions in `without` do not count.
    """

    by: str
    metrics: tuple[str, ...]
    rows: pd.DataFrame
    total: pd.Series[float]
    without: tuple[str, ...] = ()

    @property
    def sheet(self) -> Sheet:
        """The table to take away."""
        kept = [name for name in self.rows if metric_of(str(name)) in self.metrics]
        # A label may leave out what the page is filtered by; a file has no page around it.
        text = "label" if self.by in NAMED else self.by
        named = self.rows[[text, *kept]].rename(columns={text: self.by})
        return Sheet(f"By {dimension(self.by).label.lower()}", named)


def breakdown(
    scene: Scene, by: str, metrics: tuple[str, ...] = (), *, without: Collection[str] = ()
) -> Breakdown:
    """The page's metrics by a dimension, whose own filters do not count."""
    metrics = metrics or scene.metrics
    rates = any(metric(name).is_rate for name in metrics)
    asked = tuple(dict.fromkeys((*metrics, "plays"))) if rates else metrics
    without = (by, *without)
    query = scene.query(by, metrics=asked, without=without)
    found: Breakdown | None = scene.made.get((query, metrics))
    if found is None:
        found = scene.made[query, metrics] = _breakdown(scene, query, metrics, without)
    return found


def _breakdown(
    scene: Scene, query: Query, metrics: tuple[str, ...], without: tuple[str, ...]
) -> Breakdown:
    [by] = query.by
    rows = scene.answer(query)
    compared = _compared(scene, query.metrics)
    if earlier := scene.earlier(replace(query, metrics=compared)):
        rows = compare(rows, scene.answer(earlier), [by], list(compared), gone=True)
    rows = rows.assign(label=[label(by, value) for value in rows[by]])
    return Breakdown(by, metrics, ordered(scene, rows), scene.total(query).iloc[0], without)


def _compared(scene: Scene, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Which metrics to ask of the comparison: all but viewers, unless those are the subject.

    Different people cost more than all other metrics together.
    """
    subject = (asked[0], scene.mapped, metric_of(scene.selection.sort))
    costly = ("viewers", "views_per_viewer", "new_viewers")
    return tuple(name for name in asked if name in subject or name not in costly)


def ordered(scene: Scene, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order the reader has chosen; those without a value come last."""
    usual = next(name for name in ("views", "plays", *rows.columns[1:]) if name in rows)
    sort = scene.selection.sort if scene.selection.sort in rows else usual
    rising = scene.selection.order == "rising"
    return rows.sort_values(
        [sort, "label"], ascending=[rising, True], na_position="last", ignore_index=True
    )
