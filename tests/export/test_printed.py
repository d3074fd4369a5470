"""Workbooks as LibreOffice reads and prints them: filters, numbers, paper, and no formula."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from dyntube.export.workbook import Sheet, workbook

from .. import debian
from ..hostile import FORMULAS
from .test_workbook import NOTES

ROWS = 90  # of the longest table: three pages
DAYS = pd.date_range("2026-08-01", periods=ROWS)
SHEETS = [
    Sheet(
        "By day",
        pd.DataFrame(
            {
                "day": DAYS,
                "views": range(1000, 1000 + ROWS),
                "views_before": 800.0,
                "views_change": -0.25,
                "watch_time": 5400.0,
                "play_rate": 0.5,
                "play_rate_change": 0.015,
                "in_doubt": "no",
            }
        ),
    ),
    Sheet("=By video", pd.DataFrame({"video": FORMULAS, "views": range(len(FORMULAS))})),
    Sheet("Unexpected fields", pd.DataFrame({"field": [], "views": []})),
    Sheet("x" * 60, pd.DataFrame({f"column_{n}": ["y" * 30] for n in range(20)})),
]
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workbook as LibreOffice prints it and as it understands it."""
    debian.need("soffice", "libreoffice-calc-nogui", os.environ["PATH"])
    debian.need("pdftotext", "poppler-utils", os.environ["PATH"])
    folder = tmp_path_factory.mktemp("printed")
    notes = dataclasses.replace(NOTES, title="R&D &P", demo=True)
    (folder / "book.xlsx").write_bytes(workbook(SHEETS, notes))
    for ending in ("pdf", "fods"):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir"]
        subprocess.run(
            [*command, folder, folder / "book.xlsx"], check=True, timeout=240, capture_output=True
        )
    return folder


@pytest.fixture(scope="module")
def pages(made: Path) -> list[str]:
    """The text of each printed page."""
    said = subprocess.run(
        ["pdftotext", "-layout", made / "book.pdf", "-"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return said.stdout.decode().split("\f")[:-1]


@pytest.fixture(scope="module")
def book(made: Path) -> ElementTree.Element:
    return ElementTree.parse(made / "book.fods").getroot()


def sheet(book: ElementTree.Element, name: str) -> ElementTree.Element:
    found = [
        table for table in book.iter(f"{{{TABLE}}}table") if table.get(f"{{{TABLE}}}name") == name
    ]
    return found[0]


def of_sheet(pages: list[str], name: str) -> list[str]:
    """The pages of a sheet, whose name stands on top of them."""
    return [page for page in pages if name in page.splitlines()[0]]


def test_every_page_is_landscape_and_one_page_wide(made: Path, pages: list[str]) -> None:
    said = subprocess.run(["pdfinfo", made / "book.pdf"], check=True, capture_output=True)
    size = next(line for line in said.stdout.decode().splitlines() if line.startswith("Page size"))
    width, height = (round(float(size.split()[place])) for place in (2, 4))
    assert (width, height) == (842, 595)
    assert 2 <= len(of_sheet(pages, "By day")) <= 4
    assert len(of_sheet(pages, "x" * 31)) == 1  # of 20 columns


def test_each_page_repeats_the_header_and_has_title_and_number(pages: list[str]) -> None:
    of_days = of_sheet(pages, "By day")
    for page in of_days:
        assert all(word in page for word in ("Day", "Views", "Watch", "doubt"))
    assert sum(page.count("2026-") for page in of_days) == ROWS
    for number, page in enumerate(pages, 1):
        assert "R&D &P · 26 Oct – 22 Nov 2026" in page.splitlines()[0]
        assert f"Page {number} of {len(pages)}" in page
        assert "demo data" in page


def test_no_number_is_too_wide_for_its_column(pages: list[str]) -> None:
    assert not any("###" in page for page in pages)


def test_the_notes_have_numbers_and_times_that_stay_true(pages: list[str]) -> None:
    assert "22 Nov 2026, 14:32 (Europe/Berlin)" in pages[0]
    assert "12,345" in pages[0]


def test_every_table_has_filter_buttons_over_all_its_rows(book: ElementTree.Element) -> None:
    ranges = {
        found.get(f"{{{TABLE}}}target-range-address"): found.get(
            f"{{{TABLE}}}display-filter-buttons"
        )
        for found in book.iter(f"{{{TABLE}}}database-range")
    }
    assert len(ranges) == len(SHEETS)
    assert set(ranges.values()) == {"true"}
    assert f"'By day'.A1:'By day'.H{ROWS + 1}" in ranges
    assert "'Unexpected fields'.A1:'Unexpected fields'.B2" in ranges


def test_numbers_are_numbers_dates_are_dates_and_nothing_is_a_formula(
    book: ElementTree.Element,
) -> None:
    rows = list(sheet(book, "By day").iter(f"{{{TABLE}}}table-row"))
    kinds = [cell.get(f"{{{OFFICE}}}value-type") for cell in rows[1]][:8]
    assert kinds == ["date", *["float"] * 2, "percentage", "float", "percentage", "float", "string"]
    assert not [cell for cell in book.iter() if cell.get(f"{{{TABLE}}}formula")]
    texts = sheet(book, "=By video").iter(f"{{{TABLE}}}table-cell")
    kinds = [cell.get(f"{{{OFFICE}}}value-type") for cell in texts]
    assert kinds.count("string") == len(FORMULAS) + 2  # and two headers
    notes = sheet(book, "Notes").iter(f"{{{TABLE}}}table-cell")
    assert [cell.get(f"{{{OFFICE}}}value") for cell in notes if cell.get(f"{{{OFFICE}}}value")] == [
        *("12345", "6789")
    ]
