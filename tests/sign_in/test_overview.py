"""What administrators are shown of people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dyntube.errors import NotSignedInError
from dyntube.people.overview import overview
from dyntube.ui.sections.people import groups_of

from .gates import ADA, BOB, NOW, Opened, gates


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return gates(tmp_path)


def test_the_overview_has_all_who_came_or_are_named_and_why(opened: Opened):
    gate = opened()
    gate.greet(BOB, "")

    found = [(e.person.label, e.kind, e.why, e.last_seen) for e in overview(gate)]

    assert found == [
        ("ada@acme.com", "people", (("ada@acme.com", 1),), None),
        ("bob@acme.com", "groups", (("north", 2),), NOW),
    ]
    gate.greet(ADA, "")
    assert [e.last_seen for e in overview(gate)] == [NOW, NOW]


def test_the_overview_says_why_somebody_sees_nothing(opened: Opened):
    gate = opened()
    gate.greet(BOB, "")
    gate.rules.path.write_text("")

    [entry] = overview(gate)

    assert (entry.access, entry.kind) == (None, None)
    assert entry.refusal == "No rule names them, their groups or their domain."


def test_the_overview_says_whose_groups_are_not_known(opened: Opened):
    gate = opened()
    gate.greet(replace(BOB, groups=frozenset(), groups_left_out=True), "")

    found = {entry.label: entry for entry in overview(opened())}

    assert found["bob@acme.com"].refusal == "They are in more groups than their sign-in names."
    assert groups_of(found["bob@acme.com"]) == "More than their sign-in names"


def test_who_waits_for_access_is_known_to_admins_and_can_be_signed_out(opened: Opened):
    gate = opened()
    eve = replace(BOB, subject="3", email="eve@evil.com", groups=frozenset())
    gate.greet(eve, "")

    found = {entry.label: entry for entry in overview(gate)}

    assert found["eve@evil.com"].access is None
    gate.sign_out(eve, "")
    with pytest.raises(NotSignedInError):
        gate.grant(eve)


def test_two_people_of_one_address_can_be_told_apart(opened: Opened):
    gate = opened()
    gate.greet(BOB, "")
    gate.greet(replace(BOB, subject="4"), "")

    labels = [entry.label for entry in overview(gate)]

    assert "bob@acme.com (https://login|2)" in labels
    assert "bob@acme.com (https://login|4)" in labels
