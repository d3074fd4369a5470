"""The schema of a view: columns, types, units, and the API field behind each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .addresses import NO_RULES, Address, PageRules, read
from .countries import country_code
from .people import somebody
from .text import clean, short

# 1: whole-number versions, dictionary-encoded URLs, no computed country or URL columns, and
#    placeholder ids counted as viewers. `upgrade` migrates it.
SCHEMA_VERSION = 2
SLOT_SECONDS = 900  # 15 minutes: every time zone in use starts its hours on a quarter-hour

TEXT = pa.string()
CATEGORY = pa.dictionary(pa.int32(), pa.string())  # dictionary-encoded: few distinct values
COUNT = pa.int32()
SECONDS = pa.float64()
FLAG = pa.bool_()
INSTANT = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class Column:
    """One column of a view: its name here, its path in the API's record, its type.

    `words` is text for people, in the form of `text.clean`; other text is a key or URL and never
    changed.
    """

    name: str
    path: tuple[str, ...]
    type: pa.DataType
    words: bool = False

    @property
    def field(self) -> str:
        """The API's name, such as `geo.country`."""
        return ".".join(self.path)


def _column(name: str, field: str, type_: pa.DataType, *, words: bool = False) -> Column:
    return Column(name, tuple(field.split(".")), type_, words)


def _words(name: str, field: str) -> Column:
    return _column(name, field, CATEGORY, words=True)


COLUMNS = (
    _column("id", "id", TEXT),
    _column("video_key", "videoKey", CATEGORY),
    _column("account_key", "accountKey", CATEGORY),
    _column("project_key", "projectKey", CATEGORY),
    _column("channel_key", "channelKey", CATEGORY),
    _column("channel_view_id", "channelViewId", TEXT),
    _column("client_user_id", "clientUserId", TEXT),
    _column("plan_type", "planType", COUNT),
    _column("viewer_id", "viewerId", TEXT),
    _column("view_id", "viewId", TEXT),
    _column("date", "date", INSTANT),
    _words("region", "region"),
    _column("started", "started", FLAG),
    _column("ended", "ended", FLAG),
    _column("muted", "muted", FLAG),
    _column("duration", "duration", SECONDS),
    _column("watch_time", "watchTime", SECONDS),
    _words("browser_family", "browser.family"),
    _words("browser_major", "browser.major"),
    _words("browser_minor", "browser.minor"),
    _words("device_family", "device.family"),
    _words("device_brand", "device.brand"),
    _words("device_model", "device.model"),
    _words("device_type", "device.type"),
    _words("os_family", "os.family"),
    _words("os_major", "os.major"),
    _words("os_processor", "os.processor"),
    _column("geo_ip", "geo.ip", TEXT),
    _words("geo_city", "geo.city"),
    _words("geo_country", "geo.country"),
    _words("geo_region", "geo.region"),
    _words("geo_continent", "geo.continent"),
    _column("embed_url", "embed.url", TEXT),
    _words("embed_domain", "embed.domain"),
    _column("embed_type", "embed.type", COUNT),
    _column("user_key", "userKey", CATEGORY),
)
VIEW_COLUMNS = tuple(column.name for column in COLUMNS)
# The columns computed from the URL, and the part of `Address` in each.
_OF_ADDRESS = {"embed_page": "page"} | {
    f"campaign_{part}": part for part in ("source", "medium", "name", "term", "content")
}
# What `extra` may hold of known fields: the field itself, or the group it is part of.
_KNOWN_FIELDS = {column.field for column in COLUMNS} | {column.path[0] for column in COLUMNS}

SCHEMA = pa.schema(
    [pa.field(column.name, column.type) for column in COLUMNS]
    # Computed once, here, because queries need them for every row:
    + [
        pa.field("slot", pa.int32()),  # quarter-hours since 1970-01-01 UTC
        pa.field("viewer", pa.int64()),  # hash of `client_user_id`, else `viewer_id`
        pa.field("country", CATEGORY),  # `countries.country_code` of geo_country
        # Parts of embed_url, as in `addresses.read`:
        *(pa.field(name, CATEGORY) for name in _OF_ADDRESS),
        # JSON object of raw fields that this version does not know, or knows but could not read;
        # null if there are none.
        pa.field("extra", TEXT),
    ]
)


@dataclass(frozen=True)
class Pager:
    """The `pager` of an answer: what was served (`page`, `size`, `hits`) and the totals.

    None where absent.
    """

    page: int | None = None
    size: int | None = None
    hits: int | None = None
    total: int | None = None
    pages: int | None = None


@dataclass(frozen=True)
class Rejected:
    """An unreadable record: the reason, and its raw JSON."""

    reason: str
    raw: str


@dataclass(frozen=True)
class Page:
    """One answer of the view log. `views` has SCHEMA.

    `zoneless` counts records whose date has no time zone. `says_nothing`: no views, but not in the
    documented form, so another URL might answer like this.
    """

    pager: Pager
    views: pa.Table
    rejected: tuple[Rejected, ...] = ()
    zoneless: int = 0
    says_nothing: bool = False

    @property
    def counted(self) -> int:
        """The total number of views; if the API does not count, the records on this page."""
        return len(self) if self.pager.total is None else self.pager.total

    def __len__(self) -> int:
        """The number of records received, unreadable ones included."""
        return len(self.views) + len(self.rejected)


def dictionary_encode_text(texts: pa.Array | pa.ChunkedArray, column: Column) -> pa.DictionaryArray:
    """Dictionary-encode texts for a column; `words` are cleaned, and empty texts become null."""
    codes, came = _distinct(pa.chunked_array([texts]) if isinstance(texts, pa.Array) else texts)
    shown = [text and short(clean(text)) if column.words else text for text in came]
    return _labels(codes, [text or None for text in shown])


def with_computed(table: pa.Table, rules: PageRules = NO_RULES) -> pa.Table:
    """Add the computed columns to those of views; `extra` is null if absent."""
    made = {name: table[name] for name in VIEW_COLUMNS}
    made["slot"] = _slots(cast(pa.ChunkedArray, table["date"]))
    made["viewer"] = viewer_hash(
        pc.coalesce(somebody(table["client_user_id"]), somebody(table["viewer_id"]))
    )
    codes, countries = _distinct(table["geo_country"])
    made["country"] = _labels(codes, [text and country_code(text) for text in countries])
    codes, urls = _distinct(table["embed_url"])
    addresses = [read(url, rules) if url else Address() for url in urls]
    for name, part in _OF_ADDRESS.items():
        made[name] = _labels(codes, [getattr(address, part) for address in addresses])
    made["extra"] = table["extra"] if "extra" in table.column_names else pa.nulls(len(table), TEXT)
    return pa.table([made[name] for name in SCHEMA.names], schema=SCHEMA)


def _slots(date: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(date.cast(pa.int64()), SLOT_SECONDS * 1_000_000).cast(pa.int32())


def _distinct(texts: pa.ChunkedArray) -> tuple[pa.Array, list[str | None]]:
    """Codes into a list of the distinct texts, and that list; its last entry is null."""
    found = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    labels = found.unify_dictionaries().combine_chunks()
    names = labels.dictionary.to_pylist()
    return labels.indices.fill_null(len(names)), [*names, None]


def _labels(codes: pa.Array, texts: list[str | None]) -> pa.DictionaryArray:
    """A dictionary array of codes into `texts`, which may have duplicates."""
    places = pa.array(texts, TEXT).dictionary_encode()
    return pa.DictionaryArray.from_arrays(places.indices.take(codes), places.dictionary)


def deduplicate(views: pa.Table) -> tuple[pa.Table, int]:
    """Deduplicate views by id; also returns how many were dropped."""
    duplicates = len(views) - pc.count_distinct(views["id"]).as_py()
    if duplicates:
        # A view still playing may come twice; the longer watch time is the later one.
        order = pc.sort_indices(views, [("id", "ascending"), ("watch_time", "descending")])
        views = views.take(order)
        first = ~pd.Series(views["id"].to_numpy()).duplicated().to_numpy()
        views = views.filter(pa.array(first))
    return views, duplicates


def filled_fields(views: pa.Table) -> dict[str, int]:
    """How many views have a value for each field, by API name; empty fields are left out."""
    counts = {c.field: len(views) - views[c.name].null_count for c in COLUMNS}
    return {field: count for field, count in counts.items() if count}


def odd_fields(views: pa.Table) -> tuple[dict[str, int], dict[str, int]]:
    """Count, from `extra`, the views with each field that this version does not know, and with each
    that it knows but could not read; by API name.
    """
    texts = views["extra"].drop_null().to_pylist()
    counts = Counter(name for text in texts for name in json.loads(text))
    unread = {name: count for name, count in counts.items() if name in _KNOWN_FIELDS}
    return {name: counts[name] for name in counts.keys() - unread.keys()}, unread


def viewer_hash(ids: pa.ChunkedArray) -> pa.Array:
    """A 64-bit hash of each id, stable across machines and over time; null stays null."""
    texts = ids.to_numpy(zero_copy_only=False)
    hashes = pd.util.hash_array(texts, categorize=False).view(np.int64)
    return pa.array(hashes, mask=ids.is_null().to_numpy())
