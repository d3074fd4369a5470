"""Sessions of people who have signed in at a provider, in a real browser: what ends them, and what
open tabs and files of theirs do then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import Page, expect

from .browsing import RULES, heading, says, sign_in, with_cookies
from .hosted import CSV, get
from .provider import Provider

pytestmark = pytest.mark.usefixtures("sound")


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
