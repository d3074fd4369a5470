"""What whoever starts the dashboard is told, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect as talk_to

from dyntube.ui.server.starting import address, words

from ..cli.test_stopping import Account, stored
from ..scripted import serve

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


class Started:
    """`make run` in a session of its own, as a terminal has it, with the packages of the tests."""

    def __init__(self, folder: Path, stderr: int, environ: dict[str, str]) -> None:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
        self.process = subprocess.Popen(
            ["make", "run", f"BIN={BIN}", "-o", ".venv/run"],
            cwd=ROOT,
            env=keep | {"DYNTUBE_ARCHIVE": str(folder)} | environ,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert self.process.stdout
        self.said = ""
        while line := self.process.stdout.readline():
            self.said += line
            if "Another port" in line:
                return
        raise AssertionError(f"The app did not start:\n{self.said}")

    @property
    def url(self) -> str:
        return re.findall(r"http://\S+", self.said)[0]

    def press_ctrl_c(self) -> str:
        """What is said from then on."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.stdout
        said = self.process.stdout.read()
        self.process.wait(60)
        return said


@contextmanager
def started(folder: Path, stderr: Path | int, **environ: str) -> Iterator[Started]:
    output = stderr if isinstance(stderr, int) else os.open(stderr, os.O_CREAT | os.O_WRONLY)
    made = Started(folder, output, environ)
    os.close(output)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            os.killpg(made.process.pid, signal.SIGKILL)
        if made.process.stdout:
            made.process.stdout.close()
        made.process.wait(60)


def lines_of(text: str) -> dict[str, str]:
    """What is said line by line, by the word that each begins with."""
    found = (line.strip().partition("  ") for line in text.splitlines() if line.startswith("  "))
    return {name: rest.strip() for name, _, rest in found}


def answers(url: str) -> bool:
    return requests.get(f"{url}/_stcore/health", timeout=60).text == "ok"


def test_a_newcomer_is_told_where_it_is_and_what_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with started(tmp_path / "archive", tmp_path / "log") as app:
        assert app.said.startswith("\nDynTube Analytics is at http://127.0.0.1:")
        told = lines_of(app.said)
        assert told.pop("Views").startswith("invented demo data. Set DYNTUBE_API_KEY")
        assert told == {"Archive": str(tmp_path / "archive"), "Time zone": "UTC"}
        assert app.said.endswith("\nAnother port: make run PORT=8600. Stop with Ctrl-C.\n")
        assert "Streamlit" not in app.said
        assert answers(app.url)
        csv = requests.get(f"{app.url}/api/views.csv?period=today", timeout=60)
        assert csv.status_code == 200  # so the stand-in runs too
        assert app.press_ctrl_c() == "\nStopped.\n"
        assert app.process.returncode == -signal.SIGINT  # of make itself: 130 in a shell
    assert (tmp_path / "log").read_text().strip() == ""


ACCOUNT = {"DYNTUBE_API_KEY": "canary-2468", "DYNTUBE_STATS_URL": "http://127.0.0.1:1"}
SHOWN = {
    "an account": ({}, "your account at http://127.0.0.1:1"),
    "two projects": ({"DYNTUBE_PROJECT_KEYS": "a,b"}, "2 projects at http://127.0.0.1:1"),
    "one channel": ({"DYNTUBE_CHANNEL_KEYS": "a"}, "1 channel at http://127.0.0.1:1"),
    "a scheduler": (
        {"DYNTUBE_SYNC": "external"},
        "your account at http://127.0.0.1:1, fetched by a scheduler",
    ),
}


@pytest.mark.parametrize("which", SHOWN)
def test_whose_views_are_shown_is_said_without_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, which: str
) -> None:
    settings, views = SHOWN[which]
    monkeypatch.chdir(tmp_path)
    for name, value in (ACCOUNT | settings | {"DYNTUBE_TIMEZONE": "Asia/Tokyo"}).items():
        monkeypatch.setenv(name, value)
    text = words()
    assert lines_of(text) == {
        "Views": views,
        "Archive": str(tmp_path / "archive"),
        "Time zone": "Asia/Tokyo",
    }
    assert "canary" not in text


def test_a_setting_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNTUBE_TIMEZONE", "Mars/Olympus")
    told = lines_of(words())
    assert told.keys() == {"Settings"}
    assert told["Settings"].startswith("DYNTUBE_TIMEZONE cannot be used: ")


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "http://localhost:8501"),
        ({"server.address": "127.0.0.1", "server.port": 8600}, "http://127.0.0.1:8600"),
        ({"server.address": "0.0.0.0"}, "http://localhost:8501"),
        ({"server.address": "::"}, "http://localhost:8501"),
        ({"server.address": "::1"}, "http://[::1]:8501"),
        ({"server.address": "dash.acme.com", "server.sslCertFile": "c.pem"},
         "https://dash.acme.com:8501"),
        ({"server.baseUrlPath": "/dash/"}, "http://localhost:8501/dash"),
    ],
)  # fmt: skip
def test_the_address_is_one_that_a_browser_can_open(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], url: str
) -> None:
    known = {"server.port": 8501, "server.baseUrlPath": ""} | options
    monkeypatch.setattr("streamlit.get_option", known.get)
    assert address() == url


PERIOD = "from=2026-05-01&to=2026-06-04&compare=none"


def test_ctrl_c_ends_a_sync_that_pages_have_begun(tmp_path: Path) -> None:
    account, folder = Account(), tmp_path / "archive"
    with serve(account) as server:
        known = {"DYNTUBE_STATS_URL": server.url, "DYNTUBE_API_URL": server.url}
        with started(folder, tmp_path / "log", **known) as app:
            look(app.url, PERIOD, until=lambda: len(stored(folder)) >= 9)
            assert app.press_ctrl_c() == "\nStopped.\n"  # though the server does not answer
        account.open.set()
    events = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line]
    assert events[-1] | {"event": "sync_ended", "outcome": "cancelled"} == events[-1]
    assert {event["level"] for event in events} == {"info"}


def look(url: str, query: str, *, until: Callable[[], bool]) -> None:
    """Look at the first page until something is true, and go away."""
    message = BackMsg()
    message.rerun_script.query_string = query
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    with talk_to(address, subprotocols=["streamlit"]) as stream:  # type: ignore[list-item]
        stream.send(message.SerializeToString())
        while not until():
            with suppress(TimeoutError):
                stream.recv(timeout=0.1)


def test_on_a_terminal_the_log_is_short_lines_of_what_went_wrong(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with started(tmp_path / "archive", theirs, DYNTUBE_HOSTS="https://dash") as app:
        assert lines_of(app.said)["Settings"].startswith("DYNTUBE_HOSTS has 'https://dash', ")
        assert answers(app.url)
        app.press_ctrl_c()
    shown = os.read(ours, 10**6).decode().splitlines()
    os.close(ours)
    [line] = [line for line in shown if line.strip()]
    assert re.fullmatch(r"\d\d:\d\d:\d\d  Hosts not read: DYNTUBE_HOSTS has .*", line)
