"""What came of a window of the view log, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ..reading.records import SCHEMA, Page, Rejected, deduplicate
from .client import Window


@dataclass(frozen=True)
class Swept:
    """All views that came of a window, including those dated outside it; each id once.

    `total` is the API's count (None: none), `steady` whether every page had the same. `verified`:
    no id came twice, and as many came as were counted, or without a count, pages were read to the
    end. `capped`: deep pages were short or missing, or (`repeated`) were the first one again.
    `zoneless` counts dates without a time zone. `says_nothing`: empty, but not in the documented
    form.
    """

    views: pa.Table
    rejected: tuple[Rejected, ...] = ()
    total: int | None = 0
    duplicates: int = 0
    verified: bool = False
    steady: bool = True
    capped: bool = False
    repeated: bool = False
    zoneless: int = 0
    says_nothing: bool = False

    @property
    def records(self) -> int:
        """The number of records received, unreadable ones included."""
        return len(self.views) + len(self.rejected)

    @property
    def counted(self) -> int:
        """The API's count; without one, the number of records received."""
        return self.records if self.total is None else self.total


def merge_pages(pages: Sequence[Page], total: int | None, *, steady: bool = True) -> Swept:
    """Merge the pages of a window; `total` is the API's count."""
    views, again = deduplicate(pa.concat_tables([SCHEMA.empty_table(), *(p.views for p in pages)]))
    bad = [record for page in pages for record in page.rejected]
    rejected = tuple(dict.fromkeys(bad))
    duplicates = again + len(bad) - len(rejected)
    adds_up = total is None or (steady and total == len(views) + len(rejected))
    return Swept(
        views,
        rejected,
        total,
        duplicates,
        verified=adds_up and not duplicates,
        steady=steady,
        zoneless=sum(page.zoneless for page in pages),
        says_nothing=all(page.says_nothing for page in pages),
    )


def merge_windows(parts: Sequence[Swept]) -> Swept:
    """Merge windows that touch or overlap.

    A view in both comes twice with one date; an id with two dates does not identify a view.
    """
    whole = pa.concat_tables([part.views for part in parts])
    views, overlap = deduplicate(whole)
    clashes = overlap and overlap - (len(whole) - _dated_ids(whole))
    overlap -= clashes
    bad = [record for part in parts for record in part.rejected]
    rejected = tuple(dict.fromkeys(bad))
    overlap += len(bad) - len(rejected)
    counts = [part.total for part in parts if part.total is not None]
    return Swept(
        views,
        rejected,
        sum(counts) - overlap if len(counts) == len(parts) else None,
        sum(part.duplicates for part in parts) + clashes,
        verified=all(part.verified for part in parts) and not clashes,
        zoneless=max(part.zoneless for part in parts),
        says_nothing=all(part.says_nothing for part in parts),
    )


def _dated_ids(views: pa.Table) -> int:
    """The number of distinct pairs of id and date."""
    return int(views.group_by(["id", "date"]).aggregate([]).num_rows)


def merge_sweeps(first: Swept, second: Swept) -> Swept:
    """Merge two sweeps of one window whose order differs from page to page.

    Only stable counts show that nothing else changed meanwhile.
    """
    views, _ = deduplicate(pa.concat_tables([first.views, second.views]))
    rejected = tuple(dict.fromkeys((*first.rejected, *second.rejected)))
    steady = first.steady and second.steady and first.total == second.total
    adds_up = second.total == len(views) + len(rejected)
    return Swept(
        views,
        rejected,
        second.total,
        second.duplicates,
        verified=steady and adds_up,
        steady=steady,
        capped=second.capped,
        repeated=second.repeated,
        zoneless=max(first.zoneless, second.zoneless),
    )


def split(views: pa.Table, window: Window) -> tuple[pa.Table, int]:
    """The views dated within a window, and how many are not."""
    ends = pc.min_max(views["date"]).as_py()
    if not len(views) or (ends["min"] >= window.start and ends["max"] < window.end):
        return views, 0  # the usual case
    since = pc.greater_equal(views["date"], window.start)
    inside = views.filter(pc.and_(since, pc.less(views["date"], window.end)))
    return inside, len(views) - len(inside)
