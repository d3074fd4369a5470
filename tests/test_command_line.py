"""`python -m dyntube`, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .scripted import Answer, in_turn, serve

ROOT = Path(__file__).parents[1]


def run(
    *arguments: str, url: str = "", folder: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(folder)}
    if url:
        known |= {"DYNTUBE_STATS_URL": url, "DYNTUBE_API_URL": url}
    return subprocess.run(
        [sys.executable, "-m", "dyntube", *arguments],
        env=known | environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03")


def test_sync_fetches_and_status_shows_it(stand_in: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    done = run("sync", *PERIOD, url=stand_in, folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 days fetched, ")
    assert "3 of 3 days" in done.stderr
    assert "\r" not in done.stderr
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
