"""The lines on cards and in tables, as a browser draws them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .app import Watched

Tab = Callable[..., Watched]
# Only what is on a page is served: cards are.
_COURSE = """values => import('./_stcore/bidi-components/dyntube.cards/elements.js')
  .then(module => module.course(values))"""
Pieces = list[list[tuple[float, float]]]


@pytest.fixture
def course(demo: str, tab: Tab) -> Callable[[list[float | None]], Pieces]:
    """The points of each piece of the line of some values; 100 wide and 28 high."""
    opened = tab()
    opened.open(demo)
    opened.wait_painted()

    def drawn(values: list[float | None]) -> Pieces:
        path = opened.page.evaluate(_COURSE, values)
        pieces = (re.findall(r"([\d.]+) ([\d.]+)", piece) for piece in path.split("M")[1:])
        return [[(float(x), float(y)) for x, y in piece] for piece in pieces]

    return drawn


def test_a_line_starts_at_0_keeps_room_above_and_has_a_gap_where_there_is_no_value(course) -> None:
    for values in ([1, 2, 3], [5, 5], [0, 0, 0], [3.5, 0.0, 1e9], [0.65, 0.63], [2000, 1000]):
        [line] = course(values)
        top = max(values) or 1
        assert [round((26 - y) / 21, 2) for _, y in line] == [round(v / top, 2) for v in values]
        assert line[0][0] == 0
        assert line[-1][0] == 100
        assert min(y for _, y in line) >= 28 / 6

    pieces = {
        (1, 2, None, 3, 4, 5): [2, 3],
        (None, 1, 2, None): [2],
        (1, None, 3, 4): [2, 2],  # one alone is a point twice, which is seen as a dot
        (None, None): [],
    }
    for values, counts in pieces.items():
        assert [len(piece) for piece in course(list(values))] == counts
