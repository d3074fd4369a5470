"""Countries and cities as columns, with their daily rhythm."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from .chance import Floats, Ints
from .places import PLACES

_LINE = re.compile(
    r"(?P<country>\w\w) (?P<continent>\w\w) (?P<share>\d+) (?P<iphones>\d+) "
    r"(?P<zone>\S+): (?P<cities>.+)"
)
_CITY = re.compile(r"(?P<city>[^/]+)/(?P<region>.+?) (?P<weight>\d+)(?: (?P<zone>\S+))?$")
DELIVERY_REGIONS = ("use-s", "usw-s", "euc-s", "aps-s", "sae-s", "apse-s")
# Relative views by hour in the viewer's local time: office hours, with a smaller evening peak.
_WORKDAY = (
    1.2, 0.7, 0.5, 0.4, 0.5, 0.9, 1.9, 3.6, 6.2, 8.4, 9.0, 8.4,
    6.6, 7.3, 8.6, 8.1, 7.0, 5.3, 4.2, 3.9, 4.1, 3.9, 3.0, 1.9,
)  # fmt: skip
_WEEKEND = (
    1.6, 1.0, 0.7, 0.5, 0.5, 0.6, 1.0, 1.7, 2.8, 4.0, 4.9, 5.2,
    4.9, 4.8, 4.9, 5.0, 5.1, 5.2, 5.4, 5.8, 6.2, 5.7, 4.3, 2.8,
)  # fmt: skip
WEEKDAYS = (1.09, 1.12, 1.11, 1.08, 0.98, 0.81, 0.81)  # Monday first, mean 1
_STEPS = 2048
# First hour, end hour, and the fraction of views that remains between them.
Lull = tuple[int, int, float]


@dataclass(frozen=True)
class World:
    """One entry per city in every column; `zone` and `country` index the lists of names."""

    cities: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[str, ...]  # per country, as are the next two
    continents: tuple[str, ...]
    iphones: Floats  # fraction of phones, 0 to 1
    zones: tuple[str, ...]
    country: Ints
    zone: Ints
    share: Floats  # of all viewers, 0 to 1
    delivery: Ints  # index into DELIVERY_REGIONS


@functools.cache
def world() -> World:
    countries = [match.groupdict() for match in map(_LINE.match, PLACES.split("\n")) if match]
    cities = [
        (number, match.groupdict())
        for number, country in enumerate(countries)
        for match in map(_CITY.match, country["cities"].split(", "))
        if match
    ]
    zones = [city["zone"] or countries[number]["zone"] for number, city in cities]
    names = tuple(dict.fromkeys(zones))
    place = np.array([number for number, _ in cities])
    weight = np.array([float(city["weight"]) for _, city in cities])
    shares = np.array([float(country["share"]) for country in countries])
    share = weight / np.bincount(place, weight)[place] * (shares / shares.sum())[place]
    continents = tuple(country["continent"] for country in countries)
    return World(
        cities=tuple(city["city"] for _, city in cities),
        regions=tuple(city["region"] for _, city in cities),
        countries=tuple(country["country"] for country in countries),
        continents=continents,
        iphones=np.array([float(country["iphones"]) / 100 for country in countries]),
        zones=names,
        country=place,
        zone=np.array([names.index(zone) for zone in zones]),
        share=share,
        delivery=np.array(
            [_delivery(continents[n], zone) for n, zone in zip(place, zones, strict=True)]
        ),
    )


def _delivery(continent: str, zone: str) -> int:
    if continent == "NA":
        west = {
            "America/Los_Angeles",
            "America/Vancouver",
            "America/Denver",
            "America/Phoenix",
            "America/Edmonton",
            "America/Tijuana",
            "Pacific/Honolulu",
        }
        return int(zone in west)
    return {"EU": 2, "AF": 2, "AS": 3, "SA": 4, "OC": 5}[continent]


@functools.cache
def _clocks() -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(zone) for zone in world().zones)


def hours_ahead(day: dt.date) -> Ints:
    """Each zone's whole hours ahead of UTC on a day, rounded up."""
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    offsets = [noon.astimezone(zone).utcoffset() for zone in _clocks()]
    seconds = np.array([offset.total_seconds() for offset in offsets if offset is not None])
    return np.ceil(seconds / 3600).astype(np.int64)


def hour_weights(day: dt.date, ahead: Ints, lull: Lull | None = None) -> Floats:
    """Relative views by UTC hour of the day and hours ahead of UTC: (len(ahead), 24)."""
    hours = np.arange(24) + ahead[:, None]
    weekday = (day.weekday() + np.floor(hours / 24).astype(int)) % 7
    hour = (hours % 24).astype(int)
    rhythm = np.array([_WORKDAY if number < 5 else _WEEKEND for number in range(7)])
    rhythm = rhythm / rhythm.sum(axis=1, keepdims=True) * np.array(WEEKDAYS)[:, None]
    weights: Floats = rhythm[weekday, hour]
    if lull:
        first, end, remains = lull
        weights[:, first:end] *= remains
    return weights


def seconds_of_day(day: dt.date, zone: Ints, draws: Floats, lull: Lull | None) -> Floats:
    """The second of the UTC day, in [0, 86400), for each draw in [0, 1) in its zone."""
    ahead, column = np.unique(hours_ahead(day), return_inverse=True)
    weights = hour_weights(day, ahead, lull)
    edges = np.hstack([np.zeros((len(weights), 1)), np.cumsum(weights, axis=1)])
    edges /= edges[:, -1:]
    steps = np.linspace(0, 1, _STEPS + 1)
    curves = np.array([np.interp(steps, row, np.arange(25) * 3600.0) for row in edges])
    step = (draws * _STEPS).astype(np.intp)
    curve = column[zone]
    low: Floats = curves[curve, step]
    return low + (curves[curve, step + 1] - low) * (draws * _STEPS - step)


def lost_share(day: dt.date, lull: Lull) -> float:
    """The fraction of a day's views lost to a lull."""
    zones = np.bincount(world().zone, world().share)
    ahead = hours_ahead(day)
    full = float((zones[:, None] * hour_weights(day, ahead)).sum())
    return 1 - float((zones[:, None] * hour_weights(day, ahead, lull)).sum()) / full
