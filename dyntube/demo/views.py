"""Days of views in columns, as Arrow and in the archive's schema."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import audience
from .campaigns import addresses
from .catalog import ACCOUNT_KEY, catalog
from .chance import Flags, Ints, fraction, texts
from .draw import LENGTH_ABSENT, SEED, VIEWS_PER_DAY, Rows, draw_day
from .embeds import pages, projects_of_videos
from .machines import TEXTS, machines, versions
from .world import DELIVERY_REGIONS, world

_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_VERSIONS = ("browser_major", "browser_minor", "os_major")  # text in the archive
_OCTETS = pa.array([f"{n}." for n in range(256)])


@dataclass(frozen=True)
class Label:
    """A text column with few distinct values: an index into `names` per view, -1 where missing."""

    codes: Ints
    names: tuple[str, ...]

    def array(self) -> pa.Array:
        codes = pa.array(self.codes.astype(np.int32), mask=self.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(self.names, pa.string()))


@dataclass(frozen=True)
class Number:
    """A column of whole numbers from 0, -1 where missing."""

    values: Ints


Column: TypeAlias = Label | Number | Flags | pa.Array


def make_day(day: dt.date, seed: int = SEED, views_per_day: int = VIEWS_PER_DAY) -> pa.Table:
    """All views of one complete UTC day, oldest first, in `records.SCHEMA`.

    `views_per_day` is the scale: roughly the views of an average day of 2026.
    """
    # Imported here, since it imports pandas, which the server does not need.
    from ..reading.records import with_computed

    return with_computed(table(draw_day(day, seed, views_per_day)))


def table(rows: Rows) -> pa.Table:
    """The rows as Arrow, with the archive's columns except computed ones."""
    return pa.table({name: _arrow(name, column) for name, column in columns(rows).items()})


def _arrow(name: str, column: Column) -> pa.Array:
    if isinstance(column, Label):
        return column.array()
    if isinstance(column, Number):
        seconds = name in ("duration", "watch_time")
        values = column.values.astype(np.float64 if seconds else np.int32)
        numbers = pa.array(values, mask=column.values < 0)
        return numbers.cast(pa.string()).dictionary_encode() if name in _VERSIONS else numbers
    if isinstance(column, np.ndarray):
        return pa.array(column)
    return column


def columns(rows: Rows) -> dict[str, Column]:
    """Every column of a view, by the archive's name and in the order of the API's record."""
    software = _software(rows)
    return {
        "id": texts(rows.number, 8, 1),
        **_video_columns(rows),
        "channel_view_id": texts(rows.number, 9, 2),
        "client_user_id": _user_ids(rows),
        "plan_type": Number(_plan_types()[rows.video]),
        "viewer_id": texts(rows.viewer, 11 - 1, 3),
        "view_id": texts(rows.number, 9, 4),
        "date": pa.array(rows.time).cast(pa.timestamp("us", "UTC")),
        "region": Label(world().delivery[rows.place], DELIVERY_REGIONS),
        "started": rows.started,
        "ended": rows.ended,
        "muted": rows.muted,
        "duration": Number(np.where(rows.length == LENGTH_ABSENT, -1, rows.length)),
        "watch_time": Number(rows.watch.astype(np.int64)),
        **software,
        **_place_columns(rows),
        "embed_url": addresses(rows),
        "embed_domain": Label(pages().domain[rows.page], pages().domains),
        "embed_type": Number(1 + (pages().domain[rows.page] == pages().by_script)),
        "user_key": Label(np.full(len(rows), -1), ("",)),
    }


@functools.cache
def _plan_types() -> Ints:
    plans = np.array([project.plan_type for project in catalog().projects])
    types: Ints = plans[projects_of_videos()]
    return types


def _video_columns(rows: Rows) -> dict[str, Column]:
    known, video = catalog(), rows.video.astype(np.int64)
    channel = np.array([one.channel for one in known.videos])[video]
    return {
        "video_key": Label(video, tuple(one.key for one in known.videos)),
        "account_key": Label(np.zeros(len(rows), np.int64), (ACCOUNT_KEY,)),
        "project_key": Label(projects_of_videos()[video], tuple(p.key for p in known.projects)),
        "channel_key": Label(channel, tuple(one.key for one in known.channels)),
    }


def _user_ids(rows: Rows) -> pa.Array:
    who = audience.person(rows.viewer)
    ids = texts(who, 8, 5, prefix="u-")
    return pc.if_else(pa.array(audience.signed_in(who)), ids, pa.scalar(None, pa.string()))


def _software(rows: Rows) -> dict[str, Column]:
    known, machine = machines(), rows.machine.astype(np.int64)
    middle = int(rows.time[len(rows) // 2]) // 86_400_000_000 if len(rows) else 0
    day = dt.date.fromordinal(_EPOCH_DAY + middle)
    numbers = versions(day, machine, rows.viewer)
    labels: dict[str, Column] = {}
    for name in TEXTS:
        names, codes = _distinct(known.texts[name])
        lost = _missing(rows, 33, 0.006 if name == "device_brand" else 0.0)
        labels[name] = Label(np.where(lost, -1, codes[machine]), names)
    order = "browser_family browser_major browser_minor device_family device_brand device_model"
    order += " device_type os_family os_major os_processor"
    columns = labels | {name: Number(values) for name, values in numbers.items()}
    return {name: columns[name] for name in order.split()}


def _place_columns(rows: Rows) -> dict[str, Column]:
    known, place = world(), rows.place.astype(np.int64)
    nowhere = _missing(rows, 34, 0.002)
    country = np.where(nowhere, -1, known.country[place])
    columns: dict[str, Column] = {"geo_ip": _addresses(rows)}
    parts = (("geo_city", known.cities, 0.02), ("geo_region", known.regions, 0.012))
    for name, values, part in parts:
        names, codes = _distinct(values)
        lost = nowhere | _missing(rows, 35 + len(columns), part)
        columns[name] = Label(np.where(lost, -1, codes[place]), names)
        if name == "geo_city":
            columns["geo_country"] = Label(country, known.countries)
    names, codes = _distinct(known.continents)
    columns["geo_continent"] = Label(np.where(nowhere, -1, codes[country]), names)
    return columns


def _missing(rows: Rows, purpose: int, part: float) -> Flags:
    return fraction(rows.number, purpose) < part


def _distinct(values: Iterable[str]) -> tuple[tuple[str, ...], Ints]:
    """The distinct texts except the empty one, and each value's index, -1 if empty."""
    known = tuple(values)
    names = tuple(dict.fromkeys(filter(None, known)))
    return names, np.array([names.index(value) if value else -1 for value in known])


def _addresses(rows: Rows) -> pa.Array:
    octets: list[Any] = [
        _OCTETS.take(pa.array(_octet(rows.address, shift))) for shift in (24, 16, 8)
    ]
    return pc.binary_join_element_wise(*octets, "0", "")


def _octet(address: npt.NDArray[np.uint32], shift: int) -> npt.NDArray[np.uint8]:
    return ((address >> np.uint32(shift)) & np.uint32(255)).astype(np.uint8)
