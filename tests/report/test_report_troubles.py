"""What is read of a page where days are damaged, addresses odd, or only some views may be seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import dyntube
from dyntube.archive.archive import Archive
from dyntube.archive.doubts import Doubt
from dyntube.errors import DoubtWarning
from dyntube.people.reader import Anyone
from dyntube.query.access import Access
from dyntube.report.pages import PAGES
from dyntube.report.read import PageRead, as_json, as_markdown, read_page
from dyntube.ui import door

from .. import odd
from ..opened import DAY, Pages, pages, views
from ..pages.test_page_live import CHECKED, NOW, VIEWS, stored

__all__ = ["pages", "stored"]

NEXT = DAY + odd.ONE_DAY


def read(page: str, address: str, now: dt.datetime = NOW) -> PageRead:
    return read_page(door.desk(), PAGES[page], address, now)


def table(found: PageRead, title: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]]
    (rows,) = (t["rows"] for t in as_json(found)["tables"] if t["title"] == title)
    return rows


def spoil(archive: Archive, day: dt.date) -> None:
    """Change some bytes of a day's data, which only its checksum tells."""
    (path,) = archive.files(day, day)
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"X" * 10
    path.write_bytes(raw)


@pytest.fixture
def two_days(tmp_path: Path, connect: Callable[..., None]) -> Archive:
    archive = odd.open_archive(tmp_path / "archive")
    for day in (DAY, NEXT):
        odd.put(archive, day, odd.views(day, 5))
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    return archive


def test_a_damaged_day_is_a_gap_the_first_time_it_is_read(two_days: Archive) -> None:
    spoil(two_days, NEXT)
    found = read("overview", f"from={DAY}&to={NEXT}&compare=none&interval=day")
    assert table(found, "Totals")[0]["views"] == 5
    assert found.gap.startswith("1 of the 2 days shown is not stored")
    assert [row["whole"] for row in table(found, "By day")] == ["yes", "not stored"]


def test_python_is_warned_of_a_damaged_day_the_first_time(two_days: Archive) -> None:
    spoil(two_days, NEXT)
    with pytest.warns(DoubtWarning, match="1 day cannot be read"):
        answer = dyntube.ask("views", start=DAY, end=NEXT)
    assert answer["views"].tolist() == [5]


def test_sound_days_warn_of_nothing(two_days: Archive) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert dyntube.ask("views", start=DAY, end=NEXT)["views"].tolist() == [10]


def test_names_are_looked_up_in_all_days_that_videos_are_compared_over(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    archive = odd.open_archive(tmp_path / "archive")
    for n in range(1, 10):  # so that the videos are known to be new
        odd.put(archive, DAY - dt.timedelta(days=n), [])
    for day, country in ((DAY, "FI"), (NEXT, "PL")):
        records = [
            {**view, "videoKey": key}
            for key in ("a", "b")
            for view in odd.views(day, 2, geo={"country": country}, viewId=f"{day}-{key}")
        ]
        for number, view in enumerate(records):
            view["id"] = f"{day}-{number}"
        odd.put(archive, day, records)
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    asked = "country-contains=land&open=a&open=b&align=age&compare=none"
    address = f"from={NEXT}&to={NEXT}&{asked}"
    rows = table(read("videos", address), "Videos side by side")
    assert [(row["age"], row["views"]) for row in rows] == [(0, 2), (0, 2)]


@pytest.mark.parametrize(
    ("address", "filters"),
    [
        ("country=DE&embed_page=https://acme.com/x", 2),
        ("embed_page=https://acme.com/x?y=1&country=DE", 2),
        ("?country=DE", 1),
        ("https://dash.example/sub/overview?country=DE#top", 1),
        ("/overview?country=DE", 1),
        ("http://[::1", 0),
        ("https://dash.example/", 0),
        ("", 0),
    ],
)
def test_filters_of_an_address_are_read_in_whichever_form_it_comes(
    address: str, filters: int, two_days: Archive
) -> None:
    assert len(read("overview", address).notes.filters) == filters


def test_the_address_of_another_page_is_said(two_days: Archive) -> None:
    remarks = read("overview", "https://dash.example/videos?country=DE").remarks
    assert remarks == ["This link is for the page videos; this is overview."]


def test_no_control_character_of_an_address_reaches_a_terminal(two_days: Archive) -> None:
    found = read("overview", "video=%1b]0;x%07&city=%1b[2J&%1b[1m=3")
    said = as_markdown(found) + json.dumps(as_json(found), ensure_ascii=False)
    assert not any(letter < " " and letter != "\n" for letter in said)
    assert len(found.remarks) == 2


def test_doubts_of_the_last_hour_are_said_with_it(stored: Archive, pages: Pages) -> None:
    doubt = Doubt("zone", "No time names its zone.")
    known = {"until": CHECKED, "fetched_at": CHECKED}
    odd.put(stored, CHECKED.date(), VIEWS, **known, doubts=(doubt,))
    found = as_json(read("live", ""))
    assert "No time names its zone" in found["doubts"][0]
    assert found["days"] is None, "no period was chosen"


def test_notes_that_cannot_be_read_are_named(pages: Pages, tmp_path: Path) -> None:
    pages.store(views(1))
    archive = odd.open_archive(tmp_path / "archive")
    (archive.root / archive.folders[0] / "state.sqlite").write_bytes(b"rubbish" * 100)
    found = read("overview", f"from={DAY}&to={DAY}")
    assert any(text.startswith("Notes are left out. ") for text in found.problems)
    assert "state.sqlite" in as_markdown(found)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_stored_at_all_is_said(
    page: str, tmp_path: Path, connect: Callable[..., None]
) -> None:
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    found = read(page, "")
    json.dumps(as_json(found), allow_nan=False)
    assert ("There are no views." in as_markdown(found)) == (page != "data")
    if page == "data":
        assert "## Stored days\n\nNone." in as_markdown(found)


def test_accepted_doubts_of_the_last_hour_are_said_with_it(stored: Archive) -> None:
    day, doubt = CHECKED.date(), Doubt("zone", "No time names its zone.")
    known = {"until": CHECKED, "fetched_at": CHECKED}
    odd.accept(stored, "zone", day, day, "They are in UTC.")
    odd.put(stored, day, VIEWS, **known, doubts=(doubt,))
    said = " ".join(read("live", "").notes.doubts)
    assert "They are in UTC" in said


def test_who_may_not_see_views_gets_the_last_hour_without_them(stored: Archive) -> None:
    odd.put(stored, CHECKED.date(), VIEWS, until=CHECKED, fetched_at=CHECKED)
    reader = dataclasses.replace(door.desk(), reader=Anyone(access=Access(all_views=True)))
    found = [sheet.title for sheet in read_page(reader, PAGES["live"], "", NOW).sheets]
    assert found[:2] == ["Totals", "Views per minute"]
    assert "Latest views" not in found
    assert "By country" in found
