"""Asks everybody the same: first whether they agree, then, by turns, how long they take."""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from dyntube.account import open_account
from dyntube.query.query import Query

from .. import archive
from . import contender
from .asked import Asked, record
from .checked import difference
from .contender import IN_MEMORY, OURS
from .prepared import needed, prepare

T = TypeVar("T")
Processes = Mapping[str, ProcessPoolExecutor]


@dataclass(frozen=True)
class Timed:
    """What a page asks; for each contender and round, the seconds of every question."""

    asked: Asked
    seconds: Mapping[str, Sequence[Sequence[float]]]

    def median(self, name: str, wanted: Callable[[Query], bool] = lambda _: True) -> float:
        """The median over the rounds of the seconds of all wanted questions together."""
        rounds = (zip(self.asked.questions, one, strict=True) for one in self.seconds[name])
        return statistics.median(sum(s for q, s in one if wanted(q)) for one in rounds)


@dataclass(frozen=True)
class Memory:
    """What a process needs beyond what it began with: seconds to load, MB then, MB at most."""

    seconds: float
    loaded: float
    peak: float


def measure(
    folder: Path, days: Sequence[int], rounds: int, rivals: Sequence[str]
) -> tuple[list[Timed], dict[str, Memory]]:
    """The times of all pages on an archive; ends the program when a rival answers otherwise."""
    pages = record(folder, days)
    with _processes(folder, pages, [OURS, *rivals]) as processes:
        loaded = _of_each(processes, contender.loaded)
        for page in pages:
            _check(page, processes)
        timed = [_time(page, processes, rounds) for page in pages]
        peaks = _of_each(processes, contender.peak)
    return timed, {name: Memory(*loaded[name], peaks[name]) for name in processes}


@contextmanager
def _processes(folder: Path, pages: Sequence[Asked], names: Sequence[str]) -> Iterator[Processes]:
    """A process for each contender, ready to answer."""
    with ExitStack() as stack:
        prepared = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if set(names) & set(IN_MEMORY):
            _prepare(folder, pages, prepared)
        spawn = multiprocessing.get_context("spawn")
        yield {
            name: stack.enter_context(
                ProcessPoolExecutor(1, spawn, contender.start, (name, folder, prepared))
            )
            for name in names
        }


def _prepare(folder: Path, pages: Sequence[Asked], target: Path) -> None:
    questions = [query for page in pages for query in page.questions]
    [timezone] = {query.timezone for query in questions}
    stored = open_account(archive.settings(folder)).archive
    prepare(stored, target, needed(questions), timezone)


def _of_each(processes: Processes, ask: Callable[..., T], *arguments: object) -> dict[str, T]:
    """One after the other, so that none disturbs another."""
    return {name: one.submit(ask, *arguments).result() for name, one in processes.items()}


def _check(page: Asked, processes: Processes) -> None:
    answers = _of_each(processes, contender.answers, page)
    for name, theirs in answers.items():
        for query, our, their in zip(page.questions, answers[OURS], theirs, strict=True):
            if wrong := difference(query, our, their):
                sys.exit(f"{name} does not answer as we do on {page}: {wrong}. Asked was {query}")


def _time(page: Asked, processes: Processes, rounds: int) -> Timed:
    found = [_of_each(processes, contender.seconds, page) for _ in range(rounds)]
    return Timed(page, {name: [one[name] for one in found] for name in processes})
