"""Excel files of one table or of a whole page, with a sheet of notes on provenance.

Each sheet is a table with filter buttons and prints on landscape A4, one page wide. Text is never a
formula and never a link: cells are text cells, and what looks like a formula stays text even when
edited.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from ..words import tr
from .cells import Cells, font, height, is_long, place, widths
from .excel_text import NOTES, headers, page_text, sheet_names, table_name, written
from .notes import Provenance, sections
from .table import COUNT, Column, Sheet, columns, csv

_US = "DynTube Analytics"
_MOST_ROWS = 1_048_575  # per sheet, below the header
_NOTES_WIDTHS = 32, 105  # characters
_MOST_COLUMNS = 15  # on paper: of wider tables, the columns "before" are folded
_A4 = "9"  # Excel's number for it
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.75, "bottom": 0.6, "header": 0.3, "footer": 0.3}


def excel(sheet: Sheet, notes: Provenance) -> bytes:
    """The table as an Excel file, with the notes on a second sheet."""
    book = _book(notes)
    _write_tables(book, [sheet], notes)
    _write_notes(book, [sheet], notes)
    return _bytes(book)


def workbook(sheets: Sequence[Sheet], notes: Provenance) -> bytes:
    """Tables as one Excel file: the notes first, then a sheet for each."""
    book = _book(notes)
    _write_notes(book, sheets, notes)
    _write_tables(book, sheets, notes)
    return _bytes(book)


def _book(notes: Provenance) -> Any:
    book = Workbook(write_only=True)  # rows go to disk, so size does not matter
    book.properties.creator, book.properties.title = _US, written(notes.title)
    return book


def _bytes(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_tables(book: Any, sheets: Iterable[Sheet], notes: Provenance) -> None:
    parts = [part for sheet in sheets for part in _parts(sheet)]
    named = zip(count(1), sheet_names(part.title for part in parts), parts, strict=False)
    for number, name, part in named:
        page = book.create_sheet(name)
        _set_up(page, notes)
        _write_table(page, columns(part), table_name(number, part.title))


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    """The table, split at Excel's row limit."""
    for start in range(0, max(1, len(sheet.rows)), _MOST_ROWS):
        yield replace(sheet, rows=sheet.rows.iloc[start : start + _MOST_ROWS])


def _set_up(page: Any, notes: Provenance) -> None:
    """Set a sheet up for paper: landscape A4, one page wide, with a head and page numbers."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0  # as many pages as it takes
    for side, inches in _MARGINS.items():
        setattr(page.page_margins, side, inches)
    page.oddHeader.left.text = page_text(f"{notes.title} · {notes.period}")
    page.oddHeader.right.text = "&A"  # the sheet's name
    page.oddFooter.left.text = tr("DynTube Analytics · demo data") if notes.demo else _US
    page.oddFooter.right.text = tr("Page {page} of {pages}", page="&P", pages="&N")
    page.sheet_view.showGridLines = False  # cells have lines of their own


def _write_table(page: Any, table: Sequence[Column], name: str) -> None:
    names = headers(column.header for column in table)
    page.freeze_panes, page.print_title_rows = "A2", "1:1"
    wide = widths(names, table)
    for number, (width, column) in enumerate(zip(wide, table, strict=True), 1):
        dimension = page.column_dimensions[get_column_letter(number)]
        dimension.width = width
        if column.part == "before" and len(table) > _MOST_COLUMNS:
            dimension.outlineLevel, dimension.hidden = 1, True
    page.row_dimensions[1].height = height(names, wide, more=1)  # for the filter buttons
    heads = [Cells.of_header(page, column) for column in table]
    page.append([head.of(name, is_escaped=True) for head, name in zip(heads, names, strict=True)])
    cells, are_long = [Cells.of_column(page, column) for column in table], any(map(is_long, table))
    for number, row in enumerate(zip(*(column.cells for column in table), strict=True), 2):
        if are_long:
            page.row_dimensions[number].height = height([value for value, _ in row], wide)
        page.append([cell.of(*value) for cell, value in zip(cells, row, strict=True)])
    if names:
        page.tables.add(_table(name, names, len(table[0].values)))  # add_table() would warn


def _table(name: str, names: Sequence[str], rows: int) -> Table:
    """A table over the header and these rows; Excel wants at least one, which may be empty."""
    place = f"A1:{get_column_letter(len(names))}{max(rows, 1) + 1}"
    table = Table(displayName=name, ref=place, autoFilter=AutoFilter(ref=place))
    table.tableColumns = [TableColumn(id=n, name=text) for n, text in enumerate(names, 1)]
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    return table


def _write_notes(book: Any, sheets: Sequence[Sheet], notes: Provenance) -> None:
    page = book.create_sheet(NOTES)
    _set_up(page, notes)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = _NOTES_WIDTHS
    fonts = font(colour="5B6472"), font(), font(13, bold=True), font(18, bold=True)
    label, text, head, title = (
        Cells(page, {"alignment": place(wrap=number < 2), "font": of})
        for number, of in enumerate(fonts)
    )
    rows: Iterator[int] = count(1)
    for number, (heading, lines) in enumerate(sections(sheets, notes)):
        page.row_dimensions[next(rows)].height = 20 if number else 30
        page.append([(head if number else title).of(heading)])
        for name, value in lines:
            page.row_dimensions[next(rows)].height = height((name, value), _NOTES_WIDTHS)
            page.append([label.of(name), text.of(value, COUNT)])
        next(rows)
        page.append([])


__all__ = ["Provenance", "Sheet", "csv", "excel", "workbook"]
