"""A fetch as pages show it: how far it is, what it costs, how to end it, and how to go on."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.ui import door

from ..clock import TODAY
from ..scripted import Answer, Asked, Server, serve
from ..syncing import ONE_DAY, day_asked, hourly, paged
from .test_page_data import button, progress, wait_for
from .test_pages import open_page, said, settle

DAYS = [TODAY - n * ONE_DAY for n in range(40)]
Connect = Callable[..., None]


class Account:
    """Forty days of two views, of which the newest so many come; the rest when let, or refused."""

    def __init__(self, newest: int, today: dt.date = TODAY) -> None:
        self.open, self.refusal = threading.Event(), Answer(200)
        self._last = today - newest * ONE_DAY
        days = [today - n * ONE_DAY for n in range(40)]
        self._log = paged([view for day in days for view in hourly(2, day)])

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            return Answer(404)
        if asked.json["size"] > 1 and day_asked(asked) <= self._last:
            if self.refusal.status != 200:
                return self.refusal
            self.open.wait(30)
        return self._log(asked)


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account(newest=9)
    yield made
    made.open.set()


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running
        account.open.set()


@pytest.fixture
def folder(server: Server, tmp_path: Path, connect: Connect) -> Iterator[Path]:
    """The archive of an app that looks at that account."""
    connect(server.url, tmp_path / "archive")
    yield tmp_path / "archive"
    door.close(30)


def period(days: int, today: dt.date = TODAY) -> str:
    """A page over so many days up to today."""
    return f"from={today - (days - 1) * ONE_DAY}&to={today}&compare=none"


def stored(folder: Path) -> int:
    return len({path.name[:10] for path in folder.rglob("*.parquet")})


def bar() -> Any:
    return door.desk().background.state.progress


def is_offered(at: AppTest, label: str) -> bool:
    return label in [button.label for button in at.button]


@pytest.mark.parametrize("page", ["overview", "videos", "data"])
def test_a_fetch_can_be_cancelled_and_gone_on_with_where_it_is_shown(
    account: Account, server: Server, folder: Path, page: str
) -> None:
    at = open_page(period(20), page)
    wait_for(lambda: bar() and bar().days_done == 9)
    at = at.run()
    [text] = progress(at)
    assert re.match(r"Loading your views: 9 of 20 days, \d+ views, about", text)
    assert not is_offered(at, "Continue")
    at = settle(button(at, "Cancel").click().run())
    assert not progress(at)
    assert not is_offered(at, "Cancel")
    assert re.search(r"Stopped; 9 of 20 days stored\. Fetching continues at \d\d:\d\d\.", said(at))
    asked = len(server.asked)
    at = at.run()  # and it rests
    assert (len(server.asked), stored(folder)) == (asked, 9)
    account.open.set()
    server.asked.clear()
    at = button(at, "Continue").click().run()
    at = settle(settle(at))
    assert stored(folder) == 20
    assert "Stopped" not in said(at)
    days = {day_asked(asked) for asked in server.asked if asked.method == "POST"}
    assert not days & set(DAYS[1:9])  # as those are stored


def test_a_fetch_that_fails_says_how_much_is_stored_and_can_be_tried_again(
    account: Account, folder: Path
) -> None:
    account.refusal = Answer(401)
    at = settle(open_page(period(20)))
    done = stored(folder)
    counts = rf"{done} of 20 days stored\. Next try at \d\d:\d\d\."
    assert re.search(rf"DynTube refused the API key .* {counts}", said(at))
    account.refusal = Answer(200)
    account.open.set()
    at = settle(settle(button(at, "Try again").click().run()))
    assert stored(folder) == 20
    assert not at.error


def test_a_fetch_that_fails_at_once_says_why_and_counts_nothing(
    server: Server, folder: Path
) -> None:
    server.script = lambda asked: Answer(401)
    at = settle(open_page(period(20)))
    assert "DynTube refused the API key" in said(at)
    assert "0 of 0" not in said(at)


def test_what_was_cancelled_goes_on_though_another_period_is_looked_at(
    account: Account, folder: Path
) -> None:
    at = open_page(period(20))
    wait_for(lambda: bar() and bar().days_done == 9)
    settle(button(at.run(), "Cancel").click().run())
    at = open_page(period(5))
    assert "9 of 20 days stored" in said(at)
    assert not progress(at)
    account.open.set()
    settle(button(at, "Continue").click().run())
    assert stored(folder) == 20


def test_a_long_fetch_says_what_it_costs_once_that_is_known(account: Account, folder: Path) -> None:
    open_page(period(40))
    wait_for(lambda: bar() and bar().days_done == 9)
    captions = [caption.value for caption in open_page(period(40)).caption]
    [cost] = [text for text in captions if "newest first" in text]
    # One for each day, and two more for those whose views do not show where they end.
    assert re.match("Fetching 40 days, newest first: about (4[0-9]|5[0-4]) requests, ", cost)
    assert cost.endswith("You can already use what is loaded.")
    door.desk().background.cancel()


def test_a_short_fetch_says_nothing_of_that(account: Account, folder: Path) -> None:
    open_page(period(20))
    wait_for(lambda: bar() and bar().days_done == 9)
    at = open_page(period(20))
    assert progress(at)
    assert not [caption for caption in at.caption if "newest first" in caption.value]


def test_the_live_page_has_the_way_to_end_it_too(tmp_path: Path, connect: Connect) -> None:
    account = Account(newest=0)
    with serve(account) as server:
        connect(server.url, tmp_path / "archive")
        at = open_page("", "live")
        wait_for(lambda: bar() and bar().days_total)
        at = at.run()
        assert progress(at)
        at = settle(button(at, "Cancel").click().run())
        assert "Stopped; " in said(at)
        account.open.set()
        at = settle(settle(button(at, "Continue").click().run()))
        assert "Stopped; " not in said(at)
        door.close(30)


def test_pages_say_what_dyntube_does_not_give_in_its_own_words(
    account: Account, server: Server, folder: Path
) -> None:
    account.open.set()
    since = DAYS[30]

    def script(asked: Asked) -> Answer:
        if asked.method == "POST" and asked.json["from"] < f"{since}":
            return Answer(400, b'{"message": "Your plan keeps *30 days*."}')
        return account(asked)

    server.script = script
    at = settle(settle(open_page(period(40))))
    given_from = formats.day(since + 2 * ONE_DAY)  # a day is asked for with its neighbours
    words = rf"Views before {given_from} could not be fetched: .* Your plan keeps \*30 days\*\."
    assert re.search(rf"11 of the 40 days shown are not stored, .* {words}", said(at))
    assert not at.error
    captions = [caption.value for caption in at.switch_page("pages/data.py").run().caption]
    assert any("could not be fetched" in caption for caption in captions)
    assert "could not be fetched" not in said(settle(open_page(period(20))))
