"""Tables for download: headers, cell values and number formats of their columns, and CSV.

Numbers are only converted to the units people expect, which the header then names. Text in CSV is
never a formula, see `safe`.
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

# Escaping of text in CSV: patterns valid in both Python and Arrow, with their replacements.
# Formulas start at the start of a cell, and some spreadsheets split even quoted cells at
# semicolons and line ends.
_BLANK = "\t\f\x20\x85\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
SAFE = (
    ("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]", ""),  # not representable in spreadsheets
    (rf"(^|[;\r\n])([{_BLANK}]*[=+\-@＝＋－＠])", r"\1'\2"),
    (r"^([\t\r])", r"'\1"),
)
_HALVES = "[\ud800-\udfff]"  # lone surrogates; Arrow's text has none

# Excel number formats.
DAY, MOMENT, TEXT, SHARE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "General", "0.0%"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table for download.

    `rows` has dimensions as labels, metrics by their names and in the units of the code, and for
    comparisons `<metric>_before` and `<metric>_change`. It must not be modified.
    """

    title: str
    rows: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Column:
    """A column to write: plain Python values, None where missing, and their Excel number format."""

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
    """Text that spreadsheets do not evaluate as a formula when they open a CSV file.

    At the start of a cell, `=`, `+`, `-`, `@` and their full-width forms get an apostrophe, also
    after blanks, and so does a tab or carriage return. Characters removed by `printable` are gone.
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
    """A column's header: "Views, before", "Watch time (hours)", "Video key"."""
    metric, part = metric_and_part(name)
    unit = _UNITS.get(metric.format) if metric else None
    if metric and part == "change":
        unit = "points" if metric.is_rate else None
    return f"{label(name)} ({unit})" if unit else label(name)


def label(name: str) -> str:
    """What a column is, without its unit: "Views, before", "Watch time", "Video key"."""
    metric, part = metric_and_part(name)
    if metric is None:
        return DIMENSIONS[name].label if name in DIMENSIONS else _words(name)
    return f"{metric.label}, {part}" if part else metric.label


def metric_and_part(name: str) -> tuple[Metric | None, str]:
    """The metric of a column, if any, and its part: "before", "change" or ""."""
    for part in ("before", "change"):
        base = name.removesuffix(f"_{part}")
        if base != name and base in METRICS:
            return METRICS[base], part
    return METRICS.get(name), ""


_UNITS = {"hours": "hours", "seconds": "seconds"}
_FORMATS = {
    "number": "#,##0",
    "percent": SHARE,
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
    """The columns to write for a table.

    Watch time is in hours and the change of a rate in percentage points; all else keeps its unit:
    rates and other changes are fractions, times are seconds. Days are dates, other times datetimes.
    """
    return [_column(rows[name], str(name)) for name in rows]


def _column(column: pd.Series[Any], name: str) -> Column:
    metric, part = metric_and_part(name)
    if metric is None:
        values = _values(column)
        return Column(header(name), values, SHARE if name in _SHARES else _format(values))
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
    """The number format of a column that is not a metric."""
    kinds = {isinstance(value, dt.datetime) for value in values if isinstance(value, dt.date)}
    return (MOMENT if True in kinds else DAY) if kinds else TEXT
