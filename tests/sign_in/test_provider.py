"""Signing in at a provider, in a real browser: the way in, and what goes wrong on it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.nginx import NGINX_PATHS

from .. import debian
from .browsing import PEOPLE, heading, says, sign_in, with_cookies
from .hosted import CSV, draw, free_port, get, processes_with_provider, with_provider
from .provider import Provider, provided

pytestmark = pytest.mark.usefixtures("sound")
PROCESS = "dyntube_process"  # nginx's cookie, which says by which one a reader is answered


def test_a_deep_link_survives_signing_in(url: str, opened: Callable[[str], Page]):
    page = opened(f"{url}/geography?period=last-7-days&country=DE")
    says(page, "Sign in to see how your videos do")
    expect(page.get_by_role("link", name="Videos")).to_have_count(0)

    sign_in(page, "bob")

    heading(page, "Geography")
    assert page.url == f"{url}/geography?period=last-7-days&country=DE"
    expect(page.get_by_role("button", name="Remove Country is Germany")).to_be_visible()
    expect(page.get_by_role("link", name="Data")).to_have_count(0)


def test_below_a_path_people_sign_in_download_and_sign_out(
    provider: Provider, demo_archive: Path, access: Path, opened: Callable[[str], Page]
):
    with with_provider(provider, demo_archive, access, below="/dash") as url:
        assert url.endswith("/dash")
        page = sign_in(opened(f"{url}/geography?period=last-7-days"), "bob")
        heading(page, "Geography")
        assert page.url == f"{url}/geography?period=last-7-days"
        assert with_cookies(page, url + CSV).status == 200
        copied = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())

        page.get_by_role("button", name="Account").click()
        page.get_by_role("button", name="Sign out everywhere").click()

        says(page, "Sign in to see how your videos do")
        assert get(url + CSV, [("Cookie", copied)]).status == 401
        time.sleep(1)  # a new token has to be from a later second than the last one


def test_proof_keys_are_used(provider: Provider, url: str, opened: Callable[[str], Page]):
    heading(sign_in(opened(url), "bob"), "Overview")

    assert "code_challenge_method=S256" in provider.asked[-1]


def test_nobody_is_anybody_without_signing_in(url: str):
    assert draw(url).says("Sign in to see how your videos do")
    assert get(url + CSV).status == 401
    assert get(url + CSV, [("X-Forwarded-Email", "ada@acme.com")]).status == 401
    assert get(url + CSV, [("Cookie", '_streamlit_user="eyJzdWIiOiAiMSJ9"')]).status == 401


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("eve", "nothing is shared with you yet"),
        ("unverified", "nothing is shared with you yet"),
        ("overage", "Ask your administrator to use app roles instead of groups"),
    ],
)
def test_whom_no_rule_means_is_told_so_in_a_friendly_page(
    url: str, opened: Callable[[str], Page], who: str, reason: str
):
    page = sign_in(opened(url), who)

    heading(page, "Nothing to see yet")
    says(page, reason)
    assert with_cookies(page, url + CSV).status == 403


@pytest.mark.parametrize("minutes", [-5, 1.5])
def test_a_provider_whose_clock_is_wrong_signs_people_in(
    provider: Provider, url: str, opened: Callable[[str], Page], minutes: float
):
    provider.clock = minutes * 60

    heading(sign_in(opened(url), "carl"), "Overview")


def test_a_token_from_five_minutes_ahead_signs_nobody_in_and_says_so(
    provider: Provider, url: str, opened: Callable[[str], Page]
):
    provider.clock = 5 * 60

    says(sign_in(opened(url), "bob"), "Signing in did not work")


def test_an_answer_to_another_question_signs_nobody_in_and_says_so(
    provider: Provider, url: str, opened: Callable[[str], Page]
):
    page = opened(f"{url}/videos?period=last-7-days")
    provider.nonce = "of another sign-in"
    sign_in(page, "ada")
    says(page, "Signing in did not work")
    assert page.url == f"{url}/videos?period=last-7-days"
    assert with_cookies(page, url + CSV).status == 401

    provider.nonce = ""
    sign_in(page, "ada")

    heading(page, "Videos")


def test_a_provider_that_is_away_is_named_and_disturbs_nobody_who_has_signed_in(
    demo_archive: Path, access: Path, opened: Callable[[str], Page]
):
    port = free_port()
    with (
        provided(PEOPLE) as away,
        with_provider(away, demo_archive, access, METRICS_PORT=str(port)) as url,
    ):
        known = sign_in(opened(url), "ada")
        heading(known, "Overview")
        stranger = opened(f"{url}/videos?period=last-7-days")
        says(stranger, "Sign in to see how your videos do")
        away.stop()

        stranger.get_by_role("button", name="Sign in").click()
        says(stranger, "The service where you sign in does not answer at the moment")
        assert stranger.url == f"{url}/videos?period=last-7-days"
        known.get_by_role("link", name="Videos").first.click()
        heading(known, "Videos")
        says(known, "the sign-in provider did not answer")
        assert with_cookies(known, url + CSV).status == 200
        assert "dyntube_provider_away 1.0" in get(f"http://127.0.0.1:{port}/metrics").text
        assert get(f"{url}/readyz").status == 200


def test_whoever_signed_in_at_one_process_is_known_to_all(
    provider: Provider, demo_archive: Path, access: Path, opened: Callable[[str], Page]
):
    debian.need("nginx", "nginx-light", f"{os.environ['PATH']}:{NGINX_PATHS}")
    with processes_with_provider(provider, demo_archive, access) as url:
        page = sign_in(opened(url), "bob")
        heading(page, "Overview")
        cookies = [c for c in page.context.cookies() if c["name"] != PROCESS]
        signed = "; ".join(f"{c['name']}={c['value']}" for c in cookies)
        for number in ("1", "2"):
            answer = get(url + CSV, [("Cookie", f"{signed}; {PROCESS}={number}")])
            assert answer.status == 200
            assert PROCESS not in answer.headers.get("set-cookie", "")  # so it was that one
            assert get(url + CSV, [("Cookie", f"{PROCESS}={number}")]).status == 401
