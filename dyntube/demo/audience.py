"""Viewers: who comes on a day, and the fixed properties of each.

A viewer is a number: day of the first visit, part of the audience, and index in that day's cohort.
All other properties are hashes of it, so no list of viewers is kept and the pool grows with scale.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .chance import Flags, Floats, Ints, Words, choose, fraction, mix
from .machines import GROUPS, TYPES, machines
from .stories import chapter
from .world import world

ORDINARY, CAMPAIGN, VIRAL = range(3)
_BIRTH, _PART = np.uint64(26), np.uint64(24)
_COHORT_LIMIT = 2**24 - 1
COHORT = 0.88  # size of a day's cohort, per view of that day
_LONGEST_ABSENCE = 240  # days
_SHARED_HOME = 0.12  # fraction of viewer pairs that are one person with two browsers
_SIGNED_IN = 0.33
# By continent: desktop, phone, tablet, television.
_GROUPS = {
    "NA": (0.64, 0.29, 0.05, 0.02),
    "EU": (0.66, 0.28, 0.05, 0.01),
    "OC": (0.64, 0.29, 0.05, 0.02),
    "AS": (0.53, 0.43, 0.03, 0.01),
    "SA": (0.52, 0.44, 0.03, 0.01),
    "AF": (0.45, 0.52, 0.02, 0.01),
}
_VIRAL_GROUPS = (0.10, 0.86, 0.03, 0.01)
# Public first octets: neither private nor reserved.
_FIRST_OCTETS = np.array(
    [n for n in range(2, 223) if n not in {10, 100, 127, 169, 172, 192, 198, 203}], np.uint32
)


def visitors(
    rng: np.random.Generator,
    day: dt.date,
    count: int,
    since: dt.date,
    size: Callable[[dt.date], int],
) -> Words:
    """The viewers of `count` ordinary visits of a day: some new, some from earlier cohorts.

    `size` gives the ordinary views of a day, and so the size of its cohort.
    """
    age = choose(_absences(), rng.random(count))
    age = np.minimum(age, (day - since).days)
    days = np.arange(int(age.max(initial=0)) + 1)
    cohorts = np.array([_cohort(size(day - dt.timedelta(days=int(n)))) for n in days])
    # The exponent makes the first few of a cohort come back often.
    place = (cohorts[age] * rng.random(count) ** 1.35).astype(np.uint64)
    return _number(day.toordinal() - age, ORDINARY, place)


def strangers(rng: np.random.Generator, day: dt.date, count: int, part: int) -> Words:
    """The viewers brought by a story, nearly all of whom come once."""
    place = (count * rng.random(count) ** 1.2).astype(np.uint64)
    return _number(np.full(count, day.toordinal()), part, place)


def _cohort(views: int) -> int:
    return min(max(int(views * COHORT), 1), _COHORT_LIMIT)


def _number(birth: Ints, part: int, place: npt.NDArray[np.uint64]) -> Words:
    return (birth.astype(np.uint64) << _BIRTH) | np.uint64(part << 24) | place


@functools.cache
def _absences() -> Floats:
    days = np.arange(_LONGEST_ABSENCE + 1, dtype=np.float64)
    weights: Floats = (days + 1) ** -1.15 * np.where(days % 7 == 0, 1.9, 1.0)
    weights[0] = weights[1:].sum() * 1.25
    return weights


def person(viewer: Words) -> Words:
    """The person behind a viewer: some have two browsers."""
    first = viewer & ~np.uint64(1)
    return np.where(fraction(first, 21) < _SHARED_HOME, first, viewer)


def signed_in(who: Words) -> Flags:
    """Whether the company's site gives the person a user id."""
    return fraction(who, 22) < _SIGNED_IN


def home(viewer: Words, day: dt.date) -> Ints:
    """The city of each viewer, as an index into `world()`."""
    who = person(viewer)
    places = choose(world().share, fraction(who, 23))
    part = (viewer >> _PART) & np.uint64(3)
    moved = (part == VIRAL) & (fraction(who, 24) < 0.8)
    if moved.any():
        country = world().countries.index(chapter(day).viral_country)
        inside = np.where(world().country == country, world().share, 0.0)
        places[moved] = choose(inside, fraction(who[moved], 25))
    return places


def machine(viewer: Words, places: Ints) -> Ints:
    """The device of each viewer, as an index into `machines()`."""
    known, country = world(), world().country[places]
    names = list(_GROUPS)
    table = np.cumsum(np.array([*_GROUPS.values(), _VIRAL_GROUPS]), axis=1)
    row = np.array([names.index(continent) for continent in known.continents])[country]
    row = np.where(((viewer >> _PART) & np.uint64(3)) == VIRAL, len(names), row)
    kind = (fraction(viewer, 26)[:, None] >= table[row][:, :3]).sum(axis=1)
    apple = fraction(viewer, 27) < known.iphones[country]
    group = np.array([0, 2, 3, 4])[kind]
    group = np.where((kind == TYPES.index("Mobile")) & apple, GROUPS.index("iphone"), group)
    answer = np.zeros(len(viewer), np.int64)
    chance = fraction(viewer, 28)
    for number in range(len(GROUPS)):
        chosen = group == number
        weights = np.where(machines().group == number, machines().weight, 0.0)
        answer[chosen] = choose(weights, chance[chosen])
    return answer


def address(viewer: Words, places: Ints, roaming: Flags) -> npt.NDArray[np.uint32]:
    """An IPv4 address per view, last octet 0; roaming viewers are in a neighbouring range."""
    country = world().country[places]
    hashed = mix(person(viewer), 29)
    choice = mix(country * 8 + (hashed >> np.uint64(60)).astype(np.int64) % 5, 30)
    first = _FIRST_OCTETS[(choice % np.uint64(len(_FIRST_OCTETS))).astype(np.intp)]
    middle = (hashed & np.uint64(0xFFFF)).astype(np.uint32)
    middle = np.where(roaming, (middle + 37) & 0xFFFF, middle).astype(np.uint32)
    return (first << np.uint32(24)) | (middle << np.uint32(8))
