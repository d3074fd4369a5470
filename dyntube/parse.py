"""From the JSON of a page of the view log to Arrow.

A page is read in one of two ways that give the same rows. Pages that fit the documented shape go
straight from bytes to Arrow. Any other page is read record by record, so that one odd record costs
itself and not its neighbours.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from .errors import BadResponseError
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
    return _read_plain(body) or _read_record_by_record(body)


# The plain way: bytes to Arrow


def _json_type(type_: pa.DataType) -> pa.DataType:
    return TEXT if type_ in (LABEL, INSTANT) else type_


def _record_type(columns: Iterable[Column], depth: int = 0) -> pa.StructType:
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.path[depth], []).append(column)
    return pa.struct(
        {
            name: _json_type(group[0].type)
            if len(group[0].path) == depth + 1
            else _record_type(group, depth + 1)
            for name, group in groups.items()
        }
    )


_PAGER_TYPE = pa.struct({name: pa.int64() for name in Pager.__dataclass_fields__})
_PAGE_SCHEMA = pa.schema({"pager": _PAGER_TYPE, "views": pa.list_(_record_type(COLUMNS))})
_PARSE = {
    newlines: pj.ParseOptions(
        explicit_schema=_PAGE_SCHEMA,
        newlines_in_values=newlines,
        unexpected_field_behavior="error",
    )
    for newlines in (False, True)
}


# A body that opens with `null` ends the process in pyarrow 26 (segmentation fault).
_OPENS_OBJECT = re.compile(rb"(\xef\xbb\xbf)?\s*\{")


def _read_plain(body: bytes) -> Page | None:
    """The page, or None when anything about it departs from the documented shape."""
    if not _OPENS_OBJECT.match(body):
        return None
    try:
        pa.scalar(body, pa.binary()).cast(TEXT)  # the reader does not mind bytes that are no text
        page = pj.read_json(
            pa.BufferReader(body),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 1),
            parse_options=_PARSE[b"\n" in body],
        )
        if len(page) != 1 or page["views"].null_count or page["pager"].null_count:
            return None
        pager = page["pager"][0].as_py()
        records = page["views"].chunk(0).flatten()
        if records.null_count or not all(v is not None and v >= 0 for v in pager.values()):
            return None
        fields = _fields(records)
        views = pa.table({c.name: _plain_column(fields[c.field], c) for c in COLUMNS})
    except pa.ArrowInvalid:
        return None
    if views["id"].null_count or views["date"].null_count:
        return None
    return Page(Pager(**pager), with_computed(views))


def _fields(records: pa.StructArray, prefix: str = "") -> dict[str, pa.Array]:
    """The columns of records by the API's names for them; a missing group makes its parts null."""
    fields: dict[str, pa.Array] = {}
    for field, values in zip(records.type, records.flatten(), strict=True):
        name = prefix + field.name
        nested = pa.types.is_struct(field.type)
        fields |= _fields(values, f"{name}.") if nested else {name: values}
    return fields


def _plain_column(values: pa.Array, column: Column) -> pa.Array:
    if column.type == INSTANT:
        # By way of nanoseconds, since up to seven fraction digits occur.
        return values.cast(pa.timestamp("ns", "UTC")).cast(INSTANT, safe=False)
    if column.type == SECONDS and pc.any(pc.invert(pc.is_finite(values))).as_py():
        raise pa.ArrowInvalid(f"{column.field} is not finite")
    if column.type == TEXT:
        return _without_empty(values, values)
    if column.type == LABEL:
        labels = values.dictionary_encode()
        known = _without_empty(values, labels.dictionary)
        return labels if known is labels.dictionary else known.dictionary_encode()
    return values


def _without_empty(values: pa.Array, distinct: pa.Array) -> pa.Array:
    """`distinct` itself where it has no empty text, else `values` with null for each."""
    if pc.index(distinct, "").as_py() < 0:
        return distinct
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


# The careful way: record by record


class _Unreadable(ValueError):
    """A record cannot be a view; the text is the reason."""


_NOT_A_NUMBER = object()


def _read_record_by_record(body: bytes) -> Page:
    answer = _parse(body)
    if not isinstance(answer, dict) or not isinstance(answer.get("views"), list):
        raise BadResponseError("DynTube answered with JSON that is not a page of views.")
    rows, rejected = [], []
    for record in answer["views"]:
        try:
            rows.append(_row(record))
        except _Unreadable as error:
            raw = json.dumps(record, ensure_ascii=True, default=lambda _: "NaN")
            rejected.append(Rejected(str(error), raw))
    fields = {column.name: column.type for column in COLUMNS} | {"extra": TEXT}
    arrays = {
        name: pa.array([row[name] for row in rows], TEXT if type_ == LABEL else type_)
        for name, type_ in fields.items()
    }
    labels = {name: arrays[name].dictionary_encode() for name, t in fields.items() if t == LABEL}
    return Page(_pager(answer), with_computed(pa.table(arrays | labels)), tuple(rejected))


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=lambda _: _NOT_A_NUMBER, parse_float=_float)
    except (ValueError, RecursionError):
        raise BadResponseError(
            "DynTube answered with something that is not JSON: "
            "a proxy or login page may stand between, or the answer was cut off."
        ) from None


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
    known: dict[str, object] = {}
    unknown: dict[str, object] = {}
    for name, value in record.items():
        if name in _GROUPS and value not in (None, ""):
            if not isinstance(value, dict):
                raise _Unreadable(f"{name} is not a JSON object")
            for part, inner in value.items():
                place = known if f"{name}.{part}" in _READERS else unknown
                place[f"{name}.{part}"] = inner
        elif name not in _GROUPS:
            (known if name in _TOP else unknown)[name] = value
    row = {column.name: _value(column, known.get(column.field)) for column in COLUMNS}
    if row["id"] is None or row["date"] is None:
        raise _Unreadable("the record has no id" if row["id"] is None else "the record has no date")
    row["extra"] = json.dumps(unknown, default=lambda _: "NaN") if unknown else None
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
