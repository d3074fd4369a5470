"""Every way into the running app: public by name, or closed to whoever has not signed in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ..browser.app import ROOT
from .hosted import ELSEWHERE, PROXY, behind_proxy, draw, get

ROUTES = """
import json, app
routes = app.app._build_starlette_app().routes
known = [(type(r).__name__, r.path, sorted(getattr(r, "methods", None) or ())) for r in routes]
print(json.dumps(known))
"""
# What anybody gets, and why that may be.
PUBLIC = {
    "/healthz": "says that the process answers",
    "/readyz": "says whether it can answer from its archive",
    "/_stcore/health": "says that Streamlit has started",
    "/_stcore/host-config": "settings of Streamlit's page",
    "/_stcore/stream": "the websocket of pages, whose script asks who is there",
    "/_stcore/bidi-components/{path:path}": "scripts of our components",
    "/component/{path:path}": "scripts of components; there are none",
    "/app/static/{path:path}": "fonts, icons, shapes of maps",
    "/auth/login": "the way to the provider",
    "/auth/logout": "the way out",
    "/oauth2callback": "the way back from the provider",
    "/": "Streamlit's page, the same for everybody, and its scripts",
}
CLOSED = {  # to everybody
    "/_stcore/metrics",
    "/_stcore/upload_file/{session_id}/{file_id}",
    "/_stcore/agent/interact",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp",
}
ANYTHING = "a" * 32  # in place of what a route leaves open


@pytest.fixture(scope="module")
def listed() -> list[tuple[str, str, list[str]]]:
    """All routes of the app: their kind, path and methods."""
    environ = {name: value for name, value in os.environ.items() if "DYNTUBE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", ROUTES], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    return [tuple(route) for route in json.loads(done.stdout.splitlines()[-1])]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("routes")
    (access := folder / "access.toml").write_text("")
    with behind_proxy(folder / "archive", access, SYNC="external") as url:
        yield url


def test_every_route_is_public_by_name_or_closed_without_a_session(
    listed: list[tuple[str, str, list[str]]], url: str
):
    assert len(listed) > 15
    for kind, path, methods in listed:
        if (path or "/") in PUBLIC:
            continue
        assert kind == "Route", (kind, path)
        asked = re.sub(r"\{[^}]*\}", ANYTHING, path)
        for method in set(methods) - {"OPTIONS"}:
            for source in (ELSEWHERE, PROXY):
                answer = get(url + asked, source=source, method=method)
                assert answer.status == (404 if path in CLOSED else 401), (method, path)
                assert answer.headers["cache-control"] == "no-store"


def test_every_public_name_is_still_a_route(listed: list[tuple[str, str, list[str]]]):
    paths = {path or "/" for _, path, _ in listed}

    assert set(PUBLIC) | CLOSED <= paths


@pytest.mark.parametrize("path", ["healthz", "readyz", "_stcore/host-config", "", "videos"])
def test_what_is_public_says_nothing_of_the_archive(url: str, path: str):
    answer = get(f"{url}/{path}", source=ELSEWHERE)

    assert answer.status in (200, 503)
    assert "archive" not in answer.text.replace("cannot", "")


def test_a_websocket_without_a_session_is_told_to_sign_in_and_nothing_else(url: str):
    drawn = draw(url, "data", source=ELSEWHERE)

    assert drawn.says("nobody signed you in on the way here")
    assert not drawn.says("Sync log")
