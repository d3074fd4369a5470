"""A reader who leaves or asks anew: the question under way is cancelled on the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import open_account
from dyntube.settings.settings import Settings

from ..browser.app import Watched, running
from ..browser.head import choose_period
from .between import between
from .nodes import Cluster


@pytest.mark.parametrize("how", ["asks anew", "leaves"])
def test_nobody_waits_any_more(
    cluster: Cluster,
    stand_in: str,
    filled: Path,
    how: str,
    tab: Callable[..., Watched],
) -> None:
    at = cluster.warehouse()
    settings = Settings(stats_url=stand_in, api_url=stand_in, archive=filled, engine=at)
    backend = open_account(settings).warehouse
    backend.tables.create()
    backend.load()
    with between(cluster.nodes[0]) as seen:
        address = f"clickhouse://127.0.0.1:{seen.port}/{at.database}?cluster=views"
        names = {"STATS_URL": stand_in, "API_URL": stand_in, "SYNC": "external"}
        with running(filled, ENGINE=address, **names) as url:
            page = tab(new=True).page
            page.set_default_timeout(20_000)
            page.goto(f"{url}/?from=2026-11-01&to=2026-11-20")
            page.wait_for_selector(".st-key-cards")
            page.wait_for_selector("[data-test-script-state=notRunning]")
            # A page that is asked for meanwhile begins before the one it follows has ended.
            seen.holds, seen.once = "FROM views", True
            choose_period(page, "Last 90 days")
            assert seen.held.wait(30)
            assert not seen.killed.wait(2), "somebody waits"
            if how == "leaves":
                page.goto("about:blank")
            else:
                page.get_by_text("Devices", exact=True).first.click()
            assert seen.killed.wait(10)
            seen.holds = ""
            if how == "asks anew":
                page.wait_for_selector("h1:has-text('Devices')")
                page.wait_for_selector("[data-test-script-state=notRunning]")
                assert not page.get_by_text("was cancelled").count()
            page.goto("about:blank")
