"""Pages over one day of known views and known names, and what is on them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dyntube.export.table import Sheet
from dyntube.report.tables import PageTables
from dyntube.settings.settings import STATS_URL

from . import odd
from .clock import NOON
from .components import figure
from .conftest import record
from .pages.test_pages import APP

DAY = dt.date(2026, 5, 5)
PERIOD = {"from": [f"{DAY}"], "to": [f"{DAY}"], "compare": ["none"]}


def views(count: int, **fields: Any) -> list[dict[str, Any]]:
    """So many views of one kind."""
    kind = json.dumps(fields)
    return [record(f"{kind}-{n}", f"{DAY}T12:00:00Z", **fields) for n in range(count)]


class Pages:
    """The pages of an archive with these views and names of its own.

    `sheets` are the tables to take away from the page opened last, by title.
    """

    def __init__(self, folder: Path, connect: Callable[..., None], patch: pytest.MonkeyPatch):
        self._folder, self._connect = folder, connect
        self.sheets: dict[str, Sheet] = {}
        add = PageTables.add

        def noted(report: PageTables, sheet: Sheet) -> None:
            add(report, sheet)
            self.sheets = {known.title: known for known in report.sheets}

        patch.setattr(PageTables, "add", noted)

    def store(self, records: list[dict[str, Any]], **names: dict[str, str]) -> None:
        """Keep these views, and names of `projects`, `channels` and `videos`."""
        archive = odd.open_archive(self._folder)
        odd.put(archive, DAY, records)
        known = {kind: names.get(kind, {}) for kind in ("projects", "channels", "videos")}
        text = json.dumps(known | {"fetched_at": str(NOON)})
        (self._folder / archive.folders[0] / "names.json").write_text(text, "utf-8")
        self._connect(STATS_URL, self._folder, SYNC="external")

    def open(self, page: str, **parameters: str | Sequence[str]) -> AppTest:
        """Open a page of that day."""
        at = AppTest.from_file(APP, default_timeout=60)
        for name, value in (PERIOD | parameters).items():
            at.query_params[name.replace("__", "-")] = value
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not at.error
        return at


@pytest.fixture
def pages(tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Nothing is stored yet."""
    return Pages(tmp_path / "archive", connect, monkeypatch)


def chart(at: AppTest, alt: str) -> list[dict[str, Any]]:
    """The traces of a chart."""
    traces: list[dict[str, Any]] = figure(at, alt)["data"]
    return traces


def plain(markdown: str) -> str:
    """Markdown as a reader sees it, where it is text from the data."""
    return markdown.replace("\u2060\\", "")
