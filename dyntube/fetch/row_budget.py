"""Limits how many views concurrently fetched days hold in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable


class RowBudget:
    """A budget of views; one big day always fits."""

    def __init__(self, rows: int) -> None:
        self._rows, self._free, self._changed = rows, rows, threading.Condition()

    def reserve(self) -> _Hold:
        """One day's share, taken once its size is known and returned at the end."""
        return _Hold(self)

    def take(self, rows: int) -> int:
        """Wait until `rows` are free; returns how many were taken, at most the whole budget."""
        rows = min(rows, self._rows)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= rows)
            self._free -= rows
        return rows

    def give_back(self, rows: int) -> None:
        """Return rows to the budget."""
        with self._changed:
            self._free += rows
            self._changed.notify_all()


class _Hold:
    def __init__(self, budget: RowBudget) -> None:
        self._budget, self._taken = budget, 0

    def __enter__(self) -> Callable[[int], None]:
        return self._take

    def __exit__(self, *_: object) -> None:
        self._budget.give_back(self._taken)

    def _take(self, rows: int) -> None:
        if not self._taken:
            self._taken = self._budget.take(rows)
