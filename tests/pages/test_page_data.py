"""The Data page in every state, run as Streamlit runs it but without a browser."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.archive.doubts import KINDS, Doubt
from dyntube.charts import LIGHT, legend
from dyntube.events import Event
from dyntube.query.checks import CHECKS
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.trust.day_checks import DAY_CHECKS
from dyntube.trust.states import STATE_LABELS, stored_days
from dyntube.ui import door
from dyntube.ui.blocks.raw_views import TITLES
from dyntube.ui.sections.attention import attention
from dyntube.ui.sections.stored_days import health_of
from dyntube.ui.sections.sync_log import sentence

from .. import odd
from ..clock import NOON, TODAY, set_clock
from ..components import figures
from ..engine.test_quality import DAY, info
from ..odd import HOSTILE, ONE_DAY
from ..scripted import Answer, Asked, serve, views
from ..tables import press, tables
from .test_pages import open_page, said, settle

EXTERNAL = {"SYNC": "external"}


@pytest.fixture
def stored(tmp_path: Path, connect: Callable[..., None]) -> Path:
    """The app over an archive that nobody fills; a test puts days into it."""
    folder = tmp_path / "archive"
    connect(odd.STATS_URL, folder, **EXTERNAL)
    return folder


def open_data(query: str = "") -> AppTest:
    return open_page(query, "data")


def whole(at: AppTest) -> AppTest:
    assert not at.exception
    assert not at.error
    assert at.title[0].value == "Data"
    return at


def table(at: AppTest, alt: str) -> Any:
    """The table that a screen reader calls so; None where there is none."""
    found = [frame.value for frame in at.dataframe if frame.proto.alt == alt]
    found += [one.shown for one in tables(at) if one.rows["label"] == alt]
    return found[0] if found else None


def numbers(texts: Any) -> list[int]:
    return [int(text.replace(",", "")) for text in texts]


def counts(at: AppTest) -> dict[str, int]:
    """The checks that found something, with their counts."""
    rows = table(at, "Quality checks")
    return dict(zip(rows["name"], numbers(rows["Count"]), strict=True))


def words(at: AppTest) -> str:
    """All that is said on the page in sentences."""
    kinds = (at.title, at.header, at.caption, at.markdown, at.info, at.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def facts(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def calendar(at: AppTest) -> dict[str, Any]:
    (chart,) = figures(at)
    return chart["data"][0]


# Fresh, and all good


def test_a_fresh_archive_says_what_comes_next(stored: Path) -> None:
    at = whole(open_data())
    assert "Nothing is stored yet." in words(at)
    assert "No days are stored yet." in said(at)
    assert "no views to check in this period" in said(at)
    assert "No sync yet." in said(at)
    assert not figures(at)
    assert not tables(at)


def test_days_that_are_all_good_are_said_to_be_complete(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 57)
    at = whole(open_data())
    assert "All 57 stored days are complete." in words(at)
    assert "4 days may still change" in words(at)
    assert table(at, "Days that need attention") is None
    shown = facts(at)
    assert shown["Days stored"] == "57"
    assert shown["Views stored"] == "169"
    assert "since " + formats.day(TODAY - 56 * ONE_DAY) in words(at)
    assert "No unexpected fields." in words(at)


def test_the_page_is_drawn_though_the_period_has_no_views(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 5)
    for query in (
        "from=2020-01-01&to=2020-01-02",
        "video=nobodys",
        "from=2090-01-01&to=2090-01-02",
    ):
        at = whole(open_data(query))
        assert "All 5 stored days are complete." in words(at)
        assert len(figures(at)) == 1


def test_the_page_compares_nothing(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 3)
    assert "compared with" not in words(open_data())


# What is wrong with days


@pytest.fixture
def wrong(stored: Path) -> AppTest:
    """The page over an archive in which everything is wrong that can be."""
    odd.build(stored, TODAY)
    return whole(open_data())


def test_days_that_need_attention_are_counted_and_listed(wrong: AppTest) -> None:
    assert "3 days need attention, and 3 more have not been loaded." in words(wrong)
    assert "1 day has accepted doubts." in words(wrong)
    rows = table(wrong, "Days that need attention").set_index("name")
    short, bad, damaged = (formats.day(TODAY - n * ONE_DAY) for n in (8, 10, 15))
    assert rows.loc[short, "State"] == "In doubt"
    assert rows.loc[short, "What happened"] == "DynTube counts 5 views and 3 are stored."
    accepted = rows.loc[formats.day(TODAY - 17 * ONE_DAY)]
    assert accepted["State"] == "Doubt accepted"
    assert accepted["What happened"] == (
        f"No time names its zone. Accepted by ops on {formats.day(TODAY)}: "
        "They are in UTC, says support."
    )
    assert rows.loc[bad, "What happened"] == "2 views could not be read."
    assert rows.loc[damaged, "State"] == "Damaged"
    assert "cannot be read" in rows.loc[damaged, "What happened"]
    assert rows.index[-1].endswith("3 days")
    assert rows["State"].iloc[-1] == "Not stored"
    assert len(rows) == 5


def test_the_calendar_says_each_days_state_in_words(wrong: AppTest) -> None:
    drawn = calendar(wrong)
    hovers = {text for row in drawn["customdata"] for text in row}
    short = next(text for text in hovers if "In doubt" in text)
    assert f"{formats.day(TODAY - 8 * ONE_DAY)}" in short
    assert "3 views stored" in short
    assert "DynTube counted 5" in short
    assert "DynTube counts 5 views and 3 are stored." in short
    assert "Fetched " in short
    marks = [mark for row in drawn["text"] for mark in row]
    assert [marks.count(mark) for mark in "!✓×–·"] == [1, 1, 1, 3, 4]
    accepted = next(text for text in hovers if "Doubt accepted" in text)
    assert "No time names its zone." in accepted


def test_each_check_that_found_something_counts_and_says_what_is_done(wrong: AppTest) -> None:
    found = counts(wrong)
    assert found["Video length missing or 0"] == 1
    assert found["Sent twice by DynTube"] == 2
    assert found["Views that could not be read"] == 2
    assert found["Changed in DynTube since"] == 3
    assert found["Deleted in DynTube since"] == 1
    assert found["Count differs from DynTube"] == 1
    assert found["Days without views"] == 1
    assert all(found.values())
    views = 28 * 3 - 3 - 3 * 3 - 2 - 3  # an empty, a damaged, three lost days and a shorter one
    assert f"{views} views, " in words(wrong)
    shares = table(wrong, "Quality checks").set_index("name")["Share"]
    assert shares["Video length missing or 0"] == f"{1 / views:.1%}"
    assert shares["Days without views"] == formats.NONE


def test_checks_that_found_nothing_stand_apart(wrong: AppTest) -> None:
    labels = [check.label for check in (*CHECKS.values(), *DAY_CHECKS.values())]
    passed = table(wrong, "Quality checks that found nothing")["name"].tolist()
    assert passed == [label for label in labels if label not in counts(wrong)]


def test_without_findings_the_checks_say_that_all_numbers_passed(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 57)
    at = whole(open_data("video=video-a"))
    assert "All numbers passed every check." in words(at)
    assert table(at, "Quality checks") is None


def test_a_check_opens_the_views_behind_it_and_closes_them_again(wrong: AppTest) -> None:
    at = press(wrong, "checks", "watched_longer")
    assert "Watched longer than the video: 1 view" in words(whole(at))
    rows = table(at, "Watched longer than the video: 1 view")
    assert rows["id"].tolist() == [f"{TODAY - 6 * ONE_DAY}-1"]
    assert set(rows.columns) == {*VIEW_COLUMNS, "watched"} == {*TITLES}
    at = press(at, "checks", "watched_longer")
    assert table(at, "Watched longer than the video: 1 view") is None


def test_records_that_could_not_be_read_are_shown_with_their_reason(wrong: AppTest) -> None:
    at = press(wrong, "checks", "rejected")
    rows = table(whole(at), "Views that could not be read")
    assert len(rows) == 2
    assert rows["Reason"].str.len().min() > 5
    assert HOSTILE[:20] in json.loads(rows["Received data"].iloc[0])["id"]


@pytest.mark.parametrize("check", [n for n in DAY_CHECKS if n not in ("rejected", "thin", "low")])
def test_a_check_of_days_opens_the_days_behind_it(stored: Path, check: str) -> None:
    archive, day = odd.build(stored, TODAY), TODAY - 9 * ONE_DAY
    if check in KINDS and check != "zone":  # of which there is a day already
        odd.put(archive, day, odd.views(day), doubts=(Doubt(check, "Why not."),))
    at = whole(open_data(f"check={check}"))
    label = DAY_CHECKS[check].label
    rows = table(at, label)
    assert f"{label}: 1 day" in words(at)
    assert len(rows) == 1
    if DAY_CHECKS[check].counts == "views":
        assert sum(numbers(rows[label])) == counts(at)[label]


def test_views_behind_a_check_come_in_pages_that_leave_none_out(stored: Path) -> None:
    archive, day = odd.open_archive(stored), TODAY - ONE_DAY
    records = [
        odd.record(f"id-{n:03}", f"{day}T10:00:{n % 60:02}Z", clientUserId=None) for n in range(60)
    ]
    odd.put(archive, day, records)
    at = whole(open_data("check=no_user_id&zone=Asia/Kolkata"))
    label = CHECKS["no_user_id"].label
    assert f"{label}: 60 views, newest first" in words(at)
    found = []
    for page in (1, 2, 3):
        at = at.get("pagination")[0].set_value(page).run() if page > 1 else at
        found += table(at, f"{label}: 60 views")["id"].tolist()
    assert sorted(found) == [record["id"] for record in records]
    assert str(table(at, f"{label}: 60 views")["date"].iloc[0]).startswith(f"{day} 15:30")


def test_a_check_that_counts_0_says_so(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 3)
    at = whole(open_data("check=removed"))
    assert "Deleted in DynTube since: none in this period." in said(at)


def test_a_check_that_does_not_exist_gives_a_note(stored: Path) -> None:
    odd.fill(odd.open_archive(stored), TODAY, 3)
    assert "check=everything" in said(whole(open_data("check=everything")))


def test_filters_change_the_checks_of_views_and_say_that_days_are_whole(stored: Path) -> None:
    odd.build(stored, TODAY)
    at = whole(open_data("project=project-a"))
    assert "ignore the filters" in words(at)
    assert counts(at)["Views that could not be read"] == 2


def test_unknown_fields_and_missing_names_are_listed_as_they_are(wrong: AppTest) -> None:
    fields = table(wrong, "Unexpected fields")
    assert fields[["name", "Views"]].values.tolist() == [[odd.UNKNOWN_FIELD, "3"], [HOSTILE, "1"]]
    rows = table(wrong, "Keys without a name")
    views = numbers(rows["Views"])
    missing = dict(zip(zip(rows["Kind"], rows["name"], strict=True), views, strict=True))
    assert missing["Video", HOSTILE] == 1
    assert missing["Project", "project-a"] > 40
    assert views == sorted(views, reverse=True)


def test_a_key_with_a_name_is_not_missing(stored: Path) -> None:
    archive = odd.open_archive(stored)
    odd.fill(archive, TODAY, 3)
    names = {"fetched_at": NOON.isoformat(), "channels": {"channel-a": "News"}}
    names |= {"projects": {"project-a": "Product"}, "videos": {}}
    (stored / archive.folders[0] / "names.json").write_text(json.dumps(names))
    missing = table(whole(open_data()), "Keys without a name")
    assert missing["name"].tolist() == ["video-a"]


def test_names_that_dyntube_lists_no_longer_are_counted_and_used(stored: Path) -> None:
    archive = odd.open_archive(stored)
    odd.fill(archive, TODAY, 3)
    videos = {"video-a": {"name": "Old film", "gone": True}, "v": {"name": "Older", "gone": True}}
    names = {"version": 2, "videos": videos, "channels": {"channel-a": {"name": "News"}}}
    (stored / archive.folders[0] / "names.json").write_text(json.dumps(names))
    at = whole(open_data())
    assert "no longer lists 2 names" in words(at)
    assert table(at, "Keys without a name")["name"].tolist() == ["project-a"]


def test_the_log_is_newest_first_in_plain_english(wrong: AppTest) -> None:
    said = table(wrong, "Sync log")["What happened"].tolist()
    assert said[0] == "Sync finished: 4 days, 1,200 views, 1 not fetched, in 3 s."
    assert said[-1] == "Sync started: 4 days to fetch."
    assert len(said) == 10
    everything = table(wrong.toggle(key="log-every").set_value(True).run(), "Sync log")
    assert len(everything) == 11


# Syncing by hand


def test_an_external_sync_is_said_and_not_offered(wrong: AppTest) -> None:
    assert "New views are fetched on a schedule" in words(wrong)
    assert not [button for button in wrong.button if button.label.startswith("Refresh")]
    assert (
        table(wrong, "Days that need attention")["What happens next"]
        .str.contains("scheduled sync")
        .any()
    )


def answering(gate: threading.Event, answer: Answer | None = None) -> Callable[[Asked], Answer]:
    """Names at once; days without views once the gate is open, or another answer instead of them.
    The account's first view was before all of them."""

    def script(asked: Asked) -> Answer:
        if asked.method == "GET":
            kind = asked.path.split("/")[2].split("?")[0]
            return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: []}).encode())
        if answer and not gate.is_set():
            return answer
        gate.wait(20)
        return views([], total=1) if asked.json["size"] == 1 else views([])

    return script


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.02)


def button(at: AppTest, label: str) -> Any:
    (found,) = [button for button in at.button if button.label == label]
    return found


def progress(at: AppTest) -> list[str]:
    return [element.proto.text for element in at.get("progress")]


def test_a_running_sync_shows_how_far_it_is_and_can_be_cancelled(tmp_path: Path, connect) -> None:
    gate = threading.Event()
    with serve(answering(gate)) as server:
        connect(server.url, tmp_path / "archive")
        open_data()
        wait_for(lambda: door.desk().background.state.progress.days_total)
        at = whole(open_data())
        assert progress(at) == ["Loading your views: 0 of 29 days, 0 views, starting"]
        button(at, "Cancel").click().run()
        gate.set()
        at = settle(at)
        assert not progress(at)
        assert [button for button in at.button if button.label.startswith("Refresh")]
        assert any("Sync cancelled" in text for text in table(at, "Sync log")["What happened"])


def test_waiting_for_dyntube_is_said(tmp_path: Path, connect) -> None:
    gate = threading.Event()
    slow = Answer(429, headers={"Retry-After": "24"})
    with serve(answering(gate, slow)) as server:
        connect(server.url, tmp_path / "archive")
        open_data()
        wait_for(lambda: door.desk().background.state.progress.waiting)
        (text,) = progress(whole(open_data()))
        assert "waiting for DynTube, 2" in text
        door.desk().background.cancel()
        gate.set()
        settle(open_data())


def test_sync_now_fetches_what_is_not_final(
    tmp_path: Path, connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    gate.set()
    with serve(answering(gate)) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(open_data())
        assert "All 29 stored days are complete." in words(whole(at))
        fetched = door.desk().store().days()[-1].fetched_at
        asked = len(server.asked)
        set_clock(monkeypatch, NOON + dt.timedelta(minutes=1))
        at = settle(button(at, "Refresh 3 recent days").click().run())
        assert len(server.asked) > asked
        changing = [day for day in door.desk().store().days() if day.state == "changing"]
        assert any(day.fetched_at > fetched for day in changing)
        offered = at.selectbox(key="sync-days").options
        assert offered[0].startswith("3 recent days")
        assert offered[1].startswith("4 days that may still change")
        at = at.selectbox(key="sync-days").select(offered[1]).run()
        assert button(at, "Refresh 4 days that may still change")


def test_an_error_is_said_and_the_stored_days_stay(tmp_path: Path, connect) -> None:
    with serve(answering(threading.Event(), Answer(401))) as server:
        folder = tmp_path / "archive"
        connect(server.url, folder)
        odd.fill(odd.open_archive(folder, server.url), TODAY - 5 * ONE_DAY, 10)
        at = settle(open_data())
        assert not at.exception
        assert "DynTube refused the API key" in said(at)
        first, last = formats.day(TODAY - 4 * ONE_DAY), formats.day(TODAY)
        assert f"5 days between {first} and {last} have not been loaded." in words(at)
        assert facts(at)["Days stored"] == "10"
        assert facts(at)["Last sync"] == formats.NONE
        failed = table(at, "Sync log")["What happened"]
        assert failed.str.contains("could not be fetched. DynTube refused the API key").any()


# Words


def days(*states: str) -> list[Any]:
    """Stored days in these states, oldest first."""
    made = {
        "final": {},
        "changing": {"settled": False},
        "short": {"verified": False},
        "bad": {"rejected": 1},
    }
    dates = [DAY + n * ONE_DAY for n in range(len(states))]
    named = list(zip(dates, states, strict=True))
    known = {day: [info(day, **made[state])] for day, state in named if state in made}
    damaged = [day for day, state in named if state == "damaged"]
    return stored_days(known, damaged, 1, dates[-1])


@pytest.mark.parametrize(
    ("states", "text"),
    [
        (["final"], "The one stored day is complete."),
        (["final", "changing"], "All 2 stored days are complete."),
        (["final", "short"], "1 day needs attention."),
        (["short", "damaged", "bad"], "3 days need attention."),
        (["final", "missing", "final"], "2 May 2026 has not been loaded."),
        (["damaged", "missing"], "1 day needs attention, and 1 more have not been loaded."),
    ],
)
def test_overall_health_is_one_plain_sentence(states: list[str], text: str) -> None:
    assert health_of(days(*states)).text == text.replace("1 more have", "1 more has")


def test_missing_days_that_follow_each_other_are_one_row() -> None:
    found = days("final", "missing", "missing", "short", "missing", "final")
    rows = attention(found, external=False)
    assert [row.days for row in rows] == ["5 May 2026", "4 May 2026", "2 – 3 May 2026 · 2 days"]
    assert rows[0].next.endswith("or by Refresh above.")


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("sync_started", {"days": 1}, "Sync started: 1 day to fetch."),
        (
            "day_stored",
            {"day": "2026-05-01", "views": 2412, "total": 2412, "verified": True},
            "1 May 2026: 2,412 views stored.",
        ),
        (
            "day_stored",
            {"day": "2026-05-01", "views": 1, "total": 2, "verified": False},
            "1 May 2026: 1 view stored, though DynTube counted 2 views.",
        ),
        ("waiting", {"seconds": 24.2}, "Waited 24 s for DynTube."),
        ("sync_ended", {"outcome": "cancelled", "days": 2, "views": 9, "seconds": 90},
         "Sync cancelled: 2 days, 9 views, in 2 min."),
        ("sync_ended", {}, "Sync ended: 0 days, 0 views, in 0 s."),
        ("day_failed", {"day": "no day", "reason": None}, "A day could not be fetched."),
        ("waiting", {"seconds": float("inf")}, "Waited 0 s for DynTube."),
        ("sync_started", {"days": float("nan")}, "Sync started: 0 days to fetch."),
        ("audit_differs", {"day": "2026-05-01", "counted": 2, "stored": 1},
         "1 May 2026: DynTube now counts 2 views, but the archive has 1."),
        ("shelf_dusted", {"day": [1]}, "Shelf dusted."),
    ],
)  # fmt: skip
def test_an_event_is_a_sentence_whatever_it_knows(name: str, known: Any, text: str) -> None:
    assert sentence(Event(NOON, name, known)) == text


def test_the_legend_counts_each_state_that_occurs() -> None:
    html = legend({"final": 1200, "doubt": 1}, LIGHT)
    assert "Final <b>1,200</b>" in html
    assert "!</i>In doubt <b>1</b>" in html
    assert STATE_LABELS["missing"] not in html


def test_views_behind_a_check_name_countries_browsers_and_systems_as_other_pages_do(
    stored: Path,
) -> None:
    day = TODAY - ONE_DAY
    fields: dict[str, Any] = {"geo": {"country": "GB", "continent": "EU"}}
    fields |= {"browser": {"family": "Chrome Mobile"}, "os": {"family": "Mac OS X"}}
    known = odd.record("known", f"{day}T10:00:00Z", clientUserId=None, **fields)
    odd.put(odd.open_archive(stored), day, [known])
    at = whole(open_data("check=no_user_id"))
    [row] = table(at, f"{CHECKS['no_user_id'].label}: 1 view").to_dict("records")
    assert row["geo_country"] == "United Kingdom"
    assert row["geo_continent"] == "Europe"
    assert row["browser_family"] == "Chrome (mobile)"
    assert row["os_family"] == "macOS"
