"""Routes beside the pages: raw views as files, pictures. Also the middleware of all requests.

    GET /api/views.csv       takes the query parameters of a page's URL, with the same meaning
    GET /api/views.parquet
    GET /api/thumbnail/<key> takes the key of a video; `Desk.thumbnails` has the URLs
    GET /healthz, /readyz    see `health`

The header `In-Doubt` lists the UTC days in doubt in ISO 8601; Parquet metadata also says why.

Errors are answered with a sentence, those about pictures with 404 and nothing else.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from itertools import chain

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...desk import THUMBNAILS, Desk
from ...errors import DynTubeError
from ...export.raw_views import Source, csv_stream, parquet_stream
from ...query.query import ViewsQuery
from ...report.address import MOST_VALUES, from_parameters
from ...report.labels import resolved
from ...report.selection import ALL_TIME, Selection
from ...report.tables import days_name
from ...thumbnails.picture import TYPE
from ...trust.reasons import as_json
from ...trust.trust import Trust, consecutive_spans
from ...words import tr
from ..door import COOKIE, desk, local_now
from ..streamlit_internals import MOST_PARAMETERS
from . import refused
from .first_page import FirstPage
from .headers import SafeHeaders, base_path, safe_headers
from .health import health_routes
from .host_config import NoErrorDialogs
from .hosts import HostCheck
from .messages import KnownMessages
from .proxies import KnownProxies
from .readers import ClosedRoutes, NeedsSession, refusal, wants_page
from .readers import reader as reader_of_request
from .request_ids import HEADER, RequestIds, request_id
from .signing_in import SecureCookies, SignInFlow
from .static_files import StaticContents

_ONE_YEAR, _ONE_WEEK = 365 * 86400, 7 * 86400
_MOST_SPANS = 100  # of days, in a header

Stream = Callable[[Source, ViewsQuery, str], Iterator[bytes]]
_STREAMS: dict[str, tuple[Stream, str]] = {
    "csv": (lambda source, query, _: csv_stream(source, query), "text/csv"),
    "parquet": (parquet_stream, "application/vnd.apache.parquet"),
}


def views(request: Request) -> Response:
    """The raw views behind a page with these parameters, as a file."""
    ending = request.url.path.rpartition(".")[2]
    stream, media_type = _STREAMS[ending]
    try:
        reader = desk(reader_of_request(request))
        asked = {name: request.query_params.getlist(name) for name in request.query_params}
        selection, notes = from_parameters(asked, Selection(timezone=reader.timezone), reader.rules)
        selection = selection.opened()
        if notes:
            return PlainTextResponse("\n".join(notes), 400)
        query = _query(selection, reader)
        trust = reader.trust().within([query.period], query.timezone)
        made = stream(reader, query, json.dumps(as_json(trust)))
        parts = iter(()) if request.method == "HEAD" else _begun(made)
        reader.exports("views", ending)
    except DynTubeError as error:
        return refusal(error)
    name = f"{'demo-' if reader.demo else ''}views-{days_name(query.period)}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} | _in_doubt(trust)
    return StreamingResponse(parts, headers=headers, media_type=media_type)


def _in_doubt(trust: Trust) -> dict[str, str]:
    """The UTC days in doubt, as a header, since CSV has no metadata."""
    spans = [f"{a}" if a == b else f"{a}/{b}" for a, b in consecutive_spans(trust.doubts)]
    return {"In-Doubt": ", ".join(spans[:_MOST_SPANS])} if spans else {}


def _query(selection: Selection, reader: Desk) -> ViewsQuery:
    today = local_now(selection.timezone).date()
    is_all = selection.preset == ALL_TIME
    first_day = reader.first_local_day(selection.timezone) if is_all else None
    period = selection.period(today, first_day)
    filters = resolved(selection.filters, (period,), selection.timezone, reader)
    return ViewsQuery(period, selection.timezone, filters, limit=None, access=reader.access)


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same parts with the first one already made: errors up to then still get a status."""
    return chain([next(parts)], parts)


def thumbnail(request: Request) -> Response:
    """The stored picture of a video that the reader may see."""
    try:
        picture = desk(reader_of_request(request)).thumbnail(request.path_params["key"])
    except DynTubeError:
        picture = None
    if picture is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    # A new picture has a new URL.
    headers = {"Cache-Control": f"private, max-age={_ONE_WEEK}, immutable"}
    return Response(picture, headers=headers, media_type=TYPE)


class ReaderCookie:
    """Sets a cookie with a random reader id when a browser opens its first page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_first_page(scope):
            await self._app(scope, receive, send)
            return
        cookie = f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; Max-Age={_ONE_YEAR}"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                if message["status"] == 304 or (message["status"] == 200 and is_page):
                    headers.append("set-cookie", f"{cookie}; HttpOnly; SameSite=Lax")
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_first_page(scope: Scope) -> bool:
    return wants_page(scope) and not HTTPConnection(scope).cookies.get(COOKIE)


class LimitParameters:
    """Rejects URLs with so many parameters that Streamlit would ignore all and show everything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        count = scope["query_string"].count(b"&") + 1 if scope["type"] == "http" else 0
        if count <= MOST_PARAMETERS:
            await self._app(scope, receive, send)
            return
        refused.note("parameters")
        said = tr(
            "This link has {number} parts, which is too many. You can filter by at most {most} "
            "values at once.",
            number=f"{count:,}",
            most=MOST_VALUES,
        )
        await PlainTextResponse(said, 414, {"Cache-Control": "no-store"})(scope, receive, send)


def own_routes() -> list[Route]:
    """The routes, below the configured base path."""
    routes = [Route(f"{base_path()}/api/views.{ending}", views) for ending in _STREAMS]
    return [*health_routes(), *routes, Route(f"{base_path()}/{THUMBNAILS}{{key:path}}", thumbnail)]


def failed(request: Request, error: Exception) -> Response:
    """The response to an unforeseen error, whose traceback is in the server's log."""
    text = tr("Something went wrong on our side; the log of this server says what.")
    headers = {"Cache-Control": "no-store", HEADER: request_id.get()}
    return PlainTextResponse(text, 500, safe_headers() | headers)


MIDDLEWARE = (
    Middleware(RequestIds),
    Middleware(HostCheck),
    Middleware(KnownProxies),
    Middleware(SafeHeaders),
    Middleware(SecureCookies),
    Middleware(ClosedRoutes),
    Middleware(LimitParameters),
    Middleware(NeedsSession),
    Middleware(KnownMessages),
    Middleware(SignInFlow),
    Middleware(ReaderCookie),
    Middleware(FirstPage),
    Middleware(NoErrorDialogs),
    Middleware(StaticContents),
)
ERROR_HANDLERS = {Exception: failed}
