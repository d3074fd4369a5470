"""The process that one contender runs in: it loads, answers, and says what that took.

`start` comes first; the other functions are called from outside, and work on what it has opened.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from dyntube.account import open_account
from dyntube.engine.engine import Engine
from dyntube.query.query import Query

from .. import archive
from .asked import Asked
from .prepared import Key

OURS = "ours"
IN_MEMORY = ("pandas-strings", "pandas-categories", "polars")
RIVALS = (*IN_MEMORY, "chdb")


class Contender(Protocol):
    """Answers questions of a page, one after the other, each after its `select`."""

    def begin(self, page: Asked) -> None:
        """A page begins: forget what the page before has left; its questions come."""

    def select(self, query: Query) -> None:
        """Cut out the views of a question; of several with the same views, once."""

    def answer(self, query: Query) -> Any:
        """The answer, as users of this engine like to have it."""

    def frame(self, answer: Any) -> pd.DataFrame:
        """An answer as a frame of pandas, for the comparison."""


class Ours:
    """The app's engine, with what it keeps in memory; it keeps no answer from page to page.

    It looks at views once for questions that are parts of one, as the app has it do.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, page: Asked) -> None:
        self._engine.forget()
        self._wholes = dict(zip(page.questions, page.wholes, strict=True))

    def select(self, query: Query) -> None:
        pass

    def answer(self, query: Query) -> pd.DataFrame:
        return self._engine.answer(query, self._wholes[query])

    def frame(self, answer: pd.DataFrame) -> pd.DataFrame:
        return answer


_contender: Contender
_empty: int  # kB of memory before anything was loaded
_loading: float  # seconds


def start(name: str, folder: Path, prepared: Path) -> None:
    """Open a contender over an archive, or over its prepared views."""
    global _contender, _empty, _loading
    _empty, began = _memory("VmRSS"), time.perf_counter()
    _contender = _open(name, folder, prepared)
    _loading = time.perf_counter() - began


def _open(name: str, folder: Path, prepared: Path) -> Contender:
    # Imported here, so that no process carries the engines of others.
    if name == "polars":
        from .with_polars import Polars

        return Polars(prepared)
    if name == "chdb":
        from .with_chdb import Chdb

        return Chdb(open_account(archive.settings(folder)).archive)
    if name == OURS:
        account = open_account(archive.settings(folder))
        account.engine.backend.hot_days.load(account.settings.memory)
        return Ours(account.engine)
    from .with_pandas import Pandas

    return Pandas(prepared, categories=name == "pandas-categories")


def answers(page: Asked) -> list[pd.DataFrame]:
    """The answers to the questions of a page."""
    _contender.begin(page)
    found = []
    for query in page.questions:
        _contender.select(query)
        found.append(_contender.frame(_contender.answer(query)))
    return found


def seconds(page: Asked) -> list[float]:
    """How long the answer to each question of a page takes.

    What was cut out for several questions counts for each of them in equal parts.
    """
    questions = page.questions
    _contender.begin(page)
    sharing = Counter(_key(query) for query in questions)
    selecting, answering = Counter[Key](), []
    for query in questions:
        began = time.perf_counter()
        _contender.select(query)
        selected = time.perf_counter()
        _contender.answer(query)
        answering.append(time.perf_counter() - selected)
        selecting[_key(query)] += selected - began
    shares = [selecting[_key(query)] / sharing[_key(query)] for query in questions]
    return [own + share for own, share in zip(answering, shares, strict=True)]


def _key(query: Query) -> Key:
    return query.period, query.filters


def loaded() -> tuple[float, float]:
    """The seconds that loading took, and the MB in use since; from now, the peak is a new one."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _loading, (_memory("VmRSS") - _empty) / 1024


def peak() -> float:
    """The most MB in use since `loaded`."""
    return (_memory("VmHWM") - _empty) / 1024


def _memory(name: str) -> int:
    """A size from the process's status, in kB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
