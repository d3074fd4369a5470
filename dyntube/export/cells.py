"""Cells of Excel sheets: their looks, and how much room they need."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from .excel_text import cell_text
from .table import CHANGE, DAY, MOMENT, TEXT, Column, safe

_NARROWEST, _WIDEST = 8, 50  # columns, in characters
_HEADER_LINES = 3  # a header is broken into, if its words allow
_LINE_HEIGHT = 15.0  # points
_LENGTHS = {DAY: 10, MOMENT: 19}
_GREY, _BLUE = Side("hair", "C9CED6"), Side("medium", "2563EB")


def font(size: int = 11, colour: str = "1F2937", *, bold: bool = False) -> Font:
    """The font of all sheets."""
    return Font("Calibri", size, bold=bold, color=colour)


def place(*, right: bool = False, wrap: bool = True) -> Alignment:
    """Where text stands in its cell: text keeps off the numbers to its left."""
    side, indent = ("right", 0) if right else ("left", 1)
    return Alignment(side, "top", wrap_text=wrap, indent=indent)


_HEADER = {
    "font": font(bold=True),
    "fill": PatternFill("solid", start_color="E9EFFD"),
    "border": Border(bottom=_BLUE),
}


class Cells:
    """Reusable cells of one look: each must be written before the next is requested."""

    def __init__(self, page: Any, style: Mapping[str, object]) -> None:
        # A cell's style must not change after its first write, so each style has its own cell.
        self._page, self._style = page, style
        self._numbers: dict[str, Any] = {}
        self._text, self._formula = self._cell(), self._cell()
        self._formula.quotePrefix = True

    @classmethod
    def of_header(cls, page: Any, column: Column) -> Cells:
        """The header of a column, above its values."""
        return cls(page, _HEADER | {"alignment": place(right=_is_right(column))})

    @classmethod
    def of_column(cls, page: Any, column: Column) -> Cells:
        """The cells below a header; long text is broken into lines."""
        alignment = place(right=_is_right(column), wrap=is_long(column))
        return cls(page, {"border": Border(bottom=_GREY), "alignment": alignment, "font": font()})

    def _cell(self, look: str = TEXT) -> Any:
        cell = WriteOnlyCell(self._page)
        for name, value in self._style.items():
            setattr(cell, name, value)
        cell.number_format = look
        return cell

    def of(self, value: object, look: str = TEXT, *, is_escaped: bool = False) -> Any:
        """A value as a cell: a number in its format, or text that is never a formula."""
        if isinstance(value, dt.datetime):
            value = value.replace(tzinfo=None)  # Excel has no time zones
        if value is None or isinstance(value, bool | int | float | dt.date):
            if look not in self._numbers:
                self._numbers[look] = self._cell(look)
            cell = self._numbers[look]
            cell.value = value
            return cell
        text = str(value) if is_escaped else cell_text(str(value))
        cell = self._formula if safe(text) != text else self._text
        cell.value = text
        cell.data_type = "s"  # overrides openpyxl's guess
        return cell


def is_long(column: Column) -> bool:
    """Whether a column has text that takes several lines."""
    texts = (value for value in column.values if isinstance(value, str))
    return any(len(text) > _WIDEST or "\n" in text for text in texts)


def _is_right(column: Column) -> bool:
    return not any(isinstance(value, str) for value in column.values)


def widths(names: Sequence[str], table: Sequence[Column]) -> list[int]:
    """The widths of columns in characters: what is in them, and headers of a few lines."""
    return [_width(name, column) for name, column in zip(names, table, strict=True)]


def _width(name: str, column: Column) -> int:
    longest_word = max(map(_length, name.split()), default=0)
    of_header = max(longest_word, math.ceil(_length(name) / _HEADER_LINES)) + 2
    of_values = _longest(column) + 3
    return max(_NARROWEST, of_header, min(of_values, _WIDEST))


def _longest(column: Column) -> int:
    """The characters of what needs most room in a column."""
    texts = {value for value in column.values if isinstance(value, str)}
    numbers = [cell for cell in column.cells if isinstance(cell[0], int | float)]
    if not column.formats and column.format != TEXT:  # the largest and the smallest are the longest
        numbers = [min(numbers), max(numbers)] if numbers else []
    return max(
        max(map(_length, texts), default=0),
        max((_number_length(*cell) for cell in numbers), default=0),
        _LENGTHS.get(column.format, 0),
    )


def _number_length(value: float, look: str) -> int:
    """The characters of a number, estimated from its format."""
    decimals = look.partition(";")[0].partition(".")[2].count("0")
    amount = abs(value) * (100 if "%" in look else 1)
    digits = len(f"{amount:,.{decimals}f}") if look != TEXT else len(f"{value}")
    return digits + ("%" in look) + (value < 0 or look == CHANGE)


def _length(text: str) -> int:
    """The widest line of a text in characters; those of East Asia take two."""
    if text.isascii():
        return max(map(len, text.split("\n")))
    return max(
        sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)
        for line in text.split("\n")
    )


def height(texts: Iterable[object], widths: Iterable[int], *, more: int = 0) -> float | None:
    """The height in points of a row of texts in columns of these widths; None for one line.

    It has `more` lines than the texts take.
    """
    lines = 1 + max(map(_breaks, texts, widths), default=0) + more
    return _LINE_HEIGHT * lines if lines > 1 else None


def _breaks(text: object, width: int) -> int:
    """How often a text is broken in a cell."""
    if not isinstance(text, str) or (len(text) < width - 1 and "\n" not in text):
        return 0
    parts = (math.ceil(_length(part) / max(width - 2, 1)) or 1 for part in text.split("\n"))
    return sum(parts) - 1
