"""The command `access`: who may see what, why, and the end of sessions."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from ..account import Account
from ..errors import ConfigError
from ..people.gate import Gate
from ..people.overview import Entry, overview
from ..reading.text import clean
from ..sharing.people import People

_HELP = """Say for each person who has signed in, or whom a rule names, what they may see and by
which rule. With --sign-out, end all sessions of a person."""
OPERATOR = "operator"  # who has started this command


def add_access(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command, without --json and its function."""
    command = commands.add_parser("access", help="who may see what, and why", description=_HELP)
    command.add_argument(
        "--sign-out", metavar="PERSON", help="an e-mail address, or a subject of the provider"
    )


def access(account: Account, options: argparse.Namespace) -> int:
    """Print it. Raises ConfigError where nobody signs in or the access file is wrong."""
    gate = open_gate(account)
    if options.sign_out:
        ended = [person.id for person in gate.end_sessions(options.sign_out, OPERATOR)]
        text = f"Sessions ended: {', '.join(ended)}."
        print(json.dumps({"ended": ended}) if options.json else text)
        return 0
    check_rules(gate)
    entries = overview(gate)
    if options.json:
        print(json.dumps([_as_json(entry) for entry in entries]))
    else:
        for entry in entries:
            print(clean(f"{entry.label}: {_sees(entry)}"))
    return 0


def open_gate(account: Account) -> Gate:
    """What is known of people. Raises ConfigError where nobody signs in."""
    if account.settings.sign_in is None:
        raise ConfigError("Nobody signs in here, so everybody sees everything: docs/hosting.md.")
    return Gate(account.settings.sign_in, People(account.state))


def check_rules(gate: Gate) -> None:
    """Raise ConfigError unless the access file is right: only the app knows earlier rules."""
    if gate.rules.problem:
        raise ConfigError(gate.rules.problem)


def _sees(entry: Entry) -> str:
    if entry.access is None:
        return f"nothing. {entry.refusal}"
    access = entry.access
    keys = [*(f"project {key}" for key in sorted(access.projects))]
    keys += [f"channel {key}" for key in sorted(access.channels)]
    scope = "everything" if access.all_views else ", ".join(keys) or "nothing"
    why = ", ".join(f"{name} in rule {number}" for name, number in entry.why)
    return f"{scope}, as {access.role} ({why})"


def _as_json(entry: Entry) -> dict[str, object]:
    rights = entry.access and {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(entry.access).items()
    }
    return {
        "id": entry.person.id,
        "email": entry.person.email,
        "access": rights,
        "why": [{"name": name, "rule": number} for name, number in entry.why],
        "refusal": entry.refusal,
        "last_sign_in": entry.last_seen and entry.last_seen.isoformat(),
    }
