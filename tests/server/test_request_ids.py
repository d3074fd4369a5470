"""What a request is called: in its answer, and in every line of the log that is about it."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from starlette.requests import Request
from starlette.routing import Route

from .test_hosts import asked
from .test_routes import LOCAL, served
from .test_starting import look, started

MADE = re.compile("[0-9a-f]{32}")
TAKEN = ["a" * 8, "b" * 64, "1f3c9a.Trace-7_x", "0123456789abcdef0123456789abcdef"]
NOT_TAKEN = ["", "a" * 7, "b" * 65, "with space", 'quote"inside', "new\tline--", "häßlich-id"]
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def url(connect: Callable[..., None], tmp_path: Path) -> Iterator[str]:
    connect(LOCAL, tmp_path / "archive", SYNC="external")

    def broken(_: Request) -> None:
        raise ZeroDivisionError

    with served(routes=[Route("/broken", broken)]) as address:
        yield address


def id_of(url: str, path: str = "/healthz", **headers: str) -> str:
    answer = requests.get(f"{url}{path}", headers=headers, timeout=20)
    return answer.headers["x-request-id"]


@pytest.mark.parametrize("given", TAKEN)
def test_the_id_of_a_proxy_is_taken(url: str, given: str) -> None:
    assert id_of(url, **{"X-Request-Id": given}) == given
    assert id_of(url, **{"x-request-ID": given}) == given


@pytest.mark.parametrize("given", NOT_TAKEN)
def test_one_that_does_not_fit_into_a_log_is_not_taken(url: str, given: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 20) as to:
        lines = ("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
        text = "\r\n".join((*lines, f"X-Request-Id: {given}", "", ""))
        to.sendall(text.encode("latin-1"))
        answer = to.makefile("rb").read().decode()
    [found] = re.findall(r"(?i)^x-request-id: (.*)\r$", answer, re.MULTILINE)
    assert MADE.fullmatch(found)


def test_each_request_without_one_gets_its_own(url: str) -> None:
    ids = {id_of(url) for _ in range(5)}
    assert len(ids) == 5
    assert all(map(MADE.fullmatch, ids))


def test_refusals_and_our_own_mistakes_have_it_too(url: str) -> None:
    for path, status in (("/broken", 500), ("/nowhere", 404), ("/_stcore/metrics", 404)):
        answer = requests.get(f"{url}{path}", headers={"X-Request-Id": "of-a-proxy"}, timeout=20)
        assert answer.status_code == status
        assert answer.headers["x-request-id"] == "of-a-proxy"
    assert asked(url, "evil.example")[0] == 403
    refused = requests.get(url, headers={"Host": "evil.example"}, timeout=20)
    assert MADE.fullmatch(refused.headers["x-request-id"])


def test_lines_of_the_log_name_the_request_or_the_session_that_they_are_about(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    known = {"DYNTUBE_STATS_URL": NOBODY, "DYNTUBE_SYNC": "external"}
    # A warehouse that is away: the log says so, though not at every question.
    known["DYNTUBE_ENGINE"] = "clickhouse://nobody@127.0.0.1:1/none"
    with started(tmp_path / "archive", log, **known) as app:
        for name in ("the-first", "the-second"):
            ask_until_logged(app.url, name, log)
        look_until_logged(app.url, 1, log)
        look_until_logged(app.url, 2, log)
        app.press_ctrl_c()
    assert all(re.fullmatch("[0-9a-f]{12}", session) for session in about("session", log))
    lines = lines_of(log)
    assert not [line for line in lines if "request" in line and "session" in line]
    events = {line["event"] for line in lines if "session" in line}
    assert events == {"log", "warehouse_failed"}, "ours and those of libraries"


def ask_until_logged(url: str, name: str, log: Path) -> None:
    """Ask for views under this name until that is in the log."""
    for _ in range(200):
        headers = {"X-Request-Id": name}
        answer = requests.get(f"{url}/api/views.csv", headers=headers, timeout=60)
        assert answer.headers["x-request-id"] == name
        if name in about("request", log):
            return
        time.sleep(0.2)
    raise AssertionError(f"{name} is not in the log")


def look_until_logged(url: str, count: int, log: Path) -> None:
    """Open pages until so many sessions are in the log."""
    for _ in range(30):
        look(url, "", until=iter([False] * 20 + [True]).__next__)
        if len(about("session", log)) >= count:
            return
    raise AssertionError("the session is not in the log")


def lines_of(log: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]


def about(what: str, log: Path) -> set[str]:
    """The requests or sessions that lines of a log are about."""
    return {line[what] for line in lines_of(log) if what in line}
