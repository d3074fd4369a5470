"""An app where people sign in at a provider, and browsers of theirs."""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from dyntube.doctor import Check
from dyntube.doctor.sign_in import of_sign_in
from dyntube.settings.settings import try_settings

from . import persons
from .browsing import PEOPLE, RULES, SLOWLY
from .canary import AT_PROVIDER
from .gates import logged
from .hosted import with_provider
from .provider import Provider, provided

Looks = Callable[..., dict[str, Check]]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided(PEOPLE) as provider:
        yield provider


@pytest.fixture
def sound(provider: Provider, access: Path) -> Iterator[None]:
    """Whatever a test changes of the provider and the rules is as before after it."""
    yield
    provider.clock, provider.nonce = 0, ""
    access.write_text(RULES)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("access") / "access.toml"
    file.write_text(RULES)
    return file


@pytest.fixture(scope="module")
def met_nobody(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the demo, to which nobody has come yet."""
    copy = tmp_path_factory.mktemp("met-nobody") / "archive"
    leave_out = shutil.ignore_patterns("state.sqlite*")
    return Path(shutil.copytree(demo_archive, copy, ignore=leave_out, copy_function=os.link))


@pytest.fixture(scope="module")
def url(provider: Provider, met_nobody: Path, access: Path) -> Iterator[str]:
    with with_provider(provider, met_nobody, access) as url:
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


@pytest.fixture
def audit(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[dict[str, object]]]:
    """What the audit log has."""
    monkeypatch.setattr(logging.getLogger("dyntube"), "propagate", True)
    caplog.set_level(logging.INFO, "dyntube")
    return lambda: logged(caplog)


@pytest.fixture
def at_provider(provider: Provider) -> dict[str, str]:
    """Settings with which people sign in there."""
    return AT_PROVIDER | {"OIDC_URL": provider.url, "HOSTS": "dash.acme.com"}


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    """The section's checks by name, with these settings and no others."""
    (tmp_path / "access.toml").write_text(persons.RULES)

    def look(settings: dict[str, str], ahead: dt.timedelta = dt.timedelta()) -> dict[str, Check]:
        (file := tmp_path / "secrets.toml").touch()
        reading = try_settings({f"DYNTUBE_{n}": t for n, t in settings.items()}, file)
        checks = list(of_sign_in(reading, dt.datetime.now(dt.UTC) - ahead))
        assert "canary" not in str(checks)
        return {check.name: check for check in checks}

    return look
