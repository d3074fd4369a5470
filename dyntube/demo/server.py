"""The API's endpoints over HTTP: the view log, the names, and the pictures of videos."""

from __future__ import annotations

import datetime as dt
import email.utils
import hmac
import json
import math
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .catalog import IMAGE_WIDTHS, catalog, listing
from .draw import SEED, VIEWS_PER_DAY
from .parameters import BadParameterError, catalog_size, microseconds, page_number, question
from .pictures import picture
from .store import Store

TICK_SECONDS = 5  # the log advances in steps, so that the pages of one fetch are consistent
_IMAGES = "/images/"
CATALOGS = ("projects", "channels", "videos")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def make_app(
    *,
    key: str = "",
    views_per_day: int = VIEWS_PER_DAY,
    seed: int = SEED,
    clock: Clock = utc_now,
) -> ASGIApp:
    """The demo server as an ASGI app; with a `key`, every call but those of pictures needs it as a
    Bearer token."""
    store = Store(seed, views_per_day)

    async def log(request: Request) -> Response:
        now = _tick(clock())
        asked = question(await _parameters(request), now)
        return _json(await run_in_threadpool(store.page, asked, now))

    async def names(request: Request) -> Response:
        return _names(request.url.path.rpartition("/")[2], request.query_params, clock())

    def image(request: Request) -> Response:
        return _image(request.path_params["name"])

    routes = [Route("/v1/logs/data", log, methods=["GET", "POST"])]
    routes += [Route(f"{_IMAGES}{{name}}.jpg", image, methods=["GET"])]
    routes += [Route(f"/v1/{kind}", names, methods=["GET"]) for kind in CATALOGS]
    app = Starlette(
        routes=routes,
        exception_handlers={
            BadParameterError: _refused,
            HTTPException: _not_served,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    return _Dated(_Guard(app, key) if key else app, clock)


def _tick(moment: dt.datetime) -> int:
    step = TICK_SECONDS * 1_000_000
    return microseconds(moment) // step * step


async def _parameters(request: Request) -> Mapping[str, object]:
    if request.method != "POST":
        return request.query_params
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise BadParameterError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadParameterError("The body is not a JSON object.")
    return body


def _names(kind: str, given: Mapping[str, object], now: dt.datetime) -> Response:
    page, size = page_number(given), catalog_size(given)
    records = listing(kind, now)
    pager = {
        "page": page,
        "totalPages": math.ceil(len(records) / size),
        "totalResults": len(records),
        "sort": "created",
    }
    return JSONResponse({"pager": pager, kind: records[(page - 1) * size : page * size]})


def _image(name: str) -> Response:
    id_, _, width = name.rpartition("-")
    found = [video for video in catalog().videos if video.id == id_]
    if not found or width not in map(str, IMAGE_WIDTHS.values()):
        raise HTTPException(404)
    return Response(picture(found[0], int(width)), media_type="image/jpeg")


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)


async def _refused(request: Request, error: Exception) -> Response:
    return _error(400, str(error))


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    messages = {404: "There is nothing at this address.", 405: "This address wants another method."}
    answer = _error(error.status_code, messages.get(error.status_code, error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    return _error(500, "The demo server failed; its error output says how.")


class _Dated:
    """Sets the Date header from the demo's own clock, which may be stopped."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = email.utils.format_datetime(self._clock(), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        await self._app(scope, receive, dated)


class _Guard:
    """Rejects calls without the key."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._expected = f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_IMAGES):
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                await _error(401, "The API key is missing or wrong.")(scope, receive, send)
                return
        await self._app(scope, receive, send)
