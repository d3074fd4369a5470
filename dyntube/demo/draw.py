"""One day of views as numbers: codes, hashes and times, compact enough to cache many days."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from . import audience
from .catalog import catalog, popularity
from .chance import Flags, Floats, Ints, Words, choose, fraction, generator, mix, one_fraction
from .embeds import domain_of, page_of, pages, projects_of_videos
from .machines import TYPES, machines
from .stories import (
    CAMPAIGN_DOMAIN,
    FULL_SINCE,
    OUTAGE_HOURS,
    OUTAGE_REMAINS,
    VIRAL_DOMAIN,
    chapter,
)
from .world import WEEKDAYS, lost_share, seconds_of_day, world

BEGINNING = dt.date(2020, 1, 1)  # nothing before it
VIEWS_PER_DAY = 2250
SEED = 7
MICROSECONDS = 1_000_000
_DAY = 86_400 * MICROSECONDS
_EPOCH = dt.date(1970, 1, 1)
_LULL = (*OUTAGE_HOURS, OUTAGE_REMAINS)
# Views on an average day at the default scale, by date.
_TREND = (
    (BEGINNING, 36.0),
    (dt.date(2023, 12, 31), 54.0),
    (FULL_SINCE, 1450.0),
    (dt.date(2025, 10, 1), 1620.0),
    (dt.date(2026, 11, 23), 2330.0),
    (dt.date(2028, 1, 1), 2600.0),
)
# Of 256 views, how many have 0, 1, ... 7 fraction digits in their dates.
_DIGITS = np.repeat(np.arange(8), (6, 4, 22, 200, 4, 4, 4, 12))
LENGTH_ABSENT = -1
Sizes = tuple[int, int, int, int]  # ordinary, campaign, viral, mirror


@dataclass(frozen=True)
class Rows:
    """Views of one day, oldest first unless reordered; a column has one entry per view."""

    number: Words  # the source of the id
    viewer: Words
    time: Ints  # microseconds since 1970-01-01 UTC
    video: npt.NDArray[np.int16]
    page: npt.NDArray[np.int16]
    place: npt.NDArray[np.int16]
    machine: npt.NDArray[np.int16]
    address: npt.NDArray[np.uint32]
    length: npt.NDArray[np.int32]  # seconds, 0 for some, LENGTH_ABSENT for some
    watch: npt.NDArray[np.int32]  # seconds
    started: Flags
    ended: Flags
    muted: Flags

    def __len__(self) -> int:
        return len(self.number)

    def take(self, which: slice | npt.NDArray[Any]) -> Rows:
        return Rows(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def end(self) -> Ints:
        """Microseconds since 1970 at which watching ends."""
        return self.time + self.watch.astype(np.int64) * MICROSECONDS

    @property
    def nbytes(self) -> int:
        return sum(getattr(self, field.name).nbytes for field in fields(self))


def midnight(day: dt.date) -> int:
    """Microseconds since 1970 at the start of a UTC day."""
    return (day - _EPOCH).days * _DAY


def parts(day: dt.date, seed: int, views_per_day: int) -> Sizes:
    """The number of views of each kind on a day."""
    if day < BEGINNING:
        return 0, 0, 0, 0
    return _parts(day, seed, views_per_day)


def count(day: dt.date, seed: int, views_per_day: int) -> int:
    return sum(parts(day, seed, views_per_day))


@functools.lru_cache(maxsize=8192)
def _parts(day: dt.date, seed: int, views_per_day: int) -> Sizes:
    days, levels = zip(*_TREND, strict=True)
    level = float(np.interp(day.toordinal(), [one.toordinal() for one in days], levels))
    noise = 0.95 + 0.1 * one_fraction(day.toordinal() * 64 + seed, 11)
    holiday = 0.62 if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1) else 1.0
    weekday = WEEKDAYS[day.weekday()] ** 0.8
    ordinary = level * noise * holiday * weekday * views_per_day / VIEWS_PER_DAY
    story = chapter(day)
    remains = 1 - lost_share(day, _LULL) if story.outage else 1.0
    extra = (round(ordinary * part) for part in (story.campaign, story.viral, story.mirror))
    return max(round(ordinary * remains), 1), *extra


def draw_day(day: dt.date, seed: int, views_per_day: int) -> Rows:
    """The complete UTC day, oldest first, once all its views have ended."""
    sizes = parts(day, seed, views_per_day)
    total = sum(sizes)
    if not total:
        return _nothing()
    rng = generator(seed, day)
    visit = _visits(rng, sizes)
    viewer = _viewers(rng, day, sizes, seed, views_per_day)[visit]
    place = audience.home(viewer, day)
    machine = audience.machine(viewer, place)
    video, domain = _choices(rng, day, sizes, viewer, visit)
    page = page_of(domain, video, rng.random(total))
    lull = _LULL if chapter(day).outage else None
    begin = seconds_of_day(day, world().zone[place], rng.random(total)[visit], lull)
    started, ended, muted, watch = _plays(rng, day, video, domain, machine, begin)
    second = _follow(rng, begin, visit, watch)
    number = (np.uint64(day.toordinal()) << np.uint64(26)) | np.arange(total, dtype=np.uint64)
    time = _cut_digits(midnight(day) + (second * MICROSECONDS).astype(np.int64), number)
    codes = np.array([video, page, place, machine], np.int16)
    address = audience.address(viewer, place, rng.random(total) < 0.04)
    length = _lengths(video, number)
    rows = Rows(
        number, viewer, time, codes[0], codes[1], codes[2], codes[3],
        address, length, watch, started, ended, muted,
    )  # fmt: skip
    return rows.take(np.argsort(time, kind="stable"))


def settle(rows: Rows, now: int) -> Rows:
    """The rows as logged at `now`, in microseconds since 1970."""
    rows = rows.take(rows.time <= now)
    running = rows.end > now
    elapsed = ((now - rows.time) // MICROSECONDS).astype(np.int32)
    watch = np.where(running, elapsed, rows.watch)
    return replace(rows, watch=watch, ended=rows.ended & ~running)


def fraction_digits(number: Words) -> Ints:
    """The number of fraction digits in a view's date: 0 to 7."""
    digits: Ints = _DIGITS[(mix(number, 12) & np.uint64(255)).astype(np.intp)]
    return digits


def _cut_digits(time: Ints, number: Words) -> Ints:
    unit: Ints = 10 ** np.maximum(6 - fraction_digits(number), 0)
    return time // unit * unit


def _nothing() -> Rows:
    types = ["u8", "u8", "i8", *["i2"] * 4, "u4", "i4", "i4", *["?"] * 3]
    return Rows(*(np.empty(0, type_) for type_ in types))


def _visits(rng: np.random.Generator, sizes: Sizes) -> Ints:
    """For each view, the row of the first view of its visit."""
    total = sum(sizes)
    first = rng.random(total) >= 0.2
    first[0] = True
    first[sizes[0] :] = True
    return np.maximum.accumulate(np.where(first, np.arange(total), 0))


def _viewers(
    rng: np.random.Generator,
    day: dt.date,
    sizes: Sizes,
    seed: int,
    views_per_day: int,
) -> Words:
    def ordinary(other: dt.date) -> int:
        return parts(other, seed, views_per_day)[0]

    since = FULL_SINCE if day >= FULL_SINCE else BEGINNING
    kinds = (
        audience.visitors(rng, day, sizes[0], since, ordinary),
        audience.strangers(rng, day, sizes[1], audience.CAMPAIGN),
        audience.strangers(rng, day, sizes[2], audience.VIRAL),
        audience.visitors(rng, day, sizes[3], since, ordinary),
    )
    return np.concatenate(kinds)


def _choices(
    rng: np.random.Generator, day: dt.date, sizes: Sizes, viewer: Words, visit: Ints
) -> tuple[Ints, Ints]:
    """The video and domain of each view; a visit keeps to one domain and project."""
    story, total = chapter(day), sum(sizes)
    part = np.repeat(np.arange(4), sizes)
    weights, draws = popularity(day), rng.random(total)
    video = choose(weights, draws)
    project, later = projects_of_videos()[video[visit]], visit < np.arange(total)
    for number in range(len(catalog().projects)):
        chosen = later & (project == number)
        if chosen.any():
            inside = np.where(projects_of_videos() == number, weights, 0.0)
            video[chosen] = choose(inside, draws[chosen])
    video = np.where(part == 1, story.campaign_video, video)
    video = np.where(part == 2, story.viral_video, video)
    names = pages().domains
    fixed = (0, names.index(CAMPAIGN_DOMAIN), names.index(VIRAL_DOMAIN), story.mirror_domain)
    domain = domain_of(video, viewer, rng.random(total))[visit]
    return video, np.where(part > 0, np.array(fixed)[part], domain)


def _odds(logit: Floats) -> Floats:
    return 1 / (1 + np.exp(-logit))


def _plays(
    rng: np.random.Generator, day: dt.date, video: Ints, domain: Ints, machine: Ints, begin: Floats
) -> tuple[Flags, Flags, Flags, npt.NDArray[np.int32]]:
    """Started, ended, muted and the seconds watched."""
    known, n = pages(), len(video)
    seconds = np.array([one.seconds for one in catalog().videos], np.float64)
    quality = fraction(np.arange(len(seconds)), 13) - 0.5
    device = machines().mobile[machine]
    play = 0.55 + known.play[domain] + 0.8 * quality[video] - 0.06 * np.log(seconds[video] / 60)
    play += np.array([0.0, -0.35, 0.1, 0.9])[device]
    if chapter(day).outage:
        hours = begin / 3600
        play -= 2.4 * ((hours >= OUTAGE_HOURS[0]) & (hours < OUTAGE_HOURS[1]))
    started = rng.random(n) < _odds(play)
    silence = known.muted[domain] * np.array([0.95, 1.3, 1.0, 0.4])[device]
    muted = rng.random(n) < silence.clip(0, 0.95)
    finish = 1.0 - 0.55 * np.log(seconds / 60)[video] + known.watch[domain] + 0.9 * quality[video]
    finish += np.array([0.0, -0.3, 0.1, 0.6])[device] - 0.45 * muted
    finish -= 1.0 * chapter(day).phones * (device == TYPES.index("Mobile"))
    share, ended = _shares(rng, _odds(finish), seconds[video] < 600)
    watch = np.floor(share * seconds[video] * started).astype(np.int32)
    return started, ended & started, muted, watch


def _shares(rng: np.random.Generator, finish: Floats, short: Flags) -> tuple[Floats, Flags]:
    """A bimodal distribution: most leave early or stay. Some watch again, some skip to the end."""
    n = len(finish)
    stays, how, more = rng.random(n) < finish, rng.random(n), rng.random(n)
    early = 0.93 * how**2.4
    late = np.where(how < 0.72, 1.0, 1 - 0.2 * more**3)
    again = stays & short & (more > 0.955)
    share = np.where(again, 1.05 + 1.4 * how, np.where(stays, late, early))
    skipped = ~stays & (more < 0.02)
    return share, (share > 0.985) | skipped


def _follow(
    rng: np.random.Generator, begin: Floats, visit: Ints, watch: npt.NDArray[np.int32]
) -> Floats:
    """The second of each view; views of a visit follow each other."""
    n = len(begin)
    spent = np.concatenate([[0.0], np.cumsum(watch + 4 + 80 * rng.random(n) ** 2)])[:n]
    second = begin + spent - spent[visit]
    # Past midnight, the last views of a visit overlap instead.
    return np.where(second < 86_400, second, 86_399.999 - 600 * rng.random(n))


def _lengths(video: Ints, number: Words) -> npt.NDArray[np.int32]:
    """The video's seconds as logged: sometimes 0 or absent."""
    seconds = np.array([one.seconds for one in catalog().videos], np.int32)[video]
    chance = fraction(number, 14)
    seconds[chance < 0.003] = 0
    seconds[chance > 0.998] = LENGTH_ABSENT
    return seconds
