"""How far a sync is, for somebody who watches a terminal."""

from __future__ import annotations

import sys

from . import formats
from .sync import Progress


def no_bar(progress: Progress) -> None:
    """Shows nothing: a log has the events of the sync instead."""


class Bar:
    """One line that redraws itself, and is gone at the end."""

    def __call__(self, progress: Progress) -> None:
        """Draw the line."""
        done = progress.days_done / max(progress.days_total, 1)
        bar = "█" * int(done * 24)
        line = f"{bar:░<24} {_sentence(progress)}" if done < 1 else ""
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)


def _sentence(progress: Progress) -> str:
    text = f"{progress.days_done:,} of {progress.days_total:,} days, {progress.views:,} views"
    if progress.waiting:
        return f"{text}, waiting for DynTube, {progress.waiting:.0f} s"
    return f"{text}, {formats.time_left(progress.seconds_left)}"
