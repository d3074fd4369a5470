"""Signing in at a provider, in a real browser: the way in, what ends it, what goes wrong."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.nginx import NGINX_PATHS

from .. import debian
from ..browser.app import STARTED_SECONDS
from .hosted import Answer, draw, free_port, get, processes_with_provider, with_provider
from .provider import Provider, provided

RULES = """
[[rule]]
people = ["ada@acme.com"]
role = "admin"
projects = "*"

[[rule]]
domains = ["acme.com"]
role = "analyst"
projects = "*"
"""
PEOPLE = {
    "ada": {"email": "ada@acme.com", "name": "Ada Lovelace"},
    "bob": {"email": "bob@acme.com", "name": "Bob"},
    "carl": {"email": "carl@acme.com"},
    "eve": {"email": "eve@evil.com"},
    "unverified": {"email": "ada@acme.com", "email_verified": False},
    "overage": {"email": "x@evil.com", "_claim_names": {"groups": "src1"}},
}
SLOWLY = STARTED_SECONDS * 1000  # an app may just have started
PROCESS = "dyntube_process"  # nginx's cookie, which says by which one a reader is answered
CSV = "/api/views.csv?period=last-7-days"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided(PEOPLE) as provider:
        yield provider


@pytest.fixture(autouse=True)
def _sound(provider: Provider, access: Path) -> Iterator[None]:
    yield
    provider.clock, provider.nonce = 0, ""
    access.write_text(RULES)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("access") / "access.toml"
    file.write_text(RULES)
    return file


@pytest.fixture(scope="module")
def url(provider: Provider, demo_archive: Path, access: Path) -> Iterator[str]:
    with with_provider(provider, demo_archive, access) as url:
        yield url


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Open an address in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_page(address: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SLOWLY)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, who: str) -> Page:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=who, exact=True).click()
    return page


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", name=text, level=1)).to_be_visible(timeout=SLOWLY)


def says(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=SLOWLY)


def with_cookies(page: Page, address: str) -> Answer:
    """What another program gets with this browser's cookies."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    return get(address, [("Cookie", cookies)])


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


def test_a_session_is_over_after_its_hours(
    provider: Provider, url: str, opened: Callable[[str], Page]
):
    provider.clock = -9 * 3600
    page = sign_in(opened(url), "ada")

    says(page, "it lasts 8 hours")
    assert with_cookies(page, url + CSV).status == 401


def test_signing_out_ends_the_other_browser_too_and_a_copied_cookie(
    url: str, opened: Callable[[str], Page]
):
    here, there = (sign_in(opened(url), "bob") for _ in range(2))
    heading(here, "Overview")
    heading(there, "Overview")
    copied = "; ".join(f"{c['name']}={c['value']}" for c in here.context.cookies())
    assert get(url + CSV, [("Cookie", copied)]).status == 200

    here.get_by_role("button", name="Account").click()
    here.get_by_role("button", name="Sign out everywhere").click()

    says(here, "Sign in to see how your videos do")
    assert get(url + CSV, [("Cookie", copied)]).status == 401
    there.get_by_role("link", name="Videos").first.click()
    says(there, "You are signed out")
    time.sleep(1)  # a new token has to be from a later second than the last one
    heading(sign_in(there, "bob"), "Videos")


def test_signing_out_ends_a_session_that_opened_no_page(url: str, opened: Callable[[str], Page]):
    here, other = sign_in(opened(url), "bob"), opened(url)
    heading(here, "Overview")
    time.sleep(1)  # so that its token is from a later second
    other.get_by_role("button", name="Sign in").click()
    leads = other.get_by_role("link", name="bob", exact=True)
    way_in = urljoin(other.url, leads.get_attribute("href"))
    other.context.request.get(way_in)  # as a program does, which draws nothing
    assert with_cookies(other, url + CSV).status == 200

    here.get_by_role("button", name="Account").click()
    here.get_by_role("button", name="Sign out everywhere").click()
    says(here, "Sign in to see how your videos do")

    assert with_cookies(other, url + CSV).status == 401


@pytest.mark.parametrize("referer", ["http://[::1", "http://evil.com/x", "{url}//evil.com"])
def test_signing_in_leads_to_the_first_page_from_where_there_is_none_of_ours(
    url: str, referer: str
):
    answer = get(f"{url}/auth/login?provider=x", [("Referer", referer.format(url=url))])

    assert answer.status == 302
    assert answer.headers["set-cookie"].startswith("dyntube_return_to=/; ")


def test_another_site_cannot_sign_people_out(url: str):
    answer = get(f"{url}/auth/logout", [("Sec-Fetch-Site", "cross-site")])

    assert answer.status == 403


def test_an_admin_ends_a_session_and_the_open_tab_obeys(url: str, opened: Callable[[str], Page]):
    bob, ada = sign_in(opened(url), "bob"), sign_in(opened(f"{url}/people"), "ada")
    heading(bob, "Overview")
    heading(ada, "People")

    ada.get_by_role("combobox", name="Person").click()
    ada.get_by_role("option", name="bob@acme.com").click()
    ada.get_by_role("button", name="Sign them out everywhere").click()
    says(ada, "has to sign in again")

    bob.get_by_role("link", name="Videos").first.click()
    says(bob, "You are signed out")


def test_who_is_no_admin_any_more_ends_no_session_and_is_told_so(
    url: str, access: Path, opened: Callable[[str], Page]
):
    bob, ada = sign_in(opened(url), "bob"), sign_in(opened(f"{url}/people"), "ada")
    heading(bob, "Overview")
    ada.get_by_role("combobox", name="Person").click()
    ada.get_by_role("option", name="bob@acme.com").click()
    end = ada.get_by_role("button", name="Sign them out everywhere")
    expect(end).to_be_visible()

    access.write_text(RULES.replace('role = "admin"', 'role = "reader"'))
    end.click()

    says(ada, "Only administrators may see who may see what")
    assert with_cookies(bob, url + CSV).status == 200


def test_who_sees_as_another_gets_no_file_with_more_than_that(
    url: str, opened: Callable[[str], Page]
):
    bob, ada = sign_in(opened(url), "bob"), sign_in(opened(f"{url}/people"), "ada")
    heading(bob, "Overview")
    ada.get_by_role("combobox", name="Person").click()
    ada.get_by_role("option", name="bob@acme.com").click()
    ada.get_by_role("button", name="See what they see").click()
    says(ada, "Nothing can be changed")

    ada.get_by_role("button", name="Export", exact=True).click()
    says(ada, "files of individual views are off")
    expect(ada.get_by_role("link", name="Parquet")).to_have_count(0)

    ada.keyboard.press("Escape")
    ada.get_by_role("button", name="Back to my view").click()
    ada.get_by_role("button", name="Export", exact=True).click()
    expect(ada.get_by_role("link", name="Parquet")).to_have_count(1)


def test_rules_that_change_count_in_an_open_tab_and_for_a_file_drawn_before(
    url: str, access: Path, opened: Callable[[str], Page]
):
    page = sign_in(opened(f"{url}/videos?period=last-7-days"), "bob")
    heading(page, "Videos")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as before:
        page.get_by_role("button", name="This page as an Excel workbook").click()
    assert before.value.path().stat().st_size > 1000
    access.write_text(
        RULES.replace('projects = "*"', 'projects = ["none"]').replace("admin", "reader")
    )

    page.get_by_role("button", name="This page as an Excel workbook").click()
    page.wait_for_timeout(3000)

    assert "Summit" not in Path(before.value.path()).name
    page.get_by_role("link", name="Overview").first.click()
    says(page, "There are no views in this period.")
    access.write_text("")
    page.get_by_role("link", name="Geography").first.click()
    heading(page, "Nothing to see yet")


def test_a_file_that_a_session_made_needs_a_session(url: str, opened: Callable[[str], Page]):
    page = sign_in(opened(f"{url}/videos?period=last-7-days"), "bob")
    heading(page, "Videos")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_response(re.compile("/media/")) as loaded:
        page.get_by_role("button", name="This page as an Excel workbook").click()
    address = loaded.value.url

    assert loaded.value.headers["cache-control"] == "no-store"
    assert requests.get(address, timeout=60).status_code == 401
    assert with_cookies(page, address).status == 200


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
