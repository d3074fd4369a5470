"""The DynTube API: authenticate, ask, retry. The only module that speaks HTTP to DynTube."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import requests

from .config import Scope, Settings
from .errors import AuthError, BadResponseError, RequestError, UnavailableError
from .parse import read_page
from .records import Page

ATTEMPTS = 5
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is treated as unavailable
BODY_LIMIT = 64 * 2**20  # bytes, unpacked; a page of 1000 views has about 0.7 MB
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


class _TryAgain(Exception):
    """An attempt failed in a way that may pass; `wait` is what the server asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Client:
    """One account's way to the API; safe to share between threads.

    The clock, the sleep and the randomness are arguments so that tests need not wait.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._settings = settings
        self._clock, self._sleep, self._uniform = clock, sleep, uniform
        self._session = _session(settings)
        self._pause = threading.Lock()
        self._resume_at = 0.0

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
        for attempt in range(1, ATTEMPTS + 1):
            self._wait_for_pause()
            try:
                return read(self._fetch(method, url, request))
            except (_TryAgain, BadResponseError) as error:
                if attempt == ATTEMPTS:
                    raise _final(error, url) from None
                self._pause_all(error, attempt, url)
        raise AssertionError("unreachable")

    def _fetch(self, method: str, url: str, request: dict[str, Any]) -> bytes:
        end = self._clock() + DEADLINE
        try:
            response = self._session.request(
                method, url, stream=True, allow_redirects=False, timeout=CONNECT_AND_READ, **request
            )
            with response:
                body = self._read_body(response, end)
        except (requests.RequestException, OSError) as error:
            raise _TryAgain(_what_happened(error)) from None
        _check_status(response, body)
        return body

    def _read_body(self, response: requests.Response, end: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(2**18):
            parts.append(part)
            size += len(part)
            if size > BODY_LIMIT:
                raise BadResponseError(f"{_host(response.url)} sent an answer without end.")
            if self._clock() > end:
                raise _TryAgain("the answer took too long")
        return b"".join(parts)

    def _pause_all(self, error: Exception, attempt: int, url: str) -> None:
        """Let every thread wait: as long as the server asked, else a random while that grows."""
        asked = error.wait if isinstance(error, _TryAgain) else None
        if asked is not None and asked > LONGEST_WAIT:
            raise UnavailableError(
                f"{_host(url)} asked to wait {asked / 60:,.0f} minutes. Try again later."
            )
        wait = self._uniform(0, min(60.0, 2.0**attempt)) if asked is None else asked
        with self._pause:
            self._resume_at = max(self._resume_at, self._clock() + wait)

    def _wait_for_pause(self) -> None:
        with self._pause:
            wait = self._resume_at - self._clock()
        if wait > 0:
            self._sleep(wait)


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # or a .netrc on the host would replace our Authorization
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=settings.concurrency, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "dyntube-analytics"
    if settings.api_key:
        session.headers["Authorization"] = f"Bearer {settings.api_key}"
    return session


def _check_status(response: requests.Response, body: bytes) -> None:
    status, host = response.status_code, _host(response.url)
    if status == 200:
        return
    if status in (401, 403):
        raise AuthError(f"DynTube refused the API key ({status}). Check DYNTUBE_API_KEY.")
    if status in (408, 429) or status >= 500:
        raise _TryAgain(f"it answered {status}", _retry_after(response.headers.get("Retry-After")))
    if 300 <= status < 400:
        raise RequestError(f"{host} redirects elsewhere ({status}). Check the configured URL.")
    raise RequestError(f"{host} refused the request ({status}){_message(body)}.")


def _message(body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {str(message)[:200].strip().rstrip('.')}"


def _retry_after(header: str | None) -> float | None:
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - dt.datetime.now(moment.tzinfo)).total_seconds())


def _read_json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadResponseError("DynTube answered with something that is not JSON.")
    return answer


def _final(error: Exception, url: str) -> Exception:
    if isinstance(error, BadResponseError):
        return error
    return UnavailableError(
        f"Could not reach DynTube at {_host(url)}: {error}, {ATTEMPTS} times in a row."
    )


def _what_happened(error: Exception) -> str:
    # Never the error's own text: it may hold the whole URL.
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "the answer was cut off"


def _host(url: str) -> str:
    return urlsplit(url).netloc
