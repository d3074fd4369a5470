"""World map."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .. import formats
from ..query.metrics import Metric
from ..reading.countries import country_alpha_3
from ..words import tr
from .axes import largest, tick_text, ticks, unit
from .base import HOVER, NOTHING, Item, Palette, figure, point
from .labels import hover

_MOST_TICKS = 5  # on a phone
_LOWEST = 10  # percentile; countries of one view each would leave no colours for the others
_USUAL, _FAR = 95, 3  # a change above 3 times the 95th percentile would dominate the scale


def world_map(
    measure: Metric,
    items: Sequence[Item],
    palette: Palette,
    *,
    chosen: Collection[str] = (),
    changes: Mapping[str, float] | None = None,
    height: int = 270,
) -> go.Figure:
    """A world map of items by ISO 3166-1 alpha-2 code, `chosen` ones outlined; height in pixels.

    Counts and watch time are on a log scale, which its legend says, all else on a linear scale from
    0. With `changes`, by code and as from `comparison.change`, the colour is the change instead. A
    country without a value is grey; items that are not countries are left out.
    """
    places = {item: code for item in items if item.value and (code := country_alpha_3(item.value))}
    known = [item for item in places if not math.isnan(item.amount)]
    if changes is None:
        scale = _amounts(measure, known, palette)
        hovers = [hover(measure, item) for item in known]
    else:
        scale = _changes(
            measure, [changes.get(str(item.value), math.nan) for item in known], palette
        )
        hovers = [_with_change(measure, item, changes) for item in known]
    traces = []
    # Plotly does not draw countries without a colour on the scale, so they get their own trace.
    for grey in (True, False):
        rows = [n for n, z in enumerate(scale.z) if math.isnan(z) == grey]
        if rows or not grey:
            codes = [places[known[n]] for n in rows]
            custom = [point(hovers[n], *known[n].picks) for n in rows]
            line = _outlines([known[n] for n in rows], chosen, palette)
            colours = _grey(len(rows), palette) if grey else scale.drawn(rows)
            traces.append(_BASE | {"locations": codes, "customdata": custom} | colours)
            traces[-1]["marker"] = {"line": line}
    margin = {"l": 0, "r": 0, "t": 0, "b": 44 if scale.title else 30}
    return figure(traces, palette, height=height, geo=_geo(palette), margin=margin)


_BASE = {"type": "choropleth", "hovertemplate": HOVER}


@dataclass(frozen=True)
class _Scale:
    """Position of each item on a colour scale, NaN if undefined."""

    z: list[float]
    low: float
    high: float
    colours: Sequence[str]
    ticks: list[float]
    texts: list[str]
    palette: Palette
    title: str = ""

    def drawn(self, rows: Sequence[int]) -> dict[str, Any]:
        last = len(self.colours) - 1
        return {
            "z": [self.z[n] for n in rows],
            "zmin": self.low,
            "zmax": self.high,
            "colorscale": [[n / last, colour] for n, colour in enumerate(self.colours)],
            "colorbar": colour_bar(self.ticks, self.texts, self.palette, self.title),
        }


def _amounts(measure: Metric, items: Sequence[Item], palette: Palette) -> _Scale:
    amounts = [item.amount for item in items]
    top = largest(amounts)
    divisor = unit(measure, top)
    if measure.format not in ("number", "hours"):
        places = ticks(measure, top)
        texts = [tick_text(measure, tick, divisor) for tick in places]
        return _Scale(amounts, 0, places[-1], palette.scale, places, texts, palette)
    z = [math.log10(amount / divisor) if amount > 0 else math.nan for amount in amounts]
    known = [place for place in z if not math.isnan(place)] or [0.0]
    low = math.floor(np.percentile(known, _LOWEST, method="lower"))
    high = max(largest(z), low + 1)
    step = (math.floor(high) - low) // _MOST_TICKS + 1
    places = list(range(low, math.floor(high) + 1, step))
    texts = [tick_text(measure, 10.0**power, divisor) for power in places]
    texts[0] = f"≤ {texts[0]}" if min(known) < low else texts[0]
    title = tr("Log scale: each mark is {times} times the one before", times=f"{10**step:,}")
    return _Scale(z, low, high, palette.scale, places, texts, palette, title * bool(places[1:]))


def _changes(measure: Metric, changes: list[float], palette: Palette) -> _Scale:
    """Symmetrical around 0; clipped if a few changes are far larger than the rest."""
    known = [change for change in changes if math.isfinite(change)]
    sizes = [abs(change) for change in known]
    top = largest(sizes)
    usual = float(np.percentile(sizes, _USUAL, method="lower")) if sizes else 0.0
    top = (usual if top > _FAR * usual > 0 else top) or 0.1
    # Amounts cannot fall by more than 100 %.
    places = [-top if measure.is_rate else max(-top, -1.0), 0.0, top]
    texts = [formats.change(measure, place) for place in places]
    texts[0] = f"≤ {texts[0]}" if min(known, default=0.0) < -top else texts[0]
    texts[2] = f"≥ {texts[2]}" if max(known, default=0.0) > top else texts[2]
    colours = palette.change[::-1] if measure.more_is_better is False else palette.change
    return _Scale(changes, -top, top, colours, places, texts, palette)


def _with_change(measure: Metric, item: Item, changes: Mapping[str, float]) -> str:
    change = formats.change(measure, changes.get(str(item.value), math.nan))
    none = tr("Change: nothing to compare with")
    return hover(measure, item, tr("Change: {change}", change=change) if change else none)


def _grey(count: int, palette: Palette) -> dict[str, Any]:
    return {
        "z": [0] * count,
        "colorscale": [[0, palette.land], [1, palette.land]],
        "showscale": False,
    }


def _outlines(items: Sequence[Item], chosen: Collection[str], palette: Palette) -> dict[str, Any]:
    picked = [item.value in chosen for item in items]
    return {
        "width": [2.0 if is_chosen else 0.5 for is_chosen in picked],
        "color": [palette.text if is_chosen else palette.page for is_chosen in picked],
    }


def _geo(palette: Palette) -> dict[str, Any]:
    return {
        "projection": {"type": "natural earth"},
        "visible": False,
        "showland": True,
        "landcolor": palette.land,
        "bgcolor": NOTHING,
        "lataxis": {"range": [-56, 82]},
        "lonaxis": {"range": [-170, 190]},
        "fitbounds": False,
    }


def colour_bar(
    ticks: Sequence[float], texts: Sequence[str], palette: Palette, title: str = ""
) -> dict[str, Any]:
    """The legend of a colour scale, below the figure."""
    small = {"size": 11, "color": palette.quiet}
    return {
        "orientation": "h",
        "thickness": 6,
        "len": 0.5,
        "x": 0.5,
        "y": -0.02,
        "yanchor": "top",
        "tickvals": list(ticks),
        "ticktext": list(texts),
        "tickfont": small,
        "title": {"text": title, "side": "top", "font": small},
        "ticks": "",
        "outlinewidth": 0,
    }
