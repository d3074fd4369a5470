"""Pages over periods that are known in part, in any zone: what is said, drawn and taken away."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.archive.archive import Archive
from dyntube.export.table import Sheet
from dyntube.report.tables import PageTables

from .. import odd
from ..clock import set_clock
from ..components import cards, sent, share_rows
from ..odd import ONE_DAY
from ..tables import table
from .test_pages import open_page, said

UTC = dt.UTC
FRIDAY = dt.date(2026, 11, 27)
SUNDAY = dt.datetime(2026, 11, 29, 10, tzinfo=UTC)
STOPPED = dt.datetime(2026, 11, 27, 13, 45, tzinfo=UTC)
WEEK = "period=last-7-days"  # from Sunday the 22nd to Saturday


@pytest.fixture
def archive(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Archive:
    """The app on a Sunday morning over an archive that a scheduler fills."""
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    set_clock(monkeypatch, SUNDAY)
    return odd.open_archive(tmp_path / "archive")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Sheet]:
    """What the page that is shown last gives away."""
    sheets: dict[str, Sheet] = {}

    def take(report: PageTables, notes: Callable[[], Any], _: object) -> None:
        sheets.update({sheet.title: sheet for sheet in report.sheets})
        sheets["notes"] = notes()

    monkeypatch.setattr("dyntube.ui.frame.page.export_menu", take)
    return sheets


def fill(archive: Archive, first: dt.date, last: dt.date, count: int = 3, **fields: Any) -> None:
    """So many views on each day, from noon on."""
    for n in range((last - first).days + 1):
        day = first + n * ONE_DAY
        odd.put(archive, day, odd.views(day, count, **fields))


def stop_on_friday(archive: Archive) -> None:
    """What a scheduler has left that stopped on Friday at 13:45: two weeks and a piece."""
    fill(archive, FRIDAY - 13 * ONE_DAY, FRIDAY - ONE_DAY)
    odd.put(archive, FRIDAY, odd.views(FRIDAY, 2), until=STOPPED, settled=False)


def show(query: str, page: str = "overview") -> AppTest:
    at = open_page(query, page)
    assert not at.exception
    assert not at.error
    return at


def words(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption)


def chart(at: AppTest, alt: str) -> dict[str, Any]:
    (found,) = [c for c in sent(at, "figure") if alt in c["alt"]]
    figure: dict[str, Any] = json.loads(found["figure"])
    return figure


def course(at: AppTest) -> list[float | None]:
    """The points of the trend."""
    return chart(at, "Views by day")["data"][0]["y"]


def new(before: str) -> str:
    """What stands in the place of a change of a video younger than the comparison."""
    return before if before.startswith("new") else ""


def marks(at: AppTest) -> dict[str, tuple[str, str]]:
    """What stands below each number."""
    return {c.label: (c.change or new(c.before), " · ".join(c.marks)) for c in cards(at)}


# D1: days that are not stored


@pytest.mark.parametrize(
    ("days", "text"),
    [(7, "None of these days is stored yet."), (1, "20 Nov 2026 is not stored yet.")],
)
def test_a_period_of_which_nothing_is_stored_says_so(
    archive: Archive, days: int, text: str
) -> None:
    fill(archive, FRIDAY - 6 * ONE_DAY, FRIDAY)
    fill(archive, FRIDAY - 30 * ONE_DAY, FRIDAY - 25 * ONE_DAY)
    last = FRIDAY - 7 * ONE_DAY
    at = show(f"from={last - (days - 1) * ONE_DAY}&to={last}")
    assert text in said(at)


def test_of_two_weeks_of_which_one_is_stored_the_other_is_a_gap(
    archive: Archive, taken: dict[str, Any]
) -> None:
    fill(archive, FRIDAY - 6 * ONE_DAY, FRIDAY)
    at = show(f"from={FRIDAY - 13 * ONE_DAY}&to={FRIDAY}")

    assert course(at) == [None] * 7 + [3] * 7
    (average,) = chart(at, "Views by day")["layout"]["annotations"]
    assert average["text"] == "average<br>3"
    assert "7 of 14 days loaded so far" in words(at)
    assert "not compared: days of this period are missing" in words(at)
    assert "7 of the 14 days shown are not stored yet, the last of them 20 Nov 2026" in said(at)
    assert "gap: 7 days not stored" in words(at)
    assert marks(at)["Views"] == ("", "so far")
    rows = taken["By day"].rows
    assert rows["whole"].tolist() == ["not stored"] * 7 + ["yes"] * 7
    assert rows["views"].isna().tolist() == [True] * 7 + [False] * 7
    assert "7 of 14 days loaded" in taken["notes"].data_time
    assert taken["notes"].comparison == "Nothing: days of this period are missing"


def test_the_heatmap_divides_by_the_hours_that_are_stored(archive: Archive) -> None:
    fill(archive, FRIDAY - 6 * ONE_DAY, FRIDAY)
    at = show(f"from={FRIDAY - 13 * ONE_DAY}&to={FRIDAY}", "engagement")

    values = chart(at, "weekday and hour")["data"][0]["z"]
    assert [row[12:15] for row in values] == [[1, 1, 1]] * 7
    assert "Average plays per hour over 1 week, in UTC" in words(at)


def test_a_gap_between_stored_days_is_drawn_and_nothing_is_compared(archive: Archive) -> None:
    fill(archive, FRIDAY - 13 * ONE_DAY, FRIDAY - 4 * ONE_DAY)
    fill(archive, FRIDAY - 2 * ONE_DAY, FRIDAY + ONE_DAY)
    at = show(WEEK)

    assert course(at) == [3, 3, None, 3, 3, 3, 3]
    assert "6 of 7 days loaded so far" in words(at)
    assert "not compared: days of this period are missing" in words(at)
    assert "1 of the 7 days shown is not stored yet: 24 Nov 2026" in said(at)
    assert marks(at)["Views"][0] == ""


def test_the_mix_has_no_bars_where_nothing_is_known(archive: Archive) -> None:
    fill(archive, FRIDAY - 6 * ONE_DAY, FRIDAY)
    at = show(f"from={FRIDAY - 13 * ONE_DAY}&to={FRIDAY}", "devices")

    drawn = [y for bar in chart(at, "Share of views")["data"] for y in bar["y"]]
    assert sum(y is not None for y in drawn) == 7


# D2: fetching has stopped


def test_a_day_that_was_fetched_in_part_is_dashed_named_and_compared_alike(
    archive: Archive, taken: dict[str, Any]
) -> None:
    stop_on_friday(archive)
    at = show(WEEK)

    assert course(at) == [3, 3, 3, 3, 3, 2, None]
    dashed = [line for line in chart(at, "Views by day")["data"] if "px" in str(line.get("line"))]
    assert [line["y"] for line in dashed] == [[3, 2, None]]
    assert "dashed: 27 Nov 2026, only partly stored" in words(at)
    assert "gap: 1 day not stored" in words(at)
    text = at.caption[0].value
    assert "so far, up to Fri 27 Nov 2026, 13:45" in text
    assert "compared with 15 – 20 Nov 2026 until 13:45" in text
    assert "27 Nov 2026 is only stored up to 13:45" in said(at)
    # 5 whole days, and two of three views on the sixth: as many as there are now.
    assert marks(at)["Views"] == ("0.0%", "so far")
    assert taken["By day"].rows["whole"].tolist() == ["yes"] * 5 + ["no", "not stored"]
    assert taken["Totals"].rows["views_before"].tolist() == [17]


def test_the_days_that_are_compared_stand_beside_those_of_this_period(archive: Archive) -> None:
    stop_on_friday(archive)
    (behind,) = [
        t
        for t in chart(show(WEEK), "Views by day")["data"]
        if t.get("line", {}).get("dash") == "dot"
    ]
    assert behind["y"] == [3, 3, 3, 3, 3, 2, None]


def test_today_is_known_up_to_the_last_fetch_and_says_so(archive: Archive) -> None:
    fill(archive, dt.date(2026, 10, 1), FRIDAY + ONE_DAY)
    odd.put(archive, SUNDAY.date(), [], until=SUNDAY.replace(hour=9, minute=30), settled=False)
    at = show("period=this-month")

    assert "so far, up to 09:30 · compared with" in words(at)
    assert "until 09:30" in words(at)
    assert said(at) == ""


def test_today_is_compared_with_the_same_weekday_up_to_the_same_time(archive: Archive) -> None:
    fill(archive, dt.date(2026, 10, 1), FRIDAY + ONE_DAY)
    odd.put(archive, SUNDAY.date(), [], until=SUNDAY.replace(hour=9, minute=30), settled=False)
    at = show("period=today")

    assert "compared with Sun 22 Nov 2026 until 09:30, a week earlier" in words(at)


@pytest.mark.parametrize(
    ("days", "said_of_it"),
    [(7, "23 – 29 Nov 2025, same weekdays"), (8, "21 – 28 Nov 2025, same dates")],
)
def test_a_year_ago_says_whether_weekdays_or_dates_are_compared(
    archive: Archive, days: int, said_of_it: str
) -> None:
    first = FRIDAY - (days - 2) * ONE_DAY
    fill(archive, first, FRIDAY + ONE_DAY)
    fill(archive, dt.date(2025, 11, 15), dt.date(2025, 11, 30))
    at = show(f"from={first}&to={FRIDAY + ONE_DAY}&compare=year")
    assert f"compared with {said_of_it}" in words(at)


# D3 and D4: UTC days and local days


@pytest.mark.parametrize(
    "zone",
    ["Pacific/Pago_Pago", "America/New_York", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati"],
)
def test_all_time_has_every_view_in_every_zone(
    archive: Archive, zone: str, taken: dict[str, Any]
) -> None:
    first = FRIDAY - 3 * ONE_DAY
    hours = [
        view | {"date": f"{first}T{n:02}:30:00Z", "id": f"{n}"}
        for n, view in enumerate(odd.views(first, 24 - 12) * 2)
    ]
    odd.put(archive, first, hours)
    fill(archive, first + ONE_DAY, FRIDAY + ONE_DAY)
    last = [view | {"date": "2026-11-29T08:00:00Z"} for view in odd.views(SUNDAY.date(), 1)]
    odd.put(archive, SUNDAY.date(), last, until=SUNDAY)
    at = show(f"period=all-time&zone={zone}")

    assert cards(at)[0].value == str(24 + 4 * 3 + 1)
    assert "not compared: nothing comes before all time" in words(at)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Pago_Pago", "Pacific/Kiritimati"])
@pytest.mark.parametrize("country", ["", "&country=NP"])
def test_days_since_first_view_begin_with_the_first_view_whatever_the_filters(
    archive: Archive, country: str, zone: str
) -> None:
    first = FRIDAY - 9 * ONE_DAY
    fill(archive, first - 10 * ONE_DAY, first - ONE_DAY, count=0)
    fill(archive, first, FRIDAY + ONE_DAY, videoKey="a")
    day = FRIDAY - 5 * ONE_DAY
    there = odd.views(day, 2, videoKey="a", geo={"country": "NP"})
    other = [view | {"id": f"b{n}"} for n, view in enumerate(odd.views(day, 1, videoKey="b"))]
    odd.put(archive, day, [*there, *other])
    at = show(f"{WEEK}&open=a&open=b&align=age&zone={zone}{country}", "videos")

    points = [t for t in chart(at, "of 2 videos")["data"] if t["mode"] == "markers"]
    course = points[0]["y"]
    assert course.index(2) == 4
    assert [y for y in course if y] == ([2] if country else [3, 3, 3, 3, 2, 3, 3])


def test_videos_that_may_be_older_than_what_is_stored_have_no_days_since_first_view(
    archive: Archive,
) -> None:
    fill(archive, FRIDAY - 20 * ONE_DAY, FRIDAY + ONE_DAY, videoKey="a")
    day = FRIDAY - 3 * ONE_DAY
    young = [view | {"id": f"b{n}"} for n, view in enumerate(odd.views(day, 1, videoKey="b"))]
    odd.put(archive, day, [*odd.views(day, 3, videoKey="a"), *young])

    at = show(f"{WEEK}&open=a&open=b&align=age", "videos")
    points = [t for t in chart(at, "of 1 video")["data"] if t["mode"] == "markers"]
    assert [t["y"][0] for t in points] == [1]
    assert "Not shown: a. We only have views since 7 Nov 2026, and this video may be older" in (
        words(at).replace("\u2060\\", "")
    )
    by_date = chart(show(f"{WEEK}&open=a&open=b", "videos"), "of 2 videos")["data"]
    colours = [t["marker"]["color"] for t in by_date if t["mode"] == "markers"]
    assert [t["marker"]["color"] for t in points] == colours[1:]  # each keeps its own
    alone = show(f"{WEEK}&open=a&open=c&align=age", "videos")
    assert "Not shown: a" in words(alone).replace("\u2060\\", "")


def test_dashes_are_explained_where_there_are_any(archive: Archive) -> None:
    fill(archive, FRIDAY - 3 * ONE_DAY, FRIDAY - ONE_DAY, videoKey="a")
    odd.put(archive, FRIDAY, odd.views(FRIDAY, 2, videoKey="a"), until=STOPPED, settled=False)
    pair = "open=a&open=b"
    cut = show(f"from={FRIDAY - ONE_DAY}&to={FRIDAY}&{pair}", "videos")
    assert "Dashed: incomplete" in words(cut)
    whole = show(f"from={FRIDAY - 2 * ONE_DAY}&to={FRIDAY - ONE_DAY}&{pair}", "videos")
    assert "ashed: incomplete" not in words(whole)


# D9: what the header says


def test_a_comparison_that_is_not_stored_is_not_said_to_be_compared(
    archive: Archive, taken: dict[str, Any]
) -> None:
    fill(archive, FRIDAY - 5 * ONE_DAY, FRIDAY + ONE_DAY)
    at = show(WEEK)

    assert "compared with" not in words(at)
    assert "not compared: not all of 15 – 21 Nov 2026 is loaded yet" in words(at)
    assert "15 – 21 Nov 2026" in taken["notes"].comparison


def test_all_time_says_why_it_is_compared_with_no_dates(archive: Archive) -> None:
    fill(archive, FRIDAY - 20 * ONE_DAY, FRIDAY + ONE_DAY)
    dates = f"compare=dates&compare-from={FRIDAY}&compare-to={FRIDAY}"
    at = show(f"period=all-time&{dates}")

    assert "not compared: nothing comes before all time" in words(at)
    assert "compared with" not in words(at)
    assert "not compared" not in words(show("period=all-time&compare=none"))


# Unequal lengths, and what is young


def test_periods_of_unequal_length_are_said_and_sums_change_by_the_day(
    archive: Archive, taken: dict[str, Any]
) -> None:
    fill(archive, FRIDAY - 30 * ONE_DAY, FRIDAY + ONE_DAY)
    dates = f"compare=dates&compare-from={FRIDAY - 20 * ONE_DAY}&compare-to={FRIDAY - 20 * ONE_DAY}"
    at = show(f"from={FRIDAY - 13 * ONE_DAY}&to={FRIDAY}&{dates}")

    assert "14 days vs 1, so changes compare daily averages" in words(at)
    assert marks(at)["Views"] == ("0.0%", "")  # 3 a day on both sides
    assert marks(at)["Viewers"][0] == ""
    (viewers,) = [card.help for card in cards(at) if card.label == "Viewers"]
    assert "Not compared: 14 days vs 1" in viewers
    assert "the change" not in viewers, "there is none"
    assert taken["By video"].rows["views_change"].tolist() == [0]
    assert taken["By video"].days == taken["Totals"].days != (1, 1)
    assert "14 days vs 1" in taken["notes"].comparison


def test_months_are_compared_by_the_day_and_people_as_they_are(archive: Archive) -> None:
    fill(archive, dt.date(2026, 9, 1), dt.date(2026, 11, 28))
    at = show("period=last-month")

    assert "31 days vs 30, so changes compare daily averages" in words(at)
    assert marks(at)["Views"][0] == "0.0%"
    assert marks(at)["Viewers"][0] == "0.0%"
    before = {card.label: card.before for card in cards(at)}
    assert before["Views"] == "in the daily average · 90 before"
    assert before["Viewers"] == "in total · 1 before"
    assert before["Play rate"] == "vs 100.0%"
    videos = table(show("period=last-month&sort=views_change", "videos"), "Table of videos")
    [change] = (column for column in videos.rows["columns"] if column["name"] == "views_change")
    assert (change["label"], change["said"]) == (
        "Change in daily average",
        "Change in views per day",
    )
    [countries] = (list_ for list_ in sent(at, "share_list") if "by country" in list_["label"])
    assert countries["head"][-1] == "Change in daily average"


def with_a_young_video(archive: Archive, born: dt.date) -> None:
    """Six weeks of one video, and another from some day on."""
    for n in range(42):
        day = FRIDAY + ONE_DAY - n * ONE_DAY
        views = odd.views(day, 2, videoKey="old")
        if day >= born:
            views += [view | {"id": f"y{day}", "videoKey": "young"} for view in odd.views(day, 1)]
        odd.put(archive, day, views)


@pytest.mark.parametrize("born", [dt.date(2026, 11, 18), dt.date(2026, 11, 25)])
def test_a_video_younger_than_what_is_compared_is_new_instead_of_changed(
    archive: Archive, born: dt.date
) -> None:
    with_a_young_video(archive, born)
    at = show(WEEK, "videos")

    found = table(at, "Table of videos").shown.set_index("name")
    marked = [f"New on {born.day} Nov 2026" in mark for mark in found.loc[["young", "old"], "mark"]]
    assert marked == [True, False]
    assert (found["views_change"] == "").to_dict() == {"old": False, "young": True}
    one = show(f"{WEEK}&open=young", "videos")
    assert marks(one)["Views"][0] == f"new on {born.day} Nov 2026"
    assert "new on" not in str(marks(show(f"{WEEK}&open=old", "videos")))


def test_nothing_is_called_new_where_the_stored_days_do_not_reach_back(archive: Archive) -> None:
    fill(archive, FRIDAY - 12 * ONE_DAY, FRIDAY - 8 * ONE_DAY, videoKey="old")
    fill(archive, FRIDAY - 7 * ONE_DAY, FRIDAY + ONE_DAY, videoKey="young")
    at = show(WEEK, "videos")

    assert "compared with 15 – 21 Nov 2026" in words(at)
    marks = table(at, "Table of videos").shown["mark"]
    assert not any("New" in mark for mark in marks)


def test_what_is_new_since_a_comparison_has_no_first_day_behind_a_gap(archive: Archive) -> None:
    fill(archive, FRIDAY - 40 * ONE_DAY, FRIDAY - 21 * ONE_DAY, videoKey="old")
    fill(archive, FRIDAY - 7 * ONE_DAY, FRIDAY + ONE_DAY, videoKey="young")
    dates = f"compare-from={FRIDAY - 27 * ONE_DAY}&compare-to={FRIDAY - 21 * ONE_DAY}"
    at = show(f"{WEEK}&compare=dates&{dates}", "videos")

    found = table(at, "Table of videos").shown.set_index("name")
    assert found.loc["young", "mark"].split(" · ")[0] == "New"
    one = show(f"{WEEK}&open=young&compare=dates&{dates}", "videos")
    assert marks(one)["Views"][0] == "new"


def test_a_rise_from_nothing_is_said_where_it_may_not_be_new(archive: Archive) -> None:
    fill(archive, FRIDAY - 12 * ONE_DAY, FRIDAY - 6 * ONE_DAY, videoKey="old", geo={})
    fill(archive, FRIDAY - 5 * ONE_DAY, FRIDAY + ONE_DAY, videoKey="young")
    at = show(f"{WEEK}&sort=views_change&order=rising", "videos")

    found = table(at, "Table of videos").shown
    assert found["name"].tolist() == ["old", "young"]  # what has no change comes last
    assert found["views_change"].tolist() == ["−100.0%", "from 0"]
    assert "New" not in found["mark"][1]
    assert {c.label: c.before for c in cards(show(f"{WEEK}&open=young", "videos"))}["Views"] == (
        "from 0"
    )
    overview = show(WEEK)
    [germany] = (row for row in share_rows(overview, "Views by country") if row["value"] == "DE")
    assert germany["change"] == "from 0"


# D10 and D11


def polylines(at: AppTest) -> dict[str, int]:
    """How many pieces each card's sparkline has."""
    known = {card.label: [value is not None for value in card.course] for card in cards(at)}
    return {label: sum(had for had, _ in groupby(course)) for label, course in known.items()}


def test_a_sparkline_of_a_rate_has_a_gap_where_nothing_was_played(archive: Archive) -> None:
    fill(archive, FRIDAY - 13 * ONE_DAY, FRIDAY + ONE_DAY)
    odd.put(archive, FRIDAY - 2 * ONE_DAY, odd.views(FRIDAY - 2 * ONE_DAY, 3, started=False))
    pieces = polylines(show(WEEK))

    assert pieces["Completion rate"] == 2
    assert pieces["Views"] == pieces["Play rate"] == pieces["Plays"] == 1


def test_a_sparkline_has_a_gap_where_days_are_not_stored(archive: Archive) -> None:
    fill(archive, FRIDAY - 6 * ONE_DAY, FRIDAY - 4 * ONE_DAY)
    fill(archive, FRIDAY - 2 * ONE_DAY, FRIDAY + ONE_DAY)
    assert set(polylines(show(WEEK)).values()) == {2}


def test_over_a_change_of_clocks_each_weekday_came_as_often_as_it_did(archive: Archive) -> None:
    fill(archive, dt.date(2026, 10, 10), dt.date(2026, 11, 8))
    query = "from=2026-10-12&to=2026-11-08&zone=Europe/Berlin"
    assert "Average plays per hour over 4 weeks, in Europe/Berlin" in words(
        show(query, "engagement")
    )


def test_a_weekday_that_is_known_in_part_is_said(archive: Archive) -> None:
    stop_on_friday(archive)
    text = words(show(WEEK, "engagement"))
    assert "Average plays per hour over 5 whole days and 1 day in part" in text
