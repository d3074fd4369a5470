"""For people who write Python: views and answers as pandas DataFrames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd
import pyarrow.compute as pc

from .account import Account, open_account
from .config import Settings, read_settings
from .errors import QueryError
from .periods import Period
from .query import Filter, Query
from .records import LABEL, VIEW_COLUMNS


def load_views(
    start: dt.date,
    end: dt.date,
    *,
    project_key: str | None = None,
    channel_key: str | None = None,
    video_key: str | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Every view from `start` to `end`, both included, in `timezone`; fetches what is missing.

    One row a view, oldest first, in the columns `records.VIEW_COLUMNS`: `date` is timezone-aware
    UTC, `duration` and `watch_time` are seconds (float), counts and versions nullable integers,
    flags nullable booleans, keys and names of few values categories, other text strings. Missing
    and empty values are NA. The fields behind the columns are in `records.COLUMNS`.

    Raises PeriodError for a reversed period or unknown zone, ApiError when a day could not be
    fetched, ConfigError and ArchiveError.
    """
    period = Period(start, end)
    lower, upper = period.bounds(timezone)
    account = _up_to_date(period, timezone)
    days = period.utc_days(timezone)
    views = account.archive.read(days[0], days[-1])
    keep = pc.and_(pc.greater_equal(views["date"], lower), pc.less(views["date"], upper))
    keys = {"project_key": project_key, "channel_key": channel_key, "video_key": video_key}
    for column, key in keys.items():
        if key is not None:
            keep = pc.and_(keep, pc.fill_null(pc.equal(views[column].cast("string"), key), False))
    frame: pd.DataFrame = (
        views.select(VIEW_COLUMNS).filter(keep).to_pandas(types_mapper=_pandas_type)
    )
    return frame.sort_values(["date", "id"], ignore_index=True)


def ask(
    metrics: str | Sequence[str],
    by: str | Sequence[str] = (),
    *,
    start: dt.date,
    end: dt.date,
    timezone: str = "UTC",
    filters: Mapping[str, str | Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Metrics from `start` to `end`, both included, in `timezone`; fetches what is missing.

    Without `by` one row; else one row per combination of the named dimensions that has views, in
    their order. Columns are the dimensions, then the metrics, by their names in `metrics.METRICS`
    and `metrics.DIMENSIONS`. Rates are fractions, times are seconds, missing values are "Unknown".
    `filters` keeps the views whose dimension has one of the given values.

    Raises QueryError for an unknown name (listing the known ones), else as `load_views`.
    """
    if not metrics:
        raise QueryError("Ask for at least one metric.")
    wanted = {name: _names(values) for name, values in (filters or {}).items()}
    query = Query(
        metrics=_names(metrics),
        period=Period(start, end),
        timezone=timezone,
        by=_names(by),
        filters=tuple(Filter(name, values) for name, values in wanted.items()),
    )
    return _up_to_date(query.period, timezone).engine.answer(query).copy()


def _up_to_date(period: Period, timezone: str) -> Account:
    account = _account(read_settings())
    if account.settings.sync == "external":
        return account
    report = account.syncer.sync(period.utc_days(timezone), wait_for_other=600)
    for error in report.failed.values():
        raise error
    return account


_account = lru_cache(maxsize=4)(open_account)


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _pandas_type(type_: object) -> object:
    return _NULLABLE.get(str(type_)) if type_ != LABEL else None


_NULLABLE: dict[str, object] = {
    "string": pd.StringDtype(),
    "int32": pd.Int32Dtype(),
    "bool": pd.BooleanDtype(),
    "double": pd.Float64Dtype(),
}

__all__ = ["Settings", "ask", "load_views"]
