"""`python -m benchmarks.rivals --views 1000000 --days 28 --only polars chdb`, say."""

from __future__ import annotations

import argparse

from .. import archive
from ..machine import describe
from .contender import RIVALS
from .report import DAYS, ROUNDS, main


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    parser.add_argument("--views", type=int, default=archive.USUAL)
    parser.add_argument("--days", type=int, nargs="+", default=list(DAYS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=RIVALS, default=list(RIVALS))
    options = parser.parse_args()
    print(describe())
    main(options.views, options.days, options.rounds, options.only)


if __name__ == "__main__":
    _command_line()
