"""What the doctor says of sites whose proxies do this or that."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntube.doctor.check import Check
from dyntube.doctor.site import of_site, site_address
from dyntube.errors import ConfigError

from ..cli.test_command_line import run
from ..scripted import Answer, Asked, Script, serve


def look(script: Script) -> dict[str, Check]:
    """The checks by name, of a site that answers like this."""
    with serve(script) as server:
        return {check.name: check for check in of_site(server.url)}


def always(answer: Answer) -> Script:
    return lambda asked: answer


def test_a_host_that_the_app_does_not_know_is_told_with_the_setting() -> None:
    refusal = b"This dashboard does not answer for the host x. ... the setting DYNTUBE_HOSTS: ..."
    site = look(always(Answer(403, refusal)))["site"]
    assert site.state == "failed"
    assert "does not know this host" in site.text
    assert site.advice.startswith("Add 127.0.0.1 to DYNTUBE_HOSTS, and have the proxy pass")


def test_a_login_in_front_is_no_failure() -> None:
    found = look(always(Answer(302, headers={"Location": "https://login.acme.com"})))
    assert found["site"].state == "warning"
    assert "Is a login in front?" in found["site"].advice
    assert found["closed"].state == found["cookies"].state == "ok"
    assert found["websocket"].state == "skipped"


def test_a_login_that_lets_health_through_hides_the_websocket() -> None:
    def script(asked: Asked) -> Answer:
        return Answer(body=b"ok" if asked.path == "/healthz" else b"<!doctype html>Log in")

    found = look(script)
    assert found["site"].state == "ok"
    assert found["websocket"].state == "skipped"
    assert "a login is in front" in found["websocket"].text


def test_a_proxy_that_does_not_pass_websockets_on_fails() -> None:
    def script(asked: Asked) -> Answer:
        assert asked.headers["Upgrade" if "_stcore/stream" in asked.path else "Host"]
        return Answer(body=b"ok") if asked.path == "/healthz" else Answer(404)

    found = look(script)
    assert found["site"].state == "ok"
    assert found["websocket"].text == "does not open: 404"
    assert "pass Upgrade" in found["websocket"].advice


@pytest.mark.parametrize("most", [8192, 32768])
def test_a_proxy_that_refuses_long_cookies_is_named_with_whom_it_keeps_out(most: int) -> None:
    def script(asked: Asked) -> Answer:
        is_long = len(asked.headers.get("Cookie", "")) > most
        return Answer(400 if is_long else 200, b"too large" if is_long else b"ok")

    cookies = look(script)["cookies"]
    assert cookies.state == ("ok" if most > 20_000 else "warning")
    assert ("do not get through: 400" in cookies.text) == (most < 20_000)
    assert ("in very many groups may not get in" in cookies.advice) == (most < 20_000)


def test_what_everybody_may_read_is_named_and_pages_are_not() -> None:
    def script(asked: Asked) -> Answer:
        if asked.path == "/readyz":
            return Answer(503, b"settings: DYNTUBE_TIMEZONE cannot be used.")
        return Answer(body=b"<!doctype html>" if asked.path == "/metrics" else b"# HELP cache")

    assert look(script)["closed"].text == "everybody may read /readyz and /_stcore/metrics"


@pytest.mark.parametrize(
    "text", ["dash.acme.com", "ftp://dash.acme.com", "https://", "https://a?b=c"]
)
def test_what_is_no_address_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--site must look like https"):
        site_address(text)
    done = run("doctor", "--site", text, folder=tmp_path / "archive")
    assert done.returncode == 2
    assert "--site must look like" in done.stderr


def test_the_command_looks_at_the_site_last_and_fails_with_it(tmp_path: Path) -> None:
    done = run("doctor", "--site", "http://127.0.0.1:1/", folder=tmp_path / "archive")
    assert done.returncode == 1
    assert done.stdout.index("\nSite\n") > done.stdout.index("\nDashboard\n")
    assert "http://127.0.0.1:1: no connection" in done.stdout
    wrong = run("doctor", "--site", "https://a", "--ca", "none", folder=tmp_path / "archive")
    assert wrong.returncode == 2
    assert "--ca names no file: none." in wrong.stderr
