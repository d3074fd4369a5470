"""The tables of a page, for download."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..export.table import Sheet
from ..export.workbook import Provenance
from ..query.periods import Period


class PageTables:
    """The tables of a page, collected while it is drawn; files are made on a click.

    The click arrives after the page's run has ended, so code that makes files reads from here,
    never from the session. File names have the `page` and its `days`, and say so if the views are
    those of the `demo`.
    """

    def __init__(self, page: str = "", days: str = "", *, demo: bool = False) -> None:
        self.page, self.days, self.demo = page, days, demo
        self.notes: Callable[[], Provenance] | None = None
        self._sheets: dict[str, Sheet] = {}

    @property
    def sheets(self) -> list[Sheet]:
        """The tables in drawing order."""
        return list(self._sheets.values())

    def empty(self) -> PageTables:
        """A collection of the same page without tables."""
        return PageTables(self.page, self.days, demo=self.demo)

    def name(self, table: str = "") -> str:
        """A file name, without ending, for the page or one table: "overview-by-day-2026-11-01"."""
        return slug("demo" if self.demo else "", self.page, table, self.days)

    def add(self, sheet: Sheet) -> None:
        """Offer a table; of several with one title, the first with most columns is kept."""
        known = self._sheets.get(sheet.title)
        if known is None or len(known.rows.columns) < len(sheet.rows.columns):
            self._sheets[sheet.title] = sheet


def days_name(period: Period) -> str:
    """A period in a file name: "2026-11-01", "2026-11-01-to-2026-11-07"."""
    return f"{period.start}" if period.days == 1 else f"{period.start}-to-{period.end}"


def slug(*words: str) -> str:
    """Words as a file name."""
    return "-".join(re.findall(r"[^\W_]+", " ".join(words).lower())) or "table"
