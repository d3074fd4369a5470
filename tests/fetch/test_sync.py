"""From the API into the archive: whole days, counted, each on its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections import Counter
from pathlib import Path

import pytest

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.demo import process
from dyntube.errors import ArchiveError, AuthError, SyncRunningError, UnavailableError
from dyntube.fetch.sync import Progress, Syncer, plan
from dyntube.fetch.window import SWEEPS
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import NOON, record
from ..scripted import Answer, Asked, Server, in_turn, views
from ..syncing import MAY_1, ONE_DAY, TODAY, build, day_asked, hourly, paged


def info(day: dt.date, *, fetched: dt.datetime, settled: bool, verified: bool = True) -> DayInfo:
    return DayInfo(day, 1, 1, verified, settled, fetched, fetched, None)


def test_the_plan_takes_what_is_missing_stale_or_unverified_newest_first() -> None:
    hour = dt.timedelta(hours=1)
    days = [TODAY - n * ONE_DAY for n in range(-1, 6)]
    stored = {
        TODAY: info(TODAY, fetched=NOON - 2 * hour, settled=False),
        days[2]: info(days[2], fetched=NOON - hour / 2, settled=False),
        days[3]: info(days[3], fetched=NOON - 99 * hour, settled=True),
        days[4]: info(days[4], fetched=NOON - 99 * hour, settled=True, verified=False),
    }
    assert plan(days, stored, now=NOON, refresh=hour) == [TODAY, days[4], days[5], days[6]]


def test_a_synced_day_has_every_view_once_and_says_what_it_knows(
    syncer: Syncer, archive: Archive
) -> None:
    day = TODAY - 10 * ONE_DAY
    (stored,) = syncer.sync([day]).stored
    views = archive.read(day, day)
    assert stored.rows == stored.api_total == len(views) == len(set(views["id"].to_pylist())) > 1000
    assert stored.verified
    assert stored.settled
    assert stored.newest == max(views["date"].to_pylist())
    assert archive.days() == {day: [stored]}
    assert views["date"].to_pylist() == sorted(views["date"].to_pylist())


def test_a_day_settles_three_days_after_its_end_and_is_then_left_alone(
    syncer: Syncer, archive: Archive
) -> None:
    days = [TODAY - n * ONE_DAY for n in range(6)]
    syncer.sync(days)
    settled = {day: infos[0].settled for day, infos in archive.days().items()}
    assert [settled[day] for day in days] == [False, False, False, False, True, True]
    again = syncer.sync(days, refresh=dt.timedelta(0))
    assert sorted(stored.day for stored in again.stored) == sorted(days[:4])


def test_today_is_fetched_up_to_now(syncer: Syncer, archive: Archive) -> None:
    (stored,) = syncer.sync([TODAY]).stored
    assert stored.until == NOON
    assert stored.newest
    assert stored.newest < NOON


def test_days_that_have_not_begun_are_never_asked_for(server: Server, settings_of_server) -> None:
    syncer, _ = build(settings_of_server)
    assert syncer.sync([TODAY + ONE_DAY]).stored == []
    assert server.asked == []


def test_a_day_without_views_is_stored_as_such(server: Server, settings_of_server) -> None:
    server.script = paged([])
    syncer, archive = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert (stored.rows, stored.verified, stored.newest) == (0, True, None)
    assert syncer.sync([MAY_1]).stored == []
    assert len(archive.read(MAY_1, MAY_1)) == 0


def test_views_that_arrive_while_paging_make_the_day_be_fetched_again(
    server: Server, settings_of_server
) -> None:
    late = hourly(9)
    sweeps = {"count": 0}

    def script(asked: Asked) -> Answer:
        sweeps["count"] += asked.json["page"] == 1
        arrived = late[:7] if sweeps["count"] == 1 and asked.json["page"] < 3 else late
        return paged(arrived)(asked)

    server.script = script
    syncer, archive = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert stored.verified
    assert sorted(archive.read(MAY_1, MAY_1)["id"].to_pylist()) == sorted(r["id"] for r in late)


def test_a_day_that_never_adds_up_is_kept_and_marked(server: Server, settings_of_server) -> None:
    def script(asked: Asked) -> Answer:
        answer = json.loads(paged(hourly(5))(asked).body)
        answer["pager"]["total"] = 6
        return Answer(body=json.dumps(answer).encode())

    server.script = script
    syncer, _ = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert (stored.rows, stored.api_total, stored.verified) == (5, 6, False)
    asked = [a.json["from"] for a in server.asked if (a.json["page"], a.json["size"]) == (1, 2)]
    assert max(Counter(asked).values()) == SWEEPS
    assert syncer.due([MAY_1], refresh=dt.timedelta(0)) != []


def test_of_a_view_that_comes_twice_the_longer_watch_time_is_kept(
    server: Server, settings_of_server
) -> None:
    twice = [record("a", "2026-05-01T10:00:00Z", watchTime=w) for w in (10, 40, 20)]
    server.script = in_turn(views(twice))
    syncer, archive = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert archive.read(MAY_1, MAY_1)["watch_time"].to_pylist() == [40.0]
    assert stored.duplicates == 2


def test_a_view_on_the_boundary_is_stored_on_its_own_day_only(
    server: Server, settings_of_server
) -> None:
    midnight = record("m", "2026-05-02T00:00:00+00:00")
    server.script = in_turn(views([*hourly(2), midnight]))  # a `to` that is inclusive
    syncer, archive = build(settings_of_server)
    syncer.sync([MAY_1])
    assert "m" not in archive.read(MAY_1, MAY_1)["id"].to_pylist()


def test_a_smaller_page_size_of_the_server_is_believed(server: Server, settings_of_server) -> None:
    def script(asked: Asked) -> Answer:
        asked.json["size"] = min(asked.json["size"], 1)
        return paged(hourly(4))(asked)

    server.script = script
    syncer, archive = build(settings_of_server)
    assert syncer.sync([MAY_1]).stored[0].verified
    assert len(archive.read(MAY_1, MAY_1)) == 4


def test_records_that_cannot_be_read_are_set_aside_and_counted(
    server: Server, settings_of_server
) -> None:
    bad = record("x", "no date at all")
    server.script = in_turn(views([*hourly(2), bad]))
    syncer, archive = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert (stored.rows, stored.rejected, stored.verified) == (2, 1, True)
    (aside,) = settings_of_server.archive.rglob("*.rejected.jsonl")
    line = json.loads(aside.read_text())
    assert json.loads(line["raw"]) == bad
    assert "date" in line["reason"]
    assert len(archive.read(MAY_1, MAY_1)) == 2


def test_a_refused_key_stops_the_run_and_loses_nothing(server: Server, settings_of_server) -> None:
    server.script = paged(hourly(3))
    syncer, archive = build(settings_of_server)
    syncer.sync([MAY_1])
    server.script = in_turn(Answer(401))
    server.asked.clear()
    report = syncer.sync([MAY_1 + n * ONE_DAY for n in range(50)])
    assert {type(error) for error in report.failed.values()} == {AuthError}
    assert len(server.asked) <= 2 * settings_of_server.concurrency
    assert list(archive.days()) == [MAY_1]


def test_an_unreachable_server_stops_the_run_and_finished_days_stay(
    server: Server, settings_of_server
) -> None:
    good = paged([*hourly(3), *hourly(3, MAY_1 + ONE_DAY)])
    newest = MAY_1 + ONE_DAY
    server.script = lambda asked: good(asked) if day_asked(asked) == newest else Answer(503)
    syncer, archive = build(settings_of_server)
    report = syncer.sync([MAY_1 + n * ONE_DAY for n in range(-20, 2)])
    assert UnavailableError in {type(error) for error in report.failed.values()}
    assert list(archive.days()) == [MAY_1 + ONE_DAY]


def test_each_scope_is_asked_for_and_kept_on_its_own(stand_in: str, tmp_path: Path) -> None:
    keys = ("5lCohVbzSymGw", "yV1pSf4BrUwHk")
    scopes = tuple(FetchScope("project", key) for key in keys)
    settings = Settings(stats_url=stand_in, api_url=stand_in, archive=tmp_path, scopes=scopes)
    syncer, archive = build(settings)
    day = TODAY - 10 * ONE_DAY
    assert len(syncer.sync([day]).stored) == 2
    for scope in scopes:
        one = Archive(tmp_path, [settings.folder(scope)])
        assert set(one.read(day, day)["project_key"].to_pylist()) == {scope.key}
    assert set(archive.read(day, day)["project_key"].to_pylist()) == set(keys)


def test_only_one_sync_runs_at_a_time(syncer: Syncer, archive: Archive) -> None:
    with archive.lock(), pytest.raises(SyncRunningError):
        syncer.sync([MAY_1])


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, settings: Settings) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    syncer, _ = build(Settings(stats_url=settings.stats_url, archive=blocked / "archive"))
    with pytest.raises(ArchiveError, match=str(blocked)):
        syncer.sync([MAY_1])


def test_progress_counts_days_and_views_up_to_the_end(syncer: Syncer) -> None:
    seen: list[Progress] = []
    report = syncer.sync([TODAY - n * ONE_DAY for n in range(1, 7)], progress=seen.append)
    assert seen[0] == Progress(0, 6, 0, None)
    assert (seen[-1].days_done, seen[-1].views) == (6, report.views)
    assert [p.days_done for p in seen] == sorted(p.days_done for p in seen)


def test_a_cancelled_sync_keeps_the_days_it_has(syncer: Syncer, archive: Archive) -> None:
    days = [TODAY - n * ONE_DAY for n in range(1, 30)]
    stop = threading.Event()
    report = syncer.sync(days, progress=lambda p: p.days_done and stop.set(), stop=stop)
    assert report.cancelled
    assert not report.failed
    assert 0 < len(report.stored) < 29
    assert len(archive.days()) == len(report.stored)


def test_the_first_day_of_an_account_is_found_by_counting(
    server: Server, settings_of_server
) -> None:
    server.script = paged([*hourly(3, dt.date(2021, 7, 9)), *hourly(1)])
    syncer, _ = build(settings_of_server)
    assert syncer.first_day() == dt.date(2021, 7, 9)
    assert len(server.asked) < 20


def test_an_account_without_views_has_no_first_day(server: Server, settings_of_server) -> None:
    server.script = paged([])
    syncer, _ = build(settings_of_server)
    assert syncer.first_day() is None
    assert len(server.asked) == 12  # a range of years, whether it is cut short, and today


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_server_that_is_killed_and_comes_back_costs_nothing(tmp_path: Path) -> None:
    first = process.start(today=f"{NOON:%Y-%m-%dT%H:%M}")
    days = [TODAY - n * ONE_DAY for n in range(1, 9)]
    settings = Settings(stats_url=first.url, api_url=first.url, archive=tmp_path)
    syncer, archive = build(settings)
    syncer.sync(days[:3])
    first.child.kill()
    first.stop()
    assert syncer.sync(days).failed
    port = int(first.url.rsplit(":", 1)[1])
    second = process.start(port, today=f"{NOON:%Y-%m-%dT%H:%M}")
    report = syncer.sync(days)
    second.stop()
    assert not report.failed
    assert sorted(archive.days()) == sorted(days)


def test_a_server_that_always_counts_one_too_many_is_not_asked_without_end(
    server: Server, settings_of_server: Settings
) -> None:
    pages, each_is_asked_at_most = 3, 60

    def script(asked: Asked) -> Answer:
        answer = json.loads(paged(hourly(5))(asked).body)
        answer["pager"]["total"] += 1
        return Answer(body=json.dumps(answer).encode())

    server.script = script
    syncer, _ = build(settings_of_server)
    (stored,) = syncer.sync([MAY_1]).stored
    assert not stored.verified
    assert len(server.asked) < pages * each_is_asked_at_most
