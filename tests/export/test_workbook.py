"""Tables as Excel files, read back with openpyxl and pandas."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dyntube.export import table as sheets
from dyntube.export import workbook as workbooks
from dyntube.export.workbook import Provenance, Sheet, excel, workbook
from dyntube.query.metrics import METRICS

from ..hostile import FORMULAS, TEXTS

NOTES = Provenance(
    title="Overview",
    period="26 Oct – 22 Nov 2026",
    comparison="28 Sep – 25 Oct 2026",
    filters=("Country: Germany", "City contains york"),
    timezone="Europe/Berlin",
    data_time="22 Nov 2026, 14:32 (Europe/Berlin)",
    made_at="23 Nov 2026, 09:00 (Europe/Berlin)",
    link="http://dash.example/?country=DE",
    counts=(("Views", 12_345), ("Plays", 6_789)),
    annotations=(("2026-11-03", "Project: Launch", "=campaign()"),),
)
DAYS = Sheet(
    "By day",
    pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-01", "2026-11-02"]),
            "views": [10, 20],
            "views_before": [5.0, np.nan],
            "views_change": [1.0, np.nan],
            "watch_time": [5400.0, 0.0],
            "completion_rate": [0.25, np.nan],
            "completion_rate_change": [-0.015, np.inf],
        }
    ),
)


def opened(file: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(file))


def notes_of(file: bytes) -> dict[str, str]:
    lines = [row[:2] for row in opened(file)["Notes"].iter_rows(values_only=True)]
    return {label: text for label, text in lines if label}


def kept(text: str) -> str:
    """A text as Excel can hold it."""
    return (
        re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).replace("\r\n", "\n").replace("\r", "\n")
    )


def unescaped(text: str) -> str:
    """A text as Excel reads it, which openpyxl does not: ECMA-376 part 1, 22.9.2.19 ST_Xstring."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def test_a_page_is_notes_first_and_then_a_sheet_for_each_table() -> None:
    other = Sheet("By country", pd.DataFrame({"country": ["Germany"], "views": [30]}))
    book = opened(workbook([DAYS, other], NOTES))
    assert book.sheetnames == ["Notes", "By day", "By country"]
    assert list(book["By country"].values) == [("Country", "Views"), ("Germany", 30)]


@pytest.mark.parametrize(
    ("doubts", "rows"),
    [
        ((), [("Days in doubt", "None")]),
        (("a: b.", "c: d."), [("Days in doubt", "a: b."), (None, "c: d.")]),
    ],
)
def test_notes_say_which_days_are_in_doubt(
    doubts: tuple[str, ...], rows: list[tuple[str | None, str]]
) -> None:
    file = workbook([DAYS], dataclasses.replace(NOTES, doubts=doubts))
    lines = [row[:2] for row in opened(file)["Notes"].iter_rows(values_only=True)]
    first = lines.index(rows[0])
    assert lines[first : first + len(rows)] == rows


def test_one_table_is_the_first_sheet_of_its_file() -> None:
    file = excel(DAYS, NOTES)
    assert opened(file).sheetnames == ["By day", "Notes"]
    read = pd.read_excel(io.BytesIO(file))
    assert read["Views"].tolist() == [10, 20]
    assert read["Day"].tolist() == DAYS.rows["day"].tolist()


def test_numbers_are_numbers_in_a_format_that_says_what_they_are() -> None:
    _, first, second = opened(excel(DAYS, NOTES))["By day"].iter_rows()
    assert [cell.value for cell in first] == [
        pd.Timestamp("2026-11-01"),
        10,
        5,
        1,
        1.5,
        0.25,
        -1.5,
    ]
    assert [cell.number_format for cell in first] == [
        "yyyy-mm-dd",
        "#,##0",
        "#,##0",
        "+#,##0.0%;-#,##0.0%;0.0%",
        "#,##0.00",
        "0.0%",
        "+0.0;-0.0;0.0",
    ]
    assert [cell.value for cell in second] == [
        pd.Timestamp("2026-11-02"),
        20,
        None,
        None,
        0,
        None,
        None,
    ]


def test_the_header_is_bold_and_stays_while_rows_move() -> None:
    page = opened(excel(DAYS, NOTES))["By day"]
    assert [cell.value for cell in page[1]][-1] == "Completion rate, change (points)"
    assert all(cell.font.bold for cell in page[1])
    assert not page["B2"].font.bold
    assert page.freeze_panes == "A2"


def test_every_sheet_is_a_table_with_filters_over_all_its_rows() -> None:
    book = opened(workbook([DAYS, Sheet("Empty", DAYS.rows[:0])], NOTES))
    (first,) = book["By day"].tables.values()
    assert first.ref == first.autoFilter.ref == "A1:G3"
    assert first.column_names == [cell.value for cell in book["By day"][1]]
    (empty,) = book["Empty"].tables.values()
    assert empty.ref == empty.autoFilter.ref == "A1:G2"  # Excel wants a row
    assert not book["Notes"].tables


def test_tables_have_names_that_excel_allows_once_each() -> None:
    titles = ["By day", "by day", "=A1", "", "日本", "R1C1", "x" * 300, 'a;b"c']
    book = opened(workbook([Sheet(title, DAYS.rows) for title in titles], NOTES))
    names = [name for page in book for name in page.tables]
    assert names[:6] == [
        *("Table1_By_day", "Table2_by_day", "Table3_A1", "Table4", "Table5", "Table6_R1C1")
    ]
    assert len({name.lower() for name in names}) == len(titles)
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,254}", name) for name in names)


def test_headers_of_a_table_are_unique_and_not_empty() -> None:
    rows = pd.DataFrame(
        [[1, 2, 3, 4, 5, 6]], columns=["a_b", "a b", "A B", "", "line\r\nend", "z" * 300]
    )
    page = opened(excel(Sheet("T", rows), NOTES))["T"]
    (table,) = page.tables.values()
    header = [cell.value for cell in page[1]]
    assert header == ["A b", "A b (2)", "A B (3)", "Column", "Line end", "Z" + "z" * 254]
    assert table.column_names == header
    assert [cell.value for cell in page[2]] == [1, 2, 3, 4, 5, 6]


def test_totals_are_lines_with_each_number_in_its_format() -> None:
    rows = pd.DataFrame({"views": [12], "play_rate": [0.5], "play_rate_change": [-0.015]})
    page = opened(excel(Sheet("Totals", rows, totals=True), NOTES))["Totals"]
    assert list(page.values) == [
        ("Metric", "This period", "Change", "Change in"),
        ("Views", 12, None, "%"),
        ("Play rate (%)", 0.5, -1.5, "points"),
    ]
    assert [page[place].number_format for place in ("B2", "B3", "C3")] == [
        *("#,##0", "0.0%", "+0.0;-0.0;0.0")
    ]


def test_of_a_wide_table_what_it_was_before_is_folded() -> None:
    names = ("views", "plays", "watch_time", "completions", "play_rate", "completion_rate")
    rows = pd.DataFrame({f"{name}{part}": [0.5] for name in names for part in ("", "_before")})
    wide = rows.assign(**{f"{name}_change": 0.1 for name in names})
    book = opened(workbook([Sheet("Narrow", rows), Sheet("Wide", wide)], NOTES))
    for page, folded in ((book["Narrow"], set()), (book["Wide"], {"before"})):
        hidden = [
            cell.value.partition(", ")[2].split(" ")[0]
            for cell in page[1]
            if page.column_dimensions[cell.column_letter].hidden
        ]
        assert set(hidden) == folded
        assert len(hidden) == 6 * len(folded)


def test_columns_are_as_wide_as_what_is_in_them_within_reason() -> None:
    rows = pd.DataFrame({"plan": ["a"], "video": ["x" * 30], "embed_page": ["y" * 500]})
    widths = opened(excel(Sheet("T", rows), NOTES))["T"].column_dimensions
    assert [widths[letter].width for letter in "ABC"] == [8, 33, 50]


def test_times_of_a_zone_are_what_its_clocks_say() -> None:
    hours = pd.to_datetime(["2026-10-24 22:00Z", "2026-10-25 01:00Z"], utc=True)
    rows = pd.DataFrame({"hour": hours.tz_convert("Europe/Berlin"), "views": [1, 2]})
    page = opened(excel(Sheet("By hour", rows), NOTES))["By hour"]
    assert page["A2"].value == pd.Timestamp("2026-10-25 00:00")
    assert page["A3"].value == pd.Timestamp("2026-10-25 02:00")
    assert page["A2"].number_format == "yyyy-mm-dd hh:mm:ss"


def test_missing_values_are_empty_cells_and_flags_are_flags() -> None:
    rows = pd.DataFrame(
        {
            "city": pd.Series(["Berlin", None, "Rome"], dtype="str"),
            "started": pd.Series([True, None, False], dtype="boolean"),
            "plan_type": pd.Series([1, None, 2], dtype="Int32"),
        }
    )
    page = opened(excel(Sheet("T", rows), NOTES))["T"]
    assert list(page.iter_rows(min_row=2, values_only=True)) == [
        ("Berlin", True, 1),
        (None, None, None),
        ("Rome", False, 2),
    ]


def test_text_is_text_and_never_a_formula_or_a_link() -> None:
    rows = pd.DataFrame({"=video": pd.Series(TEXTS, dtype="object"), "city": TEXTS[::-1]})
    notes = Provenance(
        *["=1+1"] * 3, tuple(TEXTS), *TEXTS[:4], tuple(zip(TEXTS, TEXTS, strict=True))
    )
    file = workbook([Sheet("=T", rows)], notes)
    for page in opened(file):
        found = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in found} == {"s"}
        assert not any(cell.hyperlink for cell in found)
    column = [row[0] for row in opened(file)["=T"].iter_rows(min_row=2, values_only=True)]
    assert [unescaped(text) for text in column] == [kept(text) for text in TEXTS]
    xml = zipfile.ZipFile(io.BytesIO(file))
    parts = "".join(xml.read(name).decode() for name in xml.namelist() if name.endswith(".xml"))
    assert "<f>" not in parts
    assert "hyperlink" not in parts.lower().replace(">=hyperlink", "")


def test_what_looks_like_a_formula_stays_text_when_its_cell_is_edited() -> None:
    formulas = [text for text in FORMULAS if text != "\rx"]  # which is a line end and an x in Excel
    rows = pd.DataFrame({"video": [*formulas, "harmless"]})
    page = opened(excel(Sheet("T", rows), NOTES))["T"]
    cells = [row[0] for row in page.iter_rows(min_row=2)]
    assert [cell.quotePrefix for cell in cells] == [True] * len(formulas) + [False]


def test_pandas_reads_back_what_was_written() -> None:
    rows = pd.DataFrame({"video": [kept(text) for text in TEXTS], "views": range(len(TEXTS))})
    file = workbook([Sheet("T", rows)], NOTES)
    read = pd.read_excel(io.BytesIO(file), sheet_name="T", dtype={"Video": "str"}, na_filter=False)
    assert [unescaped(text) for text in read["Video"]] == rows["video"].tolist()
    assert read["Views"].tolist() == rows["views"].tolist()


def test_characters_that_a_file_cannot_hold_are_left_out() -> None:
    rows = pd.DataFrame({"video": pd.Series(["a\x00b\x1fc\ud800d\uffffe"], dtype="object")})
    sheet = Sheet("T\x00\ud800", rows)
    assert opened(excel(sheet, NOTES))["T"]["A2"].value == "abcde"
    assert b"abcde" in sheets.csv(sheet)


def test_a_text_longer_than_a_cell_can_be_is_cut_and_says_so() -> None:
    page = opened(excel(Sheet("T", pd.DataFrame({"video": ["x" * 40_000]})), NOTES))["T"]
    assert len(page["A2"].value) == 32_767
    assert page["A2"].value.endswith("x…")


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["By day", "by DAY", "By day"], ["By day", "by DAY (2)", "By day (3)"]),
        (["", "  ", "''", "[]:*?/\\"], ["Table", "Table (2)", "Table (3)", "Table (4)"]),
        (["Notes", "History"], ["Notes (2)", "History (2)"]),
        (["a/b: c*[d]"], ["a b c d"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 27 + " (2)"]),
        (["😀" * 20], ["😀" * 15]),
        (["'quoted'"], ["quoted"]),
    ],
)
def test_sheets_have_names_that_excel_allows(titles: list[str], names: list[str]) -> None:
    tables = [Sheet(title, pd.DataFrame({"views": [1]})) for title in titles]
    assert opened(workbook(tables, NOTES)).sheetnames == ["Notes", *names]


def test_the_notes_say_what_the_numbers_show() -> None:
    lines = list(opened(workbook([DAYS], NOTES))["Notes"].values)
    notes = dict(reversed(lines))  # the first of each label
    assert lines[0] == ("Overview", None)
    assert notes["Period"] == "26 Oct – 22 Nov 2026"
    assert notes["Compared with"] == "28 Sep – 25 Oct 2026"
    assert notes["Filters"] == "Country: Germany"
    assert notes["Time zone"] == "Europe/Berlin"
    assert notes["Views up to"] == "22 Nov 2026, 14:32 (Europe/Berlin)"
    assert notes["Created"] == "23 Nov 2026, 09:00 (Europe/Berlin)"
    assert notes["Link to this page"] == "http://dash.example/?country=DE"
    assert (notes["Views"], notes["Plays"]) == (12_345, 6_789)  # numbers
    assert notes["2026-11-03"] == "Project: Launch: =campaign()"
    assert (None, "City contains york") in lines


def test_the_notes_of_invented_views_say_so_first() -> None:
    demo = dataclasses.replace(NOTES, demo=True)
    lines = list(opened(workbook([DAYS], demo))["Notes"].values)
    assert lines[1] == ("Data", "Sample data: no account is connected.")
    assert "Data" not in dict(opened(workbook([DAYS], NOTES))["Notes"].values)


def test_the_notes_define_each_metric_of_the_tables_and_no_other() -> None:
    notes = notes_of(workbook([DAYS], Provenance(*[""] * 3, (), *[""] * 4, ())))
    assert notes["Watch time (hours)"] == METRICS["watch_time"].help
    assert notes["Completion rate (%)"] == METRICS["completion_rate"].help
    assert "Viewers" not in notes
    assert "Percentage points" in notes["…, change"]
    assert (notes["Compared with"], notes["Filters"]) == ("Nothing", "None")


def test_the_notes_say_of_which_changes_are_per_day() -> None:
    table = dataclasses.replace(DAYS, days=(2, 1))
    assert "daily average" in notes_of(workbook([table], NOTES))["…, change in daily average"]
    assert "…, change in daily average" not in notes_of(workbook([DAYS], NOTES))


def test_a_page_without_metrics_or_comparison_defines_nothing() -> None:
    table = Sheet("Days", pd.DataFrame({"day": pd.to_datetime(["2026-11-01"]), "state": ["ok"]}))
    notes = notes_of(excel(table, NOTES))
    assert "…, change" not in notes
    assert "What the numbers mean" not in notes


def test_a_table_with_more_rows_than_a_sheet_goes_on_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "_MOST_ROWS", 3)
    book = opened(excel(Sheet("T", pd.DataFrame({"views": range(7)})), NOTES))
    assert book.sheetnames == ["T", "T (2)", "T (3)", "Notes"]
    rows: list[Any] = []
    for name in ("T", "T (2)", "T (3)"):
        header, *values = book[name].iter_rows(values_only=True)
        assert header == ("Views",)
        rows += [value for (value,) in values]
    assert rows == list(range(7))


def test_a_table_without_rows_is_its_header() -> None:
    page = opened(excel(Sheet("T", pd.DataFrame({"video": [], "views": []})), NOTES))["T"]
    assert list(page.values) == [("Video", "Views")]
