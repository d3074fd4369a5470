"""Sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from .base import Palette


def sparkline(values: Sequence[float], palette: Palette) -> str:
    """At least two values as an HTML image, with a gap at NaN.

    The alt text is empty: the card has the same information.
    """
    lines = "".join(
        f'<polyline points="{points}" fill="none" stroke="{palette.quiet}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        for points in _lines(values)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28" preserveAspectRatio="none">'
        f"{lines}</svg>"
    )
    return f'<img class="sparkline" alt="" src="data:image/svg+xml,{quote(svg)}">'


def _lines(values: Sequence[float]) -> Iterator[str]:
    """The points of each run between gaps; a single value is repeated, which draws a dot."""
    known = [value for value in values if not math.isnan(value)]
    low = min(known, default=0.0)
    spread = (max(known, default=0.0) - low) or 1.0
    places = [
        f"{100 * n / (len(values) - 1):.4g},{26 - 24 * (value - low) / spread:.4g}"
        for n, value in enumerate(values)
    ]
    for is_gap, piece in groupby(range(len(values)), lambda n: math.isnan(values[n])):
        if not is_gap:
            points = [places[n] for n in piece]
            yield " ".join(points if points[1:] else points * 2)
