"""An app that does not fetch: a scheduler does, and the app only reads what that has left."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dyntube
from dyntube import formats
from dyntube.account import Account, open_account
from dyntube.fetch.background import Background, SyncStatus
from dyntube.query.periods import Period
from dyntube.settings.settings import Settings
from dyntube.ui import door

from ..clock import TODAY
from ..opened import plain
from ..scripted import Answer, Asked, Server, serve
from ..syncing import ONE_DAY, hourly, paged

APP = str(Path(__file__).parents[2] / "app.py")
NAME = "The channel of ours"
Snapshot = dict[str, tuple[int, int, int]]


@pytest.fixture(scope="module")
def days() -> list[dt.date]:
    return [TODAY - n * ONE_DAY for n in range(1, 40)]


@pytest.fixture(scope="module")
def server(days: list[dt.date]) -> Iterator[Server]:
    """A server with some views a day and a name for each thing."""
    log = paged([view for day in days for view in hourly(5, day)])

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return log(asked)
        kind = asked.path.split("/")[2].split("?")[0]
        item = {"key": f"{kind[:-1]}-a", "name": NAME, "title": NAME}
        return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: [item]}).encode())

    with serve(script) as running:
        yield running


@pytest.fixture(scope="module")
def archive(
    server: Server, days: list[dt.date], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """What a scheduler's sync has left, in folders that may not be written."""
    folder = tmp_path_factory.mktemp("external") / "archive"
    settings = Settings(stats_url=server.url, api_url=server.url, archive=folder, api_key="theirs")
    scheduler = open_account(settings)
    assert scheduler.syncer.sync(days).outcome == "done"
    scheduler.catalog.refresh()
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o500)
    yield folder
    for path in folders:
        path.chmod(0o700)


@pytest.fixture(autouse=True)
def untouched(server: Server, archive: Path) -> Iterator[None]:
    """Nothing is asked of the API, and nothing in the archive changes."""
    server.asked.clear()
    before = snapshot(archive)
    yield
    assert [asked.path for asked in server.asked] == []
    assert snapshot(archive) == before


def snapshot(folder: Path) -> Snapshot:
    stats = {str(path): path.stat() for path in (folder, *folder.rglob("*"))}
    return {name: (s.st_mtime_ns, s.st_size, s.st_ino) for name, s in stats.items()}


@pytest.fixture
def account(server: Server, archive: Path) -> Account:
    """The installation as the app opens it, without a key."""
    return open_account(
        Settings(stats_url=server.url, api_url=server.url, archive=archive, sync="external")
    )


def test_pages_that_ask_for_days_start_nothing(account: Account, days: list[dt.date]) -> None:
    background = Background(account.syncer, account.catalog, external=True)
    wanted = [*days, days[-1] - ONE_DAY, TODAY]
    for ask in (background.ensure, background.sync_now, background.ensure):
        assert ask(wanted) == SyncStatus()
    background.cancel()
    background.retry()
    assert background.ensure(wanted) == SyncStatus()


def test_days_and_names_are_those_that_the_sync_left(account: Account, days: list[dt.date]) -> None:
    assert list(account.archive.days()) == sorted(days)
    assert account.first_day() == account.first_stored_day() == min(days)
    assert account.catalog.names().of("channel", "channel-a") == NAME
    assert {event.name for event in account.event_log.read(99)} >= {"sync_started", "sync_ended"}


def test_an_installation_without_a_key_is_no_demo(
    archive: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "SYNC": "external",
        "STATS_URL": server.url,
        "API_URL": server.url,
        "ARCHIVE": str(archive),
    }.items():
        monkeypatch.setenv(f"DYNTUBE_{name}", value)
    monkeypatch.delenv("DYNTUBE_API_KEY", raising=False)
    monkeypatch.chdir(archive.parent)
    account = open_account()
    assert (account.settings.demo, account.settings.api_key) == (False, "")


def test_python_reads_what_is_stored_and_fetches_nothing(
    connect: Callable[..., None], archive: Path, server: Server, days: list[dt.date]
) -> None:
    connect(server.url, archive, SYNC="external", API_KEY="")
    views = dyntube.load_views(days[-1] - 9 * ONE_DAY, days[0] + ONE_DAY)
    assert len(views) == 5 * len(days)
    answer = dyntube.ask("views", start=days[3], end=days[3])
    assert answer["views"].tolist() == [5]


@pytest.mark.parametrize("page", ["pages/overview.py", "pages/data.py"])
def test_pages_are_whole_without_a_key_and_touch_nothing(
    page: str, connect: Callable[..., None], archive: Path, server: Server
) -> None:
    connect(server.url, archive, SYNC="external", API_KEY="")
    at = AppTest.from_file(APP, default_timeout=60).run()
    at = at.switch_page(page).run()
    assert not at.exception
    assert not at.error
    assert door.desk().names().of("channel", "channel-a") == NAME
    told = " ".join(str(element.value) for element in (*at.info, *at.warning)).lower()
    assert "demo" not in told
    assert door.desk().background.state == SyncStatus()


@pytest.mark.parametrize("page", ["pages/overview.py", "pages/live.py", "pages/data.py"])
def test_an_archive_of_other_scopes_is_told_from_one_of_none(
    page: str, connect: Callable[..., None], archive: Path, server: Server, days: list[dt.date]
) -> None:
    connect(server.url, archive, SYNC="external", API_KEY="", PROJECT_KEYS="another")
    at = AppTest.from_file(APP, default_timeout=60).run()
    at = at.switch_page(page).run()
    assert not at.exception
    told = plain(" ".join(str(element.value) for element in (*at.info, *at.caption)))
    stored = formats.period(Period(min(days), max(days)))
    assert f"The archive {archive} holds other scopes: the whole account at {server.url}," in told
    assert f"39 days, {stored}. If you expect those, set DYNTUBE_STATS_URL" in told


def test_a_folder_without_any_days_is_named(
    connect: Callable[..., None], server: Server, tmp_path: Path
) -> None:
    connect(server.url, tmp_path / "wrong_folder", SYNC="external", API_KEY="")
    at = AppTest.from_file(APP, default_timeout=60).run()
    [said] = [plain(info.value) for info in at.info]
    assert said == (
        "Nothing is stored yet. A scheduler has to fetch into "
        f"{tmp_path / 'wrong_folder'}, which holds no days."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_the_archive_may_not_be_written_here(archive: Path) -> None:
    with pytest.raises(PermissionError):
        (archive / "note").touch()
