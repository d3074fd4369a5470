"""The format of a day file: writing, reading, detecting damage.

A Parquet file holds one UTC day of one scope. The metadata of its fetch is in the file itself, so
that data and bookkeeping cannot disagree. Checksums of data and metadata are stored between the
two, where Parquet readers do not look: otherwise a flipped bit in the metadata may crash a reader,
and one in the data give a wrong number. The only Python code that opens day files; `engine` reads
them through DuckDB.
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
DOUBTS_KEY = "dyntube.doubts"  # in the metadata of exported files
_SEAL = struct.Struct("<8sII")  # a name, then the CRC-32 of the data and of the metadata
_SEAL_NAME = b"DYNTUBE1"
_END = struct.Struct("<I4s")  # Parquet's footer: the length of its metadata, then "PAR1"
_PART = 2**20
_MOMENTS = ("fetched_at", "whole_at", "until", "newest", "asked_from", "asked_to")
# Column encodings. Ids are unique, so a dictionary of them only adds size; they use few characters,
# which zstd exploits and lz4 cannot.
_IDS = tuple(field.name for field in SCHEMA if field.type == TEXT)
_ENCODINGS = dict.fromkeys(_IDS, "DELTA_LENGTH_BYTE_ARRAY") | {
    "date": "DELTA_BINARY_PACKED",  # ascending
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
    """The metadata of a stored day; times are UTC.

    `rows`: views stored. `api_total`: the count of the API's pager, which includes `rejected`, the
    unreadable records, and `outside`, those dated on another day. `until`: the end of the fetched
    window. `verified`: the counts agreed, and the fetch showed that it was the whole day.
    `settled`: fetched so long after the day's end that no more changes are expected. `whole_at`:
    when all of the day was last fetched, not just its newest part. `duplicates`: received twice and
    merged. `added`, `changed` and `removed`: the difference to the version stored before. By the
    API's names, `unknown_fields` counts the views with each field that this version does not know,
    `unread_fields` those with each that it knows but could not read, `filled` those with a value
    for each. `rules`: the `addresses.PageRules` behind its pages. `asked_from` and `asked_to`: the
    window requested; None in older files, where it was the day. `api_zone`: the time zone assumed
    for dates without one, empty if there were none. `doubts`: why its numbers may be wrong.
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
        """Whether it is refetched only if an audit finds a difference."""
        return self.settled and self.verified

    def to_json(self) -> dict[str, object]:
        """Plain values, times as ISO 8601 text."""
        values = dataclasses.asdict(self)
        return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> DayInfo:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError."""
        names = {name.name for name in dataclasses.fields(DayInfo)}
        known = {name: value for name, value in values.items() if name in names}
        for name in _MOMENTS:
            if known.get(name) is not None:
                known[name] = dt.datetime.fromisoformat(known[name])
        known["day"] = dt.date.fromisoformat(known["day"])
        known["doubts"] = tuple(Doubt(**doubt) for doubt in known.get("doubts", ()))
        return DayInfo(**known)


def read_info(path: Path) -> DayInfo | None:
    """A file's metadata; None if it is damaged.

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
    """Whether a file's checksums match; reads all of it."""
    try:
        with path.open("rb") as file:
            return holds(file)
    except OSError:
        return False


def holds(file: IO[bytes]) -> bool:
    """As `is_sound`, of a file that is open."""
    try:
        end, seal, metadata = _tail(file)
        return _matches(seal, metadata) and _crc(file, end) == seal[1]
    except (OSError, ValueError, struct.error):
        return False


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The views of a day, oldest first, in the columns it was stored with, or some of them.

    A day of this version has SCHEMA; `upgrade` migrates older ones.
    """
    return pq.read_table(path, columns=columns and list(columns)).replace_schema_metadata()


def write(path: Path, views: pa.Table, info: DayInfo) -> None:
    """Write the views oldest first; by row groups, so that the table is never copied whole."""
    schema = SCHEMA.with_metadata({_METADATA_KEY: json.dumps(info.to_json())})
    order = pc.sort_indices(views, [("date", "ascending"), ("id", "ascending")])
    with pq.ParquetWriter(path, schema, **_HOW) as writer:
        for start in range(0, len(views), ROW_GROUP):
            group = views.take(order.slice(start, ROW_GROUP)).unify_dictionaries()
            writer.write_table(group.replace_schema_metadata(schema.metadata))
    _put_seal(path)


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write the unreadable records beside a day's file, if there are any."""
    if lines := [json.dumps(dataclasses.asdict(record)) for record in rejected]:
        with replacing(_beside(path)) as temporary:
            temporary.write_text("\n".join(lines) + "\n", "utf-8")


def read_rejected(path: Path) -> Iterator[Rejected]:
    """The unreadable records of a day's file."""
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
    """Write views for other tools: every API field, as plain text columns, nothing of ours.

    The doubts, as JSON, are in the metadata.
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
    """Stream many tables as one file for other tools, in parts; see `write_plain`."""
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
    """A write-only file that buffers what is written until it is taken."""

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
    """The end of the data, the checksums, and the metadata with Parquet's footer."""
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
