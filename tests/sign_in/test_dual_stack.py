"""An app that listens for both versions of IP, where every IPv4 peer has an address of IPv6."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ..browser.app import running_as
from . import rules
from .hosted import CSV, ELSEWHERE, PROXY, USER, draw, free_port, get

ADA = [(USER, "ada@acme.com")]
NOBODY = "nobody signed you in on the way here"


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
@pytest.mark.parametrize("proxies", [PROXY, f"::ffff:{PROXY}", f"::ffff:{PROXY}/128, fd00::/8"])
def test_the_proxy_is_known_by_its_address_in_either_form(
    demo_archive: Path, tmp_path: Path, proxies: str
):
    (access := tmp_path / "access.toml").write_text(rules.ADA)
    settings = {
        "ACCESS": f"{access}",
        "PROXIES": proxies,
        "PROXY_USER_HEADER": USER,
    }
    options = {"SERVER_ADDRESS": "::", "SERVER_PORT": f"{free_port()}"}
    with running_as(("app.py",), demo_archive, settings, **options) as (url, _):
        url = url.replace("localhost", "127.0.0.1")
        assert get(url + CSV, ADA).status == 200
        assert draw(url, headers=ADA).says("Watch time")
        assert get(url + CSV, ADA, source=ELSEWHERE).status == 401
        assert draw(url, headers=ADA, source=ELSEWHERE).says(NOBODY)
