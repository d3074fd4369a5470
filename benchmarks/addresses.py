"""What click ids in addresses cost: a day with one in 40 of 100 addresses, beside the same without.

`python -m benchmarks.addresses --views 1500000` stores both and asks for pages, domains and people.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyntube.archive.archive import Archive
from dyntube.archive.dayfile import DayInfo
from dyntube.demo.chance import texts
from dyntube.demo.draw import SEED, draw_day
from dyntube.demo.views import table
from dyntube.engine.duckdb_backend import open_engine
from dyntube.engine.engine import Engine
from dyntube.fetch.day import ONE_DAY
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period, midnight
from dyntube.query.query import Query
from dyntube.reading.records import with_computed

from .machine import median_seconds, row

DAY = dt.date(2026, 11, 10)
WITH_ID = 0.4  # of the views
ASKED = {
    "pages": Query(
        ("views", "plays", "watch_time"), Period(DAY, DAY), by=("embed_page",), access=EVERYTHING
    ),
    "pages with viewers": Query(
        ("views", "viewers"), Period(DAY, DAY), by=("embed_page",), access=EVERYTHING
    ),
    "viewers": Query(("viewers",), Period(DAY, DAY), access=EVERYTHING),
}


def stored(folder: Path, views: pa.Table) -> Archive:
    """An archive of that one day."""
    archive = Archive(folder, ["scope"])
    end = midnight(DAY + ONE_DAY)
    info = DayInfo(DAY, len(views), len(views), True, True, end + 4 * ONE_DAY, end, None)
    archive.write("scope", info, views)
    return archive


def with_click_ids(views: pa.Table) -> pa.Table:
    """The same views, of which some came by an address that nobody else has."""
    ids = texts(np.arange(len(views)), 10, 9)
    marked = pc.binary_join_element_wise(views["embed_url"], ids, "?fbclid=")
    chosen = pa.array(np.random.default_rng(1).random(len(views)) < WITH_ID)
    place = views.column_names.index("embed_url")
    return views.set_column(place, "embed_url", pc.if_else(chosen, marked, views["embed_url"]))


def main() -> None:
    """Print what each question takes, and how many times as long with click ids."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--views", type=int, default=1_500_000)
    count = options.parse_args([] if __name__ != "__main__" else sys.argv[1:]).views
    plain = table(draw_day(DAY, SEED, count))
    with tempfile.TemporaryDirectory() as folder:
        one = stored(Path(folder, "plain"), with_computed(plain))
        other = stored(Path(folder, "ids"), with_computed(with_click_ids(plain)))
        for name, query in ASKED.items():
            seconds = [
                _seconds(open_engine(archive), query) for archive in (one, other, one, other)
            ]
            without, having = min(seconds[::2]), min(seconds[1::2])
            row(
                f"{name} of {len(plain):,} views, 40 % of addresses with a click id of their own",
                f"{having * 1000:,.0f} ms, {having / without:.2f} times as long as without",
                "as long as without",
            )


def _seconds(engine: Engine, query: Query) -> float:
    def ask() -> None:
        engine.forget()
        engine.answer(query)

    return median_seconds(ask)


if __name__ == "__main__":
    main()
