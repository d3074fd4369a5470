"""A big archive in little time: days drawn by the stand-in's generator, written without HTTP.

`python -m benchmarks.archive FOLDER` leaves one there that the app reads as complete:
`DYNTUBE_SYNC=external DYNTUBE_ARCHIVE=FOLDER make run`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import filelock
import pyarrow.compute as pc

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.demo.catalog import listing
from dyntube.demo.draw import SEED, VIEWS_PER_DAY, count, draw_day, settle
from dyntube.demo.parameters import microseconds
from dyntube.demo.views import table
from dyntube.fetch.catalog import Catalog
from dyntube.fetch.client import CatalogKind, Client
from dyntube.fetch.plan import SETTLES_AFTER
from dyntube.query.periods import midnight
from dyntube.reading.records import with_computed
from dyntube.settings.settings import FetchScope, Settings
from dyntube.settings.warehouse import Warehouse

from .machine import row

ONE_DAY = dt.timedelta(days=1)
KEPT = Path(__file__).parents[1] / ".bench_cache"  # not under version control
USUAL = 10_000_000  # views
_MARKER = "benchmark.json"


@dataclass(frozen=True)
class Big:
    """How big an archive is: about so many `views` over so many `days`, up to `last`."""

    views: int
    days: int
    last: dt.date

    @property
    def all_days(self) -> list[dt.date]:
        """Its UTC days, the first one first."""
        return [self.last - ONE_DAY * n for n in reversed(range(self.days))]

    @property
    def views_per_day(self) -> int:
        """The generator's scale that gives so many views."""
        drawn = sum(count(day, SEED, VIEWS_PER_DAY) for day in self.all_days)
        return round(VIEWS_PER_DAY * self.views / drawn)


def year(views: int = USUAL) -> Big:
    """So many views over the 365 days before today."""
    return Big(views, 365, dt.datetime.now(dt.UTC).date() - ONE_DAY)


def settings(folder: Path, engine: Warehouse | None = None) -> Settings:
    """The settings with which the app reads an archive of `build`."""
    return Settings(archive=folder, sync="external", engine=engine)


def environment(folder: Path) -> dict[str, str]:
    """The same settings as environment variables."""
    return {"DYNTUBE_SYNC": "external", "DYNTUBE_ARCHIVE": str(folder)}


def kept(views: int = USUAL) -> Path:
    """The folder of the archive of a year that all benchmarks share, built when missing or old.

    Beside the year, it has today up to this minute.
    """
    folder, big = KEPT / f"year-of-{views}", year(views)
    KEPT.mkdir(exist_ok=True)
    with filelock.FileLock(f"{folder}.lock"):
        build(folder, big)
        _write(folder, big.views_per_day, big.last + ONE_DAY)
        _open(folder).remove_old_generations(_scope(folder))
    return folder


def build(folder: Path, big: Big) -> float | None:
    """Write the archive with all cores, and return the seconds; None when it is there already.

    Ends the program when the folder holds anything else.
    """
    wanted = json.dumps(asdict(big), default=str)
    marker = folder / _MARKER
    if marker.exists() and marker.read_text("utf-8") == wanted:
        return None
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        sys.exit(f"{folder} holds something else. Name an empty or a new folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.write_text("not complete", "utf-8")
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool() as pool:
        list(pool.imap_unordered(partial(_write, folder, big.views_per_day), big.all_days))
    _write_names(folder)
    marker.write_text(wanted, "utf-8")
    return time.perf_counter() - began


def _write(folder: Path, views_per_day: int, day: dt.date) -> None:
    """Store a day as a sync would have at this moment."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    rows = settle(draw_day(day, SEED, views_per_day), microseconds(now))
    views, end = with_computed(table(rows)), midnight(day + ONE_DAY)
    info = DayInfo(
        day=day,
        rows=len(views),
        api_total=len(views),
        verified=True,
        settled=now >= end + SETTLES_AFTER,
        fetched_at=now,
        whole_at=now,
        until=min(end, now),
        newest=pc.max(views["date"]).as_py(),
    )
    _open(folder).write(_scope(folder), info, views)


def _scope(folder: Path) -> str:
    return settings(folder).folder(FetchScope())


def _open(folder: Path) -> Archive:
    return Archive(folder, [_scope(folder)])


class _Names:
    """The stand-in's names, as the API's client gives them."""

    def catalog(self, kind: CatalogKind) -> list[Mapping[str, object]]:
        return [*listing(kind, dt.datetime.now(dt.UTC))]


def _write_names(folder: Path) -> None:
    Catalog(cast(Client, _Names()), folder / _scope(folder)).refresh()


def main() -> None:
    """Measure how long a build takes, into a folder that goes again."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = build(Path(folder), year())
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    row("drawing and storing 10 million views, a process a core", f"{seconds:.0f} s", "")
    row("on disk", f"{size / 2**20:,.0f} MB", "")


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--views", type=int, default=USUAL)
    parser.add_argument("--days", type=int, default=year().days)
    options = parser.parse_args()
    seconds = build(options.folder, Big(options.views, options.days, year().last))
    print("It is there already." if seconds is None else f"Built in {seconds:.0f} s.")
    print(*(f"{name}={value}" for name, value in environment(options.folder).items()))


if __name__ == "__main__":
    _command_line()
