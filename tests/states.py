"""What people keep, on disk: as versions before 0.2 wrote it, and other processes that edit it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
NOBODY = 65534
BEFORE = ".before-0.2"


def old_list(folder: Path, name: str, *items: Any, version: int = 1) -> bytes:
    """Write a list as versions before 0.2 did; gives what stands in the file."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"version": version, "items": items}
    (folder / name).write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    return (folder / name).read_bytes()


def old_note(id_: str, **fields: Any) -> dict[str, Any]:
    note = {"id": id_, "day": "2026-11-12", "text": f"text of {id_}", "scope": "everything"}
    return note | {"key": "", "created_at": "2026-11-01T09:30:00+00:00"} | fields


def old_view(id_: str, **fields: Any) -> dict[str, Any]:
    view = {"id": id_, "name": f"name of {id_}", "page": "videos", "parameters": {}, "owner": ""}
    return view | {"created_at": "2026-11-01T09:30:00+00:00"} | fields


def old_acceptance(id_: str, **fields: Any) -> dict[str, Any]:
    item = {"id": id_, "kind": "count", "first": "2026-11-01", "last": "2026-11-02", "by": "ops"}
    return item | {"reason": "known", "at": "2026-11-03T09:30:00+00:00", "texts": []} | fields


def version_1(folder: Path) -> None:
    """Write the file as the last version without sign-in did; the folder is called "scope"."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "state.sqlite")) as connection, connection:
        connection.executescript((DATA / "state-1.sql").read_text("utf-8"))


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What SQLite itself says of the file, or does to it."""
    with closing(sqlite3.connect(folder / "state.sqlite")) as connection, connection:
        return connection.execute(query).fetchall()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another program is about to change the file, so that nobody else may; reading it is free."""
    with closing(sqlite3.connect(folder / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def texts(folder: Path) -> list[str]:
    """The texts of the notes in the file, in the order in which they came."""
    return [text for (text,) in rows(folder, "SELECT text FROM notes ORDER BY number")]


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Run a script in another process; it may use what is imported below."""
    head = """
import datetime as dt, os, resource, signal, sqlite3, sys
from pathlib import Path
from dyntube.account import open_state
from dyntube.errors import *
from dyntube.sharing.notes import Notes
from dyntube.trust.accepted import Acceptances
from tests.states import *
DAY = dt.date(2026, 11, 12)
"""
    command = [sys.executable, "-c", head + script, *map(str, arguments)]
    pipe = subprocess.PIPE
    root = Path(__file__).parents[1]
    return subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True)


# What `run` may do in its script.


def become_nobody() -> None:
    """Give up the rights of root, whom nothing is forbidden."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def meet() -> None:
    """Wait until whoever started this process says go."""
    print("ready", flush=True)
    sys.stdin.readline()


def dies_at(limits: list[int], folder: Path, edit: str) -> dict[int, Path]:
    """Make an edit in a copy of a folder for each limit, by a process that the system kills when it
    writes beyond so many bytes of a file; gives the copies by limit."""
    script = f"""
import shutil
for limit in map(int, sys.argv[2:]):
    copy = Path(sys.argv[1]).with_name(f"killed-{{limit}}")
    shutil.copytree(sys.argv[1], copy)
    if not os.fork():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        notes = Notes(open_state(copy))
        {edit}
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    said, _ = run(script, folder, *limits).communicate(timeout=300)
    assert said.split() == [str(-signal.SIGXFSZ)] * len(limits)
    return {limit: folder.with_name(f"killed-{limit}") for limit in limits}
