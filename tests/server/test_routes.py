"""Raw views over HTTP: real requests, real threads."""

from __future__ import annotations

import datetime as dt
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from dyntube.engine.duckdb_backend import DuckDB
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import Filter, ViewsQuery
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.report.address import to_parameters
from dyntube.report.selection import Selection
from dyntube.ui import door
from dyntube.ui.server.routes import ERROR_HANDLERS, MIDDLEWARE, own_routes

from .. import odd
from ..conftest import SECRET
from ..odd import HOSTILE

LOCAL = "http://127.0.0.1:9"  # where nobody answers: an external sync asks nobody
FIRST = dt.date(2026, 10, 1)
DAYS = 20


@contextmanager
def served(*, routes: list[Route | WebSocketRoute] | None = None) -> Iterator[str]:
    """The address of a server with our routes and middleware."""
    app = Starlette(
        routes=[*own_routes(), *(routes or [])],
        middleware=list(MIDDLEWARE),
        exception_handlers=ERROR_HANDLERS,
    )
    config = uvicorn.Config(app, port=0, log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of twenty days with six views each, of two videos and of three countries."""
    folder = tmp_path_factory.mktemp("routes") / "archive"
    archive = odd.open_archive(folder, LOCAL)
    for n in range(DAYS):
        day = FIRST + dt.timedelta(days=n)
        views = [
            {**view, "videoKey": f"video-{n % 2}", "geo": {"country": ("DE", "FR", "US")[n % 3]}}
            for n, view in enumerate(odd.views(day, 6))
        ]
        odd.put(archive, day, views)
    return folder


@pytest.fixture
def url(folder: Path, connect: Callable[..., None]) -> Iterator[str]:
    connect(LOCAL, folder, SYNC="external")
    with served() as address:
        yield address


def asked(selection: Selection) -> str:
    return urlencode(to_parameters(selection, Selection()), doseq=True)


def ids(url: str, ending: str, query: str) -> list[str]:
    answer = requests.get(f"{url}/api/views.{ending}?{query}", timeout=20)
    assert answer.status_code == 200
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    views = read(io.BytesIO(answer.content))
    assert tuple(views.columns) == VIEW_COLUMNS
    return views["id"].tolist()


PERIOD = Period(FIRST, FIRST + dt.timedelta(days=9))
SELECTIONS = [
    Selection("custom", PERIOD),
    Selection("custom", PERIOD, timezone="Asia/Kolkata"),
    Selection("custom", PERIOD, filters=(Filter("video", ("video-1",)),)),
    Selection("custom", PERIOD, filters=(Filter("country", ("DE", "FR")),)),
    Selection("custom", PERIOD, filters=(Filter("country", ("DE",), "is_not"),)),
    Selection("custom", PERIOD, filters=(Filter("weekday", ("1", "7")),), metric="viewers"),
    Selection("custom", PERIOD, filters=(Filter("city", (HOSTILE,)),)),
]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_file_has_the_views_that_the_page_shows(
    selection: Selection, ending: str, url: str
) -> None:
    query = ViewsQuery(PERIOD, selection.timezone, selection.filters, limit=None, access=EVERYTHING)
    shown = door.desk().rows(query)["id"].tolist()[::-1]
    assert ids(url, ending, asked(selection)) == shown
    assert shown or selection.filters[0].values == (HOSTILE,)


def test_what_a_filter_contains_is_looked_for_in_what_people_read(url: str) -> None:
    selection = Selection("custom", PERIOD, filters=(Filter("country", ("ger",), "contains"),))
    by_name = ids(url, "csv", asked(selection))
    assert len(by_name) == 2 * 10
    exact = Selection("custom", PERIOD, filters=(Filter("country", ("DE",)),))
    assert by_name == ids(url, "csv", asked(exact))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_all_time_is_all_that_is_stored(ending: str, url: str) -> None:
    assert len(ids(url, ending, "period=all-time")) == DAYS * 6


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "America/St_Johns", "Pacific/Kiritimati"])
def test_all_time_begins_with_the_first_view_in_every_zone(
    zone: str, tmp_path: Path, connect: Callable[..., None]
) -> None:
    archive = odd.open_archive(tmp_path / "archive", LOCAL)
    views = odd.views(FIRST, 3)
    for view, time_ in zip(views, ("00:00:00", "10:59:59", "23:59:59"), strict=True):
        view["date"] = f"{FIRST}T{time_}Z"
    odd.put(archive, FIRST, views)
    connect(LOCAL, tmp_path / "archive", SYNC="external")
    with served() as address:
        assert len(ids(address, "csv", f"period=all-time&zone={zone}")) == 3


def test_the_file_is_named_after_its_days_and_kept_nowhere(url: str) -> None:
    answer = requests.get(f"{url}/api/views.csv?{asked(SELECTIONS[0])}", timeout=20)
    assert answer.headers["content-disposition"] == (
        'attachment; filename="views-2026-10-01-to-2026-10-10.csv"'
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    day = requests.get(f"{url}/api/views.parquet?from=2026-10-01&to=2026-10-01", timeout=20)
    assert 'filename="views-2026-10-01.parquet"' in day.headers["content-disposition"]


def test_a_file_of_invented_views_is_called_so(folder: Path, connect: Callable[..., None]) -> None:
    connect("", folder, API_KEY="")
    with served() as address:
        answer = requests.head(f"{address}/api/views.csv?from=2026-10-01&to=2026-10-01", timeout=60)
    assert 'filename="demo-views-2026-10-01.csv"' in answer.headers["content-disposition"]


def test_head_says_the_same_without_a_file(url: str) -> None:
    where = f"{url}/api/views.csv?{asked(SELECTIONS[0])}"
    head, get = requests.head(where, timeout=20), requests.get(where, timeout=20)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-disposition", "content-type", "cache-control", "x-content-type-options"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("period=next-century", "invalid period (next-century)"),
        ("from=2026-11-05&to=2026-11-01", "before it starts"),
        ("from=yesterday", "invalid start date (yesterday)"),
        ("zone=Mars/Olympus", "no time zone"),
        ("metric=<script>alert(1)</script>", "<script>"),
        ("zone=posix/Europe/Berlin", "no time zone"),
        ("colour=red&colour=blue", "one value only"),
        ("galaxy=M31", "galaxy=M31"),
        ("country-starts=D", "country-starts=D"),
        ("city=Par%00is", "control characters"),
        ("compare-from=2026-01-01&compare-to=2026-01-31", "need compare = dates"),
        ("&".join(f"video=v{n}" for n in range(301)), "at most 300 values"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_wrong_value_in_the_address_is_said_and_gives_no_file(
    method: str, query: str, text: str, url: str
) -> None:
    answer = requests.request(method, f"{url}/api/views.csv?{query}", timeout=20)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in answer.headers
    if method == "GET":
        assert text in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_archive_out_of_order_is_said_and_gives_no_file(
    ending: str, url: str, folder: Path
) -> None:
    scope = folder / door.desk().account.archive.folders[0]
    scope.rename(folder / "away")
    scope.write_text("no folder")
    try:
        answer = requests.get(f"{url}/api/views.{ending}", timeout=20)
    finally:
        scope.unlink()
        (folder / "away").rename(scope)
    assert answer.status_code == 503
    assert "cannot be read" in answer.text
    assert "Traceback" not in answer.text
    assert SECRET not in answer.text + str(answer.headers)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_wrong_setting_is_said(folder: Path, connect: Callable[..., None]) -> None:
    connect(LOCAL, folder, TIMEZONE="Mars/Olympus")
    with served() as url:
        answer = requests.get(f"{url}/api/views.csv", timeout=20)
    assert answer.status_code == 503
    assert "DYNTUBE_TIMEZONE" in answer.text


def test_what_has_no_value_is_asked_for_by_nothing(url: str) -> None:
    days = "from=2026-10-01&to=2026-10-10"
    assert len(ids(url, "csv", f"{days}&city=")) == 10 * 6
    assert ids(url, "csv", f"{days}&country=") == ids(url, "csv", f"{days}&city-not=") == []


@pytest.mark.parametrize("count", [1001, 1500, 5000])
@pytest.mark.parametrize("path", ["", "videos", "api/views.csv"])
def test_an_address_that_streamlit_would_not_hear_is_refused_with_the_reason(
    path: str, count: int, url: str
) -> None:
    query = "&".join(f"video=v{n}" for n in range(count))
    answer = requests.get(f"{url}/{path}?{query}", headers={"accept": "text/html"}, timeout=20)
    assert answer.status_code == 414
    assert f"has {count:,} parts, which is too many." in answer.text
    assert "at most 300 values" in answer.text
    assert "set-cookie" not in answer.headers


def test_nobody_can_change_anything_here(url: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert requests.request(method, f"{url}/api/views.csv", timeout=20).status_code == 405


def test_when_the_client_goes_away_no_more_days_are_read(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    left = threading.Event()
    of_day = DuckDB.rows

    def slowly(backend: DuckDB, *args: Any) -> object:
        read.append(1)
        if len(read) > 1:  # the first part is on its way; wait for the client to go
            left.wait(10)
            time.sleep(0.2)
        return of_day(backend, *args)

    monkeypatch.setattr(DuckDB, "rows", slowly)
    answer = requests.get(f"{url}/api/views.csv?period=all-time", stream=True, timeout=20)
    assert next(answer.iter_content(100))
    answer.close()
    left.set()
    time.sleep(1.5)
    assert len(read) <= 3
    monkeypatch.undo()


def test_several_files_are_made_side_by_side(url: str) -> None:
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(ids(url, "csv", "period=all-time")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [len(views) for views in found] == [DAYS * 6] * 6
