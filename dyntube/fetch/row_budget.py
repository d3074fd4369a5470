"""Room in memory: bounds the views that days fetched side by side hold together."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Room:
    """Room for so many views; one big day always fits."""

    def __init__(self, rows: int) -> None:
        self._rows, self._free, self._changed = rows, rows, threading.Condition()

    def hold(self) -> _Hold:
        """One day's share, taken once its size is known and given back at the end."""
        return _Hold(self)

    def take(self, rows: int) -> int:
        """Wait until there is room for `rows`; returns how many it counts as."""
        rows = min(rows, self._rows)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= rows)
            self._free -= rows
        return rows

    def give_back(self, rows: int) -> None:
        """Make room again."""
        with self._changed:
            self._free += rows
            self._changed.notify_all()


class _Hold:
    def __init__(self, room: Room) -> None:
        self._room, self._taken = room, 0

    def __enter__(self) -> Callable[[int], None]:
        return self._take

    def __exit__(self, *_: object) -> None:
        self._room.give_back(self._taken)

    def _take(self, rows: int) -> None:
        if not self._taken:
            self._taken = self._room.take(rows)
