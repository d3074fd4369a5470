"""A marked API key is used everywhere it may be and appears nowhere it may not.

Nor do the marks of people: what a view says of its viewer is in the archive and in no log.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, WebSocket, sync_playwright

from dyntube.account import open_account
from dyntube.errors import DynTubeError
from dyntube.fetch.client import Client
from dyntube.settings.settings import Settings

from ..browser import chromium
from ..conftest import record
from ..scripted import Answer, Asked, Script, in_turn, serve
from ..syncing import MAY_1, ONE_DAY, hourly, paged

ROOT = Path(__file__).parents[2]
KEY = "CANARY/key+9f3a~4c.b1"
PARTS = ("CANARY", base64.b64encode(KEY.encode()).decode()[:8])  # nobody needs all of it
PERIOD = ("--from", f"{MAY_1}", "--to", f"{MAY_1 + ONE_DAY}")


def echo(status: int, *, html: bool = False, **headers: str) -> Script:
    """A server that sends back all that it was sent, in its body and in its headers."""

    def script(asked: Asked) -> Answer:
        sent = json.dumps({"headers": asked.headers, "body": asked.json})
        message = f"Bad request: {asked.headers.get('Authorization')} {sent}"
        body = f"<html>{sent}</html>" if html else json.dumps({"message": message, "sent": sent})
        named = {"X-Echo": sent, "Set-Cookie": f"key={KEY}; Path=/", "Location": f"/{KEY}"}
        return Answer(status, body.encode(), named | headers)

    return script


def then_refused(first: Answer) -> Script:
    """A server that answers once like this, and then refuses the key, so that a test is short."""
    return in_turn(first, Answer(401, json.dumps({"message": KEY}).encode()))


MANNERS: dict[str, Script] = {
    "400": echo(400),
    "401": echo(401),
    "403 in HTML": echo(403, html=True),
    "404 in HTML": echo(404, html=True),
    "500": echo(500, **{"Retry-After": "0"}),
    "429 with the key for a time": then_refused(Answer(429, b"", {"Retry-After": KEY})),
    "200 in HTML": echo(200, html=True),
    "200 without views": echo(200),
    "302": echo(302),
    "307": echo(307),
    "cut off": then_refused(Answer(200, f'{{"key": "{KEY}"'.encode(), cut=9)),
    "key for a date": then_refused(Answer(503, b"", {"Date": KEY, "Retry-After": "0"})),
}


def environ(url: str, folder: Path) -> dict[str, str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    ours = {"API_KEY": KEY, "STATS_URL": url, "API_URL": url, "ARCHIVE": str(folder)}
    return keep | {f"DYNTUBE_{name}": text for name, text in ours.items()}


def run(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process, of which everybody may read how it was called."""
    command = [sys.executable, "-m", "dyntube", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environ(url, folder), **pipes) as process:
        assert_nowhere(*commands())
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def commands() -> Iterator[str]:
    """How every process of this machine was called, as anybody on it can see."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            yield path.read_bytes().decode("utf-8", "replace")


def kept(folder: Path) -> Iterator[str]:
    """Every byte of every file in a folder, its name, and what is in packed ones."""
    for path in folder.rglob("*"):
        yield str(path.relative_to(folder))
        if path.is_file():
            yield path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield str(pq.read_table(path).to_pylist())


def assert_nowhere(*texts: str, marks: tuple[str, ...] = PARTS) -> None:
    for text in texts:
        for mark in marks:
            assert mark not in text, text[max(0, text.index(mark) - 300) :][:900]


@pytest.mark.parametrize("manner", MANNERS)
def test_the_key_appears_nowhere_however_a_server_misbehaves(manner: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(MANNERS[manner]) as server:
        done = run(server.url, folder, "sync", *PERIOD)
        assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert done.returncode == 1
    assert done.stderr.count("dyntube: ") >= 1
    assert "Traceback" not in done.stderr
    assert_nowhere(done.stdout, done.stderr, *kept(folder))


def test_the_key_is_not_sent_where_nobody_can_read_it_in_confidence(tmp_path: Path) -> None:
    with serve(echo(200)) as server:
        address = server.url.replace("http://", "https://")
        script = f"""
from dyntube.fetch import retry
from dyntube.__main__ import main
retry.BACKOFF_CAP = 0.01
raise SystemExit(main({["sync", *PERIOD]!r}))
"""
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environ(address, tmp_path / "archive"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert server.asked == []
    assert done.returncode == 1
    assert_nowhere(done.stdout, done.stderr, *kept(tmp_path))


def good(asked: Asked) -> Answer:
    """Two days of views, and a name for each thing."""
    if asked.method == "GET":
        kind = asked.path.split("/")[2].split("?")[0]
        item = {"key": f"{kind[:-1]}-a", "name": "Something", "title": "Something"}
        return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: [item]}).encode())
    return paged([*hourly(3), *hourly(3, MAY_1 + ONE_DAY)])(asked)


def test_a_run_that_goes_well_leaves_the_key_nowhere(tmp_path: Path) -> None:
    folder, to = tmp_path / "archive", tmp_path / "out"
    with serve(good) as server:
        done = [
            run(server.url, folder, *arguments)
            for arguments in (
                ("sync", *PERIOD),
                ("status", "--json"),
                ("verify",),
                ("export", "--to", str(to)),
            )
        ]
    assert [one.returncode for one in done] == [0, 0, 0, 0]
    assert len(list(to.rglob("*.parquet"))) == 2
    assert_nowhere(*(one.stdout + one.stderr for one in done), *kept(tmp_path))


def test_no_text_of_our_values_and_errors_has_the_key(tmp_path: Path) -> None:
    for script in (echo(400), echo(401), echo(200), echo(302)):
        with serve(script) as server:
            settings = Settings(
                api_key=KEY, stats_url=server.url, api_url=server.url, archive=tmp_path / "a"
            )
            account = open_account(settings)
            values = [*vars(account).values(), account, Client(settings), settings]
            assert_nowhere(*(f"{value!r} {value!s}" for value in values))
            assert_nowhere(str([vars(error) for error in errors(account.syncer.first_day)]))
            for ask in (account.syncer.first_day, account.catalog.refresh):
                for error in errors(ask):
                    told = "".join(traceback.format_exception(error))
                    assert_nowhere(repr(error), str(error), str(error.args), told)


def errors(ask: Callable[[], object]) -> list[DynTubeError]:
    try:
        ask()
    except DynTubeError as error:
        return [error]
    raise AssertionError("it was answered")


PEOPLE = ("someone-77aa", "visitor-77bb", "203.0.113.77", "view-77cc", "channel-77dd")


def somebody(id_: str, hour: int, **fields: object) -> dict[str, object]:
    user, viewer, ip, view, channel = PEOPLE
    known = {"clientUserId": user, "viewerId": viewer, "geo": {"ip": ip}, "viewId": view}
    known |= {"channelViewId": channel}
    return record(f"{view}-{id_}", f"{MAY_1}T{hour:02}:00:00Z") | known | fields


VISITS: dict[str, list[dict[str, object]]] = {
    "good": [somebody("a", 1), somebody("b", 2)],
    "doubled": [somebody("a", 1), somebody("a", 1), somebody("b", 2)],
    "unreadable": [somebody("a", 1, duration={"for": PEOPLE[0]}), somebody("b", 2)],
    "mostly unreadable": [somebody(f"{n}", n, duration=[PEOPLE[2]]) for n in range(9)],
    "of no shape": [somebody("a", 1, geo=[PEOPLE[2]]), somebody("b", 2, date=PEOPLE[1])],
}


@pytest.mark.parametrize("visits", VISITS)
def test_no_log_journal_or_error_names_a_person(visits: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"

    def script(asked: Asked) -> Answer:
        return good(asked) if asked.method == "GET" else paged(VISITS[visits])(asked)

    with serve(script) as server:
        done = run(server.url, folder, "sync", *PERIOD[:2], "--to", str(MAY_1), "--json")
        again = run(server.url, folder, "status")
    beside = [path.read_text() for path in folder.rglob("*.json*") if "rejected" not in path.name]
    assert beside, "there is a journal"
    assert_nowhere(
        done.stdout, done.stderr, again.stdout, again.stderr, *beside, marks=(*PEOPLE, *PARTS)
    )


@contextmanager
def app(url: str, folder: Path, log: Path) -> Iterator[str]:
    """The app as a process; all that it says is in a file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "app.py")]
    command += [f"--server.port={port}"]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ(url, folder), stdout=file, stderr=subprocess.STDOUT
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_healthy(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except OSError:
            assert time.monotonic() < end, "the app did not start"
            time.sleep(0.1)


@dataclasses.dataclass
class Seen:
    """What a browser was sent: frames of web sockets, answers, and the pages in the end."""

    texts: list[str] = dataclasses.field(default_factory=list)

    def visit(self, page: Page, url: str, wanted: str) -> None:
        """Open a page and wait until it says something."""
        page.on("websocket", self._listen)
        page.on("response", lambda answer: self.texts.append(str(answer.headers)))
        page.goto(url)
        page.wait_for_function(
            "text => document.body.innerText.includes(text)", arg=wanted, timeout=60_000
        )
        self.texts.append(page.content())
        self.texts.append(page.evaluate("() => JSON.stringify([localStorage, document.cookie])"))

    def _listen(self, socket_: WebSocket) -> None:
        for event in ("framereceived", "framesent"):
            socket_.on(event, lambda frame: self.texts.append(as_text(frame)))


def as_text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("latin-1")


def visit(urls: dict[str, str], path: str) -> Seen:
    """What a browser sees of these addresses, each until it says what it should."""
    seen = Seen()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        for url, wanted in urls.items():
            page = browser.new_context().new_page()
            seen.visit(page, url, wanted)
            page.context.close()
        browser.close()
    return seen


@pytest.mark.parametrize(("status", "told"), [(401, "refused the API key"), (400, "refused the")])
def test_the_app_shows_the_key_to_nobody(status: int, told: str, tmp_path: Path) -> None:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium was found")
    folder, log = tmp_path / "archive", tmp_path / "log"
    with serve(echo(status)) as server, app(server.url, folder, log) as url:
        # A thread of its own, since another browser may be open in this one.
        with ThreadPoolExecutor(1) as thread:
            pages = {url: told, f"{url}/data": "Sync log"}
            seen = thread.submit(visit, pages, path).result()
        assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
        assert_nowhere(*commands())
    assert len(seen.texts) > 10
    assert any(told in text for text in seen.texts)
    assert_nowhere(*seen.texts, log.read_text(), *kept(folder))
