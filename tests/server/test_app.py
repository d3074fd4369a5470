"""`python app.py` as a process: one file is the server and the script of each reader."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import requests
from streamlit.testing.v1 import AppTest

from dyntube.settings.settings import STATS_URL

from .. import odd
from ..clock import machine_time

ROOT = Path(__file__).parents[2]
TODAY = machine_time().date()
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of forty whole days."""
    folder = tmp_path_factory.mktemp("app") / "archive"
    odd.fill(odd.open_archive(folder), TODAY, 40)
    return folder


@contextmanager
def started(folder: Path, log: Path, **environ: str) -> Iterator[str]:
    """The address of the app as `make run` starts it; what it says goes into `log`."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    keep |= {"DYNTUBE_ARCHIVE": str(folder), "DYNTUBE_SYNC": "external"}
    command = [sys.executable, "app.py"]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=keep | environ, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert process.stdout
        lines = iter(process.stdout)
        yield next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def url(folder: Path, log: Path) -> Iterator[str]:
    with started(folder, log) as address:
        yield address


def test_it_serves_pages_that_know_their_reader(url: str) -> None:
    for path in ("/", "/data", "/?period=last-7-days"):
        page = requests.get(url + path, headers=PAGE, timeout=60)
        assert page.status_code == 200
        assert "<title>DynTube Analytics</title>" in page.text
        assert page.cookies["dyntube_reader"]
    assert requests.get(f"{url}/_stcore/health", timeout=20).text == "ok"


def test_it_serves_every_raw_view(url: str, folder: Path) -> None:
    stored = odd.open_archive(folder).read(TODAY - dt.timedelta(days=40), TODAY)
    for ending, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        answer = requests.get(f"{url}/api/views.{ending}?period=all-time", timeout=60)
        views = read(io.BytesIO(answer.content))
        assert sorted(views["id"]) == sorted(stored["id"].to_pylist())


def test_a_period_is_the_same_as_on_the_page(url: str, folder: Path) -> None:
    answer = requests.get(f"{url}/api/views.csv", timeout=60)
    first, last = TODAY - dt.timedelta(days=28), TODAY - dt.timedelta(days=1)
    assert f"views-{first}-to-{last}.csv" in answer.headers["content-disposition"]
    views = pd.read_csv(io.BytesIO(answer.content))
    assert len(views) == len(odd.open_archive(folder).read(first, last)) == 28 * 3


def test_what_goes_wrong_is_said_without_a_trace(url: str, log: Path) -> None:
    answer = requests.get(f"{url}/api/views.csv?zone=Mars", timeout=60)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text + log.read_text()


def test_a_client_that_goes_away_leaves_the_server_well(url: str, log: Path) -> None:
    for _ in range(5):
        answer = requests.get(f"{url}/api/views.csv?period=all-time", stream=True, timeout=60)
        answer.raw.read(10)
        answer.close()
    assert requests.get(f"{url}/_stcore/health", timeout=20).text == "ok"
    assert "Traceback" not in log.read_text()


def test_below_a_path_of_the_server_everything_is_below_it(folder: Path, tmp_path: Path) -> None:
    with started(folder, tmp_path / "log", STREAMLIT_SERVER_BASE_URL_PATH="dash") as url:
        assert url.endswith("/dash")
        answer = requests.get(f"{url}/api/views.csv?period=all-time", timeout=60)
        assert answer.headers["content-type"].startswith("text/csv")
        assert requests.get(f"{url}/", headers=PAGE, timeout=60).cookies["dyntube_reader"]


def test_run_for_a_reader_the_same_file_draws_a_page(folder: Path, connect) -> None:
    connect(STATS_URL, folder, SYNC="external")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not at.exception
    assert at.title[0].value == "Overview"
