"""Squarified layout: cuts a rectangle into near-square tiles with areas by amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """A rectangle, by its lower left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


def squarified(amounts: Sequence[float], room: Tile) -> list[Tile]:
    """One tile per amount (above 0, largest first), filling the room.

    After Bruls, Huizing and van Wijk, "Squarified treemaps" (2000): rows along the shorter side,
    each extended as long as its tiles get squarer.
    """
    tiles: list[Tile] = []
    scale = room.area / sum(amounts) if amounts else 0.0
    areas = [amount * scale for amount in amounts]
    while areas:
        side = min(room.width, room.height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(
            areas[:count], side
        ):
            count += 1
        row, areas = areas[:count], areas[count:]
        placed, room = _row(row, room)
        tiles += placed
    return tiles


def _worst(row: Sequence[float], side: float) -> float:
    """The worst aspect ratio in a row: 1 for a square."""
    total = sum(row)
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _row(row: Sequence[float], room: Tile) -> tuple[list[Tile], Tile]:
    """Tiles along the left or upper side of a room, and the room left over."""
    tiles = []
    if room.width >= room.height:
        width, top = sum(row) / room.height, room.y + room.height
        for area in row:
            top -= area / width
            tiles.append(Tile(room.x, top, width, area / width))
        return tiles, Tile(room.x + width, room.y, max(room.width - width, 0.0), room.height)
    height, left = sum(row) / room.width, room.x
    for area in row:
        tiles.append(Tile(left, room.y + room.height - height, area / height, height))
        left += area / height
    return tiles, Tile(room.x, room.y, room.width, max(room.height - height, 0.0))
