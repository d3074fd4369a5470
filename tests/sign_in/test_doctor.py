"""What `doctor` says of signing in: the provider or the proxy, the address, who may see what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dyntube.doctor import examine
from dyntube.settings.settings import Settings, try_settings

from ..cli.test_command_line import run
from .canary import COOKIE_SECRET, WEAK
from .conftest import Looks
from .persons import RULES


def knows(folder: Path, **kinds: dict[str, str]) -> None:
    """Names that an earlier sync of the demo has stored."""
    names = {"version": 2, "fetched_at": "2026-05-01T00:00:00+00:00"} | kinds
    (file := folder / "archive" / Settings(demo=True).folder(Settings().scopes[0])).mkdir(
        parents=True, exist_ok=True
    )
    (file / "names.json").write_text(json.dumps(names))


def test_where_all_is_right_each_part_says_so(
    looks: Looks, at_provider: dict[str, str], tmp_path: Path
):
    knows(tmp_path, projects={"p1": "One"})

    found = looks(at_provider)

    assert {check.state for check in found.values()} == {"ok"}
    assert found["sign-in"].text == "OpenID Connect, for 8 hours"
    assert found["provider"].text.endswith(" answers")
    assert found["address"].advice.startswith(
        "The provider has to know https://dash.acme.com/oauth2callback "
    )
    assert found["access file"].text == f"{tmp_path / 'access.toml'}: 2 rules"
    assert found["access keys"].text == "DynTube knows all 1"


def test_without_signing_in_it_says_who_sees_what(looks: Looks):
    [check] = looks({}).values()

    assert (check.name, check.state) == ("sign-in", "ok")
    assert "whoever reaches the dashboard sees everything" in check.text


PROXY = {"PROXY_USER_HEADER": "X-User", "PROXIES": "10.1.2.3,10.4.0.0/24"}


def test_a_proxy_is_named_with_what_it_has_to_do(looks: Looks):
    found = looks(PROXY)

    assert found.keys() == {"sign-in", "access file", "access keys"}
    assert found["sign-in"].text == "by the header x-user, from 10.1.2.3/32, 10.4.0.0/24 alone"
    assert "has to replace that header in every request" in found["sign-in"].advice


@pytest.mark.parametrize(
    ("proxies", "large"),
    [
        ("10.0.0.0/8, fc00::/7", ""),
        ("10.1.2.3, 128.0.0.0/2", "128.0.0.0/2"),
        ("16.0.0.0/8, 17.0.0.0/8", "16.0.0.0/7"),
        ("::ffff:16.0.0.0/103", "16.0.0.0/7"),
        ("2000::/3", "2000::/3"),
    ],
)
def test_a_network_in_which_others_may_be_than_the_proxy_is_a_warning(
    looks: Looks, proxies: str, large: str
):
    check = looks(PROXY | {"PROXIES": proxies})["sign-in"]

    assert check.state == ("warning" if large else "ok")
    assert (f"has an address in {large} can be anybody" in check.advice) == bool(large)


BROKEN = {
    "missing": (None, "failed", "No such file or directory"),
    "no text": (b"\n\xff", "failed", "line 2: it is not UTF-8"),
    "no TOML": (b"[[rule", "failed", "it is not TOML"),
    "a wrong role": (
        b'[[rule]]\npeople = ["a"]\nrole = "boss"',
        "failed",
        "line 1: rule 1 needs a role",
    ),
    "empty": (b"", "warning", "0 rules, none for an admin"),
    "without an admin": (
        b'[[rule]]\npeople = ["a"]\nrole = "reader"\nprojects = ["p1"]',
        *("warning", "1 rule, none for an admin"),
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_access_file_that_is_not_right_is_named_with_why(looks: Looks, tmp_path: Path, how: str):
    content, state, told = BROKEN[how]
    (file := tmp_path / "access.toml").unlink()
    if content is not None:
        file.write_bytes(content)

    found = looks(PROXY)

    assert found["access file"].state == state
    assert found["access file"].text.startswith(str(file))
    assert told in found["access file"].text
    assert found["access keys"].state == "skipped"


def test_keys_that_dyntube_does_not_know_are_a_warning(looks: Looks, tmp_path: Path):
    more = '[[rule]]\ngroups = ["x"]\nrole = "reader"\nprojects = ["Two", "p1"]\nchannels = ["c1"]'
    (tmp_path / "access.toml").write_text(f"{RULES}\n{more}")
    assert looks(PROXY)["access keys"].state == "skipped"  # no names are stored yet

    knows(tmp_path, projects={"p1": "One", "p2": "Two"}, channels={"c2": "C"})
    check = looks(PROXY)["access keys"]

    assert check.state == "warning"
    assert check.text == "DynTube does not know project Two, channel c1"
    assert "keys, not names" in check.advice


def test_many_unknown_keys_are_a_few_and_a_number(looks: Looks, tmp_path: Path):
    keys = json.dumps([f"p{number:02}" for number in range(9)])
    rule = f'[[rule]]\npeople = ["a"]\nrole = "reader"\nprojects = {keys}'
    (tmp_path / "access.toml").write_text(rule)
    knows(tmp_path, projects={"p1": "One"})

    assert looks(PROXY)["access keys"].text.endswith("project p04 and 4 more")


def test_rules_about_everything_name_no_keys(looks: Looks, tmp_path: Path):
    (tmp_path / "access.toml").write_text(
        '[[rule]]\npeople = ["a"]\nrole = "admin"\nprojects = "*"'
    )
    knows(tmp_path)

    assert looks(PROXY)["access keys"].text == "rules name none"


def doctor(folder: Path, **settings: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit status of `doctor --json`, and its checks by name; all lines are looked at too."""
    environ = {f"DYNTUBE_{name}": text for name, text in settings.items()}
    (folder / "access.toml").write_text(RULES)
    known = environ | {"DYNTUBE_ACCESS": str(folder / "access.toml")}
    drawn = run("doctor", folder=folder / "archive", **known)
    done = run("doctor", "--json", folder=folder / "archive", **known)
    assert "canary" not in drawn.stdout + drawn.stderr + done.stdout + done.stderr
    assert (drawn.stderr, done.stderr, drawn.returncode) == ("", "", done.returncode)
    assert "\nSign-in\n" in drawn.stdout
    return done.returncode, {check["name"]: check for check in json.loads(done.stdout)}


def test_the_command_looks_at_it_too(tmp_path: Path, at_provider: dict[str, str]):
    status, found = doctor(tmp_path, **at_provider)

    assert status == 0
    assert (
        found["DYNTUBE_COOKIE_SECRET"]["text"]
        == f"set, {len(COOKIE_SECRET)} characters · environment"
    )
    assert found["provider"]["state"] == "ok"
    assert found["access file"]["state"] == "ok"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("COOKIE_SECRET", WEAK),
        ("COOKIE_SECRET_FILE", "canary-in-the-place-of-a-file"),
        ("OIDC_CLIENT_SECRET_FILE", "canary-in-the-place-of-a-file"),
        ("URL", "https://me:canary@dash.acme.com"),
    ],
)
def test_wrong_settings_are_status_2_and_what_needs_them_is_left_alone(
    tmp_path: Path, at_provider: dict[str, str], name: str, text: str
):
    given = {name.removesuffix("_FILE"): ""} | {name: text}

    status, found = doctor(tmp_path, **at_provider | given)

    assert status == 2
    assert found[f"DYNTUBE_{name}"]["state"] == "failed"
    assert found["sign-in"]["state"] == found["access keys"]["state"] == "skipped"


def test_a_misspelt_way_is_a_failure_as_the_app_would_not_start(looks: Looks):
    [check] = looks({"PROXY_USER_HAEDER": "X-User"}).values()

    assert check.state == "failed"
    assert "did you mean DYNTUBE_PROXY_USER_HEADER?" in check.text
    assert check.advice == "The app does not start before that is right."


def test_a_section_that_streamlit_would_read_is_named(tmp_path: Path):
    (tmp_path / "secrets.toml").write_text('[auth]\nclient_secret = "canary"')
    reading = try_settings({}, tmp_path / "secrets.toml")

    found = {check.name: check for _, checks in examine(reading) for check in checks}
    assert found["auth"].state == "failed"
    assert "has a section [auth]" in found["auth"].text
    assert "canary" not in str(found)
