"""A server of the view log with a switch for each thing that the vendor's page leaves open."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from .plain import Record
from .scripted import Answer, Asked

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/St_Johns",
)
PAGERS = ("full", "total", "text", "floats", "names", "lean", "none", "per page", "pages only")
NOTHING = ("page", "204", "blank", "404", "null", "absent")
DATES = ("+00:00", "Z", "-05:00", "digits", "basic", "none")
KEYS = ("camel", "Pascal", "snake", "UPPER")
ORDERS = ("newest", "oldest", "random")


@dataclass(frozen=True)
class Variant:
    """What one server does. `cap` is the most views that it gives on a page; it says so in its
    pager (`honest`) or not, or refuses to be asked for more (`refuses`)."""

    zone: str = "UTC"
    from_inclusive: bool = True
    to_inclusive: bool = False
    by_day: bool = False
    cap: int = 1000
    honest: bool = True
    refuses: bool = False
    pager: str = "full"
    nothing: str = "page"
    date: str = "+00:00"
    keys: str = "camel"
    order: str = "newest"
    numbers_as_text: bool = False
    only_get: bool = False
    most_days: int | None = None
    renamed: bool = False


@dataclass
class VariantServer:
    """Answers by a variant; a script for `scripted.serve`."""

    variant: Variant
    views: list[Record] = field(repr=False)
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    has_given_views: bool = False

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "POST" and self.variant.only_get:
            return Answer(405, b'{"message": "Use GET."}')
        given = asked.json or asked.query
        size, page = int(given["size"]), int(given["page"])
        start, end = (dt.datetime.fromisoformat(given[name]) for name in ("from", "to"))
        if self.variant.most_days and (end - start).days > self.variant.most_days:
            return _problem("Range", f"at most {self.variant.most_days} days")
        if size > self.variant.cap and self.variant.refuses:
            return _problem("Size", f"size must be at most {self.variant.cap}")
        found = self._ordered([v for v in self.views if self._is_asked_for(v, start, end)])
        if not found and self.variant.nothing != "page":
            return self._nothing(page, size)
        given_size = min(size, self.variant.cap)
        part = found[(page - 1) * given_size : page * given_size]
        said = given_size if self.variant.honest else size
        self.has_given_views = True
        body = {"views": [self._record(view) for view in part]}
        pager = self._pager(page, said, len(part), len(found), -(-len(found) // given_size))
        if pager is not None:
            body = {"pager": pager, **body}
        return Answer(body=json.dumps(self._spelled(body)).encode())

    def _is_asked_for(self, view: Record, start: dt.datetime, end: dt.datetime) -> bool:
        local = dt.datetime.fromisoformat(view["date"]).astimezone(ZoneInfo(self.variant.zone))
        at, zone = local, ZoneInfo(self.variant.zone)
        start, end = start.replace(tzinfo=zone), end.replace(tzinfo=zone)
        if self.variant.by_day:
            days = local.date(), start.date(), end.date()
            return days[1] <= days[0] and (
                days[0] <= days[2] if self.variant.to_inclusive else days[0] < days[2]
            )
        at, start, end = (moment.astimezone(dt.UTC) for moment in (at, start, end))
        after = at >= start if self.variant.from_inclusive else at > start
        return after and (at <= end if self.variant.to_inclusive else at < end)

    def _ordered(self, views: list[Record]) -> list[Record]:
        if self.variant.order == "random":
            return self.rng.sample(views, len(views))
        return sorted(views, key=lambda v: v["date"], reverse=self.variant.order == "newest")

    def _pager(self, page: int, size: int, hits: int, total: int, pages: int) -> Any:
        full = {"page": page, "size": size, "hits": hits, "total": total, "pages": pages}
        return {
            "full": full,
            "total": {"total": total},
            "text": {name: str(value) for name, value in full.items()},
            "floats": {name: float(value) for name, value in full.items()},
            "names": {"page": page, "totalPages": pages, "totalResults": total},
            "lean": {"total": total, "page": page, "size": None},
            "none": None,
            "per page": full | {"total": hits},
            "pages only": {"page": page, "pages": pages},
        }[self.variant.pager]

    def _nothing(self, page: int, size: int) -> Answer:
        pager = self._pager(page, size, 0, 0, 0) or {"total": 0}
        return {
            "204": Answer(204),
            "blank": Answer(200, b""),
            "404": Answer(404, b'{"message": "No views found."}'),
            "null": Answer(
                body=json.dumps({"pager": pager | {"total": 0}, "views": None}).encode()
            ),
            "absent": Answer(body=json.dumps({"pager": pager | {"total": 0}}).encode()),
        }[self.variant.nothing]

    def _record(self, view: Record) -> Record:
        made = view | {"date": self._date(dt.datetime.fromisoformat(view["date"]))}
        if self.variant.renamed:
            made["playTime"] = made.pop("watchTime")
        if self.variant.numbers_as_text:
            made = {n: str(v) if isinstance(v, int | float) else v for n, v in made.items()}
        return made

    def _date(self, at: dt.datetime) -> str:
        return {
            "+00:00": at.isoformat(),
            "Z": f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "-05:00": at.astimezone(dt.timezone(dt.timedelta(hours=-5))).isoformat(),
            "digits": f"{at:%Y-%m-%dT%H:%M:%S.%f}0+00:00",
            "basic": f"{at:%Y%m%dT%H%M%S.%f}"[:-3] + "Z",
            "none": f"{at:%Y-%m-%dT%H:%M:%S.%f}",
        }[self.variant.date]

    def _spelled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._spelled(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        return {self._name(name): self._spelled(inner) for name, inner in value.items()}

    def _name(self, name: str) -> str:
        snake = re.sub(r"(?=[A-Z])", "_", name).lower()
        return {
            "camel": name,
            "Pascal": name[0].upper() + name[1:],
            "snake": snake,
            "UPPER": name.upper(),
        }[self.variant.keys]


def _problem(field: str, text: str) -> Answer:
    problem = {"title": "One or more validation errors occurred.", "errors": {field: [text]}}
    return Answer(400, json.dumps(problem).encode())
