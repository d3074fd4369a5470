"""The result of a check, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """A check's name, its state, what was found, and advice if there is any.

    A skipped check could not be made, for the reason in `text`.
    """

    name: str
    state: State
    text: str
    advice: str = ""


def ok(name: str, text: str, advice: str = "") -> Check:
    """Nothing to do, though there may be something to know."""
    return Check(name, "ok", text, advice)


def warning(name: str, text: str, advice: str = "") -> Check:
    """It works, but somebody should know this."""
    return Check(name, "warning", text, advice)


def failed(name: str, text: str, advice: str = "") -> Check:
    """It does not work."""
    return Check(name, "failed", text, advice)


def skip(name: str, reason: str) -> Check:
    """It was not checked."""
    return Check(name, "skipped", reason)


def skipped(names: Iterable[str], reason: str) -> Iterator[Check]:
    """Checks that were all skipped for the same reason."""
    return (skip(name, reason) for name in names)
