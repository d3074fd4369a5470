"""What can be taken away of a page, and from which tables it is made."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from streamlit.testing.v1 import AppTest

from dyntube.export.workbook import Sheet
from dyntube.query.periods import Period
from dyntube.report.tables import PageTables, days_name

SHEETS = 3
DAY = dt.date(2026, 11, 1)


def page() -> None:
    """A page that is drawn before its head is known, as every page is."""
    import pandas as pd
    import streamlit as st

    from dyntube.export.workbook import Provenance, Sheet
    from dyntube.report.tables import PageTables
    from dyntube.ui.blocks.export import export_menu, table_downloads

    report, head = PageTables(), st.container()
    for key, title in enumerate(("By country", "<b>By</b> *day*", "=By video")):
        sheet = Sheet(title, pd.DataFrame({"views": [1]}))
        report.add(sheet)
        table_downloads(sheet, report, key=str(key))
    notes = Provenance("Overview", "26 Oct – 22 Nov 2026", "", (), "UTC", "", "", "", ())
    with head:
        export_menu(report, lambda: notes, {"period": ["last-7-days"], "video": ["a&b", "ü"]})


def empty_page() -> None:
    from dyntube.export.workbook import Provenance
    from dyntube.report.tables import PageTables
    from dyntube.ui.blocks.export import export_menu

    notes = Provenance("Live", "", "", (), "UTC", "", "", "", ())
    export_menu(PageTables(), lambda: notes, {})


def urls(at: AppTest) -> list[str]:
    return [link.proto.url for link in at.get("link_button")]


def test_the_menu_offers_the_page_each_table_raw_views_and_paper() -> None:
    at = AppTest.from_function(page).run()
    assert not at.exception
    labels = [button.proto.label for button in at.get("download_button")]
    assert labels == ["This page as an Excel workbook", *["CSV", "Excel"] * (1 + SHEETS)]
    assert [link.proto.label for link in at.get("link_button")] == ["CSV", "Parquet"]
    assert at.button(key="export-print").label == "Print or save as PDF"


def test_every_table_can_be_chosen_by_its_title_as_it_is() -> None:
    at = AppTest.from_function(page).run()
    chooser = at.selectbox(key="export-table")
    assert chooser.options == ["By country", "<b>By</b> *day*", "=By video"]
    chooser.select_index(2).run()
    assert not at.exception


def test_raw_views_are_asked_for_with_the_address_of_the_page() -> None:
    asked = "?period=last-7-days&video=a%26b&video=%C3%BC"
    expected = [f"api/views.csv{asked}", f"api/views.parquet{asked}"]
    assert urls(AppTest.from_function(page).run()) == expected


def test_a_page_without_tables_offers_the_rest() -> None:
    at = AppTest.from_function(empty_page).run()
    assert not at.exception
    assert not at.get("download_button")
    assert urls(at) == ["api/views.csv", "api/views.parquet"]


def test_of_tables_with_one_title_the_one_that_says_most_is_offered_once() -> None:
    few, more = pd.DataFrame({"views": [1]}), pd.DataFrame({"views": [1], "plays": [1]})
    report = PageTables()
    for title, rows in (("By day", few), ("By city", few), ("By day", more), ("By day", few)):
        report.add(Sheet(title, rows))
    assert [sheet.title for sheet in report.sheets] == ["By day", "By city"]
    assert report.sheets[0].rows is more


def test_files_with_invented_views_are_called_so() -> None:
    tables = PageTables("Overview", days_name(Period(DAY, DAY)), demo=True)
    assert tables.name("By country") == "demo-overview-by-country-2026-11-01"


def test_files_are_called_by_their_page_table_and_days() -> None:
    tables = PageTables("Overview", days_name(Period(DAY, DAY + dt.timedelta(6))))
    assert tables.name() == "overview-2026-11-01-to-2026-11-07"
    assert tables.name("<b>By</b> *day*") == "overview-b-by-b-day-2026-11-01-to-2026-11-07"
    assert tables.empty().name() == tables.name()
    assert PageTables("Data").name("Quality checks") == "data-quality-checks"
