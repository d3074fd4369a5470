"""From the JSON of a page of the view log to Arrow.

A page is read in one of two ways that give the same rows. Pages that fit the documented shape go
straight from bytes to Arrow. Any other page is read record by record, so that one odd record costs
itself and not its neighbours.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from typing import Any, cast

import pyarrow as pa

from .errors import BadResponseError
from .parse_plain import read_plain
from .records import (
    COLUMNS,
    COUNT,
    FLAG,
    INSTANT,
    LABEL,
    SECONDS,
    TEXT,
    Column,
    Page,
    Pager,
    Rejected,
    with_computed,
)


def read_page(body: bytes) -> Page:
    """Read one answer of `POST /v1/logs/data`.

    Raises BadResponseError when it is not JSON or has no pager and views. Records that cannot be
    read are set aside in `rejected`; empty texts become null.
    """
    return read_plain(body) or _read_record_by_record(body)


class _Unreadable(ValueError):
    """A record cannot be a view; the text is the reason."""


_NOT_A_NUMBER = object()
_LONGEST_NUMBER = 4000  # digits; Python itself refuses some more


class _Ambiguous(dict[str, Any]):
    """A JSON object in which a name comes twice: which value is meant is not known."""


def _read_record_by_record(body: bytes) -> Page:
    answer = _parse(body)
    whole = isinstance(answer, dict) and not isinstance(answer, _Ambiguous)
    if not whole or not isinstance(answer.get("views"), list):
        raise BadResponseError("DynTube answered with JSON that is not a page of views.")
    rows, rejected = [], []
    for record in answer["views"]:
        try:
            rows.append(_row(record))
        except _Unreadable as error:
            rejected.append(Rejected(str(error), _raw(record)))
        except RecursionError:
            rejected.append(Rejected("the record is nested too deeply", ""))
    fields = {column.name: column.type for column in COLUMNS} | {"extra": TEXT}
    arrays = {
        name: pa.array([row[name] for row in rows], TEXT if type_ == LABEL else type_)
        for name, type_ in fields.items()
    }
    labels = {name: arrays[name].dictionary_encode() for name, t in fields.items() if t == LABEL}
    return Page(_pager(answer), with_computed(pa.table(arrays | labels)), tuple(rejected))


def _raw(record: object) -> str:
    return json.dumps(record, ensure_ascii=True, default=lambda _: "NaN")


def _parse(body: bytes) -> Any:
    try:
        return json.loads(
            body,
            parse_constant=lambda _: _NOT_A_NUMBER,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise BadResponseError(
            "DynTube answered with something that is not JSON: "
            "a proxy or login page may stand between, or the answer was cut off."
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Ambiguous(made)


def _int(text: str) -> object:
    return int(text) if len(text) <= _LONGEST_NUMBER else _NOT_A_NUMBER


def _float(text: str) -> object:
    number = float(text)
    return number if math.isfinite(number) else _NOT_A_NUMBER


def _pager(answer: dict[str, Any]) -> Pager:
    pager = answer.get("pager")
    values = [pager.get(n) if isinstance(pager, dict) else None for n in Pager.__dataclass_fields__]
    if not all(type(value) is int and value >= 0 for value in values):
        raise BadResponseError("DynTube answered with a page of views that lacks its pager.")
    return Pager(*cast(list[int], values))


def _row(record: object) -> dict[str, object]:
    if not isinstance(record, dict):
        raise _Unreadable("the record is not a JSON object")
    if isinstance(record, _Ambiguous):
        raise _Unreadable("a field comes twice")
    known: dict[str, object] = {}
    unknown: dict[str, object] = {}
    for name, value in record.items():
        if name in _GROUPS and value not in (None, ""):
            if not isinstance(value, dict):
                raise _Unreadable(f"{name} is not a JSON object")
            if isinstance(value, _Ambiguous):
                raise _Unreadable(f"a field of {name} comes twice")
            for part, inner in value.items():
                place = known if f"{name}.{part}" in _READERS else unknown
                place[f"{name}.{part}"] = inner
        elif name not in _GROUPS:
            (known if name in _TOP else unknown)[name] = value
    row = {column.name: _value(column, known.get(column.field)) for column in COLUMNS}
    if row["id"] is None or row["date"] is None:
        raise _Unreadable("the record has no id" if row["id"] is None else "the record has no date")
    row["extra"] = _raw(unknown) if unknown else None
    return row


def _value(column: Column, value: object) -> object:
    if value is None or value == "":
        return None
    try:
        return _READERS[column.field](value)
    except (ValueError, TypeError, OverflowError):
        raise _Unreadable(f"{column.field} is not {_EXPECTED[column.type]}") from None


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    # Half of a surrogate pair is legal JSON and illegal UTF-8.
    return str(value).encode("utf-8", "replace").decode()


def _count(value: object) -> int:
    number = _seconds(value)
    if number != int(number) or not -(2**31) <= number < 2**31:
        raise ValueError
    return int(number)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _instant(value: object) -> dt.datetime:
    if not isinstance(value, str):
        raise TypeError
    instant = dt.datetime.fromisoformat(value)
    return instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


_READ: dict[pa.DataType, Callable[[object], object]] = {
    TEXT: _text,
    LABEL: _text,
    COUNT: _count,
    SECONDS: _seconds,
    FLAG: _flag,
    INSTANT: _instant,
}
_EXPECTED = {
    TEXT: "text",
    LABEL: "text",
    COUNT: "a whole number",
    SECONDS: "a number",
    FLAG: "true or false",
    INSTANT: "a date and time",
}
_READERS = {column.field: _READ[column.type] for column in COLUMNS}
_GROUPS = {column.path[0] for column in COLUMNS if len(column.path) > 1}
_TOP = {column.field for column in COLUMNS if len(column.path) == 1}
