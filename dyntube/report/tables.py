"""The tables of a page, for download."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..export.table import Sheet
from ..export.workbook import Provenance


class PageTables:
    """The tables of a page, collected while it is drawn; files are made on a click.

    The click arrives after the page's run has ended, so code that makes files reads from here,
    never from the session. File names with views of the `demo` say so.
    """

    def __init__(self, *, demo: bool = False) -> None:
        self.demo = demo
        self.notes: Callable[[], Provenance] | None = None
        self._sheets: dict[str, Sheet] = {}

    @property
    def sheets(self) -> list[Sheet]:
        """The tables in drawing order."""
        return list(self._sheets.values())

    def name(self, *words: str) -> str:
        """Words as a file name."""
        return slug(*(("demo",) if self.demo else ()), *words)

    def add(self, sheet: Sheet) -> None:
        """Offer a table; of several with one title, the first with most columns is kept."""
        known = self._sheets.get(sheet.title)
        if known is None or len(known.rows.columns) < len(sheet.rows.columns):
            self._sheets[sheet.title] = sheet


def slug(*words: str) -> str:
    """Words as a file name."""
    return "-".join(re.findall(r"[a-z0-9]+", " ".join(words).lower())) or "table"
