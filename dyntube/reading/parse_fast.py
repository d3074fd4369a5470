"""The fast path: pages in the documented shape, straight from bytes to Arrow."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from .addresses import NO_RULES, PageRules
from .records import (
    CATEGORY,
    COLUMNS,
    INSTANT,
    SCHEMA,
    SECONDS,
    TEXT,
    Column,
    Page,
    Pager,
    dictionary_encode_text,
    with_computed,
)
from .text import LONGEST

_VERSIONS = ("browser_major", "browser_minor", "os_major")
_VERSION_TYPES = (pa.int64(), TEXT)  # as documented, and as some servers send them


def _json_type(column: Column, versions: pa.DataType) -> pa.DataType:
    if column.name in _VERSIONS:
        return versions
    return TEXT if column.type in (CATEGORY, INSTANT) else column.type


def _record_type(columns: Iterable[Column], versions: pa.DataType, depth: int = 0) -> pa.StructType:
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.path[depth], []).append(column)
    return pa.struct(
        {
            name: _json_type(group[0], versions)
            if len(group[0].path) == depth + 1
            else _record_type(group, versions, depth + 1)
            for name, group in groups.items()
        }
    )


_PAGER_TYPE = pa.struct({name: pa.int64() for name in Pager.__dataclass_fields__})
_SCHEMAS = [
    pa.schema({"pager": _PAGER_TYPE, "views": pa.list_(_record_type(COLUMNS, versions))})
    for versions in _VERSION_TYPES
]
_PARSE = {
    newlines: [
        pj.ParseOptions(
            explicit_schema=schema,
            newlines_in_values=newlines,
            unexpected_field_behavior="error",
        )
        for schema in _SCHEMAS
    ]
    for newlines in (False, True)
}


# A body that starts with `null` crashes pyarrow 26 (segmentation fault).
_FAILED = re.compile(rb'"(success|status|errors?)"', re.IGNORECASE)
_OPENS_OBJECT = re.compile(rb"(\xef\xbb\xbf)?\s*\{")


def read_plain(body: bytes, rules: PageRules = NO_RULES) -> Page | None:
    """The page, or None if it departs from the documented shape in any way."""
    if not _OPENS_OBJECT.match(body):
        return None
    try:
        _refuse_no_text(body)  # the JSON reader would accept it
    except pa.ArrowInvalid:
        return None
    for options in _PARSE[b"\n" in body]:
        with contextlib.suppress(pa.ArrowInvalid):
            return _read(body, options, rules)
    return None


def _read(body: bytes, options: pj.ParseOptions, rules: PageRules) -> Page | None:
    page = pj.read_json(
        pa.BufferReader(body),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 1),
        parse_options=options,
    )
    if len(page) != 1 or page["views"].null_count or page["pager"].null_count:
        return None
    pager = page["pager"][0].as_py()
    records = page["views"].chunk(0).flatten()
    if records.null_count or pager["total"] is None or min(filter(_is_said, pager.values())) < 0:
        return None
    if not len(records):  # possibly an error
        return None if _FAILED.search(body) else Page(Pager(**pager), SCHEMA.empty_table())
    fields = _fields(records)
    views = pa.table({c.name: _plain_column(fields[c.field], c) for c in COLUMNS})
    if views["id"].null_count or views["date"].null_count:
        return None
    return Page(Pager(**pager), with_computed(views, rules))


def _is_said(value: int | None) -> bool:
    return value is not None


def _refuse_no_text(body: bytes) -> None:
    """Raise ArrowInvalid for invalid UTF-8; unlike a cast, without a copy."""
    ends = pa.py_buffer(np.array([0, len(body)], np.int32))
    pa.StringArray.from_buffers(1, ends, pa.py_buffer(body)).validate(full=True)


def _fields(records: pa.StructArray, prefix: str = "") -> dict[str, pa.Array]:
    """The columns of records by API name; parts of a missing group are null."""
    fields: dict[str, pa.Array] = {}
    for field, values in zip(records.type, records.flatten(), strict=True):
        name = prefix + field.name
        nested = pa.types.is_struct(field.type)
        fields |= _fields(values, f"{name}.") if nested else {name: values}
    return fields


def _plain_column(values: pa.Array, column: Column) -> pa.Array:
    if column.type == INSTANT:
        # Via nanoseconds, as up to seven fractional digits occur.
        return values.cast(pa.timestamp("ns", "UTC")).cast(INSTANT, safe=False)
    if column.type == SECONDS and pc.any(pc.invert(pc.is_finite(values))).as_py():
        raise pa.ArrowInvalid(f"{column.field} is not finite")
    if column.type == TEXT:
        return _without_empty(values)
    if column.type == CATEGORY:
        return dictionary_encode_text(_short_enough(values.cast(TEXT), column), column)
    return values


def _without_empty(values: pa.Array) -> pa.Array:
    """The texts, with null for empty ones."""
    if pc.index(values, "").as_py() < 0:
        return values
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


def _short_enough(values: pa.Array, column: Column) -> pa.Array:
    """The texts; ArrowInvalid for words that would be truncated: their full text must be kept."""
    if column.words and (pc.max(pc.utf8_length(values)).as_py() or 0) > LONGEST:
        raise pa.ArrowInvalid(f"{column.field} is too long")
    return values
