"""The views as a careful user of data frames would lay them out once, before anybody asks.

A row a view, oldest first. Every dimension that is asked for is a column, worked out beforehand;
and so is every count and sum, as what one view adds to it. `date` and `viewer` stand beside them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from dyntube.archive.archive import Archive
from dyntube.query.dimensions import COMPUTED, DIMENSIONS, dimension
from dyntube.query.metrics import METRICS, Metric
from dyntube.query.periods import ONE_DAY, Period, calendar
from dyntube.query.query import Filter, Query

DISTINCT = "viewers"  # the one metric that does not add up
ROWS = "views"  # the one that needs no column
Key = tuple[Period, tuple[Filter, ...]]


@dataclass(frozen=True)
class Columns:
    """What questions need: `dimensions`, the `measures` they add up, and whether `viewer`."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    viewer: bool

    @property
    def all(self) -> list[str]:
        return [*self.dimensions, *self.measures, *(["viewer"] if self.viewer else [])]


def needed(questions: Iterable[Query], *, filters: bool = True) -> Columns:
    """The columns of some questions; without `filters`, those needed once the filters are met."""
    dimensions: dict[str, None] = {}
    basics: dict[str, None] = {}
    for query in questions:
        basics |= dict.fromkeys(parts(query))
        dimensions |= dict.fromkeys(query.by)
        if filters:
            dimensions |= dict.fromkeys(filter_.dimension for filter_ in query.filters)
    measures = tuple(name for name in basics if name not in (ROWS, DISTINCT))
    return Columns(tuple(dimensions), measures, DISTINCT in basics)


def parts(query: Query) -> tuple[str, ...]:
    """The counts and sums that the metrics of a question are made of."""
    return tuple(dict.fromkeys(part for name in shown(query) for part in divided(name) or (name,)))


def shown(query: Query) -> tuple[str, ...]:
    """The metrics of a question, with the one that it is sorted by."""
    return tuple(dict.fromkeys((*query.metrics, *filter(None, [query.order_by]))))


def divided(name: str) -> tuple[str, str] | None:
    """The upper and the lower part of a rate."""
    return METRICS[name].ratio_of


def values(filter_: Filter) -> Sequence[object]:
    """The values of a filter in the type of its column."""
    match dimension(filter_.dimension).kind:
        case "text":
            return filter_.values
        case "number":
            return [int(value) for value in filter_.values]
        case _:
            return [dt.datetime.fromisoformat(value) for value in filter_.values]


def prepare(archive: Archive, target: Path, columns: Columns, timezone: str) -> None:
    """Write the prepared views into a folder, a Parquet file for each day that is stored."""
    days = list(archive.days())
    first, end = (dt.datetime.combine(d, dt.time(), dt.UTC) for d in (days[0], days[-1] + ONE_DAY))
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.register("calendar", calendar(first, end, timezone))
        for day in days:
            files = [str(path) for path in archive.files(day, day)]
            found = database.sql(_sql(columns), params={"files": files})
            pq.write_table(found.to_arrow_table(), target / f"{day}.parquet")


def _sql(columns: Columns) -> str:
    wanted = ["date", "viewer"]
    wanted += [f"{spelt_out(DIMENSIONS[name].sql)} AS {name}" for name in columns.dimensions]
    wanted += [f"{_added(METRICS[name])} AS {name}" for name in columns.measures]
    source = "read_parquet($files) JOIN calendar USING (slot)"
    return f"SELECT {', '.join(wanted)} FROM {source} ORDER BY date"


def is_count(name: str) -> bool:
    """Whether a metric counts the views that meet its condition."""
    return METRICS[name].format == "number" and name not in (ROWS, DISTINCT)


def _added(metric: Metric) -> str:
    """What a view adds to a count or a sum."""
    if is_count(metric.name):
        return f"coalesce({spelt_out(metric.population)}, false)"
    summed = metric.sql.removeprefix("coalesce(sum(").removesuffix("), 0)")
    return f"coalesce({spelt_out(summed)}, 0)"


def spelt_out(sql: str) -> str:
    """SQL over stored columns alone: what we compute of each view is written out."""
    return re.sub(rf"\b({'|'.join(COMPUTED)})\b", lambda found: f"({COMPUTED[found[0]]})", sql)
