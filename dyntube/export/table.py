"""Tables for download: headers, cell values and number formats of their columns, and CSV.

Numbers are in the units people expect, which headers name. Text in CSV is never a formula, see
`safe`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator
from csv import writer
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..insight.comparison import Days, is_per_day
from ..words import tr
from .names import PER_CENT, SHARES, header, metric_and_part, unit

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
DAY, MOMENT, TEXT, COUNT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "General", "#,##0"
SHARE, CHANGE, POINTS = "0.0%", "+#,##0.0%;-#,##0.0%;0.0%", "+0.0;-0.0;0.0"
PERCENTS = (SHARE, CHANGE, "0%")  # fractions in Excel, per cent in CSV

_DIGITS = 4  # decimals of numbers, in the unit of their header
_PARTS = {"": 0, "before": 1, "change": 2}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table for download.

    `rows` has dimensions as labels, metrics by their names and in the units of the code, and for
    comparisons `<metric>_before` and `<metric>_change`. It must not be modified. The single row of
    `totals` is written as a line for each metric. `days` are the
    lengths compared: where they differ, changes of sums are per day.
    """

    title: str
    rows: pd.DataFrame
    totals: bool = False
    days: Days = (1, 1)


@dataclass(frozen=True, eq=False)
class Column:
    """A column to write: plain Python values, None where missing, and their Excel number format.

    Cells with formats of their own have them in `formats`. `part` is that of a metric: "before",
    "change" or "".
    """

    header: str
    values: list[Any]
    format: str
    formats: tuple[str, ...] = ()
    part: str = ""

    @property
    def cells(self) -> Iterator[tuple[Any, str]]:
        """Each value with its number format."""
        return zip(self.values, self.formats or [self.format] * len(self.values), strict=True)


def csv(sheet: Sheet) -> bytes:
    """The table as UTF-8 with a byte order mark, which Excel needs; times are in ISO 8601."""
    written = columns(sheet)
    text = io.StringIO(newline="")
    out = writer(text)
    out.writerow([safe(column.header) for column in written])
    out.writerows(zip(*map(_csv_values, written), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _csv_values(column: Column) -> Iterator[Any]:
    for value, look in column.cells:
        is_share = look in PERCENTS and value is not None
        yield round(value * 100, _DIGITS) if is_share else _in_csv(value)


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


_FORMATS = {
    "number": COUNT,
    "percent": SHARE,
    "hours": "#,##0.00",
    "seconds": "#,##0.0",
    "ratio": "0.00",
}


def columns(sheet: Sheet) -> list[Column]:
    """The columns to write for a table, what it is compared with beside each number.

    Watch time is in hours and the change of a rate in percentage points; all else keeps its unit:
    rates and other changes are fractions, times are seconds. Numbers have four decimals at most,
    in the unit of their header. Days are dates, other times datetimes.
    """
    rows, days = sheet.rows, sheet.days
    if sheet.totals:
        return _as_lines(rows, days)
    return [column(rows.iloc[:, place], str(rows.columns[place]), days) for place in _order(rows)]


def _as_lines(rows: pd.DataFrame, days: Days) -> list[Column]:
    """Totals as a line for each metric: its name, value, value before and change."""
    cells = {str(name): column(rows[name], str(name)) for name in rows}
    names = [name for name in cells if not metric_and_part(name)[1]]
    lines = [Column(tr("Metric"), list(map(header, names)), TEXT)]
    for title, ending in _LINES:
        found = [cells.get(f"{name}{ending}") for name in names]
        if any(found):
            values = [cell.values[0] if cell else None for cell in found]
            lines.append(Column(title, values, TEXT, tuple(c.format if c else TEXT for c in found)))
    if any(f"{name}_change" in cells for name in names):
        units = [_change_unit(name, days) for name in names]
        lines.append(Column(tr("Change in"), units, TEXT))
    return lines


def _change_unit(name: str, days: Days) -> str:
    (metric, _), of = metric_and_part(name), unit(f"{name}_change")
    if metric and is_per_day(metric, days):
        return tr("{unit} of the daily average", unit=of)
    return of


_LINES = ((tr("This period"), ""), (tr("Before"), "_before"), (tr("Change"), "_change"))


def _order(rows: pd.DataFrame) -> list[int]:
    """The places of the columns, each `before` and `change` after its metric."""
    found = [metric_and_part(str(name)) for name in rows]
    first: dict[str, int] = {}
    for place, (metric, _) in enumerate(found):
        if metric:
            first.setdefault(metric.name, place)
    group = [first[metric.name] if metric else place for place, (metric, _) in enumerate(found)]
    return sorted(range(len(found)), key=lambda place: (group[place], _PARTS[found[place][1]]))


def column(values: pd.Series[Any], name: str, days: Days = (1, 1)) -> Column:
    """One column, as in `columns`."""
    look, scale = _look(name)
    head = header(name, days)
    if not look:
        plain = _values(values, _DIGITS)
        return Column(head, plain, _format(plain))
    if scale != 1:
        values = values.astype("float64") * scale
    rounded = _values(values, _DIGITS + 2 if look in PERCENTS else _DIGITS)
    if look == COUNT:
        rounded = list(map(_whole, rounded))
    return Column(head, rounded, look, part=metric_and_part(name)[1])


def _look(name: str) -> tuple[str, float]:
    """The number format of a column, and what its numbers are multiplied by; "" if it has none."""
    metric, part = metric_and_part(name)
    if metric is None:
        return (SHARE, 1.0) if name in SHARES else ("0%", 0.01) if name in PER_CENT else ("", 1.0)
    if part == "change":
        return (POINTS, 100.0) if metric.is_rate else (CHANGE, 1.0)
    return _FORMATS[metric.format], 1 / 3600 if metric.format == "hours" else 1.0


def _values(found: pd.Series[Any], digits: int) -> list[Any]:
    """Plain values, numbers rounded and None where there is none."""
    is_local = pd.api.types.is_datetime64_dtype(found.dtype)
    if is_local and (found.dt.normalize() == found)[found.notna()].all():
        found = found.dt.date
    return [
        None if gone else _number(value, digits) if isinstance(value, float) else value
        for gone, value in zip(found.isna().tolist(), found.tolist(), strict=True)
    ]


def _number(value: float, digits: int) -> float | None:
    return round(value, digits) + 0.0 if math.isfinite(value) else None  # 0.0, not -0.0


def _whole(value: Any) -> Any:
    """A count, which pandas has as a float in a column with gaps."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _format(values: Iterable[Any]) -> str:
    """The number format of a column that is not a metric."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return COUNT
    if any(issubclass(kind, dt.datetime) for kind in kinds):
        return MOMENT
    return DAY if any(issubclass(kind, dt.date) for kind in kinds) else TEXT
