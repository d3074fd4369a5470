"""The queue of days to fetch in one run, ordered so that small wishes need not wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ..settings.settings import FetchScope
from .day import Task

Key = tuple[FetchScope, dt.date]


class DayQueue:
    """What readers want: small wishes go first, and each brings its newest day first.

    A day that is not `sure` waits until the beginning of its scope is known. `done` counts finished
    days. A day given up is not taken again, and days never fetched stay in the `total`.
    """

    def __init__(self) -> None:
        self._waiting: list[list[Task]] = []
        self._busy: set[Key] = set()
        self._given_up: set[Key] = set()
        self.done = self.ended = 0
        self._dropped: list[Task] = []

    @property
    def left(self) -> int:
        """The number of days waiting."""
        return sum(map(len, self._waiting))

    @property
    def total(self) -> int:
        """The number of days wanted: `ended` ones, done or not, those in flight, and the rest."""
        return self.ended + len(self._busy) + self.left + len(self._dropped)

    def add(self, tasks: Iterable[Task]) -> None:
        """Enqueue the days of one wish, newest first."""
        known = self._busy | self._given_up | {_key(t) for wish in self._waiting for t in wish}
        if new := [task for task in tasks if _key(task) not in known]:
            self._waiting.append(new)

    def take(self) -> Task | None:
        """The next day to fetch; None if none may be fetched now."""
        ready = [wish for wish in self._waiting if any(task.sure for task in wish)]
        if not ready:
            return None
        wish = min(ready, key=len)
        task = next(task for task in wish if task.sure)
        wish.remove(task)
        self._busy.add(_key(task))
        self._tidy()
        return task

    def finish(self, task: Task, *, give_up: bool, done: bool = True) -> None:
        """Finish a day that was taken; it is `done` unless it could not be fetched."""
        self._busy.discard(_key(task))
        self.ended += 1
        self.done += done
        if give_up:
            self._given_up.add(_key(task))

    def unsure(self) -> dict[FetchScope, dt.date]:
        """The scopes whose beginning is awaited, and the oldest day wanted of each."""
        tasks = [task for wish in self._waiting for task in wish if not task.sure]
        newest_first = sorted(tasks, key=lambda task: task.day, reverse=True)
        return {task.scope: task.day for task in newest_first}

    def begin(self, scope: FetchScope, first: dt.date, sure_from: dt.date) -> None:
        """Drop a scope's days before its `first`; those from `sure_from` on become sure."""
        self._waiting = [
            [
                task.for_sure() if task.scope == scope and task.day >= sure_from else task
                for task in wish
                if task.scope != scope or task.stored or task.day >= first
            ]
            for wish in self._waiting
        ]
        self._tidy()

    def clear(self) -> list[Task]:
        """Drop and return the days waiting."""
        dropped = [task for wish in self._waiting for task in wish]
        self._dropped += dropped
        self._waiting = []
        return dropped

    def _tidy(self) -> None:
        self._waiting = [wish for wish in self._waiting if wish]


def _key(task: Task) -> Key:
    return task.scope, task.day
