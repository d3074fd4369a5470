"""Syncs in processes of their own that are killed: at a step, or from outside.

Production code has no hooks for this. In the child, every function of `os`, every `open` and
every method of pyarrow's writer is wrapped, and those calls that touch the archive are its steps:
what the code does tomorrow is found by itself.
"""

from __future__ import annotations

import builtins
import datetime as dt
import fcntl
import functools
import inspect
import io
import multiprocessing
import os
import random
import re
import signal
import socketserver
import sys
import threading
import time
import types
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from dyntube.archive.archive import Archive
from dyntube.fetch.client import Client
from dyntube.fetch.sync import Syncer, SyncResult
from dyntube.settings.settings import Settings

from ..conftest import record
from ..scripted import Answer, Asked, Script, Server, views
from ..syncing import day_asked

# A fork server has imported everything once, so that a child starts in milliseconds.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
PATIENCE = 120.0  # seconds; a child that needs longer hangs
REFRESH = dt.timedelta(hours=1)  # so that a day the killed sync committed is not fetched again

_ONLY_READ = {"access", "fspath", "fstat", "getxattr", "isatty", "listdir", "listxattr", "lstat"}
_ONLY_READ |= {"read", "readlink", "scandir", "stat", "statvfs"}
_NAMES_A_FILE = {"path", "fd", "src", "out_fd"}
_readlink, _getpid, _kill = os.readlink, os.getpid, os.kill


@dataclass(frozen=True)
class Call:
    """A call of a function that touches the archive, just before or just after it."""

    function: str
    path: Path
    before: bool

    @property
    def step(self) -> str:
        """The same for all days and processes."""
        name = re.sub(r"[0-9a-f]{8,}|\d+", "9", self.path.name)
        return f"{'before' if self.before else 'after'} {self.function} {name}"


class Point(NamedTuple):
    """The n-th time that a sync comes to a step."""

    step: str
    number: int


def watch(
    root: Path, at: Callable[[Call], None], patch: Callable[[Any, str, Any], None] = setattr
) -> None:
    """Call `at` before and after every call of a function that touches files below `root`."""
    for owner, name in _functions():
        function = getattr(owner, name)
        wrapped = _wrapped(function, f"{owner.__name__}.{name}", root, at)
        patch(owner, name, wrapped)


def _functions() -> Iterator[tuple[Any, str]]:
    for name, function in vars(os).items():
        if not isinstance(function, types.BuiltinFunctionType) or name in _ONLY_READ:
            continue
        if name == "utime" or _first_parameter(function) in _NAMES_A_FILE:
            yield os, name
    yield from [(io, "open"), (builtins, "open"), (fcntl, "flock"), (fcntl, "lockf")]
    for name, function in vars(pq.ParquetWriter).items():
        if inspect.isfunction(function) and (name == "__init__" or not name.startswith("__")):
            yield pq.ParquetWriter, name


def _first_parameter(function: types.BuiltinFunctionType) -> str:
    try:
        return next(iter(inspect.signature(function).parameters), "")
    except ValueError:
        return ""


def _wrapped(
    function: Callable[..., Any], name: str, root: Path, at: Callable[[Call], None]
) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        path = _touched(arguments, named)
        if path is None or not path.is_relative_to(root) or _only_reads(name, arguments, named):
            return function(*arguments, **named)
        at(Call(name, path, before=True))
        result = function(*arguments, **named)
        at(Call(name, path, before=False))
        written = isinstance(result, io.IOBase) and result.writable()
        return _WatchedFile(result, path, at) if written else result

    return wrapper


def _only_reads(name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether it opens a file for reading."""
    mode = [*arguments[1:2], named.get("mode", "r")][0]
    return name in ("io.open", "builtins.open") and not set(mode) & set("wax+")


class _WatchedFile:
    """An open file whose writes and end are steps; the step before a write finds half of it."""

    def __init__(self, file: Any, path: Path, at: Callable[[Call], None]) -> None:
        self._file, self._path, self._at = file, path, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, data: Any) -> int:
        half = len(data) // 2
        self._file.write(data[:half])
        self._file.flush()
        self._at(Call("file.write", self._path, before=True))
        self._file.write(data[half:])
        self._file.flush()
        self._at(Call("file.write", self._path, before=False))
        return len(data)

    def close(self) -> None:
        self._file.close()


def _touched(arguments: tuple[Any, ...], named: dict[str, Any]) -> Path | None:
    """The file that a call is about: its first argument, or that of the writer it belongs to."""
    what = next(iter((*arguments, *named.values())), None)
    if isinstance(what, pq.ParquetWriter):
        what = getattr(what, "where", None) or (*arguments[1:], *named.values())[0]
    what = getattr(what, "name", what) if hasattr(what, "write") else what
    if isinstance(what, int):
        try:
            return Path(_readlink(f"/proc/self/fd/{what}"))
        except OSError:
            return None
    if isinstance(what, bytes):
        what = os.fsdecode(what)
    return Path(what) if isinstance(what, str | os.PathLike) else None


class Numbered:
    """Counts how often each step comes, over all threads, and acts at each."""

    def __init__(self, act: Callable[[Point], None]) -> None:
        self._act, self._counts, self._lock = act, Counter[str](), threading.Lock()

    def __call__(self, call: Call) -> None:
        with self._lock:
            self._counts[call.step] += 1
            self._act(Point(call.step, self._counts[call.step]))


def build(settings: Settings, now: dt.datetime) -> tuple[Syncer, Archive]:
    """A syncer whose clock stands still and that does not wait between tries."""
    archive = Archive(settings.archive, [settings.folder(scope) for scope in settings.scopes])
    client = Client(settings, sleep=lambda _: None)
    return Syncer(settings, client, archive, now=lambda: now, sleep=lambda _: None), archive


@contextmanager
def patient() -> Iterator[None]:
    """Let the servers of tests send every answer at once and say nothing of clients that died."""

    def nothing_new(*_: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            raise

    with pytest.MonkeyPatch.context() as patch:
        # Or they sit on the second half of an answer for 40 ms.
        patch.setattr(socketserver.StreamRequestHandler, "disable_nagle_algorithm", True)
        patch.setattr(socketserver.BaseServer, "handle_error", nothing_new)
        yield


def log(days: Iterable[dt.date], count: int, version: int) -> list[dict[str, Any]]:
    """A view log with so many views on each day, every one of them marked with its version."""
    return [
        record(f"{day}-{n}", f"{day}T{n // 5:02}:{n % 5 * 10:02}:00Z", watchTime=version)
        for day in days
        for n in range(count)
    ]


def paged(records: Iterable[dict[str, Any]]) -> Script:
    """Serve these records newest first, as the API does; sound ones and such without a time."""
    dated = sorted(((_moment(r["date"]), r) for r in records), key=lambda pair: pair[0])

    def script(asked: Asked) -> Answer:
        if not asked.json:
            return Answer(400)  # whoever sent it was killed before the end
        start, end = (_moment(asked.json[name]) for name in ("from", "to"))
        found = [record for moment, record in reversed(dated) if start <= moment < end]
        page, size = asked.json["page"], asked.json["size"]
        part = found[(page - 1) * size : page * size]
        pages = -(-len(found) // size)
        return views(part, page=page, size=size, hits=len(part), total=len(found), pages=pages)

    return script


def _moment(text: str) -> dt.datetime:
    """When a record is; what follows the word "not" spoils it for others only."""
    moment = dt.datetime.fromisoformat(text.removeprefix("not "))
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC)


@dataclass(frozen=True)
class Run:
    """What a child shall do: sync these days at a moment, up to a point if there is one."""

    settings: Settings
    days: Collection[dt.date]
    now: dt.datetime
    refresh: dt.timedelta = REFRESH

    def named(self, name: str) -> Run:
        """The same run; the server learns the name."""
        return replace(self, settings=replace(self.settings, api_key=name))

    def asked(self, server: Server) -> list[dt.date]:
        """The day of every request that this run sent."""
        sign = f"Bearer {self.settings.api_key}"
        sent = [a for a in server.asked if a.json and a.headers.get("Authorization") == sign]
        return [day_asked(asked) for asked in sent]

    def here(self) -> SyncResult:
        """Sync in this process."""
        syncer, _ = build(self.settings, self.now)
        return syncer.sync(self.days, refresh=self.refresh)

    def undisturbed(self) -> tuple[list[Point], float]:
        """Sync in a child: the points it came to and the seconds it took."""
        with child(_sync, self, None) as (_, link):
            began = time.monotonic()
            points = answer(link)
            return points, time.monotonic() - began

    def killed_at(self, point: Point) -> bool:
        """Sync in a child that kills itself at a point; False when it never came there."""
        with child(_sync, self, point) as (process, _):
            process.join(PATIENCE)
            return process.exitcode == -signal.SIGKILL

    def killed_after(self, seconds: float) -> bool:
        """Sync in a child and kill it after so long; False when it was done before."""
        with child(_sync, self, None) as (process, _):
            process.join(seconds)
            process.kill()
            process.join(PATIENCE)
            return process.exitcode == -signal.SIGKILL


@contextmanager
def child(
    target: Callable[..., None], *arguments: object
) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run a function in a child, once it has said that it begins; it gets a link as its last."""
    link, other_end = CONTEXT.Pipe()
    process = CONTEXT.Process(target=target, args=(*arguments, other_end))
    with pytest.MonkeyPatch.context() as patch:  # a child would run the page AppTest left there
        patch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        process.start()
    other_end.close()
    try:
        answer(link)
        yield process, link
    finally:
        process.kill()
        process.join(PATIENCE)
        process.close()
        link.close()


def answer(link: Connection) -> Any:
    """What a child says next."""
    if not link.poll(PATIENCE):
        raise TimeoutError("the child hangs")
    return link.recv()


def _sync(run: Run, point: Point | None, link: Connection) -> None:
    """What a child does; it says when it begins, and at its end which points it came to."""
    seen: list[Point] = []

    def act(here: Point) -> None:
        seen.append(here)
        if here == point:
            _kill(_getpid(), signal.SIGKILL)

    watch(run.settings.archive, Numbered(act))
    link.send(None)
    report = run.here()
    assert not report.failed, report
    link.send(seen)


def choose(points: Collection[Point], count: int, chance: random.Random) -> list[Point]:
    """So many of these points, and each step once before any comes a second time."""
    shuffled = sorted(points)
    chance.shuffle(shuffled)
    turns: Counter[str] = Counter()
    order = []
    for point in shuffled:
        turns[point.step] += 1
        order.append((turns[point.step], len(order), point))
    return [point for _, _, point in sorted(order)[:count]]
