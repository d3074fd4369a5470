"""What `doctor` says of signing in: the provider or the proxy, the address, who may see what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dyntube.doctor import Check, examine
from dyntube.doctor.sign_in import of_sign_in
from dyntube.settings.settings import Settings, try_settings

from ..scripted import Answer, in_turn, serve
from ..test_command_line import run
from .persons import RULES
from .provider import CLIENT, Provider, provided

SECRETS = {
    "OIDC_CLIENT_SECRET": "canary-of-the-client",
    "COOKIE_SECRET": "canary-0123456789-abcdefghijklmnop",
}
Looks = Callable[..., dict[str, Check]]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided({}) as provider:
        yield provider


@pytest.fixture
def at_provider(provider: Provider) -> dict[str, str]:
    """Settings with which people sign in there."""
    known = {"OIDC_URL": provider.url, "OIDC_CLIENT_ID": CLIENT, "URL": "https://dash.acme.com"}
    return known | SECRETS | {"HOSTS": "dash.acme.com"}


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """The section's checks by name, with these settings and no others."""
    (tmp_path / "access.toml").write_text(RULES)

    def look(settings: dict[str, str], ahead: dt.timedelta = dt.timedelta()) -> dict[str, Check]:
        (file := tmp_path / "secrets.toml").touch()
        reading = try_settings({f"DYNTUBE_{n}": t for n, t in settings.items()}, file)
        checks = list(of_sign_in(reading, dt.datetime.now(dt.UTC) - ahead))
        assert "canary" not in str(checks)
        return {check.name: check for check in checks}

    return look


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


def test_a_provider_that_is_away_is_a_failure(looks: Looks, at_provider: dict[str, str]):
    check = looks(at_provider | {"OIDC_URL": "http://127.0.0.1:1"})["provider"]

    assert check.state == "failed"
    assert check.text == "127.0.0.1:1 gave no answer (ConnectionError)"
    assert "Until it answers, nobody new can sign in" in check.advice


NO_PROVIDER = {
    "a web page": (Answer(200, b"<html>"), "200, without issuer, authorization_endpoint"),
    "a list": (Answer(200, b"[]"), "200, without issuer"),
    "a part": (Answer(200, b'{"issuer": "x", "jwks_uri": "y"}'), "without authorization_endpoint"),
    "an issuer that is no text": (Answer(200, b'{"issuer": ["x"]}'), "200, without issuer"),
    "nothing there": (Answer(404, b'{"issuer": "x"}'), "answered 404, without issuer"),
    "another address": (Answer(301, headers={"Location": "http://127.0.0.1:1/"}), "answered 301"),
}


@pytest.mark.parametrize("what", NO_PROVIDER)
def test_what_is_no_provider_is_a_failure(looks: Looks, at_provider: dict[str, str], what: str):
    answer, told = NO_PROVIDER[what]
    with serve(in_turn(answer)) as server:
        check = looks(at_provider | {"OIDC_URL": server.url})["provider"]

    assert check.state == "failed"
    assert told in check.text
    assert check.advice == "Is DYNTUBE_OIDC_URL the address of the provider?"
    [asked] = server.asked
    assert asked.path == "/.well-known/openid-configuration"


def test_a_provider_with_another_name_is_a_warning(
    looks: Looks, at_provider: dict[str, str], provider: Provider
):
    other = provider.url.replace("127.0.0.1", "localhost")

    check = looks(at_provider | {"OIDC_URL": other})["provider"]

    assert check.state == "warning"
    assert check.text.endswith(f" calls itself {provider.url}")


@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (3, "failed"), (-60, "ok")])
def test_a_provider_whose_clock_is_ahead_lets_nobody_in(
    looks: Looks, at_provider: dict[str, str], minutes: int, state: str
):
    check = looks(at_provider, dt.timedelta(minutes=minutes))["provider"]

    assert check.state == state
    assert ("NTP" in check.advice) == (state == "failed")


@pytest.mark.parametrize(
    ("url", "hosts", "state"),
    [
        ("https://dash.acme.com", "", "warning"),
        ("https://dash.acme.com", "*.acme.com", "ok"),
        ("https://DASH.acme.com:8443/stats", "dash.acme.com", "ok"),
        ("https://bücher.example", "bücher.example", "ok"),
        ("https://1password.example", "", "warning"),
        ("https://[fe80::1]", "", "ok"),
        ("https://10.1.2.3", "", "ok"),
        ("http://localhost:8501", "", "ok"),
    ],
)
def test_an_address_that_the_app_does_not_answer_to_is_a_warning(
    looks: Looks, at_provider: dict[str, str], url: str, hosts: str, state: str
):
    check = looks(at_provider | {"URL": url, "HOSTS": hosts})["address"]

    assert check.state == state
    assert ("Set DYNTUBE_HOSTS=" in check.advice) == (state == "warning")


PROXY = {"PROXY_USER_HEADER": "X-User", "PROXIES": "10.1.2.3,10.4.0.0/24"}


def test_a_proxy_is_named_with_what_it_has_to_do(looks: Looks):
    found = looks(PROXY)

    assert found.keys() == {"sign-in", "access file", "access keys"}
    assert found["sign-in"].text == "by the header x-user, from 10.1.2.3/32, 10.4.0.0/24 alone"
    assert "has to replace that header in every request" in found["sign-in"].advice


BROKEN = {
    "missing": (None, "failed", "cannot be read (FileNotFoundError)"),
    "no text": (b"\xff", "failed", "cannot be read (UnicodeDecodeError)"),
    "no TOML": (b"[[rule", "failed", "it is not TOML"),
    "a wrong role": (b'[[rule]]\npeople = ["a"]\nrole = "boss"', "failed", "rule 1 needs a role"),
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
    assert found["DYNTUBE_COOKIE_SECRET"]["text"] == "set, 34 characters · environment"
    assert found["provider"]["state"] == "ok"
    assert found["access file"]["state"] == "ok"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("COOKIE_SECRET", "canary-weak"),
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
