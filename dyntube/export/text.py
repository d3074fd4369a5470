"""Tables as JSON, as texts and as Markdown, for programs, readers, e-mails and terminals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from .. import formats
from ..insight.comparison import is_per_day
from ..reading.text import clean
from ..words import tr, trn
from .names import label, metric_and_part
from .table import DAY, MOMENT, PERCENTS, TEXT, Column, Sheet, column

_MOST_ROWS = 30  # in Markdown
_ON_THE_LEFT = (TEXT, DAY, MOMENT)


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
        return tr("None.")
    found = texts(sheet, _MOST_ROWS)
    header, *rows = [[escape(text) for text in line] for line in (found.header, *found.rows)]
    if sheet.totals:
        return _lines([("", ""), ("---", "---:"), *zip(header, rows[0], strict=True)])
    rule = ["---:" if is_number else "---" for is_number in found.numbers]
    rest = trn("{number} more row is left out.", "{number} more rows are left out.", found.more)
    return _lines([header, rule, *rows]) + (f"\n\n{rest}" if found.more else "")


@dataclass(frozen=True)
class Texts:
    """A table as people read it, without markup: `numbers` says which columns hold such.

    Changes stand in brackets behind what has changed. `more` rows are left out.
    """

    header: list[str]
    rows: list[tuple[str, ...]]
    numbers: list[bool]
    more: int


def texts(sheet: Sheet, most: int) -> Texts:
    """The first rows of a table in words."""
    rows = sheet.rows.head(most)
    head = replace(sheet, rows=rows)
    written = {str(name): column(rows[name], str(name)) for name in rows}
    shown = [name for name in written if not metric_and_part(name)[1]]
    return Texts(
        [label(name) for name in shown],
        list(zip(*(_texts(name, written[name], head) for name in shown), strict=True)),
        [written[name].format not in _ON_THE_LEFT for name in shown],
        max(len(sheet.rows) - most, 0),
    )


def _lines(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _texts(name: str, written: Column, head: Sheet) -> list[str]:
    """The cells of a column, with its change in brackets."""
    (measure, _), rows = metric_and_part(name), head.rows
    if measure is None:
        return [_cell(value, written) for value in written.values]
    values = [formats.value(measure, amount, full=True) for amount in _amounts(rows[name])]
    if f"{name}_change" not in rows:
        return values
    changes = [formats.change(measure, amount) for amount in _amounts(rows[f"{name}_change"])]
    if is_per_day(measure, head.days):
        changes = [one and tr("{change} in the daily average", change=one) for one in changes]
    pairs = zip(values, changes, strict=True)
    return [f"{value} ({change})" if change else value for value, change in pairs]


def _amounts(column: pd.Series[Any]) -> list[float]:
    return column.astype("float64").tolist()


def _cell(value: Any, written: Column) -> str:
    if value is None:
        return formats.NONE
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return formats.percent(value) if written.format in PERCENTS else str(value)


def escape(text: str) -> str:
    """Text as Markdown that renders literally, and does nothing to a terminal."""
    return re.sub(r"([\\`*_\[\]<>|~#&!])", r"\\\1", clean(" ".join(text.split())))
