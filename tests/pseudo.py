"""Pages in a language in which every text of ours is in brackets: what is outside of them?

`python -m tests.pseudo` lists it. The archive drawn has no letters in its texts: those on pages are
ours, or among ALLOWED. Scripts are not run: what they add is not seen.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from babel.messages.mofile import write_mo
from google.protobuf.message import Message
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from dyntube.archive.doubts import KINDS, Doubt
from dyntube.events import FILE_NAME, EventLog
from dyntube.export.workbook import Provenance, workbook
from dyntube.report.tables import PageTables
from dyntube.ui.frame import page as frame

from . import odd
from .clock import NOON, TODAY
from .conftest import record, set_up
from .words import catalogue

EVERY = ("overview", "videos", "engagement", "geography", "devices", "embeds", "live", "data")
STATES = {  # and the pages on which they show what others do not
    "": EVERY,
    "period=yesterday&compare=year&zone=Asia/Kathmandu": ("overview", "engagement", "live"),
    "period=last-7-days&compare=none&behind=completion_rate": ("overview", "videos", "embeds"),
    "country=DE&city-contains=3&device_type-not=5&sound=On": ("overview", "engagement", "live"),
    "metric=completion_rate&interval=week&level=city&level=os_version&video-search=4": (
        *("videos", "engagement", "geography", "devices"),
    ),
    "open=7-1&behind=plays": ("videos",),
    "open=7-1&open=7-2&align=age": ("videos",),
    "from=2026-10-01&to=2026-11-20&country=BR": ("overview", "engagement", "data"),
    "video=0": ("overview", "embeds", "live"),
    "from=2090-01-01&to=2090-01-31": ("overview",),
    "colour=change&length=Under 30 s": ("geography",),
    "period=0&country=0&compare=0&metric=0&zone=0&from=1": ("overview", "videos"),
}
OF_NOTHING = ("overview", "live", "data")  # pages drawn of an empty archive too
MENUS = ("notes", "saved-views")
_DAYS = "Mon(day)?|Tue(sday)?|Wed(nesday)?|Thu(rsday)?|Fri(day)?|Sat(urday)?|Sun(day)?"
_MONTHS = (
    "Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?"
    "|Sep(tember)?|Oct(ober)?|Nov(ember)?|Dec(ember)?"
)
ALLOWED = {
    "addresses and commands": r"https?://[^\s<>]+|\?[\w-]+=[^\s<>]*|(?<!\S)/\w\S*|`[^`]*`",
    "markup": r":material/\w+:|:\w+(-badge)?(?=\[)|<[^>]*>",
    "dates are in English, as numbers are": rf"\b({_DAYS}|{_MONTHS})\b|%-?[a-zA-Z]\b",
    "units": r"(?<=\d)[KMB]\b|(?<=\d )(h|min|s|pts)\b",
    "names from the data": r"\b(Germany|Brazil|United States|DE|BR|US|EU)\b",
    "names of zones": r"\b(UTC|Asia/Kathmandu|Europe/Berlin)\b",
    "names of files, of us and of DynTube's plans": (
        r"\b(CSV|Excel|Parquet|DynTube Analytics|Standard|Edge)\b"
    ),
}
# Fields of messages to the browser, and of the data of our components, that nobody sees.
HIDDEN = re.compile(
    r"\b(\w*id|icon|type|tag|page|url|query_string|\w*script_hash|component_name|js_source_path)$"
    r"|\b(raw_values|data|by|operator|chosen|compare|key|look|kind|part|table|columns)$"
    r"|\b((rows|presets|compares|operators)\.value|(table|opposite)\.values)$"
    r"|\b(choice\.\w+|listens|cards\.cards\.name|table\.columns\.name|button_click_widgets)$"
    r"|\b(column_order|parameter|alignment|type_config\.\w+)$"
)
SEEN_IN_FIGURES = re.compile(r"\b(customdata|text|hovertext|ticktext|hoverformat)$")


CAPITAL, SMALL = "Ωω"  # a text of ours in small letters, which would be wrong in German


def translate(folder: Path) -> None:
    """Write the language "xx", in which all texts are in brackets and begin with CAPITAL."""
    texts = catalogue()
    for text in texts:
        both = text.id if isinstance(text.id, tuple) else (text.id,)
        found = tuple(f"⟦{CAPITAL}{one}⟧" for one in both)
        text.string = found if isinstance(text.id, tuple) else found[0] if text.id else ""
    file = folder / "xx" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as written:
        write_mo(written, texts)


def outside() -> list[str]:
    """What pages in that language show in another, with where it is."""
    with tempfile.TemporaryDirectory() as folder:
        translate(Path(folder))
        language = {"LANGUAGE": "xx", "TEXTDOMAINDIR": folder}
        command = [sys.executable, "-m", "tests.pseudo", "--drawn"]
        root = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=root, env=os.environ | language, stdout=subprocess.PIPE)
    done.check_returncode()
    found: list[str] = json.loads(done.stdout)
    return found


def untranslated(text: str) -> str:
    """What has letters outside of brackets and is not allowed, or is made small; empty if not."""
    if SMALL in text:
        return text
    left = unescape(text).replace("\u2060", "").replace("\\", "")
    while (less := re.sub("⟦[^⟦⟧]*⟧", " ", left)) != left:
        left = less
    for pattern in ALLOWED.values():
        left = re.sub(pattern, " ", left)
    return " ".join(left.split()) if re.search(r"[^\W\d_]", left) else ""


def build(folder: Path) -> None:
    """Views of all kinds, with what can be wrong with days."""
    archive, chance = odd.open_archive(folder), random.Random(7)
    for back in range(70):
        day = TODAY - back * odd.ONE_DAY
        views = [_view(chance, f"{day}-{n}", day) for n in range(40 if back else 20)]
        known: dict[str, Any] = {"fetched_at": NOON, "settled": False} if back < 4 else {}
        known |= {"until": NOON} if not back else {}
        if 10 <= back < 10 + len(KINDS):
            known["doubts"] = (Doubt(KINDS[back - 10], "1."),)
        odd.put(archive, day, views, duplicates=1, changed=1, removed=1, **known)
    odd.accept(archive, KINDS[0], *[TODAY - 10 * odd.ONE_DAY] * 2, "2")
    odd.damage(archive, TODAY - 20 * odd.ONE_DAY)
    odd.lose(archive, TODAY - 22 * odd.ONE_DAY)
    own = archive.root / archive.folders[0]
    log = EventLog(own / FILE_NAME, now=lambda: NOON - dt.timedelta(minutes=30))
    log.write("sync_started", days=4)
    log.write("day_stored", day=TODAY, views=3, total=5, verified=False)
    log.write("day_failed", day=TODAY, reason="3")
    log.write("sync_ended", outcome="done", days=4, views=1200, failed=1, seconds=3.2)
    names = {"projects": {"8-1": "81"}, "channels": {"9-1": "91"}, "videos": {"7-1": "71"}}
    (own / "names.json").write_text(json.dumps(names | {"fetched_at": str(NOON)}), "utf-8")


def _view(chance: random.Random, id_: str, day: dt.date) -> dict[str, Any]:
    country = chance.choice((None, "DE", "US", "BR"))
    lately, then = day > TODAY - 20 * odd.ONE_DAY, day < TODAY - 40 * odd.ONE_DAY
    pages = ["https://1.2/5", "https://3.4/6?utm_source=7"]
    pages += ["https://5.6/7"] * lately + ["https://7.8/9"] * then
    page = chance.choice(pages)
    return record(
        id_,
        f"{day}T{chance.randrange(12):02}:{chance.randrange(60):02}:00Z",
        videoKey=f"7-{chance.randrange(7)}",
        projectKey=chance.choice(("8-1", "8-2")),
        channelKey=chance.choice(("9-1", None)),
        viewerId=f"{chance.randrange(300)}",
        started=chance.random() < 0.7,
        ended=chance.random() < 0.3,
        muted=chance.choice((True, False, None)),
        duration=chance.choice((0, 20, 50, 100, 400, 1000, 2400)),
        watchTime=chance.choice((None, 0, 5, 20, 60, 300)),
        planType=chance.choice((1, 2, None)),
        geo={"country": country, "continent": "EU", "region": "1", "city": chance.choice("34")},
        device={"type": chance.choice("56"), "brand": chance.choice("78"), "model": "9"},
        browser={"family": chance.choice(("11", "12", None)), "major": 4},
        os={"family": chance.choice(("13", "14")), "major": 5},
        embed={"domain": page[8:11], "url": page},
    )


def _drawn() -> Iterator[tuple[str, str]]:
    """All that pages and their workbooks show, and where."""
    from .pages.test_pages import open_page

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        build(Path(folder) / "archive")
        with set_up(patch, Path(folder)) as connect:
            connect(odd.STATS_URL, Path(folder) / "archive", SYNC="external", OWN_DOMAINS="1.2")
            files = _files(patch)
            for state, pages in STATES.items():
                for page in pages:
                    at = open_page(state, page)
                    assert not at.exception, (page, state, at.exception)
                    yield from _shown(at, f"{page}?{state}")
            patch.setattr(ContextProxy, "cookies", {})
            at = open_page("", "videos")
            for menu in MENUS:
                at.session_state[menu] = True
            yield from _shown(at.run(), "menus")
            for report, notes in files.values():
                yield from _cells(workbook(report.sheets, notes()))
            connect(odd.STATS_URL, Path(folder) / "nothing", SYNC="external")
            for page in OF_NOTHING:
                yield from _shown(open_page("", page), f"{page} of nothing")


def _files(patch: pytest.MonkeyPatch) -> dict[str, tuple[PageTables, Callable[[], Provenance]]]:
    """By page, what it gives away; filled while pages are drawn."""
    found, menu = {}, frame.export_menu

    def kept(report: PageTables, notes: Callable[[], Provenance], parameters: Any) -> None:
        found.setdefault(report.page, (report, notes))
        menu(report, notes, parameters)

    patch.setattr(frame, "export_menu", kept)
    return found


def _cells(file: bytes) -> Iterator[tuple[str, str]]:
    for sheet in openpyxl.load_workbook(io.BytesIO(file)):
        yield "sheet", sheet.title
        texts = sheet.oddHeader.left.text, sheet.oddFooter.left.text, sheet.oddFooter.right.text
        yield from ((f"{sheet.title} paper", re.sub("&[A-Z]", "", text)) for text in texts if text)
        for row in sheet.iter_rows(values_only=True):
            yield from ((f"{sheet.title} cell", cell) for cell in row if isinstance(cell, str))


def _shown(at: AppTest, page: str) -> Iterator[tuple[str, str]]:
    for block in _blocks(at._tree):
        if block.type == "dataframe":
            rows, configured = block.value, json.loads(block.proto.columns)
            yield from _json(list(configured.values()), f"{page} dataframe")
            rows = rows[[*block.proto.column_order] or [*rows]]
            unnamed = [name for name in rows if not (configured.get(name) or {}).get("label")]
            texts = [*unnamed, *(cell for cell in rows.to_numpy().flat if isinstance(cell, str))]
            yield from ((f"{page} dataframe", str(text)) for text in texts)
        yield from _strings(block.proto, f"{page} {type(block.proto).__name__}")


def _blocks(block: Any) -> Iterator[Any]:
    if isinstance(getattr(block, "proto", None), Message):
        yield block
    for child in getattr(block, "children", {}).values():
        yield from _blocks(child)


def _strings(message: Message, path: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        name = f"{path}.{field.name}"
        for one in value if isinstance(value, Sequence) and not isinstance(value, str) else [value]:
            if isinstance(one, Message):
                yield from _strings(one, name)
            elif name.endswith("BidiComponent.json"):
                yield from _json(json.loads(one), f"{path} {message.component_name}")
            elif name.endswith("Html.body"):
                yield name, re.sub(r"<(script|style).*?</\1>", "", one, flags=re.DOTALL)
                said = re.findall(r'(?:title|alt|aria-label|data-text)="([^"]*)"', one)
                yield from ((f"{name} attribute", text) for text in said)
            elif isinstance(one, str) and not HIDDEN.search(name):
                yield name, one


def _json(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        if data.get("showlegend") and "name" in data:
            yield f"{path}.legend", data["name"]
        for name, value in data.items():
            if name != "texts" or data["kind"] != "course":  # a line, which is drawn
                yield from _json(json.loads(value) if name == "figure" else value, f"{path}.{name}")
    elif isinstance(data, list):
        # A choice is its value and its text.
        for one in (
            data[1:] if path.endswith(".table.options") and isinstance(data[0], str) else data
        ):
            yield from _json(one, path)
    elif isinstance(data, str):
        if ".figure.figure." not in path:
            is_seen = not HIDDEN.search(path)
        else:  # a point has what it filters by or its moment before its tooltip
            is_seen = bool(SEEN_IN_FIGURES.search(path)) and not re.match(r"\w+=|[\d-]+T", data)
        if is_seen:
            yield path, data


def _found() -> list[str]:
    """What is outside, each once whatever its numbers, with where it is first."""
    found: dict[str, str] = {}
    drawn = list(_drawn())
    assert sum("⟦" in text for _, text in drawn) > 1000
    for where, text in drawn:
        if left := untranslated(text):
            found.setdefault(
                re.sub(r"\d[\d,.:]*", "0", left), f"{left}  |  {text[:99]!r}  |  {where}"
            )
    return sorted(found.values())


if __name__ == "__main__":
    if "--drawn" in sys.argv:
        print(json.dumps(_found()))
    else:
        found = outside()
        print(*found, f"{len(found)} texts are outside of brackets.", sep="\n")
