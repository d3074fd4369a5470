"""One thing that was looked at: what was found, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """What was looked at, by name, how it is, what was found, and what to do about it, if anything.

    One that is skipped could not be looked at, for the reason in its text.
    """

    name: str
    state: State
    text: str
    advice: str = ""


def ok(name: str, text: str, advice: str = "") -> Check:
    """Nothing to do; there may still be something to know."""
    return Check(name, "ok", text, advice)


def warning(name: str, text: str, advice: str = "") -> Check:
    """It works, and somebody should know this."""
    return Check(name, "warning", text, advice)


def failed(name: str, text: str, advice: str = "") -> Check:
    """It does not work."""
    return Check(name, "failed", text, advice)


def skip(name: str, reason: str) -> Check:
    """It was not looked at."""
    return Check(name, "skipped", reason)


def skipped(names: Iterable[str], reason: str) -> Iterator[Check]:
    """What was not looked at, all for one reason."""
    return (skip(name, reason) for name in names)
