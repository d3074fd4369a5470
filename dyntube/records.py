"""What a view is: the archive's columns, their types and units, and where each comes from."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SCHEMA_VERSION = 1
SLOT_SECONDS = 900  # a quarter of an hour: every time zone in use starts its hours on one

TEXT = pa.string()
LABEL = pa.dictionary(pa.int32(), pa.string())  # text of few different values
COUNT = pa.int32()
SECONDS = pa.float64()
FLAG = pa.bool_()
INSTANT = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class Column:
    """One column of a view: its name here, its place in the API's record, its type."""

    name: str
    path: tuple[str, ...]
    type: pa.DataType

    @property
    def field(self) -> str:
        """The API's name for it, such as `geo.country`."""
        return ".".join(self.path)


def _column(name: str, field: str, type_: pa.DataType) -> Column:
    return Column(name, tuple(field.split(".")), type_)


COLUMNS = (
    _column("id", "id", TEXT),
    _column("video_key", "videoKey", LABEL),
    _column("account_key", "accountKey", LABEL),
    _column("project_key", "projectKey", LABEL),
    _column("channel_key", "channelKey", LABEL),
    _column("channel_view_id", "channelViewId", TEXT),
    _column("client_user_id", "clientUserId", TEXT),
    _column("plan_type", "planType", COUNT),
    _column("viewer_id", "viewerId", TEXT),
    _column("view_id", "viewId", TEXT),
    _column("date", "date", INSTANT),
    _column("region", "region", LABEL),
    _column("started", "started", FLAG),
    _column("ended", "ended", FLAG),
    _column("muted", "muted", FLAG),
    _column("duration", "duration", SECONDS),
    _column("watch_time", "watchTime", SECONDS),
    _column("browser_family", "browser.family", LABEL),
    _column("browser_major", "browser.major", COUNT),
    _column("browser_minor", "browser.minor", COUNT),
    _column("device_family", "device.family", LABEL),
    _column("device_brand", "device.brand", LABEL),
    _column("device_model", "device.model", LABEL),
    _column("device_type", "device.type", LABEL),
    _column("os_family", "os.family", LABEL),
    _column("os_major", "os.major", COUNT),
    _column("os_processor", "os.processor", LABEL),
    _column("geo_ip", "geo.ip", TEXT),
    _column("geo_city", "geo.city", LABEL),
    _column("geo_country", "geo.country", LABEL),
    _column("geo_region", "geo.region", LABEL),
    _column("geo_continent", "geo.continent", LABEL),
    _column("embed_url", "embed.url", LABEL),
    _column("embed_domain", "embed.domain", LABEL),
    _column("embed_type", "embed.type", COUNT),
    _column("user_key", "userKey", LABEL),
)
VIEW_COLUMNS = tuple(column.name for column in COLUMNS)

SCHEMA = pa.schema(
    [pa.field(column.name, column.type) for column in COLUMNS]
    # Computed once, here, because questions need them for every row:
    + [
        pa.field("slot", pa.int32()),  # quarter-hours since 1970-01-01 UTC
        pa.field("viewer", pa.int64()),  # hash of client_user_id, else viewer_id; null without both
        pa.field("extra", TEXT),  # JSON object of fields this version does not know, else null
    ]
)


@dataclass(frozen=True)
class Pager:
    """The `pager` of an answer: what was served (`page`, `size`, `hits`) and how much there is."""

    page: int
    size: int
    hits: int
    total: int
    pages: int


@dataclass(frozen=True)
class Rejected:
    """A record that cannot be read: why, and its JSON as it came."""

    reason: str
    raw: str


@dataclass(frozen=True)
class Page:
    """One answer of the view log. `views` has SCHEMA."""

    pager: Pager
    views: pa.Table
    rejected: tuple[Rejected, ...] = ()


def with_computed(table: pa.Table) -> pa.Table:
    """Add `slot` and `viewer` to the view columns of a table; `extra` is null where absent."""
    date = cast(pa.ChunkedArray, table["date"])
    slot = pc.divide(date.cast(pa.int64()), SLOT_SECONDS * 1_000_000).cast(pa.int32())
    viewer = viewer_hash(pc.coalesce(table["client_user_id"], table["viewer_id"]))
    extra = table["extra"] if "extra" in table.column_names else pa.nulls(len(table), TEXT)
    columns = [table[name] for name in VIEW_COLUMNS] + [slot, viewer, extra]
    return pa.table(columns, schema=SCHEMA)


def unknown_fields(views: pa.Table) -> dict[str, int]:
    """How many views have each field that this version does not know, from `extra`."""
    texts = views["extra"].drop_null().to_pylist()
    return dict(Counter(name for text in texts for name in json.loads(text)))


def viewer_hash(ids: pa.ChunkedArray) -> pa.Array:
    """A 64-bit number for each id, the same on every machine for ever; null stays null."""
    texts = ids.to_numpy(zero_copy_only=False)
    hashes = pd.util.hash_array(texts, categorize=False).view(np.int64)
    return pa.array(hashes, mask=ids.is_null().to_numpy())
