"""Which stored days may have wrong numbers, and why: in doubt, accepted, or merely odd.

All but `CurrentTrust` is pure: computed from the day files' metadata and from acceptances.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from statistics import median
from typing import TypeVar

from ..archive.archive import Archive
from ..archive.coverage import Coverage
from ..archive.dayfile import DayInfo
from ..archive.doubts import Doubt, Kind
from ..errors import ArchiveError
from ..fetch.plan import FAR_BELOW
from ..query.periods import ONE_DAY, Period, midnight
from ..words import trn
from .accepted import Acceptance, Acceptances, Span
from .fields import (
    FieldDrop,
    FillCounts,
    filled,
    named_in,
    thinned,
    thinned_text,
    vanished,
    vanished_text,
)

Stored = Mapping[dt.date, Sequence[DayInfo]]
T = TypeVar("T")

_AROUND = 4  # weeks before and after a day, whose same weekdays it is compared with
_FEWEST_DAYS, _FEWEST_VIEWS = 3, 50  # such days, and views usual on them; fewer say nothing


@dataclass(frozen=True)
class Accepted:
    """A doubt and its acceptance."""

    doubt: Doubt
    acceptance: Acceptance


@dataclass(frozen=True)
class Trust:
    """What speaks against the numbers of stored UTC days, each oldest first.

    `doubts` count, `accepted` ones no longer do. Merely odd are fields that few views have
    (`thin`), and days with far fewer views than usual (`low`). `problem` says why acceptances are
    not known.
    """

    doubts: Mapping[dt.date, tuple[Doubt, ...]] = field(default_factory=dict)
    accepted: Mapping[dt.date, tuple[Accepted, ...]] = field(default_factory=dict)
    thin: Mapping[dt.date, str] = field(default_factory=dict)
    low: Mapping[dt.date, str] = field(default_factory=dict)
    problem: str = ""

    def on(self, days: Collection[dt.date]) -> Trust:
        """The same for these UTC days alone."""
        wanted = set(days)
        return Trust(
            _only(self.doubts, wanted),
            _only(self.accepted, wanted),
            _only(self.thin, wanted),
            _only(self.low, wanted),
            self.problem,
        )

    def within(self, spans: Iterable[Period | None], timezone: str) -> Trust:
        """The same for the UTC days that some periods overlap."""
        return self.on([day for span in spans if span for day in span.utc_days(timezone)])

    @property
    def stretches(self) -> Coverage:
        """When views are in doubt."""
        return Coverage(
            tuple((midnight(a), midnight(b + ONE_DAY)) for a, b in consecutive_spans(self.doubts))
        )

    def open(self, first: dt.date, last: dt.date) -> dict[tuple[Kind, Span], tuple[str, ...]]:
        """The days from `first` to `last` with doubts that count, in spans of equal kind and texts.

        The texts include those already accepted.
        """
        days: dict[tuple[Kind, tuple[str, ...]], list[dt.date]] = {}
        for day, doubts in self.doubts.items():
            known = [*doubts, *(accepted.doubt for accepted in self.accepted.get(day, ()))]
            for kind in dict.fromkeys(doubt.kind for doubt in doubts):
                texts = tuple(sorted({doubt.text for doubt in known if doubt.kind == kind}))
                if first <= day <= last:
                    days.setdefault((kind, texts), []).append(day)
        return {
            (kind, run): texts
            for (kind, texts), some in days.items()
            for run in consecutive_spans(some)
        }


def _only(part: Mapping[dt.date, T], wanted: Collection[dt.date]) -> dict[dt.date, T]:
    return {day: said for day, said in part.items() if day in wanted}


def consecutive_spans(days: Iterable[dt.date]) -> list[Span]:
    """Days as spans of consecutive days."""
    numbered = enumerate(sorted(set(days)))
    found = groupby(numbered, lambda pair: pair[1].toordinal() - pair[0])
    each = ([day for _, day in run] for _, run in found)
    return [(run[0], run[-1]) for run in each]


def in_doubt(stored: Stored) -> dict[dt.date, tuple[Doubt, ...]]:
    """The doubts of every UTC day that has some, oldest first; each once over all scopes."""
    gone = _vanished(stored)
    found = {
        day: tuple(dict.fromkeys([*_of_infos(infos), *gone.get(day, ())]))
        for day, infos in sorted(stored.items())
    }
    return {day: doubts for day, doubts in found.items() if doubts}


def doubts_of(info: DayInfo) -> tuple[Doubt, ...]:
    """The doubts of one stored day; older versions only recorded that a day did not add up."""
    if info.doubts or info.verified:
        return info.doubts
    return (
        Doubt("count", f"DynTube counts {info.api_total:,} views and {info.rows:,} are stored."),
    )


def _of_infos(infos: Iterable[DayInfo]) -> list[Doubt]:
    return [doubt for info in infos for doubt in doubts_of(info)]


def _vanished(stored: Stored) -> dict[dt.date, list[Doubt]]:
    """Doubts about vanished fields, except for those that the day's own doubts name."""
    known = _filled(stored)
    groups: dict[tuple[dt.date, dt.date], list[FieldDrop]] = {}
    for fall in vanished(known):
        groups.setdefault((fall.day, fall.before), []).append(fall)
    found: dict[dt.date, list[Doubt]] = {}
    for (day, _), falls in groups.items():
        said = named_in(d.text for d in _of_infos(stored[day]) if d.kind == "field")
        if untold := [fall for fall in falls if fall.field not in said]:
            text = vanished_text(untold, known[day].rows)
            found.setdefault(day, []).append(Doubt("field", text))
    return found


def _filled(stored: Stored) -> dict[dt.date, FillCounts]:
    every = ((day, filled(infos)) for day, infos in stored.items())
    return {day: known for day, known in every if known}


def judge(scopes: Sequence[Stored], accepted: Iterable[Acceptance] = ()) -> Trust:
    """Judge the days of an archive, given those of each of its scopes."""
    doubts = _together([in_doubt(stored) for stored in scopes])
    items, counted, known = tuple(accepted), {}, {}
    for day, of_day in doubts.items():
        found = [(doubt, _of(items, day, doubt)) for doubt in of_day]
        if left := tuple(doubt for doubt, acceptance in found if acceptance is None):
            counted[day] = left
        if some := tuple(Accepted(doubt, item) for doubt, item in found if item):
            known[day] = some
    thin = _together([_thin(stored) for stored in scopes])
    return Trust(counted, known, {day: " ".join(said) for day, said in thin.items()}, _low(scopes))


def _together(parts: Sequence[Mapping[dt.date, Sequence[T]]]) -> dict[dt.date, tuple[T, ...]]:
    """Merge what each scope has by day: each item once, oldest day first."""
    days = sorted({day for part in parts for day in part})
    return {
        day: tuple(dict.fromkeys(said for part in parts for said in part.get(day, ())))
        for day in days
    }


def _of(items: Iterable[Acceptance], day: dt.date, doubt: Doubt) -> Acceptance | None:
    return next((item for item in items if item.covers(day, doubt)), None)


def _thin(stored: Stored) -> dict[dt.date, list[str]]:
    known = _filled(stored)
    found: dict[dt.date, list[str]] = {}
    for fall in thinned(known):
        found.setdefault(fall.day, []).append(thinned_text(fall, known[fall.day]))
    return found


def _low(scopes: Sequence[Stored]) -> dict[dt.date, str]:
    """Whole days with far fewer views than the same weekdays around them."""
    views = _whole_days(scopes)
    weeks = [ONE_DAY * 7 * n for n in range(-_AROUND, _AROUND + 1) if n]
    found = {}
    for day, count in views.items():
        like = [views[day + week] for week in weeks if day + week in views]
        usual = median(like) if len(like) >= _FEWEST_DAYS else 0
        if usual >= _FEWEST_VIEWS and count < FAR_BELOW * usual:
            found[day] = trn(
                "{number} view; {usual} are usual on a {weekday} around that time.",
                "{number} views; {usual} are usual on a {weekday} around that time.",
                count,
                usual=f"{usual:,.0f}",
                weekday=f"{day:%A}",
            )
    return found


def _whole_days(scopes: Sequence[Stored]) -> dict[dt.date, int]:
    """The views of days that are known from start to end in every scope."""
    each = [
        {
            day: sum(info.rows for info in infos)
            for day, infos in stored.items()
            if infos and all(info.until >= midnight(day + ONE_DAY) for info in infos)
        }
        for stored in scopes
    ]
    days = sorted(set.intersection(*map(set, each))) if each else []
    return {day: sum(part[day] for part in each) for day in days}


class CurrentTrust:
    """The current `Trust` in an archive; recomputed when a day or an acceptance changes.

    If acceptances cannot be read, nothing is accepted.
    """

    def __init__(self, archive: Archive, acceptances: Acceptances) -> None:
        self._archive, self._acceptances = archive, acceptances
        self._kept: tuple[object, Trust] | None = None

    def now(self) -> Trust:
        """The current trust, with `problem` if acceptances are unreadable; raises ArchiveError."""
        accepted: tuple[Acceptance, ...] = ()
        problem = ""
        try:
            accepted = self._acceptances.all()
        except ArchiveError as error:
            problem = str(error)
        key = self._archive.version(), accepted, problem
        if self._kept is None or self._kept[0] != key:
            scopes = [self._archive.days(folder) for folder in self._archive.folders]
            self._kept = key, replace(judge(scopes, accepted), problem=problem)
        return self._kept[1]
