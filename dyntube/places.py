"""Where views are: in day files, and runs of days in memory too. The SQL that reads and moves them.

What a table in memory has that a file has not: a label is the number of its text in a list of all
texts, and what questions compute of each view is there (`dimensions.COMPUTED`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from .dimensions import COMPUTED
from .records import LABEL, SCHEMA, TEXT

LABELS = tuple(field.name for field in SCHEMA if field.type == LABEL)
INSIDE = " WHERE date >= $start AND date < $end"
_COMPUTED = ", ".join(f"{sql} AS {name}" for name, sql in COMPUTED.items())


@dataclass(frozen=True)
class Run:
    """Day files whose views stand in memory too, in the table `relation` of a database `name`."""

    name: str
    files: tuple[Path, ...]

    @property
    def relation(self) -> str:
        return f"{self.name}.views"


@dataclass(frozen=True)
class Files:
    """The day files that a question reads.

    All views of `whole` days lie in its period, and some of those of `cut` days. `history` are the
    files of every day up to the period's end, where it needs them. Of the days that it reads,
    `runs` hold no other files than these.
    """

    whole: tuple[Path, ...] = ()
    cut: tuple[Path, ...] = ()
    history: tuple[Path, ...] = ()
    runs: tuple[Run, ...] = field(default=(), compare=False)  # the same views have the same answers

    def apart(self) -> Iterator[Files]:
        """The same files by where their views are: those of each run, and all others."""
        for run in self.runs:
            own = frozenset(run.files)
            yield replace(self._only(own.__contains__), runs=(run,))
        in_runs = frozenset(file for run in self.runs for file in run.files)
        others = self._only(lambda file: file not in in_runs)
        if others.whole or others.cut or not self.runs:
            yield others

    def _only(self, wanted: Callable[[Path], bool]) -> Files:
        whole, cut = (tuple(filter(wanted, files)) for files in (self.whole, self.cut))
        return Files(whole, cut, self.history)


def views_at(files: Files) -> tuple[str, dict[str, object]]:
    """The views at one place (`Files.apart`), as SQL, and the parameters of that."""
    parameters: dict[str, object] = {}
    if files.runs:
        [run] = files.runs
        is_whole = {*run.files} == {*files.whole}
        return f"SELECT * FROM {run.relation}{'' if is_whole else INSIDE}", parameters
    parts = []
    for name, paths, that in (("whole", files.whole, ""), ("cut", files.cut, INSIDE)):
        if paths:
            parameters[name] = [str(path) for path in paths]
            parts.append(f"SELECT * FROM read_parquet(${name}){that}")
    stored = " UNION ALL BY NAME ".join(parts) or "FROM no_views"
    return f"SELECT *, {_COMPUTED} FROM ({stored})", parameters


def loading(run: Run) -> Iterator[tuple[str, dict[str, object]]]:
    """What puts a run's views into a new database: SQL and parameters, step by step."""
    yield f"ATTACH ':memory:' AS {run.name} (COMPRESS)", {}
    every_file: dict[str, object] = {"files": [str(path) for path in run.files]}
    for label in LABELS:
        texts = f"SELECT DISTINCT {label} FROM read_parquet($files) WHERE {label} IS NOT NULL"
        yield f"CREATE TYPE {run.name}.{label} AS ENUM ({texts})", every_file
    columns = [name for name in SCHEMA.names if SCHEMA.field(name).type != TEXT]
    typed = [f"CAST({n} AS {run.name}.{n}) AS {n}" if n in LABELS else n for n in columns]
    views = f"SELECT {', '.join([*typed, _COMPUTED])} FROM read_parquet($file)"
    into = f"CREATE TABLE {run.relation} AS"
    for path in run.files:
        yield f"{into} {views}", {"file": [str(path)]}
        into = f"INSERT INTO {run.relation}"
    yield f"CHECKPOINT {run.name}", {}  # which packs them
