"""Doubts accepted by people who know better, with the reason; stored beside the days.

They stay visible, but no longer count.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..archive.doubts import KINDS, Doubt, Kind
from ..errors import EntryError
from ..query.periods import EARLIEST, LATEST, ONE_DAY
from ..reading.text import clean, short
from ..sharing.database import Table
from ..sharing.entries import moment, one_line
from ..sharing.old_lists import OldList
from ..sharing.state import State

LONGEST_REASON = 200  # characters
MOST = 2000  # acceptances; a page reads all of them
_LONGEST_NAME = 80

Span = tuple[dt.date, dt.date]  # UTC days, both included


@dataclass(frozen=True)
class Acceptance:
    """Doubts of one kind are accepted on the UTC days from `first` to `last`, both included.

    Without `texts`, all of that kind; else those with one of these texts.
    """

    id: str
    kind: Kind
    first: dt.date
    last: dt.date
    reason: str
    by: str
    at: dt.datetime
    texts: tuple[str, ...] = ()

    def covers(self, day: dt.date, doubt: Doubt) -> bool:
        """Whether it accepts a doubt of a UTC day."""
        is_meant = not self.texts or doubt.text in self.texts
        return is_meant and self.kind == doubt.kind and self.first <= day <= self.last


class Acceptances:
    """The acceptances of an archive; safe for many threads and processes.

    All methods raise ArchiveError if the state file cannot be read, or, if they change it, written.
    """

    def __init__(
        self,
        state: State,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._state, self._now = state, now

    def all(self) -> tuple[Acceptance, ...]:
        """Every acceptance; at most one is about a kind on a day."""
        return self._state.entries(ACCEPTANCES)

    def accept(
        self,
        spans: Mapping[Kind, Iterable[Span]],
        reason: str,
        by: str = "",
        texts: Mapping[tuple[Kind, Span], tuple[str, ...]] | None = None,
    ) -> None:
        """Accept the doubts of these kinds on these days, replacing earlier acceptances.

        If `texts` has some for a kind and span, only doubts with one of these. Raises EntryError
        for an invalid acceptance, or too many.
        """
        new = [
            _checked(
                Acceptance(
                    *(secrets.token_hex(8), kind, first, last, reason, by, self._now()),
                    texts=(texts or {}).get((kind, (first, last)), ()),
                )
            )
            for kind, of_kind in spans.items()
            for first, last in of_kind
        ]
        with self._state.editing(ACCEPTANCES) as items:
            for item in new:
                _cut(items, item.first, item.last, (item.kind,))
                items[item.id] = item
            if len(items) > MOST:
                raise EntryError(
                    f"More than {MOST:,} acceptances cannot be kept. Accept longer periods, with "
                    "--kind."
                )

    def undo(self, first: dt.date, last: dt.date, kinds: Collection[Kind] = KINDS) -> bool:
        """Withdraw acceptances of these kinds on these days; returns whether there were any."""
        _check_days(first, last)
        with self._state.editing(ACCEPTANCES) as items:
            before = dict(items)
            _cut(items, first, last, kinds)
            return items != before


def _cut(
    items: dict[str, Acceptance], first: dt.date, last: dt.date, kinds: Collection[Kind]
) -> None:
    """Remove days from acceptances; their days before and after stay accepted."""
    for item in list(items.values()):
        if item.kind in kinds and item.first <= last and first <= item.last:
            del items[item.id]
            items |= {rest.id: rest for rest in _rests(item, first, last)}


def _rests(item: Acceptance, first: dt.date, last: dt.date) -> Iterator[Acceptance]:
    if item.first < first:
        yield replace(item, last=first - ONE_DAY)
    if last < item.last:
        yield replace(item, id=secrets.token_hex(8), first=last + ONE_DAY)


def load(item: dict[str, Any]) -> Acceptance:
    """The acceptance that cells or a JSON object describe."""
    first, last = (dt.date.fromisoformat(item[name]) for name in ("first", "last"))
    texts = tuple(item.get("texts", ()))
    known = {"first": first, "last": last, "at": moment(item["at"]), "texts": texts}
    found = Acceptance(**item | known)
    if not all(isinstance(text, str) for text in (found.id, found.reason, found.by, *texts)):
        raise TypeError("an acceptance's texts are texts")
    return _checked(found)


ACCEPTANCES = Table("acceptances", load, json=("texts",))
OLD = OldList("accepted.json", ACCEPTANCES)


def _checked(item: Acceptance) -> Acceptance:
    if item.kind not in KINDS:
        raise EntryError(f"There is no doubt {item.kind!r}. The kinds are: {', '.join(KINDS)}.")
    _check_days(item.first, item.last)
    by = " ".join(clean(item.by).split())
    return replace(
        item,
        reason=one_line(item.reason, "The reason", LONGEST_REASON),
        by=short(by, _LONGEST_NAME),
    )


def _check_days(first: dt.date, last: dt.date) -> None:
    if not EARLIEST <= first <= last <= LATEST:
        raise EntryError(
            f"The days go from the earlier to the later, between {EARLIEST} and {LATEST}."
        )
