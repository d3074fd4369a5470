"""The benchmarks keep up with the program: they start, and read what it writes today."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks import archive, fetch
from dyntube.demo import process

ROOT = Path(__file__).parents[2]
PLAIN = ROOT / "benchmarks" / "rivals" / "plain"
NEED_MORE = {"with_chdb", "with_polars"}  # packages that `make test` does not install
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in [*ROOT.glob("benchmarks/*.py"), *ROOT.glob("benchmarks/rivals/*.py")]
    if path.stem not in NEED_MORE
)


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_can_be_imported(name: str) -> None:
    importlib.import_module(name)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive that benchmarks share, of yesterday and today alone."""
    yesterday = archive.year().last
    monkeypatch.setattr(archive, "KEPT", tmp_path)
    monkeypatch.setattr(archive, "year", lambda views: archive.Big(views, 1, yesterday))
    return archive.kept(200)


def test_the_plain_app_reads_the_archive(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNTUBE_ARCHIVE", str(kept))
    monkeypatch.syspath_prepend(str(PLAIN))  # as `streamlit run` does
    try:
        at = AppTest.from_file(str(PLAIN / "app.py"), default_timeout=60).run()
    finally:
        for name in ("charts", "views"):
            sys.modules.pop(name, None)
    assert not at.exception
    assert [title.value for title in at.title] == ["Overview"]


def test_parts_of_the_work_are_measured_alone() -> None:
    server = process.start(views_per_day=50)
    try:
        assert all(seconds > 0 for seconds in fetch.least(server.url).values())
    finally:
        server.stop()
