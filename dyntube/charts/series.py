"""A line over buckets: solid and dashed segments, and markers that react to the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .base import HOVER, Palette

_DASH = "5px,4px"
_MOST_DOTS = 62  # beyond this, dots merge into a thicker line


def pieces(
    x: Sequence[Any], y: Sequence[float], partial: Sequence[bool], line: dict[str, Any]
) -> list[dict[str, Any]]:
    """The line in segments, dashed to and from partial buckets.

    Segments have no tooltip, which would appear twice where they meet.
    """
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(x[part]),
            "y": list(y[part]),
            "line": line | {"dash": _DASH if dashed else "solid"},
            "hoverinfo": "skip",
            "showlegend": False,
            "zorder": 1,
        }
        for part, dashed in _runs(partial)
    ]


def points(
    x: Sequence[Any], y: Sequence[float], customdata: Sequence[Sequence[str | None]], colour: str
) -> dict[str, Any]:
    """A marker per bucket, barely visible unless it has no neighbours.

    Without markers, a click on a line would not hit a bucket.
    """
    size = 4 if len(x) <= _MOST_DOTS else 2
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "customdata": [list(row) for row in customdata],
        "hovertemplate": HOVER,
        "showlegend": False,
        "marker": {
            "color": colour,
            "size": [7 if alone else size for alone in _alone(y)],
            "opacity": 1,
            "line": {"width": 0},
        },
        "selected": {"marker": {"opacity": 1, "size": 8}},
        "unselected": {"marker": {"opacity": 1}},
        "zorder": 2,
    }


def rings(
    x: Sequence[Any], y: Sequence[float], doubtful: Sequence[object], palette: Palette
) -> list[dict[str, Any]]:
    """Rings around points that may be wrong; they have no tooltip."""
    marked = [
        (at, amount)
        for at, amount, doubt in zip(x, y, doubtful, strict=True)
        if doubt and not math.isnan(amount)
    ]
    if not marked:
        return []
    size = 9 if len(x) <= _MOST_DOTS else 6
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "In doubt",
            "x": [at for at, _ in marked],
            "y": [amount for _, amount in marked],
            "customdata": [[None, ""] for _ in marked],
            "hoverinfo": "skip",
            "showlegend": False,
            "marker": {
                "color": palette.page,
                "size": size,
                "opacity": 1,
                "line": {"color": palette.doubt, "width": 2},
            },
            "selected": {"marker": {"opacity": 1}},
            "unselected": {"marker": {"opacity": 1}},
            "zorder": 3,
        }
    ]


def _runs(partial: Sequence[bool]) -> list[tuple[slice, bool]]:
    """The points of each segment and whether it is dashed. Segments share their ends."""
    dashed = [a or b for a, b in pairwise(partial)]
    cuts = [n for n in range(1, len(dashed)) if dashed[n] != dashed[n - 1]]
    ends = zip([0, *cuts], [*cuts, len(dashed)], strict=True) if dashed else ()
    return [(slice(a, b + 1), dashed[a]) for a, b in ends]


def _alone(y: Sequence[float]) -> list[bool]:
    """Which points have no neighbour to draw a line to."""
    known = [False, *(not math.isnan(amount) for amount in y), False]
    return [
        here and not before and not after
        for before, here, after in zip(known, known[1:], known[2:], strict=False)
    ]
