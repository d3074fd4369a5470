"""One window of the view log, whole: every page, each id once, counted against the API's total.

A sweep reads all pages of a window side by side. It is clean when no id came twice and every page
counted as many views as came. Views that arrive or vanish meanwhile make it dirty, and it is
repeated. A server that does not serve deep pages makes it short: then the window is halved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .api import Client, Window
from .config import Scope
from .errors import BadResponseError, RequestError, UnavailableError
from .records import SCHEMA, Page, Rejected

SWEEPS = 5  # how often a window that does not add up is fetched before it is kept as unverified
SHORTEST = dt.timedelta(seconds=1)  # windows are not halved below this
MOST_SWEEPS = 20_000  # of a day
MOST_PAGES = 100_000  # of a window; a server that counts more is not believed
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Swept:
    """All views of a window. `verified`: no id came twice, and no page counted another total.

    `total` is what the API counted; more by `rejected` and by `outside`, the views it counted in
    that are dated outside the window. `capped`: deep pages came short or not at all.
    """

    views: pa.Table
    rejected: tuple[Rejected, ...] = ()
    total: int = 0
    duplicates: int = 0
    verified: bool = False
    outside: int = 0
    capped: bool = False


@dataclass
class Sweeper:
    """Sweeps windows of one scope; every request runs in `pages`, which so bounds how many are
    under way. Counts its `sweeps` and `requests`."""

    client: Client
    scope: Scope
    pages: Executor
    sleep: Callable[[float], object]
    sweeps: int = 0
    requests: int = 0

    def sweep(self, window: Window, announce: Callable[[int], None] = lambda _: None) -> Swept:
        """Fetch a window again until it adds up, at most SWEEPS times.

        `announce` is told the API's total once it is known, before all is fetched. Raises ApiError.
        """
        swept = Swept(SCHEMA.empty_table())
        for attempt in range(SWEEPS):
            self.sleep(attempt * 0.5)
            swept = self._once(window, announce)
            if swept.verified:
                break
            if attempt == 1 and swept.capped and self._halves_add_up(window, swept.total):
                return self._by_halves(window)
        if not (swept.verified and _is_round(swept.total)):
            return swept
        halves = self._halves(window)
        return self._by_halves(window) if halves else replace(swept, verified=False)

    def count(self, window: Window) -> int:
        """How many views the API counts in a window that is asked for as `sweep` asks."""
        self.requests += 1
        asked = self.pages.submit(self.client.views, self.scope, _asked(window), 1, 1)
        return asked.result().pager.total

    def _halves(self, window: Window) -> tuple[Window, ...]:
        """The newer and the older half; none of a window that is too short for that."""
        length = window.end - window.start
        middle = (window.start + length / 2).replace(microsecond=0)
        if length < 2 * SHORTEST or self.sweeps > MOST_SWEEPS:
            return ()
        return Window(middle, window.end), Window(window.start, middle)

    def _halves_add_up(self, window: Window, total: int) -> bool:
        """Whether both halves together have about what the whole has: where a server counts
        anything in any window, smaller ones are no way out."""
        halves = self._halves(window)
        return bool(halves) and sum(map(self.count, halves)) <= 1.5 * total

    def _by_halves(self, window: Window) -> Swept:
        newer, older = (self.sweep(half) for half in self._halves(window))
        views, duplicates = _each_once(pa.concat_tables([newer.views, older.views]))
        return Swept(
            views,
            newer.rejected + older.rejected,
            newer.total + older.total,
            newer.duplicates + older.duplicates + duplicates,
            newer.verified and older.verified and not duplicates,
            newer.outside + older.outside,
        )

    def _once(self, window: Window, announce: Callable[[int], None]) -> Swept:
        self.sweeps += 1
        first = next(self._pages(window, [1], None))
        announce(first.pager.total)
        numbers = range(2, _page_count(first) + 1)
        try:
            pages = [first, *self._pages(window, numbers, first.pager.size)]
        except (RequestError, UnavailableError) as error:
            if isinstance(error, UnavailableError) and error.wait:
                raise
            # Nothing but deep pages fails where a server refuses them, and the first page
            # of the next try fails as well where it does not.
            return Swept(first.views, total=first.pager.total, capped=True)
        missing = first.pager.total - sum(map(_records, pages))
        return replace(merge(pages, window), capped=missing > 0 and len(pages) > 1)

    def _pages(self, window: Window, numbers: Sequence[int], size: int | None) -> Iterator[Page]:
        self.requests += len(numbers)
        return self.pages.map(lambda number: self._page(window, number, size), numbers)

    def _page(self, window: Window, number: int, size: int | None) -> Page:
        page = self.client.views(self.scope, _asked(window), number, size)
        if self.scope.kind != "account":
            keys = page.views[f"{self.scope.kind}_key"].unique().to_pylist()
            if strangers := set(keys) - {self.scope.key, None}:
                raise BadResponseError(
                    f"DynTube was asked for one {self.scope.kind} and sent views of "
                    f"{len(strangers):,} others. Is the key in DYNTUBE_{self.scope.kind.upper()}"
                    "_KEYS right?"
                )
        return page


def merge(pages: Sequence[Page], window: Window) -> Swept:
    """The pages of a window as one table, each id once."""
    inside, outside = [SCHEMA.empty_table()], [SCHEMA.empty_table()]
    for page in pages:
        _sort_out(page.views, window, inside, outside)
    views, duplicates = _each_once(pa.concat_tables(inside))
    others, more = _each_once(pa.concat_tables(outside))
    bad = [record for page in pages for record in page.rejected]
    rejected = tuple(dict.fromkeys(bad))
    duplicates += more + len(bad) - len(rejected)
    totals = {page.pager.total for page in pages}
    clean = totals == {len(views) + len(others) + len(rejected)} and not duplicates
    return Swept(views, rejected, max(totals), duplicates, clean, len(others))


def _asked(window: Window) -> Window:
    """The window to ask for: whether `from` is inclusive is not documented, so from earlier on."""
    return Window(window.start - _SECOND, window.end)


def _sort_out(
    views: pa.Table, window: Window, inside: list[pa.Table], outside: list[pa.Table]
) -> None:
    """Put a page's views where their own dates say."""
    ends = pc.min_max(views["date"]).as_py()
    if not len(views) or (ends["min"] >= window.start and ends["max"] < window.end):
        inside.append(views)  # as nearly always
        return
    since = pc.greater_equal(views["date"], window.start)
    within = pc.and_(since, pc.less(views["date"], window.end))
    inside.append(views.filter(within))
    outside.append(views.filter(pc.invert(within)))


def _each_once(views: pa.Table) -> tuple[pa.Table, int]:
    """The views with each id once, and how many came again."""
    duplicates = len(views) - pc.count_distinct(views["id"]).as_py()
    if duplicates:
        # A view still playing may come twice; the longer watch time is the later one.
        order = pc.sort_indices(views, [("id", "ascending"), ("watch_time", "descending")])
        views = views.take(order)
        first = ~pd.Series(views["id"].to_numpy()).duplicated().to_numpy()
        views = views.filter(pa.array(first))
    return views, duplicates


def _records(page: Page) -> int:
    return len(page.views) + len(page.rejected)


def _page_count(first: Page) -> int:
    """How many pages there are by the size that the server says it gives, which may be smaller
    than the one asked for."""
    total, size = first.pager.total, first.pager.size
    pages = -(-total // size) if size else 1
    if pages > MOST_PAGES:
        raise BadResponseError(f"DynTube counts {total:,} views in one day, which cannot be.")
    return pages


def _is_round(total: int) -> bool:
    """Whether a count may be a server's limit instead: these limits are round numbers."""
    return total >= 1000 and (total % 1000 == 0 or total & (total - 1) == 0)
