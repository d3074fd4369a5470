"""Health over HTTP: what makes a process one to restart, or to send no readers to."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from starlette.routing import Mount

from dyntube.account import open_state
from dyntube.errors import ConfigError
from dyntube.settings.settings import FetchScope, Settings
from dyntube.sharing.notes import Notes
from dyntube.ui.server.health import CHECKS, ReadyCheck, health_routes

from .. import odd
from .test_hosts import asked as asked_for
from .test_routes import LOCAL, served

DAY = dt.date(2026, 5, 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of one day, with a note."""
    folder = tmp_path / "archive"
    odd.put(odd.open_archive(folder, LOCAL), DAY, odd.views(DAY, 3))
    Notes(open_state(account_folder(folder))).add(DAY, "a note")
    return folder


def account_folder(archive: Path) -> Path:
    return archive / Settings(stats_url=LOCAL).folder(FetchScope())


@pytest.fixture
def url(folder: Path, connect: Callable[..., None]) -> Iterator[str]:
    """The app over that archive, which asks a vendor that does not answer."""
    connect(LOCAL, folder)
    with served() as address:
        yield address


def ready(url: str) -> tuple[int, str]:
    answer = requests.get(f"{url}/readyz", timeout=20)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.text


def alive(url: str) -> bool:
    answer = requests.get(f"{url}/healthz", timeout=20)
    assert answer.headers["cache-control"] == "no-store"
    return (answer.status_code, answer.text) == (200, "ok")


def test_an_app_with_an_archive_is_ready_though_the_vendor_is_away_and_its_days_are_old(
    url: str,
) -> None:
    assert ready(url) == (200, "ok")
    assert alive(url)


def test_an_app_before_its_first_fetch_is_ready(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    connect(LOCAL, tmp_path / "nothing yet")
    with served() as url:
        assert ready(url) == (200, "ok")


def test_a_wrong_setting_is_said_once_and_the_process_is_alive(
    folder: Path, connect: Callable[..., None]
) -> None:
    connect(LOCAL, folder, TIMEZONE="Mars/Olympus")
    with served() as url:
        status, text = ready(url)
        assert status == 503
        assert text.startswith("settings: DYNTUBE_TIMEZONE cannot be used")
        assert len(text.splitlines()) == 1
        assert alive(url)


def test_settings_that_break_later_leave_a_process_ready_that_has_read_them(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready(url) == (200, "ok")
    monkeypatch.setenv("DYNTUBE_TIMEZONE", "Mars/Olympus")
    assert ready(url) == (200, "ok")


def test_one_damaged_day_of_two_is_no_reason_and_all_damaged_are(url: str, folder: Path) -> None:
    [first] = folder.rglob("*.parquet")
    later = DAY + dt.timedelta(days=1)
    odd.put(odd.open_archive(folder, LOCAL), later, odd.views(later, 3))
    first.write_bytes(b"damaged")
    assert ready(url) == (200, "ok")


def test_days_of_which_none_can_be_read_are_a_reason(url: str, folder: Path) -> None:
    [only] = folder.rglob("*.parquet")
    only.write_bytes(b"damaged")
    status, text = ready(url)
    assert status == 503
    assert text == f"archive: None of 1 stored days in {folder} can be read"
    assert alive(url)


def test_an_archive_that_is_no_folder_is_a_reason_and_only_until_it_is_mended(
    url: str, folder: Path
) -> None:
    [year] = folder.glob("*/2026")
    year.rename(folder / "aside")
    year.write_text("no folder")
    status, text = ready(url)
    assert status == 503
    assert text.startswith("archive: The archive folder ")
    year.unlink()
    (folder / "aside").rename(year)
    assert ready(url) == (200, "ok")


def test_a_damaged_state_file_is_a_reason(url: str, folder: Path) -> None:
    (account_folder(folder) / "state.sqlite").write_bytes(b"no database" * 1000)
    status, text = ready(url)
    assert status == 503
    assert text.startswith("state file: The file ")
    assert "is damaged" in text


def test_a_state_file_that_is_being_edited_is_none(url: str, folder: Path) -> None:
    file = account_folder(folder) / "state.sqlite"
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ready(url) == (200, "ok")
        other.execute("ROLLBACK")
    other.close()


def test_other_parts_add_checks_and_a_check_that_breaks_does_not_pass() -> None:
    def refused() -> None:
        raise ConfigError("There was never a good access file.")

    def broken() -> None:
        raise ZeroDivisionError

    checks = [ReadyCheck("access", refused), ReadyCheck("broken", broken)]
    with served(routes=[Mount("/with-more", routes=health_routes(checks))]) as url:
        status, text = ready(f"{url}/with-more")
    assert status == 503
    access, unknown = text.splitlines()
    assert access == "access: There was never a good access file."
    assert unknown.startswith("broken: Something went wrong on our side.")
    own = ["settings", "archive", "state file", "access file"]
    assert [check.name for check in CHECKS] == own


@pytest.mark.parametrize("path", ["healthz", "readyz"])
def test_health_is_not_told_to_a_stranger_s_host_and_only_read(url: str, path: str) -> None:
    assert asked_for(url, "evil.example", f"/{path}")[0] == 403
    assert asked_for(url, "127.0.0.1:1", f"/{path}")[0] == 200
    assert requests.head(f"{url}/{path}", timeout=20).status_code == 200
    assert requests.post(f"{url}/{path}", timeout=20).status_code == 405


def test_health_is_below_the_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "/dash/"}.get)
    assert [route.path for route in health_routes()] == ["/dash/healthz", "/dash/readyz"]
