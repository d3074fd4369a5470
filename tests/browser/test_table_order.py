"""The order of rows in a real browser: missing values last, ties by name, names as people write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .. import odd
from ..clock import machine_time
from ..conftest import record
from .app import Watched, running
from .rows import look, names, until

Tab = Callable[..., Watched]
# City, views, plays, plays that were completed.
CITIES = (
    ("Zürich", 3, 3, 1),
    ("aachen", 3, 1, 1),
    ("Ávila", 5, 0, 0),  # without plays there is no completion rate
    ("Bonn", 1, 1, 0),
    ("bern", 3, 2, 1),
    (None, 4, 4, 4),
    ("Essen", 2, 0, 0),
)
UNKNOWN = "Unknown"


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the views of those cities."""
    folder, at = tmp_path_factory.mktemp("order") / "archive", machine_time()
    archive, day = odd.open_archive(folder), at.date() - dt.timedelta(days=2)
    odd.put(archive, day, list(_views(day)), fetched_at=at, settled=True)
    with running(folder, SYNC="external") as url:
        yield url


def _views(day: dt.date) -> Iterator[dict[str, Any]]:
    for city, views, plays, completed in CITIES:
        for n in range(views):
            place = {"country": "DE"} | ({"city": city} if city else {})
            played = {"started": n < plays, "ended": n < completed}
            yield record(f"{city} {n}", f"{day}T10:00:00Z", geo=place, **played)


@pytest.mark.parametrize(
    ("clicks", "address", "order"),
    [
        # Most views first; Aachen, Bern and Zürich have equally many.
        ([], "", ["Ávila", UNKNOWN, "aachen", "bern", "Zürich", "Essen", "Bonn"]),
        # Fewest first: equal ones by name all the same.
        (
            ["Views"],
            "order=rising",
            ["Bonn", "Essen", "aachen", "bern", "Zürich", UNKNOWN, "Ávila"],
        ),
        # Whoever has no rate comes last, whichever way.
        (
            ["Completion rate"],
            "sort=completion_rate",
            ["aachen", UNKNOWN, "bern", "Zürich", "Bonn", "Ávila", "Essen"],
        ),
        (
            ["Completion rate", "Completion rate"],
            "order=rising",
            ["Bonn", "Zürich", "bern", "aachen", UNKNOWN, "Ávila", "Essen"],
        ),
        # By name, whatever the case and the accents; what has none comes last.
        (["City"], "sort=name", ["aachen", "Ávila", "bern", "Bonn", "Essen", "Zürich", UNKNOWN]),
    ],
)
def test_rows_are_sorted_alike_by_a_click_and_by_an_address(
    cities: str, tab: Tab, clicks: list[str], address: str, order: list[str]
) -> None:
    page = look(tab(), f"{cities}/geography?compare=none&level=city")
    for label in clicks:
        page.get_by_role("button", name=label, exact=True).last.click()
    if address:
        until(page, address)
    assert [name.partition(",")[0] for name in names(page, 9)] == order
    again = look(tab(), page.url)
    assert [name.partition(",")[0] for name in names(again, 9)] == order
