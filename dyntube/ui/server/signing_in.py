"""What Streamlit's sign-in leaves open: the way back, failures, cookies, signing out by a link.

Streamlit sends browsers to the provider from `auth/login`, takes them back at `oauth2callback`, and
then always opens the first page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import DynTubeError
from ...people.reader import SignedIn
from ...settings.settings import try_settings
from ...settings.sign_in import OpenId
from ...words import tr
from ..door import gate
from ..streamlit_internals import USER_COOKIE
from . import attempts, refused
from .attempts import cookie
from .headers import base_path
from .readers import reader
from .short_cookies import shorten

FAILED = "dyntube_sign_in_failed"
AWAY = "away"  # why it failed: the provider does not answer
_ONE_MINUTE = 60


class SignInFlow:
    """Brings people back to the address they opened, and tells them when signing in failed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        sign_in = try_settings().settings.sign_in  # as the app has started: see `starting`
        way = sign_in.way if sign_in else None
        self._groups_claim = way.groups_claim if isinstance(way, OpenId) else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request of the sign-in, changing where its response leads."""
        path = scope["path"].removeprefix(base_path()) if scope["type"] == "http" else ""
        if path == "/auth/logout" and _is_from_elsewhere(scope):
            said = tr("Sign out with the button on a page: another site asked for this.")
            await PlainTextResponse(said, 403)(scope, receive, send)
            return
        change = {"/auth/login": _leave, "/oauth2callback": _come_back}.get(path)
        if change is None:
            await self._app(scope, receive, send)
            return
        attempt = attempts.answered(scope) if change is _come_back else None

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                change(scope, message)
                if _cookies_of_session(message):
                    cookies = await shorten(scope, message, self._groups_claim)
                    await run_in_threadpool(_greet, scope, cookies)
            await send(message)

        asked = attempts.as_last(scope, attempt) if attempt else scope
        await self._app(asked, receive, send_changed)


def _leave(scope: Scope, message: Message) -> None:
    """Remember the page on which somebody signs in."""
    there, headers = _page_before(scope), MutableHeaders(scope=message)
    attempt = attempts.begun(headers, there, _safe(""))
    failed = message["status"] != 302
    if (guard := gate()) and (failed or attempt):  # else nobody asked the provider
        guard.provider_answers(not failed)
    if failed:
        _fail(message, there, AWAY)
    if attempt:
        headers.append("set-cookie", cookie(attempt.name, attempt.value, attempts.SECONDS))
        for name in attempts.too_many(scope, attempt):
            headers.append("set-cookie", cookie(name, "", 0))


def _come_back(scope: Scope, message: Message) -> None:
    """Open that page again, signed in or not."""
    attempt = attempts.answered(scope)
    there = _safe(attempt.page if attempt else "")
    headers = MutableHeaders(scope=message)
    if attempt:
        headers.append("set-cookie", cookie(attempt.name, "", 0))
    if _cookies_of_session(message):
        headers["location"] = there
        headers.append("set-cookie", cookie(FAILED, "", 0))
    elif {"state", "error"} & HTTPConnection(scope).query_params.keys():
        _fail(message, there)


def _cookies_of_session(message: Message) -> list[str]:
    """The cookies that a response sets, if it signs somebody in."""
    values = Headers(raw=message["headers"]).getlist("set-cookie")
    kept = [value.partition(";")[0] for value in values if "Max-Age=0" not in value]
    return kept if any(cookie.startswith(f"{USER_COOKIE}=") for cookie in kept) else []


def _greet(scope: Scope, cookies: list[str]) -> None:
    """Make a session known from its beginning: one that opens no page can be ended, too."""
    header = "; ".join(cookies).encode("latin-1")
    try:
        person = reader(HTTPConnection({**scope, "headers": [(b"cookie", header)]}))
        if isinstance(person, SignedIn):
            person.gate.greet(person.person, person.address)
    except DynTubeError:  # their page says why
        return


def _fail(message: Message, there: str, why: str = "1") -> None:
    refused.note("sign_in")
    message["status"] = 302
    headers = MutableHeaders(scope=message)
    headers["location"] = there
    headers.append("set-cookie", cookie(FAILED, why, _ONE_MINUTE))


def _page_before(scope: Scope) -> str:
    """The path and query of the page that led here, which is one of ours."""
    headers = Headers(scope=scope)
    try:
        before = urlsplit(headers.get("referer", ""))
    except ValueError:
        before = urlsplit("")
    ours = before.netloc == headers.get("host")
    return _safe(before._replace(scheme="", netloc="", fragment="").geturl() if ours else "")


def _safe(address: str) -> str:
    """A path on this host, else the first page."""
    sound = address.startswith("/") and not address.startswith(("//", "/\\"))
    plain = address.isascii() and address.isprintable()
    return address if sound and plain else f"{base_path()}/"


def _is_from_elsewhere(scope: Scope) -> bool:
    return Headers(scope=scope).get("sec-fetch-site", "none") not in ("same-origin", "none")


class SecureCookies:
    """Sends cookies over TLS alone where the browser came by it, which Streamlit does not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, adding Secure to the cookies of its response."""
        if scope["type"] != "http" or scope["scheme"] != "https":
            await self._app(scope, receive, send)
            return

        async def send_secure(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, value if name.lower() != b"set-cookie" else _secure(value))
                    for name, value in message["headers"]
                ]
            await send(message)

        await self._app(scope, receive, send_secure)


def _secure(cookie: bytes) -> bytes:
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"
