"""Queries that an engine answers on another machine, cancelled once nobody waits for them.

A reader who asks anew, or leaves, cannot be told to the thread that waits for the answer: so a
watcher asks about each waiting thread, outside of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import DynTubeError
from ..events import event, unforeseen

CHECK_SECONDS = 0.5

# Whether the answer to what this thread asks is still wanted; set by what runs the page.
still_wanted: ContextVar[Callable[[], bool] | None] = ContextVar("still_wanted", default=None)


class Waiting:
    """The queries under way, by name; `kill` cancels one."""

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._kill = kill
        self._wanted: dict[str, Callable[[], bool]] = {}
        self._lock = threading.Lock()
        self._watching = False

    @contextmanager
    def for_query(self, name: str) -> Iterator[None]:
        """Wait for a query in this thread."""
        if (wanted := still_wanted.get()) is None:
            yield
            return
        with self._lock:
            self._wanted[name] = wanted
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._wanted.pop(name, None)

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(CHECK_SECONDS)
            with self._lock:
                if not self._wanted:
                    self._watching = False
                    return
                given_up = [name for name, wanted in self._wanted.items() if not _is_wanted(wanted)]
                for name in given_up:
                    del self._wanted[name]
            for name in given_up:
                try:
                    self._kill(name)
                    event("query_cancelled")
                except DynTubeError as error:
                    event("query_not_cancelled", reason=str(error))
                except Exception as error:  # the last line of defence: others are watched still
                    unforeseen(error)


def _is_wanted(wanted: Callable[[], bool]) -> bool:
    try:
        return wanted()
    except Exception as error:  # whoever cannot be asked may still wait
        unforeseen(error)
        return True
