"""Selections at random over a small archive, and what plain Python says that each block must state.

The oracle reads the raw views and knows the one rule of blocks: of the dimensions that a block
shows every value of, it leaves out what was chosen with "is", and nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

from dyntube.query.query import Filter

from . import library, odd, plain
from .clock import NOON
from .library import BEFORE, WEEK
from .plain import Record

OPERATORS = {"": "is", "-not": "is_not", "-contains": "contains"}
ZONES = ("UTC", "UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Pago_Pago", "Pacific/Kiritimati")
MISSING = plain.DIMENSIONS["country"]({}, "UTC")
NAMES = {
    "project": library.NAMES["projects"],
    "channel": library.NAMES["channels"],
    "video": library.NAMES["videos"],
    "country": {"DE": "Germany", "US": "United States", "GB": "United Kingdom", "IS": "Iceland"},
    "continent": {"EU": "Europe", "NA": "North America"},
    "weekday": dict(
        zip("1234567", ["Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"], strict=True)
    ),
}
# No part of what the missing value and the rest of a list are called.
PARTS = {
    "project": ("SHO", "school"),
    "channel": ("news", "C-2"),
    "video": ("straße", "TWO", "v-3", "film"),
    "country": ("germ", "united", "ICE"),
    "continent": ("euro", "america"),
    "city": ("york", "MUN"),
    "device_type": ("desk", "mob"),
    "browser": ("fox",),
    "embed_domain": ("shop.", "BLOG"),
    "weekday": ("tues", "fri"),
}
FILTERED = (*PARTS, "region", "browser_version", "embed_page", "sound", "os", "length")
STATES = (
    *({"metric": [name]} for name in ("views", "plays", "watch_time", "completion_rate")),
    *({"sort": [name]} for name in ("plays", "views_change")),
    *({"level": [name]} for name in ("city", "continent", "channel", "device_brand", "embed_page")),
    *({"mix": ["browser"]}, {"align": ["age"]}, {"colour": ["change"]}, {"interval": ["week"]}),
    *({"behind": [name]} for name in ("views", "completion_rate")),
    *({"open": keys} for keys in (["v-1"], ["v-1", "v-3"])),
)


@dataclass(frozen=True)
class Walk:
    """An address, and what it asks for."""

    parameters: dict[str, list[str]]
    filters: tuple[Filter, ...]
    zone: str
    raw: list[Record]
    search: str = ""

    @property
    def address(self) -> str:
        return urlencode(self.parameters, doseq=True, quote_via=quote)

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        start, end = (dt.date.fromisoformat(self.parameters[name][0]) for name in ("from", "to"))
        return start, end

    @property
    def days_before(self) -> tuple[dt.date, dt.date] | None:
        """Those compared with."""
        start, end = self.days
        match self.parameters.get("compare", ["previous"]):
            case ["none"]:
                return None
            case ["dates"]:
                return BEFORE.start, BEFORE.end
            case _:
                length = max(end - start + odd.ONE_DAY, 7 * odd.ONE_DAY)
                return start - length, end - length

    def on(self, page: str) -> Walk:
        """What is asked for on a page: only Videos opens videos."""
        kept = {name: values for name, values in self.parameters.items() if name != "open"}
        if page != "videos" or kept == self.parameters:
            return replace(self, parameters=kept)
        others = (one for one in self.filters if (one.dimension, one.operator) != ("video", "is"))
        opened = Filter("video", tuple(self.parameters["open"]))
        return replace(self, filters=(*others, opened))

    def views(self, without: Collection[str] = (), *, before: bool = False) -> list[Record]:
        """The views of the period that a block is about which shows these dimensions."""
        days = self.days_before if before else self.days
        assert days
        found = plain.within(self.raw, *days, self.zone)
        for one in self.filters:
            if one.operator != "is" or one.dimension not in without:
                found = [view for view in found if self._passes(one, view)]
        return found

    def _passes(self, one: Filter, view: Record) -> bool:
        value = plain.written(plain.DIMENSIONS[one.dimension](view, self.zone))
        if one.operator == "contains":
            value = NAMES.get(one.dimension, {}).get(value, value)
        return plain.passes(one, value)

    def groups(self, *by: str, before: bool = False) -> dict[tuple[str, ...], dict[str, float]]:
        """The metrics of each row of a block by these dimensions."""

        def key(view: Record) -> tuple[str, ...]:
            return tuple(plain.written(plain.DIMENSIONS[name](view, self.zone)) for name in by)

        return plain.grouped(self.views(by, before=before), key)


def at_random(seed: int, raw: list[Record]) -> Walk:
    """Any selection that a reader can make."""
    chance = random.Random(seed)
    zone = chance.choice(ZONES)
    start = WEEK.start + odd.ONE_DAY * chance.choice((0, 0, 0, 1, 2))
    end = min(WEEK.end, start + odd.ONE_DAY * chance.choice((6, 6, 6, 3, 2)))
    parameters = {"from": [str(start)], "to": [str(end)], "zone": [zone]}
    compare = chance.choice(("previous", "previous", "none", "dates"))
    if compare == "dates":
        parameters |= {"compare-from": [str(BEFORE.start)], "compare-to": [str(BEFORE.end)]}
    if compare != "previous":
        parameters["compare"] = [compare]
    for state in chance.sample(STATES, 2):
        parameters |= state
    filters = []
    for name in chance.sample(FILTERED, chance.choice((1, 2, 2, 3))):
        for ending in chance.sample(list(OPERATORS), chance.choice((1, 1, 2))):
            if values := _values(chance, name, ending, raw, zone):
                filters.append(Filter(name, values, OPERATORS[ending]))  # type: ignore[arg-type]
                spelled = [value.replace(plain.BETWEEN, "~") for value in values]
                parameters[name + ending] = spelled
    return Walk(parameters, tuple(filters), zone, raw, chance.choice(("", "o", "e", "z")))


def _values(
    chance: random.Random, name: str, ending: str, raw: Iterable[Record], zone: str
) -> tuple[str, ...]:
    if ending == "-contains":
        parts = PARTS.get(name, ())
        return tuple(chance.sample(parts, min(len(parts), chance.choice((1, 1, 2)))))
    values = sorted({plain.written(plain.DIMENSIONS[name](view, zone)) for view in raw})
    return tuple(chance.sample(values, min(len(values), chance.choice((1, 1, 2, 3)))))


def views() -> list[Record]:
    """Views of both weeks, more of them different than those of the library."""
    chance, found = random.Random(9), library.views(450)
    for view in found:
        domain = chance.choice(("shop.example", "blog.example", "news.example", None))
        page = f"https://{domain}/{chance.randrange(4)}"
        view |= {
            "os": chance.choice(({"family": "Windows", "major": 10}, {"family": "iOS"}, {})),
            "embed": {"domain": domain, "url": page} if domain else {},
            "duration": chance.choice((0, 20, 100, 400)),
            "clientUserId": chance.choice((None, None, "ann", "bob")),
        }
    return found


def build(folder: Path) -> list[Record]:
    """Store them, with days without views around; the raw views."""
    archive, raw = odd.open_archive(folder), views()
    for n in range(-10, BEFORE.days + WEEK.days + 3):
        day = BEFORE.start + odd.ONE_DAY * n
        odd.put(archive, day, plain.within(raw, day, day, "UTC"))
    names = library.NAMES | {"fetched_at": str(NOON)}
    (folder / archive.folders[0] / "names.json").write_text(json.dumps(names), "utf-8")
    return raw
