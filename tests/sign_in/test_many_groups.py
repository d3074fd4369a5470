"""People in very many groups, as Entra names them: they get in, or are told why not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Browser, BrowserContext, Page

from ..browser.app import STARTED_SECONDS, running_as
from ..browser.test_tls import configured, nginx_of
from ..deploy.test_serve import free_port
from .browsing import heading, says, sign_in
from .hosted import CSV, SECRET, behind_proxy, draw, get, of_provider, with_provider
from .hosted import GROUPS as GROUPS_HEADER
from .hosted import USER as USER_HEADER
from .provider import provided
from .rules import rule
from .test_attempts import Program

USER, TOKENS = "_streamlit_user", "_streamlit_user_tokens"
MOST_OF_ENTRA = 199  # of somebody in more it names none
USUAL_LINE = 8192  # that servers take unless told otherwise
GROUPS = [str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number))) for number in range(1000)]


def in_groups(count: int) -> dict[str, object]:
    return {"email": f"{count}@evil.com", "name": "Zoë", "groups": GROUPS[:count], "hobby": "chess"}


PEOPLE = {str(count): in_groups(count) for count in (1, 150, MOST_OF_ENTRA, 700, 1000)}
RULES = rule("analyst", groups=[GROUPS[0], GROUPS[140]], projects="*")


@pytest.fixture(scope="module", params=["with two processes behind nginx", "alone"])
def url(
    request: pytest.FixtureRequest, demo_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder, is_alone = tmp_path_factory.mktemp("groups"), request.param == "alone"
    (access := folder / "access.toml").write_text(RULES)
    with provided(PEOPLE) as provider:
        if is_alone:
            with with_provider(provider, demo_archive, access) as url:
                yield url
            return
        port = free_port(3)
        (folder / "tls").mkdir()
        end = configured(folder / "tls", f"127.0.0.1:{port}")
        settings = of_provider(provider, access, port) | {"URL": end.url}
        command, at = ("-m", "deploy.serve", "--processes", "2"), str(port)
        with nginx_of(end), running_as(command, demo_archive, settings, SERVER_PORT=at):
            yield end.url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(STARTED_SECONDS * 1000)
    page.goto(url)
    yield page
    context.close()


def size(context: BrowserContext) -> int:
    """How long the header is in which a browser sends its cookies."""
    return len("; ".join(f"{c['name']}={c['value']}" for c in context.cookies()))


@pytest.mark.parametrize("who", ["150", str(MOST_OF_ENTRA), "700"])
def test_somebody_in_very_many_groups_sees_pages_and_downloads(url: str, page: Page, who: str):
    sign_in(page, who)

    heading(page, "Overview")
    assert page.context.request.get(url + CSV).status == 200
    assert (size(page.context) < USUAL_LINE - 1000) == (who != "700"), "also for other proxies"


def test_whose_groups_are_too_many_for_cookies_is_told_what_to_do(page: Page):
    sign_in(page, "1000")

    says(page, "You are in more groups than your sign")
    says(page, "Ask your administrator to use app roles instead of groups")


@pytest.fixture(scope="module")
def alone(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    (access := tmp_path_factory.mktemp("kept") / "access.toml").write_text(RULES)
    with provided(PEOPLE) as provider, with_provider(provider, demo_archive, access) as url:
        yield Program(url)


def kept(program: Program, name: str) -> dict[str, object]:
    """What a cookie says that is in one piece."""
    read = URLSafeTimedSerializer(SECRET, salt=name).loads(program.session.cookies[name])
    said: dict[str, object] = json.loads(read)
    return said


def test_a_shorter_session_leaves_nothing_of_a_longer_one(alone: Program):
    alone.come_back(alone.leave("/"), "700")
    assert alone.is_signed_in()
    assert f"{USER}_9" in alone.session.cookies.get_dict()

    alone.come_back(alone.leave("/"), "1")

    assert alone.is_signed_in()
    ours = {name for name in alone.session.cookies.get_dict() if name.startswith(USER)}
    assert ours == {USER, TOKENS}


def test_cookies_have_what_is_needed_and_no_key_to_anything_else(alone: Program):
    alone.come_back(alone.leave("/"), "1")

    claims = {"iss", "sub", "iat", "email", "name", "groups"}
    assert kept(alone, USER).keys() == claims | {"origin", "is_logged_in", "provider"}
    assert kept(alone, TOKENS).keys() == {"id_token"}


def test_a_proxy_names_as_many_groups_in_a_header(demo_archive: Path, tmp_path: Path):
    (access := tmp_path / "access.toml").write_text(RULES)
    named = [(USER_HEADER, "zoe@evil.com"), (GROUPS_HEADER, ",".join(GROUPS[699::-1]))]
    with behind_proxy(demo_archive, access) as url:
        assert draw(url, headers=named).says("Top videos")
        assert get(url + CSV, named).status == 200
