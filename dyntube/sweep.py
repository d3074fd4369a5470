"""One window of the view log, whole: every page, each id once, counted against the API's total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .api import Client, Window
from .config import Scope
from .records import SCHEMA, Page, Rejected

SWEEPS = 4  # how often a window that does not add up is fetched before it is kept as unverified


@dataclass(frozen=True)
class Swept:
    """All views of a window. `verified`: no id came twice, and no page counted another total."""

    views: pa.Table
    rejected: tuple[Rejected, ...]
    total: int
    duplicates: int
    verified: bool


@dataclass(frozen=True)
class Sweeper:
    """Sweeps windows of one scope; every request runs in `pages`, which so bounds
    how many are under way."""

    client: Client
    scope: Scope
    pages: Executor
    sleep: Callable[[float], None]

    def sweep(self, window: Window, announce: Callable[[int], None]) -> Swept:
        """Fetch a window again until it adds up, at most SWEEPS times.

        `announce` is told the API's total once it is known, before all is fetched. Raises ApiError.
        """
        for attempt in range(SWEEPS):
            self.sleep(attempt * 0.5)
            swept = self._once(window, announce)
            if swept.verified:
                break
        return swept

    def _once(self, window: Window, announce: Callable[[int], None]) -> Swept:
        first = self.pages.submit(self.client.views, self.scope, window, 1).result()
        announce(first.pager.total)
        others = self.pages.map(
            lambda number: self.client.views(self.scope, window, number, first.pager.size),
            range(2, first.pager.pages + 1),
        )
        return merge([first, *others])


def merge(pages: Sequence[Page]) -> Swept:
    """The pages of a window as one table, each id once."""
    rejected = tuple(record for page in pages for record in page.rejected)
    views = pa.concat_tables([SCHEMA.empty_table(), *(page.views for page in pages)])
    duplicates = len(views) - pc.count_distinct(views["id"]).as_py()
    if duplicates:
        # A view still playing may come twice; the longer watch time is the later one.
        order = pc.sort_indices(views, [("id", "ascending"), ("watch_time", "descending")])
        views = views.take(order)
        first = ~pd.Series(views["id"].to_numpy()).duplicated().to_numpy()
        views = views.filter(pa.array(first))
    totals = {page.pager.total for page in pages}
    verified = not duplicates and totals == {len(views) + len(rejected)}
    return Swept(views, rejected, max(totals), duplicates, verified)
