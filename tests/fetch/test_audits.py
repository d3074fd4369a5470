"""Settled days are looked at again, one request each; what is wrong is fetched again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from dyntube.archive.audits import Audits
from dyntube.fetch.plan import AUDITS_PER_RUN

from ..conftest import NOON, record
from ..scripted import Answer, Asked
from ..syncing import MAY_1, ONE_DAY, MakeScene, Scene, day_asked, hourly, ids, paged

MONTH = 31 * ONE_DAY


def stored_long_ago(scene: MakeScene, count: int = 3, **fields: object) -> Scene:
    """An archive with one settled day, a month ago."""
    old = scene(hourly(count, **fields))
    old.sync(MAY_1)
    return old


def later(old: Scene, after: dt.timedelta = MONTH) -> Scene:
    """A run that has only the day of its own clock to fetch."""
    old.sync((old.now + after).date(), after=after)
    return old


def counted(old: Scene) -> list[str]:
    """The days that were counted in the last run."""
    return [str(day_asked(asked)) for asked in old.server.asked if asked.json["size"] == 1]


def file_of(old: Scene) -> Path:
    return old.archive.root / old.archive.folders[0] / "audits.json"


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def events(old: Scene, name: str) -> list[dict[str, object]]:
    return [event.facts for event in old.events() if event.name == name]


def test_a_settled_day_is_counted_again_after_a_month_by_one_request(scene: MakeScene) -> None:
    old = later(stored_long_ago(scene), 29 * ONE_DAY)
    assert counted(old) == []
    later(old, ONE_DAY)
    assert counted(old) == ["2026-05-01"]
    assert set(map(day_asked, old.server.asked)) == {MAY_1, old.now.date()}
    later(old, 29 * ONE_DAY)
    assert "2026-05-01" not in counted(old)
    assert old.archive.days()[MAY_1][0].fetched_at == NOON


def test_a_run_counts_some_days_and_the_next_the_others(scene: MakeScene) -> None:
    days = [MAY_1 + n * ONE_DAY for n in range(AUDITS_PER_RUN + 5)]
    old = scene([view for day in days for view in hourly(1, day)])
    old.syncer.sync(days)
    assert len(counted(later(old))) == AUDITS_PER_RUN
    assert len(counted(later(old, ONE_DAY))) == 5
    assert counted(later(old, ONE_DAY)) == []


def test_more_views_than_are_stored_are_fetched(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    old.views += [record("late", f"{MAY_1}T20:00:00Z")]
    later(old)
    assert len(ids(old.archive)) == 4
    assert old.stored(MAY_1).added == 1
    assert events(old, "audit_differs") == [{"day": "2026-05-01", "stored": 3, "counted": 4}]


def test_a_day_that_grew_settles_again_in_the_next_run(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    old.views += [record("late", f"{MAY_1}T20:00:00Z")]
    later(old)
    assert not old.stored(MAY_1).settled
    old.sync(MAY_1, after=ONE_DAY)
    assert old.stored(MAY_1).settled


def test_fewer_views_than_are_stored_never_shrink_a_settled_day(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    del old.views[0]
    report = old.sync((old.now + MONTH).date(), after=MONTH)
    assert "what is stored is kept" in report.kept[old.archive.folders[0], MAY_1]
    assert len(ids(old.archive)) == 3
    assert old.stored(MAY_1).settled
    assert old.sweeps() == 6  # of the day of the clock and of the audited one, and of their halves


def test_a_lower_count_is_asked_about_once_until_it_changes_again(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    for left, differs in ((2, 1), (2, 0), (1, 1), (1, 0)):
        del old.views[left:]
        before = len(events(old, "audit_differs"))
        later(old)
        assert "2026-05-01" in counted(old)
        assert len(events(old, "audit_differs")) - before == differs
        assert len(ids(old.archive)) == 3


def test_a_damaged_file_is_found_by_the_audit_and_fetched_again(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    (path,) = old.archive.files(MAY_1, MAY_1)
    spoil(path)
    later(old)
    assert len(ids(old.archive)) == 3
    assert old.archive.verify() == []
    assert old.archive.files(MAY_1, MAY_1) != (path,)


def test_a_damaged_day_whose_count_differs_too_is_fetched_once(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    spoil(old.archive.files(MAY_1, MAY_1)[0])
    old.views += [record("late", f"{MAY_1}T20:00:00Z")]
    later(old)
    assert len(ids(old.archive)) == 4
    fetched = [event["day"] for event in events(old, "day_stored")]
    assert fetched.count(str(MAY_1)) == 2  # at first, and once again


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b'{"2026-05-01": null}',
        b'{"2026-05-01": []}',
        b'{"2026-05-01": ["2026-05-02T00:00:00+00:00"]}',
        b'{"2026-05-01": ["soon", 3]}',
        b'{"2026-05-01": ["2026-05-02T00:00:00+00:00", "many"]}',
        b'{"2026-05-01": ["2026-05-02T00:00:00+00:00", null]}',
        b'{"2026-05-01": {"at": 1, "counted": 2}}',
        b'{"some day": ["2026-05-02T00:00:00+00:00", 3]}',
        b'{"2026-05-01": ["2026-05-02T00:00:00", 3]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_list_of_audits_costs_a_request_a_day_and_nothing_else(
    content: bytes, scene: MakeScene
) -> None:
    old = later(stored_long_ago(scene))
    file_of(old).write_bytes(content)
    later(old)
    assert counted(old)[0] == "2026-05-01"
    assert file_of(old).read_text().startswith('{"2026-05-01": ["')
    assert len(ids(old.archive)) == 3


def test_audits_that_cannot_be_kept_do_no_harm(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    file_of(old).unlink()
    file_of(old).mkdir()
    assert old.sync((old.now + MONTH).date(), after=MONTH).outcome == "done"
    assert counted(old) == ["2026-05-01"]


def test_what_was_noted_is_there_the_next_time(tmp_path: Path) -> None:
    audits = Audits(tmp_path)
    assert (audits.when(), audits.counted(MAY_1)) == ({}, None)
    audits.note(MAY_1, NOON, 0)
    audits.save()
    again = Audits(tmp_path)
    assert (again.when(), again.counted(MAY_1)) == ({MAY_1: NOON}, 0)
    assert again.counted(MAY_1 + ONE_DAY) is None


def test_an_audit_that_fails_leaves_what_was_stored_and_is_noted(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    well = paged(old.views)
    old.server.script = lambda asked: Answer(503) if asked.json["size"] == 1 else well(asked)
    later(old)
    assert [facts["reason"] for facts in events(old, "audit_failed")]
    assert len(ids(old.archive)) == 3
    assert json.loads(file_of(old).read_text()) == {}
    old.server.script = well
    later(old, ONE_DAY)
    assert counted(old) == ["2026-05-01"]


def test_nothing_is_audited_in_a_run_that_failed(scene: MakeScene) -> None:
    old = stored_long_ago(scene)
    old.server.script = lambda asked: Answer(400)
    later(old)
    assert counted(old) == []


def test_records_that_could_not_be_read_are_part_of_the_count(scene: MakeScene) -> None:
    old = scene([*hourly(3), record("odd", f"{MAY_1}T21:00:00Z") | {"id": []}])
    old.sync(MAY_1)
    later(old)
    assert counted(old) == ["2026-05-01"]
    assert events(old, "audit_differs") == []


def test_a_view_of_midnight_that_both_days_count_makes_no_difference(scene: MakeScene) -> None:
    both = [record("m", f"{MAY_1}T00:00:00Z"), record("n", f"{MAY_1 - ONE_DAY}T23:59:59.5Z")]

    def script(asked: Asked) -> Answer:
        return paged([*old.views, *both])(asked)

    old = scene(hourly(3))
    old.server.script = script
    old.sync(MAY_1)
    assert old.stored(MAY_1).outside == 1
    later(old)
    assert events(old, "audit_differs") == []
