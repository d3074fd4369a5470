"""`python -m dyntube`, as a process of its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import filelock
import pytest

from .. import forked
from ..scripted import Answer, Asked, in_turn, serve
from ..syncing import ONE_DAY, day_asked, hourly, paged, with_a_ghost

ROOT = Path(__file__).parents[2]


MAY_1 = dt.date(2026, 5, 1)
MAY = ("--from", "2026-05-01", "--to", "2026-05-03")


def run(
    *arguments: str, url: str = "", folder: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    return forked.dyntube(*arguments, environ=environ_of(url, folder) | environ)


def environ_of(url: str, folder: Path) -> dict[str, str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(folder)}
    return known | ({"DYNTUBE_STATS_URL": url, "DYNTUBE_API_URL": url} if url else {})


PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03")


def test_sync_fetches_and_status_shows_it(stand_in: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = run("sync", *PERIOD, url=stand_in, folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 days fetched, ")
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events[0] == "sync_started"
    assert events.count("day_stored") == 3
    assert "\r" not in done.stderr + done.stdout
    status = json.loads(run("status", "--json", url=stand_in, folder=folder).stdout)
    assert [day["day"] for day in status] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    for day in status:
        assert day.keys() >= {"rows", "api_total", "verified", "settled", "fetched_at"}
        assert day["rows"] == day["api_total"] > 0
        assert day["verified"] is day["settled"] is True
    table = run("status", url=stand_in, folder=folder).stdout
    assert "2026-10-02" in table


def test_sync_can_answer_in_json(stand_in: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    answer = json.loads(run("sync", *PERIOD, "--json", url=stand_in, folder=folder).stdout)
    assert answer["views"] == sum(day["rows"] for day in answer["stored"]) > 0
    assert answer["failed"] == {}
    again = json.loads(run("sync", *PERIOD, "--json", url=stand_in, folder=folder).stdout)
    assert again["stored"] == []


def test_a_day_outside_utc_is_fetched_whole(stand_in: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    one = ("sync", "--from", "2026-10-01", "--to", "2026-10-01", "--json")
    done = run(*one, url=stand_in, folder=folder, DYNTUBE_TIMEZONE="Asia/Tokyo")
    assert [day["day"] for day in json.loads(done.stdout)["stored"]] == ["2026-09-30", "2026-10-01"]


def test_what_could_not_be_fetched_is_status_1_and_a_sentence(tmp_path: Path) -> None:
    with serve(in_turn(Answer(401))) as server:
        done = run(
            "sync", *PERIOD, url=server.url, folder=tmp_path / "a", DYNTUBE_API_KEY="canary-5678"
        )
    assert done.returncode == 1
    assert "DynTube refused the API key" in done.stderr
    assert "canary-5678" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "required"),
        (("sync", "--from", "9999"), "2026-10-31"),
        (("sync", "--from", "2026-10-03", "--to", "2026-10-01"), "before it starts"),
        (("sync", "--to", "2026-01-01"), "where a sync begins without --from. Give --from too."),
        (("sync", "--from", "2099-01-01"), "before it starts"),
        (
            ("export", "--to", "x", "--from", "2026-10-03", "--until", "2026-10-01"),
            "--until 2026-10-01 is before --from 2026-10-03",
        ),
        (("fetch",), "invalid choice"),
    ],
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], text: str, tmp_path: Path) -> None:
    done = run(*arguments, url="http://127.0.0.1:1", folder=tmp_path / "a")
    assert done.returncode == 2
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_status_2_and_named(tmp_path: Path) -> None:
    done = run("status", folder=tmp_path / "a", DYNTUBE_TIMEZONE="Mars/Olympus")
    assert done.returncode == 2
    assert "DYNTUBE_TIMEZONE" in done.stderr


def test_a_folder_that_cannot_be_written_is_status_1_and_named(
    stand_in: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = run("sync", *PERIOD, url=stand_in, folder=tmp_path / "file" / "archive")
    assert done.returncode == 1
    assert "cannot be" in done.stderr


def test_without_a_key_it_says_that_the_views_are_invented(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = run("sync", "--from", "2026-10-01", "--to", "2026-10-01", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "demo data" in done.stderr
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["demo"]


@pytest.mark.parametrize("command", [("status",), ("verify",), ("repair",), ("export", "--to")])
def test_every_command_says_that_views_are_invented(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    to = [str(tmp_path / "out")] if command[-1] == "--to" else []
    done = run(*command, *to, folder=tmp_path / "archive")
    assert done.returncode == 0
    assert done.stderr == "dyntube: No DYNTUBE_API_KEY is set: this is invented demo data.\n"


def test_a_sync_that_ends_before_what_is_stored_says_where_it_would_begin(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder)
        done = run("sync", "--to", "2026-04-01", url=server.url, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "dyntube: --to 2026-04-01 is before 2026-05-01, where a sync begins without --from. "
        "Give --from too.\n"
    )


def three_days(asked: Asked) -> Answer:
    """The log of three days in May, and the names of nothing."""
    if asked.method == "GET":
        kind = asked.path.split("/")[2].split("?")[0]
        return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: []}).encode())
    days = [MAY_1 + n * dt.timedelta(days=1) for n in range(3)]
    return paged([view for n, day in enumerate(days) for view in hourly(n + 2, day)])(asked)


def assert_machines_can_read(stderr: str) -> list[dict[str, object]]:
    """Each line is a JSON object or a sentence of ours; returns the objects."""
    lines = [line for line in stderr.splitlines() if not line.startswith("dyntube: ")]
    return [json.loads(line) for line in lines]


def day_file(folder: Path, day: dt.date) -> Path:
    """The newest file of a day."""
    return sorted(folder.rglob(f"{day}.*.parquet"))[-1]


def spoil(path: Path) -> None:
    """Flip a bit of the data, where nobody who reads only the metadata sees it."""
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


def test_damage_is_found_by_verify_and_healed_by_repair(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        assert run("sync", *MAY, url=server.url, folder=folder).returncode == 0
        sound = run("verify", url=server.url, folder=folder)
        assert (sound.returncode, sound.stderr) == (0, "")
        assert sound.stdout == "3 days with 9 views are as they were written.\n"
        path = day_file(folder, MAY_1)
        spoil(path)
        server.asked.clear()
        found = run("verify", url=server.url, folder=folder)
        assert found.returncode == 1
        assert f"dyntube: {path} is damaged" in found.stderr
        assert found.stdout.startswith("2 days with 7 views")
        assert server.asked == []
        told = json.loads(run("verify", "--json", url=server.url, folder=folder).stdout)
        assert told == {"days": 2, "views": 7, "damaged": [str(path)]}
        repaired = run("repair", url=server.url, folder=folder)
        assert repaired.returncode == 0, repaired.stderr
        assert repaired.stdout == "1 day fetched, 2 views.\n"
        assert {day_asked(asked) for asked in server.asked} == {MAY_1}
        again = run("verify", url=server.url, folder=folder)
        assert (again.returncode, again.stdout) == (0, sound.stdout)


def test_repair_fetches_days_again_that_did_not_add_up(tmp_path: Path) -> None:
    ghostly, folder = with_a_ghost(hourly(2)), tmp_path / "archive"

    def script(asked: Asked) -> Answer:
        return three_days(asked) if asked.method == "GET" else ghostly(asked)

    with serve(script) as server:
        run("sync", *MAY[:3], "2026-05-01", url=server.url, folder=folder)
        server.script = three_days
        done = run("repair", "--json", url=server.url, folder=folder)
        assert [day["verified"] for day in json.loads(done.stdout)["stored"]] == [True]
        server.asked.clear()
        assert run("repair", url=server.url, folder=folder).stdout == "0 days fetched, 0 views.\n"
        assert server.asked == []


def test_verify_and_status_of_an_empty_archive_are_fine(tmp_path: Path) -> None:
    for command in ("verify", "status", "repair"):
        done = run(command, url="http://127.0.0.1:1", folder=tmp_path / "archive")
        assert (done.returncode, done.stderr) == (0, ""), command


def test_a_sync_while_another_holds_the_archive_says_so_and_is_no_failure(
    stand_in: str, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder)
        (lock,) = folder.glob(".*.lock")
        with filelock.FileLock(lock):
            server.asked.clear()
            done = run("sync", *MAY[:2], url=server.url, folder=folder)
        assert done.returncode == 0
        assert done.stdout == ""
        assert done.stderr.startswith("dyntube: Another sync is running on this archive.")
        assert server.asked == []


def test_the_error_output_of_a_sync_is_for_machines(tmp_path: Path) -> None:
    fails = Answer(400, json.dumps({"message": "No\nand \x1b[31mno\r\n again."}).encode())

    def script(asked: Asked) -> Answer:
        of_log = "to" in asked.json
        failing = of_log and day_asked(asked) == MAY_1 + ONE_DAY
        return fails if failing else three_days(asked)

    with serve(script) as server:
        done = run("sync", *MAY, url=server.url, folder=tmp_path / "archive")
    assert done.returncode == 1
    assert done.stdout == "2 days fetched, 6 views.\n"
    events = assert_machines_can_read(done.stderr)
    assert [e["event"] for e in events if e["event"] != "day_stored"] == [
        "sync_started",
        "day_failed",
        "sync_ended",
    ]
    assert "dyntube: 2026-05-02: " in done.stderr
    assert "\x1b" not in done.stderr


def test_sync_says_how_many_days_it_did_not_try_and_which_dyntube_does_not_give(
    tmp_path: Path,
) -> None:
    given = False

    def script(asked: Asked) -> Answer:
        if "to" not in asked.json:
            return three_days(asked)
        if not given or asked.json["from"] < "2026-04-29":
            return Answer(400, b'{"message": "Not now."}')
        return three_days(asked)

    def sync(folder: Path) -> list[str]:
        period = ("--from", "2026-01-01", "--to", "2026-05-03")
        done = run("sync", *period, url=server.url, folder=folder, DYNTUBE_CONCURRENCY="1")
        return [line for line in done.stderr.splitlines() if line.startswith("dyntube: ")]

    with serve(script) as server:
        said = sync(tmp_path / "a")
        assert said[-1] == "dyntube: 3 days could not be fetched. 120 more were not tried."
        given = True
        [said] = sync(tmp_path / "b")
        assert said.startswith("dyntube: 120 days before 2026-05-01 were not asked for. ")
        assert said.endswith("Not now.")


def test_a_misspelt_setting_is_named_by_every_command(tmp_path: Path) -> None:
    with serve(three_days) as server:
        for command in ("sync", *MAY), ("status",):
            done = run(*command, url=server.url, folder=tmp_path / "a", DYNTUBE_TIMEZON="UTC")
            assert done.returncode == 0
            said = "dyntube: DYNTUBE_TIMEZON is no setting; did you mean DYNTUBE_TIMEZONE?"
            assert said in done.stderr.splitlines()


def test_names_that_cannot_be_fetched_are_noted_and_no_failure(tmp_path: Path) -> None:
    def script(asked: Asked) -> Answer:
        return Answer(404) if asked.method == "GET" else three_days(asked)

    with serve(script) as server:
        done = run("sync", *MAY, url=server.url, folder=tmp_path / "archive")
    assert done.returncode == 0
    assert assert_machines_can_read(done.stderr)[-1]["event"] == "names_not_fetched"


def test_export_writes_what_other_tools_read(tmp_path: Path) -> None:
    folder, to = tmp_path / "archive", tmp_path / "out"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder)
    where = {"url": server.url, "folder": folder}
    done = run("export", "--to", str(to), **where)
    assert (done.returncode, done.stdout) == (0, f"3 days with 9 views written to {to}.\n")
    table = f"read_parquet('{to}/*/*/*.parquet', hive_partitioning=true)"
    assert duckdb.sql(f"SELECT count(DISTINCT id), min(year) FROM {table}").fetchall() == [
        (9, 2026)
    ]
    some = run("export", "--to", str(tmp_path / "b"), "--from", "2026-05-03", "--json", **where)
    assert json.loads(some.stdout) == {
        "files": [str(tmp_path / "b" / "year=2026" / "month=05" / "2026-05-03.parquet")],
        "views": 4,
        "in_doubt": {},
    }
    none = run("export", "--to", str(tmp_path / "c"), "--until", "2026-04-30", **where)
    assert none.stdout.startswith("0 days")


def test_export_into_the_archive_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = run("export", "--to", str(folder / "out"), url="http://127.0.0.1:1", folder=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("dyntube: Export to a folder outside the archive")


def test_export_leaves_a_damaged_day_out_and_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder)
    path = day_file(folder, MAY_1)
    spoil(path)
    done = run("export", "--to", str(tmp_path / "out"), url=server.url, folder=folder)
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert done.stdout.startswith("2 days with 7 views")


@pytest.mark.parametrize("pages", ['"abc"', "{}", "NaN", "1e400", "-1"])
def test_sync_reads_a_catalog_whose_pager_makes_no_sense(tmp_path: Path, pages: str) -> None:
    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return three_days(asked)
        kind = asked.path.split("/")[2].split("?")[0]
        body = f'{{"{kind}": [{{"key": "a", "name": "A"}}], "pager": {{"totalPages": {pages}}}}}'
        return Answer(body=body.encode())

    folder = tmp_path / "archive"
    with serve(script) as server:
        done = run("sync", *MAY, url=server.url, folder=folder)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    (names,) = folder.glob("*/names.json")
    assert json.loads(names.read_text())["projects"] == {"a": {"name": "A"}}


def test_sync_asks_for_nothing_before_the_first_view(tmp_path: Path) -> None:
    with serve(three_days) as server:
        period = ("--from", "2010-01-01", "--to", "2026-05-03")
        done = run("sync", *period, url=server.url, folder=tmp_path / "archive")
        asked = [question for question in server.asked if question.method == "POST"]
    assert done.stdout == "3 days fetched, 9 views.\n"
    assert len(asked) < 20


def test_a_mistake_of_ours_is_a_sentence_with_a_reference(tmp_path: Path) -> None:
    code = (
        "import dyntube.archive.archive as a\na.Archive.days = lambda *_: 1 / 0\n"
        "from dyntube.__main__ import main\nraise SystemExit(main(['status']))\n"
    )
    environ = environ_of("http://127.0.0.1:1", tmp_path / "a")
    done = forked.code(code, imports="dyntube.__main__", environ=environ)
    assert done.returncode == 1
    log, said = done.stderr.splitlines()
    assert "ZeroDivisionError" in json.loads(log)["trace"]
    assert json.loads(log)["reference"] in said
    assert said.startswith("dyntube: Something went wrong on our side. Reference ")


EXTERNAL = {"DYNTUBE_SYNC": "external"}


def test_where_a_scheduler_fetches_reading_needs_no_key(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder, DYNTUBE_API_KEY="k", **EXTERNAL)
        assert server.asked[0].headers["Authorization"] == "Bearer k"
        server.asked.clear()
        for command in (("status", "--json"), ("verify", "--json")):
            done = run(*command, url=server.url, folder=folder, **EXTERNAL)
            assert (done.returncode, done.stderr) == (0, "")
            assert len(json.loads(done.stdout)) == 3
        assert server.asked == []


def test_where_a_scheduler_fetches_there_is_no_demo(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = run("status", "--json", folder=folder, **EXTERNAL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert not folder.exists()


def test_a_word_for_who_fetches_that_is_none_is_status_2(tmp_path: Path) -> None:
    done = run("status", folder=tmp_path / "a", DYNTUBE_SYNC="cron")
    assert done.returncode == 2
    assert "DYNTUBE_SYNC must be app or external" in done.stderr


def test_an_archive_of_a_newer_version_is_said_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve(three_days) as server:
        run("sync", *MAY, url=server.url, folder=folder)
    script = f"""
import dataclasses
from pathlib import Path
from dyntube.archive import dayfile
path = Path({str(day_file(folder, MAY_1))!r})
info = dataclasses.replace(dayfile.read_info(path), schema=99)
dayfile.write(path, dayfile.read(path), info)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
    for command in ("status", "verify", "repair"):
        done = run(command, url=server.url, folder=folder)
        assert done.returncode == 1
        assert "newer version of DynTube Analytics" in done.stderr
        assert "Traceback" not in done.stderr
