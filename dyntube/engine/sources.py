"""What a query reads: day files, and chunks of hot days in memory; the SQL that reads and loads.

Unlike files, chunks store dictionary-encoded columns as ENUMs and viewers as dense ids (of the
table `viewers`, which all chunks share), and what queries compute of each view
(`dimensions.COMPUTED`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..query.dimensions import COMPUTED
from ..reading.records import CATEGORY, SCHEMA, TEXT

CATEGORY_COLUMNS = tuple(field.name for field in SCHEMA if field.type == CATEGORY)
STEPS = 10  # per chunk loaded: readers wait for at most one
IN_PERIOD = " WHERE date >= $start AND date < $end"
# The newest days are loaded first, so that their viewers get small numbers.
_NEW_VIEWERS = (
    "INSERT INTO viewers SELECT viewer, (SELECT count(*) FROM viewers) + row_number() OVER () - 1 "
    "FROM (SELECT DISTINCT viewer FROM read_parquet($files)) ANTI JOIN viewers USING (viewer) "
    "WHERE viewer IS NOT NULL"
)
_BOUNDED = ("watch_time", "duration")  # queries use `watched` and `length` instead
_COMPUTED = ", ".join(f"{sql} AS {name}" for name, sql in COMPUTED.items())


@dataclass(frozen=True)
class HotChunk:
    """Day files whose views are in memory too, in the table `relation` of a database `name`."""

    name: str
    files: tuple[Path, ...]

    @property
    def relation(self) -> str:
        return f"{self.name}.views"


@dataclass(frozen=True)
class SourceFiles:
    """The day files that a query reads.

    All views of `whole` days are in its period, only some of those of `cut` days. `history` are the
    files of every day up to the period's end, if needed. Of the days read, `chunks` hold no files
    but these.
    """

    whole: tuple[Path, ...] = ()
    cut: tuple[Path, ...] = ()
    history: tuple[Path, ...] = ()
    chunks: tuple[HotChunk, ...] = field(default=(), compare=False)  # they do not change the answer

    def by_location(self) -> Iterator[SourceFiles]:
        """The same files by location: those of each chunk, and all others."""
        for chunk in self.chunks:
            own = frozenset(chunk.files)
            yield replace(self._only(own.__contains__), chunks=(chunk,))
        in_chunks = frozenset(file for chunk in self.chunks for file in chunk.files)
        others = self._only(lambda file: file not in in_chunks)
        if others.whole or others.cut or not self.chunks:
            yield others

    def _only(self, wanted: Callable[[Path], bool]) -> SourceFiles:
        whole, cut = (tuple(filter(wanted, files)) for files in (self.whole, self.cut))
        return SourceFiles(whole, cut, self.history)


def source_sql(files: SourceFiles) -> tuple[str, dict[str, object]]:
    """The views at one location (`SourceFiles.apart`), as SQL with its parameters."""
    parameters: dict[str, object] = {}
    if files.chunks:
        [chunk] = files.chunks
        is_whole = {*chunk.files} == {*files.whole}
        return f"SELECT * FROM {chunk.relation}{'' if is_whole else IN_PERIOD}", parameters
    parts = []
    for name, paths, that in (("whole", files.whole, ""), ("cut", files.cut, IN_PERIOD)):
        if paths:
            parameters[name] = [str(path) for path in paths]
            parts.append(f"SELECT * FROM read_parquet(${name}){that}")
    stored = " UNION ALL BY NAME ".join(parts) or "FROM no_views"
    return f"SELECT *, {_COMPUTED} FROM ({stored})", parameters


def load_statements(chunk: HotChunk) -> Iterator[tuple[str, dict[str, object]]]:
    """The statements that load a chunk into a new database, step by step: SQL and parameters."""
    yield f"ATTACH ':memory:' AS {chunk.name} (COMPRESS)", {}
    paths = [str(path) for path in chunk.files]
    every_file: dict[str, object] = {"files": paths}
    for label in CATEGORY_COLUMNS:
        texts = f"SELECT DISTINCT {label} FROM read_parquet($files) WHERE {label} IS NOT NULL"
        yield f"CREATE TYPE {chunk.name}.{label} AS ENUM ({texts})", every_file
    yield _NEW_VIEWERS, every_file
    own_viewers = f"{chunk.name}.own_viewers"
    own = "FROM viewers SEMI JOIN read_parquet($files) USING (viewer)"
    yield f"CREATE TABLE {own_viewers} AS {own}", every_file
    views = f"{_views_of(chunk)} LEFT JOIN {own_viewers} USING (viewer) ORDER BY date"
    into = f"CREATE TABLE {chunk.relation} AS"
    size = -(-len(paths) // STEPS)
    for start in range(0, len(paths), size):
        yield f"{into} {views}", {"files": paths[start : start + size]}
        into = f"INSERT INTO {chunk.relation}"
    yield f"DROP TABLE {own_viewers}", {}
    yield f"CHECKPOINT {chunk.name}", {}  # compresses them


def _views_of(chunk: HotChunk) -> str:
    columns = {n: n for n in SCHEMA.names if SCHEMA.field(n).type != TEXT and n not in _BOUNDED}
    columns |= {
        label: f"CAST({label} AS {chunk.name}.{label}) AS {label}" for label in CATEGORY_COLUMNS
    }
    columns["viewer"] = "number AS viewer"
    return f"SELECT {', '.join([*columns.values(), _COMPUTED])} FROM read_parquet($files)"
