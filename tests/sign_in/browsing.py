"""What people do in a browser who sign in at a provider, and what they see."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from ..browser.app import STARTED_SECONDS
from .hosted import Answer, get
from .rules import ADA, rule

RULES = ADA + rule("analyst", domains=["acme.com"], projects="*")
PEOPLE = {
    "ada": {"email": "ada@acme.com", "name": "Ada Lovelace"},
    "bob": {"email": "bob@acme.com", "name": "Bob"},
    "carl": {"email": "carl@acme.com"},
    "eve": {"email": "eve@evil.com"},
    "unverified": {"email": "ada@acme.com", "email_verified": False},
    "overage": {"email": "x@evil.com", "_claim_names": {"groups": "src1"}},
}
SLOWLY = STARTED_SECONDS * 1000  # an app may just have started


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
