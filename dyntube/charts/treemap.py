"""Treemap of two levels, drawn as bars.

Plotly's own treemap zooms on a click, and Streamlit then does not report the node's `customdata`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import plotly.graph_objects as go

from .. import formats
from ..query.metrics import Metric
from .base import HOVER, Item, Palette, blend, faded, figure, point, readable
from .labels import hover, short
from .squarify import Tile, squarified

_WIDTH, _HEIGHT = 560, 300  # layout size in pixels; a page may stretch it
_HEADER = 22  # above the parts of a node, in pixels
_TEXT_LENGTH = 16
_LETTER = 7.5  # width of a letter, in pixels
_NOTHING_LEFT = 1e-9  # fraction of a node; less is a rounding error


@dataclass(frozen=True)
class Node:
    """A child of the node whose `id` is `parent`, or of the root if that is empty.

    Its amount is at least the sum of its children; the difference is its own.
    """

    id: str
    parent: str
    item: Item


@dataclass(frozen=True)
class _Placed:
    node: Node
    tile: Tile
    is_outer: bool  # has children: the tile is their header


def treemap(
    measure: Metric,
    nodes: Sequence[Node],
    palette: Palette,
    *,
    chosen: Collection[tuple[str, str]] = (),
) -> go.Figure:
    """Tiles with areas by amount, children within their parents; 300 pixels high.

    While (dimension, value) pairs are `chosen`, tiles other than theirs and their children's are
    faded.
    """
    placed = list(_places(_shown(nodes), None, Tile(0, 0, _WIDTH, _HEIGHT)))
    colours = _colours(placed, {node.id: node for node in nodes}, palette, chosen)
    shown = [part.node for part in placed]
    trace = _rectangles([part.tile for part in placed]) | {
        "text": [_text(part) for part in placed],
        "textfont": {"size": 12, "color": [readable(colour) for colour in colours]},
        "customdata": [point(hover(measure, n.item), *n.item.picks) for n in shown],
        "hovertemplate": HOVER,
        "marker": {
            "color": colours,
            "cornerradius": 3,
            "line": {"width": 2, "color": palette.page},
        },
    }
    axis: dict[str, Any] = {"visible": False, "fixedrange": True}
    return figure(
        [trace] if placed else [],
        palette,
        height=_HEIGHT,
        hovermode="closest",
        barmode="overlay",
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uniformtext={"mode": "hide", "minsize": 12},
        xaxis=axis | {"range": [0, _WIDTH]},
        yaxis=axis | {"range": [0, _HEIGHT]},
    )


def _colours(
    placed: Sequence[_Placed],
    parents: dict[str, Node],
    palette: Palette,
    chosen: Collection[tuple[str, str]],
) -> list[str]:
    """The colour of each tile: stronger for larger amounts, faded if others are selected."""
    top = max((part.node.item.amount for part in placed if not part.is_outer), default=0.0)
    colours = []
    for part in placed:
        colour = palette.grid if part.is_outer else _shade(part.node.item, top, palette)
        bright = not chosen or _is_chosen(part.node, parents, chosen)
        colours.append(colour if bright or part.is_outer else faded(colour, palette))
    return colours


def _shown(nodes: Sequence[Node]) -> list[Node]:
    """Nodes with an area, largest first; those with an unknown parent become top-level."""
    sized = [n for n in nodes if n.item.amount > 0 and math.isfinite(n.item.amount)]
    ids = {node.id for node in sized}
    tops = [n if n.parent in ids and n.parent != n.id else replace(n, parent="") for n in sized]
    return sorted(tops, key=lambda node: -node.item.amount)


def _places(nodes: Sequence[Node], outer: Node | None, room: Tile) -> Iterator[_Placed]:
    """The tiles of a node's children and their children; the remainder comes last."""
    parts = [node for node in nodes if node.parent == (outer.id if outer else "")]
    amounts = [part.item.amount for part in parts]
    left = outer.item.amount - sum(amounts) if outer else 0.0
    if outer and left > outer.item.amount * _NOTHING_LEFT:
        name = f"{formats.OTHER_NAME} in {outer.item.label}"
        item = replace(outer.item, label=name, amount=left, text="", hover="", context=True)
        parts.append(Node(f"{outer.id}\0", outer.id, item))
        amounts.append(left)
    for part, tile in zip(parts, squarified(amounts, room), strict=True):
        is_outer = tile.height > 2 * _HEADER and any(node.parent == part.id for node in nodes)
        if is_outer:
            inner = replace(tile, height=tile.height - _HEADER)
            yield from _places(nodes, part, inner)
            tile = replace(tile, y=tile.y + inner.height, height=_HEADER)
        yield _Placed(part, tile, is_outer)


def _is_chosen(node: Node, parents: dict[str, Node], chosen: Collection[tuple[str, str]]) -> bool:
    while not node.item.picks or not {*node.item.picks} <= {*chosen}:
        if node.parent not in parents or node.parent == node.id:
            return False
        node = parents[node.parent]
    return True


def _shade(item: Item, top: float, palette: Palette) -> str:
    if item.context:
        return palette.gap
    return blend(palette.accent, palette.page, 0.25 + 0.65 * math.sqrt(item.amount / top))


def _rectangles(tiles: Sequence[Tile]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [tile.x for tile in tiles],
        "base": [tile.y for tile in tiles],
        "y": [tile.height for tile in tiles],
        "width": [tile.width for tile in tiles],
        "offset": 0,
        "textposition": "inside",
        "insidetextanchor": "end",
        "textangle": 0,
        "constraintext": "inside",
    }


def _text(part: _Placed) -> str:
    """As much of the label as fits, with the short text below it if there is room."""
    item, letters = part.node.item, int((part.tile.width - 8) / _LETTER)
    if letters < 3 or part.tile.height < _HEADER:
        return ""
    if part.is_outer:
        return short(f"{item.label}  {item.text}", letters)
    label, more = short(item.label, letters), short(item.text, _TEXT_LENGTH)
    has_room = part.tile.height >= 2 * _HEADER and len(item.text) <= letters
    return f"{label}<br>{more}" if has_room else label
