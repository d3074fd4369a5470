"""A course too small for axes."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from .base import Palette


def sparkline(values: Sequence[float], palette: Palette) -> str:
    """A course of at least two values as an HTML image; it says nothing that its card does not."""
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    points = " ".join(
        f"{100 * n / (len(values) - 1):.4g},{26 - 24 * (value - low) / spread:.4g}"
        for n, value in enumerate(values)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="{palette.quiet}" stroke-width="1.5" '
        'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
    return f'<img class="sparkline" alt="" src="data:image/svg+xml,{quote(svg)}">'
