"""Pages that fit the documented shape, straight from bytes to Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from .records import COLUMNS, INSTANT, LABEL, SECONDS, TEXT, Column, Page, Pager, with_computed


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


def read_plain(body: bytes) -> Page | None:
    """The page, or None when anything about it departs from the documented shape."""
    if not _OPENS_OBJECT.match(body):
        return None
    try:
        _refuse_no_text(body)  # which the reader does not mind
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


def _refuse_no_text(body: bytes) -> None:
    """Raise ArrowInvalid for bytes that are no UTF-8; without a copy, unlike a cast."""
    ends = pa.py_buffer(np.array([0, len(body)], np.int32))
    pa.StringArray.from_buffers(1, ends, pa.py_buffer(body)).validate(full=True)


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
        return _without_empty(values)
    return _labels(values) if column.type == LABEL else values


def _without_empty(values: pa.Array) -> pa.Array:
    """The texts with null for each empty one."""
    if pc.index(values, "").as_py() < 0:
        return values
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)


def _labels(values: pa.Array) -> pa.DictionaryArray:
    """The texts as labels, without the empty one."""
    labels = values.dictionary_encode()
    distinct = labels.dictionary
    empty = pc.index(distinct, "").as_py()
    if empty < 0:
        return labels
    # The others move up: to encode again would cost as much as the first time.
    places = np.arange(len(distinct), dtype=np.int32)
    places[empty + 1 :] -= 1
    moved = pa.array(places, mask=np.arange(len(distinct)) == empty)
    others = pa.concat_arrays([distinct[:empty], distinct[empty + 1 :]])
    return pa.DictionaryArray.from_arrays(moved.take(labels.indices), others)
