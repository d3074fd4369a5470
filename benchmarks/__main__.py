"""`python -m benchmarks` measures everything, as Markdown tables; `... fetch pages`, say, some.

Each part takes options of its own, such as other sizes: `python -m benchmarks.pages --help`.
`python -m benchmarks.rivals` compares with others.
"""

from __future__ import annotations

import sys

from . import addresses, archive, clock, fetch, growth, page, pages, questions, readers, slow_line
from .machine import describe

ROWS = {  # in one table of what, measured, target
    "fetch": fetch.main,
    "archive": archive.main,
    "addresses": addresses.main,
    "questions": questions.main,
    "page": page.main,
    "clock": clock.main,
}
TABLES = {
    "pages": pages.main,
    "growth": growth.main,
    "readers": readers.main,
    "slow_line": slow_line.main,
}

if __name__ == "__main__":
    wanted = sys.argv[1:] or [*ROWS, *TABLES]
    print(describe(), end="\n\n")
    print("| what | measured | target |\n|---|---|---|")
    for name in filter(wanted.__contains__, ROWS):
        ROWS[name]()
    for name in filter(wanted.__contains__, TABLES):
        TABLES[name]()
