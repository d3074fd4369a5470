"""The DynTube API: authenticate and ask. The only module that speaks HTTP to DynTube."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from .config import Scope, Settings
from .deadline import Adapter, Request, Watchdog
from .errors import AuthError, BadResponseError, RequestError
from .parse import read_page
from .records import Page
from .retry import ATTEMPTS, Retries, TryAgainError, http_date, retry_after

BODY_LIMIT = 64 * 2**20  # bytes, as sent and unpacked; a page of 1000 views has about 0.7 MB
PART = 2**18  # bytes read at once
DEADLINE = 120.0  # seconds for one request, from the connection to the last byte
CONNECT_AND_READ = (10.0, 60.0)
CATALOG_PAGE_SIZE = 100

CatalogKind = Literal["projects", "channels", "videos"]
T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """A span of time to ask the view log for: from `start`, up to but without `end`, both UTC."""

    start: dt.datetime
    end: dt.datetime


class Client:
    """One account's way to the API; safe to share between threads.

    The clocks, the sleep and the randomness are arguments so that tests need not wait.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._settings = settings
        self._clock, self._now = clock, now
        self._session, self._watchdog = _session(settings), Watchdog(clock)
        self._sleep, self._uniform = sleep, uniform
        self.retries = self._new_retries()
        self.skew = dt.timedelta(0)

    def close(self) -> None:
        """Close the connections that are kept for the next request."""
        self._session.close()

    def for_one_run(self) -> Client:
        """The same way to the API, with retries of its own and `skew` as known so far.

        `skew` is the server's clock less ours, as of the last answer.
        """
        run = copy.copy(self)
        run.retries = self._new_retries()
        return run

    def _new_retries(self) -> Retries:
        return Retries(clock=self._clock, sleep=self._sleep, uniform=self._uniform)

    def views(self, scope: Scope, window: Window, page: int, size: int | None = None) -> Page:
        """One page of the view log, `POST /v1/logs/data`.

        Raises AuthError, RequestError, UnavailableError or BadResponseError.
        """
        body = {
            "from": f"{window.start:%Y-%m-%dT%H:%M:%S}",
            "to": f"{window.end:%Y-%m-%dT%H:%M:%S}",
            "page": page,
            "size": size or self._settings.page_size,
        } | scope.parameters()
        url = f"{self._settings.stats_url}/v1/logs/data"
        return self._ask("POST", url, read_page, json=body)

    def catalog(self, kind: CatalogKind) -> Iterator[dict[str, Any]]:
        """All projects, channels or videos, `GET /v1/<kind>`; raises as `views` does."""
        url, page, pages = f"{self._settings.api_url}/v1/{kind}", 1, 1
        while page <= pages:
            asked = {"page": page, "size": CATALOG_PAGE_SIZE}
            answer = self._ask("GET", url, _read_json_object, params=asked)
            items, pager = answer.get(kind), answer.get("pager")
            if not isinstance(items, list) or not isinstance(pager, dict):
                raise BadResponseError(f"{_host(url)} answered without a list of {kind}.")
            yield from (item for item in items if isinstance(item, dict))
            pages, page = int(pager.get("totalPages") or 1), page + 1

    def _ask(self, method: str, url: str, read: Callable[[bytes], T], **request: Any) -> T:
        return self.retries.call(lambda: self._once(method, url, read, request), _host(url))

    def _once(
        self, method: str, url: str, read: Callable[[bytes], T], request: dict[str, Any]
    ) -> T:
        body = self._fetch(method, url, request)
        try:
            return read(body)
        except BadResponseError as error:
            # Cut off, perhaps. A page in HTML is somebody else's, and stays.
            attempts = 2 if body.lstrip()[:1] == b"<" else ATTEMPTS
            raise TryAgainError(str(error), final=error, attempts=attempts) from None

    def _fetch(self, method: str, url: str, request: dict[str, Any]) -> bytes:
        with self._watchdog.limit(DEADLINE) as limited:
            try:
                response = self._session.request(
                    method,
                    url,
                    stream=True,
                    allow_redirects=False,
                    timeout=CONNECT_AND_READ,
                    **request,
                )
                with response:
                    body = _read_body(response, limited)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                late = "the answer took too long"
                raise TryAgainError(late if limited.is_late else _what_happened(error)) from None
        if date := http_date(response.headers.get("Date")):
            self.skew = date - self._now()
        server_now = self._now() + self.skew
        if response.status_code != 200:
            raise _refusal(response, self._quoted(_message(body)), server_now)
        return body

    def _quoted(self, message: str) -> str:
        """A server's words for a sentence of ours: in one line, and without what it was sent."""
        if key := self._settings.api_key:
            message = message.replace(key, "***")
        text = "".join(letter if letter.isprintable() else " " for letter in message)
        text = text[:200].strip().rstrip(".")
        return f": {text}" if text else ""


def _read_body(response: requests.Response, limited: Request) -> bytes:
    # read1 gives what has come, so that an answer without end is seen to be one at once.
    parts, size = [], 0
    while part := response.raw.read1(PART, decode_content=True):
        parts.append(part)
        size += len(part)
        if max(size, response.raw.tell()) > BODY_LIMIT:
            raise BadResponseError(f"{_host(response.url)} sent an answer without end.")
        if limited.is_late:
            break
    if limited.is_late:  # what looks like the answer's end may be the watchdog's doing
        raise TimeoutError
    return b"".join(parts)


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # or a .netrc on the host would replace our Authorization
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = Adapter(pool_maxsize=settings.concurrency, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "dyntube-analytics"
    session.headers["Accept-Encoding"] = "gzip"  # what is not asked for need not be unpacked
    if settings.api_key:
        session.headers["Authorization"] = f"Bearer {settings.api_key}"
    return session


def _refusal(response: requests.Response, message: str, server_now: dt.datetime) -> Exception:
    status, host = response.status_code, _host(response.url)
    if status in (401, 403):
        return AuthError(f"DynTube refused the API key ({status}). Check DYNTUBE_API_KEY.")
    if status in (408, 429) or status >= 500:
        wait = retry_after(response.headers.get("Retry-After"), server_now)
        return TryAgainError(f"it answered {status}", wait)
    if 300 <= status < 400:
        return RequestError(f"{host} redirects elsewhere ({status}). Check the configured URL.")
    return RequestError(f"{host} refused the request ({status}){message}.")


def _message(body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return message if isinstance(message, str) else ""


def _read_json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadResponseError("DynTube answered with something that is not JSON.")
    return answer


def _what_happened(error: Exception) -> str:
    # Never the error's own text: it may hold the whole URL.
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "the answer was cut off"


def _host(url: str) -> str:
    return urlsplit(url).netloc
