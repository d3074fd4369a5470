"""Every page in every state, run as Streamlit runs it but without a browser."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.query.access import EVERYTHING
from dyntube.query.metrics import METRICS
from dyntube.query.periods import Period
from dyntube.query.query import Filter, Query
from dyntube.ui import door

from ..components import cards, chips, choose, clear, figures, opened, period, sent
from ..conftest import SECRET
from ..scripted import Answer, in_turn, serve, views
from ..tables import tables

APP = str(Path(__file__).parents[2] / "app.py")
PROJECT = "5lCohVbzSymGw"
CARDS = (
    "views",
    "plays",
    "play_rate",
    "viewers",
    "watch_time",
    "average_percent_watched",
    "completion_rate",
    "sound_on_rate",
)


def open_page(query: str = "", page: str = "overview") -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for part in filter(None, query.split("&")):
        name, value = map(unquote, part.split("="))
        at.query_params[name] = [*at.query_params.get(name, []), value]
    return at.switch_page(f"pages/{page}.py").run()


def settle(at: AppTest) -> AppTest:
    """Run the page as its own polling would, until the sync behind it is done."""
    end = time.monotonic() + 60
    while door.desk().background.state.progress is not None:
        assert time.monotonic() < end
        time.sleep(0.05)
    return at.run()


def said(at: AppTest) -> str:
    texts = [element.value for kind in (at.info, at.error, at.warning) for element in kind]
    return "\n".join(texts).replace("\u2060", "").replace("\\", "")  # as a reader sees them


def assert_whole(at: AppTest) -> None:
    assert not at.exception
    assert not at.error
    assert len(cards(at)) == 8
    assert len(figures(at)) == 2
    assert len(sent(at, "share_list")) == 3
    assert len(tables(at)) == 1


@pytest.mark.usefixtures("full")
def test_the_overview_of_a_full_archive_is_whole() -> None:
    at = open_page()
    assert_whole(at)
    assert at.title[0].value == "Overview"
    today = door.local_now("UTC").date()
    period = Period(today - dt.timedelta(days=28), today - dt.timedelta(days=1))
    expected = door.desk().account.engine.answer(Query(CARDS, period, access=EVERYTHING)).iloc[0]
    for card, name in zip(cards(at), CARDS, strict=True):
        assert card.label == METRICS[name].label
        assert card.value == formats.value(METRICS[name], expected[name])
        assert card.change
        assert METRICS[name].help in card.help


def test_the_first_visit_shows_progress_and_ends_whole(
    stand_in: str, tmp_path: Path, connect
) -> None:
    connect(stand_in, tmp_path / "archive")
    at = open_page()
    assert not at.exception
    assert not cards(at)
    assert_whole(settle(at))


@pytest.mark.usefixtures("full")
def test_a_filter_changes_every_number_and_shows_as_a_chip() -> None:
    at = open_page()
    everything = [card.value for card in cards(at)]
    at = choose(at, "project", PROJECT)
    assert_whole(at)
    assert [card.value for card in cards(at)] != everything
    today = door.local_now("UTC").date()
    period = Period(today - dt.timedelta(days=28), today - dt.timedelta(days=1))
    query = Query(("views",), period, filters=(Filter("project", (PROJECT,)),), access=EVERYTHING)
    count = door.desk().account.engine.answer(query)["views"].iloc[0]
    assert cards(at)[0].value == formats.compact(count)
    assert chips(at) == ["Project is Product marketing"]
    at = clear(at, "project")
    assert [card.value for card in cards(at)] == everything


@pytest.mark.usefixtures("full")
def test_the_url_says_what_is_shown() -> None:
    at = open_page(f"period=last-7-days&project={PROJECT}&metric=viewers&zone=Asia/Kolkata")
    assert_whole(at)
    assert period(at)["chosen"] == "last-7-days"
    assert sent(at, "filters")[0]["zone"]["text"] == "Asia/Kolkata"
    assert [card.label for card in cards(at) if card.chosen] == ["Viewers"]
    assert at.header[0].value == "Viewers over time"
    assert opened(at, "project")["chosen"] == [PROJECT]


@pytest.mark.usefixtures("full")
def test_of_a_number_that_is_neither_good_nor_bad_the_help_says_why_its_change_has_no_colour() -> (
    None
):
    shown = cards(open_page())
    assert [card.label for card in shown if "the change has no colour" in card.help] == ["Sound on"]


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("preset", ["today", "last-7-days", "this-month", "last-quarter"])
def test_other_periods_are_whole_too(preset: str) -> None:
    at = open_page(f"period={preset}")
    assert_whole(at)
    trend = figures(at)[0]
    assert trend["data"]


@pytest.mark.usefixtures("full")
def test_an_unfinished_period_is_compared_with_the_same_hours() -> None:
    at = open_page("period=this-week")
    assert "until" in at.caption[0].value


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("from=9999", "invalid start date (9999). Showing “Last 28 days” instead."),
        ("from=2026-11-05&to=2026-11-01", "before it starts"),
        ("period=next-century", "invalid period (next-century). Showing “Last 28 days” instead."),
        ("metric=clicks", "invalid metric (clicks). Showing “Views” instead."),
        ("interval=second", "invalid interval (second)."),
        ("zone=Mars/Olympus", "no time zone"),
        (
            "compare=everything",
            "invalid comparison (everything). Showing “Previous period” instead.",
        ),
    ],
)
def test_a_wrong_value_in_the_url_gives_a_note_and_the_default(query: str, text: str) -> None:
    at = open_page(query)
    assert_whole(at)
    assert text in said(at)


@pytest.mark.usefixtures("full")
def test_a_period_in_the_future_says_so() -> None:
    at = open_page("from=2090-01-01&to=2090-01-31")
    assert "in the future" in said(at)
    assert not cards(at)
    assert not at.exception


@pytest.mark.usefixtures("full")
def test_a_key_that_does_not_exist_says_that_nothing_matches() -> None:
    at = open_page("video=no-such-video")
    assert "No views match these filters" in said(at)
    assert not at.exception
    at.button(key="way-out").click().run()
    assert_whole(at)


def test_an_account_without_views_says_so(tmp_path: Path, connect) -> None:
    with serve(in_turn(views([]))) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(open_page())
        assert "no views in this period" in said(at)
        assert not at.exception


def test_a_refused_key_is_said_and_never_shown(tmp_path: Path, connect) -> None:
    with serve(in_turn(Answer(401))) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(open_page())
        assert "DynTube refused the API key" in said(at)
        assert SECRET not in str(at)
        assert not at.exception


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer(503), "Could not reach DynTube"),
        (Answer(200, b"<html>Log in</html>"), "not JSON"),
    ],
)
def test_a_server_out_of_order_is_named_and_stored_days_stay(
    answer: Answer,
    text: str,
    stand_in: str,
    tmp_path: Path,
    connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntube.fetch.retry.ATTEMPTS", 1)
    folder = tmp_path / "archive"
    connect(stand_in, folder)
    assert_whole(settle(open_page("period=last-7-days")))
    old = folder / door.desk().account.archive.folders[0]
    with serve(in_turn(answer)) as server:
        connect(server.url, folder)
        nothing = settle(open_page("period=last-7-days"))
        assert text in said(nothing)
        assert not nothing.exception
        # The same archive under the same address, and one day more to fetch.
        new = folder / door.desk().account.archive.folders[0]
        shutil.rmtree(new, ignore_errors=True)  # it may hold the journal of what failed
        old.rename(new)
        door.desk().background.retry()
        stale = settle(settle(open_page("period=last-28-days&compare=none")))
        assert text in said(stale)
        assert "The numbers below do not include them" in said(stale)
        assert len(cards(stale)) == 8


def test_a_folder_that_cannot_be_written_is_named(stand_in: str, tmp_path: Path, connect) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    connect(stand_in, blocked / "archive")
    at = settle(open_page())
    assert "cannot be" in said(at)
    assert not at.exception


def test_a_wrong_setting_is_named_instead_of_a_page(stand_in: str, tmp_path: Path, connect) -> None:
    connect(stand_in, tmp_path, TIMEZONE="Mars/Olympus")
    at = open_page()
    assert "DYNTUBE_TIMEZONE" in said(at)
    assert not at.exception


def test_names_full_of_markup_are_shown_as_text(tmp_path: Path, connect) -> None:
    name = "![x](http://evil.example/a.png) **bold** <script>alert(1)</script>"

    def script(asked):
        if asked.path.startswith("/v1/projects"):
            item = {"key": "p", "name": name}
            return Answer(body=json.dumps({"pager": {}, "projects": [item]}).encode())
        if asked.method == "GET":
            kind = asked.path.split("/")[2].split("?")[0]
            return Answer(body=json.dumps({"pager": {}, kind: []}).encode())
        return views([])

    with serve(script) as server:
        connect(server.url, tmp_path / "archive")
        at = settle(open_page("project=p"))
        end = time.monotonic() + 20
        while door.desk().names().fetched_at is None and time.monotonic() < end:
            time.sleep(0.05)
        at.run()
        assert chips(at) == [f"Project is {name}"]  # which the browser shows as text
