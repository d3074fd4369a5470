"""Parts of parts as tiles."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Item, Node
from dyntube.charts.squarify import Tile, squarified
from dyntube.query.metrics import metric

from .drawn import ESCAPED, HOSTILE, clicks, contrast, drawn, hovers

VIEWS = metric("views")
EUROPE = [
    Node("EU", "", Item("EU", "Europe", 70, "70%")),
    Node("EU/DE", "EU", Item("DE", "Germany", 40, "40%")),
    Node("EU/FR", "EU", Item("FR", "France", 30, "30%")),
    Node("AS", "", Item("AS", "Asia", 30, "30%")),
]


def tiles(figure: Any) -> dict[str | None, tuple[float, float, float, float]]:
    """The left, lower, right and upper edge of the tile of each value."""
    [trace] = figure.data
    edges = zip(trace.x, trace.base, trace.width, trace.y, strict=True)
    corners = [(x, y, x + width, y + height) for x, y, width, height in edges]
    return dict(zip(clicks(trace), corners, strict=True))


def area(tile: tuple[float, float, float, float]) -> float:
    return (tile[2] - tile[0]) * (tile[3] - tile[1])


@given(
    st.lists(st.floats(0.01, 1e6), max_size=40),
    st.builds(Tile, st.just(0.0), st.just(0.0), st.floats(1, 1000), st.floats(1, 1000)),
)
def test_tiles_have_their_share_of_the_room_and_do_not_overlap(amounts, room):
    amounts = sorted(amounts, reverse=True)

    placed = squarified(amounts, room)

    assert len(placed) == len(amounts)
    for amount, tile in zip(amounts, placed, strict=True):
        assert tile.area == pytest.approx(room.area * amount / sum(amounts), rel=1e-6)
        assert tile.x >= -1e-6
        assert tile.y >= -room.height * 1e-6
        assert tile.x + tile.width <= room.width * (1 + 1e-6)
        assert tile.y + tile.height <= room.height * (1 + 1e-6)
    edge = 1e-6 * max(room.width, room.height)
    for n, one in enumerate(placed):
        for other in placed[:n]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across <= edge or down <= edge


def test_tiles_are_nearly_square():
    placed = squarified([6, 6, 4, 3, 2, 2, 1], Tile(0, 0, 6, 4))

    assert max(max(t.width / t.height, t.height / t.width) for t in placed) < 3


def test_a_click_on_a_part_or_on_the_header_above_parts_gives_its_value():
    figure = charts.treemap(VIEWS, EUROPE, LIGHT)

    assert set(clicks(figure.data[0])) == {"EU", "DE", "FR", "AS"}
    found = tiles(figure)
    assert found["EU"][1] == pytest.approx(found["DE"][3])  # the header is above its parts
    assert found["EU"][3] - found["EU"][1] < 30
    assert area(found["DE"]) / area(found["FR"]) == pytest.approx(4 / 3)


def test_what_parts_leave_of_a_whole_is_the_wholes_own():
    nodes = [*EUROPE[:2], EUROPE[3]]  # 30 of Europe's 70 are of no country

    figure = charts.treemap(VIEWS, nodes, LIGHT)

    rest = next(n for n, text in enumerate(hovers(figure.data[0])) if "Other in Europe" in text)
    assert clicks(figure.data[0])[rest] == "EU"
    assert "Views: 30" in hovers(figure.data[0])[rest]


def test_rounding_leaves_no_tile():
    nodes = [
        Node("a", "", Item("a", "a", 0.1 + 0.2)),
        Node("b", "a", Item("b", "b", 0.1)),
        Node("c", "a", Item("c", "c", 0.2)),
    ]

    assert sorted(map(str, clicks(charts.treemap(VIEWS, nodes, LIGHT).data[0]))) == ["a", "b", "c"]


def test_it_does_not_zoom_on_a_click_as_plotlys_own_does():
    figure = drawn(charts.treemap(VIEWS, EUROPE, LIGHT))

    assert {trace["type"] for trace in figure["data"]} == {"bar"}
    assert figure["layout"]["xaxis"]["fixedrange"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_texts_can_be_read_on_every_tile_chosen_or_not(palette):
    nodes = [Node(str(n), "", Item(str(n), f"Part {n}", 2.0**n)) for n in range(12)]
    nodes.append(Node("?", "", Item(None, "Other", 100, context=True)))

    for chosen in ((), (("", "3"), ("", "11"))):
        [trace] = charts.treemap(VIEWS, nodes, palette, chosen=chosen).data
        for ground, text in zip(trace.marker.color, trace.textfont.color, strict=True):
            assert contrast(ground, text) >= 4.5


def test_while_some_are_chosen_the_others_are_pale_but_not_the_parts_of_chosen_ones():
    plain = charts.treemap(VIEWS, EUROPE, LIGHT).data[0]
    chosen = charts.treemap(VIEWS, EUROPE, LIGHT, chosen=[("", "EU")]).data[0]

    before = dict(zip(clicks(plain), plain.marker.color, strict=True))
    after = dict(zip(clicks(chosen), chosen.marker.color, strict=True))
    assert {value for value in before if before[value] != after[value]} == {"AS"}


def test_a_text_too_long_for_its_tile_is_cut_and_a_tiny_tile_has_none():
    long = "A very long name of a country, longer than any tile"
    nodes = [
        Node("a", "", Item("a", long, 1000, "99.9%")),
        Node("b", "", Item("b", long, 1, "0.1%")),
    ]

    wide, tiny = charts.treemap(VIEWS, nodes, LIGHT).data[0].text

    assert wide == f"{long}<br>99.9%"
    assert tiny == ""


def test_texts_full_of_html_show_as_they_are_written():
    [trace] = charts.treemap(VIEWS, [Node("a", "", Item("a", HOSTILE, 1, "1%"))], LIGHT).data

    assert trace.text[0].startswith("&lt;b&gt;Launch&lt;/b&gt;")
    assert hovers(trace)[0].replace("</b><br><b>", " ") == f"<b>{ESCAPED}</b><br>Views: 1"


@pytest.mark.parametrize(
    "nodes",
    [
        [],
        [Node("a", "", Item("a", "a", 0))],
        [Node("a", "", Item("a", "a", math.nan))],
        [Node("a", "b", Item("a", "a", 1)), Node("b", "a", Item("b", "b", 1))],  # a circle
    ],
)
def test_without_an_amount_there_is_an_empty_chart(nodes):
    assert drawn(charts.treemap(VIEWS, nodes, DARK))["data"] == []


@pytest.mark.parametrize("parent", ["nowhere", "a", "zero"])
def test_a_part_of_nothing_stands_at_the_top(parent):
    nodes = [Node("a", parent, Item("a", "a", 1)), Node("zero", "", Item("z", "z", 0))]

    assert clicks(charts.treemap(VIEWS, nodes, LIGHT).data[0]) == ["a"]
