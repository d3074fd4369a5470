"""Output of commands: progress of a sync, and guards against unwritable output."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .. import formats
from ..errors import OutputClosedError, OutputError
from ..fetch.sync import Progress


@contextmanager
def shown(*, bar: bool) -> Iterator[Callable[[Progress], None]]:
    """A progress callback: prints the cost of a long sync once, and a bar on a terminal."""
    show = Bar() if bar else no_bar
    said = False

    def tell(progress: Progress) -> None:
        nonlocal said
        if not said and (cost := formats.cost(progress)):
            said = True
            print(f"{_EMPTY if bar else 'dyntube: '}{cost}", file=sys.stderr, flush=True)
        show(progress)

    try:
        yield tell
    finally:
        if bar:
            print(_EMPTY, end="", file=sys.stderr, flush=True)


_EMPTY = "\r\x1b[K"  # clears the line


def no_bar(progress: Progress) -> None:
    """No progress: a log has the sync's events instead."""


class Bar:
    """A progress bar that redraws its line."""

    def __call__(self, progress: Progress) -> None:
        """Draw the line."""
        done = progress.days_done / max(progress.days_total, 1)
        bar = "█" * int(done * 24)
        line = f"{bar:░<24} {_sentence(progress)}" if done < 1 else ""
        print(f"{_EMPTY}{line}", end="", file=sys.stderr, flush=True)


def _sentence(progress: Progress) -> str:
    text = f"{progress.days_done:,} of {progress.days_total:,} days, {progress.views:,} views"
    if progress.waiting:
        return f"{text}, waiting for DynTube, {progress.waiting:.0f} s"
    return f"{text}, {formats.time_left(progress.seconds_left)}"


@contextlib.contextmanager
def guarded_output() -> Iterator[None]:
    """Make unwritable stdout raise OutputError, on exit at the latest.

    An unwritable stderr is ignored, and the command goes on.
    """
    sys.stdout = _guarded(sys.stdout, is_vital=True)
    sys.stderr = _guarded(sys.stderr, is_vital=False)
    try:
        yield
    finally:
        sys.stdout.flush()


def _guarded(stream: TextIO | None, *, is_vital: bool) -> TextIO:
    if stream is None:  # closed before we started
        return open(os.devnull, "w", encoding="utf-8")
    stream.flush()
    # Characters outside the terminal's encoding must not end a command either.
    return io.TextIOWrapper(
        io.BufferedWriter(_Guarded(stream.fileno(), is_vital)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.isatty() or not is_vital,
    )


class _Guarded(io.FileIO):
    """A file that discards all output after its first failure."""

    def __init__(self, number: int, is_vital: bool) -> None:
        super().__init__(number, "wb", closefd=False)
        self._is_vital, self._is_lost = is_vital, False

    def write(self, data: object) -> int:
        part = memoryview(data)  # type: ignore[arg-type]
        if self._is_lost:
            return part.nbytes
        try:
            return super().write(part)
        except OSError as error:
            self._is_lost = True
            if not self._is_vital:
                return part.nbytes
            if isinstance(error, BrokenPipeError):
                raise OutputClosedError("Nobody reads the output any more.") from None
            reason = error.strerror or type(error).__name__
            raise OutputError(f"The output cannot be written: {reason}.") from None
