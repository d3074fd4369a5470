"""What the documents say of the code is so: tables are tables, files are there, lists are whole."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from dyntube.reading.records import CATEGORY, COLUMNS, INSTANT, SCHEMA

from ..faults.guards import GUARDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    ROOT / "static" / "README.md",
    ROOT / "benchmarks" / "rivals" / "README.md",
]
_BEHIND_A_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in _BEHIND_A_CELL.split(row.strip())[1:-1]]


def tables(text: str) -> Iterator[list[str]]:
    """The lines of each table, which nothing parts."""
    found: list[str] = []
    for line in re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines():
        if line.lstrip().startswith("|"):
            found.append(line)
        elif found:
            yield found
            found = []
    if found:
        yield found


def table(document: str, first_column: str) -> list[list[str]]:
    """The rows of the table with this heading, below it."""
    text = (ROOT / document).read_text("utf-8")
    [rows] = [rows for rows in tables(text) if cells(rows[0])[0] == first_column]
    return [cells(row) for row in rows[2:]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tables_are_tables(path: Path) -> None:
    for rows in tables(path.read_text("utf-8")):
        assert _RULE.fullmatch(rows[1].strip()), rows[0]
        assert {len(cells(row)) for row in rows} == {len(cells(rows[0]))}, rows[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target


def test_what_to_touch_is_there() -> None:
    rows = table("README.md", "to")
    named = {name for _, what in rows for name in re.findall(r"`([\w./]+[./][\w./]*)`", what)}
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("first", "column"), [("somebody wants", 2), ("what", 0)])
def test_what_the_architecture_names_is_there(first: str, column: int) -> None:
    rows = table("docs/architecture.md", first)
    named = {name for row in rows for name in re.findall(r"`([\w./]+(?:\.py|/))`", row[column])}
    assert named
    places = (ROOT, ROOT / "dyntube")
    missing = [name for name in named if not any((place / name).exists() for place in places)]
    assert missing == []


def test_every_column_of_a_day_file_is_listed() -> None:
    types = {INSTANT: "timestamp, µs, UTC", CATEGORY: "text, dictionary", pa.string(): "text"}
    types |= {pa.float64(): "float64"}
    wanted = [(f"`{field.name}`", types.get(field.type, str(field.type))) for field in SCHEMA]
    rows = table("docs/architecture.md", "column")
    assert [(name, type_) for name, type_, _ in rows] == wanted
    fields = [source.partition(",")[0] for _, _, source in rows[: len(COLUMNS)]]
    assert fields == [f"`{column.field}`" for column in COLUMNS]


def test_every_guard_is_listed() -> None:
    assert [row[0] for row in table("docs/reliability.md", "guard")] == [g.name for g in GUARDS]
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    assert f"takes each of these {len(GUARDS)} out" in text


def test_the_changelog_has_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    releases = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert next(name for name in releases if name != "Unreleased") == project["version"]
