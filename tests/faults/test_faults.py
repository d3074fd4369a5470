"""Faults of the way to the server: waits, refusals, outages, redirects (F9 to F13, F18, F19)."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import pytest

from dyntube.errors import ApiError, AuthError, RequestError, UnavailableError
from dyntube.fetch.client import Window

from .misdeeds import MISDEEDS
from .proof import KEY, NO_WAIT, build, client_of, equals, settings_for
from .scenes import DAY, always, at, days, hourly, in_turn, of_day, once, undisturbed
from .server import LogServer, Manner
from .world import ONE_DAY

MIDDLE = 25  # requests
PASSING = ["429", "429, wait 2 s", "429, wait until", "429, wait -5 s", "408", "500", "502", "503"]
PASSING += ["504", "reset", "no answer"]


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_costs_a_request_and_no_view(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(DAY)
    needed = undisturbed(server, tmp_path, [DAY], concurrency=1)
    server.before = in_turn(name, name)
    syncer, archive = build(server, tmp_path, concurrency=1)
    (stored,) = syncer.sync([DAY]).stored
    assert (stored.rows, stored.verified) == (12, True)
    assert len(server.asked) == needed + 2
    equals(archive, DAY, server.world)


@pytest.mark.parametrize(
    "clock_skew", [dt.timedelta(0), dt.timedelta(hours=7), -dt.timedelta(days=2)]
)
def test_a_date_to_wait_for_is_read_on_the_servers_own_clock(
    server: LogServer, tmp_path: Path, clock_skew: dt.timedelta
) -> None:
    server.start_over(hourly(DAY, count=1), Manner(clock_skew=clock_skew))
    server.before = in_turn("429, wait until")
    syncer, _ = build(server, tmp_path)
    assert syncer.sync([DAY]).stored
    assert 89 <= server.clock.seconds() <= 92


def test_a_server_that_asks_to_wait_a_day_ends_the_run_and_keeps_what_there_is(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = hourly(*days(30), count=3)
    syncer, archive = build(server, tmp_path)
    syncer.sync(days(3))
    server.asked.clear()
    server.before = always("429, wait a day")
    report = syncer.sync(days(30))
    assert {type(error) for error in report.failed.values()} == {UnavailableError}
    assert len(server.asked) <= 4
    assert server.clock.seconds() < 300
    assert list(archive.days()) == days(3)


@pytest.mark.parametrize("page_size", [5, 20])  # one day alone, or three days a page
@pytest.mark.parametrize("name", ["400", "422", "302", "307"])
def test_a_day_that_is_refused_fails_at_once_and_no_other(
    server: LogServer, tmp_path: Path, name: str, page_size: int
) -> None:
    server.world = hourly(*days(5), count=3)
    refused = of_day(DAY + ONE_DAY)
    server.before = lambda asked, rng: MISDEEDS[name] if refused(asked) else None
    syncer, archive = build(server, tmp_path, page_size, concurrency=1)
    report = syncer.sync(days(5))
    assert {day: type(error) for day, error in report.failed.items()} == {
        DAY + ONE_DAY: RequestError
    }
    asked = [json.dumps(asked.json) for asked in server.asked if refused(asked)]
    assert len(asked) == len(set(asked)), "asked again for what was refused"
    assert len({a.json["from"] for a in server.asked if refused(a)}) <= 2
    assert len(report.stored) == len(archive.days()) == 4


@pytest.mark.parametrize("page_size", [5, 20])
@pytest.mark.parametrize("name", ["400", "404", "422", "302", "307"])
def test_a_refusal_that_passes_loses_nothing(
    server: LogServer, tmp_path: Path, name: str, page_size: int
) -> None:
    server.world = hourly(*days(5), count=3)
    for number, day in enumerate(days(5)):
        server.before = once(of_day(day), MISDEEDS[name])
        syncer, archive = build(server, tmp_path / str(number), page_size)
        failed = syncer.sync(days(5)).failed
        assert failed.keys() <= {day}
        if failed:
            assert not syncer.sync(days(5)).failed
        for each in days(5):
            equals(archive, each, server.world)


@pytest.mark.parametrize("name", ["302", "307"])
def test_a_redirect_is_never_followed(server: LogServer, tmp_path: Path, name: str) -> None:
    server.before = always(name)
    with pytest.raises(RequestError, match="redirects"):
        ask(server, tmp_path)
    assert server.elsewhere.asked == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["401", "403"])
def test_a_key_refused_once_costs_the_run_and_no_view(
    server: LogServer, tmp_path: Path, name: str
) -> None:
    server.world = hourly(*days(20), count=3)
    needed = undisturbed(server, tmp_path, days(20))
    server.before = once(of_day(DAY + 9 * ONE_DAY), MISDEEDS[name])
    syncer, archive = build(server, tmp_path)
    report = syncer.sync(days(20))
    assert AuthError in {type(error) for error in report.failed.values()}
    assert len(server.asked) < needed
    assert not syncer.sync(days(20)).failed
    for day in days(20):
        equals(archive, day, server.world)


def test_nothing_on_this_machine_replaces_the_key_or_the_way(
    server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, server.elsewhere.url)
        monkeypatch.setenv(name.upper(), server.elsewhere.url)
    ask(server, tmp_path)
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert server.elsewhere.asked == []


def ask(server: LogServer, folder: Path) -> None:
    settings = settings_for(server, folder)
    window = Window(at(DAY), at(DAY + ONE_DAY))
    client_of(server, settings).views(settings.scopes[0], window, 1)


class Outage:
    """All is well for so many requests, then nothing is."""

    def __init__(self, name: str, after: int = 0) -> None:
        self._misdeed, self._left = MISDEEDS[name], iter(range(after))
        self.met: list[str] = []  # what was asked in vain

    def __call__(self, asked, rng):
        if next(self._left, None) is not None:
            return None
        self.met.append(json.dumps(asked.json))
        return self._misdeed


@pytest.mark.parametrize("after", [0, MIDDLE])
@pytest.mark.parametrize("name", ["503", "429", "reset", "no answer", "cut", "HTML"])
def test_an_outage_is_not_answered_with_a_storm(
    server: LogServer, tmp_path: Path, name: str, after: int
) -> None:
    server.world = hourly(*days(60), count=3)
    server.before = outage = Outage(name, after)
    syncer, archive = build(server, tmp_path, concurrency=4)
    report = syncer.sync(days(60))
    in_vain = set(outage.met)
    assert in_vain
    assert len(in_vain) <= 2 * 4  # each of four asks for a page, and at most for its first page
    assert len(server.asked) <= 1.1 * (after + len(in_vain)) + 20
    assert report.failed
    assert all(isinstance(error, ApiError) for error in report.failed.values())
    assert set(archive.days()) == {info.day for info in report.stored}


def test_a_server_that_fails_half_the_time_is_not_asked_twice_as_often(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = hourly(*days(150), count=1)
    server.before = lambda asked, rng: MISDEEDS["503"] if rng.random() < 0.5 else None
    syncer, archive = build(server, tmp_path, concurrency=4)
    for _ in range(30):
        server.asked.clear()
        due = len(syncer.due(days(150), refresh=NO_WAIT))
        syncer.sync(days(150), refresh=NO_WAIT)
        needed = due + 1  # one asks whether there are views before these days
        assert len(server.asked) <= math.ceil(1.1 * needed + 20)
    assert len(archive.days()) == 150


def test_a_host_that_refuses_connections_ends_the_run_and_is_found_again(
    server: LogServer, tmp_path: Path
) -> None:
    server.world = hourly(*days(12), count=3)
    syncer, archive = build(server, tmp_path)
    syncer.sync(days(3))
    server.wire.close()
    report = syncer.sync(days(12))
    server.wire.open()
    assert UnavailableError in {type(error) for error in report.failed.values()}
    assert list(archive.days()) == days(3)
    assert not syncer.sync(days(12)).failed
    for day in days(12):
        equals(archive, day, server.world)
