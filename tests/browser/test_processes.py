"""Several app processes behind nginx: readers stay with theirs, and outlive it."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from deploy.nginx import NGINX_PATHS

from .. import debian
from ..clock import machine_time
from ..conftest import record
from ..deploy.test_serve import free_port
from ..scripted import Answer, Asked, serve
from ..server.test_prometheus import values
from ..syncing import paged
from .app import Watched, running_as, wait_painted

Tab = Callable[..., Watched]
PROCESSES = 2
COOKIE = "dyntube_process"


@dataclass
class Serving:
    """What `make serve` runs: `url` is for people, app processes are numbered from 1."""

    url: str
    process: int

    def apps(self) -> dict[int, int]:
        """The app processes by their numbers."""
        first, found = int(self.url.rpartition(":")[2]), {}
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        for child in map(int, children):
            with suppress(OSError):  # it has just ended
                command = Path(f"/proc/{child}/cmdline").read_bytes().decode()
                for option in command.split("\0"):
                    if option.startswith("--server.port="):
                        found[int(option.partition("=")[2]) - first] = child
        return found

    def kill(self, number: int) -> None:
        os.kill(self.apps()[number], signal.SIGKILL)

    def metrics(self, number: int) -> int:
        """The port of a process's metrics."""
        return int(self.url.rpartition(":")[2]) + PROCESSES + number

    def own_answer(self, number: int) -> str:
        """How a process answers by itself."""
        port = int(self.url.rpartition(":")[2]) + number
        with suppress(requests.ConnectionError):
            return requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=30).text
        return ""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    debian.need("nginx", "nginx-light", f"{os.environ['PATH']}:{NGINX_PATHS}")
    day = machine_time().date() - dt.timedelta(days=3)
    log = paged([record(f"v{n}", f"{day}T00:00:00Z", geo={"country": "DE"}) for n in range(5)])

    def script(asked: Asked) -> Answer:
        return log(asked) if asked.method == "POST" else Answer(404)

    with serve(script) as server:
        settings = {"API_KEY": "canary-2468", "STATS_URL": server.url, "API_URL": server.url}
        settings["MEMORY"] = "301"
        port = free_port(2 * PROCESSES)
        settings["METRICS_PORT"] = str(port + PROCESSES)
        with running_as(
            ("-m", "deploy.serve", f"--processes={PROCESSES}"),
            tmp_path_factory.mktemp("shared") / "archive",
            settings,
            SERVER_PORT=str(port),
        ) as (url, process):
            made = Serving(url, process)
            until(lambda: all(made.own_answer(n) == "ok" for n in range(1, PROCESSES + 1)))
            yield made


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.05)


def own_process(page: Page) -> int:
    """The number of the process that a reader's cookie names."""
    [value] = [one["value"] for one in page.context.cookies() if one["name"] == COOKIE]
    return int(value)


def opened(tab: Tab, serving: Serving, query: str = "") -> Page:
    page = tab(new=True).page
    page.goto(f"{serving.url}/{query}")
    wait_painted(page)
    return page


def cards(page: Page) -> list[str]:
    """What the cards say."""
    found = page.locator(".card").all_inner_texts()
    assert found
    return found


QUERY = "?period=last-7-days&country=DE"


def test_readers_are_spread_over_the_processes_and_stay_with_theirs(
    serving: Serving, tab: Tab
) -> None:
    readers = [opened(tab, serving, QUERY) for _ in range(PROCESSES)]
    assert {own_process(page) for page in readers} == set(range(1, PROCESSES + 1))
    for page in readers:
        before = own_process(page)
        page.reload()
        wait_painted(page)
        assert own_process(page) == before
    assert len({tuple(cards(page)) for page in readers}) == 1


def test_a_reader_of_a_killed_process_is_back_on_the_same_page_and_others_notice_nothing(
    serving: Serving, tab: Tab
) -> None:
    readers = [opened(tab, serving, QUERY) for _ in range(PROCESSES)]
    numbers, addresses = cards(readers[0]), [page.url for page in readers]
    killed, other = readers if own_process(readers[0]) == 1 else readers[::-1]
    killed_app = serving.apps()[1]
    other.evaluate("document.querySelector('h1').dataset.mark = 'untouched'")
    with killed.expect_websocket():
        serving.kill(1)
    wait_painted(killed)
    assert [page.url for page in readers] == addresses
    assert cards(killed) == cards(other) == numbers
    assert own_process(killed) == 2
    assert other.evaluate("document.querySelector('h1').dataset.mark") == "untouched"
    until(lambda: serving.own_answer(1) == "ok")
    assert serving.apps()[1] != killed_app
    # A file of a session is where the session is, though its first process is back.
    assert own_process(killed) == 2
    killed.locator(".st-key-export button").first.click()
    with killed.expect_download() as download:
        killed.locator(".st-key-export-page button").click()
    assert download.value.path().stat().st_size
    newcomers = [requests.get(serving.url, timeout=30).cookies[COOKIE] for _ in range(4)]
    assert sorted(newcomers) == ["1", "1", "2", "2"]


def test_scripts_come_compressed_once_and_readers_are_told_how_long_to_keep_them(
    serving: Serving,
) -> None:
    page = requests.get(serving.url, timeout=30)
    [script] = re.findall(r'src="\./(static/js/index\.[^"]*)"', page.text)
    for address in (serving.url, f"{serving.url}/{script}"):
        asked = {"Accept-Encoding": "gzip"}
        answer = requests.get(address, headers=asked, stream=True, timeout=30)
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        sent = answer.raw.read(decode_content=False)
        known = requests.get(address, headers={"Accept-Encoding": "identity"}, timeout=30)
        assert gzip.decompress(sent) == known.content
    assert "immutable" in answer.headers["cache-control"]
    tag = {"If-None-Match": answer.headers["etag"]}
    assert requests.get(address, headers=asked | tag, timeout=30).status_code == 304


def test_all_share_the_memory_one_cookie_secret_and_the_archive(serving: Serving) -> None:
    environs = [
        dict(
            line.partition("=")[::2]
            for line in Path(f"/proc/{app}/environ").read_text().split("\0")
            if line
        )
        for app in serving.apps().values()
    ]
    assert len(environs) == PROCESSES
    for name, value in (("DYNTUBE_MEMORY", "150"), ("DYNTUBE_API_KEY", "canary-2468")):
        assert {environ[name] for environ in environs} == {value}
    [secret] = {environ["STREAMLIT_SERVER_COOKIE_SECRET"] for environ in environs}
    assert len(secret) == 64
    ports = {environ["DYNTUBE_METRICS_PORT"] for environ in environs}
    assert ports == {str(serving.metrics(number)) for number in range(1, PROCESSES + 1)}
    commands = [Path(f"/proc/{app}/cmdline").read_text() for app in serving.apps().values()]
    assert not any(secret in command or "canary" in command for command in commands)


def test_each_process_has_metrics_of_its_own_and_only_there(serving: Serving, tab: Tab) -> None:
    def sessions() -> list[float]:
        found = (values(serving.metrics(number)) for number in range(1, PROCESSES + 1))
        return [one["dyntube_sessions", ""] for one in found]

    before = sessions()
    page = opened(tab, serving, QUERY)
    number = own_process(page)
    own = values(serving.metrics(number))
    assert own["dyntube_question_seconds_count", "answer"] > 0
    assert own["dyntube_ready", ""] == 1
    assert own["dyntube_days_stored", ""] > 0
    until(lambda: sessions()[number - 1] == before[number - 1] + 1)
    page.context.close()
    until(lambda: sessions() == before)
    for path in ("_stcore/metrics", "_stcore/metrics/", "videos/_stcore/metrics"):
        assert requests.get(f"{serving.url}/{path}", timeout=30).status_code == 404
    assert "dyntube_" not in requests.get(f"{serving.url}/metrics", timeout=30).text


def test_health_is_answered_through_the_proxy(serving: Serving) -> None:
    for path in ("healthz", "readyz"):
        answer = requests.get(f"{serving.url}/{path}", timeout=30)
        assert (answer.status_code, answer.text) == (200, "ok")
