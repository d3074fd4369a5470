"""Take each guard out of a copy of the program and see that a test fails: `make test-guards`.

A guard without a test that misses it is a hope. Each entry names what is taken out, the text it
stands in, what it becomes, and the tests that must notice.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("dyntube", "deploy", "tests", "benchmarks", "static", "pages")
_NODES = "tests/cluster/node_modules"
_BIG = shutil.ignore_patterns("node_modules", "__pycache__")
COPIED += ("app.py", "pyproject.toml", "Makefile", ".streamlit")


@dataclass(frozen=True)
class Guard:
    """A guard: where it stands, what it is without it, and who should notice."""

    name: str
    file: str
    text: str
    without: str
    tests: str


GUARDS = (
    Guard(
        "each id is kept once",
        "reading/records.py",
        'duplicates = len(views) - pc.count_distinct(views["id"]).as_py()',
        "duplicates = 0",
        "test_sync.py",
    ),
    Guard(
        "what came is counted against DynTube's total",
        "fetch/swept.py",
        "adds_up = total is None or (steady and total == len(views) + len(rejected))",
        "adds_up = True",
        "test_sync.py",
    ),
    Guard(
        "views are assigned by their own date",
        "fetch/swept.py",
        '    if not len(views) or (ends["min"]',
        '    if True or (ends["min"]',
        "test_sync.py",
    ),
    Guard(
        "the second before midnight is asked for too",
        "fetch/window.py",
        "Window(window.start - _SECOND, window.end)",
        "window",
        "faults/test_faults_paging.py",
    ),
    Guard(
        "windows are halved where deep pages are refused",
        "fetch/window.py",
        "and self._halves_add_up(window, swept)",
        "and False",
        "faults/test_faults_paging.py",
    ),
    Guard(
        "round totals are doubted",
        "fetch/window.py",
        "return total is not None and total >= 1000 and (",
        "return False and (",
        "faults/test_faults_paging.py",
    ),
    Guard(
        "a page is hardly larger than asked for",
        "fetch/window.py",
        "if len(page) > MOST_OVER * most:",
        "if False:",
        "faults/test_faults_paging.py",
    ),
    Guard(
        "no more views are held than are counted",
        "fetch/paging.py",
        "    if records > most:",
        "    if False:",
        "faults/test_faults_paging.py",
    ),
    Guard(
        "views of other keys are refused",
        "fetch/window.py",
        "if strangers := len(set(keys) - {self.scope.key, None}):",
        "if strangers := 0:",
        "faults",
    ),
    Guard(
        "a day with many unreadable records is refused",
        "fetch/day.py",
        "if bad > max(1, MOST_BAD * count):",
        "if False:",
        "faults test_fetch.py",
    ),
    Guard(
        "a day never shrinks unless two fetches agree",
        "fetch/day.py",
        "if stored is None or revision is None or not revision.removed:",
        "if True:",
        "faults test_fetch.py",
    ),
    Guard(
        "a changed day does not settle",
        "fetch/day.py",
        "settled=old_enough and self._is_final(task, came, revision)",
        "settled=old_enough",
        "test_fetch.py",
    ),
    Guard(
        "the newest part is believed only if it adds up",
        "fetch/day.py",
        """if (
            total != len(views) + info.outside
            or len(views) != pc.count_distinct(views["id"]).as_py()
        ):""",
        "if False:",
        "test_fetch.py",
    ),
    Guard(
        "a fast clock settles nothing early",
        "fetch/day.py",
        "by_both_clocks = asked_at + ours_is_fast",
        "by_both_clocks = asked_at",
        "faults/test_faults_clock.py",
    ),
    Guard(
        "redirects are not followed",
        "fetch/transport.py",
        "allow_redirects=False",
        "allow_redirects=True",
        "test_api.py faults/test_faults_bodies.py faults/test_faults.py",
    ),
    Guard(
        ".netrc is not read",
        "fetch/transport.py",
        "trust_env = False",
        "trust_env = True",
        "test_api.py",
    ),
    Guard(
        "an answer without end is cut",
        "fetch/transport.py",
        "response.raw.tell()) > limit",
        "response.raw.tell()) > limit**2",
        "test_api.py",
    ),
    Guard(
        "a request has a deadline",
        "fetch/deadline.py",
        "return self._clock() >= self._until",
        "return False",
        "faults/test_faults_bodies.py",
    ),
    Guard(
        "a key that a server echoes is not quoted",
        "fetch/refusals.py",
        'words = words.replace(key, "***")',
        "pass",
        "faults/test_canary.py test_api.py",
    ),
    Guard(
        "one run retries only so often",
        "fetch/retry.py",
        "if self.repeated + 1 > FREE_RETRIES + RETRIES_PER_REQUEST * self.asked:",
        "if False:",
        "test_retry.py",
    ),
    Guard(
        "all workers wait when one is told to",
        "fetch/retry.py",
        "        while slept_until < self._resume_at and not self._over.is_set():",
        "        while False:",
        "test_api.py test_retry.py",
    ),
    Guard(
        "a name that comes twice in a record is not guessed",
        "reading/loose_json.py",
        "    if len(made) == len(pairs):",
        "    if True:",
        "faults test_parse.py",
    ),
    Guard(
        "a file is on disk before it gets its name",
        "atomic.py",
        "        _to_disk(temporary)\n        rename(temporary, path)\n",
        "        rename(temporary, path)\n        _to_disk(path)\n",
        "faults/test_disk.py",
    ),
    Guard(
        "a name is on disk before it is counted on",
        "atomic.py",
        "    os.replace(path, to)\n    _to_disk(path.parent)\n",
        "    os.replace(path, to)\n",
        "faults/test_disk.py",
    ),
    Guard(
        "a day is written beside the old one",
        "atomic.py",
        'temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")',
        "temporary = path",
        "faults/test_kills.py faults/test_disk.py",
    ),
    Guard(
        "one sync runs at a time",
        "archive/lock.py",
        "        lock.acquire(timeout=max(seconds, _MIN_TIMEOUT))",
        "        pass",
        "test_archive.py",
    ),
    Guard(
        "replaced files stay for those who read them",
        "archive/archive.py",
        "and age > GRACE_SECONDS",
        "",
        "test_archive.py faults/test_disk.py",
    ),
    Guard(
        "every byte of a file is checked",
        "archive/dayfile.py",
        "return _matches(seal, metadata) and _crc(file, end) == seal[1]",
        "return True",
        "test_dayfile.py test_archive.py",
    ),
    Guard(
        "metadata is checked before it is parsed",
        "archive/dayfile.py",
        "        if not _metadata_is_sound(path):",
        "        if False:",
        "test_dayfile.py",
    ),
    Guard(
        "settled days are counted again",
        "fetch/audit.py",
        "differs = counted not in (",
        "differs = False and counted not in (",
        "test_audits.py",
    ),
    Guard(
        "requests that nobody wants any more are ended",
        "fetch/transport.py",
        "self._watchdog.limit(DEADLINE, self.retries.is_over)",
        "self._watchdog.limit(DEADLINE)",
        "test_deadline.py",
    ),
    Guard(
        "days that a stopped run did not fetch stay in its total",
        "fetch/queue.py",
        "self._dropped += dropped",
        "pass",
        "test_page_fetching.py",
    ),
    Guard(
        "an edit of what people keep waits before it reads",
        "sharing/database.py",
        '    connection.execute("BEGIN IMMEDIATE")',
        '    connection.execute("BEGIN")',
        "test_state.py",
    ),
    Guard(
        "older versions cannot write while their lists are taken over",
        "sharing/state.py",
        "stack.enter_context(self._old.locked(found))",
        "pass",
        "test_old_lists.py",
    ),
    Guard(
        "a list that is newer than the move stops this version",
        "sharing/old_lists.py",
        "if _id(path) in taken and taken[_id(path)].digest != _digest(raw):",
        "if False:",
        "test_old_lists.py",
    ),
    Guard(
        "a lost file of what people keep is not begun anew",
        "sharing/old_lists.py",
        "        if found.renamed and not taken:",
        "        if False:",
        "test_old_lists.py",
    ),
    Guard(
        "every page of a backup is read before it gets its name",
        "sharing/state.py",
        "            database.check(copy)  #",
        "            #",
        "test_backup.py",
    ),
    Guard(
        "after a failure every process rests",
        "fetch/background.py",
        "ready = not (state.rest or state.progress)",
        "ready = not state.progress",
        "test_two_processes.py",
    ),
    Guard(
        "a day counts once all of it is in the warehouse",
        "engine/clickhouse/warehouse.py",
        "self._note(load, done=False)",
        "self._note(load, done=True)",
        "cluster/test_loading.py",
    ),
    Guard(
        "a load that was cut off is begun anew under another number",
        "engine/clickhouse/warehouse.py",
        "secrets.randbits(63)",
        "file",
        "cluster/test_loading.py",
    ),
    Guard(
        "a day that was never loaded is not left out",
        "engine/clickhouse/backend.py",
        "            if not missing:",
        "            if True:",
        "cluster/test_loading.py",
    ),
    Guard(
        "a reader's access is in every statement to the warehouse",
        "engine/clickhouse/sql.py",
        "        if access.all_views:",
        "        if True:",
        "cluster/test_same_answers.py",
    ),
    Guard(
        "pictures come from allowed hosts only",
        "thumbnails/download.py",
        "and covers(self._hosts, host)",
        "and True",
        "thumbnails/test_download.py",
    ),
    Guard(
        "pictures come from public addresses only",
        "thumbnails/download.py",
        "if not all(map(is_public, addresses)):",
        "if False:",
        "thumbnails/test_download.py",
    ),
    Guard(
        "a picture has at most a megabyte",
        "thumbnails/download.py",
        "read_body(response, limited, LIMIT, decode=False)",
        "read_body(response, limited, decode=False)",
        "thumbnails/test_download.py",
    ),
    Guard(
        "a picture of too many pixels is not decoded",
        "thumbnails/picture.py",
        "if opened.width * opened.height > _MOST_PIXELS:",
        "if False:",
        "thumbnails/test_picture.py",
    ),
    Guard(
        "a picture is served to those who may see its video",
        "desk.py",
        "return self.account.thumbnails.picture(key) if seen else None",
        "return self.account.thumbnails.picture(key)",
        "test_desk.py",
    ),
    Guard(
        "a note or a shared view is changed by its author or an admin",
        "pinboard.py",
        "return anything or entry.author == reader.owner",
        "return True",
        "test_pinboard.py",
    ),
    Guard(
        "a shared view of somebody else is not replaced by one of its name",
        "pinboard.py",
        "if not (owned(same) and visible.filters(same.parameters)):",
        "if not visible.filters(same.parameters):",
        "test_pinboard.py",
    ),
    Guard(
        "whoever sees as somebody else changes nothing",
        "pinboard.py",
        "if not self.reader.writes:",
        "if False:",
        "test_pinboard.py",
    ),
    Guard(
        "whoever has no cookie takes over no shared views",
        "sharing/saved_views.py",
        "view.owner == of != SHARED",
        "view.owner == of",
        "test_saved_views.py",
    ),
    Guard(
        "a day that is replaced while it is backed up is copied as it is then",
        "backup/write.py",
        "_TRIES = 10 ",
        "_TRIES = 1 ",
        "test_whole_backup.py",
    ),
    Guard(
        "a damaged day replaces no backup of everything",
        "backup/write.py",
        "if found.damaged and not folder and to.exists():",
        "if False:",
        "test_whole_backup.py",
    ),
    Guard(
        "every file of a backup is compared before it is put back",
        "backup/stored.py",
        "if found.get(name) != manifest.files.get(name)]:",
        "if False]:",
        "test_whole_backup.py",
    ),
    Guard(
        "a name in a backup that leads elsewhere is refused",
        "backup/stored.py",
        "if not _is_safe(name) or name in found:",
        "if name in found:",
        "test_whole_backup.py",
    ),
    Guard(
        "an id of a request that does not fit into a log is not taken",
        "ui/server/request_ids.py",
        "fits = len(given) == 1 and _OURS_TO_TAKE.fullmatch(given[0])",
        "fits = len(given) == 1",
        "test_request_ids.py",
    ),
    Guard(
        "a file is for those with the rights that it was made with",
        "ui/made_files.py",
        "return access.is_admin or access in _made.get(id_, ())",
        "return True",
        "sign_in/test_forged.py::test_a_file_of_another_session_is_not_served",
    ),
    Guard(
        "a browser can send what pages send, and no more",
        "ui/server/messages.py",
        'in (*ALLOWED, ""):',
        "or True:",
        "sign_in/test_forged.py::test_messages_that_no_page_sends_are_dropped_and_counted",
    ),
    Guard(
        "what is sent of names is what may be seen",
        "fetch/catalog.py",
        """        if access.all_views:
            return self
        return replace(""",
        """        if access.all_views or True:
            return self
        return replace(""",
        "sign_in/test_isolation.py",
    ),
)


def main() -> int:
    """Try each guard, or those whose names contain an argument; 1 when one is not missed."""
    wanted = sys.argv[1:]
    chosen = [guard for guard in GUARDS if not wanted or any(w in guard.name for w in wanted)]
    unmissed = []
    print("| guard | taken out |\n|---|---|")
    for guard in chosen:
        seen = _noticed_by(guard)
        print(f"| {guard.name} | {seen or 'NOT NOTICED'} |", flush=True)
        unmissed += [] if seen else [guard.name]
    return 1 if unmissed else 0


def _noticed_by(guard: Guard) -> str:
    """The first test that fails without the guard; empty when none does."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=_BIG)
            else:
                shutil.copy(source, copy / name)
        (copy / _NODES).symlink_to(ROOT / _NODES)
        _take_out(guard, copy / "dyntube" / guard.file)
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *(f"tests/{name}" for name in guard.tests.split())],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
    if done.returncode not in (0, 1):  # nothing was tested
        raise SystemExit(done.stdout)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0].split("::")[-1].split("[")[0] if failed else ""


def _take_out(guard: Guard, file: Path) -> None:
    text = file.read_text("utf-8")
    if text.count(guard.text) != 1:
        raise SystemExit(
            f"{guard.file} has the guard {guard.name!r} {text.count(guard.text)} times"
        )
    file.write_text(text.replace(guard.text, guard.without), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
