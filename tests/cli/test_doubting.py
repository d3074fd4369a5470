"""Doubts on the command line, as processes of their own: said, accepted, in exit statuses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dyntube.archive.doubts import Doubt

from .. import odd
from ..odd import ONE_DAY
from ..scripted import Answer, Asked, Server, serve
from ..syncing import day_asked, hourly, with_a_ghost
from .test_command_line import run, three_days

MAY_1 = dt.date(2026, 5, 1)
MAY = ("--from", "2026-05-01", "--to", "2026-05-03")
NOBODY = "http://127.0.0.1:1"  # answers nothing
COUNT = Doubt("count", "DynTube counts 1,050 views and sent 833.")
ZONE = Doubt("zone", "No time names its zone.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three days in May: one whose count differs, one with two doubts, one that is fine."""
    folder = tmp_path / "archive"
    archive = odd.open_archive(folder, NOBODY)
    for n, doubts in enumerate(((COUNT,), (COUNT, ZONE), ())):
        day = MAY_1 + n * ONE_DAY
        odd.put(archive, day, odd.views(day), doubts=doubts, verified=not doubts)
    return folder


def told(*command: str, folder: Path, **known: str) -> subprocess.CompletedProcess[str]:
    return run(*command, url=NOBODY, folder=folder, **known)


def accept(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return told(
        "accept", *MAY, "--by", "ops", "--reason", "Told by support", *options, folder=folder
    )


def status(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told("status", "--json", folder=folder).stdout)
    return found


# Said


def test_status_says_why_each_day_is_in_doubt_and_is_3(folder: Path) -> None:
    done = told("status", folder=folder)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        "2026-05-01", "in", "2026-05-02", "in", "in", "2026-05-03",
    ]  # fmt: skip
    assert lines[2].strip() == f"in doubt (count): {COUNT.text}"
    assert lines[5].strip() == f"in doubt (zone): {ZONE.text}"
    assert done.stderr.splitlines() == [
        f"dyntube: 2026-05-01 to 2026-05-02: {COUNT.text}",
        f"dyntube: 2026-05-02: {ZONE.text}",
        "dyntube: 2 days are in doubt, so numbers may be wrong. `python -m dyntube repair` fetches "
        "these days again; `accept` marks a doubt as known and harmless.",
    ]


def test_status_in_json_has_the_doubts_of_each_day(folder: Path) -> None:
    first, second, third = status(folder)
    assert first["doubts"] == [{"kind": "count", "text": COUNT.text, "accepted": None}]
    assert [doubt["kind"] for doubt in second["doubts"]] == ["count", "zone"]
    assert third["doubts"] == []


def test_damage_comes_before_doubts(folder: Path) -> None:
    odd.damage(odd.open_archive(folder, NOBODY), MAY_1 + 2 * ONE_DAY)
    done = told("status", folder=folder)
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert "2 days are in doubt" in done.stderr


def short_on(day: dt.date, count: int) -> Any:
    """Three days in May, of which a server counts a view too many on one."""
    ghostly = with_a_ghost(hourly(count, day))

    def script(asked: Asked) -> Answer:
        is_day = asked.method == "POST" and day_asked(asked) == day
        return ghostly(asked) if is_day else three_days(asked)

    return script


def sync(server: Server, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(*options, url=server.url, folder=folder)


def test_a_sync_that_leaves_days_in_doubt_is_3_and_says_which(tmp_path: Path) -> None:
    folder, second = tmp_path / "archive", MAY_1 + ONE_DAY
    with serve(short_on(second, 3)) as server:
        done = sync(server, folder, "sync", *MAY)
        assert done.returncode == 3
        assert done.stdout == "3 days fetched, 9 views.\n"
        assert "dyntube: 2026-05-02: " in done.stderr
        assert "dyntube: 1 day is in doubt, so numbers may be wrong." in done.stderr
        again = sync(server, folder, "sync", *MAY, "--json")
        assert again.returncode == 3
        (doubt,) = json.loads(again.stdout)["in_doubt"]["2026-05-02"]
        assert (doubt["kind"], doubt["accepted"]) == ("count", None)
        other = sync(server, folder, "sync", "--from", f"{MAY_1}", "--to", f"{MAY_1}")
        assert (other.returncode, "doubt" in other.stderr) == (0, False)
        span = ("--from", f"{second}", "--to", f"{second}", "--reason", "known")
        assert sync(server, folder, "accept", *span).returncode == 0
        accepted = sync(server, folder, "sync", *MAY, "--json")
        assert accepted.returncode == 0
        (doubt,) = json.loads(accepted.stdout)["in_doubt"]["2026-05-02"]
        assert doubt["accepted"]["reason"] == "known"


def test_what_failed_comes_before_doubts_and_is_counted(tmp_path: Path) -> None:
    ghostly = short_on(MAY_1, 2)

    def script(asked: Asked) -> Answer:
        failing = asked.method == "POST" and day_asked(asked) == MAY_1 + ONE_DAY
        return Answer(400) if failing else ghostly(asked)

    with serve(script) as server:
        done = sync(server, tmp_path / "archive", "sync", *MAY)
    assert done.returncode == 1
    assert "dyntube: 1 day could not be fetched." in done.stderr
    assert "dyntube: 1 day is in doubt" in done.stderr


def test_repair_fetches_days_in_doubt_again_and_is_3_while_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(short_on(MAY_1, 2)) as server:
        sync(server, folder, "sync", *MAY)
        still = sync(server, folder, "repair")
        assert (still.returncode, still.stdout) == (3, "1 day fetched, 2 views.\n")
        server.script = three_days
        done = sync(server, folder, "repair")
        assert (done.returncode, done.stdout) == (0, "1 day fetched, 2 views.\n")
        assert sync(server, folder, "repair").stdout == "0 days fetched, 0 views.\n"


def test_repair_fetches_settled_days_in_doubt_too(tmp_path: Path) -> None:
    folder = tmp_path / "archive"

    def renamed(asked: Asked) -> Answer:
        answer = three_days(asked)
        return dataclasses.replace(answer, body=answer.body.replace(b"watchTime", b"played"))

    with serve(renamed) as server:
        assert sync(server, folder, "sync", *MAY).returncode == 3
        server.script = three_days
        assert "0 days" in sync(server, folder, "sync", *MAY).stdout
        done = sync(server, folder, "repair")
    assert (done.returncode, done.stdout) == (0, "3 days fetched, 9 views.\n")


# Accepted


def test_what_is_accepted_no_longer_counts_and_stays_visible(folder: Path) -> None:
    done = accept(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("Accepted: count, 2026-05-01 to 2026-05-02; zone, 2026-05-02.\n")
    shown = told("status", folder=folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    accepted = status(folder)[0]["doubts"][0]["accepted"]
    today = f"{dt.datetime.fromisoformat(accepted['at']):%-d %b %Y}"
    assert f"accepted (count): {COUNT.text} Accepted by ops on {today}: Told by support." in (
        shown.stdout
    )
    (doubt,) = status(folder)[0]["doubts"]
    assert doubt["text"] == COUNT.text
    assert doubt["accepted"].items() >= {"reason": "Told by support", "by": "ops"}.items()


@pytest.mark.parametrize(
    "other", [ZONE, Doubt("count", "DynTube counts 9,999 views and sent 833.")]
)
def test_a_later_doubt_that_says_something_else_is_not_accepted(folder: Path, other: Doubt) -> None:
    accept(folder)
    archive, day = odd.open_archive(folder, NOBODY), MAY_1
    odd.put(archive, day, odd.views(day), doubts=(COUNT, other))
    done = told("status", folder=folder)
    assert done.returncode == 3
    assert done.stderr.startswith(f"dyntube: 2026-05-01: {other.text}\n")
    assert COUNT.text in done.stdout
    assert COUNT.text not in done.stderr


def test_accepting_again_keeps_what_was_accepted_before(folder: Path) -> None:
    accept(folder)
    archive, day = odd.open_archive(folder, NOBODY), MAY_1
    odd.put(archive, day, odd.views(day), doubts=(COUNT, Doubt("count", "10 and 3.")))
    accept(folder)
    assert [doubt["accepted"] is None for doubt in status(folder)[0]["doubts"]] == [False, False]


def test_a_kind_is_accepted_before_it_comes_up_where_it_is_named(folder: Path) -> None:
    assert accept(folder, "--kind", "zone,window").stdout == (
        "Accepted: window, 2026-05-01 to 2026-05-03; zone, 2026-05-01 to 2026-05-03.\n"
    )
    assert [d["kind"] for d in status(folder)[1]["doubts"] if not d["accepted"]] == ["count"]
    odd.put(
        odd.open_archive(folder, NOBODY),
        MAY_1 + 2 * ONE_DAY,
        odd.views(MAY_1 + 2 * ONE_DAY),
        doubts=(ZONE,),
    )
    assert status(folder)[2]["doubts"][0]["accepted"]["by"] == "ops"


def test_an_acceptance_can_be_undone_in_part(folder: Path) -> None:
    accept(folder)
    some = ("accept", "--undo", "--from", "2026-05-02", "--to", "2026-05-02", "--kind", "count")
    assert told(*some, folder=folder).stdout == "What was accepted on these days counts again.\n"
    left = {d["day"]: [x["kind"] for x in d["doubts"] if not x["accepted"]] for d in status(folder)}
    assert left == {"2026-05-01": [], "2026-05-02": ["count"], "2026-05-03": []}
    assert told(*some, folder=folder).stdout == "Nothing was accepted on these days.\n"


def test_accept_answers_in_json_with_what_is_accepted_on_these_days(folder: Path) -> None:
    (item,) = json.loads(accept(folder, "--kind", "count", "--json").stdout)
    assert (item["kind"], item["first"], item["last"]) == ("count", "2026-05-01", "2026-05-03")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (MAY, "--reason"),
        ((*MAY, "--reason", " "), "--reason"),
        (("--reason", "a"), "--from 2026-11-12 --to 2026-11-14"),
        ((*MAY, "--reason", "a", "--kind", "count,feeling"), "'feeling' is no kind of doubt"),
        (("--from", "2026-05-03", "--to", "2026-05-03", "--reason", "a"), "doubts that count"),
        (
            ("--from", "2026-05-03", "--to", "2026-05-01", "--reason", "a", "--kind", "zone"),
            "from the earlier to the later",
        ),
        (("--undo", "--from", "2026-05-03", "--to", "2026-05-01"), "from the earlier"),
        ((*MAY, "--reason", "x" * 201), "the limit is 200"),
    ],
)
def test_what_cannot_be_accepted_is_status_2_and_a_sentence(
    folder: Path, options: tuple[str, ...], text: str
) -> None:
    done = told("accept", *options, folder=folder)
    assert done.returncode == 2, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.rglob("state.sqlite"))


def test_a_file_of_acceptances_that_cannot_be_read_is_named_and_nothing_is_accepted(
    folder: Path,
) -> None:
    accept(folder)
    (file,) = folder.rglob("state.sqlite")
    file.write_text("[]")
    done = told("status", folder=folder)
    assert done.returncode == 1
    assert "2 days are in doubt" in done.stderr
    assert f"{file} is damaged" in done.stderr
    assert accept(folder).returncode == 1
    assert file.read_text() == "[]"


def test_text_from_outside_moves_no_cursor(folder: Path) -> None:
    evil = Doubt("window", "It said: \x1b[31mno\r\nagain")
    odd.put(odd.open_archive(folder, NOBODY), MAY_1, odd.views(MAY_1), doubts=(evil,))
    done = told("status", folder=folder)
    assert "\x1b" not in done.stdout + done.stderr
    assert "in doubt (window): It said: [31mno again." in done.stdout


# Exported


def test_an_export_says_which_of_its_days_are_in_doubt(folder: Path, tmp_path: Path) -> None:
    done = told("export", "--to", str(tmp_path / "out"), "--json", folder=folder)
    assert done.returncode == 0
    assert "dyntube: 2 days are in doubt" in done.stderr
    assert list(json.loads(done.stdout)["in_doubt"]) == ["2026-05-01", "2026-05-02"]
    fine = told("export", "--to", str(tmp_path / "b"), "--from", "2026-05-03", folder=folder)
    assert fine.stderr == ""


def test_each_exported_file_has_its_days_doubts_in_its_metadata(
    folder: Path, tmp_path: Path
) -> None:
    accept(folder, "--kind", "zone")
    told("export", "--to", str(tmp_path / "out"), folder=folder)
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    said = [json.loads(pq.read_metadata(file).metadata[b"dyntube.doubts"]) for file in files]
    assert [[(d["kind"], bool(d["accepted"])) for d in of_day] for of_day in said] == [
        [("count", False)],
        [("count", False), ("zone", True)],
        [],
    ]
