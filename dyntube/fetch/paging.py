"""How many pages there are, by all that a first page says and shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from ..errors import BadResponseError
from ..reading.records import Page

MOST_PAGES = 100_000  # of a window; a server that counts more is not believed
MOST_UNCOUNTED = 2_000_000  # views of a window whose views nobody counts
USUAL_CAPS = (10, 20, 25, 50, 100, 200, 250, 500)  # a page of just so many may be a full one
SLACK = 1000  # views that may come above the total while a window is read
FEWEST = 10  # no server caps its pages below this: a page of fewer has come short


@dataclass(frozen=True)
class Paging:
    """How the pages after the first are asked for: in which `size`, and up to which `last`."""

    first: Page
    size: int
    last: int

    def is_capped(self, pages: Sequence[Page]) -> bool:
        """Whether the server gives smaller pages than it says, by the pages that came."""
        return self.size == len(self.first) != self.first.pager.size and any(map(len, pages[1:]))


def paging(first: Page, asked: int) -> Paging:
    """What a first page that was asked for in a size means for the others.

    Raises BadResponseError for a count that cannot be.
    """
    total, came = first.pager.total, len(first)
    size = first.pager.size or asked
    more = first.pager.pages != 1 if total is None else total > came
    if more and FEWEST <= came < size:
        size = came  # a cap that nobody mentions
    by_count = -(-(total or 0) // size)
    if by_count > MOST_PAGES:
        raise BadResponseError(f"DynTube counts {total:,} views in one day, which cannot be.")
    said = first.pager.pages or 0
    most = MOST_PAGES if total is None else max(total, 1)
    return Paging(first, size, max(by_count, said if said <= most else 0, 1))


def may_go_on(pages: Sequence[Page], size: int, total: int | None) -> bool:
    """Whether there may be views behind these pages: where the last is full, or some are missing.

    A count may be that of a page alone, or a limit.
    """
    if not len(pages[-1]):
        return False
    came, last = sum(map(len, pages)), len(pages[-1])
    return total is None or came < total or last >= size or last in USUAL_CAPS


def brings_nothing_new(page: Page, pages: Sequence[Page]) -> bool:
    """Whether all of a page is in one of the others already."""
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
    """Whether a page has the very views of the first one, in whatever order."""
    return (
        len(page.views) == len(first.views) > 0
        and page.rejected == first.rejected
        and pc.all(pc.is_in(page.views["id"], first.views["id"].combine_chunks())).as_py()
    )


def counts_each_page(pages: Sequence[Page]) -> bool:
    """Whether what pages call the total is only how many views they have themselves."""
    with_views = [page for page in pages if len(page)]
    return len(with_views) > 1 and all(page.pager.total == len(page) for page in with_views)


def refuse_more(records: int, first: Page) -> None:
    """Raise BadResponseError when far more came than is counted."""
    total = first.pager.total
    most = MOST_UNCOUNTED
    if total is not None and total != len(first):
        most = total + max(first.pager.size or 0, SLACK)
    if records > most:
        raise BadResponseError(
            f"DynTube counts {'no' if total is None else f'{total:,}'} views and sends more than "
            f"{most:,}: it does not page as it did. The API may have changed."
        )
