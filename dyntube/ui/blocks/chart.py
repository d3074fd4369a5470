"""Renders figures; every chart goes through here."""

from __future__ import annotations

from typing import Any

from ...query.periods import Interval, Period
from ..clicks import narrow_to_bucket, narrow_to_range, toggle_picked
from ..components.figure import figure


def show_chart(drawn: Any, alt: str, *, key: str) -> None:  # plotly has no types
    """A figure that ignores clicks; `alt` is its text alternative."""
    figure(drawn, alt, key=key)


def show_filtering_chart(drawn: Any, alt: str, *, key: str) -> None:
    """A figure of values of dimensions; a click toggles a filter on one."""
    figure(drawn, alt, key=key, on_pick=toggle_picked)


def show_time_chart(drawn: Any, alt: str, *, key: str, interval: Interval, shown: Period) -> None:
    """A figure over time; a click on a bucket or a drag over several sets the period."""
    figure(
        drawn,
        alt,
        key=key,
        on_pick=lambda picked: narrow_to_bucket(picked, interval, shown),
        on_range=lambda ends: narrow_to_range(ends, interval, shown),
    )
