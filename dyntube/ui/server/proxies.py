"""Who is at the other end: the browser for which a listed proxy asks, else whoever connects.

What only a proxy may say is taken from the request of anybody else before anything reads it:
Streamlit, its websockets, and our routes. uvicorn must not apply X-Forwarded-* before that, which
would put the browser's address where the proxy's is; see `starting`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from ...settings.networks import Network, address_in, is_listed
from ...settings.settings import Settings, try_settings
from ...settings.sign_in import ProxyHeaders

_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto")
_SECURE = {"http": "https", "ws": "wss"}
Headers = list[tuple[bytes, bytes]]


class KnownProxies:
    """Takes identity headers from all but listed proxies, and applies X-Forwarded-* of these."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        settings = try_settings().settings  # as the app has started: see `starting`
        self._proxies = settings.proxies
        self._identity = _identity_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request as whom it is for."""
        if scope["type"] in ("http", "websocket"):
            scope = dict(scope)
            _spell_peer(scope)
            if is_listed(_peer(scope), self._proxies):
                scope["headers"] = _without(scope["headers"], _repeated(scope, self._identity))
                _apply_forwarded(scope, self._proxies)
            else:
                scope["headers"] = _without(scope["headers"], {*self._identity, *_FORWARDED})
        await self._app(scope, receive, send)


def _identity_headers(settings: Settings) -> set[bytes]:
    way = settings.sign_in.way if settings.sign_in else None
    names = (way.user, way.groups) if isinstance(way, ProxyHeaders) else ()
    return {name.encode() for name in names if name}


def _peer(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _spell_peer(scope: Scope) -> None:
    """Call who connects as an administrator would: an IPv4 address is one."""
    if peer := address_in(_peer(scope)):
        scope["client"] = (str(peer), scope["client"][1])


def _without(headers: Headers, names: Collection[bytes]) -> Headers:
    return [(name, value) for name, value in headers if _spelled(name) not in names]


def _spelled(name: bytes) -> bytes:
    # nginx and WSGI servers may take one for the other.
    return name.lower().replace(b"_", b"-")


def _repeated(scope: Scope, names: Iterable[bytes]) -> set[bytes]:
    """Headers that stand more than once, or in another spelling: the proxy added its own to one."""
    found = [_spelled(name) for name, _ in scope["headers"]]
    exact = [name for name, _ in scope["headers"]]
    return {name for name in names if found.count(name) > 1 or name not in exact}


def _apply_forwarded(scope: Scope, proxies: Collection[Network]) -> None:
    """Put the browser's address and scheme in place of the proxy's."""
    told = {name: value.decode("latin-1") for name, value in scope["headers"]}
    hops = [hop.strip() for hop in told.get(b"x-forwarded-for", "").split(",") if hop.strip()]
    while len(hops) > 1 and is_listed(hops[-1], proxies):
        hops.pop()
    if hops and (browser := address_in(hops[-1])):
        scope["client"] = (str(browser), 0)
    if told.get(b"x-forwarded-proto", "").partition(",")[0].strip() == "https":
        scope["scheme"] = _SECURE.get(scope["scheme"], scope["scheme"])
