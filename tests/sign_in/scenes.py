"""What people meet where they sign in, one scene after another: to draw it and to look at it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from dyntube.account import state_of
from dyntube.settings.settings import Settings
from dyntube.sharing.entries import Author
from dyntube.sharing.notes import Notes
from dyntube.sharing.people import Known, People
from dyntube.sharing.saved_views import SHARED, SavedViews, reader_id
from dyntube.ui.door import COOKIE

from ..browser.accessibility import settle
from ..clock import machine_time
from .hosted import PATIENCE, with_provider
from .provider import Provider, provided

RULES = """
[[rule]]
people = ["ada@acme.com"]
role = "admin"
projects = "*"

[[rule]]
people = ["grace@acme.com"]
role = "analyst-personal"
projects = "*"

[[rule]]
groups = ["northwind-agency"]
role = "analyst"
projects = ["hW3zYb7uKsFaQ", "Jc6mDx9EoGtNi"]

[[rule]]
domains = ["acme.com"]
role = "reader"
projects = ["5lCohVbzSymGw"]
"""
BROKEN = RULES.replace('role = "analyst"', 'role = "analysts"')
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "ada@acme.com", "name": "Ada Miller"},
    "bob": {"email": "bob@acme.com", "name": "Bob Keller"},
    "nadia": {
        "email": "nadia@northwind.example",
        "name": "Nadia Lund",
        "groups": ["northwind-agency", "northwind-all"],
    },
    "zoe": {"email": "zoe@acme.com", "name": "Zoe Adler"},
    "eve": {"email": "eve.ostrowski@partner.example", "name": "Eve Ostrowski"},
    "max": {"email": "max@acme.com", "_claim_names": {"groups": "src1"}},
}
# Who has been here before, and how many hours ago.
SEEN = {"ada": 3, "nadia": 27, "zoe": 5, "eve": 50}
_PATIENCE = PATIENCE * 1000
_BROWSER = "a-browser-that-was-here-before"


@dataclass(frozen=True)
class Scene:
    """Somebody (`who`) signs in at an address, or nobody does, and does something; at the end the
    page `says` a text. `menu` is what they open, which covers the page.
    """

    says: str
    who: str = ""
    address: str = "/"
    does: Callable[[Page], None] = lambda _: None
    menu: str = ""
    rules: str = RULES
    hours_ago: float = 0  # that the provider says they signed in
    nonce: str = ""


def _choose(page: Page, who: str) -> None:
    page.get_by_role("combobox", name="Person").click()
    page.get_by_role("option", name=who).click()
    page.get_by_role("button", name="Sign them out everywhere").wait_for()
    page.evaluate("document.activeElement.blur()")


def _see_as(page: Page) -> None:
    _choose(page, "zoe@acme.com")
    page.get_by_role("button", name="See what they see").click()


def _end(page: Page) -> None:
    _choose(page, "zoe@acme.com")
    page.get_by_role("button", name="Sign them out everywhere").click()


SCENES = {
    "sign-in": Scene("Sign in to see how your videos do"),
    "sign-in-failed": Scene("Signing in did not work", "bob", nonce="of another sign-in"),
    "session-over": Scene("Your session is over", "bob", hours_ago=9),
    "no-access": Scene("nothing is shared with you yet", "eve"),
    "no-access-groups": Scene("so we can't tell what you may see", "max"),
    "people": Scene("grace@acme.com", "ada", "/people"),
    "people-one": Scene("See what they see", "ada", "/people", lambda page: _choose(page, "nadia")),
    "people-ended": Scene("has to sign in again", "ada", "/people", _end),
    "seeing-as": Scene("You see what", "ada", "/people", _see_as),
    "access-broken": Scene("The last good rules stay in force", "ada", rules=BROKEN),
    "account": Scene("Sign out everywhere", "bob", menu="Account"),
    "take-over": Scene("Keep them as mine", "bob", menu="Saved views"),
    "notes-authors": Scene("by Ada Miller", "bob", menu="Notes"),
}
# What stands in place of all pages.
ENTRANCES = ("sign-in", "sign-in-failed", "session-over", "no-access", "no-access-groups")


@dataclass(frozen=True)
class Stage:
    """An installation with sign-in in which every scene can be played."""

    url: str
    provider: Provider
    access: Path

    def play(self, page: Page, scene: Scene) -> None:
        """Bring a page of an empty browser to the end of a scene."""
        self.provider.clock, self.provider.nonce = -3600 * scene.hours_ago, scene.nonce
        self.access.write_text(RULES)
        page.set_default_timeout(_PATIENCE)
        page.context.add_cookies([{"name": COOKIE, "value": _BROWSER, "url": self.url}])
        page.goto(self.url + scene.address)
        if scene.who:
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("link", name=scene.who, exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=_PATIENCE)
        settle(page)
        if scene.rules != RULES:
            self.access.write_text(scene.rules)
            page.reload()
            settle(page)
        scene.does(page)
        if scene.menu:
            page.get_by_role("button", name=scene.menu, exact=True).click()
        expect(page.get_by_text(scene.says).first).to_be_visible(timeout=_PATIENCE)
        page.mouse.move(0, 0)
        if page.get_by_role("heading", name="Overview", level=1).count():  # the banner comes first
            page.locator(".figure").nth(1).wait_for()
        settle(page)


@contextmanager
def staged(demo_archive: Path, folder: Path) -> Iterator[Stage]:
    """A stage with the views of the demo, copied into a folder."""
    archive, access = folder / "archive", folder / "access.toml"
    shutil.copytree(demo_archive, archive)
    access.write_text(RULES)
    with provided(PEOPLE) as provider:
        _furnish(archive, provider.url)
        with with_provider(provider, archive, access) as url:
            yield Stage(url, provider, access)


def _furnish(archive: Path, issuer: str) -> None:
    """People who were here, and what they have written."""
    state, now = state_of(Settings(archive=archive, demo=True)), machine_time()
    people, notes, views = People(state), Notes(state), SavedViews(state)
    for name, hours in SEEN.items():
        of, id_ = PEOPLE[name], f"id-of-{name}"
        at = now - dt.timedelta(hours=hours)
        known = of["email"], of["name"], of.get("groups", [])
        people.put(Known(f"{issuer}|{id_}", issuer, id_, *known, at))
    ada, bob = (Author(f"{issuer}|id-of-{name}", PEOPLE[name]["name"]) for name in ("ada", "bob"))
    for days, text, by in (
        (17, "Newsletter to all customers", ada),
        (9, "New home page is live", bob),
        (4, "Ads for the Summit begin", ada),
    ):
        notes.add((now - dt.timedelta(days=days)).date(), text, "everything", "", by)
    monday: dict[str, list[str]] = {"period": ["last-7-days"]}
    views.save("Monday report", "overview", monday, SHARED, ada)
    views.save("Germany this quarter", "geography", {"country": ["DE"]}, reader_id(_BROWSER))
    views.save("Launch films", "videos", {"period": ["last-90-days"]}, reader_id(_BROWSER))
