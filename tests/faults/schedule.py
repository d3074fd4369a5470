"""From a seed: a small world, a server's manner, what goes wrong and when."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from .clock import Clock
from .misdeeds import ENDS_THE_RUN, MISDEEDS
from .server import Manner, Misdeed
from .wire import Asked
from .world import (
    ONE_DAY,
    OURS,
    THEIRS,
    Change,
    Row,
    World,
    new_row,
    some_moment,
    some_rows,
    spoiled,
)

SETTLES_AFTER = dt.timedelta(hours=72)
HOUR = dt.timedelta(hours=1)
CAP = 1000
MOST_VIEWS = 60  # a day
ODD_DAYS = [dt.date(2024, 2, 29), dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 3, 30)]
GROWTH: tuple[Change, ...] = ("arrive", "late", "late", "update")
SHRINKAGE: tuple[Change, ...] = ("delete", "update")


@dataclass(frozen=True)
class Plan:
    """All that a seed decides.

    `balanced`: views may arrive and go between two requests. Where as many come as go, counting
    cannot tell, so that such days may be short until they settle.
    """

    seed: int
    days: tuple[dt.date, ...]
    start: dt.datetime
    manner: Manner
    page_size: int
    concurrency: int
    project: str
    capped: bool
    runs_while_changing: int
    runs_while_calm: int
    misdeeds: tuple[str, ...]
    misdeed_rate: float
    change_rate: float
    balanced: bool
    outage_after: int | None  # requests of a run

    @property
    def calm_from(self) -> dt.datetime:
        """When the first day is old enough to settle: from then on nothing changes."""
        return _end(self.days[0]) + SETTLES_AFTER

    @property
    def old_from(self) -> dt.datetime:
        """When every day is old enough to settle."""
        return _end(self.days[-1]) + SETTLES_AFTER


def plan_of(seed: int) -> Plan:
    """The same for the same seed."""
    rng = random.Random(seed)
    capped = rng.random() < 0.03
    days = _days(rng, 1 if capped else rng.choice([1, 1, 2, 3]))
    return Plan(
        seed=seed,
        days=days,
        start=_start(rng, days[-1], capped),
        manner=_manner(rng, capped),
        page_size=100 if capped else rng.choice([3, 3, 4, 5, 7, 10]),
        concurrency=rng.choice([1, 1, 2, 4]),
        project=rng.choice(["", "", "", OURS]),
        capped=capped,
        runs_while_changing=rng.choice([1, 1, 2, 3]),
        runs_while_calm=rng.choice([0, 1, 1]),
        misdeeds=_misdeeds(rng),
        misdeed_rate=rng.choice([0.0, 0.03, 0.1, 0.1, 0.25]),
        change_rate=rng.choice([0.0, 0.1, 0.2, 0.4]) / (20 if capped else 1),
        balanced=rng.random() < 0.15,
        outage_after=rng.randrange(30) if rng.random() < 0.1 else None,
    )


def world_of(plan: Plan) -> World:
    """The views before the first run."""
    rng = random.Random(f"world {plan.seed}")
    page_size = min(plan.page_size, plan.manner.clamp)
    rows = some_rows(rng, plan.days, min(MOST_VIEWS, page_size * rng.choice([1, 3, 8])))
    if plan.capped:
        moments = [some_moment(rng, plan.days[0]) for _ in range(rng.randrange(CAP - 1, CAP + 200))]
        rows = [new_row(rng, f"many-{n}", moment) for n, moment in enumerate(moments)]
    if rng.random() < 0.3:
        rows = _with_a_bad_one(rng, rows)
    if plan.project:
        moments = [some_moment(rng, rng.choice(plan.days)) for _ in range(5)]
        rows += [new_row(rng, f"their-{n}", m, THEIRS) for n, m in enumerate(moments)]
    return World(row for row in rows if row.moment <= plan.start)


def _with_a_bad_one(rng: random.Random, rows: Sequence[Row]) -> list[Row]:
    """One record of one day that cannot be read; a second one would make the day be refused."""
    kept = list(rows)
    # Not near midnight, where it would be asked for with the next day too.
    inner = [n for n, row in enumerate(kept) if 0 < row.moment.hour < 23]
    if inner:
        place = rng.choice(inner)
        kept[place] = spoiled(rng, kept[place])
    return kept


class Mischief:
    """Carries out a plan, request by request; set `run` before each run."""

    def __init__(self, plan: Plan, world: World, clock: Clock) -> None:
        self._plan, self._world, self._clock = plan, world, clock
        self._lock, self._sent = threading.Lock(), 0
        self._kinds: tuple[Change, ...] = GROWTH
        self.over = False

    def next_run(self, number: int) -> None:
        """Another run begins."""
        rng = random.Random(f"run {self._plan.seed} {number}")
        self._sent = 0
        self._kinds = rng.choice([GROWTH, GROWTH, SHRINKAGE])
        if self._plan.balanced:
            self._kinds = GROWTH + SHRINKAGE

    def between_runs(self, rng: random.Random) -> None:
        """Something may have happened meanwhile."""
        kinds = GROWTH + SHRINKAGE if self._plan.balanced else rng.choice([GROWTH, SHRINKAGE])
        for _ in range(rng.randrange(6)):
            self._change(rng, kinds)

    def before(self, asked: Asked, rng: random.Random) -> Misdeed | None:
        """What is to be done to this request, after what happens to the world first."""
        with self._lock:
            self._sent += 1
        if rng.random() < self._plan.change_rate:
            self._change(rng, self._kinds)
        if self.over:
            return None
        if self._plan.outage_after is not None and self._sent > self._plan.outage_after:
            return MISDEEDS[rng.choice(["503", "reset"])]
        if rng.random() < self._plan.misdeed_rate:
            return MISDEEDS[rng.choice(self._plan.misdeeds)]
        return None

    def _change(self, rng: random.Random, kinds: Sequence[Change]) -> None:
        now = self._clock.now()
        if now < self._plan.calm_from:
            self._world.change(rng.choice(kinds), rng, self._plan.days, now)


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + ONE_DAY


def _days(rng: random.Random, count: int) -> tuple[dt.date, ...]:
    last = rng.choice([*ODD_DAYS, dt.date(2023, 1, 1) + rng.randrange(900) * ONE_DAY])
    return tuple(last - back * ONE_DAY for back in reversed(range(count)))


def _start(rng: random.Random, last: dt.date, capped: bool) -> dt.datetime:
    afterwards = rng.randrange(86_400, 3 * 86_400)
    seconds_in = rng.choice([3, 400, rng.randrange(86_400), afterwards])
    if capped:  # else there would be too few views
        seconds_in = afterwards
    if rng.random() < 0.15:
        seconds_in = 5 * 86_400  # the first fetch finds days that settle at once
    return _end(last) - ONE_DAY + dt.timedelta(seconds=seconds_in)


def _manner(rng: random.Random, capped: bool) -> Manner:
    minutes = rng.choice([0, 0, 0, 3, -3, 60, -60, 3000, -3000])
    return Manner(
        clamp=rng.choice([2, 3, 5]) if rng.random() < 0.2 and not capped else 1000,
        from_inclusive=rng.random() < 0.5,
        to_inclusive=rng.random() < 0.5,
        shuffle_ties=rng.random() < 0.3,
        gzip=rng.random() < 0.3,
        framing=rng.choice(["length", "length", "chunked", "close"]),
        clock_skew=dt.timedelta(minutes=minutes),
        dated=rng.random() < 0.8,
        cap=CAP if capped else None,
        cap_style=rng.choice(["stuck", "refuse", "empty"]),
        more_fields={"shiny": {"new": [1, "two"]}} if rng.random() < 0.1 else {},
    )


def _misdeeds(rng: random.Random) -> tuple[str, ...]:
    """A few kinds a seed, so that each has its turn; those that end a run are rarer."""
    names = rng.sample(sorted(MISDEEDS), rng.randrange(2, 10))
    rare = [name for name in names if name in ENDS_THE_RUN]
    others = [name for name in names if name not in ENDS_THE_RUN]
    return tuple(others * 4 + rare) or ("503",)
