"""Who has signed in, when their sessions were ended, and how many views they exported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from .database import Table
from .entries import moment
from .state import State

_KEPT_DAYS = 7  # of exports


@dataclass(frozen=True)
class Known:
    """A person as last seen. Sessions from `ended_at` and earlier are over; "" if none is."""

    id: str
    issuer: str
    subject: str
    email: str
    name: str
    groups: list[str]
    signed_in_at: dt.datetime
    ended_at: str = ""
    groups_left_out: bool = False

    def has_ended(self, signed_in_at: dt.datetime) -> bool:
        """Whether a session that began then is over."""
        return bool(self.ended_at) and signed_in_at <= moment(self.ended_at)


@dataclass(frozen=True)
class Exported:
    """How many views a person exported in one UTC day; `id` names both."""

    id: str
    day: dt.date
    rows: int


def _known(cells: dict[str, Any]) -> Known:
    left_out = bool(cells["groups_left_out"])
    at = moment(cells["signed_in_at"])
    return Known(**cells | {"signed_in_at": at, "groups_left_out": left_out})


def _exported(cells: dict[str, Any]) -> Exported:
    return Exported(**cells | {"day": dt.date.fromisoformat(cells["day"])})


PEOPLE = Table("people", _known, json=("groups",))
EXPORTS = Table("exports", _exported)


class People:
    """All who have signed in. Thread-safe; methods raise ArchiveError."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: tuple[object, dict[str, Known]] = ("never read", {})

    def all(self) -> dict[str, Known]:
        """Everybody by id, as of now. Do not change the dictionary."""
        stamp = self._state.stamp()
        read_at, known = self._known
        if stamp != read_at:
            known = {person.id: person for person in self._state.entries(PEOPLE)}
            self._known = stamp, known
        return known

    def put(self, person: Known) -> None:
        """Note that somebody has signed in; the end of earlier sessions stays."""
        with self._state.editing(PEOPLE) as people:
            before = people.get(person.id, person)
            newest = max(before.signed_in_at, person.signed_in_at)
            people[person.id] = replace(person, signed_in_at=newest, ended_at=before.ended_at)

    def end_sessions(self, person: Known, until: dt.datetime | None = None) -> None:
        """End all sessions of a person so far, or those that began up to a moment.

        It need not have been noted that they signed in.
        """
        with self._state.editing(PEOPLE) as people:
            known = people.get(person.id, person)
            last = max(known.signed_in_at, person.signed_in_at)
            people[person.id] = replace(known, ended_at=max(until or last, last).isoformat())

    def export(self, id_: str, rows: int, most: int, today: dt.date) -> bool:
        """Count views as exported today, unless that would be more than `most`."""
        with self._state.editing(EXPORTS) as exports:
            key = f"{today}|{id_}"
            before = exports.get(key, Exported(key, today, 0))
            if before.rows + rows > most:
                return False
            old = [k for k, e in exports.items() if (today - e.day).days > _KEPT_DAYS]
            for other in old:
                del exports[other]
            exports[key] = replace(before, rows=before.rows + rows)
        return True
