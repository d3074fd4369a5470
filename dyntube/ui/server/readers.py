"""Who sends a request, the paths that nobody gets without signing in, and those nobody gets."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ...errors import ConfigError, DynTubeError, NotAllowedError, NotSignedInError
from ...people.reader import Reader
from ...query.access import Access
from ...settings.sign_in import OpenId
from ...words import tr
from .. import made_files
from ..door import desk, gate, reader_of
from ..streamlit_internals import claims_in
from . import refused
from .headers import base_path

# The others are pages without a number in them, scripts, fonts, and what signing in needs.
NEEDS_SESSION = ("api/", "media/")
# What Streamlit offers and no page needs: what it measures, memory for files of anybody who has a
# session, as many as they send, and a way to sessions beside the websocket.
_THEIRS = re.compile(r"/_stcore/(metrics/*$|(upload_file|agent)(/|$))")


def reader(request: HTTPConnection) -> Reader:
    """Whoever sends a request. Raises NotSignedInError, ConfigError and UnavailableError."""
    guard = gate()
    way = guard.sign_in.way if guard else None
    claims = claims_in(request.cookies, way.origin) if isinstance(way, OpenId) else {}
    address = request.client.host if request.client else ""
    return reader_of(request.cookies, request.headers, claims, address)


def refusal(error: DynTubeError) -> Response:
    """The response that says why there is none."""
    status = 401 if isinstance(error, NotSignedInError) else 503
    status = 403 if isinstance(error, NotAllowedError) and status != 401 else status
    return PlainTextResponse(str(error), status, {"Cache-Control": "no-store"})


class ClosedRoutes:
    """Hides what Streamlit offers and no page needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or say that nothing is there."""
        if scope["type"] == "http" and _THEIRS.search(scope["path"]):
            response = PlainTextResponse("Not Found", 404, {"Cache-Control": "no-store"})
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class NeedsSession:
    """Answers those paths only to people who may see something."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._paths = tuple(f"{base_path()}/{path}" for path in NEEDS_SESSION)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(self._paths):
            try:
                access = desk(reader(HTTPConnection(scope))).access
                _check_made_for(scope["path"].removeprefix(f"{base_path()}/"), access)
            except ConfigError:
                pass  # no account was ever opened: there is nothing, and our routes say why
            except DynTubeError as error:
                refused.note("session" if isinstance(error, NotSignedInError) else "access")
                await refusal(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _check_made_for(path: str, access: Access) -> None:
    """Raise NotAllowedError for a file that a click of somebody with other rights has made."""
    folder, _, name = path.partition("/")
    if folder == "media" and not made_files.may_load(name.partition(".")[0], access):
        raise NotAllowedError(tr("This file was made for others. Make it anew on its page."))


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks for a page."""
    is_get = scope["type"] == "http" and scope["method"] == "GET"
    return is_get and "text/html" in Headers(scope=scope).get("accept", "")
