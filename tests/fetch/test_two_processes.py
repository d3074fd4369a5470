"""What a sync does is seen by every process on the archive, and a killed one is seen to be gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.account import Account, open_account
from dyntube.errors import AuthError, UnavailableError
from dyntube.fetch.background import Background
from dyntube.fetch.status import RETRY_SECONDS, StatusFile, SyncEnd, SyncStatus
from dyntube.fetch.sync import Progress
from dyntube.settings.settings import Settings

from ..clock import TODAY
from ..scripted import Answer, Asked, Server, serve
from ..syncing import ONE_DAY, hourly, paged

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
DAYS = [TODAY - n * ONE_DAY for n in range(1, 6)]
REFUSED = Answer(401)


class Gate:
    """A server whose views come once it is opened, or are refused."""

    def __init__(self) -> None:
        self.open, self.refuses = threading.Event(), False
        self._log = paged([view for day in DAYS for view in hourly(5, day)])

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            kind = asked.path.split("/")[2].split("?")[0]
            return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: []}).encode())
        self.open.wait(60)
        return REFUSED if self.refuses else self._log(asked)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


@pytest.fixture
def gated(gate: Gate) -> Iterator[Server]:
    with serve(gate) as running:
        yield running
        gate.open.set()


def settings_of(server: Server, folder: Path, **known: object) -> Settings:
    known = {"stats_url": server.url, "api_url": server.url, "archive": folder} | known
    return Settings(**known)  # type: ignore[arg-type]


@contextmanager
def another_process(server: Server, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`python -m dyntube sync` of DAYS, on that archive."""
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(folder)}
    known |= {"DYNTUBE_STATS_URL": server.url, "DYNTUBE_API_URL": server.url}
    command = [sys.executable, "-m", "dyntube", "sync", "--from", str(DAYS[-1])]
    process = subprocess.Popen(
        [*command, "--to", str(DAYS[0])],
        env=known,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen within 60 s"
        time.sleep(0.02)


def looker(account: Account) -> Background:
    external = account.settings.sync == "external"
    return Background(account.syncer, account.catalog, external=external)


def log_requests(server: Server) -> int:
    return sum(asked.method == "POST" for asked in server.asked)


@pytest.mark.parametrize("sync", ["app", "external"])
def test_a_sync_of_another_process_is_seen_and_waited_for(
    gated: Server, gate: Gate, tmp_path: Path, sync: str
) -> None:
    account = open_account(settings_of(gated, tmp_path, sync=sync))
    here = looker(account)
    assert here.state == SyncStatus()
    with another_process(gated, tmp_path) as process:
        wait_for(lambda: here.state.progress)
        assert here.state.progress
        assert (here.state.progress.days_done, here.state.progress.days_total) == (0, 5)
        assert here.state.elsewhere
        wait_for(lambda: log_requests(gated) == 4)
        for _ in range(3):
            assert here.ensure(DAYS).progress
            assert here.sync_now(DAYS).elsewhere
        assert log_requests(gated) == 4  # as many as one process asks at once
        gate.open.set()
        assert process.wait(60) == 0
    assert here.state == SyncStatus()
    assert sorted(account.archive.days()) == sorted(DAYS)


def test_a_sync_that_was_killed_is_seen_to_be_gone(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    here = looker(open_account(settings_of(gated, tmp_path)))
    with another_process(gated, tmp_path) as process:
        wait_for(lambda: here.state.progress)
        process.kill()
        process.wait(60)
        assert here.state == SyncStatus()
    gate.open.set()
    assert here.ensure(DAYS).progress
    wait_for(lambda: here.state.progress is None)
    assert here.state == SyncStatus()


def test_the_error_of_another_process_is_told_until_a_sync_succeeds(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    gate.refuses = True
    gate.open.set()
    here = looker(open_account(settings_of(gated, tmp_path, sync="external")))
    with another_process(gated, tmp_path) as process:
        assert process.wait(60) == 1
    assert isinstance(here.state.error, AuthError)
    assert "refused the API key" in str(here.state.error)
    gate.refuses = False
    with another_process(gated, tmp_path) as process:
        assert process.wait(60) == 0
    assert here.state == SyncStatus()


def two_lookers(server: Server, folder: Path) -> tuple[Background, Background]:
    """Two processes' views of one archive: nothing is shared but the files."""
    settings = settings_of(server, folder)
    return looker(open_account(settings)), looker(open_account(settings))


def test_after_a_failure_every_process_rests_until_somebody_asks(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    gate.refuses = True
    gate.open.set()
    first, second = two_lookers(gated, tmp_path)
    first.ensure(DAYS)
    wait_for(lambda: first.state.error)
    asked = log_requests(gated)
    assert isinstance(second.state.error, AuthError)
    assert second.state.rest > RETRY_SECONDS
    assert not second.ensure(DAYS).progress
    assert not first.ensure(DAYS).progress
    assert log_requests(gated) == asked
    gate.refuses = False
    second.retry()
    assert second.ensure(DAYS).progress
    wait_for(lambda: not second.state.progress)
    assert first.state == second.state == SyncStatus()


def test_what_a_reader_cancels_no_other_process_starts_again(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    first, second = two_lookers(gated, tmp_path)
    first.ensure(DAYS)
    wait_for(lambda: second.state.progress)
    first.cancel()
    gate.open.set()
    wait_for(lambda: not first.state.progress)
    assert not second.ensure(DAYS).progress
    assert second.state.stopped
    assert second.state.stopped.days_total == 5
    second.retry()
    assert not first.state.stopped
    assert first.ensure(DAYS).progress
    wait_for(lambda: not first.state.progress)
    assert second.state == SyncStatus()


def test_a_process_that_ends_leaves_its_sync_to_the_others(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    first, second = two_lookers(gated, tmp_path)
    first.ensure(DAYS)
    wait_for(lambda: second.state.progress)
    gate.open.set()
    first.close(60)
    assert second.state == SyncStatus()
    second.ensure(DAYS)
    wait_for(lambda: not second.state.progress)
    assert sorted(open_account(settings_of(gated, tmp_path)).archive.days()) == sorted(DAYS)


def test_a_process_that_starts_tries_at_once_what_failed_in_others(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    gate.refuses = True
    gate.open.set()
    first, _ = two_lookers(gated, tmp_path)
    first.ensure(DAYS)
    wait_for(lambda: first.state.error)
    gate.refuses = False
    started, _ = two_lookers(gated, tmp_path)
    assert started.ensure(DAYS).progress
    wait_for(lambda: not started.state.progress)
    assert first.state == SyncStatus()


def open_page(page: str = "pages/overview.py") -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["period"] = ["last-7-days"]
    return at.run().switch_page(page).run()


@pytest.mark.parametrize("sync", ["app", "external"])
def test_pages_show_the_sync_of_another_process_as_their_own(
    gated: Server, gate: Gate, tmp_path: Path, connect: Callable[..., None], sync: str
) -> None:
    folder = tmp_path / "archive"
    with another_process(gated, folder) as process:
        wait_for(lambda: list(folder.glob("*/sync.json")))
        connect(gated.url, folder, SYNC=sync, API_KEY="")
        at = open_page()
        (bar,) = at.get("progress")
        assert bar.proto.text == "Loading your views: 0 of 5 days, 0 views, starting"
        assert "Cancel" not in [button.label for button in at.button]
        told = "\n".join(str(element.value) for element in (*at.info, *at.warning, *at.error))
        assert "stored" not in told
        data = open_page("pages/data.py")
        assert [bar.proto.text for bar in data.get("progress")] == [bar.proto.text]
        assert not [
            button for button in data.button if button.label.startswith(("Cancel", "Refresh"))
        ]
        gate.open.set()
        process.wait(60)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_archive_that_may_not_be_written_tells_of_its_sync(
    gated: Server, gate: Gate, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    here = looker(open_account(settings_of(gated, folder, sync="external")))
    with another_process(gated, folder):
        wait_for(lambda: here.state.progress)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o500 if path.is_dir() else 0o400)
        assert here.state.progress
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
        gate.open.set()


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return open_account(Settings(archive=tmp_path, stats_url="http://127.0.0.1:1"))


def test_a_status_file_is_written_a_few_times_a_second_at_most(
    account: Account, tmp_path: Path
) -> None:
    seconds = [0.0]
    status = StatusFile(account.archive, clock=lambda: seconds[0])
    with account.archive.lock():
        seen = set()
        for done in range(100):
            seconds[0] += 0.05
            status.show(Progress(done, 100, done, None))
            seen.add(status.read().progress)
        assert len(seen) == 10
        status.end(SyncEnd(UnavailableError("Could not reach DynTube.", 30)))
    assert str(status.read().error) == "Could not reach DynTube."
    assert isinstance(status.read().error, UnavailableError)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"progress": 3, "error": null}',
        '{"progress": {"days_done": 9}, "error": null}',
        '{"progress": null, "error": {"kind": "AuthError"}}',
        '{"progress": {"days_done": 9, "days_total": 3, "views": 1, "seconds_left": null,'
        ' "waiting": null}, "error": null}',
        '{"progress": {"days_done": 1, "days_total": 3, "views": 1, "seconds_left": 1e400,'
        ' "waiting": null}, "error": null}',
    ],
)
def test_a_status_file_that_cannot_be_read_tells_nothing(account: Account, content: str) -> None:
    status = StatusFile(account.archive)
    with account.archive.lock():
        file = account.archive.root / account.archive.folders[0] / "sync.json"
        file.write_text(content)
        assert status.read() == SyncStatus()


def test_who_looks_whether_a_sync_runs_never_makes_one_fail(account: Account) -> None:
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            account.archive.is_locked()

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for thread in lookers:
        thread.start()
    try:
        for _ in range(20):
            with account.archive.lock():
                assert account.archive.is_locked()
    finally:
        over.set()
        for thread in lookers:
            thread.join()
