"""A table to take away: what its columns are called, what is in them, and all of it as CSV.

Numbers are never changed, only given in other units where people expect these; the header then
names them. Text in CSV is never a formula: see `safe`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable
from csv import writer
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..query.dimensions import DIMENSIONS
from ..query.metrics import METRICS, Metric

# What is done to text in CSV: patterns, that Python and Arrow read alike, and what replaces them.
# A formula may start where a cell does. Some spreadsheets split cells at semicolons and line ends
# in spite of quotes.
_BLANK = "\t\f\x20\x85\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
SAFE = (
    ("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]", ""),  # no spreadsheet can hold these
    (rf"(^|[;\r\n])([{_BLANK}]*[=+\-@＝＋－＠])", r"\1'\2"),
    (r"^([\t\r])", r"'\1"),
)
_HALVES = "[\ud800-\udfff]"  # of characters; Arrow's text has none

DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table to take away.

    `rows` has dimensions as people read them, metrics by our names and in our units, and where
    something is compared `<metric>_before` and `<metric>_change`. It is not changed.
    """

    title: str
    rows: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it is written: plain Python values, None for none, and their Excel format."""

    header: str
    values: list[Any]
    format: str


def csv(sheet: Sheet) -> bytes:
    """The table as UTF-8 with a byte order mark, which Excel needs; times are in ISO 8601."""
    written = columns(sheet.rows)
    text = io.StringIO(newline="")
    out = writer(text)
    out.writerow([safe(column.header) for column in written])
    out.writerows(zip(*(map(_in_csv, column.values) for column in written), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _in_csv(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, int | float) else safe(str(value))


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a CSV file.

    Where a cell starts, an apostrophe comes before `=`, `+`, `-`, `@` and their full-width forms,
    also after blanks, and before a tab or carriage return. What `printable` leaves out is gone.
    """
    text = printable(text)
    for pattern, instead in SAFE[1:]:
        text = re.sub(pattern, instead, text)
    return text


def printable(text: str) -> str:
    """Text without the characters that spreadsheets cannot hold."""
    pattern, instead = SAFE[0]
    return re.sub(f"{pattern}|{_HALVES}", instead, text)


def header(name: str) -> str:
    """What a column is called: Views, before; Watch time (hours); Video key."""
    metric, part = metric_of(name)
    if metric is None:
        return DIMENSIONS[name].label if name in DIMENSIONS else _words(name)
    label = f"{metric.label}, {part}" if part else metric.label
    unit = _UNITS.get(metric.format)
    if part == "change":
        unit = "points" if metric.is_rate else None
    return f"{label} ({unit})" if unit else label


def metric_of(name: str) -> tuple[Metric | None, str]:
    """The metric that a column is of, if any, and which part of its comparison, if any."""
    for part in ("before", "change"):
        base = name.removesuffix(f"_{part}")
        if base != name and base in METRICS:
            return METRICS[base], part
    return METRICS.get(name), ""


_UNITS = {"hours": "hours", "seconds": "seconds"}
_FORMATS = {
    "number": "#,##0",
    "percent": "0.0%",
    "hours": "#,##0.00",
    "seconds": "#,##0.0",
    "ratio": "0.00",
}
_SHARES = (
    *("share", "share_before"),
    *("usual_lower_quartile", "usual_median", "usual_upper_quartile"),
)
_WORDS = {"id": "ID", "ip": "IP", "os": "OS", "url": "URL"}


def _words(name: str) -> str:
    text = " ".join(_WORDS.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]


def columns(rows: pd.DataFrame) -> list[Column]:
    """What is written of a table, column by column.

    Watch time is in hours, a change of a rate in percentage points; else units are ours: rates and
    other changes are fractions, times are seconds. Days are dates, other times datetimes.
    """
    return [_column(rows[name], str(name)) for name in rows]


def _column(column: pd.Series[Any], name: str) -> Column:
    metric, part = metric_of(name)
    if metric is None:
        values = _values(column)
        return Column(header(name), values, "0.0%" if name in _SHARES else _format(values))
    look, scale = _FORMATS[metric.format], 1.0
    if part == "change":
        look, scale = ("+0.0;-0.0;0.0", 100) if metric.is_rate else ("+0.0%;-0.0%;0.0%", 1)
    elif metric.format == "hours":
        scale = 1 / 3600
    if scale != 1:
        column = (column.astype("float64") * scale).round(9)  # 28, not 28.000000000000004
    return Column(header(name), _values(column), look)


def _values(column: pd.Series[Any]) -> list[Any]:
    is_local = pd.api.types.is_datetime64_dtype(column.dtype)
    if is_local and (column.dt.normalize() == column)[column.notna()].all():
        column = column.dt.date
    return [
        None if gone or (isinstance(value, float) and not math.isfinite(value)) else value
        for gone, value in zip(column.isna().tolist(), column.tolist(), strict=True)
    ]


def _format(values: Iterable[Any]) -> str:
    """The format of a column that is no metric."""
    kinds = {isinstance(value, dt.datetime) for value in values if isinstance(value, dt.date)}
    return (MOMENT if True in kinds else DAY) if kinds else "General"
