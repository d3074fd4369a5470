"""How many requests this process has refused, by reason."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Literal, get_args

Reason = Literal["host", "origin", "parameters", "session", "access", "sign_in", "message"]
REASONS: tuple[Reason, ...] = get_args(Reason)

_lock = Lock()
_counts: Counter[str] = Counter()


def note(reason: Reason) -> None:
    """Count a request, the opening of a websocket, or a message of one, that was refused."""
    with _lock:
        _counts[reason] += 1


def counts() -> dict[str, int]:
    """The count of every reason since the process began."""
    with _lock:
        return {reason: _counts[reason] for reason in REASONS}
