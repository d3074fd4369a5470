"""Excel files of one table or of a whole page, with a sheet of notes on provenance.

Text is never a formula and never a link: cells are text cells, and what looks like a formula stays
text even when edited. The only module that imports openpyxl.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from ..query.metrics import METRICS
from .table import (
    DAY,
    MOMENT,
    Column,
    Sheet,
    columns,
    csv,
    header,
    metric_and_part,
    printable,
    safe,
)

_NOTES = "Notes"
_LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units
_LONGEST_NAME = 31  # of a sheet, in UTF-16 units
# An underscore that would be read as the start of an escape (ECMA-376, ST_Xstring); and one
# character of an escaped text, an escape counting as one.
_TAKEN_FOR_ESCAPE = re.compile("_(?=[xX][0-9A-Fa-f]{4}_)")
_CHARACTER = re.compile("_x[0-9A-F]{4}_|.", re.DOTALL)
_MOST_ROWS = 1_048_575  # per sheet, below the header
_NARROWEST, _WIDEST = 10, 60  # columns, in characters
_LOOKED_AT = 200  # rows sampled for the width
_LENGTHS = {DAY: 10, MOMENT: 19}
_BOLD = Font(bold=True)


@dataclass(frozen=True)
class Provenance:
    """What the numbers need to be understood later; texts are ready to read.

    `data_time` says up to when there are views, `made_at` when the export was made; `link` opens
    the page in the same state. `counts` are labels with values, `annotations` the notes as day,
    scope and text, `doubts` the reasons why numbers of some days may be wrong, accepted or not.
    Views of the `demo` are invented.
    """

    title: str
    period: str
    comparison: str
    filters: tuple[str, ...]
    timezone: str
    data_time: str
    made_at: str
    link: str
    counts: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str, str], ...] = ()
    demo: bool = False
    doubts: tuple[str, ...] = ()


def excel(sheet: Sheet, notes: Provenance) -> bytes:
    """The table as an Excel file, with the notes on a second sheet."""
    book = _book(notes)
    _write_tables(book, [sheet])
    _write_notes(book, [sheet], notes)
    return _bytes(book)


def workbook(sheets: Sequence[Sheet], notes: Provenance) -> bytes:
    """Tables as one Excel file: the notes first, then a sheet for each."""
    book = _book(notes)
    _write_notes(book, sheets, notes)
    _write_tables(book, sheets)
    return _bytes(book)


def _book(notes: Provenance) -> Any:
    book = Workbook(write_only=True)  # rows go to disk, so size does not matter
    book.properties.creator, book.properties.title = "DynTube Analytics", _written(notes.title)
    return book


def _bytes(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_tables(book: Any, sheets: Iterable[Sheet]) -> None:
    parts = [part for sheet in sheets for part in _parts(sheet)]
    for name, part in zip(_names(part.title for part in parts), parts, strict=True):
        _write_table(book.create_sheet(name), columns(part.rows))


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    """The table, split at Excel's row limit."""
    for start in range(0, max(1, len(sheet.rows)), _MOST_ROWS):
        yield Sheet(sheet.title, sheet.rows.iloc[start : start + _MOST_ROWS])


def _names(titles: Iterable[str]) -> Iterator[str]:
    """Valid sheet names: short, without forbidden characters, unique ignoring case."""
    taken = {_NOTES.lower(), "history"}  # the latter is reserved by Excel
    for title in titles:
        base = re.sub(r"[\[\]:*?/\\]", " ", title)
        base = _cut_name(_written(" ".join(base.split())), _LONGEST_NAME) or "Table"
        numbered = (f" ({number})" for number in count(2))
        name = base
        while name.lower() in taken:
            ending = next(numbered)
            name = _cut_name(base, _LONGEST_NAME - len(ending)) + ending
        taken.add(name.lower())
        yield name


def _cut_name(text: str, units: int) -> str:
    return _cut(text, units).strip(" '")


def _written(text: str) -> str:
    """Text escaped for the file, so that Excel reads it unchanged."""
    text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isspace():  # else dropped as insignificant whitespace
        return f"_x{ord(text[0]):04X}_{text[1:]}"
    return _TAKEN_FOR_ESCAPE.sub("_x005F_", text)


def _cut(text: str, units: int) -> str:
    """Escaped text cut to this many UTF-16 units without splitting an escape.

    Excel counts the units after unescaping, other readers before.
    """
    if _units(text) <= units:
        return text
    characters = _CHARACTER.findall(text)
    ends = accumulate(map(_units, characters))
    return "".join(c for c, end in zip(characters, ends, strict=True) if end <= units)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _write_table(page: Any, table: Sequence[Column]) -> None:
    page.freeze_panes = "A2"
    for number, column in enumerate(table, 1):
        page.column_dimensions[get_column_letter(number)].width = _width(column)
    page.append([_Cells(page, font=_BOLD).of(column.header) for column in table])
    cells = [_Cells(page, number_format=column.format) for column in table]
    for row in zip(*(column.values for column in table), strict=True):
        page.append([cell.of(value) for cell, value in zip(cells, row, strict=True)])


def _width(column: Column) -> int:
    texts = (len(value) for value in column.values[:_LOOKED_AT] if isinstance(value, str))
    longest = max(len(column.header), _LENGTHS.get(column.format, 0), *texts)
    return max(_NARROWEST, min(longest + 2, _WIDEST))


class _Cells:
    """Reusable cells of one column: each must be written before the next is requested."""

    def __init__(self, page: Any, **style: object) -> None:
        # A cell's style must not change after its first write, so each style has its own cell.
        self._number, self._text, self._formula = (WriteOnlyCell(page) for _ in range(3))
        for cell in (self._number, self._text, self._formula):
            for name, value in style.items():
                setattr(cell, name, value)
        self._formula.quotePrefix = True

    def of(self, value: object) -> Any:
        if isinstance(value, dt.datetime):
            value = value.replace(tzinfo=None)  # Excel has no time zones
        if value is None or isinstance(value, bool | int | float | dt.date):
            self._number.value = value
            return self._number
        text = _written(str(value))
        cell = self._formula if safe(text) != text else self._text
        whole = _units(text) <= _LONGEST_TEXT
        cell.value = text if whole else f"{_cut(text, _LONGEST_TEXT - 1)}…"
        cell.data_type = "s"  # overrides openpyxl's guess
        return cell


def _write_notes(book: Any, sheets: Sequence[Sheet], notes: Provenance) -> None:
    page = book.create_sheet(_NOTES)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 30, 100
    top = Alignment(vertical="top", wrap_text=True)
    label, text = _Cells(page, font=_BOLD, alignment=top), _Cells(page, alignment=top)
    for name, value in _lines(sheets, notes):
        page.append([label.of(name), text.of(value)])


def _lines(sheets: Sequence[Sheet], notes: Provenance) -> Iterator[tuple[str, str]]:
    """The notes as (label, text) pairs."""
    yield notes.title, ""
    if notes.demo:
        yield "Data", "Invented demo data: no account is connected."
    yield "Period", notes.period
    yield "Compared with", notes.comparison or "Nothing"
    for number, text in enumerate(notes.filters or ("None",)):
        yield "" if number else "Filters", text
    yield "Time zone", notes.timezone
    yield "Views up to", notes.data_time
    for number, text in enumerate(notes.doubts or ("No day",)):
        yield "" if number else "In doubt", text
    yield "Made", notes.made_at
    yield "Link to this page", notes.link
    yield from notes.counts
    yield from _definitions({str(name) for sheet in sheets for name in sheet.rows})
    if notes.annotations:
        yield from (("", ""), ("Dated notes", ""))
        yield from ((day, f"{scope}: {text}") for day, scope, text in notes.annotations)


def _definitions(names: set[str]) -> Iterator[tuple[str, str]]:
    of = {name: metric_and_part(name) for name in names}
    used = {metric.name for metric, _ in of.values() if metric}
    if used:
        yield from (("", ""), ("What the numbers mean", ""))
        yield from ((header(name), METRICS[name].help) for name in METRICS if name in used)
    if any(part == "change" for _, part in of.values()):
        yield "Change", "Of a rate in percentage points, else in per cent of the earlier value."


__all__ = ["Provenance", "Sheet", "csv", "excel", "workbook"]
