"""A backup of everything: made while a sync runs, whole or refused, and put back as it was."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.archive import archive as archive_module
from dyntube.archive.archive import Archive
from dyntube.backup import contents
from dyntube.backup.restore import restore
from dyntube.backup.write import write_backup
from dyntube.errors import ArchiveError
from dyntube.settings.settings import FetchScope, Settings
from dyntube.sharing.notes import Notes

from .. import odd
from ..cli.test_command_line import run
from ..cli.test_stopping import PERIOD, Account, begin, stored
from ..scripted import serve
from ..server.test_routes import LOCAL

DAY = dt.date(2026, 5, 5)
FOLDER = Settings(stats_url=LOCAL).folder(FetchScope())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive of two days, a note, names, a journal, pictures, and what processes leave."""
    root = tmp_path / "archive"
    archive = odd.open_archive(root, LOCAL)
    for n in range(2):
        odd.put(archive, DAY + dt.timedelta(days=n), odd.views(DAY + dt.timedelta(days=n), 5))
    scope = root / FOLDER
    Notes(open_state(scope)).add(DAY, "a note")
    (scope / "thumbnails").mkdir()
    texts = {"names.json": "{}", "journal.jsonl": "{}\n", "thumbnails/a.webp": "picture"}
    texts |= {"sync.json": "{}", ".names.json.7.tmp": "half", "state.sqlite-journal": ""}
    for name, text in texts.items():
        (scope / name).write_text(text)
    (root / "demo" / "2026").mkdir(parents=True)
    (root / "demo" / "2026" / "2026-05-05.000001.parquet").write_text("invented")
    (root / f".{FOLDER}.lock").write_text("")
    (root / "access.toml").write_text("who sees what")
    return root


KEPT = {
    "access.toml",
    f"{FOLDER}/names.json",
    f"{FOLDER}/journal.jsonl",
    f"{FOLDER}/state.sqlite",
    f"{FOLDER}/2026/2026-05-05.000001.parquet",
    f"{FOLDER}/2026/2026-05-06.000001.parquet",
}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder", [True, False])
def test_what_is_put_back_is_what_was_there(root: Path, tmp_path: Path, folder: bool) -> None:
    to, back = tmp_path / "backup.tar", tmp_path / "back"
    done = write_backup(root, to, folder=folder)
    assert to.stat().st_mode & 0o777 == (0o700 if folder else 0o600)
    assert (done.days, done.views, done.files, done.damaged) == (2, 10, len(KEPT), ())
    restore(to, back)
    assert names(back) == KEPT
    for name in KEPT - {f"{FOLDER}/state.sqlite"}:
        assert (back / name).read_bytes() == (root / name).read_bytes()
    assert [note.text for note in Notes(open_state(back / FOLDER)).all()] == ["a note"]
    there, here = (Archive(path, [FOLDER]) for path in (back, root))
    assert there.verify() == []
    assert there.read(DAY, DAY + dt.timedelta(days=9)).equals(
        here.read(DAY, DAY + dt.timedelta(days=9))
    )
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "backup.tar", "back"}


def test_pictures_are_in_it_if_asked_for(root: Path, tmp_path: Path) -> None:
    write_backup(root, tmp_path / "backup.tar", folder=False, thumbnails=True)
    restore(tmp_path / "backup.tar", tmp_path / "back")
    assert names(tmp_path / "back") == KEPT | {f"{FOLDER}/thumbnails/a.webp"}


def test_unreadable_records_are_with_their_day(root: Path, tmp_path: Path) -> None:
    archive = odd.open_archive(root, LOCAL)
    odd.put(archive, DAY, [*odd.views(DAY, 2), {"id": "no date"}])
    write_backup(root, tmp_path / "backup.tar", folder=False)
    restore(tmp_path / "backup.tar", tmp_path / "back")
    day = (DAY, DAY)
    found = list(Archive(tmp_path / "back", [FOLDER]).rejected(*day))
    assert len(found) == 1
    assert found == list(Archive(root, [FOLDER]).rejected(*day))


# While others write


def statuses(url: str, *folders: Path) -> list[list[dict[str, object]]]:
    """What is stored in each archive, day by day."""
    done = [run("status", "--json", url=url, folder=folder).stdout for folder in folders]
    return [json.loads(text) for text in done]


def test_a_backup_beside_a_sync_and_after_its_kill_is_put_back_green_with_equal_numbers(
    tmp_path: Path,
) -> None:
    folder, account = tmp_path / "archive", Account()
    with serve(account) as server:
        sync = begin("sync", *PERIOD, url=server.url, folder=folder)
        while len(stored(folder)) < 9:
            assert sync.poll() is None
        during, after = tmp_path / "during.tar", tmp_path / "after.tar"
        done = run("backup", str(during), "--json", url=server.url, folder=folder)
        assert done.returncode == 0, done.stderr
        assert sync.poll() is None, "it still waits for the server"
        os.kill(sync.pid, signal.SIGKILL)
        sync.communicate()
        assert sync.returncode == -signal.SIGKILL
        assert run("backup", str(after), url=server.url, folder=folder).returncode == 0
        account.open.set()
        for backup in (during, after):
            back = tmp_path / f"back of {backup.stem}"
            put = run("restore", str(backup), "--to", str(back), folder=tmp_path)
            assert put.returncode == 0, put.stderr
            verified = run("verify", "--json", url=server.url, folder=back)
            assert verified.returncode == 0, verified.stderr
            assert json.loads(verified.stdout)["damaged"] == []
        first, second, original = statuses(
            server.url, tmp_path / "back of during", tmp_path / "back of after", folder
        )
        assert second == original
        assert len(first) == json.loads(done.stdout)["days"] >= 9
        assert [day for day in original if day in first] == first
        finished = run("sync", *PERIOD, url=server.url, folder=tmp_path / "back of during")
        assert finished.returncode == 0, finished.stderr
        run("sync", *PERIOD, url=server.url, folder=folder)
        one, other = statuses(server.url, tmp_path / "back of during", folder)
        assert [day["rows"] for day in one] == [day["rows"] for day in other] == [2] * 35


def test_days_that_are_replaced_and_removed_meanwhile_are_whole_in_every_backup(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "GRACE_SECONDS", -1)  # so that old files go at once
    archive, stop, days = odd.open_archive(root, LOCAL), threading.Event(), range(12)

    def put(count: int) -> None:
        for n in days:
            day = DAY + dt.timedelta(days=n)
            odd.put(archive, day, [*odd.views(day, count), *[{"id": f"{count}"}] * (count % 2)])
        archive.remove_old_generations(FOLDER)

    def replace_on_and_on() -> None:
        count = 3
        while not stop.is_set():
            put(count)
            count = 3 + (count + 1) % 4

    put(4)
    replacing = threading.Thread(target=replace_on_and_on)
    replacing.start()
    try:
        for number in range(4):
            to, back = tmp_path / f"{number}.tar", tmp_path / f"back {number}"
            done = write_backup(root, to, folder=False)
            assert done.days == len(days)
            restore(to, back)
            there = Archive(back, [FOLDER])
            assert there.verify() == []
            for infos in there.days().values():
                [info] = infos
                rejected = list(there.rejected(info.day, info.day))
                assert len(rejected) == info.rejected == info.rows % 2
    finally:
        stop.set()
        replacing.join()


def test_a_day_that_is_replaced_between_a_look_and_the_copy_is_copied_as_it_is_then(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "GRACE_SECONDS", -1)
    archive, found = odd.open_archive(root, LOCAL), contents.newest

    def then_replaced(year: Path, date: str) -> Path | None:
        path = found(year, date)
        if path and path.name.endswith("000001.parquet"):
            day = dt.date.fromisoformat(date)
            odd.put(archive, day, [*odd.views(day, 3), {"id": "no date"}])
            archive.remove_old_generations(FOLDER)
        return path

    monkeypatch.setattr(contents, "newest", then_replaced)
    assert write_backup(root, tmp_path / "backup.tar", folder=False).views == 6
    restore(tmp_path / "backup.tar", tmp_path / "back")
    days = {name for name in names(tmp_path / "back") if "/2026/" in name}
    assert len(days) == 4, "two days, each with its unreadable records"
    assert all(".000002." in name for name in days)


def test_an_edit_that_has_not_ended_is_not_in_it(root: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(root / FOLDER / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM notes")
        write_backup(root, tmp_path / "backup.tar", folder=False)
        other.execute("COMMIT")
    restore(tmp_path / "backup.tar", tmp_path / "back")
    assert len(Notes(open_state(tmp_path / "back" / FOLDER)).all()) == 1


# What is refused


def test_where_no_backup_can_be_is_said_and_nothing_is_left(root: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.tar"
    os.mkfifo(pipe)
    places: list[tuple[Path, bool, str]] = [
        (root / "backup.tar", False, "outside the archive"),
        (tmp_path, True, "outside the archive"),
        (pipe, False, "no regular file"),
        (tmp_path / "missing" / "backup.tar", False, "cannot be written: No such file"),
    ]
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").write_text("mine")
    before = names(tmp_path)
    for to, folder, told in [*places, (full, True, "is not empty")]:
        with pytest.raises(ArchiveError, match=told):
            write_backup(root, to, folder=folder)
    with pytest.raises(ArchiveError, match="There is nothing to back up"):
        write_backup(tmp_path / "none", tmp_path / "backup.tar", folder=False)
    assert names(tmp_path) == before


def test_damage_is_named_and_copied_and_replaces_no_backup(root: Path, tmp_path: Path) -> None:
    good, worse = tmp_path / "good.tar", tmp_path / "worse.tar"
    write_backup(root, good, folder=False)
    kept = good.read_bytes()
    name = f"{FOLDER}/2026/2026-05-05.000001.parquet"
    (root / name).write_bytes(b"damaged" * 99)
    with pytest.raises(ArchiveError, match=r"good\.tar was left as it is"):
        write_backup(root, good, folder=False)
    assert good.read_bytes() == kept
    assert write_backup(root, worse, folder=False).damaged == (name,)
    assert restore(worse, tmp_path / "back").damaged == (name,)
    assert (tmp_path / "back" / name).read_bytes() == b"damaged" * 99


def test_a_damaged_database_costs_no_days(root: Path, tmp_path: Path) -> None:
    name = f"{FOLDER}/state.sqlite"
    (root / name).write_bytes(b"no database" * 1000)
    assert write_backup(root, tmp_path / "b.tar", folder=False).damaged == (name,)
    restore(tmp_path / "b.tar", tmp_path / "back")
    assert (tmp_path / "back" / name).read_bytes() == b"no database" * 1000
    assert len(Archive(tmp_path / "back", [FOLDER]).days()) == 2


def test_only_an_empty_folder_is_restored_to(root: Path, tmp_path: Path) -> None:
    backup, back = tmp_path / "backup.tar", tmp_path / "back"
    write_backup(root, backup, folder=False)
    back.mkdir()
    (back / "lost+found").mkdir()  # as on a new disk
    (back / ".restoring").mkdir()  # as a killed restore leaves it
    (back / ".restoring" / "half").write_text("half")
    restore(backup, back)
    assert names(back) == KEPT
    for to in (back, back / "access.toml"):
        with pytest.raises(ArchiveError, match="is not empty"):
            restore(backup, to)
    with pytest.raises(ArchiveError, match="There is no backup at"):
        restore(tmp_path / "none.tar", tmp_path / "other")


def spoiled(tar: Path, change: Callable[[bytearray], object]) -> Path:
    raw = bytearray(tar.read_bytes())
    change(raw)
    to = tar.with_name("spoiled.tar")
    to.write_bytes(raw)
    return to


def test_a_backup_that_was_cut_or_changed_is_refused_and_nothing_is_put_back(
    root: Path, tmp_path: Path
) -> None:
    backup, back = tmp_path / "backup.tar", tmp_path / "back"
    write_backup(root, backup, folder=False)
    size = backup.stat().st_size
    cuts = [0, 1, 511, 512, 700, size // 3, size // 2, size - 10_240 - 513]
    spoils: list[Callable[[bytearray], object]] = [
        lambda raw, cut=cut: raw.__delitem__(slice(cut, None))  # type: ignore[misc]
        for cut in cuts
    ]
    at = backup.read_bytes().index(b"PAR1")
    spoils.append(lambda raw: raw.__setitem__(at + 9, raw[at + 9] ^ 1))
    named = backup.read_bytes().index(b'"sha256"')
    spoils.append(lambda raw: raw.__setitem__(named + 12, ord("x")))
    for spoil in spoils:
        with pytest.raises(ArchiveError, match=r"is no backup|is damaged|is not whole|cut short"):
            restore(spoiled(backup, spoil), back)
        assert names(back) == set()
    restore(backup, back)
    assert names(back) == KEPT


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a//b", "./a", ""])
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    with tarfile.open(backup, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(ArchiveError, match=r"which no backup has|which is no file"):
        restore(backup, tmp_path / "back")
    assert names(tmp_path) == {"backup.tar"}


def test_links_are_refused(tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    with tarfile.open(backup, "w") as tar:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(ArchiveError, match="which is no file"):
        restore(backup, tmp_path / "back")


def test_the_commands_say_what_they_did(root: Path, tmp_path: Path) -> None:
    backup, back = tmp_path / "backup.tar", tmp_path / "back"
    done = run("backup", str(backup), url=LOCAL, folder=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Written to {backup}: 2 days with 10 views, in all 6 files with")
    put = run("restore", str(backup), "--to", str(back), folder=tmp_path)
    assert put.returncode == 0
    assert put.stdout.endswith(f"restored to {back}. Name this folder in DYNTUBE_ARCHIVE.\n")
    again = run("restore", str(backup), "--to", str(back), folder=tmp_path)
    assert again.returncode == 1
    assert f"{back} is not empty" in again.stderr
    folder = run("backup", f"{tmp_path / 'new'}/", "--json", url=LOCAL, folder=root)
    assert json.loads(folder.stdout)["days"] == 2
    assert (tmp_path / "new" / "manifest.json").exists()
    (root / FOLDER / "2026" / "2026-05-05.000001.parquet").write_bytes(b"damaged")
    worse = run("backup", str(tmp_path / "worse.tar"), url=LOCAL, folder=root)
    assert worse.returncode == 1
    assert "2026-05-05.000001.parquet was damaged already" in worse.stderr
