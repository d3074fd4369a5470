"""An edit keeps other processes out of the file until it ends, whatever else this process does.

A lock of SQLite is gone as soon as its process closes the file a second time, by any other way.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.backup.write import write_backup
from dyntube.doctor.state import of_state
from dyntube.sharing.notes import Notes
from dyntube.sharing.people import PEOPLE, Known, People
from dyntube.sharing.saved_views import SavedViews
from dyntube.sharing.state import FILE_NAME

NOW = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)
ADA = Known("i|ada", "i", "ada", "ada@acme.com", "Ada", [], NOW)

LOOKS: dict[str, Callable[[Path], object]] = {
    "who has signed in": lambda folder: People(open_state(folder)).all(),
    "whether anything changed": lambda folder: open_state(folder).stamp(),
    "notes": lambda folder: Notes(open_state(folder)).all(),
    "saved views": lambda folder: SavedViews(open_state(folder)).for_reader(""),
    "every page of the file": lambda folder: open_state(folder).contents(),
    "a backup of the file": lambda folder: open_state(folder).backup(folder.parent / "copy"),
    "a backup of everything": lambda folder: write_backup(
        folder, folder.parent / "all.tar", folder=False
    ),
    "doctor": lambda folder: [*of_state(open_state(folder), writes=False)],
}


def another_process_gets_in(folder: Path) -> bool:
    script = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(str(error))
"""
    command = [sys.executable, "-c", script, str(folder / FILE_NAME)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stderr.strip() == "database is locked"
    return done.returncode == 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_whoever_looks_meanwhile_lets_nobody_into_an_edit(
    tmp_path: Path, look: Callable[[Path], object]
) -> None:
    folder = tmp_path / "scope"
    state = open_state(folder)
    People(state).put(ADA)
    with state.editing(PEOPLE):
        look(folder)
        assert not another_process_gets_in(folder)
    assert another_process_gets_in(folder)


def test_an_edit_in_the_same_moment_of_the_clock_is_seen(tmp_path: Path) -> None:
    here, there = People(open_state(tmp_path)), People(open_state(tmp_path))
    here.put(ADA)
    for number in range(20):
        later = NOW + dt.timedelta(hours=number)
        there.end_sessions(ADA, later)
        assert here.all()[ADA.id].ended_at == later.isoformat()


def test_a_file_that_does_not_change_is_not_read_again(tmp_path: Path) -> None:
    people = People(open_state(tmp_path))
    people.put(ADA)
    time.sleep(0.2)  # until the clock has gone on
    assert people.all() is people.all()
