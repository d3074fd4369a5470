"""What the server answers besides pages: raw views as files; and how it knows a reader again.

    GET /api/views.csv       the parameters are those of a page's address, and mean the same
    GET /api/views.parquet

Errors are answered with a sentence.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from itertools import chain

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..downloads import csv_stream, parquet_stream
from ..engine import Engine
from ..errors import DynTubeError
from ..periods import Period
from ..query import RowsQuery
from .answers import account, local_now
from .labels import resolved
from .selection import ALL_TIME, Selection, from_parameters
from .state import default_selection
from .views_menu import COOKIE

_ONE_YEAR = 365 * 86400
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Stream = Callable[[Engine, RowsQuery], Iterator[bytes]]
_STREAMS: dict[str, tuple[Stream, str]] = {
    "csv": (csv_stream, "text/csv"),
    "parquet": (parquet_stream, "application/vnd.apache.parquet"),
}


def views(request: Request) -> Response:
    """The raw views that a page with these parameters is about, as a file.

    Whoever reaches the dashboard may have them; a check of who asks goes here, before all else.
    """
    ending = request.url.path.rpartition(".")[2]
    stream, media_type = _STREAMS[ending]
    try:
        asked = {name: request.query_params.getlist(name) for name in request.query_params}
        selection, notes = from_parameters(asked, default_selection())
        if notes:
            return PlainTextResponse("\n".join(notes), 400, _HEADERS)
        query = _query(selection)
        parts = iter(()) if request.method == "HEAD" else _begun(stream(account().engine, query))
    except DynTubeError as error:
        return PlainTextResponse(str(error), 503, _HEADERS)
    name = f"views-{_days(query.period)}.{ending}"
    headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(parts, headers=headers, media_type=media_type)


def _query(selection: Selection) -> RowsQuery:
    today = local_now(selection.timezone).date()
    first_day = account().first_stored_day() if selection.preset == ALL_TIME else None
    period = selection.period(today, first_day)
    filters = resolved(selection.filters, (period,), selection.timezone)
    return RowsQuery(period, selection.timezone, filters, limit=None)


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same parts, the first of them made: what fails now can still be said with a status."""
    return chain([next(parts)], parts)


def _days(period: Period) -> str:
    return f"{period.start}" if period.days == 1 else f"{period.start}-to-{period.end}"


class KnowReader:
    """Gives every browser that opens a page a random name to be known by, once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_first_page(scope):
            await self._app(scope, receive, send)
            return
        proxy = Headers(scope=scope).get("x-forwarded-proto", "").partition(",")[0]
        cookie = _cookie(secure="https" in (scope["scheme"], proxy))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_first_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    asked = HTTPConnection(scope)
    return "text/html" in asked.headers.get("accept", "") and not asked.cookies.get(COOKIE)


def _cookie(*, secure: bool) -> str:
    value = f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; Max-Age={_ONE_YEAR}"
    return f"{value}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def own_routes() -> list[Route]:
    """The routes, below the path that the server is set up for."""
    base = "/".join(("", *filter(None, st.get_option("server.baseUrlPath").split("/"))))
    return [Route(f"{base}/api/views.{ending}", views) for ending in _STREAMS]


MIDDLEWARE = (Middleware(KnowReader),)
