"""The fetch beside the vendor's sample in a loop over the same pages, by turns."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dyntube.settings.settings import Settings

from .. import delay
from ..fetch import LAST, ONE_DAY, USUAL, Cost, alone, costs, median, peak, sync
from ..machine import describe, row
from . import sample


@dataclass(frozen=True)
class Case:
    """So many days of a server that takes so long for each request, measured so often."""

    milliseconds: int
    days: int
    times: int


# The sample needs many seconds of a slow server, so there it gets fewer days and turns.
CASES = (Case(0, 6, 5), Case(50, 2, 5), Case(200, 1, 3))


@dataclass(frozen=True)
class Turn:
    """The sync and the sample, one after the other; `loop` are the seconds until the sample had
    all views, and had stored none."""

    ours: Cost
    theirs: Cost
    loop: float


def main(views_per_day: int = USUAL, cases: Sequence[Case] = CASES) -> None:
    print("\n### Fetch and store, beside the vendor's sample\n")
    print("| what | measured | target |\n|---|---|---|")
    with delay.running(views_per_day) as url:
        # Each day is drawn and rendered by the first fetch.
        alone(sync, f"{url}/0", max(case.days for case in cases))
        for case in cases:
            # By turns, since machines drift.
            turns = [_turn(f"{url}/{case.milliseconds}", case) for _ in range(case.times)]
            _compare(case, turns)


def _turn(url: str, case: Case) -> Turn:
    ours = alone(sync, url, case.days)
    theirs, loop = alone(sample_loop, url, case.days)
    if ours.views != theirs.views:
        sys.exit(f"The sync has {ours.views:,} views, the sample {theirs.views:,}.")
    return Turn(ours, theirs, loop)


def _compare(case: Case, turns: Sequence[Turn]) -> None:
    far, views = f"{case.milliseconds} ms a request", turns[0].ours.views
    row(f"fetch, verify and store {views:,} views, {far}", costs([t.ours for t in turns]), "")
    row(f"the vendor's sample in a loop, {far}", costs([turn.theirs for turn in turns]), "")
    whole = median(turn.ours.rate / turn.theirs.rate for turn in turns)
    loop = median(turn.loop / turn.ours.seconds for turn in turns)
    row(
        f"the fetch against the sample, {far}, median of {case.times}",
        f"{whole:.1f} times as fast ({loop:.1f} times as its loop before it stores anything)",
        "4 times" if case.milliseconds == 50 else "",
    )


def sample_loop(url: str, days: int) -> tuple[Cost, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "views.parquet"
        began, worked = time.perf_counter(), time.process_time()
        views = sample.fetch(url, LAST - ONE_DAY * (days - 1), LAST, Settings().page_size)
        loop = time.perf_counter() - began
        rows = sample.store(views, path)
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        return Cost(rows, seconds, work, peak(), path.stat().st_size), loop


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals.fetch", description=__doc__)
    parser.add_argument("--views-per-day", type=int, default=USUAL)
    options = parser.parse_args()
    print(describe())
    main(options.views_per_day)
