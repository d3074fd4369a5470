"""Everything that can be taken away, taken away in a real browser and read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page

from .app import Watched

Tab = Callable[..., Watched]
# A dialog that is closed at once.
PRINTED = """window.printed = 0; window.print = () => {
  window.printed++; window.dispatchEvent(new Event("afterprint")); }"""
DAYS = r"\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d"
PAGE = "/?period=last-7-days&project=5lCohVbzSymGw"


@pytest.fixture
def page(demo: str, tab: Tab) -> Page:
    """The Overview of one project, with the export menu open."""
    return with_menu(tab(), demo)


def with_menu(opened: Watched, demo: str) -> Page:
    opened.open(demo + PAGE)
    opened.wait_painted()
    opened.page.locator(".st-key-export button").first.click()
    opened.page.wait_for_selector(".st-key-export-page button")
    return opened.page


def taken(page: Page, button: Locator) -> Path:
    with page.expect_download() as download:
        button.click()
    path = Path(download.value.path())
    return path.rename(path.with_name(download.value.suggested_filename))


def test_a_page_is_one_workbook_with_notes_that_lead_back_to_it(page: Page, tab: Tab) -> None:
    file = taken(page, page.locator(".st-key-export-page button"))
    assert re.fullmatch(rf"demo-overview-{DAYS}\.xlsx", file.name)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[0] == "Notes"
    assert {"Totals", "By day", "By country", "By video"} <= set(book.sheetnames)
    notes = {}
    for label, text in book["Notes"].values:
        notes.setdefault(label, text)
    assert notes["Data"] == "Sample data: no account is connected."
    assert notes["Time zone"] == "UTC"
    assert notes["Filters"] == "Project: Product marketing"
    assert notes["Play rate (%)"] == "Plays divided by views."
    rows = pd.read_excel(file, sheet_name="By day")
    assert rows["Views"].sum() == notes["Views"]
    back = tab()
    back.open(notes["Link to this page"])
    back.wait_painted()
    numbers = page.locator(".card").all_inner_texts()
    assert numbers
    assert back.page.locator(".card").all_inner_texts() == numbers


def test_one_table_is_a_csv_or_an_excel_file(page: Page) -> None:
    page.locator(".st-key-export-table input").click()
    offered = page.get_by_role("option").all_inner_texts()
    page.get_by_role("option", name="By country").click()
    key = f".st-key-export-{offered.index('By country')}"
    file = taken(page, page.locator(f"{key}-csv button"))
    assert re.fullmatch(rf"demo-overview-by-country-{DAYS}\.csv", file.name)
    text = file.read_bytes().decode("utf-8-sig")
    in_csv = list(csv.DictReader(io.StringIO(text, newline="")))
    assert in_csv[0]["Country"] != "Unknown"
    as_excel = taken(page, page.locator(f"{key}-excel button"))
    assert as_excel.name == file.name.replace(".csv", ".xlsx")
    in_excel = pd.read_excel(as_excel)
    assert in_excel["Country"].tolist() == [row["Country"] for row in in_csv]
    assert in_excel["Views"].tolist() == [int(row["Views"]) for row in in_csv]


def test_raw_views_are_as_many_as_the_page_counts(page: Page) -> None:
    book = openpyxl.load_workbook(taken(page, page.locator(".st-key-export-page button")))
    counted = next(text for label, text in book["Notes"].values if label == "Views")
    for ending, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        file = taken(page, page.locator(f'a[href*="api/views.{ending}"]'))
        views = read(file)
        assert len(views) == counted
        assert set(views["project_key"]) == {"5lCohVbzSymGw"}


def test_the_button_prints_the_page_once_each_time(demo: str, tab: Tab) -> None:
    opened = tab(new=True)
    opened.page.add_init_script(PRINTED)
    page = with_menu(opened, demo)
    button = page.locator(".st-key-export-print button")
    for times in (1, 2):
        button.click()
        page.wait_for_function("times => window.printed === times", arg=times)
    page.wait_for_timeout(500)
    assert page.evaluate("window.printed") == 2
