"""What every answer of the app says to browsers, of whatever kind it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dyntube.ui.server import headers

from .. import odd
from .test_app import PAGE, TODAY, started
from .test_hosts import streamed
from .test_routes import served

FONT = "/app/static/fonts/inter-5.3.0-latin-wght-normal.woff2"


@pytest.fixture(scope="module", params=["", "dash"], ids=["at the top", "below a path"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on an archive of three days, at the top of its host and below a path."""
    folder = tmp_path_factory.mktemp("headers")
    odd.fill(odd.open_archive(folder / "archive"), TODAY, 3)
    base = {"STREAMLIT_SERVER_BASE_URL_PATH": request.param} if request.param else {}
    with started(folder / "archive", folder / "log", **base) as address:
        yield address.rstrip("/")


def assert_safe(answer: requests.Response) -> None:
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert re.fullmatch(r"'self'( 'sha256-[A-Za-z0-9+/]{43}=')+", policy["script-src"])
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/videos", 200),
        ("/nowhere/at/all", 200),  # whose page says that there is none
        ("/favicon.png", 200),
        (FONT, 200),
        ("/app/static/nothing.woff2", 404),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/_stcore/metrics", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/_stcore/agent/nothing", 404),
        ("/component/nothing/index.html", 404),
        ("/media/nothing.xlsx", 404),
        ("/api/views.csv", 200),
        ("/api/views.csv?zone=Mars", 400),
    ],
)
def test_every_answer_is_safe(url: str, path: str, status: int) -> None:
    answer = requests.get(url + path, headers=PAGE, timeout=60)
    assert answer.status_code == status
    assert_safe(answer)


def test_wrong_methods_and_wrong_hosts_are_answered_safely_too(url: str) -> None:
    wrong = requests.post(f"{url}/api/views.csv", timeout=20)
    assert wrong.status_code == 405
    assert_safe(wrong)
    for path in ("/", "/api/views.csv", "/_stcore/health", FONT):
        refused = requests.get(url + path, headers={"Host": "evil.example"}, timeout=20)
        assert refused.status_code == 403
        assert_safe(refused)
        assert refused.headers["cache-control"] == "no-store"


def test_the_stream_of_a_page_is_for_our_hosts_only(url: str) -> None:
    path = f"{urlsplit(url).path}/_stcore/stream"
    assert streamed(url, urlsplit(url).netloc, path) == 101
    assert streamed(url, "evil.example", path) == 403


def test_views_are_kept_nowhere_and_what_never_changes_is_kept(url: str) -> None:
    for path in ("/api/views.csv", "/api/views.csv?zone=Mars", "/api/none", "/media/none.xlsx"):
        answer = requests.get(url + path, timeout=60)
        assert answer.headers["cache-control"] == "no-store"
    page = requests.get(f"{url}/", headers=PAGE, timeout=60)
    assert page.headers["cache-control"] == "no-cache"
    script = re.search(r"\./(static/js/index\.\w+\.js)", page.text)
    assert script
    kept = requests.get(f"{url}/{script[1]}", timeout=60)
    assert "immutable" in kept.headers["cache-control"]
    assert_safe(kept)


def test_an_error_that_nobody_foresaw_is_answered_safely() -> None:
    def broken(request: Request) -> Response:
        raise KeyError("canary")

    with served(routes=[Route("/broken", broken)]) as url:
        answer = requests.get(f"{url}/broken", timeout=20)
    assert answer.status_code == 500
    assert "went wrong on our side" in answer.text
    assert "canary" not in answer.text
    assert_safe(answer)


def test_the_policy_allows_the_scripts_of_the_installed_page_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text(
        '<script>a()</script><script src="x.js"></script><script>\nb()\n</script>', "utf-8"
    )
    monkeypatch.setattr(headers, "static_folder", lambda: tmp_path)
    headers.safe_headers.cache_clear()
    try:
        policy = headers.safe_headers()["Content-Security-Policy"]
    finally:
        headers.safe_headers.cache_clear()
    assert policy.endswith(
        "script-src 'self' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4=' "
        "'sha256-NlXKTQe8YfLmZqnEm5aXK1Lb/1wWgkKgNs+lNRY6yOo='"
    )


def test_streamlit_opens_no_dialogs_for_programmers(url: str) -> None:
    answer = requests.get(f"{url}/_stcore/host-config", timeout=60)
    assert answer.json()["blockErrorDialogs"] is True
    assert answer.json().keys() >= {"allowedOrigins", "metricsUrl"}, "and keeps its other options"
