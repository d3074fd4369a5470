"""Gates with rules, and people who come to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.people.gate import Gate
from dyntube.people.person import Person
from dyntube.settings.sign_in import OpenId, ProxyHeaders, SignIn
from dyntube.sharing.people import People

from . import rules

NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
OPEN_ID = OpenId("https://login", "x", "y", "z", "https://dash")
RULES = f"{rules.ADA}{rules.NORTH}[limits]\nexport_rows = 100\n"
ADA = Person("https://login", "1", "ada@acme.com", "Ada", frozenset(), NOW)
BOB = Person("https://login", "2", "bob@acme.com", "Bob", frozenset({"north"}), NOW)
Opened = Callable[..., Gate]


def gates(folder: Path) -> Opened:
    """Open gates of one installation, as processes of it do, some time after NOW."""
    (folder / "access.toml").write_text(RULES)

    def open_gate(
        way: OpenId | ProxyHeaders = OPEN_ID, *, after: dt.timedelta = dt.timedelta()
    ) -> Gate:
        people = People(open_state(folder / "state"))
        return Gate(SignIn(way, folder / "access.toml"), people, now=lambda: NOW + after)

    return open_gate


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """What the audit log has."""
    return [record.facts for record in caplog.records if record.msg == "audit"]
