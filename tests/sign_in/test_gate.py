"""The gate: how long sessions last, what ends them, what is logged, and what is kept."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from dyntube.account import open_state
from dyntube.errors import (
    ArchiveError,
    EntryError,
    NoAccessError,
    NotAllowedError,
    NotSignedInError,
)
from dyntube.people.gate import Gate
from dyntube.people.reader import SignedIn
from dyntube.query.access import Access
from dyntube.settings.sign_in import ProxyHeaders, SignIn
from dyntube.sharing import database
from dyntube.sharing.people import People

from .gates import ADA, BOB, NOW, OPEN_ID, RULES, Opened, gates, logged


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return gates(tmp_path)


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("dyntube"), "propagate", True)
    caplog.set_level(logging.INFO, "dyntube")


@pytest.mark.parametrize(("hours", "over"), [(0, False), (7.99, False), (8.01, True), (500, True)])
def test_a_session_ends_after_eight_hours(opened: Opened, hours: float, over: bool):
    gate = opened(after=dt.timedelta(hours=hours))

    if over:
        with pytest.raises(NotSignedInError, match="lasts 8 hours"):
            gate.grant(ADA)
    else:
        assert gate.grant(ADA).access.is_admin


def test_signing_out_ends_all_sessions_so_far_in_every_process_and_no_later_one(opened: Opened):
    here, there = opened(), opened()
    earlier = replace(ADA, signed_in_at=NOW - dt.timedelta(hours=2))
    here.greet(earlier, "")
    there.greet(ADA, "")
    assert here.grant(ADA)

    there.sign_out(earlier, "")

    for gate in (here, there):
        for session in (ADA, earlier):
            with pytest.raises(NotSignedInError, match="signed out"):
                gate.grant(session)
        assert gate.grant(replace(ADA, signed_in_at=NOW + dt.timedelta(seconds=1)))
        assert gate.grant(BOB)


def test_signing_out_behind_a_proxy_ends_the_sessions_that_have_begun(opened: Opened):
    gate = opened(ProxyHeaders("x-user"), after=dt.timedelta(hours=1))
    gate.greet(ADA, "")

    gate.sign_out(ADA, "")

    with pytest.raises(NotSignedInError):
        gate.grant(replace(ADA, signed_in_at=NOW + dt.timedelta(minutes=59)))
    assert gate.grant(replace(ADA, signed_in_at=NOW + dt.timedelta(hours=1, seconds=1)))


@pytest.mark.parametrize("name", ["BOB@acme.com", "2", "https://login|2"])
def test_an_administrator_ends_the_sessions_of_others(opened: Opened, name: str):
    gate = opened()
    gate.greet(BOB, "")

    gate.end_sessions(name, "me")

    with pytest.raises(NotSignedInError):
        gate.grant(BOB)


@pytest.mark.parametrize("name", ["", "eve@acme.com"])
def test_the_sessions_of_nobody_cannot_be_ended(opened: Opened, name: str):
    gate = opened()
    gate.greet(BOB, "")

    with pytest.raises(EntryError, match="has signed in"):
        gate.end_sessions(name, "me")


def test_two_browsers_of_a_person_sign_in_once_each_however_they_take_turns(
    opened: Opened, caplog: pytest.LogCaptureFixture
):
    gate, later = opened(), replace(BOB, signed_in_at=NOW + dt.timedelta(seconds=1))

    for session in (BOB, later, BOB, later, BOB):
        gate.greet(session, "")
    gate.rules.path.write_text(RULES.replace('"p1"', '"p2"'))
    for session in (later, BOB, later, BOB):
        gate.greet(session, "")

    did = [line["action"] for line in logged(caplog)]
    assert did == ["sign_in", "sign_in", "access_changed", "access_changed"]


def test_rules_that_change_count_at_the_next_question(opened: Opened):
    gate = opened()
    reader = SignedIn(BOB, gate)
    assert reader.access == Access(frozenset({"p1"}), role="analyst")

    path = gate.rules.path
    path.write_text(RULES.replace('"p1"', '"p2"'))
    assert reader.access == Access(frozenset({"p2"}), role="analyst")
    path.write_text(RULES.replace("north", "south"))
    with pytest.raises(NoAccessError):
        _ = reader.access


def test_only_an_admin_sees_as_another_and_with_no_more_rights_than_theirs(opened: Opened):
    gate = opened()

    assert SignedIn(ADA, gate, seen_as=BOB).access == SignedIn(BOB, gate).access
    assert not SignedIn(ADA, gate, seen_as=BOB).writes
    with pytest.raises(NotAllowedError):
        _ = SignedIn(BOB, gate, seen_as=ADA).access
    gate.rules.path.write_text(RULES.replace("ada@", "eve@"))
    with pytest.raises(NoAccessError):
        _ = SignedIn(ADA, gate, seen_as=BOB).access


def test_an_admin_sees_as_somebody_whose_own_session_is_over(opened: Opened):
    gone = replace(BOB, signed_in_at=NOW - dt.timedelta(days=90))

    assert SignedIn(ADA, opened(), seen_as=gone).access.role == "analyst"


def test_the_audit_log_has_who_what_rights_and_where_once(opened: Opened, caplog):
    gate = opened()
    for _ in range(3):
        gate.greet(BOB, "192.0.2.7")
        gate.refused(BOB, "192.0.2.7", "admins_only")
    gate.rules.path.write_text(RULES.replace('"p1"', '"p2"'))
    gate.greet(BOB, "192.0.2.7")
    gate.sign_out(BOB, "192.0.2.7")

    of = {"who": "https://login|2", "from": "192.0.2.7"}
    rights = {"role": "analyst", "projects": ["p1"], "channels": []}
    assert logged(caplog) == [
        {"action": "sign_in", **of, "rights": rights},
        {"action": "refused", **of, "reason": "admins_only"},
        {"action": "access_changed", **of, "rights": rights | {"projects": ["p2"]}},
        {"action": "sign_out", **of},
    ]
    json.dumps(logged(caplog))


def test_whoever_sees_personal_columns_is_logged_once_an_hour(opened: Opened, caplog):
    gate = opened()
    for _ in range(3):
        SignedIn(ADA, gate).sees_rows()
        SignedIn(BOB, gate).sees_rows()

    assert [(f["action"], f["who"]) for f in logged(caplog)] == [("personal_columns", ADA.id)]


def test_exports_of_a_day_are_counted_over_processes_until_the_limit(opened: Opened):
    reader, elsewhere = SignedIn(BOB, opened()), SignedIn(BOB, opened())
    reader.export(60)
    elsewhere.export(40)

    with pytest.raises(NotAllowedError, match="100 views"):
        reader.export(1)
    SignedIn(ADA, opened()).export(100)
    SignedIn(BOB, opened(after=dt.timedelta(hours=16))).gate.export(BOB, "", Access(), 100)


def test_a_pipe_in_place_of_the_rules_is_named_and_holds_nobody_up(opened: Opened):
    gate = opened()
    assert gate.grant(BOB)
    gate.rules.path.unlink()
    os.mkfifo(gate.rules.path)

    assert gate.grant(BOB)
    assert "it is no file" in gate.rules.problem


def test_a_state_that_cannot_be_written_keeps_nobody_out(
    opened: Opened,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "_LOCK_SECONDS", 0.1)
    gate = opened()
    gate.greet(ADA, "")
    with contextlib.closing(sqlite3.connect(tmp_path / "state/state.sqlite")) as other:
        other.execute("BEGIN").execute("SELECT * FROM people").fetchall()  # nobody else may commit
        gate.greet(BOB, "")

    assert "person_not_noted" in [record.msg for record in caplog.records]
    assert gate.grant(BOB)


def test_a_state_that_cannot_be_read_lets_nobody_in(opened: Opened, tmp_path: Path):
    gate = opened()
    (tmp_path / "state").write_text("no folder")

    with pytest.raises(ArchiveError):
        gate.grant(BOB)


def test_a_provider_that_did_not_answer_is_said_to_until_it_does_or_for_a_while(
    tmp_path: Path,
) -> None:
    (tmp_path / "access.toml").write_text(RULES)
    clock = [NOW]
    people = People(open_state(tmp_path))
    gate = Gate(SignIn(OPEN_ID, tmp_path / "access.toml"), people, now=lambda: clock[0])
    assert gate.provider_missed_at is None
    gate.provider_answers(False)
    assert gate.provider_missed_at == NOW
    gate.provider_answers(True)
    assert gate.provider_missed_at is None

    gate.provider_answers(False)
    clock[0] += dt.timedelta(minutes=10)
    gate.provider_answers(False)
    clock[0] += dt.timedelta(minutes=10)
    assert gate.provider_missed_at == NOW + dt.timedelta(minutes=10)
    clock[0] += dt.timedelta(minutes=10)  # perhaps it is back, and nobody knows
    assert gate.provider_missed_at is None
