"""A page as JSON or Markdown, for programs and for people without a browser."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..desk import Desk
from ..export.table import Sheet
from ..export.text import escape, markdown, rows_json
from ..export.workbook import Provenance
from ..query.periods import Period
from ..reading.zones import zone_info
from .address import from_parameters
from .gaps import gap_text
from .page import Page, has_views, open_page, open_spans
from .selection import Selection


@dataclass(frozen=True)
class PageRead:
    """The content of a page at a URL.

    `remarks` are about parts of the URL that were not understood, `gap` names the days the numbers
    leave out. `sheets` are the tables, empty without views.
    """

    period: Period
    comparison: Period | None
    notes: Provenance
    sheets: list[Sheet]
    gap: str
    remarks: list[str]


def read_page(desk: Desk, page: Page, address: str, now: dt.datetime) -> PageRead:
    """Read a page from the stored data at an aware moment, without fetching.

    `address` is the page's URL in a browser, or the part after its question mark.
    """
    query = urlsplit(address).query or address.lstrip("?")
    parameters = parse_qs(query, keep_blank_values=True)
    selection, remarks = from_parameters(parameters, Selection(timezone=desk.timezone), desk.rules)
    now = now.astimezone(zone_info(selection.timezone))
    shown = open_spans(desk, selection, now, desk.first_local_day(selection.timezone))
    context = open_page(desk, page, selection, shown.alone if page.always else shown)
    if page.always or has_views(context):
        for sheet in page.tables(context):
            context.tables.add(sheet)
    notes = page.notes(page.title, context, link="")
    gap = ""
    if not page.span:
        gap = gap_text(desk, context.period, context.timezone, context.known, now)
    return PageRead(context.period, context.comparison, notes, context.tables.sheets, gap, remarks)


def as_json(read: PageRead) -> dict[str, Any]:
    """The page for `json.dumps`; tables as in `rows_json`."""
    about = {name: value for name, value in asdict(read.notes).items() if name != "link"}
    about |= {"days": _days(read.period), "compared_days": _days(read.comparison)}
    about |= {"counts": dict(read.notes.counts), "gap": read.gap, "remarks": read.remarks}
    tables = [{"title": sheet.title, "rows": rows_json(sheet)} for sheet in read.sheets]
    return about | {"tables": tables}


def _days(span: Period | None) -> tuple[str, str] | None:
    return (f"{span.start}", f"{span.end}") if span else None


def as_markdown(read: PageRead) -> str:
    """A heading, the provenance, and each table under its title."""
    notes = read.notes
    filters = " · ".join(map(escape, notes.filters))
    said = [
        f"# {escape(notes.title)}",
        f"{notes.period} ({notes.timezone}). {_compared(notes)}.",
        f"Filters: {filters}." if filters else "",
        notes.data_time,
        escape(read.gap),
        *(f"**In doubt.** {escape(text)}" for text in notes.doubts),
        "**Demo data.** These views are invented." * notes.demo,
        "There are no views." * (not read.sheets),
    ]
    tables = (f"## {escape(sheet.title)}\n\n{markdown(sheet)}" for sheet in read.sheets)
    return "\n\n".join([*filter(None, said), *tables])


def _compared(notes: Provenance) -> str:
    text = escape(notes.comparison)
    return text if text.startswith("Not compared") else f"Compared with: {text}"
