"""`report --pdf` without a browser: what it needs, whom its server answers, how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from dyntube.errors import PrintError
from dyntube.pdf import browser, server
from dyntube.pdf.write import write_pdf

from ..cli.test_command_line import ROOT, environ_of, run
from ..processes import left_of, running_of

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By which what was started here is known: all that it keeps is there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("DYNTUBE_ARCHIVE", str(tmp_path / "archive"))


def a_browser(folder: Path, script: str) -> str:
    """A program in the place of a browser."""
    program = folder / "browser"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_without_a_browser_it_says_what_was_looked_for_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    done = run("report", "videos", "--pdf", str(file), folder=tmp_path, PATH=str(tmp_path))
    assert done.returncode == 2
    assert "chromium, chromium-browser, google-chrome" in done.stderr
    assert "apt install chromium" in done.stderr
    assert "DYNTUBE_BROWSER" in done.stderr
    assert not file.exists()


def test_a_named_browser_is_taken_and_has_to_be_there(tmp_path: Path) -> None:
    program = a_browser(tmp_path, "exit 1")
    assert browser.find(program) == program
    done = run(
        *("report", "videos", "--pdf", str(tmp_path / "page.pdf")),
        folder=tmp_path,
        DYNTUBE_BROWSER="/nowhere/chrome",
    )
    assert done.returncode == 2
    assert "DYNTUBE_BROWSER names /nowhere/chrome, which is no program" in done.stderr


def test_a_browser_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    file.write_text("before")
    program = a_browser(tmp_path, "echo No usable sandbox! >&2; exit 1")
    with pytest.raises(PrintError, match=r"does not start: .*No usable sandbox!.*--no-sandbox"):
        write_pdf("", file, program)
    assert file.read_text() == "before"
    assert left_of(tmp_path) == []


def test_a_browser_that_does_not_answer_is_given_up_and_ended(tmp_path: Path) -> None:
    program = a_browser(tmp_path, "sleep 600 & sleep 600")
    until = time.monotonic() + 1
    with (
        pytest.raises(PrintError, match="does not answer"),
        browser.started(program, until),
    ):
        pytest.fail("It is said to have started.")
    assert left_of(tmp_path) == []


def test_a_file_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "page.pdf"
    program = a_browser(tmp_path, f"touch {tmp_path}/started")
    done = run(
        *("report", "videos", "--pdf", str(missing)), folder=tmp_path, DYNTUBE_BROWSER=program
    )
    assert done.returncode == 1
    assert f"The file {missing} cannot be written: No such file or directory." in done.stderr
    assert not (tmp_path / "started").exists()


@pytest.fixture
def opened(own_folder: None) -> Iterator[server.Server]:
    with server.started(60) as found:
        yield found


def status(of: server.Server, path: str, **headers: str) -> int:
    """What a GET of a path is answered with."""
    with closing(http.client.HTTPConnection(of.url.removeprefix("http://"), timeout=20)) as asked:
        asked.request("GET", path, headers=headers)
        with asked.getresponse() as answer:
            return answer.status


def test_the_server_answers_nobody_without_the_secret(opened: server.Server) -> None:
    known = {"Cookie": f"{opened.cookie}={opened.secret}"}
    script = "/app/static/print.js"
    for path in ("/", "/videos", "/_stcore/health", "/_stcore/host-config", script):
        for wrong in ({}, {"Cookie": f"{opened.cookie}="}, {"Cookie": f"{opened.cookie}=x"}):
            assert status(opened, path, **wrong) == 403, (path, wrong)
        assert status(opened, path, **known) == 200, path
    stream = "/_stcore/stream"
    assert status(opened, stream, **UPGRADE) == 403
    assert status(opened, stream, **UPGRADE, Cookie=f"{opened.cookie}=x") == 403
    assert status(opened, stream, **UPGRADE, **known) == 101
    refused = requests.get(opened.url, timeout=20)
    assert refused.headers["cache-control"] == "no-store"
    assert "for nobody else" in refused.text


def test_nobody_sees_the_secret_and_only_this_machine_reaches_the_server(
    opened: server.Server, tmp_path: Path
) -> None:
    started = running_of(tmp_path)
    assert started
    for process in started:
        for seen in ("cmdline", "environ"):
            assert opened.secret.encode() not in Path(f"/proc/{process}/{seen}").read_bytes()
    assert opened.secret not in repr(opened)
    port = f"{int(opened.url.rpartition(':')[2]):04X}"
    lines = [line.split() for file in ("tcp", "tcp6") for line in _sockets(file)]
    listening = {local for _, local, _, state, *_ in lines if state == "0A"}
    assert {at for at in listening if at.endswith(f":{port}")} == {f"0100007F:{port}"}


def _sockets(file: str) -> list[str]:
    try:
        return Path(f"/proc/net/{file}").read_text().splitlines()[1:]
    except FileNotFoundError:  # without IPv6
        return []


def test_the_server_ends_with_the_program_that_started_it_even_by_a_kill(tmp_path: Path) -> None:
    script = (
        "import time; from dyntube.pdf import server\n"
        "with server.started(60) as found:\n  print(found.url, flush=True); time.sleep(600)"
    )
    environ = environ_of("", tmp_path / "archive") | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline().startswith(b"http://127.0.0.1:")
        os.kill(parent.pid, signal.SIGKILL)
    assert left_of(tmp_path) == []
