"""Identity headers: believed from the listed proxy, and from nobody else, on every way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.nginx import NGINX_PATHS

from .. import debian
from ..states import held
from . import rules
from .hosted import (
    CSV,
    ELSEWHERE,
    GROUPS,
    PROXY,
    USER,
    behind_proxy,
    draw,
    get,
    processes_behind_proxy,
)

RULES = rules.ADA + rules.NORTH + rules.rule("reader", domains=["acme.com"], projects=["p1"])
ADA = (USER, "ada@acme.com")
NOBODY = "nobody signed you in on the way here"
NOTHING = "nothing is shared with you yet"


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("access") / "access.toml"
    file.write_text(RULES)
    return file


@pytest.fixture(scope="module")
def url(demo_archive: Path, access: Path) -> Iterator[str]:
    with behind_proxy(demo_archive, access, SYNC="app", SIGN_OUT_URL="/oauth2/sign_out") as url:
        yield url


def test_whom_the_proxy_names_sees_what_the_rules_grant(url: str):
    assert draw(url, headers=[ADA]).says("Watch time")
    assert draw(url, headers=[(USER, "eve@evil.com")]).says(NOTHING)
    assert draw(url).says(NOBODY)
    assert get(url + CSV, [ADA]).status == 200
    assert get(url + CSV, [(USER, "bob@acme.com"), (GROUPS, "south,north")]).status == 200
    assert get(url + CSV, [(USER, "bob@acme.com")]).status == 403
    assert get(url + CSV, [(USER, "eve@evil.com")]).status == 403
    assert get(url + CSV).status == 401


def test_signing_out_leads_to_where_the_proxy_signs_people_out(url: str):
    drawn = draw(url, headers=[(USER, "eve@evil.com")], click="Sign out")

    assert drawn.leads_to == "/oauth2/sign_out"


def test_who_signs_out_while_that_cannot_be_written_stays_and_is_told(url: str, demo_archive: Path):
    eve = [(USER, "eve@evil.com")]
    assert draw(url, headers=eve).says(NOTHING)  # and it is written that she was here

    with held(demo_archive / "demo"):
        drawn = draw(url, headers=eve, click="Sign out")

    assert drawn.leads_to == ""
    assert drawn.says("You are still signed in, here and in other browsers")
    assert drawn.says("is being changed by another program")
    assert "Sign out of this browser alone" in [button.label for button in drawn.buttons]


def test_files_that_cannot_be_counted_are_refused_with_the_reason(url: str, demo_archive: Path):
    assert draw(url, headers=[ADA]).says("Watch time")

    with held(demo_archive / "demo"):
        answer = get(url + CSV, [ADA])

    assert answer.status == 503
    assert answer.text.startswith("This export cannot be counted, so it is not made. The file")
    assert get(url + CSV, [ADA]).status == 200


FORGED = {
    "as it is": [ADA],
    "in capitals": [(USER.upper(), "ada@acme.com")],
    "with underscores": [(USER.replace("-", "_"), "ada@acme.com")],
    "as the proxy says": [ADA, ("X-Forwarded-For", PROXY)],
    "as the proxy says twice": [ADA, ("X-Forwarded-For", f"{PROXY}, {PROXY}")],
    "as Forwarded says": [ADA, ("Forwarded", f"for={PROXY}")],
    "as X-Real-IP says": [ADA, ("X-Real-IP", PROXY)],
}


@pytest.mark.parametrize("how", FORGED)
def test_a_header_past_the_proxy_is_not_believed(url: str, how: str):
    assert draw(url, headers=FORGED[how], source=ELSEWHERE).says(NOBODY)
    assert not draw(url, headers=FORGED[how], source=ELSEWHERE).says("Watch time")
    assert get(url + CSV, FORGED[how], source=ELSEWHERE).status == 401


def test_several_processes_answer_only_the_proxy_and_believe_it(demo_archive: Path, access: Path):
    debian.need("nginx", "nginx-light", f"{os.environ['PATH']}:{NGINX_PATHS}")
    with processes_behind_proxy(demo_archive, access) as url:
        assert draw(url, headers=[ADA]).says("Watch time")
        assert get(url + CSV, [ADA]).status == 200
        assert get(url + CSV).status == 401
        for how in FORGED.values():
            answer = get(url + CSV, how, source=ELSEWHERE)
            assert answer.status == 403
            assert "Open this dashboard at its usual address" in answer.text


THROUGH = {
    "twice": [ADA, (USER, "eve@evil.com")],
    "twice in another order": [(USER, "eve@evil.com"), ADA],
    "beside a spelling that some servers read as the same": [
        (USER, "eve@evil.com"),
        (USER.replace("-", "_"), "ada@acme.com"),
    ],
    "in another spelling alone": [(USER.replace("-", "_"), "ada@acme.com")],
    "empty": [(USER, "")],
    "with what is no plain text": [(USER, "\xa0ada@acme.com")],
}


@pytest.mark.parametrize("how", THROUGH)
def test_a_header_that_the_proxy_did_not_replace_names_nobody(url: str, how: str):
    assert draw(url, headers=THROUGH[how]).says(NOBODY)
    assert get(url + CSV, THROUGH[how]).status == 401


def test_the_proxy_passes_on_where_the_browser_is_and_that_it_came_by_tls(url: str):
    from_browser = [ADA, ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "https")]
    page = get(url, [*from_browser, ("Accept", "text/html")])

    assert page.headers["set-cookie"].endswith("; Secure")
    plain = get(url, [*from_browser, ("Accept", "text/html")], source=ELSEWHERE)
    assert "secure" not in plain.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "path",
    [
        "/api/views.csv",
        "/api/views.parquet",
        "/api/thumbnail/x",
        "/media/0123456789abcdef.csv",
        "/_stcore/metrics",
        "/_stcore/upload_file/1/2",
        "/_stcore/agent/interact",
        "/_stcore/agent/skill",
    ],
)
def test_nobody_gets_files_or_what_is_about_others_without_signing_in(url: str, path: str):
    answer = get(url + path)

    assert answer.status in (401, 404)
    assert answer.headers["cache-control"] == "no-store"
    assert get(url + path, [ADA], source=ELSEWHERE).status == answer.status


PUBLIC = ["/", "/videos", "/_stcore/health", "/_stcore/host-config", "/app/static/print.js"]


@pytest.mark.parametrize("path", PUBLIC)
def test_what_holds_no_numbers_is_there_for_the_sign_in_page(url: str, path: str):
    assert get(url + path, source=ELSEWHERE).status == 200


def test_rules_that_change_count_for_the_next_page_and_the_next_file(url: str, access: Path):
    bob = [(USER, "bob@acme.com"), (GROUPS, "north")]
    assert get(url + CSV, bob).status == 200
    try:
        access.write_text(RULES.replace('"analyst"', '"reader"'))
        assert get(url + CSV, bob).status == 403
        access.write_text("[[rule")
        assert get(url + CSV, bob).status == 403
        assert draw(url, headers=[ADA]).says("The last good rules stay in force.")
        assert not draw(url, headers=bob).says("The last good rules stay in force.")
    finally:
        access.write_text(RULES)
    assert get(url + CSV, bob).status == 200


def test_a_page_for_administrators_is_refused_to_others(url: str):
    bob = [(USER, "bob@acme.com"), (GROUPS, "north")]

    assert draw(url, "people", headers=[ADA]).says("Who may see what")
    assert draw(url, "people", headers=bob).says("Only administrators may see who may see what.")
    assert not draw(url, "people", headers=bob).says("ada@acme.com")
    assert draw(url, "data", headers=bob).says("Only administrators may see the store itself.")
