"""Whether two answers to a question are the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dyntube.query.dimensions import dimension
from dyntube.query.metrics import metric
from dyntube.query.query import Query

CLOSE = 1e-9  # relative, for what is no count


def difference(query: Query, ours: pd.DataFrame, theirs: pd.DataFrame) -> str | None:
    """Where their answer differs from ours, in words; None when it is the same.

    The order of rows does not matter.
    """
    if len(ours) != len(theirs):
        return f"{len(theirs):,} rows, not {len(ours):,}"
    ours, theirs = (_plain(query, answer) for answer in (ours, theirs))
    for name in (*query.by, *query.metrics):
        same = ours[name] == theirs[name]
        if name in query.metrics:
            close = 0.0 if metric(name).format == "number" else CLOSE
            same = np.isclose(theirs[name], ours[name], rtol=close, atol=0, equal_nan=True)
        if not np.all(same):
            row = int(np.argmin(same))
            where = ", ".join(f"{by} {ours[by].iloc[row]}" for by in query.by) or "all views"
            return f"{name} of {where} is {theirs[name].iloc[row]}, not {ours[name].iloc[row]}"
    return None


def _plain(query: Query, answer: pd.DataFrame) -> pd.DataFrame:
    """The columns asked for, in plain types, sorted by the dimensions."""
    plain = {name: _dimension(name, answer[name]) for name in query.by}
    plain |= {name: answer[name].astype("float64").to_numpy() for name in query.metrics}
    found = pd.DataFrame(plain)
    return found.sort_values(list(query.by), ignore_index=True) if query.by else found


def _dimension(name: str, values: pd.Series) -> pd.Index:
    match dimension(name).kind:
        case "text":
            return pd.Index(values.astype("str"))
        case "number":
            return pd.Index(values.astype("int64"))
        case _:
            return pd.DatetimeIndex(pd.to_datetime(values.astype("str"), utc=True)).as_unit("us")
