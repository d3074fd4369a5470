"""What people do with their account in a browser, behind a proxy set up as docs/hosting.md says."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ..browser.app import ROOT, running_as, wait_painted
from ..browser.test_tls import TlsEnd, configured, nginx_of
from ..deploy.test_serve import free_port
from ..scripted import Answer, Asked, serve
from .browsing import RULES, heading, says
from .hosted import GROUPS, USER

SIGNED_IN = "_oauth2_proxy"  # the cookie of the program that signs people in
BUTTONS = ("Change this note", "Delete this note")
BOB = re.compile("bob\u2060?@acme\u2060?[.]com")  # with what keeps it from being a link
PATIENCE = 120_000


def oauth2_proxy(asked: Asked) -> Answer:
    """As oauth2-proxy answers with --set-xauthrequest; its page has a link for each person."""
    path = asked.path.partition("?")[0]
    said = {name.lower(): value for name, value in asked.headers.items()}.get("cookie", "")
    cookies = dict(part.split("=", 1) for part in said.split("; ") if part)
    if path == "/oauth2/auth":
        if who := cookies.get(SIGNED_IN):
            return Answer(202, headers={"X-Auth-Request-Email": f"{who}@acme.com"})
        return Answer(401)
    if path == "/oauth2/sign_out":
        gone = f"{SIGNED_IN}=; Path=/; Max-Age=0"
        return Answer(302, headers={"Location": "/", "Set-Cookie": gone})
    if path.startswith("/oauth2/as/"):
        kept = f"{SIGNED_IN}={path.rpartition('/')[2]}; Path=/"
        return Answer(302, headers={"Location": "/", "Set-Cookie": kept})
    links = "".join(f'<a href="/oauth2/as/{who}">{who}</a> ' for who in ("ada", "bob", "carl"))
    page = f"<title>Proxy</title>Sign in with Acme: {links}".encode()
    return Answer(200, page, {"Content-Type": "text/html"})


def in_front(folder: Path, app: str, signs_in: str) -> TlsEnd:
    """The TLS end with what docs/hosting.md says to add for oauth2-proxy."""
    end = configured(folder, app)
    text = (folder / "nginx-tls.conf").read_text()
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/hosting.md").read_text(), re.DOTALL)
    [within, beside] = [block for block in blocks if "oauth2" in block]
    beside = beside.replace("http://127.0.0.1:4180", signs_in)
    for name in (USER, GROUPS):
        text = text.replace(f'proxy_set_header {name} "";', "")
    (folder / "nginx-tls.conf").write_text(
        text.replace(
            "location / {\n    proxy_pass", f"{beside}\n  location / {{\n{within}\n    proxy_pass"
        )
    )
    return end


@dataclass
class Site:
    """The dashboard behind that proxy; `restart` sets other settings."""

    url: str
    ca: str
    archive: Path
    restart: Callable[..., None]


@pytest.fixture(scope="module")
def site(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port, running = tmp_path_factory.mktemp("accounts"), free_port(1), ExitStack()
    archive = Path(copytree(demo_archive, folder / "archive"))
    (folder / "tls").mkdir()
    (folder / "access.toml").write_text(RULES)

    def restart(**settings: str) -> None:
        running.close()
        known = {"SYNC": "app"} | settings
        running.enter_context(running_as(("app.py",), archive, known, SERVER_PORT=str(port)))

    with serve(oauth2_proxy) as signs_in, running:
        end = in_front(folder / "tls", f"127.0.0.1:{port}", signs_in.url)
        with nginx_of(end):
            yield Site(end.url, end.ca, archive, restart)


@pytest.fixture(scope="module")
def people_sign_in(site: Site) -> None:
    access = Path(site.ca).parents[1] / "access.toml"
    known = {"PROXY_USER_HEADER": USER, "PROXY_GROUPS_HEADER": GROUPS, "PROXIES": "127.0.0.1"}
    site.restart(**known, ACCESS=str(access), SIGN_OUT_URL="/oauth2/sign_out")


@pytest.fixture(scope="module")
def browsers(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Browsers of different people."""
    made: list[BrowserContext] = []

    def another() -> BrowserContext:
        size: Any = {"width": 1440, "height": 900}
        made.append(browser.new_context(ignore_https_errors=True, viewport=size))
        made[-1].set_default_timeout(PATIENCE)
        return made[-1]

    yield another
    for one in made:
        one.close()


def at_proxy(context: BrowserContext, site: Site, who: str, path: str = "/") -> Page:
    """A page of somebody who signs in at the proxy's own page."""
    page = context.new_page()
    page.goto(site.url)
    says(page, "Sign in with Acme")
    page.get_by_role("link", name=who).click()
    heading(page, "Overview")
    if path != "/":
        page.goto(site.url + path)
    wait_painted(page)
    return page


def menu(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=name, exact=True).click()
    return page.get_by_test_id("stPopoverBody")


def test_views_of_a_browser_are_offered_to_who_signs_in_there_and_taken_over_on_a_click(
    site: Site, browsers: Callable[[], BrowserContext], request: pytest.FixtureRequest
) -> None:
    site.restart()
    here, there = browsers(), browsers()
    here.add_cookies([{"name": SIGNED_IN, "value": "bob", "url": site.url}])
    page = here.new_page()
    page.goto(f"{site.url}/videos?period=last-7-days")
    wait_painted(page)
    saved = menu(page, "Saved views")
    saved.get_by_label("Name").fill("Before we signed in")
    saved.get_by_role("button", name="Save", exact=True).click()
    says(page, "Saved Before we signed in")

    request.getfixturevalue("people_sign_in")
    page.reload()
    wait_painted(page)
    saved = menu(page, "Saved views")
    offer = saved.get_by_text("Saved in this browser before you signed in: Before we signed in")
    expect(offer).to_be_visible()
    expect(saved.get_by_text("Yours")).to_have_count(0)
    elsewhere = menu(at_proxy(there, site, "carl"), "Saved views")
    expect(elsewhere.get_by_text("Save this view")).to_be_visible()
    expect(elsewhere.get_by_text("Before we signed in")).to_have_count(0)

    saved.get_by_role("button", name="Keep them as mine").click()

    expect(saved.get_by_text("1 view is yours now")).to_be_visible()
    expect(offer).to_have_count(0)
    saved.get_by_role("button", name="Before we signed in").click()
    page.wait_for_url(f"{site.url}/videos?period=last-7-days")
    other = menu(at_proxy(browsers(), site, "bob"), "Saved views")  # at another browser
    expect(other.get_by_role("button", name="Before we signed in")).to_be_visible()


@pytest.mark.usefixtures("people_sign_in")
def test_notes_name_their_author_and_only_they_and_admins_have_buttons(
    site: Site, browsers: Callable[[], BrowserContext]
) -> None:
    notes = menu(at_proxy(browsers(), site, "bob"), "Notes")
    notes.get_by_label("Note", exact=True).fill("Campaign starts")
    notes.get_by_role("button", name="Add note").click()
    expect(notes.get_by_text("Note added")).to_be_visible()

    for who, count in (("carl", 0), ("ada", 1)):
        notes = menu(at_proxy(browsers(), site, who), "Notes")
        expect(notes.get_by_text("Campaign starts")).to_be_visible()
        expect(notes.get_by_text(BOB)).to_be_visible()
        for button in BUTTONS:
            expect(notes.get_by_role("button", name=button)).to_have_count(count)
    notes.get_by_role("button", name="Delete this note").click()
    notes.get_by_role("button", name="Delete", exact=True).click()
    expect(notes.get_by_text("Note deleted")).to_be_visible()


@pytest.mark.usefixtures("people_sign_in")
def test_signing_out_leads_through_the_proxy_and_ends_the_other_browser(
    site: Site, browsers: Callable[[], BrowserContext]
) -> None:
    here, there = (at_proxy(browsers(), site, "bob") for _ in range(2))
    account = menu(here, "Account")
    expect(account.get_by_text(BOB)).to_be_visible()
    expect(account.get_by_text("You stay signed in for up to 8 hours.")).to_be_visible()

    account.get_by_role("button", name="Sign out everywhere").click()

    says(here, "Sign in with Acme")
    there.get_by_role("link", name="Videos").first.click()
    says(there, "You are signed out")
    says(there, "Reload this page to go on as before")
    with there.context.expect_page() as opened:
        there.get_by_role("link", name="Sign out there too").click()
    says(opened.value, "Sign in with Acme")
    there.reload()
    says(there, "Sign in with Acme")


@pytest.mark.usefixtures("people_sign_in")
def test_signing_out_breaks_off_a_download_at_the_end_of_a_day(
    site: Site, browsers: Callable[[], BrowserContext]
) -> None:
    page = at_proxy(browsers(), site, "bob")
    stored = {f.name[:10]: pq.read_metadata(f).num_rows for f in site.archive.rglob("*.parquet")}
    with download(site, page) as answer:
        begun = answer.read(100_000)
        menu(page, "Account").get_by_role("button", name="Sign out everywhere").click()
        says(page, "Sign in with Acme")

        with pytest.raises(http.client.IncompleteRead) as broken:
            answer.read()

    got = days_in(begun + broken.value.partial)
    assert got
    assert len(got) < 27
    assert got.items() <= stored.items()  # each of its days is whole


@contextmanager
def download(site: Site, page: Page) -> Iterator[http.client.HTTPResponse]:
    """A file of four weeks, for the reader of a page, by a program that reads slowly."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    host, port = "localhost", int(site.url.rpartition(":")[2])
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    plain.connect((host, port))
    trusting = ssl.create_default_context(cafile=site.ca)
    with closing(http.client.HTTPSConnection(host, port)) as connection:
        connection.sock = trusting.wrap_socket(plain, server_hostname=host)
        connection.request("GET", "/api/views.csv?period=last-28-days", headers={"Cookie": cookies})
        with connection.getresponse() as answer:
            assert answer.status == 200
            yield answer


def days_in(content: bytes) -> dict[str, int]:
    """How many views there are of each day."""
    found: dict[str, int] = {}
    for day in re.findall(r',"?(\d{4}-\d\d-\d\d)T', content.decode("utf-8-sig", "replace")):
        found[day] = found.get(day, 0) + 1
    return found
