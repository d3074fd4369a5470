"""Two days of the stand-in with hostile views among them, stored, and the same views raw."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

from dyntube.archive.archive import Archive

from . import odd
from .engine.test_metrics import fetch
from .hostile import TEXTS
from .plain import PAGES, Record, read

DAYS = (dt.date(2026, 10, 25), dt.date(2026, 10, 26))  # the clocks of Berlin go back on the first
# In pairs that are the same, or just not, without regard to capitals; and all that SQL might heed.
WORDS = (
    *("Unknown", "unknown", "Other", "OTHER", "Berlin", "BERLIN", "New York"),
    *("Straße", "STRASSE", "STRAẞE", "İstanbul", "istanbul", "ISTANBUL", "ıstanbul"),
    *("ΣΑΣ", "σας", "σασ", "ﬁlm", "film", "FILM", "é", "e\u0301", "É", "日本", "ǅ"),
    *("100%", "a%b", "a_b", "axb", "%", "_", "\\", "\\%", "o'brien", 'say "hi"', "--", "/*", "a,b"),
    *("'; DROP TABLE calendar; --", "' OR '1'='1", "$filter0", "$start", "{views}", "NULL", "[]"),
    *(" ", "  padded ", "\t", "\0", "a\0b", "1", "On", "Off", "-1", "2026-10-25 00:00:00"),
    *TEXTS,
)
# What no field should be, and what some can be read as.
OTHERS: tuple[Any, ...] = (
    *(True, False, 0, 1, 8.1, 1e308, -1e308, 2**31, 10**25, "true", " FALSE ", "0", " 12.5 "),
    *("12,5", "1_000", "nan", "120.0.6099", "XP", "\ud83d", [], {}, ["x"], {"a": 1}),
)
MISSING = object()
_MOMENTS = (
    *("00:00:00Z", "00:00:00.000001Z", "00:14:59.9999999Z", "00:59:59.999Z", "01:00:00+00:00"),
    *("12:00:30.5Z", "23:44:59.999999Z", "23:45:00Z", "23:59:59.9999999Z"),
)


def build(stand_in: str, folder: Path, odd_ones: int = 300) -> tuple[Archive, list[Record]]:
    """An archive of DAYS in a folder, and the raw views in it, as people would read them."""
    archive, chance, raw = odd.open_archive(folder), random.Random(4), []
    for day in DAYS:
        records = fetch(stand_in, day, day + odd.ONE_DAY)
        records += [oddity(chance, day, f"odd-{day}-{n}") for n in range(odd_ones // len(DAYS))]
        odd.put(archive, day, records)
        raw += map(read, records)
    return archive, raw


def oddity(chance: random.Random, day: dt.date, id_: str) -> Record:
    """A view of which anything may be missing, empty or hostile."""

    def text() -> object:
        return chance.choice((MISSING, None, "", *(chance.choice(WORDS) for _ in range(6))))

    def country() -> object:
        return chance.choice((text(), "DE", "de", "UK", "DEU", "Germany", "N/A"))

    def one_of(*values: object) -> object:
        return chance.choice((MISSING, None, *values))

    def group(**fields: object) -> object:
        return one_of({}, *[without_missing(fields)] * 9)

    moment = chance.choice((*_MOMENTS, f"{chance.randrange(24):02}:{chance.randrange(60):02}:07Z"))
    flag = (True, True, False)
    view = {
        "id": id_,
        "date": f"{day}T{moment}",
        **{name: text() for name in ("videoKey", "projectKey", "channelKey", "region")},
        "clientUserId": one_of("", "ann", "bob", "undefined", "0", "NULL", *WORDS[:3]),
        "viewerId": one_of("", "ann", "browser-1", "browser-2"),
        "planType": one_of(0, 1, 2, 7, -1),
        "started": one_of(*flag),
        "ended": one_of(*flag),
        "muted": one_of(*flag),
        "duration": one_of(0, -5, 1e-9, 29.999, 30, 60, 100, 119.5, 300, 1800, 604800, 2e9),
        "watchTime": one_of(0, -3, 0.25, 15, 25, 50, 74.9999, 75, 100, 4000, 604801, 1e308),
        "browser": group(family=text(), major=one_of(0, 1, 153)),
        "os": group(family=text(), major=one_of(0, 10)),
        "device": group(type=text(), brand=text(), model=text()),
        "geo": group(country=country(), region=text(), city=text(), continent=text()),
        "embed": group(domain=text(), url=one_of(*PAGES)),
    }
    return spoiled(chance, without_missing(view))


def spoiled(chance: random.Random, view: Record) -> Record:
    """The same with some fields of another type than they should have."""

    def some(fields: Record) -> Record:
        return {
            name: chance.choice(OTHERS) if chance.random() < 0.08 else value
            for name, value in fields.items()
        }

    parts = {name: some(value) for name, value in view.items() if isinstance(value, dict)}
    return some(view | parts) | {name: view[name] for name in ("id", "date")}


def without_missing(fields: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not MISSING}
