"""Several attempts to sign in at once: each tab comes back to its own page, none to another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from playwright.sync_api import Page

from .browsing import SLOWLY, heading, says, sign_in, with_cookies
from .hosted import CSV, PATIENCE, draw
from .provider import Provider

pytestmark = pytest.mark.usefixtures("sound")
ATTEMPT, FAILED = "dyntube_attempt_", "dyntube_sign_in_failed"
PAGES = ("/videos?period=last-7-days", "/geography?country=DE", "/embeds")


class Program:
    """What a browser does, without one. All its tabs have the same cookies."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()

    def leave(self, page: str, referer: str = "") -> str:
        """Sign in on a page; gives the provider's address to which that leads."""
        way_in = draw(self.url, click="Sign in").leads_to
        answer = self._get(self.url + way_in, Referer=referer or f"{self.url}{page}")
        assert answer.status_code == 302
        return str(answer.headers["location"])

    def come_back(self, leads: str, who: str = "bob") -> str:
        """Be somebody at the provider; gives where that leads at last."""
        return str(self.back(self._get(f"{leads}&as={who}").headers["location"]))

    def back(self, address: str) -> str:
        """Follow the provider back."""
        return str(self._get(address).headers["location"])

    def attempts(self) -> dict[str, str]:
        """Its cookies of attempts."""
        every = self.session.cookies.get_dict().items()
        return {name: text for name, text in every if name.startswith(ATTEMPT)}

    def is_signed_in(self) -> bool:
        """Whether it gets a file."""
        return self._get(self.url + CSV).status_code == 200

    def _get(self, address: str, **headers: str) -> requests.Response:
        return self.session.get(address, headers=headers, allow_redirects=False, timeout=PATIENCE)


@pytest.fixture
def program(url: str) -> Program:
    return Program(url)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_each_tab_comes_back_to_its_own_page(program: Program, order: tuple[int, ...]):
    leads = [program.leave(page) for page in PAGES]

    for number in order:
        assert program.come_back(leads[number]) == PAGES[number]
        assert program.is_signed_in()

    assert FAILED not in program.session.cookies
    assert program.attempts() == {}


def test_each_tab_comes_back_to_its_own_page_where_another_fails(
    program: Program, provider: Provider
):
    leads = [program.leave(page) for page in PAGES]
    provider.nonce = "of another sign-in"
    assert program.come_back(leads[1]) == PAGES[1]
    assert FAILED in program.session.cookies
    assert not program.is_signed_in()

    provider.nonce = ""
    for number in (0, 2):
        assert program.come_back(leads[number]) == PAGES[number]
        assert program.is_signed_in()


def test_an_answer_counts_once_and_in_the_browser_that_asked(program: Program, url: str):
    leads = program.leave(PAGES[0])
    answer = requests.get(f"{leads}&as=bob", allow_redirects=False, timeout=PATIENCE)
    address = answer.headers["location"]

    other = Program(url)
    assert other.back(address) == "/"
    assert not other.is_signed_in()
    assert program.back(address) == PAGES[0]
    before = program.session.cookies.get_dict()
    assert program.back(address) == "/"
    assert program.session.cookies.get_dict().keys() == {*before, FAILED}


@pytest.mark.parametrize(
    "page",
    ["//evil.com/", "https://evil.com/", "/\\evil.com", "evil.com", "", "/videos\n", "/%0avideos"],
)
def test_a_cookie_that_names_another_site_leads_to_the_first_page(program: Program, page: str):
    leads = program.leave(PAGES[0])
    [(name, text)] = program.attempts().items()
    began, _, compared = text.split("|")
    program.session.cookies.clear()
    forged = f"{began}|{quote(page, safe='')}|{compared}"
    program.session.cookies.set(name, forged, domain=urlsplit(program.url).hostname)

    there = program.come_back(leads)

    assert there == ("/%0avideos" if page.startswith("/%0a") else "/")
    assert program.is_signed_in()


@pytest.mark.parametrize("text", ["", "|", "x|/videos|", "9" * 50 + "|/videos|x|y", "%ff|%|%"])
def test_a_cookie_that_is_none_of_ours_signs_nobody_in(program: Program, text: str):
    leads = program.leave(PAGES[0])
    [name] = program.attempts()
    program.session.cookies.clear()
    program.session.cookies.set(name, text, domain=urlsplit(program.url).hostname)

    assert program.come_back(leads) in ("/", "/videos")
    assert not program.is_signed_in()


def test_who_tries_often_has_few_cookies_and_comes_back_from_the_last_attempts(program: Program):
    leads = [program.leave(f"/videos?channel={number}") for number in range(12)]

    kept = program.attempts()
    assert sum(map(len, (*kept, *kept.values()))) < 4000
    assert len(kept) >= 3
    for number in (9, 10, 11):
        assert program.come_back(leads[number]) == f"/videos?channel={number}"


@pytest.mark.parametrize("referer", ["http://[::1", "http://evil.com/x", "{url}//evil.com"])
def test_from_a_page_that_is_none_of_ours_it_leads_to_the_first_page(
    program: Program, referer: str
):
    leads = program.leave("", referer.format(url=program.url))

    assert program.come_back(leads) == "/"


@pytest.mark.parametrize(("letters", "is_kept"), [(2000, True), (3900, False)])
def test_an_address_for_which_a_cookie_has_no_room_leads_to_the_first_page(
    program: Program, letters: int, is_kept: bool
):
    page = f"/videos?video-search={'x' * letters}"

    there = program.come_back(program.leave(page))

    assert there == (page if is_kept else "/")
    assert program.is_signed_in()


def test_the_way_back_is_for_scripts_of_no_page(program: Program):
    answer = program.session.get(
        program.url + draw(program.url, click="Sign in").leads_to,
        allow_redirects=False,
        timeout=PATIENCE,
    )

    [cookie] = [part for part in answer.raw.headers.getlist("set-cookie") if ATTEMPT in part]
    assert cookie.endswith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")


def test_two_tabs_of_a_browser_sign_in_at_the_same_time(url: str, opened: Callable[[str], Page]):
    first = opened(f"{url}/videos?period=last-7-days")
    second = first.context.new_page()
    second.set_default_timeout(SLOWLY)
    second.goto(f"{url}/geography?period=last-7-days&country=DE")
    for page in (first, second):
        says(page, "Sign in to see how your videos do")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="bob", exact=True).wait_for()

    for page in (first, second):
        page.get_by_role("link", name="bob", exact=True).click()

    heading(first, "Videos")
    heading(second, "Geography")
    assert first.url == f"{url}/videos?period=last-7-days"
    assert second.url == f"{url}/geography?period=last-7-days&country=DE"


def test_where_the_state_cannot_be_read_it_leads_back_to_a_page_that_says_so(
    url: str, opened: Callable[[str], Page], met_nobody: Path
):
    page = opened(url + PAGES[0])
    says(page, "Sign in to see how your videos do")
    file = met_nobody / "demo" / "state.sqlite"
    before = file.read_bytes() if file.exists() else None
    try:
        file.write_text("no database")
        sign_in(page, "bob")
        says(page, "is damaged and was left as it is")
        assert page.url == url + PAGES[0]

        page.get_by_role("button", name="Sign out", exact=True).click()
        says(page, "You are still signed in, here and in other browsers")
        assert with_cookies(page, url + CSV).status == 503
        page.get_by_role("button", name="Sign out of this browser alone").click()
        says(page, "Sign in to see how your videos do")
        assert with_cookies(page, url + CSV).status == 401
    finally:
        file.unlink()
        if before:
            file.write_bytes(before)
