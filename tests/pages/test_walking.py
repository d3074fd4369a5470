"""Within a page, all that names the same thing states the same number: random walks over pages.

WALKS sets how many selections are tried on every page.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import requests
from streamlit.testing.v1 import AppTest

from dyntube import formats
from dyntube.export.table import csv, header
from dyntube.export.workbook import Provenance, workbook
from dyntube.query.dimensions import DIMENSIONS
from dyntube.query.metrics import METRICS
from dyntube.report.tables import PageTables
from dyntube.ui.frame import page as frame

from .. import library, plain, walking
from ..components import cards, opened, sent
from ..plain import Record
from ..server.test_routes import served
from ..tables import choose, tables
from ..walking import MISSING, Walk
from .test_pages import open_page

PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds", "data")
SEEDS = range(int(os.environ.get("WALKS", "3")))
BY_LABEL = {dimension.label.lower(): name for name, dimension in DIMENSIONS.items()}
# Of each row of a block, and before; what a table does not show is left out of both.
COMPARED = ("views", "plays", "watch_time", "completions")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Record]]:
    folder = tmp_path_factory.mktemp("walking") / "archive"
    return folder, walking.build(folder)


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with ExitStack() as stack:
        yield stack.enter_context(served())


@dataclass
class Taken:
    """What a page gives away."""

    report: PageTables
    notes: Provenance
    parameters: dict[str, list[str]]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Taken]:
    """What each page gave away that was drawn."""
    found: list[Taken] = []
    menu = frame.export_menu

    def kept(report: PageTables, notes: Callable[[], Provenance], parameters: Any) -> None:
        found.append(Taken(report, notes(), dict(parameters)))
        menu(report, notes, parameters)

    monkeypatch.setattr(frame, "export_menu", kept)
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_names_the_same_thing_states_the_same_number(
    seed: int,
    page: str,
    stored: tuple[Path, list[Record]],
    connect: Callable[..., None],
    taken: list[Taken],
    api: str,
) -> None:
    library.open_it(connect, stored[0])
    walk = walking.at_random(seed, stored[1])
    at = open_page(walk.address, page)
    assert not at.exception
    assert not at.error
    assert " this link" not in "".join(info.value for info in at.info)
    check_options(at, walk)
    walk = walk.on(page)
    check_raw_views(api, walk)
    if page == "data":
        check_data(at, walk)
        return
    if not walk.views():
        assert "No views match" in at.info[-1].value
        return
    check_cards(at, walk)
    check_footers(at, walk)
    check_charts(at, walk)
    check_behind(at, walk)
    check_notes(taken[-1].notes, walk)
    files = in_workbook(taken[-1])
    for sheet in taken[-1].report.sheets:
        check_sheet(sheet.title, files[sheet.title], walk)
        in_csv = pd.read_csv(io.BytesIO(csv(sheet)), keep_default_na=False, na_values=[""])
        same_numbers(in_csv, files[sheet.title])
    check_tables(at, files)
    check_searched(at, walk)


def amounts(row: dict[str, float]) -> dict[str, float]:
    return {name: float(row[name]) for name in COMPARED}


# Cards, footers, the views behind a number


def check_cards(at: AppTest, walk: Walk) -> None:
    now = plain.metrics(walk.views())
    before = plain.metrics(walk.views(before=True)) if walk.days_before else None
    names = {measure.label: measure for measure in METRICS.values()}
    for card in cards(at):
        if card.label not in names:  # the lists of the domain watch are counted, not measured
            continue
        measure = names[card.label]
        assert f"{formats.value(measure, now[measure.name], full=True)} in " in card.help
        if before and measure.is_amount:
            text = formats.value(measure, before[measure.name], full=True)
            called = "previous period|comparison"
            assert re.search(rf"{re.escape(text)} in the ({called}) \(", card.help)


def check_footers(at: AppTest, walk: Walk) -> None:
    for table in tables(at):
        by = table.rows["table"].removeprefix("table-")
        if not by or walk.search:
            continue
        whole = plain.metrics(walk.views((by,)))
        for name in ("views", "plays", "watch_time"):
            measure = METRICS[name]
            text = f"{formats.value(measure, whole[name], full=True)} {measure.label.lower()}"
            assert f" · {text}" in table.foot


def check_behind(at: AppTest, walk: Walk) -> None:
    for name in walk.parameters.get("behind", []):
        counted = {"views": "views", "completion_rate": "plays"}[name]
        total = int(plain.metrics(walk.views())[counted])
        said = [text.value for text in at.markdown if "newest first" in text.value]
        assert said[0].startswith(f"**{formats.count(total, 'view')}, newest first**")


def check_data(at: AppTest, walk: Walk) -> None:
    """The checks count the views that are filtered by, and the keys without a name theirs."""
    count = formats.count(len(walk.views()), "view")
    assert [text.value for text in at.caption if text.value.startswith(f"{count}, ")]
    shown = [one.shown for one in tables(at) if one.rows["label"] == "Keys without a name"]
    found = sum(int(text.replace(",", "")) for text in shown[0]["Views"]) if shown else 0
    kinds = ("project", "channel", "video")
    rows = [(name, key, row) for name in kinds for (key,), row in groups_within(walk, name).items()]
    nameless = [row for name, key, row in rows if key not in {*walking.NAMES[name], MISSING}]
    assert found == sum(row["views"] for row in nameless)


def groups_within(walk: Walk, by: str) -> dict[tuple[str], dict[str, float]]:
    """The rows of a block that leaves nothing out."""
    return plain.grouped(walk.views(), lambda view: (plain.DIMENSIONS[by](view, walk.zone),))


# Charts and lists of options


def check_charts(at: AppTest, walk: Walk) -> None:
    """The views of each row of a list, and of each country of a map, as their hover says."""
    for listed in sent(at, "share_list"):
        by = BY_LABEL.get(listed["label"].removeprefix("Views by "))
        if by and listed["label"].startswith("Views by "):
            check_list(listed, by, walk)
    for chart in sent(at, "figure"):
        by = BY_LABEL.get(chart["alt"].removeprefix("Views by "))
        if chart["alt"].startswith("Views by ") and by not in (None, "day", "week"):
            check_map(json.loads(chart["figure"]), by, walk)


def check_list(listed: dict[str, Any], by: str, walk: Walk) -> None:
    counts = sorted((int(row["views"]) for row in walk.groups(by).values()), reverse=True)
    shown, rest = counts[: len(listed["rows"])], counts[len(listed["rows"]) :]
    assert [row["hover"][0] for row in listed["rows"]] == [f"Views: {n:,}" for n in shown]
    others = "other" if len(rest) == 1 else "others"
    assert listed["rest"].split(":")[0] == (f"{len(rest):,} {others}" if rest else "")


def check_map(spec: dict[str, Any], by: str, walk: Walk) -> None:
    drawn = Counter(re.findall(r"<br>Views: ([\d,]+)", json.dumps(spec["data"])))
    counts = [int(row["views"]) for key, row in walk.groups(by).items() if key[0] in ISO]
    assert drawn == Counter(f"{count:,}" for count in counts)


ISO = walking.NAMES["country"]


def check_options(at: AppTest, walk: Walk) -> None:
    name = random.Random(walk.address).choice(("project", "channel", "video"))
    said = Counter(count for _, _, count in opened(at, name)["rows"] if count)
    assert said == Counter(f"{int(row['views']):,}" for row in walk.groups(name).values())


# What is taken away


def check_raw_views(api: str, walk: Walk) -> None:
    answer = requests.get(f"{api}/api/views.csv?{walk.address}", timeout=60)
    assert answer.status_code == 200, answer.text
    ids = pd.read_csv(io.BytesIO(answer.content), dtype=str)["id"]
    assert sorted(ids) == sorted(view["id"] for view in walk.views())


def check_notes(notes: Provenance, walk: Walk) -> None:
    whole = plain.metrics(walk.views())
    assert dict(notes.counts) == {"Views": whole["views"], "Plays": whole["plays"]}


def in_workbook(page: Taken) -> dict[str, pd.DataFrame]:
    """The tables of a page's workbook by their titles, with shares in per cent."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(page.report.sheets, page.notes)))
    found = {}
    for sheet, name in zip(page.report.sheets, book.sheetnames[1:], strict=True):
        head, *rows = book[name].iter_rows()
        values = [[in_per_cent(cell) for cell in row] for row in rows]
        found[sheet.title] = pd.DataFrame(values, columns=[cell.value for cell in head])
    return found


def in_per_cent(cell: Any) -> Any:
    is_share = "%" in cell.number_format and cell.value is not None
    return cell.value * 100 if is_share else cell.value


def same_numbers(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert list(one) == list(other)
    for name in one.select_dtypes("number"):
        assert one[name].tolist() == pytest.approx(other[name].astype(float).tolist(), nan_ok=True)


def column(rows: pd.DataFrame, name: str) -> list[float] | None:
    """A metric's column as written; None where the table has none."""
    if header(name) not in rows:
        return None
    return [round(float(value), 4) for value in rows[header(name)].fillna(0)]


def as_written(row: dict[str, float], name: str) -> float:
    return round(row[name] / (3600 if name == "watch_time" else 1), 4)


def as_one_row(lines: pd.DataFrame) -> pd.DataFrame:
    """Totals, which files have as a line for each number."""
    found = {}
    for line in lines.to_dict("records"):
        named = next((name for name in METRICS if header(name) == line["Metric"]), "")
        for name, of in ((named, "This period"), (f"{named}_before", "Before")):
            if named and pd.notna(line.get(of)):
                found[header(name)] = [line[of]]
    return pd.DataFrame(found)


def check_sheet(title: str, rows: pd.DataFrame, walk: Walk) -> None:
    whole = plain.metrics(walk.views())
    match title:
        case "Totals":
            check_rows(as_one_row(rows), [whole], walk_before(walk))
        case "Audience retention":
            shares = [min(v["watchTime"] / v["duration"], 1) for v in lasting(walk)]
            if shares:
                half = sum(share >= 0.5 for share in shares) / len(shares)
                assert rows["Share (%)"][50] == pytest.approx(half * 100, abs=1e-4)
        case "Where viewers stopped":
            assert sum(rows["Plays"]) == len(lasting(walk))
        case "Funnel":
            assert rows["Count"].tolist()[:2] == [whole["views"], whole["plays"]]
        case "Completion rules":
            used = rows[rows["Rule"].str.contains("used")]
            assert used["Plays counted"].tolist() == [whole["completions"]]
        case "By weekday and hour":
            check_rows(rows, walk.groups("weekday", "hour_of_day").values())
        case "Videos side by side":
            check_beside(rows, walk)
        case "New and lost sites" | "Views by site" | "Play rate by site":
            now = walk.groups("embed_domain")
            before = walk.groups("embed_domain", before=True) if walk.days_before else {}
            if title == "New and lost sites":  # what has no domain is none
                is_domain = rows["Embedding domain"].isin([key for (key,) in now | before])
                rows = rows[is_domain & (rows["Views"] > 0)]
                now = {key: row for key, row in now.items() if key != (MISSING,)}
            check_rows(rows, now.values())
        case _ if title.endswith(" by site"):
            assert len(rows) == len(walk.groups("embed_domain"))
        case _ if title.startswith("Mix by "):
            mixed = BY_LABEL[rows.columns[1].lower()]
            assert sum(rows["Views"]) == len(walk.views((mixed,)))
        case "By hour" | "By day" | "By week" | "By month":
            for name in COMPARED:
                if (found := column(rows, name)) is not None:
                    assert sum(found) == pytest.approx(as_written(whole, name), abs=1e-2)
        case _:
            by = BY_LABEL[title.removeprefix("By ")]
            before = walk.groups(by, before=True) if walk.days_before else None
            now = walk.groups(by)
            if by == "video" and (opened := walk.parameters.get("open")):
                before = before and {key: row for key, row in before.items() if key[0] in opened}
                now = {key: row for key, row in now.items() if key[0] in opened}
            keys = list(now | (before or {}))
            nothing = plain.metrics([])
            check_rows(
                rows,
                [now.get(key, nothing) for key in keys],
                None if before is None else [before.get(key, nothing) for key in keys],
            )


def walk_before(walk: Walk) -> list[dict[str, float]] | None:
    return [plain.metrics(walk.views(before=True))] if walk.days_before else None


def lasting(walk: Walk) -> list[Record]:
    return [view for view in walk.views() if view["started"] and view["duration"] > 0]


def check_rows(rows: pd.DataFrame, now: Any, before: Any = None) -> None:
    """Each row has the numbers of one group, whatever it is called."""
    asked = [(name, now, name) for name in COMPARED]
    if before is not None:
        asked += [(f"{name}_before", before, name) for name in COMPARED]
    kept = [(column(rows, title), side, name) for title, side, name in asked]
    kept = [(found, side, name) for found, side, name in kept if found is not None]
    found = sorted(zip(*(values for values, *_ in kept), strict=True))
    expected = sorted(
        zip(*([as_written(row, name) for row in side] for _, side, name in kept), strict=True)
    )
    if kept and not rows.empty:
        expected = [row for row in expected if any(row)] if len(found) < len(expected) else expected
    assert found == expected


def check_beside(rows: pd.DataFrame, walk: Walk) -> None:
    """Each of the compared videos over the period, where it is views that are drawn."""
    if "Views" not in rows or "Age" in rows:
        return
    chosen = next(one.values for one in walk.filters if (one.dimension, one.operator) == VIDEO)
    groups = walk.groups("video")
    expected = sorted(groups[key,]["views"] for key in chosen if (key,) in groups)
    found = rows.groupby("Video")["Views"].sum()
    assert sorted(count for count in found if count) == expected


VIDEO = ("video", "is")


def check_tables(at: AppTest, files: dict[str, pd.DataFrame]) -> None:
    """Every row that a table shows is in the file of it."""
    for table in tables(at):
        title = f"By {table.rows['name'].lower()}"
        if title in files and "views" in table.shown:
            in_file = Counter(f"{views:,}" for views in files[title]["Views"])
            assert Counter(table.shown["views"]) <= in_file


def check_searched(at: AppTest, walk: Walk) -> None:
    """A search changes what is listed, and nothing that the page states."""
    searched = [table.rows["table"] for table in tables(at) if table.head]
    if not walk.search or not searched:
        return
    before = [card.help for card in cards(at)]
    at = choose(at, searched[0].removeprefix("table-"), search=walk.search)
    assert not at.exception
    assert [card.help for card in cards(at)] == before
    check_charts(at, walk)
