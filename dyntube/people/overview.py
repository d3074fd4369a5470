"""For administrators: for each person, what they may see, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import NoAccessError
from ..query.access import Access
from ..sharing.people import Known
from .gate import Gate
from .person import PROXY, Person
from .policy import Kind, Policy


@dataclass(frozen=True)
class Entry:
    """A person, as last seen or as a rule names them.

    `why` has the names by which rules mean them, of one `kind`, each with the rule's number. Who
    sees nothing has a `refusal` instead: the reason. `last_seen` is None for those who were never
    here.
    """

    person: Person
    access: Access | None
    kind: Kind | None
    why: tuple[tuple[str, int], ...]
    refusal: str
    last_seen: dt.datetime | None
    label: str = ""  # of the person, which tells them from all others


def overview(gate: Gate) -> list[Entry]:
    """Everybody who has signed in or is named in a rule, by their label."""
    policy = gate.rules.policy()
    known = {person.id: (person, seen) for person, seen in map(_seen, gate.people.all().values())}
    met = {name for person, _ in known.values() for name in (person.email.lower(), person.subject)}
    entries = [_entry(policy, *of) for of in known.values()]
    entries += [_entry(policy, person, None) for person in _named(policy, met)]
    counts = Counter(entry.person.label for entry in entries)
    named = [replace(entry, label=_label(entry.person, counts)) for entry in entries]
    return sorted(named, key=lambda entry: entry.label.lower())


def _label(person: Person, counts: Counter[str]) -> str:
    return person.label if counts[person.label] == 1 else f"{person.label} ({person.id})"


def _seen(known: Known) -> tuple[Person, dt.datetime]:
    groups, seen = frozenset(known.groups), known.signed_in_at
    named = known.issuer, known.subject, known.email, known.name
    return Person(*named, groups, seen, known.groups_left_out), seen


def _named(policy: Policy, met: set[str]) -> Iterator[Person]:
    """People who are named in rules and have not been here."""
    names = sorted({name for rule in policy.rules for name in rule.people} - met)
    for name in names:
        email = name if "@" in name else ""
        yield Person(PROXY, name, email, "", frozenset(), dt.datetime.now(dt.UTC))


def _entry(policy: Policy, person: Person, seen: dt.datetime | None) -> Entry:
    try:
        granted = policy.grant(person)
    except NoAccessError as error:
        return Entry(person, None, None, (), error.reason, seen)
    return Entry(person, granted.access, granted.kind, granted.why, "", seen)
