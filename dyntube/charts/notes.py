"""Layout of note labels above a trend, so that they do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .base import Palette
from .labels import short, wrapped

LEVEL = 16  # height of a label, in pixels
_LEVELS = 3
_LENGTHS = (28, 24, 18)  # characters of labels: fewer where more would not fit
_NARROW = 330  # pixels of an axis on a phone, the tightest case
_LETTER = 5.5  # width of a letter, in pixels
_OVER = 0.1  # how far a label may overhang the ends, as a fraction of the axis


@dataclass(frozen=True)
class Note:
    """A text at a position on an axis, from 0 to 1."""

    at: float
    text: str


@dataclass(frozen=True)
class Label:
    """A placed label: its level, and whether it is to the right of its line or to the left.

    `others` found no room and are counted in its text.
    """

    note: Note
    level: int
    to_right: bool
    length: int
    others: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        more = f" +{len(self.others)}" if self.others else ""
        return short(self.note.text, self.length) + more

    @property
    def hover(self) -> str:
        """The notes in full, for the tooltip."""
        notes = (self.note, *self.others)
        return "<br>".join(line for note in notes for line in wrapped(note.text))

    @property
    def ends(self) -> tuple[float, float]:
        # Leaves room for the count of others.
        width = ((min(len(self.note.text), self.length) + 3) * _LETTER + 6) / _NARROW
        at = self.note.at
        return (at, at + width) if self.to_right else (at - width, at)


def placed(notes: Sequence[Note]) -> list[Label]:
    """Non-overlapping labels on at most three levels."""
    # Placed from the right, labels on the right of their lines step up clear of other lines;
    # placed from the left, labels on the left do.
    ordered = sorted(notes, key=lambda note: note.at)
    ways = (
        _in_order(ordered[::-1] if to_right else ordered, length, to_right)
        for length in _LENGTHS
        for to_right in (True, False)
    )
    return _widened(max(ways, key=len))  # the first of equals


def _widened(labels: list[Label]) -> list[Label]:
    """The labels where they are, each as long as it fits beside the others."""
    for n, label in enumerate(labels):
        others = [*labels[:n], *labels[n + 1 :]]
        longer = (replace(label, length=long) for long in range(_LENGTHS[0], label.length, -1))
        labels[n] = next((wide for wide in longer if _fits(wide, others)), label)
    return labels


def _in_order(notes: Sequence[Note], length: int, to_right: bool) -> list[Label]:
    """Labels placed greedily on the lowest free level, preferably on this side."""
    labels: list[Label] = []
    for note in notes:
        tried = (
            Label(note, level, side, length)
            for side in (to_right, not to_right)
            for level in range(_LEVELS)
        )
        free = next((label for label in tried if _fits(label, labels)), None)
        if free:
            labels.append(free)
        elif labels:
            near = min(range(len(labels)), key=lambda n: abs(labels[n].note.at - note.at))
            labels[near] = replace(labels[near], others=(*labels[near].others, note))
    return labels


def _fits(label: Label, others: Sequence[Label]) -> bool:
    low, high = label.ends
    if low < -_OVER or high > 1 + _OVER / 2:
        return False
    return not any(
        other.level == label.level and low < other.ends[1] and other.ends[0] < high
        for other in others
    )


def flags(
    labels: Sequence[Label], places: dict[Note, Any], palette: Palette
) -> list[dict[str, Any]]:
    """The labels as plotly annotations above the frame; `places` maps notes to positions."""
    return [
        {
            "x": places[label.note],
            "y": 1,
            "yref": "paper",
            "xanchor": "left" if label.to_right else "right",
            "yanchor": "bottom",
            "xshift": 1 if label.to_right else -1,
            "yshift": label.level * LEVEL,
            "text": label.text,
            "hovertext": label.hover,
            "hoverlabel": {"bgcolor": palette.page, "bordercolor": palette.gap},
            "showarrow": False,
            "borderpad": 1,
            "bgcolor": palette.page,  # hides the line of a higher label
            "font": {"size": 11, "color": palette.quiet},
        }
        for label in labels
    ]


def rules(
    labels: Sequence[Label], places: dict[Note, Any], height: int, palette: Palette
) -> list[dict[str, Any]]:
    """The lines down from the labels, in a frame of this height in pixels."""
    return [
        {
            "type": "line",
            "x0": places[note],
            "x1": places[note],
            "y0": 0,
            "y1": 1 + (label.level + 1) * LEVEL / height if note is label.note else 1,
            "yref": "paper",
            "line": {"width": 1, "color": palette.gap},
            "layer": "below",
        }
        for label in labels
        for note in (label.note, *label.others)
    ]
