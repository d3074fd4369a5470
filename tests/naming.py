"""What the reader of the app that is connected has things called, and can filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple

from dyntube.query.periods import Period
from dyntube.query.query import Filter
from dyntube.report import labels as module
from dyntube.report import options
from dyntube.report.labels import Labels, only_domain
from dyntube.report.selection import Selection
from dyntube.ui import door, session


def called() -> Labels:
    """The labels of this moment."""
    shown = session.current() if session.begun() else Selection()
    return Labels(door.desk().names(), only_domain(shown))


def label(by: str, value: str) -> str:
    return called().one(by, value)


def labels(by: str, values: Iterable[str]) -> dict[str, str]:
    return called().each(by, values)


def exported(by: str, values: Iterable[str]) -> dict[str, list[str | None]]:
    return called().exported(by, values)


def sentence(filter_: Filter, value: str) -> str:
    return called().sentence(filter_, value)


def resolved(
    filters: tuple[Filter, ...], spans: tuple[Period, ...], timezone: str
) -> tuple[Filter, ...]:
    return module.resolved(filters, spans, timezone, door.desk())


def counts(dimension: str, selection: Selection, period: Period) -> dict[str, int]:
    return options.counts(door.desk(), dimension, selection, period)


def offered(by: str, values: Iterable[str], found: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """The options of a filter: values, names, views."""
    return [astuple(option) for option in options.options(called(), by, values, found)]
