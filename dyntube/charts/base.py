"""What all figures share: palettes, layout defaults, items and `customdata`.

Figures are `go`, not `px`, which takes ten times as long to build.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import plotly.graph_objects as go

from .plotly_internals import unchecked

FONT = "Inter, sans-serif"
NOTHING = "rgba(0,0,0,0)"
_FADED = 0.35  # opacity of what is not selected


@dataclass(frozen=True)
class Palette:
    """The colours of a theme: one accent, greys for context.

    `scale` goes from low to high, `change` from worse over unchanged to better, and `series` has
    colours for lines or parts side by side. Data is `calm` when in order, else `gap`, `caution` or
    `alarm`; `text` is readable on each. `doubt` is the ring around points in doubt.
    """

    accent: str
    area: str
    text: str
    quiet: str
    grid: str
    land: str
    page: str
    scale: tuple[str, ...]
    change: tuple[str, ...]
    series: tuple[str, ...]
    calm: str
    gap: str
    caution: str
    alarm: str
    doubt: str


def _colours(palette: Palette) -> Iterator[str]:
    for field in fields(palette):
        colours = getattr(palette, field.name)
        yield from (colours,) if isinstance(colours, str) else colours


LIGHT = Palette(
    accent="#2563EB",
    area="rgba(37,99,235,0.10)",
    text="#0F172A",
    quiet="#64748B",
    grid="#E9EEF5",
    land="#EEF2F7",
    page="#FFFFFF",
    scale=("#DBEAFE", "#93C5FD", "#3B82F6", "#1D4ED8", "#1E3A8A"),
    change=("#C2410C", "#FDBA74", "#E2E8F0", "#93C5FD", "#1D4ED8"),
    series=("#2563EB", "#0D9488", "#D97706", "#DB2777", "#7C3AED", "#0EA5E9", "#94A3B8"),
    calm="#93C5FD",
    gap="#D8DFE9",
    caution="#FCD34D",
    alarm="#FCA5A5",
    doubt="#B45309",
)
DARK = Palette(
    accent="#60A5FA",
    area="rgba(96,165,250,0.14)",
    text="#E5E7EB",
    quiet="#94A3B8",
    grid="#1B2740",
    land="#1E293B",
    page="#0B1220",
    scale=("#1E3A5F", "#1D4ED8", "#3B82F6", "#93C5FD", "#DBEAFE"),
    change=("#FB923C", "#9A3412", "#334155", "#1D4ED8", "#93C5FD"),
    series=("#60A5FA", "#2DD4BF", "#FBBF24", "#F472B6", "#A78BFA", "#22D3EE", "#64748B"),
    calm="#2F5597",
    gap="#3A4658",
    caution="#A14A08",
    alarm="#B91C1C",
    doubt="#FBBF24",
)

# The first use of a colour counts.
LIGHT_FOR_DARK = dict(reversed([*zip(_colours(DARK), _colours(LIGHT), strict=True)]))


@dataclass(frozen=True)
class Item:
    """A value of a dimension to draw: `value` is what a click filters by (None: no filter).

    `label` names it. `amount` is in the metric's unit (seconds, a fraction, a count), NaN where
    undefined. `hover` has further lines for the tooltip, and `few` is the basis it has few of:
    "plays". Texts are raw: the figures escape them.
    """

    value: str | None
    label: str
    amount: float
    hover: str = ""
    few: str = ""
    dimension: str = ""

    @property
    def picks(self) -> tuple[tuple[str, str], ...]:
        """The (dimension, value) pair a click filters by, if any."""
        return () if self.value is None else ((self.dimension, self.value),)


def figure(
    traces: list[dict[str, Any]],
    palette: Palette,
    *,
    height: int,
    drag: Literal[False, "select"] = False,
    **layout: Any,
) -> go.Figure:
    """A figure from plotly's own dictionaries; height in pixels.

    `drag`: "select" lets a drag select a range; with False a finger on the
    figure scrolls the page.
    """
    base = {
        "dragmode": drag,
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "font": {"family": FONT, "color": palette.text},
        "paper_bgcolor": NOTHING,
        "plot_bgcolor": palette.page,  # plotly picks the colour of the pointer line against it
        "showlegend": False,
        "clickmode": "event",
        "hoverlabel": {
            "bgcolor": palette.page,
            "bordercolor": palette.gap,
            "align": "left",
            "font": {"family": FONT, "size": 13, "color": palette.text},
        },
    }
    return unchecked({"data": traces, "layout": base | layout})


# The tooltip is the second entry of `customdata`, after what a click filters by.
HOVER = "%{customdata[1]}<extra></extra>"


def point(hover: str, *picks: tuple[str, str]) -> list[str | None]:
    """The `customdata` of a point: what a click filters by, and the tooltip.

    The filter is URL-encoded, `country=DE`.
    """
    return [urlencode(picks) or None, hover]


def picked(customdata: Sequence[str | None]) -> list[tuple[str, str]]:
    """The (dimension, value) pairs a click on a point filters by."""
    return parse_qsl(customdata[0] or "", keep_blank_values=True)


def blend(colour: str, ground: str, share: float) -> str:
    """A colour over a ground at this opacity; colours are like #2563EB."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def faded(colour: str, palette: Palette) -> str:
    """The colour of an item that is not selected while others are."""
    return blend(colour, palette.page, _FADED)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
