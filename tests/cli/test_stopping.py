"""Ctrl-C and SIGTERM in commands: no traces, what is stored stays, and the status says why."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..scripted import Answer, Asked, Server, serve
from ..syncing import ONE_DAY, day_asked, hourly, paged
from .test_command_line import ROOT, assert_machines_can_read, run

LAST = dt.date(2026, 6, 4)
DAYS = [LAST - n * ONE_DAY for n in range(35)]
PERIOD = ("--from", f"{DAYS[-1]}", "--to", f"{LAST}")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Account:
    """Thirty-five days of two views, of which the newest nine come and the rest when let."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self._log = paged([view for day in DAYS for view in hourly(2, day)])

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            kind = asked.path.split("/")[2].split("?")[0]
            return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: []}).encode())
        if asked.json["size"] > 1 and day_asked(asked) <= LAST - 9 * ONE_DAY:
            self.open.wait(60)
        return self._log(asked)


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    yield made
    made.open.set()


@pytest.fixture
def answering(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running
        account.open.set()


def begin(
    *arguments: str, url: str, folder: Path, stderr: int = subprocess.PIPE, **environ: str
) -> subprocess.Popen[str]:
    """A command as a shell starts it."""
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(folder)}
    known |= {"DYNTUBE_STATS_URL": url, "DYNTUBE_API_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", "dyntube", *arguments],
        env=known | environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen within 60 s"
        time.sleep(0.02)


def stored(folder: Path) -> set[str]:
    return {path.name[:10] for path in folder.rglob("*.parquet")}


NEWEST = {f"{day}" for day in DAYS[:9]}


@pytest.mark.parametrize("number", STATUS)
def test_a_sync_that_is_stopped_says_what_is_stored_and_goes_on_the_next_time(
    answering: Server, account: Account, tmp_path: Path, number: signal.Signals
) -> None:
    process = begin("sync", *PERIOD, url=answering.url, folder=tmp_path)
    wait_for(lambda: stored(tmp_path) == NEWEST)
    process.send_signal(number)
    said, log = process.communicate(timeout=60)  # though the server does not answer
    assert process.returncode == STATUS[number]
    assert log.splitlines()[-1] == "dyntube: Stopped; 9 of 35 days stored."
    assert said == ""
    events = assert_machines_can_read(log)
    assert events[-1] | {"event": "sync_ended", "outcome": "cancelled", "days": 9} == events[-1]
    account.open.set()
    answering.asked.clear()
    assert run("sync", *PERIOD, url=answering.url, folder=tmp_path).stdout.startswith("26 days")
    assert not NEWEST & {f"{day_asked(asked)}" for asked in answering.asked if asked.json}
    assert stored(tmp_path) == {f"{day}" for day in DAYS}


def test_a_program_can_read_what_a_stopped_sync_did(answering: Server, tmp_path: Path) -> None:
    process = begin("sync", *PERIOD, "--json", url=answering.url, folder=tmp_path)
    wait_for(lambda: stored(tmp_path) == NEWEST)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    told = json.loads(said)
    assert ({day["day"] for day in told["stored"]}, told["wanted"]) == (NEWEST, 35)


def all_of(terminal: int) -> bytes:
    """What is written to a terminal until nobody has it open any more."""
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):
        while part := file.read(4096):
            shown += part
    return shown


def test_on_a_terminal_the_bar_is_gone_and_one_line_is_left(
    answering: Server, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    process = begin("sync", *PERIOD, url=answering.url, folder=tmp_path, stderr=theirs)
    os.close(theirs)
    with ThreadPoolExecutor() as pool:  # a terminal that nobody reads holds the process up
        reading = pool.submit(all_of, ours)
        wait_for(lambda: stored(tmp_path) == NEWEST)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        shown = reading.result().decode()
    last_line = shown.rpartition("\x1b[K")[2]
    assert last_line == "dyntube: Stopped; 9 of 35 days stored.\r\n"
    assert "Traceback" not in shown
    assert '"event"' not in shown


def test_a_second_ctrl_c_ends_a_sync_at_once(answering: Server, tmp_path: Path) -> None:
    ended = "lambda request: print('asked', flush=True)"
    code = f"import dyntube.fetch.deadline as d\nd.Request.end = {ended}\n"
    (tmp_path / "sitecustomize.py").write_text(code)
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    folder = tmp_path / "archive"
    process = begin("sync", *PERIOD, url=answering.url, folder=folder, PYTHONPATH=path)
    wait_for(lambda: stored(folder) == NEWEST)
    process.send_signal(signal.SIGINT)
    assert process.stdout
    assert process.stdout.readline() == "asked\n"  # and the request goes on
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in log
    assert stored(folder) == NEWEST


@pytest.mark.parametrize(
    ("command", "slow", "number"),
    [
        ("status", "archive.archive.Archive.days", signal.SIGINT),
        ("verify", "archive.archive.Archive.verify", signal.SIGINT),
        ("repair", "archive.archive.Archive.verify", signal.SIGTERM),
        ("export", "archive.archive.Archive.damaged", signal.SIGINT),
        ("sync", "fetch.catalog.Catalog.refresh", signal.SIGINT),
        ("sync", "fetch.catalog.Catalog.refresh", signal.SIGTERM),
    ],
)
def test_every_command_stops_with_a_word(
    answering: Server, account: Account, tmp_path: Path, command: str, slow: str,
    number: signal.Signals,
) -> None:  # fmt: skip
    account.open.set()
    package, module, name = slow.split(".", 2)
    module = f"{package}.{module}"
    code = (
        f"import time, dyntube.{module} as m\n"
        "def slow(*_):\n print('ready', flush=True)\n while True: time.sleep(60)\n"
        f"m.{name} = slow\n"
    )
    (tmp_path / "sitecustomize.py").write_text(code)
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    words = {"export": ("--to", str(tmp_path / "out")), "sync": PERIOD}.get(command, ())
    folder = tmp_path / "archive"
    process = begin(command, *words, url=answering.url, folder=folder, PYTHONPATH=path)
    assert process.stdout
    lines = iter(process.stdout.readline, "")
    assert "ready\n" in lines
    process.send_signal(number)
    _, log = process.communicate(timeout=60)
    assert process.returncode == STATUS[number]
    assert log.splitlines()[-1] == "dyntube: Stopped."
    assert "Traceback" not in log


def test_a_signal_that_is_ignored_where_it_is_started_stays_ignored(
    answering: Server, account: Account, tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "dyntube", "sync", *PERIOD]
    ignoring = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv"
    known = {"DYNTUBE_STATS_URL": answering.url, "DYNTUBE_API_URL": answering.url}
    process = subprocess.Popen(
        [sys.executable, "-c", f"{ignoring}(sys.argv[1], sys.argv[1:])", *program],
        env=os.environ | known | {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(tmp_path)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_for(lambda: stored(tmp_path) == NEWEST)
    process.send_signal(signal.SIGINT)
    account.open.set()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.startswith("35 days fetched")


def test_a_long_fetch_says_what_it_costs_once_and_a_short_one_does_not(
    answering: Server, account: Account, tmp_path: Path
) -> None:
    account.open.set()
    done = run("sync", *PERIOD, url=answering.url, folder=tmp_path / "a")
    [line] = [line for line in done.stderr.splitlines() if "newest first" in line]
    # One for each day, and two more for those whose views do not show where they end.
    assert re.match(
        "dyntube: Fetching 35 days, newest first: about (3[5-9]|4[0-9]) requests, ", line
    )
    at = done.stderr.splitlines().index(line)
    assert sum('"day_stored"' in before for before in done.stderr.splitlines()[:at]) >= 8
    done = run(
        "sync", "--from", f"{DAYS[29]}", *PERIOD[2:], url=answering.url, folder=tmp_path / "b"
    )
    assert done.stdout.startswith("30 days fetched")
    assert "newest first" not in done.stderr


def test_the_stand_in_stops_with_a_word(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dyntube.demo", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    said, log = process.communicate(timeout=60)
    assert (process.returncode, said, log) == (130, "", "Stopped.\n")
