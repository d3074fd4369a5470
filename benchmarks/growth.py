"""How waiting and memory grow with the views, with the days asked for, and with the days stored.

`python -m benchmarks.growth --views 100000 300000`

The table of `benchmarks.readers` has the growth with the number of readers. Under each column
stands the exponent of growth: 1 is linear, 0 does not grow. Memory and the first page after a start
are measured once each.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from . import archive, questions
from .processes import memory, server
from .session import Session

VIEWS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
ASKED = (1, 7, 28, 90, 365)  # days
STORED = (60, 365, 1460)  # days
A_YEAR = 1_000_000  # views, where the days stored grow
PAGES = ("overview", "videos")
TIMES = 5


@dataclass(frozen=True)
class Column:
    """One figure for each size; `form` is how it is written."""

    name: str
    values: Sequence[float]
    form: str = "{:,.0f}"


@dataclass(frozen=True)
class Place:
    """Where something is measured: an archive, and what the address asks of it."""

    folder: Path
    address: dict[str, str]


@dataclass(frozen=True)
class Growth:
    """Places of different sizes."""

    heading: str
    what: str
    sizes: Sequence[int]
    places: Sequence[Place]


@dataclass(frozen=True)
class Waiting:
    """The seconds of the questions of each page when no answer is kept; of a script run when all
    are, questions and drawing."""

    questions: tuple[float, ...]
    script: float


@dataclass(frozen=True)
class Size:
    """The memory of a server that has shown PAGES, in MB, and the seconds until it showed one."""

    memory: float
    first: float


def main(
    views: Sequence[int] = VIEWS,
    asked: Sequence[int] = ASKED,
    stored: Sequence[int] = STORED,
    a_year: int = A_YEAR,
) -> None:
    """Print the tables."""
    # First all archives: once a page has run here, other processes would begin as the app.
    growths = [*by_views(views), by_days_asked(max(views), asked), by_days_stored(a_year, stored)]
    for growth in growths:
        _print(growth)


def by_views(views: Sequence[int]) -> list[Growth]:
    """More views over the same 365 days."""
    folders = [archive.kept(count) for count in views]
    return [
        Growth(
            f"{days} days of a year of so many views",
            "views in the year",
            views,
            [Place(folder, questions.period(days)) for folder in folders],
        )
        for days in (28, 365)
    ]


def by_days_asked(views: int, asked: Sequence[int]) -> Growth:
    """A longer period of the same archive; without a comparison, which not all of them have."""
    folder = archive.kept(views)
    places = [Place(folder, questions.period(days) | {"compare": "none"}) for days in asked]
    return Growth(f"So many days of a year of {views:,} views", "days asked for", asked, places)


def by_days_stored(a_year: int, stored: Sequence[int]) -> Growth:
    """The same 28 days in archives that reach further back.

    The generator's company begins small, so that days before 2024 have few views.
    """
    last = archive.year().last
    scale = archive.Big(a_year, 365, last).views_per_day
    places = []
    for days in stored:
        part = archive.Big(a_year, days, last)
        same_days = archive.Big(round(a_year * scale / part.views_per_day), days, last)
        folder = archive.KEPT / f"{days}-days-of-{a_year}-a-year"
        archive.build(folder, same_days)
        places.append(Place(folder, questions.period(28)))
    return Growth(f"28 days, of {a_year:,} views a year", "days stored", stored, places)


def _print(growth: Growth) -> None:
    waiting, servers = _by_turns(growth.places), [_served(place) for place in growth.places]
    columns = [
        Column(f"questions of {page}, ms", [1000 * one.questions[number] for one in waiting])
        for number, page in enumerate(PAGES)
    ]
    columns += [
        Column("script run, all kept, ms", [1000 * one.script for one in waiting]),
        Column("first page after a start, ms", [1000 * one.first for one in servers]),
        Column("memory of the server, MB", [one.memory for one in servers]),
    ]
    table(growth.heading, growth.what, growth.sizes, columns)


def _by_turns(places: Sequence[Place]) -> list[Waiting]:
    """The medians of each place; by turns, since machines drift."""
    rounds = [[_waiting(place) for place in places] for _ in range(TIMES)]
    return [
        Waiting(
            tuple(map(statistics.median, zip(*(one.questions for one in same), strict=True))),
            statistics.median(one.script for one in same),
        )
        for same in zip(*rounds, strict=True)
    ]


def _waiting(place: Place) -> Waiting:
    files = [questions.ROOT / "pages" / f"{page}.py" for page in PAGES]
    with questions.recording(place.folder) as recorder:
        for file in files:  # files are checked, and what is inside them is known
            questions._run(recorder, file, place.address)
        asked = [questions.cold(recorder, file, place.address) for file in files]
        questions._run(recorder, files[0], place.address)
        began = time.perf_counter()
        questions._run(recorder, files[0], place.address)
        return Waiting(tuple(asked), time.perf_counter() - began)


def _served(place: Place) -> Size:
    async def visit(url: str, process: int) -> Size:
        tab = await Session.connect(url)
        began = time.perf_counter()
        await tab.open("", urlencode(place.address))
        first = time.perf_counter() - began
        for page in PAGES[1:]:
            await tab.visit(page)
        size = Size(memory(process), first)
        await tab.close()
        return size

    with server(place.folder) as (url, process):
        return asyncio.run(visit(url, process))


def table(heading: str, what: str, sizes: Sequence[float], columns: Sequence[Column]) -> None:
    """Print a row for each size, and how each column grows with it."""
    print(f"\n**{heading}**\n\n| {what} | {' | '.join(column.name for column in columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for number, size in enumerate(sizes):
        found = (column.form.format(column.values[number]) for column in columns)
        print(f"| {size:,} | {' | '.join(found)} |", flush=True)
    for name, first in {"exponent": 0, "exponent, last step": -2}.items():
        found = (_exponent(sizes, column.values, first) for column in columns)
        if len(sizes) > (1 if first == 0 else 2):
            print(f"| {name} | {' | '.join(found)} |", flush=True)


def _exponent(sizes: Sequence[float], values: Sequence[float], first: int) -> str:
    """The power of the size that a value grows with, from one size to the last."""
    if min(values[first], values[-1]) <= 0:
        return ""
    return f"{math.log(values[-1] / values[first]) / math.log(sizes[-1] / sizes[first]):.2f}"


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--views", type=int, nargs="+", default=VIEWS, help="in the year")
    parser.add_argument("--asked", type=int, nargs="+", default=ASKED, help="days")
    parser.add_argument("--stored", type=int, nargs="+", default=STORED, help="days")
    parser.add_argument("--a-year", type=int, default=A_YEAR, help="views, where days stored grow")
    main(**vars(parser.parse_args()))


if __name__ == "__main__":
    _command_line()
