"""What `doctor` says of the provider, its clock, and our own address."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import format_datetime

import pytest

from ..scripted import Answer, Asked, in_turn, serve
from .conftest import Looks
from .provider import Provider


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


CLOCKS = {
    "alike": (0.5, "ok", " answers"),
    "alike the other way": (-0.5, "ok", " answers"),
    "a little ahead": (1.6, "warning", "2 min ahead of this one: from two minutes on nobody gets"),
    "ahead": (3, "failed", "3 min ahead of this one: what it signs is refused"),
    "behind": (-5, "warning", "5 min behind this one: sessions end that much earlier, and a token"),
    "a working day behind": (-500, "failed", "8.3 h behind this one: every session is over at"),
}


@pytest.mark.parametrize("how", CLOCKS)
def test_a_provider_whose_clock_is_another_is_named_with_what_that_does(
    looks: Looks, at_provider: dict[str, str], how: str
):
    minutes, state, told = CLOCKS[how]

    check = looks(at_provider, dt.timedelta(minutes=minutes))["provider"]

    assert check.state == state
    assert told in check.text
    assert ("(NTP)" in check.advice) == (state != "ok")


@pytest.mark.parametrize(("age", "state"), [({}, "warning"), ({"Age": "1800"}, "ok")])
def test_what_a_cache_on_the_way_has_kept_is_no_wrong_clock(
    looks: Looks, at_provider: dict[str, str], age: dict[str, str], state: str
):
    then = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)
    headers = {"Date": format_datetime(then, usegmt=True)} | age

    def describe(asked: Asked) -> Answer:
        ends = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "x")
        known = ends | {"issuer": f"http://{asked.headers['Host']}"}
        return Answer(200, json.dumps(known).encode(), headers)

    with serve(describe) as server:
        check = looks(at_provider | {"OIDC_URL": server.url})["provider"]

    assert check.state == state


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
