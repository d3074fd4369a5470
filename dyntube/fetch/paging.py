"""How many pages there are, judging by the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from ..errors import BadResponseError
from ..reading.records import Page

MOST_PAGES = 100_000  # per window; a server that counts more is not believed
MOST_UNCOUNTED = 2_000_000  # views per window, if the server does not count
USUAL_CAPS = (10, 20, 25, 50, 100, 200, 250, 500)  # a page of exactly this many may be full
SLACK = 1000  # views by which a total may be exceeded as views arrive during a sweep
FEWEST = 10  # no server caps its pages below this: a page of fewer is just short


@dataclass(frozen=True)
class Paging:
    """How to request the pages after the first: in which `size`, and up to which `last`."""

    first: Page
    size: int
    last: int

    def is_capped(self, pages: Sequence[Page]) -> bool:
        """Whether pages are smaller than the server says, judging by those received."""
        return self.size == len(self.first) != self.first.pager.size and any(map(len, pages[1:]))


def paging(first: Page, asked: int) -> Paging:
    """The paging of a window, from its first page and the size requested.

    Raises BadResponseError for an impossible count.
    """
    total, came = first.pager.total, len(first)
    size = first.pager.size or asked
    more = first.pager.pages != 1 if total is None else total > came
    if more and FEWEST <= came < size:
        size = came  # a silent cap
    by_count = -(-(total or 0) // size)
    if by_count > MOST_PAGES:
        raise BadResponseError(f"DynTube counts {total:,} views in one day, which cannot be.")
    said = first.pager.pages or 0
    most = MOST_PAGES if total is None else max(total, 1)
    return Paging(first, size, max(by_count, said if said <= most else 0, 1))


def may_go_on(pages: Sequence[Page], size: int, total: int | None) -> bool:
    """Whether more views may follow these pages: the last is full, or some are missing.

    A total may be that of a page alone, or a limit.
    """
    if not len(pages[-1]):
        return False
    came, last = sum(map(len, pages)), len(pages[-1])
    return total is None or came < total or last >= size or last in USUAL_CAPS


def brings_nothing_new(page: Page, pages: Sequence[Page]) -> bool:
    """Whether every record of a page is in the others already."""
    ids = page.views["id"].combine_chunks()
    left = pc.invert(pc.is_in(ids, pages[-1].views["id"].combine_chunks()))
    new = ids.filter(left)
    for other in pages[:-1]:
        if not len(new):
            break
        new = new.filter(pc.invert(pc.is_in(new, other.views["id"].combine_chunks())))
    known = {record for other in pages for record in other.rejected}
    return not len(new) and set(page.rejected) <= known


def are_the_same(first: Page, page: Page) -> bool:
    """Whether a page has exactly the views of the first one, in any order."""
    return (
        len(page.views) == len(first.views) > 0
        and page.rejected == first.rejected
        and pc.all(pc.is_in(page.views["id"], first.views["id"].combine_chunks())).as_py()
    )


def counts_each_page(pages: Sequence[Page]) -> bool:
    """Whether each page's total is only its own number of views."""
    with_views = [page for page in pages if len(page)]
    return len(with_views) > 1 and all(page.pager.total == len(page) for page in with_views)


def refuse_more(records: int, first: Page) -> None:
    """Raise BadResponseError if far more came than was counted."""
    total = first.pager.total
    most = MOST_UNCOUNTED
    if total is not None and total != len(first):
        most = total + max(first.pager.size or 0, SLACK)
    if records > most:
        raise BadResponseError(
            f"DynTube counts {'no' if total is None else f'{total:,}'} views and sends more than "
            f"{most:,}: it does not page as it did. The API may have changed."
        )
