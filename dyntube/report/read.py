"""A page as JSON or Markdown, for programs and for people without a browser."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs

from ..desk import Desk
from ..export.table import Sheet
from ..export.text import escape, markdown, rows_json
from ..export.workbook import Provenance
from ..query.periods import Period
from ..reading.zones import zone_info
from ..words import tr
from .address import from_parameters
from .gaps import gap_text
from .notes import notes_problem
from .page import NOT_OPENED, Page, has_views, open_page, open_spans
from .pages import PAGES
from .selection import Selection


@dataclass(frozen=True)
class PageRead:
    """The content of a page at a URL.

    `period` is None for a page with a span of its own. `remarks` are about parts of the URL that
    were not understood, `gap` names the days that the numbers leave out, `problems` what could not
    be read. `sheets` are the tables, empty without views.
    """

    period: Period | None
    comparison: Period | None
    notes: Provenance
    sheets: list[Sheet]
    gap: str
    remarks: list[str]
    problems: list[str]


def read_page(desk: Desk, page: Page, address: str, now: dt.datetime) -> PageRead:
    """Read a page from the stored data at an aware moment, without fetching.

    `address` is the page's URL in a browser, or the part after its question mark.
    """
    selection, remarks = asked(desk, page, address)
    now = now.astimezone(zone_info(selection.timezone))
    shown = open_spans(desk, selection, now, desk.first_known_day(selection.timezone))
    context = open_page(desk, page, selection, shown.alone if page.always else shown)
    if page.always or has_views(context):
        for sheet in page.tables(context):
            context.tables.add(sheet)
    notes, sheets = page.notes(page.title, context, link=""), context.tables.sheets
    problems = list(filter(None, (notes_problem(desk), desk.trust().problem)))
    if page.span:
        return PageRead(None, None, notes, sheets, "", remarks, problems)
    gap = gap_text(desk, context.period, context.timezone, context.known, now)
    spans = context.period, context.comparison
    return PageRead(*spans, notes, sheets, gap, remarks, problems)


def asked(desk: Desk, page: Page, address: str) -> tuple[Selection, list[str]]:
    """What an address asks of a page, and remarks on what was not understood."""
    path, query = _parts(address)
    parameters = parse_qs(query, keep_blank_values=True)
    selection, remarks = from_parameters(parameters, Selection(timezone=desk.timezone), desk.rules)
    if path and path != page.name:
        remarks.append(
            tr("This link is for the page {page}; this is {shown}.", page=path, shown=page.name)
        )
    if selection.open and not page.opens:
        remarks.append(NOT_OPENED)
    return selection, remarks


_URL = re.compile(r"\w+://")


def dashboard(address: str) -> str:
    """The URL of the dashboard that an address is of; empty if it is only a path or a query."""
    base = re.split(r"[?#]", address)[0].rstrip("/") if _URL.match(address) else ""
    return base.removesuffix(f"/{_parts(address)[0]}") if _parts(address)[0] else base


def _parts(address: str) -> tuple[str, str]:
    """The page that an address names, if any, and its query."""
    if not (address.startswith(("?", "/")) or _URL.match(address)):
        return "", address
    path, _, query = address.partition("#")[0].partition("?")
    last = path.rstrip("/").rpartition("/")[2]
    return last if last in PAGES else "", query


def as_json(read: PageRead) -> dict[str, Any]:
    """The page for `json.dumps`; tables as in `rows_json`."""
    about = {name: value for name, value in asdict(read.notes).items() if name != "link"}
    about |= {"days": _days(read.period), "compared_days": _days(read.comparison)}
    about |= {"counts": dict(read.notes.counts), "gap": read.gap, "remarks": read.remarks}
    about |= {"problems": read.problems}
    tables = [{"title": sheet.title, "rows": rows_json(sheet)} for sheet in read.sheets]
    return about | {"tables": tables}


def _days(span: Period | None) -> tuple[str, str] | None:
    return (f"{span.start}", f"{span.end}") if span else None


def as_markdown(read: PageRead) -> str:
    """A heading, the provenance, and each table under its title."""
    notes = read.notes
    filters = " · ".join(map(escape, notes.filters))
    compared = tr("Compared with: {comparison}.", comparison=escape(notes.comparison))
    in_doubt, demo = tr("**In doubt.**"), tr("**Demo data.** These views are invented.")
    said = [
        f"# {escape(notes.title)}",
        f"{notes.period} ({notes.timezone}). {compared}",
        tr("Filters: {filters}.", filters=filters) if filters else "",
        tr("Views up to {time}.", time=notes.data_time) if notes.data_time else "",
        escape(read.gap),
        *(escape(text) for text in (*read.problems, *read.remarks)),
        *(f"{in_doubt} {escape(text)}" for text in notes.doubts),
        demo * notes.demo,
        tr("There are no views.") * (not read.sheets),
    ]
    tables = (f"## {escape(sheet.title)}\n\n{markdown(sheet)}" for sheet in read.sheets)
    return "\n\n".join([*filter(None, said), *tables])
