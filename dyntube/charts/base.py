"""What all figures share: the colours of a theme, the font, an empty ground.

Figures are `go`, not `px`: ten times cheaper to build. Their layout is handed over whole, since
every later update is checked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

FONT = "Inter, sans-serif"


@dataclass(frozen=True)
class Palette:
    """The colours of a theme: one accent, greys for everything that is context.

    Data is `calm` where it is as it should be, and a `gap`, `caution` or `alarm` where it is not;
    `text` can be read on each.
    """

    accent: str
    area: str
    text: str
    quiet: str
    grid: str
    land: str
    page: str
    scale: tuple[str, ...]
    calm: str
    gap: str
    caution: str
    alarm: str


LIGHT = Palette(
    accent="#2563EB",
    area="rgba(37,99,235,0.10)",
    text="#0F172A",
    quiet="#64748B",
    grid="#E9EEF5",
    land="#EEF2F7",
    page="#FFFFFF",
    scale=("#DBEAFE", "#93C5FD", "#3B82F6", "#1D4ED8", "#1E3A8A"),
    calm="#93C5FD",
    gap="#D8DFE9",
    caution="#FCD34D",
    alarm="#FCA5A5",
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
    calm="#2F5597",
    gap="#3A4658",
    caution="#A14A08",
    alarm="#B91C1C",
)


def figure(
    traces: list[dict[str, Any]], palette: Palette, *, height: int, **layout: Any
) -> go.Figure:
    """A figure of plotly's own dictionaries on the page's ground; height in pixels."""
    base = {
        "template": "none",
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "font": {"family": FONT, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": palette.page,
            "bordercolor": palette.grid,
            "font": {"family": FONT, "size": 13, "color": palette.text},
        },
    }
    return go.Figure(data=traces, layout=base | layout)
