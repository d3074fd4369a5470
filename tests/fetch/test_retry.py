"""Asking again: when, how often, for how long, and when to stop."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from typing import NoReturn

import pytest

from dyntube.errors import AuthError, BadResponseError, CancelledError, UnavailableError
from dyntube.fetch.client import Client, Window
from dyntube.fetch.retry import (
    ATTEMPTS,
    BACKOFF_CAP,
    FREE_RETRIES,
    LONGEST_WAIT,
    RETRIES_PER_REQUEST,
    Retries,
    TryAgainError,
    http_date,
    retry_after,
)
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import NOON
from ..scripted import Answer, Server, in_turn, views

HOST = "stats.example"
DAY = Window(NOON, NOON + dt.timedelta(hours=1))
Step = Callable[[], object]


class Waits(list[float]):
    """A clock that only sleeping moves; holds how long each sleep was."""

    def __call__(self) -> float:
        return sum(self)


def patient(waits: Waits, uniform: Callable[[float, float], float] = max) -> Retries:
    return Retries(clock=waits, sleep=waits.append, uniform=uniform)


def failing(times: int, **how: object) -> Step:
    """Something to ask for that fails so often and then answers."""
    left = [TryAgainError("it is busy", **how)] * times  # type: ignore[arg-type]

    def ask() -> str:
        if left:
            raise left.pop()
        return "answer"

    return ask


def call_often(retries: Retries, make: Callable[[int], Step], times: int) -> None:
    for _ in range(1000):
        retries.call(make(times), HOST)


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.005)


def test_an_answer_that_comes_costs_no_wait() -> None:
    waits = Waits()
    retries = patient(waits)
    assert retries.call(lambda: 7, HOST) == 7
    assert (retries.asked, retries.repeated, waits) == (1, 0, [])


def test_the_wait_is_any_time_up_to_twice_the_last_and_never_above_the_cap() -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    waits = Waits()
    patient(waits, uniform).call(failing(ATTEMPTS - 1), HOST)
    assert bounds == [(0, 2), (0, 4), (0, 8), (0, 16)]
    assert waits == [2, 4, 8, 16]
    assert max(bounds)[1] <= BACKOFF_CAP


def test_the_cap_holds_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dyntube.fetch.retry.ATTEMPTS", 12)
    waits = Waits()
    with pytest.raises(UnavailableError, match="12 times in a row"):
        patient(waits).call(failing(12, attempts=99), HOST)
    assert waits[-3:] == [BACKOFF_CAP] * 3
    assert max(waits) == BACKOFF_CAP


def test_what_the_server_asks_for_is_waited_and_a_second_at_most_on_top() -> None:
    waits = Waits()
    retries = patient(waits, random.Random(1).uniform)
    for _ in range(10):
        retries.call(failing(1, wait=30), HOST)
    assert all(30 <= wait <= 31 for wait in waits)
    assert len(set(waits)) > 1


def test_after_some_attempts_it_gives_up_with_the_reason_and_the_host() -> None:
    with pytest.raises(UnavailableError, match=rf"{HOST}: it is busy, {ATTEMPTS} times") as caught:
        patient(Waits()).call(failing(99), HOST)
    assert caught.value.wait is None


@pytest.mark.parametrize(("attempts", "asked"), [(1, 1), (2, 2), (99, ATTEMPTS)])
def test_an_error_says_how_often_it_may_be_tried_and_what_it_is_then(
    attempts: int, asked: int
) -> None:
    final, calls = BadResponseError("a login page"), []

    def ask() -> NoReturn:
        calls.append(1)
        raise TryAgainError("a login page", final=final, attempts=attempts)

    with pytest.raises(BadResponseError) as caught:
        patient(Waits()).call(ask, HOST)
    assert caught.value is final
    assert len(calls) == asked


def test_a_run_may_ask_again_twenty_times_and_once_more_for_each_ten_requests() -> None:
    waits = Waits()
    retries = patient(waits)
    for _ in range(100):
        retries.call(lambda: None, HOST)
    with pytest.raises(UnavailableError, match="Try again later"):
        call_often(retries, failing, 1)
    allowed = FREE_RETRIES + RETRIES_PER_REQUEST * retries.asked
    assert retries.repeated == pytest.approx(allowed, abs=1)
    assert retries.asked + retries.repeated <= 1.1 * retries.asked + FREE_RETRIES + 1


def test_a_run_that_only_fails_says_how_many_requests_did() -> None:
    retries = patient(Waits())
    with pytest.raises(UnavailableError, match=rf"{HOST} failed 21 of 26 .*because it is busy"):
        call_often(retries, failing, ATTEMPTS - 1)


def test_a_wait_that_is_too_long_is_left_to_whoever_asked() -> None:
    waits = Waits()
    with pytest.raises(UnavailableError, match="60 minutes") as caught:
        patient(waits).call(failing(1, wait=3600.0), HOST)
    assert (caught.value.wait, waits) == (3600, [])
    assert patient(waits).call(failing(1, wait=LONGEST_WAIT), HOST) == "answer"


class Sleepers:
    """A clock that a test moves; whoever sleeps says for how long, and wakes when it is time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._moved = threading.Condition()

    def sleep(self, seconds: float) -> None:
        with self._moved:
            self.slept.append(seconds)
            until = self.now + seconds
            assert self._moved.wait_for(lambda: self.now >= until, timeout=30)

    def move(self, now: float) -> None:
        with self._moved:
            self.now = now
            self._moved.notify_all()

    def retries(self) -> Retries:
        return Retries(clock=lambda: self.now, sleep=self.sleep, uniform=lambda *_: 0.0)


def ask_in_a_thread(retries: Retries, ask: Step) -> tuple[threading.Thread, list[object]]:
    found: list[object] = []

    def work() -> None:
        try:
            found.append(retries.call(ask, HOST))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, found


def test_a_thread_that_wakes_sleeps_on_when_another_was_told_to_wait_longer() -> None:
    clock, on_its_way = Sleepers(), threading.Event()
    retries, left = clock.retries(), [TryAgainError("it is busy", 50)]

    def answered_late() -> str:
        on_its_way.wait(30)
        if left:
            raise left.pop()
        return "late answer"

    second, late = ask_in_a_thread(retries, answered_late)
    wait_until(lambda: retries.asked == 1)
    first, found = ask_in_a_thread(retries, failing(1, wait=10))
    wait_until(lambda: clock.slept == [10])
    on_its_way.set()
    wait_until(lambda: clock.slept == [10, 50])
    clock.move(10)
    wait_until(lambda: clock.slept == [10, 50, 40])
    assert found == []
    clock.move(50)
    for thread in (first, second):
        thread.join(30)
    assert (found, late) == (["answer"], ["late answer"])


def test_a_pause_holds_back_threads_that_ask_for_the_first_time() -> None:
    clock = Sleepers()
    retries = clock.retries()
    asked: list[int] = []
    first, _ = ask_in_a_thread(retries, failing(1, wait=10))
    wait_until(lambda: clock.slept == [10])
    clock.move(4)
    second, _ = ask_in_a_thread(retries, lambda: asked.append(1))
    wait_until(lambda: clock.slept == [10, 6])
    assert asked == []
    clock.move(10)
    for thread in (first, second):
        thread.join(30)
    assert asked == [1]


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    clock, on_its_way = Sleepers(), threading.Event()
    retries, left = clock.retries(), [TryAgainError("it is busy", 5)]

    def answered_late() -> None:
        on_its_way.wait(30)
        if left:
            raise left.pop()

    second, _ = ask_in_a_thread(retries, answered_late)
    wait_until(lambda: retries.asked == 1)
    first, _ = ask_in_a_thread(retries, failing(1, wait=50))
    wait_until(lambda: clock.slept == [50])
    on_its_way.set()
    wait_until(lambda: clock.slept == [50, 50])
    assert retries.waiting == 50
    clock.move(50)
    for thread in (first, second):
        thread.join(30)


def test_how_long_is_still_to_wait_is_known_meanwhile() -> None:
    clock = Sleepers()
    retries = clock.retries()
    assert retries.waiting == 0
    thread, _ = ask_in_a_thread(retries, failing(1, wait=10))
    wait_until(lambda: clock.slept == [10])
    assert retries.waiting == 10
    clock.now = 7
    assert retries.waiting == 3
    clock.move(11)
    thread.join(30)
    assert retries.waiting == 0


def test_stop_wakes_all_who_sleep_and_ends_every_later_call_with_the_first_error() -> None:
    retries = Retries()
    asleep = [ask_in_a_thread(retries, failing(1, wait=LONGEST_WAIT)) for _ in range(3)]
    wait_until(lambda: retries.waiting > 0)
    error = CancelledError("The sync was cancelled.")
    retries.stop(error)
    retries.stop(AuthError("This one comes too late."))
    for thread, found in asleep:
        thread.join(30)
        assert found == [error]
    asked: list[int] = []
    with pytest.raises(CancelledError):
        retries.call(lambda: asked.append(1), HOST)
    assert asked == []


def test_a_request_on_its_way_when_the_run_ends_is_not_repeated() -> None:
    retries = patient(Waits())

    def ask() -> NoReturn:
        retries.stop(CancelledError("The sync was cancelled."))
        raise TryAgainError("it is busy")

    with pytest.raises(CancelledError):
        retries.call(ask, HOST)


def test_a_retry_after_in_either_form() -> None:
    assert retry_after("7", NOON) == 7
    assert retry_after(" 120 ", NOON) == 120
    assert retry_after("Fri, 20 Nov 2026 12:01:30 GMT", NOON) == 90
    assert retry_after("Fri, 20 Nov 2026 11:00:00 GMT", NOON) == 0  # it has passed
    assert retry_after("Fri, 20 Nov 2026 14:01:30 +0200", NOON) == 90
    assert retry_after("Friday, 20-Nov-26 12:01:30 GMT", NOON) == 90  # as long ago


ABSURD = [
    None,
    "",
    " ",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "soon",
    "nan",
    "inf",
    "²",
    "٣",
    "7, 7",
    "Fri, 99 Nov 2026 12:01:30 GMT",
    "Fri, 20 Nov 2026 25:61:61 GMT",
    "Fri, 20 Nov 2026",
    "20 Nov",
    "Fri, 20 Nov 10000 12:00:00 GMT",
    "Fri, 20 Nov 99999999999999999999 12:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2300",
    "Fri, 20 Nov 2026 12:01:30 +9999",
    "Fri, 20 Nov 2026 12:01:30 +99999999999",
    "\x00\x00",
    "," * 2000,
]


@pytest.mark.parametrize("header", ABSURD)
def test_an_absurd_header_says_nothing(header: str | None) -> None:
    assert retry_after(header, NOON) is None
    assert http_date(header) is None


def test_a_number_without_end_is_too_long_a_wait() -> None:
    wait = retry_after("9" * 5000, NOON)
    assert wait is not None
    with pytest.raises(UnavailableError, match="Try again later"):
        patient(Waits()).call(failing(1, wait=wait), HOST)


def client(server: Server, waits: Waits, now: dt.datetime = NOON) -> Client:
    settings = Settings(stats_url=server.url, api_url=server.url)
    return Client(
        settings, clock=waits, sleep=waits.append, uniform=lambda *_: 0.0, now=lambda: now
    )


@pytest.mark.parametrize("ours_is_ahead", [-40, 0, 40])
def test_a_date_to_wait_for_is_on_the_servers_clock(server: Server, ours_is_ahead: int) -> None:
    headers = {
        "Date": "Fri, 20 Nov 2026 12:00:00 GMT",
        "Retry-After": "Fri, 20 Nov 2026 12:01:30 GMT",
    }
    server.script = in_turn(Answer(429, b"", headers), views([]))
    waits = Waits()
    asking = client(server, waits, NOON + dt.timedelta(minutes=ours_is_ahead))
    asking.views(FetchScope(), DAY, 1)
    assert waits == [90]


SENDABLE = [text for text in ABSURD if text and text.isascii() and text.isprintable()]


@pytest.mark.parametrize("header", SENDABLE)
def test_an_absurd_header_of_a_server_changes_nothing(server: Server, header: str) -> None:
    headers = {"Date": header, "Retry-After": header}
    server.script = in_turn(Answer(429, b"", headers), Answer(200, views([]).body, headers))
    waits = Waits()
    asking = client(server, waits)
    asking.views(FetchScope(), DAY, 1)
    assert waits == []
    assert asking.clock_skew == dt.timedelta(0)


def test_each_run_has_a_budget_of_its_own(server: Server) -> None:
    first = client(server, Waits())
    with pytest.raises(UnavailableError):
        first.views(FetchScope(), DAY, 1)
    first.retries.stop(CancelledError("The sync was cancelled."))
    server.script = in_turn(views([]))
    assert first.for_one_run().views(FetchScope(), DAY, 1).pager.total == 0
    assert first.for_one_run().retries.asked == 0
