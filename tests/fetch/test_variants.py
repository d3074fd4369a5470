"""Servers that differ, each in a way that the vendor's page allows: no number is wrong unmarked.

What a day has is told apart from our code, by the dates of the views that the server has.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dyntube.archive.archive import Archive
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer
from dyntube.settings.settings import Settings
from dyntube.trust.trust import doubts_of

from ..conftest import record
from ..plain import Record
from ..scripted import Answer, Server, in_turn, serve
from ..variant import DATES, KEYS, NOTHING, ORDERS, PAGERS, ZONES, Variant, VariantServer

ONE_DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
# Among them days on which clocks change.
FIRST_DAYS = [dt.date(2026, month, day) for month, day in ((3, 6), (7, 14), (10, 24), (11, 17))]
PAGE_SIZE = 50
COUNTS = (0, 1, 7, 30, 110)
UNCOUNTED = ("none", "pages only", "per page")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(in_turn(Answer(500))) as running:
        yield running


def world(first: dt.date, seed: int) -> list[Record]:
    """Views of the days around some; on each so many, some in its first and last second."""
    rng = random.Random(seed)
    views = []
    for n in range(-2, 4):
        midnight = dt.datetime.combine(first + n * ONE_DAY, dt.time(), dt.UTC)
        times = [
            midnight + dt.timedelta(seconds=rng.uniform(0, 86400))
            for _ in range(rng.choice(COUNTS))
        ]
        if times and rng.random() < 0.5:
            times += [midnight, midnight + ONE_DAY - dt.timedelta(microseconds=1000)]
        views += [
            record(f"{first}-{n}-{i}", at.isoformat(), watchTime=rng.randint(0, 300))
            for i, at in enumerate(times)
            if at <= NOW
        ]
    return views


def synced(
    server: Server, variant: Variant, views: list[Record], days: list[dt.date], folder: Path
):
    server.script = VariantServer(variant, views)
    server.asked.clear()
    settings = Settings(
        stats_url=server.url, api_url=server.url, archive=folder, page_size=PAGE_SIZE, concurrency=2
    )
    client = Client(settings, sleep=lambda _: None, now=lambda: NOW)
    archive = Archive(folder, [settings.folder(scope) for scope in settings.scopes])
    syncer = Syncer(settings, client, archive, now=lambda: NOW, sleep=lambda _: None)
    report = syncer.sync(days)
    client.close()
    return archive, report


def truth(views: list[Record], day: dt.date) -> tuple[list[str], float]:
    mine = [view for view in views if view["date"][:10] == str(day)]
    return sorted(view["id"] for view in mine), sum(view["watchTime"] for view in mine)


def stored(archive: Archive, day: dt.date) -> tuple[list[str], float]:
    table = archive.read(day, day)
    return sorted(table["id"].to_pylist()), sum(table["watch_time"].drop_null().to_pylist())


def variants() -> st.SearchStrategy[Variant]:
    usual = st.booleans
    return st.builds(
        Variant,
        zone=st.sampled_from(ZONES),
        from_inclusive=usual(),
        to_inclusive=usual(),
        by_day=usual(),
        cap=st.sampled_from([20, 50, 1000]),
        honest=usual(),
        refuses=usual(),
        pager=st.sampled_from(PAGERS),
        nothing=st.sampled_from(NOTHING),
        date=st.sampled_from(DATES),
        keys=st.sampled_from(KEYS),
        order=st.sampled_from([*ORDERS, *ORDERS[:2], *ORDERS[:2]]),
        numbers_as_text=usual(),
        only_get=usual(),
        most_days=st.sampled_from([None, 31, 3, 1]),
        renamed=st.sampled_from([False, False, False, True]),
    )


def is_plain(variant: Variant) -> bool:
    """Whether requests can tell all about it: then no doubt is left."""
    return not (
        variant.renamed
        or variant.date == "none"
        or variant.pager in UNCOUNTED
        or variant.order == "random"
    )


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@examples(
    max_examples=int(os.environ.get("SERVERS", "40")),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(variants(), st.sampled_from(FIRST_DAYS), st.integers(0, 10**6))
def test_no_server_has_a_wrong_day_that_is_not_marked(
    server: Server, variant: Variant, first: dt.date, seed: int
) -> None:
    views = world(first, seed)
    days = [first + n * ONE_DAY for n in range(2) if first + n * ONE_DAY <= NOW.date()]
    with TemporaryDirectory() as folder:
        archive, report = synced(server, variant, views, days, Path(folder))
        infos = {day: found[0] for day, found in archive.days().items()}
        for day in days:
            if day not in infos:
                assert day in report.failed, f"{day} is neither stored nor failed"
                # What a mistyped address says too is not believed before a page of views.
                is_told = server.script.has_given_views
                assert not (is_plain(variant) and is_told), report.failed[day]
                continue
            doubts = doubts_of(infos[day])
            if not doubts:
                assert infos[day].verified
                assert stored(archive, day) == truth(views, day), day
            if is_plain(variant):
                assert not doubts, doubts
