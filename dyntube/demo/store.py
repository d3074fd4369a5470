"""Pages of any window, from days that are drawn and rendered lazily."""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from .catalog import catalog
from .chance import Ints
from .draw import BEGINNING, Rows, count, draw_day, midnight, settle
from .embeds import projects_of_videos
from .render import Block, render

BLOCK = 10_000  # records rendered together
_MB = 2**20
_DAY = 86_400_000_000  # microseconds
_LONGEST_VIEW = 10_800_000_000  # microseconds
_COUNTS_LIMIT = 200_000
Keys = tuple[str, str, str]  # of a video, a channel and a project; "" matches all


@dataclass(frozen=True)
class Question:
    """The parameters of a call; `start` and `end` (exclusive) are microseconds since 1970."""

    start: int
    end: int
    page: int = 1
    size: int = 20
    video_key: str = ""
    channel_key: str = ""
    project_key: str = ""

    @property
    def keys(self) -> Keys:
        return self.video_key, self.channel_key, self.project_key


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


@dataclass(frozen=True)
class _Window:
    """Record counts of a window: `ends[n]` is the total of its n + 1 newest days."""

    start: int
    end: int
    newest: int  # the newest day's ordinal
    ends: Ints

    @property
    def total(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    @property
    def nbytes(self) -> int:
        return self.ends.nbytes + 200


T = TypeVar("T", bound=_Sized)


class _Recent(Generic[T]):
    """An LRU cache of at most `limit` bytes, which always keeps the latest value."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._values: OrderedDict[tuple[int | str, ...], T] = OrderedDict()

    def get(self, key: tuple[int | str, ...], make: Callable[[], T]) -> T:
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = self._values[key] = make()
        self._held += value.nbytes
        while self._held > self._limit and len(self._values) > 1:
            self._held -= self._values.popitem(last=False)[1].nbytes
        return value


class Store:
    """The view log of one seed and scale; thread-safe."""

    def __init__(self, seed: int, views_per_day: int) -> None:
        self._seed = seed
        self._views_per_day = views_per_day
        # Several days at any scale, since clients fetch days concurrently.
        self._rows = _Recent[Rows](max(24 * _MB, 6 * 60 * views_per_day))
        # About ten days of JSON, up to a gigabyte, to avoid rendering them again.
        self._blocks = _Recent[Block](min(max(48 * _MB, 10_000 * views_per_day), 1024 * _MB))
        self._windows = _Recent[_Window](4 * _MB)
        self._counts: dict[tuple[int, Keys], int] = {}
        self._lock = threading.Lock()

    def page(self, question: Question, now: int) -> bytes:
        """The response body, with the log as of `now`, in microseconds since 1970."""
        with self._lock:
            return self._page(question, now)

    def _page(self, asked: Question, now: int) -> bytes:
        window = self._window(asked, now)
        total, skip = window.total, (asked.page - 1) * asked.size
        end = min(skip + asked.size, total)
        pieces: list[memoryview] = []
        while skip < end:
            number = int(np.searchsorted(window.ends, skip, side="right"))
            before = int(window.ends[number - 1]) if number else 0
            day = dt.date.fromordinal(window.newest - number)
            places = self._matching(day, window.start, window.end, asked.keys)
            places = places[::-1][skip - before : end - before]
            pieces += self._pieces(day, places, now)
            skip += len(places)
        if pieces:
            pieces[-1] = pieces[-1][:-1]  # the last comma
        hits = max(end - (asked.page - 1) * asked.size, 0)
        pager = (
            f'{{"pager":{{"page":{asked.page},"size":{asked.size},"hits":{hits},'
            f'"total":{total},"pages":{math.ceil(total / asked.size)}}},"views":['
        )
        return b"".join([pager.encode(), *pieces, b"]}"])

    def _window(self, asked: Question, now: int) -> _Window:
        start, end = max(asked.start, midnight(BEGINNING)), min(asked.end, now + 1)
        return self._windows.get(
            (start, end, *asked.keys), lambda: self._measure(start, end, asked.keys)
        )

    def _measure(self, start: int, end: int, keys: Keys) -> _Window:
        days = list(_days_newest_first(start, end))
        counts = [self._count(day, start, end, keys) for day in days]
        newest = days[0].toordinal() if days else 0
        return _Window(start, end, newest, np.cumsum(counts, dtype=np.int64))

    def _day(self, day: dt.date) -> Rows:
        key = (day.toordinal(),)
        return self._rows.get(key, lambda: draw_day(day, self._seed, self._views_per_day))

    def _count(self, day: dt.date, start: int, end: int, keys: Keys) -> int:
        begin = midnight(day)
        if begin < start or begin + _DAY > end:
            return len(self._matching(day, start, end, keys))
        if not any(keys):
            return count(day, self._seed, self._views_per_day)
        name = (day.toordinal(), keys)
        if name not in self._counts:
            if len(self._counts) >= _COUNTS_LIMIT:
                self._counts.clear()
            self._counts[name] = len(self._matching(day, start, end, keys))
        return self._counts[name]

    def _matching(
        self, day: dt.date, start: int, end: int, keys: Keys
    ) -> range | npt.NDArray[np.intp]:
        """The indices in the day, oldest first, of the matching rows."""
        begin = midnight(day)
        if not any(keys) and start <= begin and begin + _DAY <= end:
            return range(count(day, self._seed, self._views_per_day))
        rows = self._day(day)
        first, last = (int(n) for n in np.searchsorted(rows.time, (start, end)))
        if not any(keys):
            return range(first, last)
        wanted = np.isin(rows.video[first:last], _videos_of(keys))
        return np.flatnonzero(wanted) + first

    def _pieces(
        self, day: dt.date, places: range | npt.NDArray[np.intp], now: int
    ) -> Iterator[memoryview]:
        """The JSON of the rows at these indices, newest first, each with its comma."""
        if isinstance(places, range):
            yield from self._run(day, places, now)
            return
        for place in places.tolist():
            block = self._block(day, place // BLOCK, now)
            row = len(block.starts) - 2 - place % BLOCK
            yield block.body[block.starts[row] : block.starts[row + 1]]

    def _run(self, day: dt.date, places: range, now: int) -> Iterator[memoryview]:
        """As `_pieces`, for contiguous indices: one slice per block."""
        newest, oldest = places[0], places[-1]
        for number in range(newest // BLOCK, oldest // BLOCK - 1, -1):
            block = self._block(day, number, now)
            rows = len(block.starts) - 1
            first = max(rows - 1 - (newest - number * BLOCK), 0)
            last = min(rows - (oldest - number * BLOCK), rows)
            yield block.body[block.starts[first] : block.starts[last]]

    def _block(self, day: dt.date, number: int, now: int) -> Block:
        """Rows from `number * BLOCK` on, newest first, as logged by now."""
        if midnight(day) + _DAY + _LONGEST_VIEW <= now:
            return self._blocks.get((day.toordinal(), number, 0), lambda: self._render(day, number))
        rows = self._day(day).take(slice(number * BLOCK, (number + 1) * BLOCK))
        over = bool((rows.end <= now).all())
        key = (day.toordinal(), number, 0 if over else now)
        return self._blocks.get(key, lambda: render(settle(rows, now).take(slice(None, None, -1))))

    def _render(self, day: dt.date, number: int) -> Block:
        rows = self._day(day).take(slice(number * BLOCK, (number + 1) * BLOCK))
        return render(rows.take(slice(None, None, -1)))


def _days_newest_first(start: int, end: int) -> Iterator[dt.date]:
    if start >= end:
        return
    first, last = (dt.date(1970, 1, 1).toordinal() + n // _DAY for n in (start, end - 1))
    for ordinal in range(last, first - 1, -1):
        yield dt.date.fromordinal(ordinal)


def _videos_of(keys: Keys) -> Ints:
    """The videos matching all given keys."""
    known = catalog()
    video_key, channel_key, project_key = keys
    return np.array(
        [
            number
            for number, video in enumerate(known.videos)
            if video_key in ("", video.key)
            and channel_key in ("", known.channels[video.channel].key)
            and project_key in ("", known.projects[projects_of_videos()[number]].key)
        ],
        np.int64,
    )
