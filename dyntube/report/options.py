"""Options of a filter, with the views of each under the other filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ..desk import Desk
from ..errors import EngineError
from ..query.dimensions import LIBRARY
from ..query.periods import Period
from ..query.query import Filter, Query
from .labels import Labels, resolved
from .selection import Selection, in_force


@dataclass(frozen=True)
class Option:
    """A value to filter by, its name, and its views under the other filters."""

    value: str
    name: str
    views: int


def counts(desk: Desk, dimension: str, selection: Selection, period: Period) -> dict[str, int]:
    """The views of each value of a dimension, most first, ignoring `is` filters on it.

    Named projects, channels and videos are included even without views. They are all there is
    while the warehouse is away, which the page itself says.
    """
    try:
        return _counts(desk, dimension, selection, period)
    except EngineError:
        return dict.fromkeys(desk.names().known(dimension) if dimension in LIBRARY else (), 0)


def _counts(desk: Desk, dimension: str, selection: Selection, period: Period) -> dict[str, int]:
    filters = resolved(selection.filters, (period,), selection.timezone, desk)
    filters = in_force(filters, (dimension,))
    of_all = ("views",), period, selection.timezone
    if dimension not in LIBRARY:
        by_one = Query(*of_all, (dimension,), filters, "views", access=desk.access)
        return _by_value(desk.answer(by_one), dimension)
    # One query serves all three lists, which every page shows first.
    others = tuple(f for f in filters if f.dimension not in LIBRARY)
    rows = desk.answer(Query(*of_all, LIBRARY, others, access=desk.access))
    for filter_ in filters:
        if filter_.dimension in LIBRARY:
            rows = rows[_kept(filter_, rows[filter_.dimension])]
    found = _by_value(rows, dimension)
    return found | {key: 0 for key in desk.names().known(dimension) if key not in found}


def options(
    labels: Labels, dimension: str, values: Iterable[str], found: Mapping[str, int]
) -> list[Option]:
    """Options with distinct names for these values, in their order."""
    named = labels.each(dimension, values)
    return [Option(value, name, found.get(value, 0)) for value, name in named.items()]


def _kept(filter_: Filter, values: pd.Series[str]) -> pd.Series[bool]:
    found = values.isin(filter_.values)
    return ~found if filter_.operator == "is_not" else found


def _by_value(rows: pd.DataFrame, dimension: str) -> dict[str, int]:
    found = rows.groupby(dimension)["views"].sum().sort_values(ascending=False)
    return {str(value): int(views) for value, views in found.items()}
