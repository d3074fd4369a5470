"""`python -m benchmarks` prints all figures as a Markdown table; `... fetch`, say, some."""

from __future__ import annotations

import sys

from . import archive, fetch, page, pages, questions
from .machine import describe

PARTS = {
    "fetch": fetch.main,
    "archive": archive.main,
    "questions": questions.main,
    "page": page.main,
    "pages": pages.main,
}

if __name__ == "__main__":
    print(describe(), end="\n\n")
    print("| what | measured | target |\n|---|---|---|")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
