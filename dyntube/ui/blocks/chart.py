"""Renders figures; every chart goes through here."""

from __future__ import annotations

from typing import Any

from ...export.table import Sheet
from ...export.text import texts
from ...query.periods import Interval, Period
from ..clicks import narrow_to_bucket, narrow_to_range, toggle_picked
from ..components.figure import figure

_MOST_ROWS = 1000  # in place of a figure; downloads have them all


def show_chart(drawn: Any, alt: str, sheet: Sheet, *, key: str) -> None:  # plotly has no types
    """A figure that ignores clicks; `alt` is its text alternative, `sheet` has its numbers."""
    figure(drawn, alt, key=key, table=lambda: texts(sheet, _MOST_ROWS))


def show_filtering_chart(drawn: Any, alt: str, sheet: Sheet, *, key: str) -> None:
    """A figure of values of dimensions; a click toggles a filter on one."""
    figure(drawn, alt, key=key, table=lambda: texts(sheet, _MOST_ROWS), on_pick=toggle_picked)


def show_time_chart(
    drawn: Any, alt: str, sheet: Sheet, *, key: str, interval: Interval, shown: Period
) -> None:
    """A figure over time; a click on a bucket or a drag over several sets the period."""
    figure(
        drawn,
        alt,
        key=key,
        table=lambda: texts(sheet, _MOST_ROWS),
        on_pick=lambda picked: narrow_to_bucket(picked, interval, shown),
        on_range=lambda ends: narrow_to_range(ends, interval, shown),
    )
