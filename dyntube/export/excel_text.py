"""Text as Excel files hold it: escaped, cut to their limits, names that are valid and unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, count

from ..words import tr
from .table import printable

NOTES = tr("Notes")  # the sheet on provenance
LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units
_LONGEST_NAME = 31  # of a sheet, in UTF-16 units
_LONGEST_HEADER = 255  # of a table's column, in UTF-16 units
_LONGEST_TABLE_NAME = 60
# An underscore that would be read as the start of an escape (ECMA-376, ST_Xstring); and one
# character of an escaped text, an escape counting as one.
_TAKEN_FOR_ESCAPE = re.compile("_(?=[xX][0-9A-Fa-f]{4}_)")
_CHARACTER = re.compile("_x[0-9A-F]{4}_|.", re.DOTALL)


def written(text: str) -> str:
    """Text escaped for the file, so that Excel reads it unchanged."""
    text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isspace():  # else dropped as insignificant whitespace
        return f"_x{ord(text[0]):04X}_{text[1:]}"
    return _TAKEN_FOR_ESCAPE.sub("_x005F_", text)


def cell_text(text: str) -> str:
    """Text escaped for a cell; one that is too long ends in "…"."""
    text = written(text)
    return text if _units(text) <= LONGEST_TEXT else f"{_cut(text, LONGEST_TEXT - 1)}…"


def headers(names: Iterable[str]) -> list[str]:
    """Escaped headers as a table needs them: one line, not empty, unique ignoring case."""
    lines = (" ".join(printable(name).split()) or tr("Column") for name in names)
    return list(_unique((written(line) for line in lines), _LONGEST_HEADER, taken=set()))


def sheet_names(titles: Iterable[str]) -> Iterator[str]:
    """Valid sheet names: short, without forbidden characters, unique ignoring case."""
    bases = (written(" ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split())) for title in titles)
    taken = {NOTES.lower(), "history"}  # the latter is reserved by Excel
    return _unique(
        (_cut_name(base, _LONGEST_NAME) or tr("Table") for base in bases), _LONGEST_NAME, taken
    )


def table_name(number: int, title: str) -> str:
    """A valid name for the table with this number in its file: "Table2_By_country"."""
    words = re.findall("[A-Za-z0-9]+", title)
    return "_".join([f"Table{number}", *words])[:_LONGEST_TABLE_NAME].rstrip("_")


def page_text(text: str) -> str:
    """Text for the head or foot of a printed page, where "&" begins a code."""
    return " ".join(printable(text).split())[:100].replace("&", "&&")


def _unique(names: Iterable[str], longest: int, taken: set[str]) -> Iterator[str]:
    for base in names:
        numbered = (f" ({number})" for number in count(2))
        name = _cut_name(base, longest)
        while name.lower() in taken:
            ending = next(numbered)
            name = _cut_name(base, longest - len(ending)) + ending
        taken.add(name.lower())
        yield name


def _cut_name(text: str, units: int) -> str:
    return _cut(text, units).strip(" '")


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
