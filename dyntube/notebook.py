"""The Python interface: views and answers as pandas DataFrames."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd
import pyarrow.compute as pc

from .account import DEMO, Account, open_account
from .errors import DemoDataWarning, DoubtWarning, QueryError
from .formats import count
from .query.access import EVERYTHING
from .query.dimensions import UNKNOWN, dimension, read_value, spelled
from .query.periods import Period, day_of
from .query.query import Filter, Query
from .reading.records import CATEGORY, VIEW_COLUMNS
from .reading.zones import zone_info
from .settings.settings import Settings, read_settings
from .trust.reasons import sentences, touched


def load_views(
    start: dt.date | str,
    end: dt.date | str,
    *,
    project_key: str | None = None,
    channel_key: str | None = None,
    video_key: str | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Every view from `start` to `end`, both included, in `timezone`; fetches missing days.

    Days are dates or ISO text. Without an account the views are invented, with a DemoDataWarning.

    One row per view, oldest first, with the columns `records.VIEW_COLUMNS`: `date` is
    timezone-aware UTC, `duration` and `watch_time` are seconds (float), counts and versions
    nullable integers, flags nullable booleans, keys and low-cardinality names categories, other
    text strings. Missing and empty values are NA. The API's fields of the columns are in
    `records.COLUMNS`.

    Raises PeriodError for an invalid day, a reversed period or an unknown zone, ApiError if a day
    could not be fetched, ConfigError and ArchiveError. Warns with DoubtWarning about days that may
    be wrong.
    """
    period = Period(day_of(start), day_of(end))
    lower, upper = period.bounds(timezone)
    account = _up_to_date(period, timezone)
    _warn(account, period, timezone)
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
    start: dt.date | str,
    end: dt.date | str,
    timezone: str = "UTC",
    filters: Mapping[str, str | Sequence[str | None] | None] | None = None,
) -> pd.DataFrame:
    """Metrics from `start` to `end`, both included, in `timezone`; fetches missing days.

    Without `by` one row; else one row per combination of the named dimensions that has views, in
    their order. Columns are the dimensions, then the metrics, by their names in `metrics.METRICS`
    and `dimensions.DIMENSIONS`. Rates are fractions, times are seconds, missing values are NA.
    `filters` keeps the views whose dimension has one of the given values; None is a missing one.
    Places and device models include their parents, `Paris~Île-de-France~FR` (no city in France:
    `~~FR`); a filter by the bare name matches all of that name.

    Raises QueryError for an unknown name (listing the known ones), else raises and warns as
    `load_views`.
    """
    if not metrics:
        raise QueryError("Ask for at least one metric.")
    query = Query(
        metrics=_names(metrics),
        period=Period(day_of(start), day_of(end)),
        timezone=timezone,
        by=_names(by),
        filters=tuple(Filter(n, _values(n, wanted)) for n, wanted in (filters or {}).items()),
        access=EVERYTHING,
    )
    account = _up_to_date(query.period, timezone)
    _warn(account, query.period, timezone)
    answer = account.engine.answer(query)
    texts = (name for name in query.by if dimension(name).kind == "text")
    return answer.assign(**{name: _read(name, answer[name]) for name in texts})


def _up_to_date(period: Period, timezone: str) -> Account:
    account = _account(read_settings())
    if account.settings.demo:
        warnings.warn(f"{DEMO} See `python -m dyntube doctor`.", DemoDataWarning, stacklevel=3)
    if account.settings.sync == "external":
        return account
    result = account.syncer.sync(period.utc_days(timezone), wait_for_other=600)
    for error in result.failed.values():
        raise error
    return account


# Every time by default: in a notebook, the reader may only see a later cell.
warnings.simplefilter("always", DemoDataWarning, append=True)


def _warn(account: Account, period: Period, timezone: str) -> None:
    """Warn the caller's caller about days in doubt."""
    trust, today = account.trust(), dt.datetime.now(zone_info(timezone)).date()
    if said := sentences(trust, [period], timezone, today):
        days = touched(trust.within([period], timezone).doubts, [period], timezone, today)
        text = f"Numbers of {count(len(days), 'day')} may be wrong. {' '.join(said)}"
        warnings.warn(text, DoubtWarning, stacklevel=3)


_account = lru_cache(maxsize=4)(open_account)


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _values(name: str, wanted: str | Sequence[str | None] | None) -> tuple[str, ...]:
    values = (wanted,) if wanted is None or isinstance(wanted, str) else wanted
    return tuple(
        UNKNOWN if value is None or pd.isna(value) else read_value(name, value) for value in values
    )


def _read(name: str, values: pd.Series[str]) -> pd.Series[str]:
    """Values of a dimension as shown in Python."""
    return values.map(lambda value: spelled(name, value)).replace(UNKNOWN, pd.NA)


def _pandas_type(type_: object) -> object:
    return _NULLABLE.get(str(type_)) if type_ != CATEGORY else None


_NULLABLE: dict[str, object] = {
    "string": pd.StringDtype(),
    "int32": pd.Int32Dtype(),
    "bool": pd.BooleanDtype(),
    "double": pd.Float64Dtype(),
}

__all__ = ["Settings", "ask", "load_views"]
