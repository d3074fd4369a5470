"""Checks of the dashboard as readers reach it, through its proxy: `doctor --site URL`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..fetch.transport import bare_session, what_happened
from .check import Check, failed, ok, skip, skipped, warning

ALL = ("site", "TLS", "plain HTTP", "websocket", "cookies", "closed")
_SECONDS = (5.0, 10.0)  # to connect, and to answer
_HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "ZHludHViZS1hbmFseXRpYw==",
    "Sec-WebSocket-Protocol": "streamlit",
}
_AS_SHIPPED = "deploy/nginx-tls.conf shows how."


def site_address(text: str) -> str:
    """The address of a site, without a slash at its end. Raises ConfigError."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigError(f"--site must look like https://dash.acme.com, not {text[:80]!r}.")
    return text.rstrip("/")


class Site:
    """A site that is asked as a browser would, without credentials; `ca` is a file to trust."""

    def __init__(self, url: str, ca: str = "") -> None:
        self.url = url
        self._session = bare_session()
        self._session.verify = ca or True

    def get(self, path: str, **headers: str) -> Any:
        """The response, whose body is not read. Raises OSError."""
        return self.open(f"{self.url}{path}", **headers)

    def open(self, url: str, **headers: str) -> Any:
        """As `get`, of any address."""
        return self._session.get(url, headers=headers, timeout=_SECONDS, stream=True)


def of_site(url: str, ca: str = "") -> Iterator[Check]:
    """All checks of a site."""
    site, began = Site(url, ca), time.monotonic()
    try:
        with site.get("/healthz") as health:
            seconds = time.monotonic() - began
            yield (found := _health(url, health, seconds))
            yield _tls(url, health.headers)
    except OSError as error:
        yield failed("site", f"{url}: {what_happened(error)}", _way_in(error))
        yield from skipped(ALL[1:], "the site has to answer first")
        return
    yield plain(site)
    hidden = found.state == "warning" or _login_in_front(site)
    yield skip("websocket", _LOGIN) if hidden else _websocket(site)
    yield _cookies(site, str(health.status_code))
    yield _closed(site)


def _start(answer: Any) -> bytes:
    """The start of a body. Raises OSError."""
    found: bytes = next(answer.iter_content(2000), b"")
    return found


def _way_in(error: OSError) -> str:
    if "certificate" in what_happened(error):
        return (
            "Does the certificate name this host, is it in time, and does its file have the whole "
            "chain? One of your own authority is trusted with --ca FILE."
        )
    return "Does the name lead to this machine, is its port open, and does the proxy run?"


def _health(url: str, health: Any, seconds: float) -> Check:
    text = _start(health).decode("utf-8", "replace")
    if health.status_code == 200 and text == "ok":
        return ok("site", f"{url} answered in {seconds:.2f} s")
    if health.status_code in (400, 403) and "DYNTUBE_HOSTS" in text:
        host = urlsplit(url).hostname
        advice = f"Add {host} to DYNTUBE_HOSTS, and have the proxy pass the header Host on."
        return failed("site", f"{url} reaches the app, which does not know this host", advice)
    if health.status_code in (502, 503, 504):
        return failed("site", f"the proxy at {url} does not reach the app", "Does the app run?")
    return warning(
        "site",
        f"{url}/healthz is answered with {health.status_code}, not by the app",
        "Is a login in front? Let /healthz through it, or have it watched on the machine.",
    )


def _tls(url: str, headers: Any) -> Check:
    if urlsplit(url).scheme != "https":
        text = "what readers see crosses the network readable"
        return failed("TLS", text, f"Put TLS in front of it; {_AS_SHIPPED}")
    if "Strict-Transport-Security" not in headers:
        text = "trusted, but browsers are not told to stay with it"
        advice = f"Have the proxy send Strict-Transport-Security; {_AS_SHIPPED}"
        return warning("TLS", text, advice)
    return ok("TLS", "trusted, and browsers are told to stay with it")


def plain(site: Site, url: str = "") -> Check:
    """Whether plain HTTP, at port 80 or a given address, leads to TLS."""
    parts = urlsplit(site.url)
    if not url and (parts.scheme != "https" or parts.port):
        return skip("plain HTTP", "only looked for beside https at its usual port")
    try:
        with site.open(url or f"http://{parts.hostname}{parts.path}/") as answer:
            if answer.headers.get("Location", "").startswith("https://"):
                return ok("plain HTTP", "leads to TLS")
            text = f"is answered with {answer.status_code}, and does not lead to TLS"
            return warning("plain HTTP", text, f"Redirect it to https; {_AS_SHIPPED}")
    except OSError:
        return ok("plain HTTP", "is not answered")


def _websocket(site: Site) -> Check:
    parts = urlsplit(site.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        with site.get("/_stcore/stream", Origin=origin, **_HANDSHAKE) as answer:
            status = answer.status_code
    except OSError as error:
        return failed("websocket", what_happened(error), _UPGRADE)
    if status == 101:
        return ok("websocket", "opens")
    return failed("websocket", f"does not open: {status}", _UPGRADE)


def _login_in_front(site: Site) -> bool:
    """Whether somebody else answers for the first page, for which the app sets a cookie."""
    try:
        with site.get("/", Accept="text/html") as page:
            is_ours = "dyntube_reader=" in page.headers.get("Set-Cookie", "")
            return not is_ours and page.status_code in _LOGINS
    except OSError:
        return False


_LOGINS = (200, 302, 303, 307, 401, 403)
_LOGIN = "a login is in front: look again on the machine, past it"
_UPGRADE = (
    "Pages stay empty without it. Have the proxy speak HTTP/1.1 to the app, and pass Upgrade, "
    f"Connection and Host on; {_AS_SHIPPED}"
)


def _cookies(site: Site, usual: str) -> Check:
    """Whether as many get through as name all groups of a person; `usual` is the status without."""
    text = f"{_LONG:,} characters of them, as of somebody in hundreds of groups,"
    try:
        with site.get("/healthz", Cookie=f"doctor={'x' * _LONG}") as answer:
            status = str(answer.status_code)
    except OSError as error:
        status = what_happened(error)
    if status == usual:
        return ok("cookies", f"{text} get through")
    advice = (
        "People in very many groups may not get in. Have the proxy take longer headers, "
        f"in both directions; {_AS_SHIPPED}"
    )
    return warning("cookies", f"{text} do not get through: {status}", advice)


_LONG = 20_000


def _closed(site: Site) -> Check:
    """What is for the machine alone."""
    found = []
    for path in ("/readyz", "/metrics", "/_stcore/metrics"):
        try:
            with site.get(path) as answer:
                start = _start(answer)
        except OSError:
            continue
        if answer.status_code in (200, 503) and not start.lstrip().startswith(b"<"):
            found.append(path)
    if found:
        advice = f"Have the proxy answer 404 there; {_AS_SHIPPED}"
        return warning("closed", f"everybody may read {' and '.join(found)}", advice)
    return ok("closed", "what is for the machine alone is not there")
