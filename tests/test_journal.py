"""What happens to the archive: kept beside the days, and a line of JSON in the log."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dyntube import events
from dyntube.events import FILE_NAME, Event, EventLog, bug, event
from dyntube.logs import start_logging
from dyntube.settings.settings import Settings

from .conftest import NOON
from .scripted import Answer, Server, in_turn
from .syncing import MAY_1, ONE_DAY, build, hourly, paged

Log = Callable[[], list[dict[str, object]]]
DEEP = "a text\nof two lines, \x1b[31mred\x1b[0m, \u2028 and \u0085 more"


@pytest.fixture
def kept(tmp_path: Path) -> EventLog:
    return EventLog(tmp_path / FILE_NAME, now=lambda: NOON)


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """What the log writes to the error output, from `start_logging` on."""
    logger = logging.getLogger("dyntube")
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [], True  # as no test before this one has been
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logger.handlers, logger.level, logger.propagate = before


def test_events_are_read_newest_first(kept: EventLog) -> None:
    for n in range(5):
        kept.write("day_stored", day=MAY_1 + n * ONE_DAY, views=n)
    newest = Event(NOON, "day_stored", {"day": "2026-05-05", "views": 4})
    assert kept.read(99)[0] == newest
    assert [found.facts["views"] for found in kept.read(3)] == [4, 3, 2]


def test_where_nothing_was_written_there_is_nothing_to_read(kept: EventLog) -> None:
    assert kept.read(10) == []


def test_a_fact_may_be_any_text(kept: EventLog, tmp_path: Path) -> None:
    kept.write("day_failed", reason=DEEP)
    kept.write("day_failed", reason="")
    assert [found.facts["reason"] for found in kept.read(10)] == ["", DEEP]
    assert (tmp_path / FILE_NAME).read_bytes().count(b"\n") == 2


@pytest.mark.parametrize(
    "cut",
    ['{"at": "2026-05-01T10:00:', "", "null", "[]", "7", '{"at": 7}', '{"event": "a"}', "\xff"],
)
def test_a_line_that_a_crash_has_cut_costs_itself_only(
    cut: str, kept: EventLog, tmp_path: Path
) -> None:
    kept.write("before")
    with (tmp_path / FILE_NAME).open("a", encoding="latin-1") as file:
        file.write(cut)  # without the end of its line
    kept.write("after")
    kept.write("later")
    assert [found.name for found in kept.read(10)] == ["later", "after", "before"]


def test_bytes_that_are_no_text_cost_their_line_only(kept: EventLog, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\x00 \x80\n")
    kept.write("after")
    assert [found.name for found in kept.read(10)] == ["after"]


def test_a_long_journal_loses_its_older_half(
    kept: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_KEPT", 4_000)
    for n in range(1_000):
        kept.write("day_stored", number=n)
        assert (tmp_path / FILE_NAME).stat().st_size <= 4_000
    numbers = [int(str(found.facts["number"])) for found in kept.read(9_999)]
    assert numbers == list(range(999, 999 - len(numbers), -1))
    assert len(numbers) > 10
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_the_log_has_one_json_object_a_line_with_times_in_utc(log: Log, kept: EventLog) -> None:
    start_logging()
    kept.write("day_failed", day=MAY_1, reason=DEEP)
    event("names_not_fetched", reason="none")
    first, second = log()
    assert (first["event"], first["day"], first["reason"]) == ("day_failed", "2026-05-01", DEEP)
    assert (second["event"], second["level"]) == ("names_not_fetched", "warning")
    for line in (first, second):
        at = dt.datetime.fromisoformat(str(line["at"]))
        assert at.utcoffset() == dt.timedelta(0)


def test_a_bug_is_one_line_with_its_trace_and_reference(log: Log) -> None:
    start_logging()
    try:
        raise KeyError("views")
    except KeyError as error:
        bug("A1B2", error)
    (line,) = log()
    assert (line["event"], line["level"], line["reference"]) == ("bug", "error", "A1B2")
    assert "test_a_bug_is_one_line" in str(line["trace"])


def test_starting_the_log_twice_writes_each_event_once(log: Log) -> None:
    start_logging()
    start_logging()
    event("sync_started", days=1)
    assert len(log()) == 1


def test_events_do_not_reach_the_logs_of_others(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    start_logging()
    event("sync_started", days=1)
    assert caplog.records == []


def test_a_journal_that_cannot_be_written_leaves_the_event_in_the_log(
    log: Log, tmp_path: Path
) -> None:
    start_logging()
    (tmp_path / FILE_NAME).mkdir()
    EventLog(tmp_path / FILE_NAME).write("sync_started", days=1)
    assert [line["event"] for line in log()] == ["sync_started", "journal_not_written"]
    assert EventLog(tmp_path / FILE_NAME).read(10) == []


def test_a_journal_that_cannot_be_written_does_not_stop_a_sync(
    server: Server, settings_of_server: Settings
) -> None:
    server.script = paged(hourly(3))
    syncer, archive = build(settings_of_server)
    folder = archive.root / archive.folders[0]
    (folder / FILE_NAME).mkdir(parents=True)
    assert syncer.sync([MAY_1]).outcome == "done"
    assert len(archive.read(MAY_1, MAY_1)) == 3


def test_a_sync_notes_what_it_did_and_nothing_of_the_views(
    server: Server, settings_of_server: Settings
) -> None:
    server.script = paged(hourly(3, clientUserId="someone", geo={"ip": "192.0.2.7"}))
    syncer, archive = build(dataclasses.replace(settings_of_server, page_size=100))
    syncer.sync([MAY_1])
    file = archive.root / archive.folders[0] / FILE_NAME
    ended, stored, started = EventLog(file).read(9)
    assert (started.name, started.facts) == ("sync_started", {"days": 1})
    assert stored.facts == {
        "day": "2026-05-01",
        "views": 3,
        "total": 3,
        "verified": True,
        "duplicates": 0,
        "rejected": 0,
        "sweeps": 3,  # with those of its halves, as nothing shows where the day ends
        "requests": 3,
    }
    assert ended.facts.items() >= {"outcome": "done", "days": 1, "views": 3, "failed": 0}.items()
    assert (ended.facts["requests"], ended.facts["retries"]) == (3, 0)
    for id_ in ("someone", "192.0.2.7", "viewer-", f"{MAY_1}-0"):
        assert id_ not in file.read_text("utf-8")


def test_a_failed_sync_says_why(server: Server, settings_of_server: Settings) -> None:
    server.script = in_turn(Answer(400, b'{"message": "Bad from."}'))
    syncer, archive = build(settings_of_server)
    syncer.sync([MAY_1])
    ended, failed, _ = EventLog(archive.root / archive.folders[0] / FILE_NAME).read(9)
    assert failed.name == "day_failed"
    assert "Bad from" in str(failed.facts["reason"])
    assert (ended.facts["outcome"], ended.facts["failed"]) == ("failed", 1)
