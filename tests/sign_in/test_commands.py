"""The command `access`, and whom `--as` names."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import Account
from dyntube.errors import NotSignedInError
from dyntube.people.gate import Gate
from dyntube.people.person import Person
from dyntube.sharing.people import Known, People

from ..cli.test_command_line import run
from .persons import NOBODY_LISTENS, account_with_rules, settings_of_app
from .rules import ADA, rule

RULES = "\n".join(
    (
        ADA,
        rule("reader", people=["Bob@acme.com"], groups=["north"], projects=["p1"]),
        rule("reader", people=["bob@acme.com"], channels=["c1"]),
        rule("analyst", groups=["south"], projects=["p2"]),
    )
)
NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
Runs = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return account_with_rules(tmp_path, RULES)


@pytest.fixture
def runs(account: Account, tmp_path: Path) -> Runs:
    """Run a command on that installation."""
    known = {f"DYNTUBE_{n}": text for n, text in settings_of_app(tmp_path, RULES).items()}
    known |= {"DYNTUBE_API_KEY": "canary", "DYNTUBE_SYNC": "external"}

    def of_it(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        environ = known | environ
        done = run(*arguments, url=NOBODY_LISTENS, folder=tmp_path / "archive", **environ)
        assert "Traceback" not in done.stderr
        return done

    return of_it


def was_here(account: Account, subject: str, email: str = "", *groups: str) -> Person:
    """Somebody who has signed in."""
    person = Person("https://login", subject, email, "", frozenset(groups), NOW)
    known = Known(*(person.id, person.issuer, subject, email, ""), [*groups], NOW)
    People(account.state).put(known)
    return person


def test_access_says_what_each_may_see_and_why(account: Account, runs: Runs):
    was_here(account, "7", "carl@acme.com", "north")
    was_here(account, "8", "dora@acme.com", "north", "south")
    was_here(account, "9", "eve@evil.com")

    assert runs("access").stdout.splitlines() == [
        "ada@acme.com: everything, as admin (ada@acme.com in rule 1)",
        "bob@acme.com: project p1, channel c1, as reader (bob@acme.com in rule 2, "
        "bob@acme.com in rule 3)",
        "carl@acme.com: project p1, as reader (north in rule 2)",
        "dora@acme.com: nothing. Their groups give them different roles: analyst, reader.",
        "eve@evil.com: nothing. No rule names them, their groups or their domain.",
    ]


def test_access_as_json_has_the_same(account: Account, runs: Runs):
    was_here(account, "7", "carl@acme.com", "north")

    ada, bob, carl = json.loads(runs("access", "--json").stdout)

    assert ada["access"] == {"projects": [], "channels": [], "all_views": True, "role": "admin"}
    assert bob["why"] == [{"name": "bob@acme.com", "rule": number} for number in (2, 3)]
    assert (ada["last_sign_in"], carl["last_sign_in"]) == (None, NOW.isoformat())
    assert (carl["id"], carl["email"], carl["refusal"]) == ("https://login|7", "carl@acme.com", "")


def test_two_of_one_name_are_told_apart(account: Account, runs: Runs):
    was_here(account, "7", "carl@acme.com", "north")
    was_here(account, "8", "carl@acme.com", "south")

    said = runs("access").stdout
    assert "carl@acme.com (https://login|7): project p1, as reader" in said
    assert "carl@acme.com (https://login|8): project p2, as analyst" in said
    done = runs("report", "overview", "--as", "carl@acme.com")
    assert (done.returncode, done.stdout) == (2, "")
    assert "2 are called 'carl@acme.com'. Name one of https://login|7, https://login|8" in (
        done.stderr
    )
    assert runs("report", "overview", "--as", "https://login|8").returncode == 0


@pytest.mark.parametrize("name", ["CARL@acme.com", "7", "https://login|7"])
def test_access_ends_sessions(account: Account, runs: Runs, name: str):
    carl, ada = (
        was_here(account, "7", "carl@acme.com", "north"),
        was_here(account, "1", "ada@acme.com"),
    )
    assert account.settings.sign_in
    gate = Gate(account.settings.sign_in, People(account.state), now=lambda: NOW)
    assert gate.grant(carl)

    done = runs("access", "--sign-out", name)

    assert done.stdout == "Sessions ended: https://login|7.\n"
    [logged] = [json.loads(line) for line in done.stderr.splitlines()]
    assert (logged["event"], logged["action"], logged["who"]) == (
        *("audit", "sessions_ended", "operator"),
    )
    with pytest.raises(NotSignedInError):
        gate.grant(carl)
    assert gate.grant(ada)
    again = json.loads(runs("access", "--sign-out", name, "--json").stdout)
    assert again == {"ended": ["https://login|7"]}


def test_sessions_can_be_ended_while_the_access_file_is_broken(account: Account, runs: Runs):
    was_here(account, "7", "carl@acme.com")
    assert account.settings.sign_in
    account.settings.sign_in.access_file.write_text("[[rule")

    assert runs("access", "--sign-out", "7").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("access", "--sign-out", "nobody@acme.com"), "Nobody called 'nobody@acme.com' has signed"),
        (("report", "overview", "--as", "nobody@acme.com"), "is called 'nobody@acme.com'"),
        (("report", "overview", "--as", "north"), "is called 'north'"),
        (("report", "overview", "--as", "acme.com"), "is called 'acme.com'"),
    ],
)
def test_a_name_of_nobody_is_wrong(
    account: Account, runs: Runs, arguments: tuple[str, ...], told: str
):
    was_here(account, "7", "carl@acme.com", "north")

    done = runs(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


COMMANDS = [("access",), ("access", "--json"), ("report", "overview", "--as", "ada@acme.com")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_access_file_is_said_and_nothing_guessed(
    account: Account, runs: Runs, command: tuple[str, ...]
):
    assert account.settings.sign_in
    (file := account.settings.sign_in.access_file).write_text("[[rule")

    done = runs(*command)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"dyntube: {file} cannot be used: it is not TOML" in done.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ("access", "--sign-out", "ada@acme.com")])
def test_where_nobody_signs_in_there_is_nobody_to_name(tmp_path: Path, command: tuple[str, ...]):
    known = {"DYNTUBE_API_KEY": "k", "DYNTUBE_SYNC": "external"}

    done = run(*command, url=NOBODY_LISTENS, folder=tmp_path / "a", **known)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Nobody signs in here, so everybody sees everything" in done.stderr


@pytest.mark.parametrize("groups", [(), ("north", "south")])
def test_as_somebody_who_sees_nothing_it_prints_nothing(
    account: Account, runs: Runs, groups: tuple[str, ...]
):
    was_here(account, "9", "eve@evil.com", *groups)

    done = runs("report", "overview", "--as", "eve@evil.com")

    assert (done.returncode, done.stdout) == (1, "")
    assert "eve@evil.com sees nothing, and is told: You" in done.stderr
