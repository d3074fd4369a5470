"""Pages of the log, spoiled at random, for as long as you like: none may break what reads them.

    python -m tests.faults.fuzz_pages --minutes 60 --seed 1

Each page is read, or refused with BadResponseError; no record is lost, all text is valid, and both
ways of reading agree wherever the plain one takes the page.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from typing import Any

from dyntube.errors import BadResponseError
from dyntube.reading.parse import read_page, read_record_by_record
from dyntube.reading.parse_fast import read_plain
from dyntube.reading.records import COLUMNS, SCHEMA

from ..conftest import pager
from ..hostile import TEXTS

FIELDS = [column.field for column in COLUMNS]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 2**31, 2**63, 10**400, 1e308, -0.0, 5e-324, "", " "),
    *("\ud83d", "\udc00\ud83d", "e\u0301", "\0", "x" * 600, "12,5", "1_000", "٣", "nan", "1e999"),
    *("true", " FALSE ", "1", "120.0.6099", "XP", "undefined", "null", "2026-05-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-12:00", "2026-W01-1T00", "24:00"),
    *([], {}, [1], {"a": {"b": []}}, [[[[]]]], "https://[bad/?utm_source=%FF&fbclid", "//\\x"),
    *TEXTS,
]


def record(chance: random.Random, number: int) -> dict[str, Any]:
    """A view with some of its fields spoiled."""
    view: dict[str, Any] = {"id": f"v{number}", "date": "2026-05-01T10:00:00Z"}
    for field in chance.sample(FIELDS, chance.randrange(len(FIELDS))):
        *groups, name = field.split(".")
        place = view
        for group in groups:
            inner = place.get(group)
            place[group] = place = inner if isinstance(inner, dict) else {}
        place[name] = chance.choice(VALUES)
    if chance.random() < 0.1:
        view[chance.choice(["browser", "geo", "embed", "new", "id"])] = chance.choice(VALUES)
    return view


def spoiled(chance: random.Random, body: bytes) -> bytes:
    """The page with some bytes changed, doubled, or gone."""
    changed = bytearray(body)
    for _ in range(chance.choice([0, 0, 1, 1, 3, 10])):
        start = chance.randrange(len(changed) + 1)
        end = min(len(changed), start + chance.choice([0, 1, 1, 2, 8]))
        pieces = [b"", bytes([chance.randrange(256)]), bytes(changed[start:end]) * 2]
        changed[start:end] = chance.choice([*pieces, b'"', b"\\", b"{", b"]", b",", b"NaN", b"\n"])
    return bytes(changed)


def check(body: bytes) -> str:
    """What became of a page, in a word; raises AssertionError for what must not be."""
    try:
        page = read_page(body)
    except BadResponseError:
        return "refused"
    assert page.views.schema == SCHEMA
    page.views.validate(full=True)
    careful = read_record_by_record(body)
    came = len(json.loads(body)["views"])
    assert careful.views.num_rows + len(careful.rejected) == came
    if (plain := read_plain(body)) is None:
        return "read with care"
    assert plain.views.to_pylist() == careful.views.to_pylist()
    assert (plain.pager, plain.rejected) == (careful.pager, careful.rejected)
    return "read plainly"


def main() -> None:
    """Spoil pages until the time is over, and say what became of them."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance, found = random.Random(asked.seed), Counter[str]()
    until = time.monotonic() + asked.minutes * 60
    while time.monotonic() < until:
        views = [record(chance, n) for n in range(chance.randrange(4))]
        body = spoiled(chance, json.dumps({"pager": pager(len(views)), "views": views}).encode())
        try:
            found[check(body)] += 1
        except BaseException:
            print(f"after {found.total():,} pages: {body!r}", flush=True)
            raise
    print(f"{found.total():,} pages: {dict(found)}")


if __name__ == "__main__":
    main()
