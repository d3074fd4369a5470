"""One day's file: what is written into it, read from it, and how damage is found.

A Parquet file holds one UTC day of one scope. What is known about its fetch stands in the file's
own metadata, so that data and bookkeeping cannot disagree. Between the data and the metadata,
where readers of Parquet do not look, stand checksums of both: a flipped bit in the metadata may
otherwise crash a reader, and one in the data may give a wrong number. The only module that opens
day files.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..atomic import replacing
from ..errors import ArchiveError
from ..reading.records import CATEGORY, SCHEMA, SCHEMA_VERSION, TEXT, VIEW_COLUMNS, Rejected
from .doubts import Doubt

ROW_GROUP = 50_000  # views; larger ones cost memory while a big day is written
_METADATA_KEY = b"dyntube"
DOUBTS_KEY = "dyntube.doubts"  # in the metadata of files for other tools
_SEAL = struct.Struct("<8sII")  # a name, then the CRC-32 of the data and of the metadata
_SEAL_NAME = b"DYNTUBE1"
_END = struct.Struct("<I4s")  # how Parquet ends: the length of its metadata, then "PAR1"
_PART = 2**20
_MOMENTS = ("fetched_at", "whole_at", "until", "newest", "asked_from", "asked_to")
# How columns are written. Ids differ in every view, so that a dictionary of them is all of them
# and then some; their letters are few, which zstd makes use of and lz4 cannot.
_IDS = tuple(field.name for field in SCHEMA if field.type == TEXT)
_ENCODINGS = dict.fromkeys(_IDS, "DELTA_LENGTH_BYTE_ARRAY") | {
    "date": "DELTA_BINARY_PACKED",  # they ascend
    "viewer": "PLAIN",
}
_HOW: dict[str, Any] = {
    "use_dictionary": [name for name in SCHEMA.names if name not in _ENCODINGS],
    "column_encoding": _ENCODINGS,
    "compression": {name: "zstd" if name in _IDS else "lz4" for name in SCHEMA.names},
    "compression_level": dict.fromkeys(_IDS, 1),
}


@dataclass(frozen=True)
class DayInfo:
    """What is known of a stored day; times are UTC.

    `rows` are the views stored; `api_total` is what the API's pager counted, which is more by
    `rejected`, the records that could not be read, and by `outside`, those dated on another day.
    `until` is where the fetched window ended. `verified`: the counts agreed. `settled`: fetched so
    long after the day's end that it is not expected to change. `whole_at` is when all of the day
    was fetched, and not only its newest part. `duplicates` came twice and were merged. `added`,
    `changed` and `removed` compare with what was stored before. `unknown_fields` counts the views
    with each field that this version does not know, `unread_fields` those with each that it knows
    and could not read, `filled` those with a value of each, by the API's names. `rules` are the
    `addresses.PageRules` that its pages were made by. `asked_from` and `asked_to` are the window
    that was asked for, None where it was the day. `api_zone` is where dates without a time zone
    were read, empty where there are none. `doubts` say why its numbers may be wrong.
    """

    day: dt.date
    rows: int
    api_total: int
    verified: bool
    settled: bool
    fetched_at: dt.datetime
    until: dt.datetime
    newest: dt.datetime | None
    rejected: int = 0
    duplicates: int = 0
    schema: int = SCHEMA_VERSION
    outside: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    whole_at: dt.datetime | None = None
    unknown_fields: Mapping[str, int] = field(default_factory=dict)
    unread_fields: Mapping[str, int] = field(default_factory=dict)
    rules: str = ""
    filled: Mapping[str, int] = field(default_factory=dict)
    asked_from: dt.datetime | None = None
    asked_to: dt.datetime | None = None
    api_zone: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def final(self) -> bool:
        """Whether nothing is to be fetched again unless an audit finds a difference."""
        return self.settled and self.verified

    def to_json(self) -> dict[str, object]:
        """Plain values, times as ISO 8601 text."""
        values = dataclasses.asdict(self)
        return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> DayInfo:
        """The reverse of `to_json`; raises KeyError, TypeError or ValueError."""
        names = {name.name for name in dataclasses.fields(DayInfo)}
        known = {name: value for name, value in values.items() if name in names}
        for name in _MOMENTS:
            if known.get(name) is not None:
                known[name] = dt.datetime.fromisoformat(known[name])
        known["day"] = dt.date.fromisoformat(known["day"])
        known["doubts"] = tuple(Doubt(**doubt) for doubt in known.get("doubts", ()))
        return DayInfo(**known)


def read_info(path: Path) -> DayInfo | None:
    """What the file knows about itself; None when its metadata is damaged.

    Raises ArchiveError for a file of a newer version of this program.
    """
    try:
        if not _metadata_is_sound(path):
            return None
        metadata = pq.read_metadata(path)
        info = DayInfo.from_json(json.loads(metadata.metadata[_METADATA_KEY]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, AttributeError):
        return None
    if info.schema > SCHEMA_VERSION:
        raise ArchiveError(
            f"{path} was written by a newer version of DynTube Analytics. Update this one."
        )
    return info if metadata.num_rows == info.rows else None


def is_sound(path: Path) -> bool:
    """Whether every byte of a file is as it was written; reads all of it."""
    try:
        with path.open("rb") as file:
            end, seal, metadata = _tail(file)
            return _matches(seal, metadata) and _crc(file, end) == seal[1]
    except (OSError, ValueError, struct.error):
        return False


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The views of a day, oldest first, in the columns it was stored with or some of them.

    A day of this version has SCHEMA; `upgrade` makes that of an older one.
    """
    return pq.read_table(path, columns=columns and list(columns)).replace_schema_metadata()


def write(path: Path, views: pa.Table, info: DayInfo) -> None:
    """Write the views oldest first; by row groups, so that the table is never there twice."""
    schema = SCHEMA.with_metadata({_METADATA_KEY: json.dumps(info.to_json())})
    order = pc.sort_indices(views, [("date", "ascending"), ("id", "ascending")])
    with pq.ParquetWriter(path, schema, **_HOW) as writer:
        for start in range(0, len(views), ROW_GROUP):
            group = views.take(order.slice(start, ROW_GROUP)).unify_dictionaries()
            writer.write_table(group.replace_schema_metadata(schema.metadata))
    _put_seal(path)


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write the records that could not be read beside a day's file, if there are any."""
    if lines := [json.dumps(dataclasses.asdict(record)) for record in rejected]:
        with replacing(_beside(path)) as temporary:
            temporary.write_text("\n".join(lines) + "\n", "utf-8")


def read_rejected(path: Path) -> Iterator[Rejected]:
    """The records that could not be read of a day's file."""
    try:
        lines = _beside(path).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield Rejected(**json.loads(line))
        except (ValueError, TypeError):
            yield Rejected("the line that kept it is damaged", line)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name[:17]}.rejected.jsonl")


def write_plain(path: Path, views: pa.Table, doubts: str = "[]") -> None:
    """Write views for other tools: every field of the API, plain text columns, nothing of ours.

    What there is against their numbers, as JSON, stands in the metadata.
    """
    names = [*VIEW_COLUMNS, "extra"]
    plain = {
        name: pc.cast(views[name], TEXT) if views[name].type == CATEGORY else views[name]
        for name in names
    }
    table = pa.table(plain).replace_schema_metadata({DOUBTS_KEY: doubts})
    pq.write_table(table, path, compression="zstd")


def stream_plain(
    tables: Iterable[pa.Table], schema: pa.Schema, doubts: str = "{}"
) -> Iterator[bytes]:
    """One file for other tools out of many tables, in parts, as they come; see `write_plain`."""
    sink, schema = _Parts(), schema.with_metadata({DOUBTS_KEY: doubts})
    writer = pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd")
    for table in _enough_for_a_group(tables):
        writer.write_table(table, ROW_GROUP)
        yield sink.taken()
    writer.close()
    yield sink.taken()


def _enough_for_a_group(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= ROW_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


class _Parts:
    """A file that keeps what is written only until it is taken."""

    def __init__(self) -> None:
        self.closed = False
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, part: bytes) -> None:
        self._parts.append(part)
        self._written += len(part)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def _put_seal(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-_END.size, 2)
        length, _ = _END.unpack(file.read(_END.size))
        end = file.seek(-_END.size - length, 2)
        metadata = file.read()
        seal = _SEAL.pack(_SEAL_NAME, _crc(file, end), zlib.crc32(metadata))
        file.seek(end)
        file.write(seal + metadata)


def _metadata_is_sound(path: Path) -> bool:
    with path.open("rb") as file:
        return _matches(*_tail(file)[1:])


def _tail(file: IO[bytes]) -> tuple[int, tuple[bytes, int, int], bytes]:
    """Where the data ends, the seal, and the metadata with Parquet's own end."""
    file.seek(-_END.size, 2)
    length, _ = _END.unpack(file.read(_END.size))
    end = file.seek(-_END.size - length - _SEAL.size, 2)
    return end, _SEAL.unpack(file.read(_SEAL.size)), file.read()


def _matches(seal: tuple[bytes, int, int], metadata: bytes) -> bool:
    return seal[0] == _SEAL_NAME and seal[2] == zlib.crc32(metadata)


def _crc(file: IO[bytes], end: int) -> int:
    """The CRC-32 of the first `end` bytes."""
    file.seek(0)
    crc, left = 0, end
    while left and (part := file.read(min(_PART, left))):
        crc, left = zlib.crc32(part, crc), left - len(part)
    return crc
