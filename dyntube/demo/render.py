"""Renders columns as the API's JSON, many records at a time.

Every column becomes a column of pieces such as `,"muted":false`, and Arrow joins the pieces of each
row. Pieces with few distinct values are formatted once and copied, so no Python code runs per
record.
"""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Ints, Words, mix
from .draw import Rows, fraction_digits
from .views import Column, Label, Number, columns

# Each column's key in the API's JSON, with the characters before it.
_NAMES = {
    "id": '{"id"',
    "video_key": ',"videoKey"',
    "account_key": ',"accountKey"',
    "project_key": ',"projectKey"',
    "channel_key": ',"channelKey"',
    "channel_view_id": ',"channelViewId"',
    "client_user_id": ',"clientUserId"',
    "plan_type": ',"planType"',
    "viewer_id": ',"viewerId"',
    "view_id": ',"viewId"',
    "date": ',"date"',
    "region": ',"region"',
    "started": ',"started"',
    "ended": ',"ended"',
    "muted": ',"muted"',
    "duration": ',"duration"',
    "watch_time": ',"watchTime"',
    "browser_family": ',"browser":{"family"',
    "browser_major": ',"major"',
    "browser_minor": ',"minor"',
    "device_family": '},"device":{"family"',
    "device_brand": ',"brand"',
    "device_model": ',"model"',
    "device_type": ',"type"',
    "os_family": '},"os":{"family"',
    "os_major": ',"major"',
    "os_processor": ',"processor"',
    "geo_ip": '},"geo":{"ip"',
    "geo_city": ',"city"',
    "geo_country": ',"country"',
    "geo_region": ',"region"',
    "geo_continent": ',"continent"',
    "embed_url": '},"embed":{"url"',
    "embed_domain": ',"domain"',
    "embed_type": ',"type"',
    "user_key": '},"userKey"',
}
_LAST = "},"
_ABSENT, _NULL, _EMPTY = range(3)
# How a missing value is printed, by column: chances in 256 of absent, null and empty.
_WAYS = {
    "client_user_id": (220, 18, 18),
    "user_key": (77, 9, 170),
    "duration": (128, 128, 0),
    "os_major": (128, 128, 0),
    "geo_city": (60, 60, 136),
    "geo_region": (60, 60, 136),
}
_ALWAYS_EMPTY = (0, 0, 256)


@dataclass(frozen=True)
class Block:
    """Records as JSON, each followed by a comma: record n is `body[starts[n]:starts[n + 1]]`."""

    body: memoryview
    starts: npt.NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        return self.body.nbytes + self.starts.nbytes


def render(rows: Rows) -> Block:
    """The records of the rows in order; at most a gigabyte, or about a million."""
    if not len(rows):
        return Block(memoryview(b""), np.zeros(1, np.int32))
    pieces = itertools.chain.from_iterable(
        _pieces(name, column, rows) for name, column in columns(rows).items()
    )
    records = pc.binary_join_element_wise(*pieces, "")
    _, offsets, data = records.buffers()
    starts = np.frombuffer(offsets, np.int32, len(rows) + 1, records.offset * 4)
    return Block(memoryview(data), starts)


def _pieces(name: str, column: Column, rows: Rows) -> list[pa.Array | str]:
    """The arrays or texts to join for a column."""
    if name == "date":
        return _dates(rows)
    if isinstance(column, Label):
        return [_taken(_texts(name, column.names), column.codes, name, rows.number)]
    if isinstance(column, Number):
        return [_taken(_numbers(name, _room(column.values)), column.values, name, rows.number)]
    if isinstance(column, np.ndarray):
        return [_flags(name).take(pa.array(column.astype(np.int8)))]
    if column.null_count:
        return [_sometimes(name, column, rows.number)]
    return [f'{_NAMES[name]}:"', column, '"']


def _taken(written: pa.Array, codes: Ints, name: str, number: Words) -> pa.Array:
    """The text of each code; the last three texts are those of a missing value."""
    if codes.min() < 0:
        missing = len(written) - 3 + _ways(name, number)
        codes = np.where(codes < 0, missing, codes)
    return written.take(pa.array(codes.astype(np.int32)))


def _ways(name: str, number: Words) -> Ints:
    chance = (mix(number, 91 + len(name)) & np.uint64(255)).astype(np.int64)
    return np.searchsorted(np.cumsum(_WAYS.get(name, _ALWAYS_EMPTY))[:2], chance, side="right")


def _missing(name: str) -> list[str]:
    lead, end = _NAMES[name], _LAST if name == "user_key" else ""
    # The brace that closes the previous group stays if the field is absent.
    absent = "}" if lead.startswith("}") else ""
    return [absent + end, f"{lead}:null{end}", f'{lead}:""{end}']


@functools.lru_cache(maxsize=128)
def _texts(name: str, names: tuple[str, ...]) -> pa.Array:
    values = [f"{_NAMES[name]}:{json.dumps(text, ensure_ascii=False)}" for text in names]
    end = _LAST if name == "user_key" else ""
    return pa.array([value + end for value in values] + _missing(name), pa.string())


@functools.lru_cache(maxsize=64)
def _numbers(name: str, room: int) -> pa.Array:
    return pa.array([f"{_NAMES[name]}:{n}" for n in range(room)] + _missing(name), pa.string())


def _room(values: Ints) -> int:
    """A power of two above every value, so that few distinct tables are made."""
    return 1 << int(values.max(initial=1)).bit_length()


@functools.cache
def _flags(name: str) -> pa.Array:
    return pa.array([f"{_NAMES[name]}:false", f"{_NAMES[name]}:true"])


def _sometimes(name: str, column: pa.Array, number: Words) -> pa.Array:
    written = pc.binary_join_element_wise(f'{_NAMES[name]}:"', column, '"', "")
    return pc.coalesce(written, pa.array(_missing(name)).take(pa.array(_ways(name, number))))


@functools.cache
def _clock() -> pa.Array:
    day = range(86_400)
    return pa.array([f"{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}" for n in day])


@functools.cache
def _digits() -> tuple[pa.Array, pa.Array]:
    """Up to three digits after a point, then up to four more followed by the zone.

    The texts with d digits begin at index 0, 1, 11, 111 and 1111; zones alternate.
    """
    head = [""] + [f".{n:0{d}d}" for d in (1, 2, 3) for n in range(10**d)]
    tail = [""] + [f"{n:0{d}d}" for d in (1, 2, 3, 4) for n in range(10**d)]
    return pa.array(head), pa.array([text + zone for text in tail for zone in ('+00:00"', 'Z"')])


def _dates(rows: Rows) -> list[pa.Array | str]:
    head, tail = _digits()
    digits = fraction_digits(rows.number)
    noise = mix(rows.number, 90)
    micro = rows.time % 1_000_000
    first, rest = np.minimum(digits, 3), np.maximum(digits - 3, 0)
    # The seventh digit is noise, for readers to drop.
    ten_millionths = micro % 1000 * 10 + (noise % np.uint64(10)).astype(np.int64) * (digits == 7)
    head_place = (10**first - 1) // 9 + micro // 1000 // 10 ** (3 - first) * (first > 0)
    tail_place = (10**rest - 1) // 9 + ten_millionths // 10 ** (4 - rest) * (rest > 0)
    zulu = (noise >> np.uint64(56)) < 20
    day = str(np.datetime64(int(rows.time[0]), "us"))[:10]
    return [
        f'{_NAMES["date"]}:"{day}T',
        _clock().take(pa.array(rows.time // 1_000_000 % 86_400)),
        head.take(pa.array(head_place)),
        tail.take(pa.array(tail_place * 2 + zulu)),
    ]
