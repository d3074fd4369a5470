from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dyntube.errors import NotSignedInError
from dyntube.people.person import Person, from_claims, from_headers

NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
CLAIMS = {"iss": "https://login.acme.com", "sub": "17", "iat": int(NOW.timestamp())}


def person(**claims: Any) -> Person:
    return from_claims(CLAIMS | claims, "groups", NOW)


def test_a_token_names_a_person():
    found = person(email="Ada@acme.com", name="Ada", groups=["a", "b"])

    assert (found.id, found.email, found.domain) == (
        "https://login.acme.com|17",
        "Ada@acme.com",
        "acme.com",
    )
    assert (found.name, found.groups, found.signed_in_at) == ("Ada", {"a", "b"}, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "a\nb"},
        {"sub": "x" * 256},
        {"iss": None},
        {"iat": None},
        {"iat": "1778403600"},
        {"iat": True},
        {"iat": 1e300},
        {"iat": float("nan")},
        {"iat": NOW.timestamp() + 3600},
    ],
)
def test_a_token_that_names_nobody_or_no_time_is_no_sign_in(claims):
    with pytest.raises(NotSignedInError):
        person(**claims)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_wrong_by_five_minutes_is_no_obstacle(minutes):
    issued = NOW + dt.timedelta(minutes=minutes)

    assert person(iat=issued.timestamp()).signed_in_at == issued


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "ada@acme.com", "email_verified": True}, "ada@acme.com"),
        ({"email": "ada@acme.com"}, "ada@acme.com"),
        ({"email": "ada@acme.com", "email_verified": False}, ""),
        ({"email": "ada@acme.com", "email_verified": "false"}, ""),
        ({"email": "ada@acme.com\u0000"}, ""),
        ({"email": " ada@acme.com"}, ""),
        ({"email": "ada@acme.com\n"}, ""),
        ({"email": "ada@acme\u200b.com"}, ""),
        ({"email": "\ud83dada@acme.com"}, ""),
        ({"email": ["ada@acme.com"]}, ""),
    ],
)
def test_an_address_that_is_not_verified_or_not_clean_counts_for_nothing(claims, email):
    assert person(**claims).email == email


def test_a_name_that_hides_letters_or_turns_them_round_is_none():
    assert person(name="Zoë Łuczak").name == "Zoë Łuczak"
    assert person(name="nimdA \u202e").name == ""
    assert person(name="Ada\u2060").name == ""


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@ACME.com", "acme.com"),
        ("ada@evil.com@acme.com", ""),
        ("acme.com", ""),
        ("ada@acme.com.evil.com", "acme.com.evil.com"),
    ],
)
def test_a_domain_is_what_follows_the_only_at_sign(email, domain):
    assert person(email=email).domain == domain


@pytest.mark.parametrize(
    "claims",
    [
        {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x"}}},
        {"hasgroups": True},
    ],
)
def test_a_token_that_leaves_groups_out_says_so(claims):
    assert person(**claims).groups_left_out
    assert not person().groups_left_out
    assert not person(groups=[]).groups_left_out


def test_app_roles_are_read_where_groups_are_left_out():
    claims = CLAIMS | {"hasgroups": True, "roles": ["dashboard.analyst"]}
    found = from_claims(claims, "roles", NOW)

    assert found.groups == {"dashboard.analyst"}
    assert not found.groups_left_out


@pytest.mark.parametrize(
    ("groups", "found"),
    [("one", {"one"}), (["one", 2, "", None], {"one"}), ({"one": 1}, set()), (None, set())],
)
def test_groups_may_come_in_any_shape(groups, found):
    assert person(groups=groups).groups == found


def test_a_proxy_names_a_person_and_groups():
    found = from_headers("ada@acme.com", "one, two,", NOW)

    assert found == Person(
        "proxy", "ada@acme.com", "ada@acme.com", "", frozenset({"one", "two"}), NOW
    )
    assert from_headers("Ada@ACME.com", "one, two", NOW) == found, "the same person"
    assert from_headers("ada", "", NOW).email == ""
    assert from_headers("Ada", "", NOW).subject == "Ada", "user names may differ in case alone"
    assert from_headers("", "admins", NOW) is None
    assert from_headers("ada\x7f", "", NOW) is None
