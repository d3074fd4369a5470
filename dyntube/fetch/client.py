"""The DynTube API: its two kinds of requests, in whichever form this server accepts."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar, get_args

from ..errors import BadResponseError, NothingError, RequestError
from ..reading.loose_json import spelled, spellings, whole_number
from ..reading.parse import read_page
from ..reading.records import SCHEMA, Page, Pager
from ..settings.settings import FetchScope, Settings
from .habits import ServerTraits
from .refusals import host, is_of_method, may_be_of_size
from .retry import Retries
from .transport import BLANK_TRIES, Transport

CATALOG_PAGE_SIZE = 100
SIZES = (100, 50, 20, 10)  # tried in turn if a size is refused
MOST_CATALOG_PAGES = 2_000  # of projects, channels or videos; no answer is believed to have more
MOST_NAMES = 200_000
_TRIED_DAYS = (28, 7, 1, 365, 3650)  # how far back to look for a first page of views

CatalogKind = Literal["projects", "channels", "videos"]
T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """A span of time to request from the view log: half-open, in UTC."""

    start: dt.datetime
    end: dt.datetime


class Client:
    """One account's client of the API; thread-safe.

    The clocks, the sleep and the randomness are arguments so that tests need not wait.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        habits: ServerTraits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._settings, self._now = settings, now
        self._http = Transport(settings, clock=clock, sleep=sleep, uniform=uniform, now=now)
        self.habits = habits or ServerTraits()

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def for_one_run(self) -> Client:
        """The same client, with its own retries and the `clock_skew` known so far."""
        run = copy.copy(self)
        run._http = self._http.for_one_run()
        self.habits.forget_old(self._now())
        self.habits.answers = False  # the URL may have moved since the last run
        return run

    @property
    def retries(self) -> Retries:
        """The retries, and how many there were."""
        return self._http.retries

    @property
    def clock_skew(self) -> dt.timedelta:
        """The server's clock minus ours, as of the last answer."""
        return self._http.clock_skew

    @property
    def page_size(self) -> int:
        """Views per page: as set, or fewer if the server gives no more."""
        return self.habits.page_size(self._settings.page_size)

    @property
    def zone_of_dates(self) -> str:
        """The name of the time zone for dates without one."""
        return self._settings.api_zone or "UTC"

    @property
    def tzinfo_of_dates(self) -> dt.tzinfo:
        """The same, as tzinfo."""
        return self._settings.zone_of_api

    def learn(self, **what: object) -> None:
        """Record what answers showed about this server."""
        self.habits.learn(self._now(), **what)

    def views(self, scope: FetchScope, window: Window, page: int, size: int | None = None) -> Page:
        """One page of the view log, `POST /v1/logs/data`, or GET if only that is accepted.

        A server that reports an empty window in undocumented ways is believed once it has sent this
        client a page of views. Raises AuthError, RequestError, UnavailableError, BadResponseError.
        """
        try:
            found = self._page(scope, window, page, size)
        except NothingError as error:
            if page > 1 or not self._gives_pages(scope):
                raise
            self.habits.blank |= error.status == 200
            return Page(Pager(total=0), SCHEMA.empty_table(), says_nothing=True)
        if not found.says_nothing:
            self.habits.answers = True
            self.habits.counts |= found.pager.total is not None
        elif page == 1 and not self._gives_pages(scope):
            raise NothingError(
                f"{host(self._settings.stats_url)} answers without any view and without a count. "
                "Check DYNTUBE_STATS_URL and the keys of projects or channels."
            )
        return found

    def _gives_pages(self, scope: FetchScope) -> bool:
        """Whether the URL is a view log: it has answered with a page of views."""
        now = self._now()
        for days in _TRIED_DAYS:
            if self.habits.answers:
                return True
            window = Window(now - dt.timedelta(days=days), now)
            with contextlib.suppress(RequestError, BadResponseError):
                # Only ever set: another thread may have received a page meanwhile.
                if not self._page(scope, window, 1, 1).says_nothing:
                    self.habits.answers = True
        return self.habits.answers

    def _page(self, scope: FetchScope, window: Window, page: int, size: int | None) -> Page:
        wanted = size or self.page_size
        asked = {
            "from": f"{window.start:%Y-%m-%dT%H:%M:%S}",
            "to": f"{window.end:%Y-%m-%dT%H:%M:%S}",
            "page": page,
            "size": wanted,
        } | scope.parameters()
        found, given = _in_some_size(asked, self._log_page)
        if given < wanted:
            self.learn(most=given)
        return found

    def _log_page(self, asked: dict[str, Any]) -> Page:
        url = f"{self._settings.stats_url}/v1/logs/data"
        tries = 1 if self.habits.blank else BLANK_TRIES
        read = partial(read_page, rules=self._settings.rules, zone=self._settings.zone_of_api)
        if not self.habits.get:
            try:
                return self._http.ask("POST", url, read, tries, json=asked)
            except RequestError as error:
                if not is_of_method(error):
                    raise
        page = self._http.ask("GET", url, read, tries, params=asked)
        if not self.habits.get:
            self.learn(get=True)
        return page

    def catalog(self, kind: CatalogKind) -> Iterator[dict[str, Any]]:
        """All projects, channels or videos, `GET /v1/<kind>`, page by page.

        Unless the pager clearly states the number of pages, reads until a page is empty or brings
        nothing new. Raises as `views` does, maybe after a part.
        """
        url, pages, size = f"{self._settings.api_url}/v1/{kind}", None, CATALOG_PAGE_SIZE
        seen: set[int] = set()
        for number in range(1, MOST_CATALOG_PAGES + 1):
            try:
                answer, size = _in_some_size(
                    {"page": number, "size": size},
                    lambda asked: self._http.ask("GET", url, _read_json_object, params=asked),
                )
            except RequestError:
                if number > 1 and pages is None:
                    return  # no such page
                raise
            items = _items(answer, kind, host(url))
            pages = _page_count(answer.get("pager"))
            # Hashes, since keys may be of any length.
            keys = {hash(key) for item in items if isinstance(key := item.get("key"), str | int)}
            nothing_new = keys <= seen and not (pages and items and not keys)
            seen |= keys
            yield from items
            if len(seen) > MOST_NAMES:
                break
            if nothing_new and pages and number > 1:
                raise BadResponseError(
                    f"{host(url)} has {pages:,} pages of {kind}, but page {number:,} of them "
                    "brought nothing new."
                )
            if nothing_new or number == pages:
                return
        raise BadResponseError(f"{host(url)} lists {kind} without end.")


def _in_some_size(asked: dict[str, Any], ask: Callable[[dict[str, Any]], T]) -> tuple[T, int]:
    """An answer in the size requested, or else in one that the server accepts; and that size."""
    size = asked["size"]
    try:
        return ask(asked), size
    except RequestError as refused:
        if asked["page"] > 1 or not may_be_of_size(refused):
            raise
        others = (20,) if size == 1 else (other for other in SIZES if other < size)
        for other in others:
            with contextlib.suppress(RequestError):
                return ask(asked | {"size": other}), other
        if "size" in str(refused).lower():
            raise RequestError(f"{refused} Set DYNTUBE_PAGE_SIZE.", refused.status) from None
        raise


def _read_json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadResponseError("DynTube answered with something that is not JSON.")
    return spelled(answer, _OF_CATALOG)


def _items(answer: dict[str, Any], kind: CatalogKind, name: str) -> list[dict[str, Any]]:
    items = answer.get(kind, "missing") or []
    if not isinstance(items, list):
        raise BadResponseError(f"{name} answered without a list of {kind}.")
    return [spelled(item, _OF_ITEM) for item in items if isinstance(item, dict)]


def _page_count(pager: object) -> int | None:
    """The number of pages clearly stated by a pager of a catalog, or one like the log's."""
    known = spelled(pager, _OF_CATALOG) if isinstance(pager, dict) else {}
    for value in (known.get("totalPages"), known.get("pages")):
        count = whole_number(value)
        if count and count <= MOST_CATALOG_PAGES:
            return count
    return None


_OF_CATALOG = spellings((*get_args(CatalogKind), "pager", "totalPages", "pages"))
_OF_ITEM = spellings(("key", "id", "name", "title", "projectId", "channelKey"))
