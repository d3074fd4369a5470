"""The clock of our code, set by a test: pages and syncs of a test run are the same on any day."""

from __future__ import annotations

import datetime as dt
import importlib
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import dyntube

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)  # when tests take place
TODAY = NOON.date()


def machine_time() -> dt.datetime:
    """The time in an app that is started as people start it: its clock is that of this machine."""
    return dt.datetime.now(dt.UTC)


class _Kind(type):
    """Any time is one of the class that is asked for, and no time is made by another."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, dt.datetime)


def set_clock(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    """Let all our code think that it is `now`, until the test has ended or sets it again."""

    class Stopped(dt.datetime, metaclass=_Kind):
        def __new__(cls, *args: Any, **named: Any) -> dt.datetime:  # type: ignore[misc]
            return dt.datetime(*args, **named)  # noqa: DTZ001

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return now.astimezone(tz)

    for module in _who_ask():
        monkeypatch.setattr(module, "dt", SimpleNamespace(**vars(dt) | {"datetime": Stopped}))


@cache
def _who_ask() -> list[ModuleType]:
    root = Path(dyntube.__file__).parent
    files = [file for file in root.rglob("*.py") if ".now(" in file.read_text("utf-8")]
    names = [file.relative_to(root.parent).with_suffix("").parts for file in files]
    return [importlib.import_module(".".join(name).removesuffix(".__init__")) for name in names]
