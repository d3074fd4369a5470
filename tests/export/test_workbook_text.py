"""What Excel reads in our workbooks, told by the rules of the format and no library that writes it.

Excel reads `_xHHHH_` as one character (ECMA-376 part 1, 22.9.2.19 ST_Xstring), drops blanks around
a text that does not say `xml:space="preserve"`, and counts in UTF-16 units.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.export.workbook import Provenance, Sheet, excel, workbook

from ..hostile import TEXTS
from .test_workbook import kept, unescaped

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
ESCAPES = [
    "promo_x1080_v2.mp4",
    "_x1080_",
    "_x1080_x1081_",
    "_x1080__x1081_",
    "__x0041__",
    "_x005F_",
    "_x005F_x0041_",
    "_x005f_x005F_x005f_",
    "_X0041_",
    "_x000D_",
    "_x0000_",
    "_xD83D_",
    "=_x0041_",
    "_x3D_ and _x00041_ and x0041_ and _x004_",
    "a\r\n_x000A_\rb",
    "😀_x1F60_0_",
    " _x0041_ ",
    " ",
    "\t\n ",
    "\u00a0\u3000",
    "\u00a0padded\u2003",
    "   three blanks, and   within   ",
]


def read(element: ElementTree.Element | None) -> str:
    """The text of a `t`, as Excel has it in its cell."""
    assert element is not None
    text = element.text or ""
    if element.get(SPACE) != "preserve":
        text = text.strip(" \t\r\n")
    return unescaped(text)


class Excel:
    """A workbook, opened by hand."""

    def __init__(self, file: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(file))
        sheets = self._part("xl/workbook.xml").iter(f"{MAIN}sheet")
        self.names = [unescaped(sheet.attrib["name"]) for sheet in sheets]

    def _part(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._zip.read(name))

    @property
    def title(self) -> str:
        return unescaped(self._part("docProps/core.xml").findtext(TITLE) or "")

    def column(self, sheet: int, letter: str) -> list[str]:
        """All texts of a column; every cell must be one."""
        cells = self._part(f"xl/worksheets/sheet{sheet}.xml").iter(f"{MAIN}c")
        wanted = [cell for cell in cells if cell.attrib["r"].rstrip("0123456789") == letter]
        for cell in wanted:
            assert cell.attrib["t"] == "inlineStr"
        return [read(cell.find(f"{MAIN}is/{MAIN}t")) for cell in wanted if len(cell)]


def notes(title: str = "Page", *filters: str) -> Provenance:
    return Provenance(title, *[""] * 2, filters, *[""] * 4, ())


@pytest.mark.parametrize("text", [*ESCAPES, *TEXTS])
def test_excel_reads_every_text_as_it_is(text: str) -> None:
    rows = pd.DataFrame({text: pd.Series([text, f"{text}{text}"], dtype="object")})
    book = Excel(excel(Sheet("T", rows), notes(text, text)))
    assert book.column(1, "A")[1:] == [kept(text), kept(text + text)]
    assert book.title.strip() == kept(text).strip()
    assert book.column(2, "A")[0] == kept(text)
    assert kept(text) in book.column(2, "B")


@given(st.text(alphabet="_xX005FfAa41D8 \t\n😀=", max_size=24))
def test_excel_reads_whatever_looks_like_an_escape_as_it_is(text: str) -> None:
    rows = pd.DataFrame({"video": pd.Series([f"a{text}", text or "-"], dtype="object")})
    assert Excel(excel(Sheet("T", rows), notes())).column(1, "A")[1:] == [f"a{text}", text or "-"]


@pytest.mark.parametrize(
    "title",
    [
        "By _x0041_",
        "_x0041_x0042_",
        "_x0041_" * 9,
        *("x" * n + "_x0041_" for n in range(16, 31)),
        *("x" * n + "_x005F_x0041_" for n in range(8, 31)),
    ],
)
def test_the_name_of_a_sheet_is_its_title_as_far_as_names_go(title: str) -> None:
    file = excel(Sheet(title, pd.DataFrame({"views": [1]})), notes())
    found = Excel(file).names[0]
    assert title.startswith(found)
    assert len(found) >= min(len(title), 5)
    xml = zipfile.ZipFile(io.BytesIO(file)).read("xl/workbook.xml").decode()
    names = re.findall('<sheet [^>]*name="([^"]*)"', xml)
    assert max(map(len, names)) <= 31


def test_names_of_sheets_that_look_like_escapes_stay_apart() -> None:
    tables = [
        Sheet(title, pd.DataFrame({"views": [1]}))
        for title in ("A", "_x0041_", "_X0041_", "_x005F_x0041_")
    ]
    found = Excel(workbook(tables, notes())).names
    assert found[:3] == ["Notes", "A", "_x0041_"]
    assert len({name.lower() for name in found}) == 5


@pytest.mark.parametrize(
    "text",
    [
        "x" * 40_000,
        "😀" * 20_000,
        "x" + "😀" * 20_000,
        "_x1080_" * 5_000,
        *("x" * (32_750 + n) + "_x1080_" * 5 for n in range(20)),
    ],
)
def test_a_text_that_no_cell_can_hold_is_cut_and_says_so(text: str) -> None:
    rows = pd.DataFrame({"video": [text]})
    _, found = Excel(excel(Sheet("T", rows), notes())).column(1, "A")
    if len(text) < 32_767 and found == text:
        return
    assert found.endswith("…")
    assert text.startswith(found[:-1])
    assert len(found.encode("utf-16-le")) // 2 <= 32_767
    assert len(found) > 4_600


def test_a_text_that_a_cell_just_holds_is_whole() -> None:
    for text in ("x" * 32_767, "😀" * 16_383 + "x", "x" * 32_754 + "_x1080"):
        rows = pd.DataFrame({"video": [text]})
        assert Excel(excel(Sheet("T", rows), notes())).column(1, "A")[1] == text
