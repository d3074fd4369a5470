"""The commands about people: `access`, and `report --as` with no more than somebody's rights."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dyntube.account import Account
from dyntube.errors import NotSignedInError
from dyntube.people.gate import Gate
from dyntube.people.person import Person
from dyntube.sharing.people import Known, People

from .. import debian, forked
from ..browser import chromium
from ..browser.test_pdf import text_of
from ..processes import left_of
from ..test_command_line import run
from .persons import NOBODY_LISTENS, account_with_rules, settings_of_app

RULES = """
[[rule]]
people = ["ada@acme.com"]
role = "admin"
projects = "*"

[[rule]]
people = ["Bob@acme.com"]
groups = ["north"]
role = "reader"
projects = ["p1"]

[[rule]]
people = ["bob@acme.com"]
role = "reader"
channels = ["c1"]

[[rule]]
groups = ["south"]
role = "analyst"
projects = ["p2"]
"""
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


@pytest.fixture(scope="module")
def parents(demo_archive: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Projects, channels and videos of the demo, by key."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (demo_archive / "demo" / "names.json").read_text()
    )
    return found


@pytest.fixture(scope="module")
def project(parents: dict[str, dict[str, dict[str, str]]]) -> str:
    """The key of a project of the demo."""
    return next(iter(parents["projects"]))


@pytest.fixture
def environ(demo_archive: Path, project: str, tmp_path: Path) -> Mapping[str, str]:
    """The demo, where some may see one project of it."""
    rules = "".join(
        f'[[rule]]\npeople = ["{role}@acme.com"]\nrole = "{role}"\nprojects = {projects}\n'
        for role, projects in (
            *((role, f'["{project}"]') for role in ("reader", "analyst", "analyst-personal")),
            ("admin", '"*"'),
        )
    )
    keep = {name: text for name, text in os.environ.items() if not name.startswith("DYNTUBE_")}
    known = {f"DYNTUBE_{n}": text for n, text in settings_of_app(tmp_path, rules).items()}
    return keep | known | {"DYNTUBE_ARCHIVE": f"{demo_archive}", "TMPDIR": f"{tmp_path}"}


def hidden(parents: dict[str, dict[str, dict[str, str]]], project: str) -> set[str]:
    """Names of what belongs to other projects alone."""
    id_ = parents["projects"][project]["id"]
    videos = parents["videos"].values()
    own = {video["name"] for video in videos if video.get("project_id") == id_}
    others = {video["name"] for video in videos if video.get("project_id") != id_}
    others |= {of["name"] for key, of in parents["projects"].items() if key != project}
    assert len(others) > 5
    return others - own


WEEK = ("--address", "?period=last-28-days")


@pytest.mark.parametrize("page", ["overview", "videos", "engagement", "embeds", "live"])
def test_as_somebody_a_page_has_only_what_they_see(
    environ: Mapping[str, str],
    parents: dict[str, dict[str, dict[str, str]]],
    project: str,
    page: str,
):
    asked = ("report", page, *WEEK, "--as", "READER@acme.com")
    text = forked.dyntube(*asked, environ=environ)
    said = forked.dyntube(*asked, "--json", environ=environ)
    whole = forked.dyntube(*asked[:-2], "--json", environ=environ)

    assert (text.returncode, said.returncode, whole.returncode) == (0, 0, 0), text.stderr
    tables = json.loads(said.stdout)["tables"]
    assert tables
    shown = text.stdout + json.dumps(tables, ensure_ascii=False)
    assert [name for name in hidden(parents, project) if name in shown] == []
    assert any(name in whole.stdout for name in hidden(parents, project)) == (
        page in ("overview", "videos", "live")
    )


def test_as_somebody_an_address_that_opens_or_filters_hides_the_same(
    environ: Mapping[str, str], parents: dict[str, dict[str, dict[str, str]]], project: str
):
    id_ = parents["projects"][project]["id"]
    key = next(k for k, v in parents["videos"].items() if v.get("project_id") != id_)
    name = parents["videos"][key]["name"]
    for query in (f"open={key}", f"video={key}"):
        asked = ("report", "videos", "--address", f"?period=last-28-days&{query}")
        assert name in forked.dyntube(*asked, environ=environ).stdout
        as_reader = (*asked, "--as", "reader@acme.com")
        for form in ("--markdown", "--json"):
            done = forked.dyntube(*as_reader, form, environ=environ)
            assert done.returncode == 0, done.stderr
            assert name not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("who", "sees"), [("reader", False), ("analyst", True), ("analyst-personal", True)]
)
def test_individual_views_are_printed_for_those_alone_who_may_see_them(
    environ: Mapping[str, str], who: str, sees: bool
):
    asked = ("report", "live", "--as", f"{who}@acme.com")
    said = json.loads(forked.dyntube(*asked, "--json", environ=environ).stdout)
    titles = [table["title"] for table in said["tables"]]

    assert titles[:1] == ["Totals"]
    assert ("Latest views" in titles) == sees
    assert ("Latest views" in forked.dyntube(*asked, environ=environ).stdout) == sees


@pytest.mark.parametrize("form", ["--markdown", "--json", "--pdf"])
def test_the_store_itself_is_refused_to_all_but_admins(
    environ: Mapping[str, str], tmp_path: Path, form: str
):
    file = tmp_path / "data.pdf"
    more = [str(file)] if form == "--pdf" else []
    browser = {"DYNTUBE_BROWSER": "/bin/true"}

    done = forked.dyntube(
        *("report", "data", "--as", "analyst@acme.com", form, *more), environ=environ | browser
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "Only administrators may see the store itself." in done.stderr
    assert not file.exists()


def test_an_admin_reads_the_store(environ: Mapping[str, str]):
    done = forked.dyntube("report", "data", "--as", "admin@acme.com", environ=environ)

    assert done.returncode == 0, done.stderr
    assert "# Data" in done.stdout


def test_on_paper_is_only_what_somebody_sees(
    environ: Mapping[str, str],
    parents: dict[str, dict[str, dict[str, str]]],
    project: str,
    tmp_path: Path,
    browser: Browser,
):
    debian.need("pdftotext", "poppler-utils", os.environ["PATH"])
    file = tmp_path / "live.pdf"
    own = {"DYNTUBE_BROWSER": chromium.find() or ""}

    done = forked.dyntube(
        *("report", "live", "--as", "reader@acme.com", "--pdf", str(file)), environ=environ | own
    )

    assert done.returncode == 0, done.stderr
    text = text_of(file)
    assert "Views per minute" in text
    assert "Latest views" not in text
    assert [name for name in hidden(parents, project) if name in text] == []
    assert left_of(tmp_path) == []
