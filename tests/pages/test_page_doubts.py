"""Days in doubt on every page: the badge, the banner, numbers, charts, files and the Data page."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import requests
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.archive.archive import Archive
from dyntube.archive.doubts import Doubt
from dyntube.errors import UnavailableError
from dyntube.fetch.status import StatusFile, SyncEnd
from dyntube.trust.day_checks import DAY_CHECKS

from .. import odd
from ..clock import NOON, TODAY
from ..components import cards, sent
from ..conftest import record
from ..odd import HOSTILE, ONE_DAY
from ..server.test_routes import served
from .test_page_data import open_data, table, words
from .test_page_known import FRIDAY, SUNDAY, WEEK, archive, chart, fill, marks, show, taken
from .test_pages import open_page, said

__all__ = ["archive", "taken"]
PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds")
MONDAY = dt.date(2026, 11, 23)  # within WEEK
COUNT = Doubt("count", "DynTube counts 1,050 views and sent 833.")
ZONE = Doubt("zone", "No time names its zone.")


@pytest.fixture
def weeks(archive: Archive) -> Archive:
    """Three weeks up to Saturday without any doubt."""
    fill(archive, FRIDAY - 20 * ONE_DAY, FRIDAY + ONE_DAY)
    return archive


def doubt(archive: Archive, day: dt.date, *doubts: Doubt, **known: Any) -> None:
    odd.put(archive, day, odd.views(day), doubts=doubts or (COUNT,), **known)


def badge(at: AppTest) -> tuple[str, str]:
    """The colour of the badge, and its words after how fresh the views are."""
    (found,) = [m.value for m in at.markdown if "Views up to" in m.value]
    colour, _, text = found.removeprefix(":").partition("-badge[")
    return colour, " · ".join(text.removesuffix("]").split(" · ")[2:])


def banner(at: AppTest) -> str:
    found = [w.value for w in at.warning if "may be wrong" in w.value]
    return found[0].replace("\u2060", "").replace("\\", "") if found else ""


# The badge


@pytest.mark.parametrize("page", [*PAGES, "data"])
def test_the_badge_is_green_where_all_is_well(weeks: Archive, page: str) -> None:
    at = show(WEEK, page)
    assert badge(at) == ("green", "")
    assert banner(at) == ""


@pytest.mark.parametrize("page", [*PAGES, "data"])
def test_the_badge_is_amber_and_the_banner_says_why_where_a_day_is_in_doubt(
    weeks: Archive, page: str
) -> None:
    doubt(weeks, MONDAY)
    at = show(WEEK, page)
    assert badge(at) == ("orange", "1 day in doubt")
    more = "See the list below." if page == "data" else "See the Data page."
    assert banner(at) == (
        "**Numbers of 1 day may be wrong.** 23 Nov 2026: DynTube counts 1,050 views and sent 833. "
        f"{more}"
    )


@pytest.mark.parametrize(
    ("day", "query", "hit"),
    [
        (MONDAY - 7 * ONE_DAY, WEEK, True),  # compared with
        (MONDAY - 7 * ONE_DAY, f"{WEEK}&compare=none", False),
        (MONDAY - 14 * ONE_DAY, WEEK, False),
        (SUNDAY.date() - ONE_DAY, "from=2026-11-28&to=2026-11-28", True),
        (SUNDAY.date() - ONE_DAY, "from=2026-11-27&to=2026-11-27", False),
    ],
)
def test_only_days_that_are_shown_or_compared_with_matter(
    weeks: Archive, day: dt.date, query: str, hit: bool
) -> None:
    doubt(weeks, day)
    at = show(query)
    assert (badge(at)[0] == "orange") is hit
    assert bool(banner(at)) is hit
    assert ("in doubt" in marks(at)["Views"][1]) is hit


def test_the_banner_says_when_days_are_those_compared_with(weeks: Archive) -> None:
    doubt(weeks, MONDAY - 7 * ONE_DAY)
    assert "Numbers of 1 day in the comparison may be wrong." in banner(show(WEEK))
    doubt(weeks, MONDAY)
    assert "Numbers of 2 days may be wrong, including 1 in the comparison." in banner(show(WEEK))


@pytest.mark.parametrize(
    ("zone", "days", "text"),
    [
        ("UTC", "1 day", "23 Nov 2026:"),
        ("Europe/Berlin", "2 days", "23 – 24 Nov 2026:"),
        ("America/New_York", "2 days", "22 – 23 Nov 2026:"),
    ],
)
def test_days_are_those_of_the_readers_clock(
    weeks: Archive, zone: str, days: str, text: str
) -> None:
    doubt(weeks, MONDAY)
    at = show(f"from=2026-11-21&to=2026-11-27&zone={zone}&compare=none")
    assert badge(at) == ("orange", f"{days} in doubt")
    assert text in banner(at)


def test_days_beyond_the_period_or_the_present_are_not_named(weeks: Archive) -> None:
    saturday = SUNDAY.date() - ONE_DAY
    doubt(weeks, saturday)
    at = show(f"from={saturday}&to={saturday}&zone=Europe/Berlin&compare=none")
    assert badge(at) == ("orange", "1 day in doubt")
    odd.put(weeks, SUNDAY.date(), [], until=SUNDAY, settled=False, doubts=(COUNT,))
    at = show(f"from={saturday}&to={saturday + 3 * ONE_DAY}&zone=Europe/Berlin&compare=none")
    assert badge(at)[1].startswith("2 days in doubt")


def test_a_banner_is_short_however_many_days_and_doubts_there_are(weeks: Archive) -> None:
    for n, day in enumerate((22, 23, 24, 26, 28)):
        text = f"DynTube counts {n + 4} views and sent 3."
        doubt(weeks, dt.date(2026, 11, day), Doubt("count", text), ZONE)
    doubt(weeks, dt.date(2026, 11, 16))
    shown = banner(show(WEEK))
    assert shown.splitlines() == [
        "**Numbers of 6 days may be wrong, including 1 in the comparison.** See the Data page.",
        "- 16 Nov 2026, 22 – 24 Nov 2026, 26 Nov 2026 and 1 more day: DynTube's own count differs "
        "from the views it sent. The latest: DynTube counts 8 views and sent 3.",
        "- 22 – 24 Nov 2026, 26 Nov 2026, 28 Nov 2026: No time names its zone.",
    ]


def test_fields_that_are_gone_are_named_though_each_day_says_it_otherwise(weeks: Archive) -> None:
    for day, field, count in ((23, "watchTime", 1204), (24, "watchTime", 900), (25, "geo.city", 7)):
        doubt(weeks, dt.date(2026, 11, day), Doubt("field", f"{field} is gone in {count} views."))
    assert (
        "23 – 25 Nov 2026: Watch time (watchTime) and City (geo.city) are missing or unreadable "
        "in many views."
    ) in banner(show(WEEK))


def test_what_is_accepted_is_no_longer_marked(weeks: Archive) -> None:
    doubt(weeks, MONDAY)
    odd.accept(weeks, "count", MONDAY, MONDAY, "It is known.")
    at = show(WEEK)
    assert badge(at) == ("green", "")
    assert banner(at) == ""
    assert marks(at)["Views"][1] == ""
    assert len(rings(at)) == 0
    doubt(weeks, MONDAY, COUNT, ZONE)
    at = show(WEEK)
    assert badge(at) == ("orange", "1 day in doubt")
    assert ZONE.text in banner(at)
    assert COUNT.text not in banner(at)


def test_the_badge_is_not_green_where_days_are_damaged_or_not_stored(weeks: Archive) -> None:
    odd.lose(weeks, MONDAY)
    odd.damage(weeks, MONDAY + 2 * ONE_DAY)
    assert badge(show("from=2026-11-22&to=2026-11-24")) == ("gray", "1 day not stored")
    assert badge(show(WEEK)) == ("orange", "1 day damaged · 1 day not stored")
    assert badge(show("from=2026-11-26&to=2026-11-28&compare=none")) == ("green", "")


def test_the_badge_says_that_a_day_is_stored_in_part(weeks: Archive) -> None:
    cut = dt.datetime(2026, 11, 23, 13, 45, tzinfo=dt.UTC)
    odd.put(weeks, MONDAY, odd.views(MONDAY, 1), until=cut, settled=False)
    assert badge(show(WEEK)) == ("gray", "1 day stored in part")


@pytest.mark.parametrize("page", ["overview", "data"])
def test_the_badge_is_not_green_after_a_sync_that_failed(weeks: Archive, page: str) -> None:
    StatusFile(weeks).end(SyncEnd(UnavailableError("DynTube could not be reached.")))
    at = open_page(WEEK, page)
    assert badge(at) == ("orange", "last sync failed")
    StatusFile(weeks).end(SyncEnd())
    assert badge(at.run()) == ("green", "")


# Numbers


def test_each_number_says_that_it_is_in_doubt_and_why(weeks: Archive) -> None:
    doubt(weeks, MONDAY, COUNT, ZONE)
    at = show(WEEK)
    assert len(cards(at)) == 8
    assert all("in doubt" in card.marks for card in cards(at))
    for card in cards(at):
        assert f"In doubt. 23 Nov 2026: {COUNT.text} And 1 other reason." in card.help


# Charts


def rings(at: AppTest, alt: str = "Views by day") -> list[dict[str, Any]]:
    return [t for t in chart(at, alt)["data"] if t.get("name") == "In doubt"]


def test_points_of_days_in_doubt_are_ringed_and_say_why(weeks: Archive) -> None:
    doubt(weeks, MONDAY)
    at = show(f"{WEEK}&compare=none")
    (ring,) = rings(at)
    assert [x[:10] for x in ring["x"]] == [str(MONDAY)]
    assert ring["y"] == [3]
    hovers = [custom[1] for custom in chart(at, "Views by day")["data"][0]["customdata"]]
    assert [n for n, text in enumerate(hovers) if "in doubt" in text] == [1]
    assert "DynTube counts 1,050 views and sent 833." in hovers[1].replace("<br>", " ")
    assert "circled: 1 day in doubt" in words(at)
    (trend,) = [c["alt"] for c in sent(at, "figure") if "Views by day" in c["alt"]]
    assert trend.endswith(", 1 day in doubt")


def test_points_of_what_is_compared_with_are_ringed_too(weeks: Archive) -> None:
    doubt(weeks, MONDAY - 7 * ONE_DAY)
    at = show(WEEK)
    (ring,) = rings(at)
    assert [x[:10] for x in ring["x"]] == [str(MONDAY)]  # where the day stands on the axis
    assert "circled: 1 day in doubt in the comparison" in words(at)


@pytest.mark.parametrize(
    ("interval", "zone", "points"),
    [
        ("day", "UTC", ["2026-11-23T00:00"]),
        ("day", "Europe/Berlin", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("hour", "UTC", [f"2026-11-23T{hour:02}:00" for hour in range(24)]),
        (
            "hour",
            "Asia/Kathmandu",  # 5:45 ahead: the first hour is of two UTC days
            [f"2026-11-23T{hour:02}:00" for hour in range(5, 24)]
            + [f"2026-11-24T{hour:02}:00" for hour in range(6)],
        ),
    ],
)
def test_a_bucket_is_ringed_where_any_moment_of_it_is_in_doubt(
    weeks: Archive, interval: str, zone: str, points: list[str]
) -> None:
    doubt(weeks, MONDAY)
    at = show(f"from=2026-11-22&to=2026-11-28&compare=none&interval={interval}&zone={zone}")
    (ring,) = rings(at, f"Views by {interval}")
    assert [x[:16] for x in ring["x"]] == points


@pytest.mark.parametrize(("first", "ringed"), [(9, ["2026-11-09"]), (10, [])])
def test_a_bucket_that_the_period_cuts_has_only_its_own_days(
    weeks: Archive, first: int, ringed: list[str]
) -> None:
    doubt(weeks, MONDAY - 14 * ONE_DAY)
    at = show(f"from=2026-11-{first:02}&to=2026-11-28&compare=none&interval=week")
    assert [x[:10] for ring in rings(at, "Views by week") for x in ring["x"]] == ringed


def test_other_charts_over_time_say_it_under_the_pointer(weeks: Archive) -> None:
    doubt(weeks, MONDAY)
    mix = chart(show(WEEK, "devices"), "Share of views")["data"]
    texts = {custom[1] for trace in mix for custom in trace["customdata"]}
    assert {"23 Nov" in text for text in texts if "in doubt" in text} == {True}
    fill(weeks, FRIDAY, FRIDAY, videoKey="a")
    at = show(f"{WEEK}&open=a&open=video-a", "videos")
    (one, other) = rings(at, "of 2 videos")
    assert [x[:10] for x in one["x"] + other["x"]] == [str(MONDAY)] * 2
    assert "Circled: in doubt" in words(at)


def test_by_age_a_videos_own_days_are_ringed(weeks: Archive) -> None:
    fill(weeks, FRIDAY - 30 * ONE_DAY, FRIDAY - 21 * ONE_DAY, count=0)
    doubt(weeks, MONDAY)
    fill(weeks, FRIDAY, FRIDAY, videoKey="a")
    at = show("period=last-28-days&open=a&open=video-a&align=age&compare=none", "videos")
    (ring,) = rings(at, "of 2 videos")
    assert ring["x"] == [(MONDAY - (FRIDAY - 20 * ONE_DAY)).days]


def test_squares_of_the_week_with_days_in_doubt_say_so(weeks: Archive) -> None:
    doubt(weeks, MONDAY)
    at = show(WEEK, "engagement")
    custom = chart(at, "weekday and hour")["data"][0]["customdata"]
    doubtful = [[("in doubt" in square[1]) for square in row] for row in custom]
    assert doubtful == [[True] * 24] + [[False] * 24] * 6
    assert "1 day in doubt" in words(at)


# Files


def test_notes_of_files_say_what_is_in_doubt_and_what_is_accepted(
    weeks: Archive, taken: dict[str, Any]
) -> None:
    doubt(weeks, MONDAY)
    doubt(weeks, MONDAY - 7 * ONE_DAY, ZONE)
    odd.accept(weeks, "zone", MONDAY - 7 * ONE_DAY, MONDAY, "It is UTC.")
    show(WEEK)
    when = f"{SUNDAY:%-d %b %Y}"
    assert taken["notes"].doubts == (
        f"23 Nov 2026: {COUNT.text}",
        f"16 Nov 2026: {ZONE.text} Accepted by ops on {when}: It is UTC.",
    )
    column = taken["By day"].rows["in_doubt"].tolist()
    assert column == ["no", COUNT.text, "no", "no", "no", "no", "no"]


def test_notes_of_files_say_that_nothing_is_in_doubt(weeks: Archive, taken: Any) -> None:
    show(WEEK)
    assert taken["notes"].doubts == ()


def test_raw_views_say_which_days_are_in_doubt(weeks: Archive) -> None:
    for day in (22, 23, 26):
        doubt(weeks, dt.date(2026, 11, day))
    odd.accept(weeks, "count", MONDAY + 3 * ONE_DAY, MONDAY + 3 * ONE_DAY, "known")
    asked = "from=2026-11-16&to=2026-11-28"
    with served() as url:
        answer = requests.get(f"{url}/api/views.csv?{asked}", timeout=60)
        parquet = requests.get(f"{url}/api/views.parquet?{asked}", timeout=60).content
        fine = requests.get(f"{url}/api/views.csv?from=2026-11-16&to=2026-11-18", timeout=60)
    assert answer.headers["In-Doubt"] == "2026-11-22/2026-11-23"
    assert "In-Doubt" not in fine.headers
    doubts = json.loads(pq.read_metadata(io.BytesIO(parquet)).metadata[b"dyntube.doubts"])
    assert {day: bool(found[0]["accepted"]) for day, found in doubts.items()} == {
        "2026-11-22": False,
        "2026-11-23": False,
        "2026-11-26": True,
    }
    assert len(pq.read_table(io.BytesIO(parquet))) == 13 * 3


# The Live page


@pytest.mark.parametrize("days_ago", [0, 7])
def test_the_live_page_says_it_of_today_and_of_what_it_is_compared_with(
    weeks: Archive, days_ago: int
) -> None:
    for ago in (0, 7):
        day = SUNDAY.date() - ago * ONE_DAY
        views = [record(f"{day}", f"{day}T09:40:00Z")]
        found = (COUNT,) if ago == days_ago else ()
        until = {} if ago else {"until": SUNDAY, "fetched_at": SUNDAY}
        odd.put(weeks, day, views, doubts=found, **until)
    at = open_page("", "live")
    (found_badge,) = [m.value for m in at.markdown if "Views up to" in m.value]
    assert found_badge.startswith(":orange-badge[")
    assert "1 day in doubt" in found_badge
    assert "DynTube counts 1,050" in banner(at)
    views_card = next(card for card in cards(at) if card.label == "Views")
    assert views_card.marks == ["in doubt"]
    assert "In doubt." in views_card.help


def test_the_live_page_without_doubts_says_nothing(weeks: Archive) -> None:
    views = [record("a", f"{SUNDAY.date()}T09:40:00Z")]
    odd.put(weeks, SUNDAY.date(), views, until=SUNDAY, fetched_at=SUNDAY)
    at = open_page("", "live")
    assert banner(at) == ""
    assert any(m.value.startswith(":green-badge[") for m in at.markdown)


# The Data page


@pytest.fixture
def stored(tmp_path: Path, connect: Callable[..., None]) -> Archive:
    """The app over 40 days that nobody fetches, without any doubt."""
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    archive = odd.open_archive(tmp_path / "archive")
    odd.fill(archive, TODAY, 40)
    return archive


def test_the_list_of_days_can_be_narrowed_to_a_state(stored: Archive) -> None:
    doubt(stored, TODAY - 9 * ONE_DAY)
    doubt(stored, TODAY - 8 * ONE_DAY)
    doubt(stored, TODAY - 12 * ONE_DAY, ZONE)
    odd.accept(stored, "zone", TODAY - 12 * ONE_DAY, TODAY, "It is UTC.")
    odd.lose(stored, TODAY - 20 * ONE_DAY)
    at = open_data()
    rows = table(at, "Days that need attention")
    assert rows["State"].tolist() == ["In doubt", "Doubt accepted", "Not stored"]
    assert rows["name"].iloc[0].endswith(" · 2 days")  # of which the same is said
    assert "2 days need attention" in words(at)
    assert f"accept --from {TODAY - 9 * ONE_DAY} --to {TODAY - 8 * ONE_DAY}" in words(at)
    at = at.pills(key="attention-state").set_value("accepted").run()
    assert table(at, "Days that need attention")["State"].tolist() == ["Doubt accepted"]


def test_a_list_of_accepted_doubts_alone_is_shown_too(stored: Archive) -> None:
    doubt(stored, TODAY - 9 * ONE_DAY)
    odd.accept(stored, "count", TODAY - 9 * ONE_DAY, TODAY, "It is known.")
    at = open_data()
    rows = table(at, "Days that need attention")
    assert rows["What happens next"].tolist() == ["Nothing: the doubt was accepted."]
    assert "All 40 stored days are complete." in words(at)
    assert "python -m dyntube accept" not in words(at)


@pytest.mark.parametrize("content", ["rubbish", '{"version": 99, "items": []}'])
@pytest.mark.parametrize("file", ["accepted.json", "state.sqlite"])
@pytest.mark.parametrize("page", ["data", "overview"])
def test_an_odd_file_of_acceptances_breaks_no_page(
    stored: Archive, content: str, file: str, page: str
) -> None:
    doubt(stored, TODAY - 9 * ONE_DAY)
    (stored.root / stored.folders[0] / file).write_text(content)
    at = open_page("", page)
    assert not at.exception
    assert not at.error
    assert badge(at)[1] == "1 day in doubt"
    assert ("cannot tell which doubts were accepted" in said(at)) is (page == "data")


def busy(day: dt.date, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [record(f"{day}-{n}", f"{day}T12:{n % 60:02}:00Z", **fields) for n in range(count)]


def test_a_day_far_below_its_like_and_a_field_that_became_rare_are_only_noted(
    stored: Archive,
) -> None:
    low = TODAY - 10 * ONE_DAY
    odd.put(stored, TODAY, [], until=NOON)
    for n in range(1, 39):
        day = TODAY - n * ONE_DAY
        count = 5 if day == low else 60
        few = {"geo.city": 6} if n == 6 else {"geo.city": count}
        odd.put(stored, day, busy(day, count), filled={"id": count} | few)
    for check, day, why in (
        ("low", low, "5 views; 60 are usual on a"),
        (
            "thin",
            TODAY - 6 * ONE_DAY,
            "City (geo.city) is in 6 of 60 views; the day before it was in 100%.",
        ),
    ):
        at = open_data(f"check={check}")
        assert badge(at) == ("green", "")
        assert table(at, "Days that need attention") is None
        behind = table(at, DAY_CHECKS[check].label)
        assert behind["Why"].iloc[0].startswith(why)
        assert behind["name"].tolist() == [formats.day(day)]


def test_a_field_that_has_vanished_is_in_doubt_on_every_page(stored: Archive) -> None:
    gone = TODAY - 5 * ONE_DAY
    for n in range(5, 39):
        day = TODAY - n * ONE_DAY
        had = 0 if day == gone else 25
        odd.put(stored, day, busy(day, 25), filled={"id": 25, "watchTime": had})
    at = open_page()
    assert "Watch time (watchTime) is missing in all 25 views; the day before had it." in banner(at)
    hovers = [custom[1] for custom in chart(at, "Views by day")["data"][0]["customdata"]]
    assert sum("in doubt" in text for text in hovers) == 1


@pytest.mark.parametrize("page", [*PAGES, "data", "live"])
def test_text_from_outside_in_a_doubt_is_only_text(stored: Archive, page: str) -> None:
    evil = (Doubt("window", HOSTILE), Doubt("field", f"watchTime {HOSTILE}"))
    for ago in (0, 3):
        day = TODAY - ago * ONE_DAY
        odd.put(stored, day, odd.views(day), doubts=evil)
    at = open_page("", page)
    assert not at.exception
    assert not at.error
    texts = [e.value for kind in (at.markdown, at.caption, at.warning, at.info) for e in kind]
    assert not [
        text for text in texts if "](http" in text or ("<img" in text and "\\<" not in text)
    ]
    for drawn in sent(at, "figure"):
        assert "<img" not in drawn["figure"]
        assert "<script" not in drawn["figure"]
