"""What the questions of each page cost the server, on 10 million views over a year.

`python -m benchmarks.questions --pages overview` lists each question of a page.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from dyntube.engine.duckdb_backend import DuckDB
from dyntube.engine.engine import Engine
from dyntube.ui import door

from . import archive
from .machine import row

ROOT = Path(__file__).parents[1]
TIMES = 5
TARGETS = {28: 0.25, 365: 1.5}  # seconds, by the days of the period
AGAIN = 0.06  # seconds, for what was asked before


@dataclass(frozen=True)
class Asked:
    """A question, the seconds until its answer, and those that the processor worked for it.

    `whole` is the question that it was asked as a part of, if any.
    """

    question: object
    whole: object
    seconds: float
    work: float


@dataclass
class Recorder:
    """Notes what is asked of an engine."""

    asked: list[Asked] = field(default_factory=list)
    _inside: threading.local = field(default_factory=threading.local)

    def wrap(self, engine: Engine) -> None:
        """From now on, note every call of the engine's public methods."""
        for name in dir(engine):
            if not name.startswith("_") and callable(method := getattr(engine, name)):
                setattr(engine, name, self._noted(method))

    @property
    def seconds(self) -> float:
        return sum(asked.seconds for asked in self.asked)

    def _noted(self, method: Callable[..., object]) -> Callable[..., object]:
        @wraps(method)
        def noted(*arguments: object, **named: object) -> object:
            if getattr(self._inside, "busy", False):  # a public method that uses another
                return method(*arguments, **named)
            self._inside.busy = True
            began, worked = time.perf_counter(), time.process_time()
            try:
                return method(*arguments, **named)
            finally:
                seconds, work = time.perf_counter() - began, time.process_time() - worked
                question, whole = (*arguments, None, None)[:2]
                self.asked.append(Asked(question, whole, seconds, work))
                self._inside.busy = False

        return noted


def page_files() -> list[Path]:
    """The pages of the app."""
    return sorted((ROOT / "pages").glob("*.py"))


def period(days: int) -> dict[str, str]:
    """The address's parameters for so many days before today."""
    big = archive.year()
    return {"from": f"{big.last - archive.ONE_DAY * (days - 1)}", "to": f"{big.last}"}


def main() -> None:
    with recording(archive.kept()) as recorder:
        for days in TARGETS:
            for file in page_files():
                _measure(recorder, file, days)


def _measure(recorder: Recorder, file: Path, days: int) -> None:
    asked = period(days)
    _run(recorder, file, asked)  # files are checked, and what is inside them is known
    everything, country, again = [], [], []
    for _ in range(TIMES):
        everything.append(cold(recorder, file, asked))
        again.append(_run(recorder, file, asked))
        country.append(cold(recorder, file, asked | {"country": "DE"}))
    count = len({repr(asked.question) for asked in recorder.asked})
    first, filtered, kept = (statistics.median(times) for times in (everything, country, again))
    row(
        f"the {count} questions of {file.stem}, {days} days",
        f"{first * 1000:,.0f} ms, of one country {filtered * 1000:,.0f} ms, again "
        f"{kept * 1000:.0f} ms",
        f"{TARGETS[days] * 1000:,.0f} ms, again {AGAIN * 1000:.0f} ms",
    )


def cold(recorder: Recorder, file: Path, parameters: dict[str, str]) -> float:
    """The seconds of a page's questions when no answer is kept."""
    door.desk().account.engine.forget()
    st.cache_data.clear()
    return _run(recorder, file, parameters)


def _run(recorder: Recorder, file: Path, parameters: dict[str, str]) -> float:
    """The seconds of the questions that one reader's first look at a page asks."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for name, value in parameters.items():
        at.query_params[name] = [value]
    recorder.asked.clear()
    at.switch_page(str(file.relative_to(ROOT))).run()
    if at.exception or at.error:
        sys.exit(f"{file.stem} is broken: {[*at.exception, *at.error]}")
    return recorder.seconds


@contextmanager
def recording(folder: Path, **settings: str) -> Iterator[Recorder]:
    """The app on an archive in this process, with other settings; what it asks is noted."""
    environ = archive.environment(folder) | {f"DYNTUBE_{k}": v for k, v in settings.items()}
    os.environ.update(environ)
    logging.disable(logging.WARNING)  # Streamlit's, about running without a server
    st.cache_resource.clear()  # another benchmark may have opened another archive
    recorder = Recorder()
    engine = door.desk().account.engine
    if isinstance(engine.backend, DuckDB):
        engine.backend.hot_days.load(door.desk().account.settings.memory)
    recorder.wrap(engine)
    yield recorder
    st.cache_resource.clear()
    for name in environ:
        del os.environ[name]


def _list(recorder: Recorder, file: Path, days: int) -> None:
    """Print each question of a page with the medians of its times, the longest first."""
    runs = []
    for _ in range(TIMES):
        cold(recorder, file, period(days))
        runs.append(list(recorder.asked))
    medians = [
        Asked(
            same[0].question,
            same[0].whole,
            statistics.median(asked.seconds for asked in same),
            statistics.median(asked.work for asked in same),
        )
        for same in zip(*runs, strict=True)
    ]
    seconds, work = sum(one.seconds for one in medians), sum(one.work for one in medians)
    print(f"{file.stem}, {days} days: {seconds * 1000:,.0f} ms, processor {work * 1000:,.0f} ms")
    for one in sorted(medians, key=lambda asked: -asked.work):
        print(f"{one.seconds * 1000:8.1f} {one.work * 1000:8.1f}  {_said(one.question)}")


def _said(question: object) -> str:
    """A question in a line: only what it sets."""
    kind, given = type(question).__name__, []
    for name, value in vars(question).items():
        if name == "period":
            given.append(f"{value.start}..{value.end}")
        elif value not in ((), None) and not isinstance(value, dt.tzinfo):
            text = str(value)
            given.append(f"{name}={text if len(text) < 120 else text[:117] + '...'}")
    return f"{kind} {', '.join(given)}"


def _command_line() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.questions", description=__doc__)
    known = {file.stem: file for file in page_files()}
    parser.add_argument("--pages", nargs="+", choices=known, default=list(known))
    parser.add_argument("--days", type=int, nargs="+", default=list(TARGETS))
    options = parser.parse_args()
    with recording(archive.kept()) as recorder:
        for name in options.pages:
            for days in options.days:
                _list(recorder, known[name], days)


if __name__ == "__main__":
    _command_line()
