"""Metrics, dimensions and filters in plain Python over raw JSON: what engines must agree with."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from dyntube.query.dimensions import LENGTHS
from dyntube.query.query import Filter

Record = dict[str, Any]
BETWEEN = "\x1f"
WITHIN = ("region", "city", "device_model")  # dimensions of names that may be in many places


LONGEST = 7 * 86400  # seconds
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FLAGS = ("started", "ended", "muted")
_NUMBERS = ("duration", "watchTime", "planType", "type")
_GROUPS = ("browser", "device", "os", "geo", "embed")


def read(raw: Record) -> Record:
    """A raw record with what people mean by it in the types that they mean; the rest is missing."""
    view = {name: _meant(name, value) for name, value in raw.items() if name not in _GROUPS}
    for group in _GROUPS:
        parts = raw.get(group)
        if isinstance(parts, dict):
            numbers = "embed" if group == "embed" else ""
            view[group] = {
                name: _meant(name if numbers else "", value) for name, value in parts.items()
            }
    return view


def _meant(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in value)
    if name in _FLAGS:
        word = value.strip().lower() if isinstance(value, str) else value
        hashable = isinstance(word, str | int | float)
        return {"true": True, "1": True, "false": False, "0": False, 1: True, 0: False}.get(
            word if hashable else None
        )
    if name in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            return None
        number = float(value) if abs(float(value)) < math.inf else None
        if number is None or name in ("duration", "watchTime"):
            return number
        return int(number) if number == int(number) and -(2**31) <= number < 2**31 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str) and abs(value) < 2**53 and value == int(value):
        return str(int(value))
    return str(value)


def metrics(records: Iterable[Record]) -> dict[str, float]:
    """Every metric but `new_viewers`, of these raw records."""
    views = list(records)
    plays = [view for view in views if view.get("started")]
    timed = [view for view in plays if seconds(view, "watchTime") is not None]
    lasting = [view for view in timed if seconds(view, "duration")]
    heard = [view for view in plays if view.get("muted") is not None]
    watch_time = sum(seconds(view, "watchTime") or 0 for view in views)
    completions = sum(bool(view.get("ended")) for view in plays)
    sound_on = sum(view.get("muted") is False for view in plays)
    watched = sum(min(view["watchTime"], view["duration"]) for view in lasting)
    length = sum(view["duration"] for view in lasting)
    reached = {
        f"reached_{percent}": sum(
            view["watchTime"] * 100 / view["duration"] >= percent for view in lasting
        )
        for percent in (25, 50, 75, 90, 95)
    }
    viewers = {viewer(view) for view in views} - {None}
    return {
        "views": len(views),
        "plays": len(plays),
        "play_rate": ratio(len(plays), len(views)),
        "watch_time": watch_time,
        "timed_plays": len(timed),
        "lasting_plays": len(lasting),
        "heard_plays": len(heard),
        "average_watch_time": ratio(watch_time, len(timed)),
        "average_percent_watched": ratio(watched, length),
        "watched_length": watched,
        "played_length": length,
        "completions": completions,
        "completion_rate": ratio(completions, len(plays)),
        "viewers": len(viewers),
        "views_per_viewer": ratio(len(views), len(viewers)),
        "sound_on": sound_on,
        "sound_on_rate": ratio(sound_on, len(heard)),
    } | reached


def seconds(view: Record, name: str) -> float | None:
    """A length of time that can be: from none to seven days."""
    value = view.get(name)
    return value if value is not None and 0 <= value <= LONGEST else None


def grouped(records: Iterable[Record], key: Callable[[Record], Any]) -> dict[Any, dict[str, float]]:
    """The metrics of each group."""
    groups: dict[Any, list[Record]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return {name: metrics(group) for name, group in groups.items()}


def within(records: Iterable[Record], start: dt.date, end: dt.date, zone: str) -> list[Record]:
    """The records whose local day is from `start` to `end`."""
    return [record for record in records if start <= local(record, zone).date() <= end]


def local(record: Record, zone: str) -> dt.datetime:
    """When a view began, on the clocks of a zone."""
    return _on_clocks(record["date"], zone)


@cache
def _on_clocks(date: str, zone: str) -> dt.datetime:
    return dt.datetime.fromisoformat(date).astimezone(ZoneInfo(zone))


NOBODY = ("undefined", "null", "[object object]", "unknown", "0", "nan", "anonymous", "{{user}}")
NOBODY += ("true", "false")


def viewer(view: Record) -> str | None:
    """The customer's own id, else the browser's; some name nobody."""
    ids = (view.get("clientUserId"), view.get("viewerId"))
    return next((id_ for id_ in ids if id_ and id_.lower() not in NOBODY), None)


def ratio(part: float, whole: float) -> float:
    """A fraction; not a number where there is nothing to divide by."""
    return part / whole if whole else math.nan


def known(view: Record, group: str, name: str) -> str:
    """A text of a record, empty where it is missing."""
    return (view.get(group) or {}).get(name) or ""


def kept(records: Iterable[Record], filters: Iterable[Filter], zone: str) -> list[Record]:
    """The records that pass all filters."""
    found = list(records)
    for one in filters:
        value = DIMENSIONS[one.dimension]
        found = [view for view in found if passes(one, written(value(view, zone)))]
    return found


def passes(one: Filter, text: str) -> bool:
    """Whether a filter keeps a view whose dimension has this text."""
    name = text.partition(BETWEEN)[0] if one.dimension in WITHIN else text
    if one.operator == "contains":
        return any(lowered(wanted) in lowered(name) for wanted in one.values)
    return (text in one.values or name in one.values) == (one.operator == "is")


def lowered(text: str) -> str:
    """Composed, each character by itself in small: `ß` is not `ss`, a last Σ of a word is σ."""
    return "".join(letter.lower()[0] for letter in unicodedata.normalize("NFC", text))


def written(value: Any) -> str:
    """A value as filters want it."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, dt.datetime) else str(value)


def _key(name: str) -> Callable[[Record, str], str]:
    return lambda view, zone: view.get(name) or ""


def _text(*path: str) -> Callable[[Record, str], str]:
    *groups, name = path

    def value(view: Record, zone: str) -> str:
        for group in groups:
            view = view.get(group) or {}
        return words(view.get(name))

    return value


def words(value: Any) -> str:
    """A text as people read it: composed, on one line, nothing that cannot be seen."""
    spaced = "".join(" " if c in "\t\r\n" else c for c in unicodedata.normalize("NFC", value or ""))
    return "".join(c for c in spaced if unicodedata.category(c) != "Cc").strip()


# The codes of countries that tests write otherwise than ISO 3166-1 alpha-2 does.
COUNTRIES = {"de": "DE", "UK": "GB", "DEU": "DE", "Germany": "DE", "NULL": "", "N/A": ""}


def _country(view: Record, zone: str) -> str:
    text = words((view.get("geo") or {}).get("country"))
    if text in COUNTRIES or not any(map(str.isalnum, text)):
        return COUNTRIES.get(text, "")
    return text.upper() if len(text) <= 3 else text


def _continent(view: Record, zone: str) -> str:
    text = words((view.get("geo") or {}).get("continent"))
    return "".join(letter.upper() if letter.isascii() else letter for letter in text)


Named = Callable[[Record, str], str]


def _part(name: Named, *within: Named) -> Named:
    """A name, then those of what it lies in; of none, the last of these alone."""

    def value(view: Record, zone: str) -> str:
        own, *outer = (one(view, zone) for one in (name, *within))
        if not own:
            outer[:-1] = [""] * (len(outer) - 1)
        return BETWEEN.join([own, *outer])

    return value


def _version(group: str) -> Callable[[Record, str], str]:
    def value(view: Record, zone: str) -> str:
        machine = view.get(group) or {}
        family, major = words(machine.get("family")), machine.get("major")
        shown = words(None if major is None else str(major))
        if group == "browser" and (number := re.match("[0-9]+", shown)):
            shown = number[0]
        return f"{family} {shown}".strip() if family else ""

    return value


# The pages of addresses that tests have and the stand-in has not.
PAGES = {
    "https://WWW.Example.com/Über uns/?p=1#x": "example.com/Über uns",
    "http://example.com:80/%C3%9Cber%20uns": "example.com/Über uns",
    "https://example.com:8443/a%2Fb/": "example.com:8443/a%2Fb",
    "//bücher.example/?utm_source=Blog&utm_campaign=%20Mai%20": "xn--bcher-kva.example",
    "example.com/=1+1?fbclid=9&utm_medium=Social": "example.com/=1+1",
    "about:blank": "about:blank",
    "https://ann:secret@example.com/<script>": "example.com/<script>",
    "": "",
}


def _page(view: Record, zone: str) -> str:
    """Host and path."""
    url = (view.get("embed") or {}).get("url") or ""
    if url in PAGES:
        return PAGES[url]
    url = words(url)
    return re.sub(r"^https?://(www\.)?|[?#].*|/(?=$|[?#])", "", url)


def _campaign(part: str) -> Callable[[Record, str], str]:
    def value(view: Record, zone: str) -> str:
        query = parse_qs(urlsplit((view.get("embed") or {}).get("url") or "").query)
        [found] = query.get("utm_campaign" if part == "name" else f"utm_{part}", [""])
        if part == "source" and not found:
            clicks = {"gclid": "google", "fbclid": "facebook", "msclkid": "bing"}
            found = next((who for name, who in clicks.items() if name in query), "")
        return (found.lower() if part in ("source", "medium") else found).strip()

    return value


def _sound(view: Record, zone: str) -> str:
    return {True: "Off", False: "On"}.get(view.get("muted"), "")


def _plan(view: Record, zone: str) -> str:
    plan = view.get("planType")
    return "" if plan is None else {1: "Standard", 2: "Edge"}.get(plan, f"Plan {plan}")


def _length(view: Record, zone: str) -> str:
    length = seconds(view, "duration") or 0
    ends = (30, 60, 120, 300, 600, 1800, 1e9)
    bands = (name for name, end in zip(LENGTHS, ends, strict=True) if length < end)
    return next(bands, "") if length > 0 else ""


def _watched_percent(view: Record, zone: str) -> int:
    watched, length = seconds(view, "watchTime"), seconds(view, "duration")
    if not view.get("started") or watched is None or not length:
        return -1
    return math.floor(min(watched * 100 / length, 100))


def _minute(view: Record, zone: str) -> dt.datetime:
    return local(view, "UTC").replace(second=0, microsecond=0)


def _watched_until(view: Record, zone: str) -> dt.datetime:
    watched = dt.timedelta(seconds=seconds(view, "watchTime") or 0)
    return (local(view, "UTC") + watched).replace(second=0, microsecond=0)


def _hour(view: Record, zone: str) -> dt.datetime:
    """When its hour of the local clock began, in UTC: an hour that comes twice is two."""
    began = local(view, zone)
    name = began.replace(minute=0, second=0, microsecond=0, tzinfo=dt.UTC)
    return name - (began.utcoffset() or dt.timedelta())


def _day(view: Record, zone: str) -> dt.datetime:
    return dt.datetime.combine(local(view, zone).date(), dt.time())


def _week(view: Record, zone: str) -> dt.datetime:
    return _day(view, zone) - dt.timedelta(days=local(view, zone).weekday())


# What a view is called in each dimension: as text, a number, a date or a moment in UTC.
DIMENSIONS: dict[str, Callable[[Record, str], Any]] = {
    "project": _key("projectKey"),
    "channel": _key("channelKey"),
    "video": _key("videoKey"),
    "continent": _continent,
    "country": _country,
    "region": _part(_text("geo", "region"), _country),
    "city": _part(_text("geo", "city"), _text("geo", "region"), _country),
    "device_type": _text("device", "type"),
    "device_brand": _text("device", "brand"),
    "device_model": _part(_text("device", "model"), _text("device", "brand")),
    "browser": _text("browser", "family"),
    "browser_version": _version("browser"),
    "os": _text("os", "family"),
    "os_version": _version("os"),
    "embed_domain": _text("embed", "domain"),
    "embed_page": _page,
    **{f"campaign_{part}": _campaign(part) for part in ("source", "medium", "name")},
    **{f"campaign_{part}": _campaign(part) for part in ("term", "content")},
    "sound": _sound,
    "plan": _plan,
    "delivery_region": _text("region"),
    "length": _length,
    "watched_percent": _watched_percent,
    "minute": _minute,
    "watched_until": _watched_until,
    "hour": _hour,
    "day": _day,
    "week": _week,
    "month": lambda view, zone: _day(view, zone).replace(day=1),
    "hour_of_day": lambda view, zone: local(view, zone).hour,
    "weekday": lambda view, zone: local(view, zone).isoweekday(),
}
