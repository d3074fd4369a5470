"""Requests that take too long are ended, whatever the server does meanwhile; over real sockets."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from dyntube.errors import CancelledError, UnavailableError
from dyntube.fetch.client import Client, Window
from dyntube.fetch.deadline import Watchdog
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import record
from ..faults.wire import Answer, Wire

DAY = Window(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 2, tzinfo=dt.UTC))
PAGER = {"page": 1, "size": 1000, "hits": 1, "total": 1, "pages": 1}
BODY = json.dumps({"pager": PAGER, "views": [record("a", "2026-05-01T10:00:00Z")]}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass(frozen=True)
class Drip:
    """Sends `start`, and then its drops, one every now and then, until the client has gone."""

    start: bytes
    drops: Iterable[bytes]

    def send(self, connection: socket.socket) -> bool:
        connection.sendall(self.start)
        for drop in self.drops:
            time.sleep(0.01)
            connection.sendall(drop)
        return False


@dataclass(frozen=True)
class Silence:
    """Nothing, until it may end."""

    over: threading.Event

    def send(self, connection: socket.socket) -> bool:
        self.over.wait(30)
        return False


@dataclass(frozen=True)
class Noted:
    """A good answer that notes over which connection it went."""

    seen: set[object]
    answer: Answer

    def send(self, connection: socket.socket) -> bool:
        self.seen.add(connection.getpeername())
        return self.answer.send(connection)


def empty_blocks() -> Iterator[bytes]:
    """A gzip stream that goes on and unpacks to nothing."""
    packer = zlib.compressobj(wbits=31)
    yield packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    yield from itertools.repeat(b"\0\0\0\xff\xff")


def gzipped(more: str) -> bytes:
    return HEAD + f"Content-Encoding: gzip\r\n{more}\r\n\r\n".encode()


def in_chunks(parts: Iterable[bytes]) -> Iterator[bytes]:
    return (b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part)


ENDLESS = "Content-Length: 999999999"
DRIPS: dict[str, Callable[[], Drip]] = {
    "before the head": lambda: Drip(b"", itertools.repeat(b"H")),
    "a head": lambda: Drip(HEAD + b"X-More: ", itertools.repeat(b"a")),
    "headers": lambda: Drip(HEAD, (b"X-%d: 1\r\n" % n for n in itertools.count())),
    "100 Continue": lambda: Drip(b"", itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "a body": lambda: Drip(HEAD + ENDLESS.encode() + b"\r\n\r\n", itertools.repeat(b" ")),
    "a body up to the end": lambda: Drip(HEAD + b"\r\n", itertools.repeat(b" ")),
    "a chunked body": lambda: Drip(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", in_chunks(itertools.repeat(b" "))
    ),
    "the size of a chunk": lambda: Drip(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", itertools.repeat(b"a")
    ),
    "a gzip body of nothing": lambda: Drip(gzipped(ENDLESS), empty_blocks()),
    "a gzip body of nothing, in chunks": lambda: Drip(
        gzipped("Transfer-Encoding: chunked"), in_chunks(empty_blocks())
    ),
    "a refusal": lambda: Drip(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 99999\r\n\r\n", itertools.repeat(b" ")
    ),
}


@contextmanager
def serving(*answers: Drip | Silence | Noted | Answer) -> Iterator[Wire]:
    """A server that gives each answer once, and the last for ever."""
    left = list(answers)
    wire = Wire(lambda _: left.pop(0) if len(left) > 1 else left[0])  # type: ignore[arg-type]
    try:
        yield wire
    finally:
        wire.close()


def client(wire: Wire) -> Client:
    settings = Settings(stats_url=wire.url, api_url=wire.url)
    return Client(settings, sleep=lambda _: None)


def ids(asking: Client) -> list[str]:
    return asking.views(FetchScope(), DAY, 1).views["id"].to_pylist()


def watching() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "_watch" in thread.name]


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.01)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request has a moment, and one attempt."""
    monkeypatch.setattr("dyntube.fetch.transport.DEADLINE", 0.3)
    monkeypatch.setattr("dyntube.fetch.retry.ATTEMPTS", 1)


@pytest.mark.parametrize("where", [*DRIPS, "nothing"])
def test_a_run_that_is_stopped_leaves_a_server_that_does_not_end(where: str) -> None:
    over = threading.Event()
    with serving(DRIPS[where]() if where in DRIPS else Silence(over)) as wire:
        asking = client(wire)
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(ids, asking)
            wait_until(lambda: wire.asked)
            asking.retries.stop(CancelledError("The sync was cancelled."))
            with pytest.raises(CancelledError):
                asked.result(30)
        over.set()
        assert len(wire.asked) == 1


@pytest.mark.parametrize("where", DRIPS)
@pytest.mark.usefixtures("soon")
def test_a_server_that_sends_a_little_now_and_then_is_left(where: str) -> None:
    with serving(DRIPS[where]()) as wire:
        with pytest.raises(UnavailableError, match="the answer took too long"):
            ids(client(wire))
        wire.wait()
        assert wire.unsent == 1, "the server was not left, but has ended by itself"


@pytest.mark.usefixtures("soon")
def test_a_server_that_says_nothing_at_all_is_left() -> None:
    silent = threading.Event()
    with serving(Silence(silent)) as wire:
        with pytest.raises(UnavailableError, match="the answer took too long"):
            ids(client(wire))
        silent.set()


def test_after_a_drip_the_next_attempt_has_a_new_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntube.fetch.transport.DEADLINE", 0.3)

    def then_there_is_time(_: float) -> None:
        monkeypatch.setattr("dyntube.fetch.transport.DEADLINE", 120.0)

    with serving(DRIPS["a body"](), Answer(body=BODY)) as wire:
        settings = Settings(stats_url=wire.url)
        assert ids(Client(settings, sleep=then_there_is_time)) == ["a"]
        assert len(wire.asked) == 2


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_one_connection_serves_many_requests(framing: str) -> None:
    seen: set[object] = set()
    answer = Noted(seen, Answer(body=BODY, framing=framing))  # type: ignore[arg-type]
    with serving(answer) as wire:
        asking = client(wire)
        for _ in range(20):
            assert ids(asking) == ["a"]
        assert len(wire.asked) == 20
        assert len(seen) == 1


def test_a_refusal_that_is_read_to_its_end_costs_no_connection() -> None:
    seen: set[object] = set()
    busy = Noted(seen, Answer(503, b"busy"))
    with serving(busy, busy, Noted(seen, Answer(body=BODY))) as wire:
        assert ids(client(wire)) == ["a"]
        assert len(seen) == 1


def test_as_many_connections_as_requests_side_by_side() -> None:
    seen: set[object] = set()
    with (
        serving(Noted(seen, Answer(body=BODY))) as wire,
        ThreadPoolExecutor(4) as threads,
    ):
        asking = client(wire)
        found = list(threads.map(lambda _: ids(asking), range(80)))
        assert found == [["a"]] * 80
        assert len(seen) <= Settings().concurrency


def test_the_watchdog_is_one_thread_for_all_requests_and_none_when_idle() -> None:
    wait_until(lambda: not watching())
    dog = Watchdog(time.monotonic)
    with dog.limit(5), dog.limit(5), dog.limit(5):
        assert len(watching()) == 1
    wait_until(lambda: not watching())
    with dog.limit(5):
        assert len(watching()) == 1
    wait_until(lambda: not watching())


def test_what_is_done_in_time_is_not_ended_later() -> None:
    now = [0.0]
    dog = Watchdog(lambda: now[0])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with dog.limit(0.1) as request:
            request.socket = ours
            assert not request.is_late
        now[0] = 99.0
        wait_until(lambda: not watching())
        assert request.is_late
        ours.sendall(b"still there")
        assert theirs.recv(99) == b"still there"


def test_what_is_late_is_ended_even_where_it_has_no_connection_yet() -> None:
    now = [0.0]
    dog = Watchdog(lambda: now[0])
    ours, theirs = socket.socketpair()
    with ours, theirs, dog.limit(0.1) as request:
        now[0] = 99.0
        request.end()
        request.socket = ours
        assert theirs.recv(99) == b""
