"""HTTP to the DynTube API: one request with its limits, retried as in `retry`.

Only `thumbnails.download` sends others, with `bare_session` and `read_body` from here.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import requests
import urllib3

from ..errors import BadResponseError, NoPageError, NothingError
from ..settings.settings import Settings
from .deadline import Adapter, Request, Watchdog
from .refusals import host, quoted, refusal, said
from .retry import ATTEMPTS, Retries, TryAgainError, http_date

BODY_LIMIT = 64 * 2**20  # bytes, compressed or not; a page of 1000 views has about 0.7 MB
PART = 2**18  # bytes per read
DEADLINE = 120.0  # seconds per request, from connecting to the last byte
CONNECT_AND_READ = (10.0, 60.0)
BLANK_TRIES = 3  # attempts for a blank answer, as it may have been lost

T = TypeVar("T")


class Transport:
    """One account's connections; thread-safe.

    `clock_skew` is the server's clock minus ours, as of the last answer.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], object] | None,
        uniform: Callable[[float, float], float],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._key, self._now = settings.api_key, now
        self._session, self._watchdog = _session(settings), Watchdog(clock)
        self._patience: dict[str, Any] = {"clock": clock, "sleep": sleep, "uniform": uniform}
        self.retries = Retries(**self._patience)
        self.clock_skew = dt.timedelta(0)

    def close(self) -> None:
        """Close idle connections."""
        self._session.close()

    def for_one_run(self) -> Transport:
        """The same connections, with their own retries and the `clock_skew` known so far."""
        run = copy.copy(self)
        run.retries = Retries(**self._patience)
        return run

    def ask(
        self,
        method: str,
        url: str,
        read: Callable[[bytes], T],
        blank_tries: int = BLANK_TRIES,
        **request: Any,
    ) -> T:
        """What `read` makes of an answer's body.

        Raises AuthError, RequestError, UnavailableError, and what `read` raises; NothingError for a
        body that was blank `blank_tries` times.
        """

        def once() -> T:
            body = self._fetch(method, url, request)
            if not body.strip():
                empty = NothingError(f"{host(url)} answered with nothing at all (200).", 200)
                raise TryAgainError("its answer was blank", final=empty, attempts=blank_tries)
            return self._read(body, read)

        return self.retries.call(once, host(url))

    def _read(self, body: bytes, read: Callable[[bytes], T]) -> T:
        try:
            return read(body)
        except NoPageError as error:
            words = quoted(said(body), self._key)
            raise NoPageError(f"DynTube answered{words}." if words else self._safe(error)) from None
        except BadResponseError as error:
            # It may have been cut off. HTML is another server's, so it is retried just once.
            attempts = 2 if body.lstrip()[:1] == b"<" else ATTEMPTS
            final = type(error)(self._safe(error))
            raise TryAgainError(str(final), final=final, attempts=attempts) from None

    def _safe(self, error: Exception) -> str:
        """An error's text with the key masked, whatever a server put into its answer."""
        return str(error).replace(self._key, "***") if self._key else str(error)

    def _fetch(self, method: str, url: str, request: dict[str, Any]) -> bytes:
        with self._watchdog.limit(DEADLINE, self.retries.is_over) as limited:
            try:
                response = self._session.request(
                    method,
                    url,
                    stream=True,
                    timeout=CONNECT_AND_READ,
                    **request,
                )
                with response:
                    body = read_body(response, limited)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                late = "the answer took too long"
                raise TryAgainError(late if limited.is_late else what_happened(error)) from None
        if date := http_date(response.headers.get("Date")):
            self.clock_skew = date - self._now()
        if response.status_code != 200:
            theirs = self._now() + self.clock_skew
            raise refusal(response.status_code, url, body, response.headers, theirs, self._key)
        return body


def read_body(
    response: requests.Response, limited: Request, limit: int = BODY_LIMIT, *, decode: bool = True
) -> bytes:
    """The body, decompressed with `decode`, of at most `limit` bytes either way.

    Raises BadResponseError for a longer one, TimeoutError for a late one, and what urllib3 raises.
    """
    # read1 returns what has arrived, so that an endless answer is noticed at once.
    parts, size = [], 0
    while part := response.raw.read1(PART, decode_content=decode):
        parts.append(part)
        size += len(part)
        if max(size, response.raw.tell()) > limit:
            raise BadResponseError(f"{host(response.url)} sent an answer without end.")
        if limited.is_late:
            break
    if limited.is_late:  # an apparent end may be the watchdog's doing
        raise TimeoutError
    return b"".join(parts)


class _Session(requests.Session):
    """Follows no redirects, as it sees none. Told not to follow them, requests would still read
    such a body in full and parse its Location.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: no answer counts as a redirect."""
        return None


def bare_session() -> requests.Session:
    """A session that sends no credentials, keeps no cookies and follows no redirects."""
    session = _Session()
    session.trust_env = False  # else a .netrc on the host would set or replace an Authorization
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "dyntube-analytics"
    return session


def _session(settings: Settings) -> requests.Session:
    session = bare_session()
    # Besides pages of days, there are requests for names and for the first view.
    adapter = Adapter(pool_maxsize=settings.concurrency + 2, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["Accept-Encoding"] = "gzip"  # the only encoding to decode then
    if settings.api_key:
        session.headers["Authorization"] = f"Bearer {settings.api_key}"
    return session


def what_happened(error: Exception) -> str:
    """Why a request failed, in a few words."""
    # Never the error's own text, which may contain the whole URL.
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "the answer was cut off"
