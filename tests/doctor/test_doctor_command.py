"""`python -m dyntube doctor` as people and programs meet it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dyntube.doctor.check import Check, State, failed, ok, skipped, warning
from dyntube.doctor.report import LineWrapper, summary, together

from ..cli.test_command_line import run
from ..conftest import SECRET
from ..scripted import Answer, in_turn, serve
from ..syncing import paged
from .test_doctor import server_of

ROOT = Path(__file__).parents[2]


def looked(*arguments: str, folder: Path, url: str = "", **environ: str):
    done = run("doctor", *arguments, url=url, folder=folder, **environ)
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr == ""
    assert not folder.exists()
    return done


def test_what_works_is_status_0_in_lines(tmp_path: Path) -> None:
    with serve(server_of(paged([]))) as server:
        known = {"DYNTUBE_API_KEY": SECRET, "COLUMNS": "80"}
        done = looked(url=server.url, folder=tmp_path / "a", **known)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles[:-1] == ["Settings", "DynTube", "Archive", "Sign-in", "Dashboard"]
    assert titles[-1] == "1 warning."  # that the log has no views
    assert max(len(line) for line in lines if "/" not in line) <= 80  # a path is never broken
    assert "  ok       key           accepted" in lines
    assert "  ok       DYNTUBE_API_KEY    set, 15 characters · environment" in lines
    assert "\x1b" not in done.stdout


def test_what_failed_is_status_1(tmp_path: Path) -> None:
    with serve(in_turn(Answer(401))) as server:
        known = {"DYNTUBE_API_KEY": SECRET}
        done = looked("--json", url=server.url, folder=tmp_path / "a", **known)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert {tuple(check) for check in found} == {("name", "state", "text", "advice")}
    assert [check["name"] for check in found if check["state"] == "failed"] == ["key"]


def test_wrong_settings_are_status_2_and_all_named(tmp_path: Path) -> None:
    wrong = {"DYNTUBE_TIMEZONE": "Mars", "DYNTUBE_MEMORY": "much"}
    done = looked("--json", folder=tmp_path / "a", **wrong)
    assert done.returncode == 2
    found = {check["name"] for check in json.loads(done.stdout) if check["state"] == "failed"}
    assert found == wrong.keys()


def test_demo_data_is_status_0_with_a_warning(tmp_path: Path) -> None:
    done = looked(folder=tmp_path / "a")
    assert done.returncode == 0
    assert "  warning  account " in done.stdout


def on_a_terminal(archive: Path, **environ: str) -> str:
    """What somebody sees who runs it in a terminal."""
    ours, theirs = pty.openpty()
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-m", "dyntube", "doctor"],
        cwd=ROOT,
        env=known | {"DYNTUBE_ARCHIVE": str(archive), "TERM": "xterm"} | environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # as Linux says that the other end is closed
        pass
    os.close(ours)
    assert child.wait(60) == 0
    return seen.decode()


def test_a_terminal_gets_colours_unless_it_wants_none(tmp_path: Path) -> None:
    assert "\x1b[33mwarning" in on_a_terminal(tmp_path / "a")
    assert "\x1b" not in on_a_terminal(tmp_path / "a", NO_COLOR="1")


TEXT = "something that was found, which is longer than a line of a terminal is wide, by far " * 2
STATES: tuple[State, ...] = ("ok", "warning", "failed", "skipped")


@pytest.mark.parametrize("columns", [20, 80, 400])
@pytest.mark.parametrize("state", STATES)
def test_long_texts_stand_in_their_column(state: State, columns: int) -> None:
    drawn = LineWrapper(columns, colours=False).of([Check("name", state, TEXT, "Do this. " * 20)])
    first, *rest = drawn.splitlines()
    begins = first.index("name" if state == "skipped" else "something")
    assert all(line[:begins].isspace() for line in rest)
    assert max(map(len, (first, *rest))) <= min(max(columns, 60), 100)
    assert " ".join(drawn.split()).count("by far") == 2


def test_a_name_longer_than_its_column_moves_the_text_of_its_section() -> None:
    lines, longest = LineWrapper(80, colours=False), len("DYNTUBE_REFRESH_MINUTES")
    drawn = [lines.of([ok(name, "x")], longest) for name in ("DYNTUBE_REFRESH_MINUTES", "a")]
    assert drawn[0].index("x") == drawn[1].index("x")


def test_nothing_that_was_found_can_draw_on_a_terminal() -> None:
    odd = failed("a\x1b[2J", "b\x1b[31m\n\rc", "d\x07")
    assert (
        re.search(r"[^\S \n]|[\x00-\x09\x0b-\x1f]", LineWrapper(80, colours=False).of([odd]))
        is None
    )


def test_a_path_is_never_broken() -> None:
    path = "/srv/" + "very-long-name-of-a-folder/" * 5
    assert path in LineWrapper(80, colours=False).of([ok("folder", f"{path} is there")])


def test_what_is_skipped_for_one_reason_is_one_line() -> None:
    checks = [
        ok("a", "x"),
        *skipped(["b", "c"], "no key"),
        *skipped(["d"], "no views"),
        ok("e", "x"),
    ]
    assert [[check.name for check in group] for group in together(checks)] == [
        ["a"],
        ["b", "c"],
        ["d"],
        ["e"],
    ]
    assert "b, c: no key" in LineWrapper(80, colours=False).of([*skipped(["b", "c"], "no key")])


@pytest.mark.parametrize(
    ("checks", "text"),
    [
        ([ok("a", "")], "All is well."),
        ([warning("a", ""), ok("b", "")], "1 warning."),
        ([failed("a", ""), warning("b", ""), warning("c", "")], "1 failed, 2 warnings."),
        ([failed("a", "")], "1 failed."),
    ],
)
def test_the_last_line_says_how_it_is_on_the_whole(checks: list[Check], text: str) -> None:
    assert summary(checks) == text


def test_make_runs_it() -> None:
    made = subprocess.run(
        ["make", "-n", "-o", ".venv/run", "doctor"], cwd=ROOT, capture_output=True, text=True
    )
    assert made.stdout.strip() == ".venv/bin/python -m dyntube doctor"
