"""Whatever is logged in a process of ours, by whom and how: one event is one line of JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as talk_to

from . import forked, odd
from .server.test_app import ROOT, TODAY, started

Line = dict[str, Any]
SAID = {
    "a warning": ("import warnings; warnings.warn('odd\\nthing')", "log", "odd\nthing"),
    "another library": ("logging.getLogger('urllib3').warning('a\\n%s', 7)", "log", "a\n7"),
    "the root logger": ("logging.error('plain')", "log", "plain"),
    "a logger with an output of its own": (
        "logging.getLogger('streamlit.config').error('known')",
        "log",
        "known",
    ),
    "a logger that Streamlit makes later": (
        "from streamlit.logger import get_logger; get_logger('streamlit.late').info('late')",
        "log",
        "late",
    ),
    "the server": ("logging.getLogger('uvicorn.error').error('broken')", "log", "broken"),
    "a message that does not fit": (
        "logging.getLogger('x').error('%d views', 'many')",
        "log",
        "'%d views'",
    ),
    "a text that breaks lines or has half a letter": (
        "logging.error('\\x85\\u2028\\x1b[31m\\ud83d \\x00')",
        "log",
        "\x85\u2028\x1b[31m\ud83d \x00",
    ),
    "a thread that ends": (
        "t = threading.Thread(target=lambda: 1 / 0, name='loader'); t.start(); t.join()",
        "uncaught",
        "loader",
    ),
    "an error where none can be raised": (
        "exec('class A:\\n def __del__(self): 1 / 0'); A()",
        "uncaught",
        "A.__del__",
    ),
    "a task that nobody waits for": (
        "exec('async def f(): 1 / 0\\nasync def g(): asyncio.create_task(f()); "
        "await asyncio.sleep(0)'); asyncio.run(g()); import gc; gc.collect()",
        "log",
        "Task exception was never retrieved",
    ),
    "the end of the process": ("raise KeyError('views')", "uncaught", "main thread"),
}


def lines_of(text: str) -> list[Line]:
    """Each line of a log; fails where one is no event."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert dt.datetime.fromisoformat(line["at"]).utcoffset() == dt.timedelta(0)
        assert line["level"] in ("info", "warning", "error", "critical")
        assert line["event"]
    return lines


@pytest.mark.parametrize("what", SAID)
def test_whoever_says_something_says_it_in_one_line(what: str) -> None:
    code, event, text = SAID[what]
    start = (
        "import asyncio, logging, sys, threading\n"
        "from dyntube.ui.server.log import log_everything\nlog_everything()\n"
    )
    done = forked.code(start + code, imports="dyntube.ui.server.log", environ=os.environ)
    [line] = lines_of(done.stderr)
    assert line["event"] == event
    assert text in (line["message"] if event == "log" else line["where"])
    if "1 / 0" in code or "KeyError" in code:
        assert "Traceback" in line["trace"]
        assert line["trace"].count("\n") > 1
    assert done.stdout == ""


SHORT = {
    "event('sync_started', days=7)": "",
    "logging.getLogger('urllib3').info('all is well')": "",
    "logging.getLogger('urllib3.pool').warning('a\\n%s', 7)": "urllib3: a\n7\n",
    "logging.getLogger('x').error('%d views', 'many')": "x: '%d views' (TypeError)\n",
    "logging.getLogger('x').error('\\x1b]0;owned\\x07 \\ud83d', exc_info=KeyError('views'))": (
        "x:  ]0;owned   \n"
    ),
    "event('day_failed', day='2026-05-01', scope='a', reason='No connection.')": (
        "Day failed (day 2026-05-01, scope a): No connection.\n"
    ),
    "bug('A1B2', KeyError('views'))": "Bug (reference A1B2)\nKeyError: 'views'\n",
}


def test_on_a_terminal_lines_are_for_people_and_our_mistakes_have_their_trace() -> None:
    shown = on_a_terminal("\n".join((*SHORT, "raise ZeroDivisionError")))
    said, _, trace = shown.partition("Uncaught (where the main thread)\nTraceback")
    assert said == "".join(SHORT.values())
    assert trace.endswith("ZeroDivisionError\n")


def on_a_terminal(code: str) -> str:
    """What a process of ours shows there, without the time of each line."""
    start = (
        "import logging\nfrom dyntube.events import bug, event\n"
        "from dyntube.ui.server.log import log_everything\nlog_everything()\n"
    )
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", start + code],
        stderr=theirs,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    os.write(theirs, b"END")
    os.close(theirs)
    shown = b""
    while not shown.endswith(b"END"):
        shown += os.read(ours, 10_000)
    os.close(ours)
    text = shown.decode().removesuffix("END").replace("\r\n", "\n")
    return re.sub(r"^\d\d:\d\d:\d\d  ", "", text, flags=re.MULTILINE)


def test_events_of_many_threads_stay_whole() -> None:
    code = (
        "import threading, logging\nfrom dyntube.logs import log_everything\n"
        "from dyntube.events import event\nlog_everything()\n"
        "def say():\n"
        " for n in range(200): event('said', text='x' * 900); logging.error('y' * 900)\n"
        "threads = [threading.Thread(target=say) for _ in range(8)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert len(lines_of(done.stderr)) == 8 * 400


def test_a_program_that_imports_the_package_keeps_its_log_as_it_is() -> None:
    code = (
        "import logging, sys, threading\nhooks = sys.excepthook, threading.excepthook\n"
        "import dyntube, dyntube.account\nfrom dyntube.events import event\n"
        "event('day_failed')\nlogging.warning('mine')\n"
        "assert (sys.excepthook, threading.excepthook) == hooks"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stderr == "WARNING:root:mine\n"


def talk(url: str, *messages: str | bytes) -> None:
    """Open the stream of a page as a browser does, send this and wait until it is closed."""

    def all_of(stream: ClientConnection) -> None:
        for message in messages:
            stream.send(message)
        while True:
            stream.recv(timeout=1)

    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    with talk_to(address, subprotocols=["streamlit"]) as stream:  # type: ignore[list-item]
        try:
            all_of(stream)
        except (ConnectionClosed, TimeoutError):
            return


def raw(url: str, *parts: bytes) -> None:
    """Send bytes of no protocol, and go away."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port)) as wire:
        for part in parts:
            wire.sendall(part)
        wire.settimeout(1)
        try:
            while wire.recv(4096):
                pass
        except OSError:
            return


def test_broken_messages_leave_nothing_but_events_in_the_log(tmp_path: Path) -> None:
    odd.fill(odd.open_archive(tmp_path / "archive"), TODAY, 3)
    log = tmp_path / "log"
    forged = BackMsg()
    widget = forged.rerun_script.widget_states.widgets.add()
    widget.id, widget.json_value = "$$ID-0-trend", '{"selection": {"points": [7, "\ud800"'[:-8]
    rerun = BackMsg()
    rerun.rerun_script.query_string = "video=" + "x" * 2000
    upgrade = (
        b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    )
    key = b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    with started(tmp_path / "archive", log) as url:
        requests.get(f"{url}/_stcore/health", timeout=60)
        for messages in (
            ["a text"],
            [b"\xff\xfe no message of theirs"],
            [b""],
            [forged.SerializeToString()],
            [rerun.SerializeToString(), b"\x08", "and a text"],
            [b"\x00" * 2_000_000],
        ):
            talk(url, *messages)
        raw(url, b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        raw(url, b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n")
        raw(url, b"POST /_stcore/upload_file/x/y HTTP/1.1\r\nHost: localhost\r\n\r\n")
        raw(url, upgrade + b"\r\n")  # without the key
        raw(url, upgrade + key + b"\r\n", b"\xff\xff\xff\xff reserved bits")
        raw(url, upgrade + key + b"\r\n", b"\x81\x05hello")  # without a mask
        raw(url, upgrade + key + b"\r\n", b"\x81\x83\x00\x00\x00\x00\xff\xfe\xfd")  # no UTF-8
        assert requests.get(f"{url}/_stcore/health", timeout=20).text == "ok"
    lines = lines_of(log.read_text())
    assert any("Traceback" in line.get("trace", "") for line in lines)
    assert not any("\n" in line["event"] for line in lines)
