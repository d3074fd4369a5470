"""The tables of a page, to be taken away as files."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..export.table import Sheet
from ..export.workbook import Provenance


class PageTables:
    """The tables of a page, collected while it is drawn; files are made of them on a click.

    A click comes after the page is whole, and outside of its run: so what makes a file looks here,
    and never at the session. Names of files with views of the `demo` say so.
    """

    def __init__(self, *, demo: bool = False) -> None:
        self.demo = demo
        self.notes: Callable[[], Provenance] | None = None
        self._sheets: dict[str, Sheet] = {}

    @property
    def sheets(self) -> list[Sheet]:
        """The tables, in the order in which they were drawn."""
        return list(self._sheets.values())

    def name(self, *words: str) -> str:
        """Words as the name of a file."""
        return slug(*(("demo",) if self.demo else ()), *words)

    def add(self, sheet: Sheet) -> None:
        """Offer a table; of several with one title, the first of those with most columns."""
        known = self._sheets.get(sheet.title)
        if known is None or len(known.rows.columns) < len(sheet.rows.columns):
            self._sheets[sheet.title] = sheet


def slug(*words: str) -> str:
    """Words as the name of a file."""
    return "-".join(re.findall(r"[a-z0-9]+", " ".join(words).lower())) or "table"
