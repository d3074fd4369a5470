"""Value axes in the unit of a metric, and time axes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .. import formats
from ..query.metrics import Metric
from .base import Palette

_HOUR = 3600.0


def largest(amounts: Iterable[float]) -> float:
    """The largest defined amount; 0 if none is."""
    return max((amount for amount in amounts if math.isfinite(amount)), default=0.0)


def unit(measure: Metric, top: float) -> float:
    """The divisor for an axis up to `top`: watch time is in hours, or minutes below 3 h; else 1."""
    if measure.format != "hours":
        return 1.0
    return _HOUR if top >= 3 * _HOUR else 60.0


def ticks(measure: Metric, top: float) -> list[float]:
    """Ticks from 0 to at least the largest value, in at most five round steps."""
    return spread_ticks(measure, 0.0, top)


def spread_ticks(measure: Metric, low: float, high: float) -> list[float]:
    """Ticks from `low` or less to `high` or more, both at least 0, in a few round steps."""
    high = high if math.isfinite(high) and high > low else low + 1.0
    step = _step(measure, (high - low) / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * n for n in range(first, last + 1)]


def _step(measure: Metric, least: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(least))
    steps = [magnitude * m for m in (1, 2, 2.5, 5, 10)]
    if measure.format in ("number", "seconds"):  # fractions of them mean nothing
        steps = [max(step, 1.0) for step in steps if step < 1 or step == int(step)]
    return next(step for step in steps if step >= least * 0.999)


def tick_text(measure: Metric, tick: float, unit: float) -> str:
    """A tick label with its unit, on an axis divided by `unit`."""
    match measure.format:
        case "percent":
            return f"{tick * 100:.3g}%"
        case "hours":
            return f"{tick:,.6g} {'h' if unit == _HOUR else 'min'}" if tick else "0"
        case "seconds":
            return formats.clock(tick)
        case _:
            return f"{tick:,.6g}" if tick < 10_000 else formats.compact(tick)


def value_axis(measure: Metric, top: float, palette: Palette) -> dict[str, Any]:
    """A y-axis from 0 for amounts up to `top`, which must be drawn divided by `unit`."""
    divisor = unit(measure, top)
    places = ticks(measure, top / divisor)
    return plain_axis(palette) | {
        "showgrid": True,
        "gridcolor": palette.grid,
        "tickvals": places,
        "ticktext": [tick_text(measure, tick, divisor) for tick in places],
        "range": [0, places[-1] * 1.04],
    }


def plain_axis(palette: Palette, size: int = 12) -> dict[str, Any]:
    """An unruled axis that cannot be panned."""
    return {
        "unifiedhovertitle": {"text": " "},  # tooltips have their own titles
        "showspikes": False,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": size, "color": palette.quiet},
    }


def base_axis(palette: Palette) -> dict[str, Any]:
    """An x-axis with a thin baseline."""
    return plain_axis(palette) | {"showline": True, "linecolor": palette.grid}


def pointed(palette: Palette) -> dict[str, Any]:
    """Axis settings that draw a line at the pointer."""
    return {
        "showspikes": True,
        "spikemode": "across",
        "spikedash": "solid",
        "spikecolor": palette.quiet,
        "spikethickness": 1,
    }


def time_axis(palette: Palette) -> dict[str, Any]:
    """An x-axis of hours, days, weeks or months."""
    return base_axis(palette) | {
        "type": "date",
        "nticks": 9,
        "tickformatstops": [
            {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%-d %b"},
            {"dtickrange": [86_400_000, 2_419_200_000], "value": "%-d %b\n%Y"},
            {"dtickrange": ["M1", None], "value": "%b\n%Y"},
        ],
    }


def top_legend(palette: Palette) -> dict[str, Any]:
    """A legend above a figure that ignores clicks."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "font": {"size": 11, "color": palette.text},
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
    }


def share_axis(palette: Palette) -> dict[str, Any]:
    """A y-axis of fractions, from 0 to 100 %."""
    places = [0, 0.25, 0.5, 0.75, 1]
    return plain_axis(palette) | {
        "showgrid": True,
        "gridcolor": palette.grid,
        "tickvals": places,
        "ticktext": [f"{place:.0%}" for place in places],
        "range": [0, 1.04],
    }


WATCHED_MARGIN = {"l": 0, "r": 18, "t": 8, "b": 0}  # room for half of the label "100%"


def watched_axis(palette: Palette) -> dict[str, Any]:
    """An x-axis of the percent watched."""
    places = [0, 25, 50, 75, 100]
    return base_axis(palette) | {
        "tickvals": places,
        "ticktext": [f"{place}%" for place in places],
        "range": [0, 100],
    }
