"""`python -m benchmarks` prints all figures as a Markdown table; `... fetch` or `... page` some."""

from __future__ import annotations

import sys

from . import fetch, page
from .machine import describe

PARTS = {"fetch": fetch.main, "page": page.main}

if __name__ == "__main__":
    print(describe(), end="\n\n")
    print("| what | measured | target |\n|---|---|---|")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
