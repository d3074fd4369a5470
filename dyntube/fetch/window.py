"""One window of the view log, whole: every page, each id once, counted against the API's total.

A sweep reads all pages of a window side by side, and on until a page brings nothing new wherever
the count leaves room for more. It is clean when no id came twice and every page counted as many
views as came. Views that arrive or vanish meanwhile make it dirty, and it is repeated. A server
that does not serve deep pages, or the first one whatever is asked for, makes it short: then the
window is halved. One that sorts anew for each page is read until all sweeps together have what it
counts.

What is in hand is bounded by what was asked for: a page with far more records than that ends it.
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
from .swept import Swept, merged, rollups, side_by_side

SWEEPS = 5  # how often a window that does not add up is fetched before it is kept as unverified
SHORTEST = dt.timedelta(seconds=1)  # windows are not halved below this
MOST_SWEEPS = 20_000  # of a day
_FEW_SWEEPS = 3  # of the parts of a window that is sorted anew for each page
MOST_OVER = 2  # times the size asked for; a server may round it up
_SECOND = dt.timedelta(seconds=1)


@dataclass
class Sweeper:
    """Sweeps windows of one scope; every request runs in `pages`, which so bounds how many are
    under way. Counts its `sweeps` and `requests`."""

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
        """Fetch a window again until it adds up, at most `tries` times.

        `announce` is told the API's total once it is known, before all is fetched. Raises ApiError.
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
        """A window, if all of it is on one page; None where it is not, or does not add up."""
        self.sweeps += 1
        [first] = self._pages(window, [1], None)
        way = paging(first, self.client.page_size)
        if way.last > 1 or self._read_on(window, [first], way):
            return None
        announce(len(first))
        swept = merged([first], first.pager.total)
        return swept if swept.verified and not _is_round(swept.total) else None

    def tiles(self, windows: Sequence[Window], tries: int = SWEEPS) -> Swept:
        """Windows that touch, each swept by itself, as one."""
        return side_by_side([self.sweep(window, tries=tries) for window in windows])

    def count(self, window: Window) -> int:
        """How many views the API counts in a window that is asked for as `sweep` asks; those on a
        first page where it does not count."""
        self.requests += 1
        asked = self.pages.submit(self.client.views, self.scope, _asked(window), 1, 1)
        return asked.result().counted

    @staticmethod
    def _again(before: Swept, swept: Swept) -> Swept:
        """The later of two sweeps, with what the earlier one has where only the order differs."""
        both = rollups(before, swept)
        only_order = both.steady and before.duplicates and swept.duplicates
        return both if only_order and not swept.verified else swept

    def _halves(self, window: Window) -> tuple[Window, ...]:
        """The newer and the older half; none of a window that is too short for that."""
        length = window.end - window.start
        middle = (window.start + length / 2).replace(microsecond=0)
        if length < 2 * SHORTEST or self.sweeps > MOST_SWEEPS:
            return ()
        return Window(middle, window.end), Window(window.start, middle)

    def _halves_add_up(self, window: Window, whole: Swept) -> bool:
        """Whether both halves together have about what the whole has: where a server counts
        anything in any window, smaller ones are no way out."""
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
            # Nothing but deep pages fails where a server refuses them, and the first page
            # of the next try fails as well where it does not.
            return _only(first)
        pages += self._read_on(window, pages, way)
        swept = _merged(pages)
        if swept.verified and way.is_capped(pages):
            self.client.learn(most=way.size)
        missing = swept.counted - sum(map(len, pages))
        return replace(swept, capped=missing > 0 and len(pages) > 1)

    def _read_on(self, window: Window, pages: list[Page], way: Paging) -> list[Page]:
        """The pages behind those that were counted, as long as they bring views."""
        more: list[Page] = []
        while may_go_on([*pages, *more], way.size, way.first.pager.total):
            number = len(pages) + len(more) + 1
            try:
                [page] = self._pages(window, [number], way.size)
            except RequestError:
                break  # there is no such page
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
        # Later pages are asked for in the size that the first one said to have.
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
        return merged(pages, None)
    return merged(pages, max(filter(None, totals), default=0), steady=len(totals) == 1)


def _only(first: Page, *, repeated: bool = False) -> Swept:
    """The first page alone, where the others cannot be had."""
    swept = merged([first], first.pager.total)
    return replace(swept, verified=False, capped=True, repeated=repeated)


def _asked(window: Window) -> Window:
    """The window to ask for: whether `from` is inclusive is not documented, so from earlier on."""
    return Window(window.start - _SECOND, window.end)


def _is_round(total: int | None) -> bool:
    """Whether a count may be a server's limit instead: these limits are round numbers."""
    return total is not None and total >= 1000 and (total % 1000 == 0 or total & (total - 1) == 0)
