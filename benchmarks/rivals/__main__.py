"""`python -m benchmarks.rivals` compares everything; `... fetch pages`, say, some.

Each part takes options of its own: `python -m benchmarks.rivals.questions --help`.
"""

from __future__ import annotations

import sys

from ..machine import describe
from . import fetch, pages, questions

PARTS = {"fetch": fetch.main, "questions": questions.main, "pages": pages.main}

if __name__ == "__main__":
    wanted = sys.argv[1:] or [*PARTS]
    print(describe())
    for name in filter(wanted.__contains__, PARTS):
        PARTS[name]()
