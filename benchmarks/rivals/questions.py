"""How long the questions of the pages take us and others, and the memory of each.

`python -m benchmarks.rivals.questions --views 1000000 --days 28 --only polars chdb`, say.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from itertools import groupby

from dyntube.query.query import Query

from .. import archive
from ..machine import describe
from .contender import OURS, RIVALS
from .measure import Memory, Timed, measure
from .prepared import DISTINCT, parts

DAYS = (28, 365)
ROUNDS = 5
TARGETS = {"pandas-strings": 4.0, "pandas-categories": 1.5, "polars": 1.0, "chdb": 1.0}
TARGET_DAYS = 365  # for which those are meant, as multiples of our time
SLOWEST_PAGE = {28: 150}  # ms that our slowest page may take, by the days of the period
_LABELS = {  # each with the package whose version belongs to it
    OURS: ("ours, DuckDB {}", "duckdb"),
    "pandas-strings": ("pandas {}, text", "pandas"),
    "pandas-categories": ("pandas {}, categories", "pandas"),
    "polars": ("Polars {}", "polars"),
    "chdb": ("chdb {}", "chdb"),
}


def main(
    views: int = archive.USUAL,
    days: Sequence[int] = DAYS,
    rounds: int = ROUNDS,
    rivals: Sequence[str] = RIVALS,
) -> None:
    """Measure on a year of so many views."""
    timed, memory = measure(archive.kept(views), days, rounds, rivals)
    names = [OURS, *rivals]
    print(f"\n### The questions of all pages, {views:,} views in a year\n")
    print(f"Medians of {rounds} rounds; in brackets the multiple of our time. All answers agree.\n")
    _line(["days", "filter", "questions", *map(_label, names)])
    _line(["---"] * (3 + len(names)))
    for (count, chosen), pages in groupby(timed, lambda one: (one.asked.days, one.asked.filter)):
        _block(names, f"{count}", chosen, list(pages))
    if TARGET_DAYS in days:
        targets = [f"({TARGETS[name]:.1f})" for name in rivals]
        _line([f"{TARGET_DAYS}", "target", "all", "", *targets])
    _memory(memory)


def _label(name: str) -> str:
    text, package = _LABELS[name]
    return text.format(version(package))


def _block(names: Sequence[str], days: str, chosen: str, pages: Sequence[Timed]) -> None:
    """The rows of one period and filter."""
    kinds: dict[str, Callable[[Query], bool]] = {
        "in all": lambda _: True,
        "with different viewers": lambda query: DISTINCT in parts(query),
        "without": lambda query: DISTINCT not in parts(query),
    }
    for kind, wanted in kinds.items():
        count = sum(wanted(query) for page in pages for query in page.asked.questions)
        sums = (sum(page.median(name, wanted) for page in pages) for name in names)
        _line([days, chosen, f"{count} {kind}", *_cells(sums)])
    slowest = max(pages, key=lambda page: page.median(OURS))
    target = SLOWEST_PAGE.get(slowest.asked.days)
    note = f", target {target} ms" if target else ""
    cells = _cells(slowest.median(name) for name in names)
    _line([days, chosen, f"our slowest page: {slowest.asked.page}{note}", *cells])


def _cells(seconds: Iterable[float]) -> list[str]:
    """Ours, then the others with their multiples of it."""
    ours, *others = seconds
    return [_ms(ours), *(f"{_ms(other)} ({other / ours:.2f})" for other in others)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def _memory(memory: Mapping[str, Memory]) -> None:
    print("\nWhat the process of each needs beyond an empty one:\n")
    _line(["", "to load", "memory then", "its peak while answering"])
    _line(["---"] * 4)
    for name, one in memory.items():
        sizes = (f"{size:,.0f} MB" for size in (one.loaded, one.peak))
        _line([_label(name), f"{one.seconds:.1f} s", *sizes])


def _line(cells: Iterable[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def _command_line() -> None:
    name = "python -m benchmarks.rivals.questions"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    parser.add_argument("--days", type=int, nargs="+", default=list(DAYS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=RIVALS, default=list(RIVALS))
    options = parser.parse_args()
    print(describe())
    main(options.views, options.days, options.rounds, options.only)


if __name__ == "__main__":
    _command_line()
