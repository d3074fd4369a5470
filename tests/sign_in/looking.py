"""Looks at all of a page that a person can: as it opens, its menus, its files, what it names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import openpyxl
import pyarrow.parquet
from streamlit.proto.DownloadButton_pb2 import DownloadButton
from streamlit.proto.WidgetStates_pb2 import WidgetState

from .canaries import CELLS, PERIOD, PERSONAL, Reader
from .hosted import get
from .tab import Tab, told, unpacked

PAGES = ("", "videos", "engagement", "geography", "devices", "embeds", "live", "data", "people")
LISTS = ("project", "channel", "video", "city", "embed_domain", "campaign_name", "browser")
MENUS = ("saved-views", "notes", "icon-account")


def states(reader: Reader) -> dict[str, str]:
    """Addresses of a page, many of which ask for what the reader may not see."""
    other = next((cell for cell in CELLS if not reader.sees(cell)), CELLS[2])
    own = (reader.cells or (other,))[0]
    part, dates = other.word[:4], PERIOD.replace("from", "compare-from").replace("to", "compare-to")
    asked = {
        "as it opens": "compare=none",
        "compared": "compare=previous",
        "compared with the same days": f"compare=dates&{dates}",
        "a foreign project": f"project={other.project or 'none'}",
        "a foreign channel": f"channel={other.channel or 'none'}",
        "a foreign video": f"video={other.video}",
        "without what is theirs": f"video-not={own.video}&project-not={own.project or ''}",
        "parts of foreign names": f"city-contains={part}&embed_domain-contains={part}",
        "parts of foreign titles": f"video-contains=film%20{part}",
        "a foreign video open": f"open={other.video}",
        "one of theirs open": f"open={own.video}",
        "both side by side": f"open={own.video}&open={other.video}",
        "the views behind": "behind=views",
        "the views behind a foreign filter": f"behind=viewers&project={other.project or 'none'}",
        "other levels": "level=city&level=embed_page&level=channel&metric=viewers",
        "what was set aside": "check=rejected",
    }
    return {name: f"{PERIOD}&{query}" for name, query in asked.items()} | {
        "all time": "period=all-time&interval=day"
    }


def leaks(reader: Reader, said: bytes, address: str = "") -> list[str]:
    """What of somebody else's is in what came to a reader."""
    low = said.lower()
    personal = [PERSONAL] if reader.role in ("reader", "analyst") else []
    return [word for word in (*reader.foreign(address), *personal) if _has(low, word)]


def _has(text: bytes, word: str) -> bool:
    """Whether a word is in a text; a number by itself, and not as a part of another."""
    found = word.encode() in text
    if found and word[0].isdigit():
        return re.search(rb"(?<![\d,.])" + word.encode() + rb"(?![\d,])", text) is not None
    return found


def cards(tab: Tab) -> dict[str, str]:
    """What the cards of an open page say, by their names; {} without cards."""
    if not tab.keys("cards"):
        return {}
    sent = json.loads(tab.find("cards").json)  # type: ignore[attr-defined]
    return {card["name"]: card["value"] for card in sent["cards"]}


def menus(tab: Tab) -> Iterator[bytes]:
    """Open every menu of an open page, and every list of its filters."""
    for key in MENUS:
        if tab.keys(key):
            yield tab.run(WidgetState(id=tab.id_of(key), bool_value=True)).raw
    for by in LISTS:
        filters = tab.id_of("filters")
        yield tab.run(told(filters, "opened", {"by": by, "operator": "is"})).raw


def buttons(tab: Tab) -> dict[str, str]:
    """The files that an open page offers: their keys, and the ids to ask for them by."""
    return {
        id_.split("-", 2)[2]: element.deferred_file_id
        for id_, element in tab.elements.items()
        if isinstance(element, DownloadButton)
    }


def tables(tab: Tab) -> Iterator[dict[str, str]]:
    """The same for each table of the menu, which shows one at a time."""
    if not tab.keys("export-table"):
        return
    chosen = tab.id_of("export-table")
    for title in tab.find("export-table").options:  # type: ignore[attr-defined]
        for key in buttons(tab):
            del tab.elements[tab.id_of(key)]
        tab.run(WidgetState(id=chosen, string_value=title))
        yield buttons(tab)


def files(tab: Tab, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The files that an open page offers under keys that are wanted, with their keys."""
    for offered in chain([buttons(tab)], tables(tab)):  # one after another: each ends the last
        for key, id_ in offered.items():
            if wanted(key):
                address = tab.file(id_)
                assert address, f"{key} was refused"
                yield key, get(tab.url + address, tab.headers).content


def numbers(content: bytes) -> set[int]:
    """The whole numbers in the cells of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return {int(cell) for cell in cells if isinstance(cell, int | float) and cell == int(cell)}


def said(content: bytes) -> bytes:
    """What a file says: of a workbook all parts, of Parquet all columns and its metadata."""
    if content.startswith(b"PAR1"):
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        return f"{table.schema.metadata} {table.to_pydict()}".encode()
    return unpacked(content)


def rows(content: bytes) -> list[dict[str, Any]]:
    """The views in a Parquet file."""
    return list(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist())
