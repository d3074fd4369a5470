"""The Live page in every state, run as Streamlit runs it but without a browser."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.archive.archive import Archive
from dyntube.query.metrics import METRICS

from .. import odd, plain
from ..clock import set_clock
from ..components import cards, clear, sent, share_rows
from ..conftest import record
from ..odd import HOSTILE, ONE_DAY
from ..plain import Record
from .test_pages import open_page

UTC = dt.UTC
DAY = dt.date(2026, 11, 19)
CHECKED = dt.datetime(2026, 11, 19, 18, 32, 30, tzinfo=UTC)
NOW = CHECKED + dt.timedelta(seconds=20)
CARDS = ("views", "plays", "viewers", "watch_time")
GERMANY, FRANCE = {"geo": {"country": "DE"}}, {"geo": {"country": "FR"}}
VIEWS: list[Record] = [
    record("old", "2026-11-19T17:32:59Z"),
    record("first", "2026-11-19T17:33:00Z", viewerId="ann", **GERMANY),
    record("b", "2026-11-19T18:00:10Z", started=False, watchTime=0, **FRANCE),
    record("c", "2026-11-19T18:27:00Z", watchTime=90, viewerId="ann", **FRANCE),
    record("d", "2026-11-19T18:29:40Z", watchTime=65, device={"type": "Mobile"}, **GERMANY),
    record("last", "2026-11-19T18:32:05Z", watchTime=20, embed={"domain": "a.example"}, **GERMANY),
]
HOUR = VIEWS[1:]
WEEK_AGO = [record(f"w{n}", f"2026-11-12T18:{n:02}:00Z") for n in range(4)]


@pytest.fixture
def stored(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Archive:
    """The app at NOW over an archive that nobody fills; a test puts days into it."""
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    set_clock(monkeypatch, NOW)
    return odd.open_archive(tmp_path / "archive")


def put(archive: Archive, views: list[Record], until: dt.datetime = CHECKED) -> None:
    odd.put(archive, until.date(), views, until=until, fetched_at=until)


def put_all(archive: Archive) -> None:
    """The day, and the one a week ago."""
    odd.put(archive, DAY - 7 * ONE_DAY, WEEK_AGO)
    put(archive, VIEWS)


def open_live(query: str = "") -> AppTest:
    return open_page(query, "live")


def whole(at: AppTest) -> AppTest:
    assert not at.exception
    assert not at.error
    assert at.title[0].value == "Live"
    return at


def numbers(at: AppTest) -> dict[str, str]:
    return {card.label: card.value for card in cards(at)}


def expected(views: list[Record]) -> dict[str, str]:
    found = plain.metrics(views)
    return {METRICS[name].label: formats.value(METRICS[name], found[name]) for name in CARDS}


def latest(at: AppTest) -> Any:
    (table,) = [t.value for t in at.dataframe if t.proto.alt == "The latest views, newest first"]
    return table


def chart(at: AppTest, alt: str) -> dict[str, Any]:
    (found,) = [c for c in sent(at, "figure") if c["alt"].startswith(alt)]
    trace: dict[str, Any] = json.loads(found["figure"])["data"][0]
    return trace


def change(now: int, before: int) -> str:
    return formats.change(METRICS["views"], (now - before) / before)


def words(at: AppTest) -> str:
    kinds = (at.caption, at.info, at.warning, at.markdown)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_numbers_are_those_of_the_last_sixty_minutes(stored: Archive) -> None:
    put_all(stored)
    at = whole(open_live())
    assert expected(HOUR).items() <= numbers(at).items()
    assert "Always shows the last 60 minutes, up to 18:32." in words(at)


@pytest.mark.parametrize(
    "query", ["period=last-year", "from=2090-01-01&to=2090-01-02", "compare=none"]
)
def test_the_chosen_period_makes_no_difference(stored: Archive, query: str) -> None:
    put_all(stored)
    at = whole(open_live(query))
    assert numbers(at) == numbers(whole(open_live()))
    assert at.caption[0].value == "The last 60 minutes"
    assert not at.info


def test_filters_count(stored: Archive) -> None:
    put_all(stored)
    at = whole(open_live("country=DE"))
    germany = [view for view in HOUR if view["geo"] == GERMANY["geo"]]
    assert expected(germany).items() <= numbers(at).items()
    assert numbers(at)["Active now"] == "~2"
    assert len(latest(at)) == len(germany)
    assert sum(chart(at, "Views per minute")["y"]) == len(germany)
    at = clear(at, "country")
    assert expected(HOUR).items() <= numbers(at).items()


def test_text_to_be_contained_in_names_is_looked_for_in_the_hour(stored: Archive) -> None:
    put_all(stored)
    at = whole(open_live("country-contains=germ&period=last-year"))
    assert numbers(at)["Views"] == "3"


def test_a_bar_for_every_minute_and_the_last_is_pale(stored: Archive) -> None:
    put_all(stored)
    bars = chart(whole(open_live()), "Views per minute, 17:33 to 18:32")
    assert len(bars["y"]) == 60
    assert sum(bars["y"]) == len(HOUR)
    assert (bars["y"][0], bars["y"][27], bars["y"][-1]) == (1, 1, 1)
    assert len(set(bars["marker"]["color"][:-1])) == 1
    assert bars["marker"]["color"][-1] != bars["marker"]["color"][0]


def test_the_latest_views_come_newest_first_with_what_they_were(stored: Archive) -> None:
    put_all(stored)
    table = latest(whole(open_live("zone=Asia/Kolkata")))
    assert [f"{moment:%H:%M:%S}" for moment in table["time"]] == [
        "00:02:05",
        "23:59:40",
        "23:57:00",
        "23:30:10",
        "23:03:00",
    ]
    newest, second = table.iloc[0], table.iloc[1]
    assert (newest["country"], newest["embed_domain"]) == ("Germany", "a.example")
    assert (second["device_type"], second["embed_domain"]) == ("Mobile", "Unknown")
    assert list(table["watched"]) == ["0:20", "1:05", "1:30", "Not played", "0:50"]


def test_of_many_views_the_newest_are_shown_and_all_counted(stored: Archive) -> None:
    many = [record(f"{n:03}", f"2026-11-19T18:{n // 4:02}:{n % 4:02}Z") for n in range(120)]
    put(stored, many)
    at = whole(open_live())
    assert numbers(at)["Views"] == "120"
    assert len(latest(at)) == 50
    assert "The newest 50 of 120 views" in words(at)


def test_countries_and_videos_of_the_hour_are_listed(stored: Archive) -> None:
    put(stored, [*VIEWS, record("x", "2026-11-19T10:00:00Z", geo={"country": "IT"})])
    at = whole(open_live())
    assert [row["value"] for row in share_rows(at, "Views by country")] == ["DE", "FR"]
    assert [row["value"] for row in share_rows(at, "Views by video")] == ["video-a"]


def test_active_are_people_who_watched_in_the_last_five_minutes(stored: Archive) -> None:
    put(stored, VIEWS)  # "c" by ann ended at 18:28:30, "d" and "last" by others
    at = whole(open_live())
    assert numbers(at)["Active now"] == "~3"
    card = cards(at)[0]
    assert not card.marks
    assert "DynTube reports watch time with a delay" in card.help


def test_who_is_active_is_not_known_when_the_last_check_is_long_ago(
    stored: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stored, VIEWS)
    set_clock(monkeypatch, CHECKED + dt.timedelta(minutes=6))
    at = whole(open_live())
    assert (cards(at)[0].value, cards(at)[0].marks) == (formats.NONE, ["not known yet"])
    assert expected(HOUR).items() <= numbers(at).items()
    assert "Views up to 18:32, 6 min ago" in words(at)


def test_changes_are_against_the_same_time_a_week_ago(stored: Archive) -> None:
    odd.put(stored, DAY - 7 * ONE_DAY, [*WEEK_AGO, record("after", "2026-11-12T18:32:31Z")])
    put(stored, VIEWS)
    at = whole(open_live())
    assert "Compared with the same hour last week." in words(at)
    deltas = {card.label: card.change for card in cards(at)}
    assert (deltas["Views"], deltas["Plays"]) == (change(5, 4), change(4, 4))
    assert not deltas["Watch time"]


def test_without_that_day_changes_are_against_the_hour_before(stored: Archive) -> None:
    put(stored, [*VIEWS, record("x", "2026-11-19T17:00:00Z")])
    at = whole(open_live())
    assert "Compared with the hour before." in words(at)
    assert cards(at)[1].change == change(5, 1)  # "old" is of that hour, but later in it


def test_text_from_the_data_is_no_markup(stored: Archive) -> None:
    odd_view = record(
        "h",
        "2026-11-19T18:30:00Z",
        videoKey=HOSTILE,
        embed={"domain": HOSTILE},
        geo={"country": HOSTILE},
    )
    put(stored, [odd_view])
    at = whole(open_live())
    assert latest(at)["video"].tolist() == [HOSTILE]
    assert [row["name"] for row in share_rows(at, "Views by video")] == [HOSTILE]
    assert HOSTILE not in words(at)
