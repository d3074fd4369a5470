"""Everything restarts in the middle of work: nobody loses anything, and says so in plain words.

The whole installation, of the parts that run in production: the TLS end, `deploy.serve` with two
processes, a provider, and syncs as processes of their own. One tab stays open through all of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ..browser.app import STARTED_SECONDS, running_as, wait_painted
from ..browser.head import chips, period
from ..browser.test_processes import Serving, cards, until
from ..browser.test_tls import TlsEnd, configured, nginx_of
from ..cli.test_stopping import begin
from ..clock import machine_time
from ..conftest import record
from ..deploy.test_serve import free_port
from ..scripted import Answer, Asked, serve
from ..syncing import ONE_DAY, paged
from .browsing import PEOPLE, RULES, heading, says, sign_in
from .hosted import of_provider
from .provider import Provider, provided

TODAY = machine_time().date()
DAYS = [TODAY - n * ONE_DAY for n in range(12, 0, -1)]
EARLIER, LATER = DAYS[:6], DAYS[6:]  # stored at the beginning, and fetched in the middle
VIEWS = [
    record(
        f"{day}-{n}",
        f"{day}T{n % 24:02}:{n % 60:02}:00Z",
        geo={"country": ("DE", "FR", "US")[n % 3]},
    )
    for number, day in enumerate(DAYS)
    for n in range(40 + 7 * number)
]
AWAY, STARTING = "The dashboard cannot be reached at the moment", "The dashboard is starting"
LAST_TRY = 6  # after which Streamlit opens a dialog
DRAFT, NOTE, VIEW = "half a thought", "Campaign starts", "Monday report"
PATIENCE = STARTED_SECONDS * 1000


def spanned(days: list[dt.date]) -> str:
    return f"from={days[0]}&to={days[-1]}"


def truth(days: list[dt.date], country: str = "") -> list[str]:
    """The ids of the views that were given for these days."""
    wanted = {str(day) for day in days}
    found = (v for v in VIEWS if v["date"][:10] in wanted)
    return sorted(v["id"] for v in found if country in ("", v["geo"]["country"]))


class Part:
    """One of the parts, which can be stopped and started again."""

    def __init__(self, make: Callable[[], AbstractContextManager[Any]]) -> None:
        self._make, self._running = make, ExitStack()
        self.value: Any = None

    def start(self) -> None:
        self.value = self._running.enter_context(self._make())

    def stop(self) -> None:
        self._running.close()


class Log:
    """The account's log of views, which keeps everybody waiting after `left` more requests."""

    def __init__(self) -> None:
        self._log, self._lock = paged(VIEWS), threading.Lock()
        self.left: float = float("inf")
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            kind = asked.path.split("/")[2].split("?")[0]
            return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: []}).encode())
        with self._lock:
            self.left -= 1
        if self.left < 0:
            self.reached.set()
            self.go.wait(60)
        return self._log(asked)

    def hold(self, after: float) -> None:
        self.left = after
        self.reached.clear()
        self.go.clear()


@dataclass
class House:
    """The installation: `url` is what people open, `said` what the app has logged."""

    url: str
    archive: Path
    log: Log
    api: str
    provider: Provider
    tls: Part
    app: Part
    said: list[str] = field(default_factory=list)
    exports: int = 0

    @property
    def serving(self) -> Serving:
        return Serving(*self.app.value)

    def sync(self, days: list[dt.date]) -> None:
        assert self.syncing(days, lambda _: None) == 0

    def syncing(
        self, days: list[dt.date], meanwhile: Callable[[subprocess.Popen[str]], None]
    ) -> int:
        """Sync, and do something with its process meanwhile; how it ended."""
        dates = ("--from", f"{days[0]}", "--to", f"{days[-1]}")
        process = begin("sync", *dates, url=self.api, folder=self.archive)
        meanwhile(process)
        process.communicate(timeout=60)
        return process.returncode

    def exported(self, page: Page, days: list[dt.date]) -> list[str]:
        """The ids of all views of some days, as the tab's reader may download them."""
        answer = page.context.request.get(f"{self.url}/api/views.csv?{spanned(days)}")
        assert answer.status == 200, answer.text()
        self.exports += 1
        lines = answer.body().decode("utf-8-sig").splitlines()
        return sorted(view["id"] for view in csv.DictReader(lines))

    def audited(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.said if line.startswith("{")]
        return [line for line in lines if line.get("event") == "audit"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, port, log, said = tmp_path_factory.mktemp("house"), free_port(3), Log(), list[str]()
    archive, access = folder / "archive", folder / "access.toml"
    access.write_text(RULES)
    (folder / "tls").mkdir()
    end: TlsEnd = configured(folder / "tls", f"127.0.0.1:{port}")
    with provided(PEOPLE) as provider, serve(log) as api:
        settings = of_provider(provider, access, port) | {"URL": end.url, "SYNC": "external"}
        settings |= {"STATS_URL": api.url, "API_URL": api.url}
        command = ("-m", "deploy.serve", "--processes", "2")

        def app() -> AbstractContextManager[tuple[str, int]]:
            return running_as(command, archive, settings, log=said, SERVER_PORT=str(port))

        parts = Part(lambda: nginx_of(end)), Part(app)
        made = House(end.url, archive, log, api.url, provider, *parts, said=said)
        try:
            made.sync(EARLIER)
            for part in parts:
                part.start()
            yield made
        finally:
            log.go.set()
            for part in parts:
                part.stop()


@pytest.fixture(scope="module")
def person(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Browsers of different people."""
    made: list[BrowserContext] = []

    def context() -> BrowserContext:
        size: Any = {"width": 1440, "height": 900}
        made.append(browser.new_context(ignore_https_errors=True, viewport=size))
        made[-1].set_default_timeout(PATIENCE)
        return made[-1]

    yield context
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def ada(house: House, person: Callable[[], BrowserContext]) -> Page:
    """A tab with a period, a filter, a note and a view that are saved, and a note that is not."""
    page = person().new_page()
    page.goto(f"{house.url}/?{spanned(EARLIER)}&country=DE")
    sign_in(page, "ada")
    wait_painted(page)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name").fill(VIEW)
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, f"Saved {VIEW}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Notes", exact=True).click()
    page.get_by_label("Note", exact=True).fill(NOTE)
    page.get_by_role("button", name="Add note").click()
    says(page, "Note added")
    page.get_by_label("Note", exact=True).fill(DRAFT)
    wait_painted(page)
    return page


def seen(page: Page) -> dict[str, object]:
    """What somebody has before them."""
    return {
        "address": page.url,
        "page": page.locator("h1").inner_text(),
        "period": period(page),
        "filters": chips(page),
        "numbers": cards(page),
        "draft": page.get_by_label("Note", exact=True).input_value(),
    }


@contextmanager
def connected_again(page: Page) -> Iterator[None]:
    """Wait until the tab has a new connection and has drawn its page over it."""
    run = "() => document.getElementById('address')?.dataset.run"
    before = page.evaluate(run)
    with page.expect_websocket():
        yield
    until(lambda: page.evaluate(run) not in (before, None))
    wait_painted(page)


def views(page: Page) -> int:
    """How many views the page says there are."""
    said = page.locator('.card[data-name="views"] .value').inner_text()
    return int(said.replace(",", ""))


@pytest.fixture
def unchanged(house: House, ada: Page) -> Iterator[None]:
    """After a test the tab is as before, without another sign-in, and all views are there."""
    before, asked = seen(ada), len(house.provider.asked)
    assert views(ada) == len(truth(EARLIER, "DE"))
    yield
    expect(ada.get_by_text(AWAY)).to_be_hidden()
    wait_painted(ada)
    assert seen(ada) == before
    assert len(house.provider.asked) == asked
    assert house.exported(ada, EARLIER) == truth(EARLIER)


@pytest.mark.usefixtures("unchanged")
def test_processes_that_are_killed_come_back_and_so_does_the_page(house: House, ada: Page) -> None:
    with connected_again(ada):
        for number in (1, 2):
            house.serving.kill(number)


@pytest.mark.usefixtures("unchanged")
def test_an_upgrade_is_announced_in_the_open_tab_and_in_a_new_one(house: House, ada: Page) -> None:
    tries: list[str] = []
    ada.on("response", lambda answer: tries.append(answer.url) if "/health" in answer.url else None)
    with ada.expect_response(lambda _: len(tries) > LAST_TRY):
        house.app.stop()
    expect(ada.get_by_text(AWAY)).to_be_visible()
    expect(ada.get_by_role("dialog")).to_have_count(1)  # its notes
    newcomer = ada.context.new_page()
    answer = newcomer.goto(f"{house.url}/videos?{spanned(EARLIER)}")
    assert answer
    assert answer.status == 503
    says(newcomer, STARTING)

    with connected_again(ada):
        house.app.start()

    heading(newcomer, "Videos")  # it has tried again by itself
    assert newcomer.url == f"{house.url}/videos?{spanned(EARLIER)}"
    newcomer.close()


@pytest.mark.usefixtures("unchanged")
def test_nginx_is_reloaded_killed_and_restarted(house: House, ada: Page) -> None:
    house.tls.value.send_signal(signal.SIGHUP)
    assert house.exported(ada, EARLIER) == truth(EARLIER)
    with connected_again(ada):  # cut off twice at once, Streamlit may forget what is half typed
        children = Path(f"/proc/{house.serving.process}/task/{house.serving.process}/children")
        [inner] = {*map(int, children.read_text().split())} - {*house.serving.apps().values()}
        os.kill(inner, signal.SIGTERM)
    house.tls.stop()
    expect(ada.get_by_text(AWAY)).to_be_visible()
    with connected_again(ada):
        house.tls.start()


def test_a_provider_that_restarts_disturbs_only_who_signs_in_meanwhile(
    house: House, ada: Page, person: Callable[[], BrowserContext]
) -> None:
    before, bob = seen(ada), person().new_page()
    bob.goto(f"{house.url}/videos?{spanned(EARLIER)}")
    says(bob, "Sign in to see how your videos do")
    house.provider.stop()

    bob.get_by_role("button", name="Sign in").click()
    says(bob, "The service where you sign in does not answer at the moment")
    assert house.exported(ada, EARLIER) == truth(EARLIER)
    assert seen(ada) == before

    house.provider.start()

    sign_in(bob, "bob")
    heading(bob, "Videos")
    assert bob.url == f"{house.url}/videos?{spanned(EARLIER)}"
    bob.close()


@pytest.mark.usefixtures("unchanged")
def test_a_sync_that_is_killed_again_and_again_loses_and_doubles_no_view(
    house: House, ada: Page
) -> None:
    def kill(process: subprocess.Popen[str]) -> None:
        assert house.log.reached.wait(60)
        process.kill()

    for requests in (0, 2, 4):
        house.log.hold(after=requests)
        assert house.syncing(LATER, kill) == -signal.SIGKILL
        house.log.go.set()
        found = Counter(house.exported(ada, DAYS))
        assert {*truth(EARLIER)} <= {*found} <= {*truth(DAYS)}
        assert set(found.values()) == {1}
    house.log.left = float("inf")

    house.sync(LATER)
    assert house.exported(ada, DAYS) == truth(DAYS)
    other = ada.context.new_page()
    other.goto(f"{house.url}/?{spanned(LATER)}&country=FR")
    wait_painted(other)
    assert views(other) == len(truth(LATER, "FR"))
    other.close()


def test_what_was_written_and_logged_meanwhile_is_there_once(house: House, ada: Page) -> None:
    ada.get_by_role("button", name="Add note").click()  # that with the half thought
    says(ada, "Note added")
    ada.reload()
    wait_painted(ada)
    for name, written in (("Notes", (NOTE, DRAFT)), ("Saved views", (VIEW,))):
        ada.get_by_role("button", name=name, exact=True).click()
        for what in written:
            expect(ada.get_by_test_id("stPopoverBody").get_by_text(what)).to_have_count(1)
        ada.keyboard.press("Escape")

    until(lambda: Counter(line["action"] for line in house.audited())["export"] >= house.exports)
    done = Counter((line["action"], line["who"].rpartition("-")[2]) for line in house.audited())
    assert done["export", "ada"] == house.exports
    assert done["sign_in", "ada"] >= 1
    assert done["sign_in", "bob"] == 1
    assert not [action for action, _ in done if action in ("refused", "sign_out")]
