"""Parses the parameters of a call from its JSON body or query string."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from .store import Question

LARGEST_PAGE = 1000
LARGEST_CATALOG_PAGE = 100
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class BadParameterError(Exception):
    """A parameter is missing or invalid; the text says which and why."""


def microseconds(moment: dt.datetime) -> int:
    """Since 1970, UTC."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def question(given: Mapping[str, object], now: int) -> Question:
    """The parameters of a view log call; `now`, in microseconds, is the default of `to`."""
    start = _date(given, "from")
    if start is None:
        raise BadParameterError("'from' is required, such as 2021-08-01T00:00:00.")
    end = _date(given, "to")
    return Question(
        start,
        now + 1 if end is None else end,
        page_number(given),
        min(_whole(given, "size", 20), LARGEST_PAGE),
        *(_key(given, name) for name in ("videoKey", "channelKey", "projectKey")),
    )


def page_number(given: Mapping[str, object]) -> int:
    return _whole(given, "page", 1)


def catalog_size(given: Mapping[str, object]) -> int:
    return min(_whole(given, "size", 50), LARGEST_CATALOG_PAGE)


def _date(given: Mapping[str, object], name: str) -> int | None:
    text = given.get(name)
    if text is None or text == "":
        return None
    # An unescaped + in a query string arrives as a space.
    if isinstance(text, str) and _DATE.fullmatch(text := text.replace(" ", "+")):
        try:
            moment = dt.datetime.fromisoformat(text)
            return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
        except (ValueError, OverflowError):
            pass
    raise BadParameterError(f"'{name}' is not a date such as 2021-08-01T00:00:00.")


def _whole(given: Mapping[str, object], name: str, default: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 10**9:
        raise BadParameterError(f"'{name}' must be a whole number from 1.")
    return value


def _key(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadParameterError(f"'{name}' must be a text.")
    return value
