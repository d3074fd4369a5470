"""Exports: a page as a workbook, single tables, raw views, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import streamlit as st

from ...export.workbook import Provenance, Sheet, csv, excel, workbook
from ...people.reader import SignedIn
from ...report.tables import PageTables
from ...words import tr
from .. import made_files
from ..door import desk
from ..fragments import fragment
from ..layout import icon_key
from ..streamlit_internals import media_id

_CSV, _EXCEL = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_menu(
    report: PageTables, notes: Callable[[], Provenance], parameters: Mapping[str, list[str]]
) -> None:
    """The export menu, to be drawn after the page.

    `parameters` are those of the page's URL. `notes` must not need the session.
    """
    report.notes = notes
    with st.popover(tr("Export"), icon=":material/download:", key="export"):
        if report.sheets:
            _download(
                tr("This page as an Excel workbook"),
                lambda: workbook(report.sheets, notes()),
                f"{report.name()}.xlsx",
                key="export-page",
            )
            _one_table(report)
        reader = desk().reader
        if isinstance(reader, SignedIn) and reader.seen_as:
            # A link asks for itself: its file would have what the admin may see.
            st.caption(tr("While you see as somebody else, files of individual views are off."))
        elif desk().access.may_see_rows:
            _raw_views(parameters, bool(notes().doubts))
        _print()


def table_downloads(sheet: Sheet, report: PageTables, *, key: str) -> None:
    """A small menu with a table as CSV and Excel; `report` is its page's."""
    with st.popover(
        tr("Download"),
        icon=":material/download:",
        type="tertiary",
        key=icon_key(f"download-{key}"),
        help=tr("Download"),
    ):
        _as_csv_and_excel(sheet, report, key=key)


@fragment
def _one_table(report: PageTables) -> None:
    label = tr("One table")
    st.markdown(f"**{label}**")
    chosen = st.selectbox(
        label,
        range(len(report.sheets)),
        format_func=lambda number: report.sheets[number].title,
        key="export-table",
        label_visibility="collapsed",
    )
    _as_csv_and_excel(report.sheets[chosen], report, key=f"export-{chosen}")


def _as_csv_and_excel(sheet: Sheet, report: PageTables, *, key: str) -> None:
    def as_excel() -> bytes:
        if report.notes is None:
            raise RuntimeError("The page was not drawn to its end.")
        return excel(sheet, report.notes())

    name = report.name(sheet.title)
    with st.container(horizontal=True, gap="small"):
        _download("CSV", lambda: csv(sheet), f"{name}.csv", key=f"{key}-csv")
        _download("Excel", as_excel, f"{name}.xlsx", key=f"{key}-excel")


def _download(label: str, data: Callable[[], bytes], file_name: str, *, key: str) -> None:
    asker = desk()
    drawn_for = asker.access
    media_type = _CSV if file_name.endswith(".csv") else _EXCEL

    def allowed() -> bytes:
        """The file; made on the click, in a thread that has no session."""
        asker.exports("table", file_name.rpartition(".")[2], drawn_for)
        made = data()
        made_files.note(media_id(made, media_type, file_name), drawn_for)
        return made

    st.download_button(
        label,
        allowed,
        file_name,
        media_type,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def _raw_views(parameters: Mapping[str, list[str]], doubtful: bool) -> None:
    st.markdown("**" + tr("All individual views") + "**")
    if doubtful:
        st.caption(
            tr("Some days may be wrong. The sheet Notes of the workbook says which and why.")
        )
    asked = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    with st.container(horizontal=True, gap="small"):
        for label, ending in (("CSV", "csv"), ("Parquet", "parquet")):
            # Relative, so that it works below a base path.
            st.link_button(
                label, f"api/views.{ending}{asked}", icon=":material/download:", width="stretch"
            )


@fragment
def _print() -> None:
    """The button that `static/print.js` listens to."""
    st.button(
        tr("Print or save as PDF"), icon=":material/print:", key="export-print", width="stretch"
    )
