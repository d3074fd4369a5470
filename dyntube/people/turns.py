"""A few questions of each person at a time, so that nobody holds up the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import CancelledError
from ..words import tr

_LOOK_SECONDS = 0.5  # between two looks at whether somebody still waits


class Turns:
    """Counts what is under way by person. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def taken(self, who: str, most: int, wanted: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn. Raises CancelledError once nobody wants it any more."""
        with self._changed:
            while self._under_way[who] >= most:
                if not wanted():
                    raise CancelledError(tr("Nobody waits for this answer any more."))
                self._changed.wait(_LOOK_SECONDS)
            self._under_way[who] += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way[who] -= 1
                if not self._under_way[who]:
                    del self._under_way[who]
                self._changed.notify_all()
