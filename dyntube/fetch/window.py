"""Read one window of the view log whole: every page, each id once, compared with the API's total.

A sweep reads all pages of a window concurrently, and on until a page brings nothing new if the
total leaves room for more. It is clean if no id came twice and every page's total is the number of
views that came. If views arrive or vanish meanwhile, it is not, and is repeated. If the server
refuses deep pages, or repeats the first one, the sweep is short, and the window is halved. If the
order differs from page to page, sweeps are merged until they reach the total.

Memory is bounded by the size requested: a page with far more records ends the sweep.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace

from ..errors import BadResponseError, RequestError, UnavailableError
from ..reading.records import Page
from ..settings.settings import FetchScope
from .client import Client, Window
from .paging import (
    FEWEST,
    Paging,
    are_the_same,
    brings_nothing_new,
    counts_each_page,
    may_go_on,
    paging,
    refuse_more,
)
from .swept import Swept, merge_pages, merge_sweeps, merge_windows

SWEEPS = 5  # attempts at a window that does not add up, before it is kept as unverified
SHORTEST = dt.timedelta(seconds=1)  # windows are not halved below this
MOST_SWEEPS = 20_000  # of a day
_FEW_SWEEPS = 3  # for the parts of a window whose order differs from page to page
MOST_OVER = 2  # times the size requested; a server may round it up
_SECOND = dt.timedelta(seconds=1)


@dataclass
class Sweeper:
    """Sweeps windows of one scope, and counts its `sweeps` and `requests`.

    Every request runs in `pages`, which limits how many are in flight.
    """

    client: Client
    scope: FetchScope
    pages: Executor
    sleep: Callable[[float], object]
    sweeps: int = 0
    requests: int = 0

    def sweep(
        self,
        window: Window,
        announce: Callable[[int], None] = lambda _: None,
        tries: int = SWEEPS,
    ) -> Swept:
        """Fetch a window until it adds up, at most `tries` times.

        `announce` is called with the API's total once known, before all is fetched. Raises
        ApiError.
        """
        swept = self._once(window, announce)
        for attempt in range(1, tries):
            if swept.verified:
                break
            self.sleep(attempt * 0.5)
            swept = self._again(swept, self._once(window, announce))
            halve = swept.capped if attempt == 1 else swept.steady and attempt == tries - 1
            if (
                not swept.verified
                and swept.records
                and halve
                and self._halves_add_up(window, swept)
            ):
                return self._by_halves(window, SWEEPS if swept.capped else _FEW_SWEEPS)
        if (swept.total or 0) >= FEWEST and not swept.records:
            raise BadResponseError(
                f"DynTube counts {swept.total:,} views and its first page has none. "
                "The API may have changed."
            )
        if swept.repeated:
            raise BadResponseError(
                "DynTube sends the same views whatever page is asked for. The API may have changed."
            )
        if not (swept.verified and _is_round(swept.total)):
            return swept
        halves = self._halves(window)
        return self._by_halves(window) if halves else replace(swept, verified=False)

    def one_page(self, window: Window, announce: Callable[[int], None]) -> Swept | None:
        """A window that fits on one page; None if it does not, or does not add up."""
        self.sweeps += 1
        [first] = self._pages(window, [1], None)
        way = paging(first, self.client.page_size)
        if way.last > 1 or self._read_on(window, [first], way):
            return None
        announce(len(first))
        swept = merge_pages([first], first.pager.total)
        return swept if swept.verified and not _is_round(swept.total) else None

    def tiles(self, windows: Sequence[Window], tries: int = SWEEPS) -> Swept:
        """Sweep adjacent windows separately, and merge them."""
        return merge_windows([self.sweep(window, tries=tries) for window in windows])

    def count(self, window: Window) -> int:
        """The API's count for a window, requested as in `sweep`.

        Without a count, the records on a first page.
        """
        self.requests += 1
        asked = self.pages.submit(self.client.views, self.scope, _asked(window), 1, 1)
        return asked.result().counted

    @staticmethod
    def _again(before: Swept, swept: Swept) -> Swept:
        """The later of two sweeps, merged with the earlier one if only the order differs."""
        both = merge_sweeps(before, swept)
        only_order = both.steady and before.duplicates and swept.duplicates
        return both if only_order and not swept.verified else swept

    def _halves(self, window: Window) -> tuple[Window, ...]:
        """The newer and the older half; none if the window is too short for that."""
        length = window.end - window.start
        middle = (window.start + length / 2).replace(microsecond=0)
        if length < 2 * SHORTEST or self.sweeps > MOST_SWEEPS:
            return ()
        return Window(middle, window.end), Window(window.start, middle)

    def _halves_add_up(self, window: Window, whole: Swept) -> bool:
        """Whether both halves have roughly the count of the whole window.

        If a server counts anything in any window, smaller ones do not help.
        """
        if whole.total is None:
            return False
        counts = list(map(self.count, self._halves(window)))
        smaller = whole.capped or max(counts, default=0) < whole.counted
        return bool(counts) and sum(counts) <= 1.5 * whole.counted and smaller

    def _by_halves(self, window: Window, tries: int = SWEEPS) -> Swept:
        return self.tiles(self._halves(window), tries)

    def _once(self, window: Window, announce: Callable[[int], None]) -> Swept:
        self.sweeps += 1
        [first] = self._pages(window, [1], None)
        way = paging(first, self.client.page_size)
        announce(first.pager.total or len(first))
        pages = [first]
        try:
            with closing(self._pages(window, range(2, way.last + 1), way.size)) as others:
                for page in others:
                    if len(pages) == 1 and are_the_same(first, page):
                        return _only(first, repeated=True)
                    pages.append(page)
                    refuse_more(sum(map(len, pages)), first)
        except (RequestError, UnavailableError) as error:
            if isinstance(error, UnavailableError) and error.wait:
                raise
            # If a server refuses deep pages, only they fail; if it fails altogether, so does the
            # first page of the next try.
            return _only(first)
        pages += self._read_on(window, pages, way)
        swept = _merged(pages)
        if swept.verified and way.is_capped(pages):
            self.client.learn(most=way.size)
        missing = swept.counted - sum(map(len, pages))
        return replace(swept, capped=missing > 0 and len(pages) > 1)

    def _read_on(self, window: Window, pages: list[Page], way: Paging) -> list[Page]:
        """The pages beyond those counted, as long as they bring views."""
        more: list[Page] = []
        while may_go_on([*pages, *more], way.size, way.first.pager.total):
            number = len(pages) + len(more) + 1
            try:
                [page] = self._pages(window, [number], way.size)
            except RequestError:
                break  # no such page
            if not len(page) or brings_nothing_new(page, [*pages, *more]):
                break
            more.append(page)
            refuse_more(sum(map(len, pages)) + sum(map(len, more)), way.first)
        return more

    def _pages(self, window: Window, numbers: Sequence[int], size: int | None) -> Generator[Page]:
        self.requests += len(numbers)
        yield from self.pages.map(lambda number: self._page(window, number, size), numbers)

    def _page(self, window: Window, number: int, size: int | None) -> Page:
        wanted = self.client.page_size
        page = self.client.views(self.scope, _asked(window), number, size or wanted)
        # Later pages are requested in the size that the first one stated.
        most = size or max(page.pager.size or 0, wanted)
        if len(page) > MOST_OVER * most:
            raise BadResponseError(
                f"DynTube was asked for {most:,} views and sent {len(page):,} on page "
                f"{number:,}: it does not page as it did. The API may have changed."
            )
        if self.scope.kind != "account":
            keys = page.views[f"{self.scope.kind}_key"].unique().to_pylist()
            if strangers := len(set(keys) - {self.scope.key, None}):
                others = "another one" if strangers == 1 else f"{strangers:,} others"
                raise BadResponseError(
                    f"DynTube was asked for one {self.scope.kind} and sent views of {others}. "
                    f"Is the key in DYNTUBE_{self.scope.kind.upper()}_KEYS right?"
                )
        return page


def _merged(pages: Sequence[Page]) -> Swept:
    totals = {page.pager.total for page in pages} - {None}
    if counts_each_page(pages) or not totals:
        return merge_pages(pages, None)
    return merge_pages(pages, max(filter(None, totals), default=0), steady=len(totals) == 1)


def _only(first: Page, *, repeated: bool = False) -> Swept:
    """The first page alone, if the others are not to be had."""
    swept = merge_pages([first], first.pager.total)
    return replace(swept, verified=False, capped=True, repeated=repeated)


def _asked(window: Window) -> Window:
    """The window to request: a second earlier, as `from` may be exclusive (undocumented)."""
    return Window(window.start - _SECOND, window.end)


def _is_round(total: int | None) -> bool:
    """Whether a count may be a server's limit instead: those are round numbers."""
    return total is not None and total >= 1000 and (total % 1000 == 0 or total & (total - 1) == 0)
