"""A page read without a browser: the same tables as it draws, as JSON and as text."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

from dyntube.archive.doubts import Doubt
from dyntube.report.pages import PAGES
from dyntube.report.read import PageRead, as_json, as_markdown, read_page
from dyntube.ui import door

from .. import odd, plain
from ..cli.test_command_line import ROOT, run
from ..clock import NOON, TODAY
from ..components import cards
from ..conftest import record
from ..hostile import FORMULAS, OTHERS
from ..opened import DAY, PERIOD, Pages, pages, views
from ..pages.test_page_live import NOW, VIEWS, open_live, put_all, stored

__all__ = ["pages", "stored"]

KEYS = ("video-a", "video-b", "video-c")
NAMES = {"projects": {"p-1": "Docs"}, "videos": {"video-a": "Tour", "video-b": "Tour"}}
STATES: dict[str, dict[str, list[str]]] = {
    "as it opens": {},
    "compared": {
        "compare": ["dates"],
        "compare-from": [f"{DAY}"],
        "compare-to": ["2026-05-04"],
    },
    "filtered, by another metric": {"country": ["DE"], "metric": ["completion_rate"]},
    "filtered to some videos": {"video": list(KEYS[:2])},
    "one video": {"open": [KEYS[0]]},
    "some videos": {"open": list(KEYS)},
    "some videos, filtered to another": {"open": list(KEYS[1:]), "video": [KEYS[0]]},
    "sorted and searched": {"sort": ["name"], "video-search": ["tour"], "columns": ["plays"]},
    "another level": {"level": ["city", "embed_page", "browser_version"], "mix": ["os"]},
    "nothing matches": {"video": ["no-such-video"]},
}


def some_views() -> list[dict[str, Any]]:
    """Views of some videos in some places; one of them is a visit by a campaign."""
    found: list[dict[str, Any]] = []
    for number, key in enumerate(KEYS):
        for country in ("DE", "FR"):
            geo = {"country": country, "city": "Köln"}
            embed = {"domain": f"{country}.example", "path": f"/{key}"}
            usual = {"videoKey": key, "projectKey": "p-1", "geo": geo, "embed": embed}
            found += views(3 + number, **usual, watchTime=20 + number, duration=60)
    return [*found, record("ad", f"{DAY}T13:00:00Z", utmSource="letter")]


def read(page: str, parameters: dict[str, list[str]], now: dt.datetime = NOON) -> PageRead:
    return read_page(door.desk(), PAGES[page], f"?{urlencode(parameters, doseq=True)}", now)


@pytest.mark.parametrize(
    "page", ["overview", "videos", "engagement", "geography", "devices", "embeds"]
)
@pytest.mark.parametrize("state", STATES)
def test_a_page_that_is_read_has_the_tables_of_the_page_that_is_drawn(
    page: str, state: str, pages: Pages
) -> None:
    pages.store(some_views(), **NAMES)
    pages.open(page, **{name.replace("-", "__"): v for name, v in STATES[state].items()})
    drawn = pages.sheets

    found = read(page, PERIOD | STATES[state])

    assert [sheet.title for sheet in found.sheets] == list(drawn)
    assert bool(drawn) == (state != "nothing matches")
    for sheet in found.sheets:
        pd.testing.assert_frame_equal(sheet.rows, drawn[sheet.title].rows)


def test_the_last_hour_is_read_as_it_is_drawn(stored: Any, pages: Pages) -> None:
    put_all(stored)
    shown = {card.label: card.value for card in cards(open_live())}

    found = {sheet.title: sheet.rows for sheet in read("live", {}, NOW).sheets}

    assert list(found)[:3] == ["Totals", "Views per minute", "Latest views"]
    assert found["Totals"]["views"].tolist() == [int(shown["Views"])]
    assert shown["Active now"] == f"~{found['Totals']['active_now'].iloc[0]}"
    assert found["Views per minute"]["views"].sum() == len(VIEWS) - 1
    assert found["Latest views"]["time"].iloc[0] == pd.Timestamp("2026-11-19 18:32:05")


def test_the_command_prints_the_numbers_of_a_page(pages: Pages, tmp_path: Path) -> None:
    records = some_views()
    pages.store(records, **NAMES)
    address = f"https://dash.example/?from={DAY}&to={DAY}&country=DE&nonsense=1"
    done = run(
        *("report", "overview", "--json", "--address", address),
        **{"folder": tmp_path / "archive", "DYNTUBE_API_KEY": "k", "DYNTUBE_SYNC": "external"},
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout, parse_constant=pytest.fail)
    german = [view for view in records if plain.known(view, "geo", "country") == "DE"]
    expected = plain.metrics(german)
    tables = {table["title"]: table["rows"] for table in said["tables"]}
    (totals,) = tables["Totals"]
    for name in ("views", "plays", "viewers", "watch_time", "completion_rate"):
        assert totals[name] == pytest.approx(expected[name]), name
    assert sum(row["views"] for row in tables["By video"]) == expected["views"]
    assert said["filters"] == ["Country: Germany"]
    assert said["days"] == [f"{DAY}", f"{DAY}"]
    assert said["remarks"] == ["We ignored part of this link: nonsense=1."]
    assert said["remarks"][0] in done.stderr


def test_reading_a_page_needs_neither_streamlit_nor_plotly(pages: Pages, tmp_path: Path) -> None:
    pages.store(some_views())
    script = (
        "import sys; from dyntube.__main__ import main\n"
        f"main(['report', 'engagement', '--address', '?from={DAY}&to={DAY}'])\n"
        "print(sorted({'streamlit', 'plotly'} & set(sys.modules)))"
    )
    environ = {"PYTHONPATH": str(ROOT), "DYNTUBE_ARCHIVE": str(tmp_path / "archive")}
    environ |= {"DYNTUBE_API_KEY": "k", "DYNTUBE_SYNC": "external"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "## Funnel" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_page_that_is_none_is_refused_with_the_names_of_those_there_are(tmp_path: Path) -> None:
    done = run("report", "sales", folder=tmp_path)
    assert done.returncode == 2
    assert all(name in done.stderr for name in PAGES)


def test_an_empty_archive_says_so_on_every_page(pages: Pages) -> None:
    pages.store([])
    for page in PAGES:
        text = as_markdown(read(page, PERIOD))
        assert text.startswith(f"# {PAGES[page].title}\n")
        assert ("There are no views." in text) == (page != "data")


def test_doubts_and_missing_days_travel_with_the_numbers(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    archive = odd.open_archive(tmp_path / "archive")
    odd.put(archive, DAY, odd.views(DAY), doubts=(Doubt("zone", "No time names its zone."),))
    odd.put(archive, DAY + 2 * odd.ONE_DAY, odd.views(DAY + 2 * odd.ONE_DAY))
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    found = read("overview", {"from": [f"{DAY}"], "to": [f"{DAY + 2 * odd.ONE_DAY}"]})

    (doubt,) = as_json(found)["doubts"]
    assert "No time names its zone" in doubt
    assert as_json(found)["gap"].startswith("1 of the 3 days shown is not stored")
    text = as_markdown(found)
    assert "**In doubt.** " in text
    assert "1 of the 3 days shown is not stored" in text


def test_the_data_page_names_checks_days_and_fields(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    odd.build(tmp_path / "archive", TODAY)
    connect(odd.STATS_URL, tmp_path / "archive", SYNC="external")
    found = {sheet.title: sheet.rows for sheet in read("data", {}).sheets}

    days = found["Stored days"].set_index("day")
    assert days.loc[TODAY - 8 * odd.ONE_DAY, ["state", "views", "counted"]].tolist() == [
        *("In doubt", 3, 5)
    ]
    assert days.loc[TODAY - 15 * odd.ONE_DAY, "state"] == "Damaged"
    assert odd.UNKNOWN_FIELD in set(found["Unexpected fields"]["field"])
    assert found["Fields that could not be read"].values.tolist() == [["watchTime", 2]]
    checks = found["Quality checks"].set_index("check")["count"]
    assert checks["Views that could not be read"] == 2


@pytest.mark.parametrize("text", [*FORMULAS, *OTHERS, odd.HOSTILE, "a|b", "`x`", "# h", "[l](u)"])
def test_text_from_the_data_stays_text_in_markdown(text: str, pages: Pages) -> None:
    pages.store(views(2, geo={"country": "DE", "city": text}), videos={"video-a": text})
    written = as_markdown(read("geography", PERIOD | {"level": ["city"]}))

    table = written.split("## By city")[1].strip().splitlines()
    bars = [len(re.findall(r"(?<!\\)\|", line)) for line in table]
    assert len(table) == 3
    assert len(set(bars)) == 1, "each row has the cells of the header"
    assert not re.search(r"(?<!\\)[<>`\[\]]", table[2])
