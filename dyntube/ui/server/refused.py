"""How many requests this process has refused, by reason."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Literal

Reason = Literal["host", "origin", "parameters"]
REASONS: tuple[Reason, ...] = ("host", "origin", "parameters")

_lock = Lock()
_counts: Counter[str] = Counter()


def note(reason: Reason) -> None:
    """Count a request, or the opening of a websocket, that was refused."""
    with _lock:
        _counts[reason] += 1


def counts() -> dict[str, int]:
    """The count of every reason since the process began."""
    with _lock:
        return {reason: _counts[reason] for reason in REASONS}
