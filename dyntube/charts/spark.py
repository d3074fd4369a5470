"""Sparklines: small lines without axes, so all follow one rule, in cards as in tables.

They start at 0 and leave some room above their highest value. A line stretched over its own span
would make a crash of 65 % to 63 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from .axes import largest
from .base import Palette

SCALE = "The line starts at 0; a gap is a day without a value or one that is not stored."
_FLOOR, _HEIGHT = 26.0, 21.0  # of the line, in a picture 28 high


def sparkline(values: Sequence[float], palette: Palette) -> str:
    """At least two values as an HTML image, with a gap at NaN.

    The alt text is empty: the card has the same information.
    """
    return f'<img class="sparkline" alt="" src="{sparkline_source(values, palette)}">'


def sparkline_source(values: Sequence[float], palette: Palette) -> str:
    """The image of a sparkline as a data URL, for an image column of a table."""
    lines = "".join(
        f'<polyline points="{points}" fill="none" stroke="{palette.quiet}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        for points in _lines(values)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28" preserveAspectRatio="none">'
        f"{lines}</svg>"
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _lines(values: Sequence[float]) -> Iterator[str]:
    """The points of each run between gaps; a single value is repeated, which draws a dot."""
    top = largest(values) or 1.0
    places = [
        f"{100 * n / (len(values) - 1):.4g},{_FLOOR - _HEIGHT * value / top:.4g}"
        for n, value in enumerate(values)
    ]
    for is_gap, piece in groupby(range(len(values)), lambda n: math.isnan(values[n])):
        if not is_gap:
            points = [places[n] for n in piece]
            yield " ".join(points if points[1:] else points * 2)
