"""People who have signed in, at a real gate with real rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy, StreamlitHeaders

from dyntube.account import Account, open_account
from dyntube.people.gate import Gate
from dyntube.people.person import from_headers
from dyntube.people.reader import SignedIn
from dyntube.settings.settings import Settings
from dyntube.settings.sign_in import ProxyHeaders, SignIn
from dyntube.sharing.people import People
from dyntube.sharing.saved_views import reader_id
from dyntube.ui.door import COOKIE

from .rules import ROOT, rule

NOBODY_LISTENS = "http://127.0.0.1:1"
HEADER = "X-User"
RULES = rule("analyst", people=["ada@acme.com", "bob@acme.com"], projects=["p1"]) + ROOT


def account_with_rules(folder: Path, rules: str = RULES) -> Account:
    """An installation where a proxy signs people in, and nothing is stored yet."""
    (file := folder / "access.toml").write_text(rules, "utf-8")
    sign_in = SignIn(ProxyHeaders(HEADER.lower()), file)
    archive = folder / "archive"
    return open_account(
        Settings("k", NOBODY_LISTENS, NOBODY_LISTENS, archive=archive, sign_in=sign_in)
    )


def settings_of_app(folder: Path, rules: str = RULES) -> dict[str, str]:
    """The settings under which the app does the same, for `conftest.connect`."""
    (file := folder / "access.toml").write_text(rules, "utf-8")
    proxy = {"PROXY_USER_HEADER": HEADER, "PROXIES": "127.0.0.1"}
    return proxy | {"ACCESS": str(file)}


def id_of(name: str) -> str:
    """The `Person.id` of whom the proxy calls name@acme.com."""
    return f"proxy|{name}@acme.com"


def signed_in(account: Account, name: str, cookie: str = "") -> SignedIn:
    """Whoever the proxy calls name@acme.com, at a browser with this cookie."""
    assert account.settings.sign_in
    gate = Gate(account.settings.sign_in, People(account.state))
    person = from_headers(f"{name}@acme.com", "", dt.datetime.now(dt.UTC))
    assert person
    return SignedIn(person, gate, cookie_owner=reader_id(cookie))


def sit_down(patch: pytest.MonkeyPatch, name: str, cookie: str = "") -> None:
    """Be at a browser with this cookie and signed in at the proxy; AppTest has neither."""
    headers = [(HEADER, f"{name}@acme.com")] if name else []
    patch.setattr(ContextProxy, "headers", StreamlitHeaders(headers))
    patch.setattr(ContextProxy, "cookies", {COOKIE: cookie} if cookie else {})
