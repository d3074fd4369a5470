"""Tables as CSV: what columns are called, what is in them, and that no text is a formula."""

from __future__ import annotations

import csv as reader
import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.export.table import Sheet, columns, csv, header, safe
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.metrics import METRICS

from ..hostile import FORMULAS, TEXTS

SIGNS = tuple("=+-@＝＋－＠")


def written(rows: pd.DataFrame) -> pd.DataFrame:
    """The CSV as a table again, all of it text."""
    read = pd.read_csv(io.BytesIO(csv(Sheet("T", rows))), dtype="str", keep_default_na=False)
    return read


def cells(file: bytes, delimiter: str = ",") -> list[str]:
    lines = io.StringIO(file.decode("utf-8-sig"), newline="")
    return [cell for row in reader.reader(lines, delimiter=delimiter) for cell in row]


def formulas(file: bytes, delimiter: str) -> list[str]:
    """The cells that a spreadsheet would take for one, splitting lines at `delimiter`."""
    blank = ("\t", "\r") if delimiter == "," else ()
    split = cells(file, delimiter)
    return [cell for cell in split if cell.lstrip().startswith(SIGNS) or cell.startswith(blank)]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("views", "Views"),
        ("views_before", "Views, before"),
        ("views_change", "Views, change (%)"),
        ("watch_time", "Watch time (hours)"),
        ("watch_time_before", "Watch time, before (hours)"),
        ("watch_time_change", "Watch time, change (%)"),
        ("average_watch_time", "Average watch time (seconds)"),
        ("completion_rate", "Completion rate (%)"),
        ("average_percent_watched", "Average % watched"),
        ("average_percent_watched_change", "Average % watched, change (points)"),
        ("share_before", "Share, before (%)"),
        ("watched_at_least", "Watched at least (%)"),
        ("watched_seconds", "Watched (seconds)"),
        ("completion_rate_change", "Completion rate, change (points)"),
        ("embed_domain", "Embedding domain"),
        ("video_key", "Video key"),
        ("geo_ip", "Geo IP"),
        ("state", "State"),
        ("rate_of_change", "Rate of change"),
    ],
)
def test_a_header_says_what_a_column_is_and_in_which_unit(name: str, label: str) -> None:
    assert header(name) == label


def test_every_metric_and_dimension_has_its_label_in_its_header() -> None:
    for name, known in (METRICS | DIMENSIONS).items():
        assert header(name).startswith(known.label)


def test_numbers_in_csv_are_in_the_unit_of_their_header_with_four_decimals() -> None:
    rows = pd.DataFrame(
        {
            "views": [12_345_678, 3],
            "watch_time": [5400.0, np.nan],
            "play_rate": [0.1, 1 / 3],
            "views_change": [-0.25, np.inf],
            "play_rate_change": [0.29, -0.015],
            "average_watch_time": [61.5, 0.0],
        }
    )
    assert written(rows).to_dict("list") == {
        "Views": ["12345678", "3"],
        "Watch time (hours)": ["1.5", ""],
        "Play rate (%)": ["10.0", "33.3333"],
        "Views, change (%)": ["-25.0", ""],
        "Play rate, change (points)": ["29.0", "-1.5"],
        "Average watch time (seconds)": ["61.5", "0.0"],
    }


def test_what_is_compared_stands_beside_each_number_and_counts_are_whole() -> None:
    rows = pd.DataFrame(
        {
            "video": ["a", "b"],
            "views": [3, 4],
            "plays": [1, 2],
            "views_before": [2.0, np.nan],
            "plays_before": [1.0, np.nan],
            "views_change": [0.5, np.nan],
            "plays_change": [-1e-9, np.nan],
        }
    )
    assert written(rows).to_dict("list") == {
        "Video": ["a", "b"],
        "Views": ["3", "4"],
        "Views, before": ["2", ""],
        "Views, change (%)": ["50.0", ""],
        "Plays": ["1", "2"],
        "Plays, before": ["1", ""],
        "Plays, change (%)": ["0.0", ""],  # not -0.0
    }


def test_changes_of_sums_over_unequal_periods_are_said_to_be_per_day() -> None:
    rows = pd.DataFrame({"views": [31], "views_change": [0.0], "viewers_change": [0.1]})
    rows["play_rate_change"] = [0.2]
    file = csv(Sheet("By video", rows, days=(2, 1))).decode("utf-8-sig")
    assert file.splitlines()[0] == (
        'Views,"Views, change in daily average (%)","Viewers, change (%)",'
        '"Play rate, change (points)"'
    )
    of = rows.assign(viewers=7, play_rate=0.5)
    lines = csv(Sheet("Totals", of, totals=True, days=(2, 1))).decode("utf-8-sig").splitlines()
    assert [line.rpartition(",")[2] for line in lines[1:]] == [
        "% of the daily average",
        "%",
        "points",
    ]


def test_shares_of_every_kind_are_in_per_cent() -> None:
    rows = pd.DataFrame({"watched_at_least": [0, 55], "share": [1.0, 0.46789123]})
    assert written(rows).to_dict("list") == {
        "Watched at least (%)": ["0.0", "55.0"],
        "Share (%)": ["100.0", "46.7891"],
    }


def test_totals_are_a_line_for_each_number() -> None:
    rows = {"views": [12], "play_rate": [0.5], "viewers": [7]}
    rows |= {"views_before": [10], "play_rate_before": [0.25], "views_change": [0.2]}
    rows |= {"play_rate_change": [0.25], "active_now": [3]}
    file = csv(Sheet("Totals", pd.DataFrame(rows), totals=True)).decode("utf-8-sig")
    assert file.splitlines() == [
        "Metric,This period,Before,Change,Change in",
        "Views,12,10,20.0,%",
        "Play rate (%),50.0,25.0,25.0,points",
        "Viewers,7,,,%",
        "Active now,3,,,",
    ]


def test_days_are_dates_and_times_keep_their_offset_from_utc() -> None:
    hours = pd.to_datetime(["2026-10-25 00:00Z", "2026-10-25 01:00Z"], utc=True)
    rows = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-01", None]),
            "hour": hours.tz_convert("Europe/Berlin"),
            "fetched": pd.to_datetime(["2026-11-01 14:05:09", "2026-11-02 00:00:00"]),
        }
    )
    read = written(rows)
    assert read["Day"].tolist() == ["2026-11-01", ""]
    assert read["Hour"].tolist() == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    assert read["Fetched"].tolist() == ["2026-11-01T14:05:09", "2026-11-02T00:00:00"]


def test_missing_values_of_every_kind_are_empty_cells() -> None:
    rows = pd.DataFrame(
        {
            "city": pd.Series(["Berlin", None], dtype="str"),
            "channel": pd.Categorical(["a", None]),
            "plan_type": pd.Series([1, None], dtype="Int32"),
            "started": pd.Series([True, None], dtype="boolean"),
            "mixed": pd.Series([pd.Timestamp("2026-11-01").date(), pd.NaT], dtype="object"),
        }
    )
    assert csv(Sheet("T", rows)).decode("utf-8-sig").splitlines() == [
        "City,Channel,Plan type,Started,Mixed",
        "Berlin,a,1,true,2026-11-01",
        ",,,,",
    ]


def test_a_table_without_rows_has_its_header() -> None:
    assert csv(Sheet("T", pd.DataFrame({"day": [], "views": []}))) == b"\xef\xbb\xbfDay,Views\r\n"


def test_a_table_is_not_changed_by_being_written() -> None:
    rows = pd.DataFrame({"watch_time": [60.0], "day": pd.to_datetime(["2026-11-01"])})
    kept = rows.copy(deep=True)
    csv(Sheet("T", rows))
    pd.testing.assert_frame_equal(rows, kept)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_no_text_becomes_a_formula_whatever_cells_are_split_at(delimiter: str) -> None:
    rows = pd.DataFrame({"=video": TEXTS, "views": range(len(TEXTS)), "city": TEXTS[::-1]})
    assert formulas(csv(Sheet("T", rows)), delimiter) == []


def test_text_that_is_no_formula_stays_as_it_was() -> None:
    texts = [text for text in TEXTS if text not in FORMULAS and text.isprintable()]
    assert len(texts) > 8
    read = cells(csv(Sheet("T", pd.DataFrame({"video": texts}))))
    assert read == ["Video", *texts]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_marked_by_an_apostrophe_and_nothing_else(text: str) -> None:
    unmarked = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    assert safe(text).replace("'", "") == unmarked.replace("'", "")
    assert safe(text) != unmarked


@pytest.mark.parametrize("text", ["a=1", "2026-11-01", "a-b; c", "x @home", "1;2", "", "–", "a\nb"])
def test_signs_inside_of_a_text_are_left_alone(text: str) -> None:
    assert safe(text) == text


@given(st.text(alphabet=st.characters() | st.sampled_from("=+-@;\t\r\n ＝"), max_size=12))
def test_whatever_the_text_no_cell_starts_a_formula(text: str) -> None:
    file = csv(Sheet("T", pd.DataFrame({"video": pd.Series([text], dtype="object")})))
    for delimiter in ",;":
        assert formulas(file, delimiter) == []


def test_columns_say_how_excel_shows_them() -> None:
    rows = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-01"]),
            "hour": pd.to_datetime(["2026-11-01 02:00"]),
            "video": ["a"],
            "views": [1],
            "views_change": [0.1],
            "play_rate": [0.5],
            "play_rate_change": [0.1],
            "watch_time": [3600.0],
            "views_per_viewer": [1.5],
            "share": [0.5],
        }
    )
    assert [column.format for column in columns(Sheet("T", rows))] == [
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
        "General",
        "#,##0",
        "+#,##0.0%;-#,##0.0%;0.0%",
        "0.0%",
        "+0.0;-0.0;0.0",
        "#,##0.00",
        "0.00",
        "0.0%",
    ]
