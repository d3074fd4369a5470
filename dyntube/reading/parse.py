"""Parse a page of the view log from JSON into Arrow.

Two paths give the same rows: pages in the documented shape go straight from bytes to Arrow; all
others are read record by record, so that one odd record does not cost its neighbours.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import pyarrow as pa

from ..errors import BadResponseError, NoPageError
from .addresses import NO_RULES, PageRules
from .loose_json import parse_json, says_failed, says_partial, spelled, spellings, whole_number
from .parse_fast import read_plain
from .records import (
    CATEGORY,
    COLUMNS,
    COUNT,
    FLAG,
    INSTANT,
    SCHEMA,
    SECONDS,
    TEXT,
    Column,
    Page,
    Pager,
    Rejected,
    with_computed,
)
from .text import LONGEST, clean, short, valid


def read_page(body: bytes, rules: PageRules = NO_RULES, zone: dt.tzinfo = dt.UTC) -> Page:
    """Parse one answer of `POST /v1/logs/data`; dates without a time zone are read in `zone`.

    Raises BadResponseError if it is not JSON or incomplete, NoPageError if it is not a page of
    views. Only records without a readable `id` or `date` go to `rejected`; the raw value of any
    other unreadable field is kept in the view's `extra`. Empty texts become null.
    """
    return read_plain(body, rules) or read_record_by_record(body, rules, zone)


def read_records(
    records: Iterable[object], rules: PageRules, zone: dt.tzinfo = dt.UTC
) -> tuple[pa.Table, list[Rejected]]:
    """Views of parsed JSON records in SCHEMA, and the records that cannot be views."""
    rows, rejected = [], []
    for record in records:
        try:
            rows.append(_row(record, zone))
        except _Unreadable as error:
            rejected.append(Rejected(str(error), _raw(record)))
    if not rows:
        return SCHEMA.empty_table(), rejected
    fields = {column.name: column.type for column in COLUMNS} | {"extra": TEXT}
    arrays = {
        name: pa.array([row[name] for row in rows], TEXT if type_ == CATEGORY else type_)
        for name, type_ in fields.items()
    }
    labels = {name: arrays[name].dictionary_encode() for name, t in fields.items() if t == CATEGORY}
    return with_computed(pa.table(arrays | labels), rules), rejected


def date_of(raw: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
    """When a rejected record began; None if that is unreadable."""
    try:
        record = parse_json(raw)
    except (ValueError, RecursionError):
        return None
    date = spelled(record, _OF_RECORD).get("date") if isinstance(record, dict) else None
    read = _value(_DATE, date, zone)
    return read if isinstance(read, dt.datetime) else None


class _Unreadable(ValueError):
    """The record cannot be a view; the text gives the reason."""


_TOO_DEEP = "nested too deeply to be kept"


def read_record_by_record(
    body: bytes, rules: PageRules = NO_RULES, zone: dt.tzinfo = dt.UTC
) -> Page:
    """The careful way, for all that the fast one does not know; both give the same."""
    try:
        answer = parse_json(body)
    except (ValueError, RecursionError):
        raise BadResponseError(
            "DynTube answered with something that is not JSON: "
            "a proxy or login page may stand between, or the answer was cut off."
        ) from None
    answer = spelled(answer, _OF_PAGE) if isinstance(answer, dict) else answer
    pager = _pager(answer)
    records = answer.get("views") if isinstance(answer, dict) else None
    if not records and says_failed(answer):
        raise NoPageError("DynTube sent no views, and says that something failed.")
    if says_failed(answer) or says_partial(answer):
        raise BadResponseError("DynTube sent views and says that they are not all.")
    if records is None and pager and pager.total == 0:
        return Page(pager, SCHEMA.empty_table(), says_nothing=True)
    if not isinstance(records, list):
        raise NoPageError(f"DynTube answered with JSON that is not a page of views{_has(answer)}.")
    views, rejected = read_records(records, rules, zone)
    return Page(
        pager or Pager(),
        views,
        tuple(rejected),
        zoneless=sum(map(_is_zoneless, records)),
        says_nothing=not records and (pager is None or pager.total is None),
    )


_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,29}")


def _has(answer: object) -> str:
    """The fields of an unexpected answer, for an error text; only what looks like a field name."""
    if not isinstance(answer, dict):
        return ""
    names = ", ".join(filter(_FIELD_NAME.fullmatch, map(str, answer))) or "nothing that we know"
    return f": it has {short(names, 100)}"


def _raw(value: object) -> str:
    try:
        return json.dumps(value, default=lambda odd: odd.raw)
    except RecursionError:
        return json.dumps(_TOO_DEEP)


def _pager(answer: object) -> Pager | None:
    pager = answer.get("pager") if isinstance(answer, dict) else None
    if not isinstance(pager, dict):
        return None
    said = spelled(pager, _OF_PAGER)
    return Pager(**{name: whole_number(said.get(name)) for name in _PAGER})


def _row(record: object, zone: dt.tzinfo) -> dict[str, object]:
    if not isinstance(record, dict):
        raise _Unreadable("the record is not a JSON object")
    known, extra = _sorted_out(record)
    row: dict[str, object] = {}
    for column in COLUMNS:
        value = known.get(column.field)
        row[column.name] = _value(column, value, zone)
        if _is_lost(row[column.name], value):
            extra[column.field] = value
    for name, expected in _VITAL.items():
        if row[name] is None:
            is_odd = name in extra
            raise _Unreadable(
                f"{name} is not {expected}" if is_odd else f"the record has no {name}"
            )
    row["extra"] = _raw_object(extra) if extra else None
    return row


def _sorted_out(record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record's known fields by API name, nested ones as `geo.country`, and all others."""
    known: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name, value in spelled(record, _OF_RECORD).items():
        if name not in _GROUPS:
            (known if name in _TOP else others)[name] = value
        elif isinstance(value, dict):
            for part, inner in spelled(value, _OF_GROUP[name]).items():
                full = f"{name}.{part}"
                (known if full in _READERS else others)[full] = inner
        elif value not in (None, ""):
            others[name] = value
    return known, others


def _is_lost(read: object, value: object) -> bool:
    """Whether parsing lost part of a value."""
    if isinstance(value, str) and read is not None:
        return len(value) > LONGEST and read != value
    is_blank = isinstance(value, str) and not clean(value)
    return read is None and value is not None and not is_blank


def _raw_object(fields: dict[str, Any]) -> str:
    parts = (f"{json.dumps(name)}: {_raw(value)}" for name, value in fields.items())
    return f"{{{', '.join(parts)}}}"


def _value(column: Column, value: object, zone: dt.tzinfo) -> object:
    """The parsed value of a field; None if missing or unreadable."""
    if value is None or value == "":
        return None
    try:
        read = _READERS[column.field](value)
        if isinstance(read, dt.datetime):
            return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, KeyError):
        return None
    if column.words:
        return short(clean(cast(str, read))) or None
    return read


def _text(value: object) -> str:
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return str(int(value) if abs(value) < _WHOLE and value == int(value) else value)


def _count(value: object) -> int:
    number = _seconds(value)
    if number != int(number) or not -(2**31) <= number < 2**31:
        raise ValueError
    return int(number)


def _seconds(value: object) -> float:
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise ValueError
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _flag(value: object) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(word, str | int | float):
        raise TypeError
    return _FLAGS[word]


def _instant(value: object) -> dt.datetime:
    if not isinstance(value, str):
        raise TypeError
    return dt.datetime.fromisoformat(value.strip().upper())


def _is_zoneless(record: object) -> bool:
    date = spelled(record, _OF_RECORD).get("date") if isinstance(record, dict) else None
    try:
        return _instant(date).tzinfo is None
    except (ValueError, TypeError, OverflowError):
        return False


_WHOLE = 2**53  # floats below it are exact integers
_NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?")
_FLAGS: dict[str | int | float, bool] = {
    **{"true": True, "false": False, "1": True, "0": False},
    **{1: True, 0: False},
}
_READ: dict[pa.DataType, Callable[[object], object]] = {
    TEXT: _text,
    CATEGORY: _text,
    COUNT: _count,
    SECONDS: _seconds,
    FLAG: _flag,
    INSTANT: _instant,
}
_READERS = {column.field: _READ[column.type] for column in COLUMNS}
_VITAL = {"id": "text", "date": "a date and time"}
_TOP = {column.field for column in COLUMNS if len(column.path) == 1}
_GROUPS = {column.path[0] for column in COLUMNS if len(column.path) > 1}
_DATE = next(column for column in COLUMNS if column.field == "date")
_OF_PAGE = spellings(("pager", "views"))
_PAGER = tuple(Pager.__dataclass_fields__)
# DynTube's other lists use these names in their pager.
_OF_PAGER = spellings(_PAGER) | {"totalresults": "total", "totalpages": "pages"}
_OF_RECORD = spellings((*_TOP, *_GROUPS))
_OF_GROUP = {
    group: spellings(column.path[1] for column in COLUMNS if column.path[0] == group)
    for group in _GROUPS
}
