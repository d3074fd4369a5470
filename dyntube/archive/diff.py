"""The difference between two versions of a day."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..reading.records import viewer_hash

# The id, and what DynTube may change after a view began.
COMPARED = ("id", "watch_time", "duration", "started", "ended", "muted")


@dataclass(frozen=True)
class Revision:
    """How many views were added, changed or removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def none(self) -> bool:
        """Whether both versions are equal."""
        return not (self.added or self.changed or self.removed)


def compare(old: pa.Table, new: pa.Table) -> Revision:
    """Compare two versions of a day by id; both have the columns COMPARED, in any row order."""
    before, after = _prints(old), _prints(new)
    both = pd.concat([before, after], axis="columns", join="inner", keys=["before", "after"])
    changed = int((both["before"] != both["after"]).sum())
    return Revision(len(after) - len(both), changed, len(before) - len(both))


def _prints(views: pa.Table) -> pd.Series:
    """A hash of each view's changeable values, by a hash of its id."""
    # As numbers, since pandas hashes booleans differently in a column with nulls.
    numbers = {name: pc.cast(views[name], pa.float64()) for name in COMPARED[1:]}
    values = pa.table(numbers).to_pandas()
    ids = viewer_hash(views["id"]).to_numpy(zero_copy_only=False)
    return pd.Series(pd.util.hash_pandas_object(values, index=False).to_numpy(), index=ids)
