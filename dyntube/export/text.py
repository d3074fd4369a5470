"""Tables as JSON and Markdown, for programs, e-mails and terminals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from ..formats import NONE
from ..reading.text import clean
from .table import Column, Sheet, columns, metric_and_part

_MOST_ROWS = 30  # in Markdown
_NUMBERS: dict[str, Callable[[float], str]] = {  # by Excel number format
    "#,##0": "{:,.0f}".format,
    "#,##0.0": "{:,.1f}".format,
    "#,##0.00": "{:,.2f}".format,
    "0.00": "{:.2f}".format,
    "0.0%": "{:.1%}".format,
    "+0.0;-0.0;0.0": "{:+.1f}".format,
    "+0.0%;-0.0%;0.0%": "{:+.1%}".format,
}


def rows_json(sheet: Sheet) -> list[dict[str, Any]]:
    """One dict per row by column name, in the units of the code: seconds, fractions, counts.

    Times are in ISO 8601; missing and non-finite values are None.
    """
    names = list(map(str, sheet.rows))
    rows = sheet.rows.astype(object).itertuples(index=False, name=None)
    return [dict(zip(names, map(_value, row), strict=True)) for row in rows]


def _value(value: Any) -> Any:
    if pd.isna(value) or value in (float("inf"), float("-inf")):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def markdown(sheet: Sheet) -> str:
    """A Markdown table with formatted numbers, changes in brackets behind them.

    A long table is cut, with the number of rows left out below it; an empty one is "None.". Text
    from the data is escaped: no link, image or styling.
    """
    if sheet.rows.empty:
        return "None."
    written = dict(zip(map(str, sheet.rows), columns(sheet.rows), strict=True))
    texts = {
        name: _texts(column, written.get(f"{name}_change")) for name, column in written.items()
    }
    shown = [name for name in written if not metric_and_part(name)[1]]
    is_number = [written[name].format in _NUMBERS for name in shown]
    header = [escape(written[name].header) for name in shown]
    rows = list(zip(*(texts[name] for name in shown), strict=True))
    if metric_and_part(shown[0])[0] and len(rows) == 1:  # totals are transposed
        return _lines([("", ""), ("---", "---:"), *zip(header, rows[0], strict=True)])
    rule = ["---:" if number else "---" for number in is_number]
    more = len(rows) - _MOST_ROWS
    rest = f"\n\n{more:,} more rows are left out." if more > 0 else ""
    return _lines([header, rule, *rows[:_MOST_ROWS]]) + rest


def _lines(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _texts(column: Column, change: Column | None) -> list[str]:
    """The cells of a column, with its change in brackets."""
    cells = [_cell(value, column) for value in column.values]
    if change is None:
        return cells
    changes = [_cell(value, change) for value in change.values]
    unit = " points" if "points" in change.header else ""
    pairs = zip(cells, changes, strict=True)
    return [cell if text == NONE else f"{cell} ({text}{unit})" for cell, text in pairs]


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return NONE
    if column.format in _NUMBERS and isinstance(value, int | float):
        return _NUMBERS[column.format](value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return escape(str(value))


def escape(text: str) -> str:
    """Text as Markdown that renders literally, and does nothing to a terminal."""
    return re.sub(r"([\\`*_\[\]<>|~#&!])", r"\\\1", clean(" ".join(text.split())))
