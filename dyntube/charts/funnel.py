"""Funnel chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from .. import formats
from ..insight.engagement import Step
from ..words import tr
from .axes import plain_axis
from .base import HOVER, Palette, blend, figure
from .labels import bold, short

_HEIGHT = 46  # height of a step: its line of text and its bar, in pixels
_LABEL_LENGTH = 20


@dataclass(frozen=True)
class _Row:
    label: str
    count: int
    before: int
    first: int

    @property
    def share(self) -> str:
        """Share of the first step."""
        return formats.percent(self.count / self.first) if self.first else ""

    @property
    def change(self) -> str:
        """Change from the step before: "−12.3%"."""
        if not self.before or self.count == self.before:
            return ""
        return formats.relative(self.count / self.before - 1)


def funnel(steps: Sequence[Step], palette: Palette) -> go.Figure:
    """One horizontal bar per step with its count, its share of the first step and its loss.

    The loss from the step before is drawn faded behind the bar.
    """
    befores = [steps[0].count if steps else 0, *(step.count for step in steps)]
    rows = [
        _Row(
            step.label,
            step.count,
            before if step.before is None else step.before,
            befores[0] if step.of is None else step.of,
        )
        for step, before in zip(steps, befores, strict=False)
    ]
    lost = [max(row.before - row.count, 0) for row in rows]
    pale = blend(palette.accent, palette.page, 0.22)
    traces = [
        _bars([row.count for row in rows], palette.accent) | _hovers(rows),
        _bars(lost, pale) | {"hoverinfo": "skip"},
    ]
    end = max([row.count for row in rows] + [1])
    height = _HEIGHT * max(len(rows), 1) + 6
    return figure(
        traces if rows else [],
        palette,
        height=height,
        margin={"l": 0, "r": 0, "t": 6, "b": 0},
        barmode="stack",
        hovermode="y unified",
        annotations=[line for n, row in enumerate(rows) for line in _texts(n, row, palette)],
        xaxis=plain_axis(palette) | {"visible": False, "range": [0, end]},
        yaxis=plain_axis(palette) | {"visible": False, "range": [max(len(rows), 1) - 0.25, -0.75]},
    )


def _bars(counts: Sequence[int], colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(counts),
        "y": list(range(len(counts))),
        "width": 0.38,
        "marker": {"color": colour},
    }


def _hovers(rows: Sequence[_Row]) -> dict[str, Any]:
    return {
        "customdata": [[None, _hover(row)] for row in rows],
        "hovertemplate": HOVER,
    }


def _hover(row: _Row) -> str:
    number = f"{row.count:,}"
    if row.share:
        number = tr("{number}, {share} of the first step", number=number, share=row.share)
    return "<br>".join(filter(None, [bold(row.label), number, _lost(row)]))


def _lost(row: _Row) -> str:
    if not row.change:
        return ""
    number = f"{abs(row.before - row.count):,}"
    if row.count < row.before:
        text = tr("{number} fewer than the step before", number=number)
    else:
        text = tr("{number} more than the step before", number=number)
    return f"{text} ({row.change})"


def _texts(n: int, row: _Row, palette: Palette) -> list[dict[str, Any]]:
    """The line above a bar: label and loss on the left, count and share on the right."""
    quiet = f'<span style="color:{palette.quiet}">{{}}</span>'
    left = f"{short(row.label, _LABEL_LENGTH)}  " + quiet.format(row.change)
    right = f"<b>{row.count:,}</b>  " + quiet.format(row.share)
    line = {"xref": "paper", "y": n - 0.42, "showarrow": False, "font": {"size": 13}}
    return [
        line | {"text": left, "x": 0, "xanchor": "left"},
        line | {"text": right, "x": 1, "xanchor": "right"},
    ]
