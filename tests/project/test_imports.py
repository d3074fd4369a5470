"""The rules of the design that a machine can keep: one door to each outside thing, no way back."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dyntube

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dyntube"
MODULES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted([ROOT / "app.py", *ROOT.glob("pages/*.py"), *PACKAGE.rglob("*.py")])
}

# What leads outside, and the only files that may import it.
HTTP = (
    *("dyntube/fetch/transport.py", "dyntube/fetch/deadline.py"),
    *("dyntube/thumbnails/download.py", "dyntube/doctor/sign_in.py"),
)
DOORS = {
    "requests": [*HTTP],
    "urllib3": [*HTTP, "dyntube/demo/"],
    "httpx": ["dyntube/demo/"],
    "aiohttp": ["dyntube/demo/"],
    "http.client": ["dyntube/demo/"],
    "http.server": ["dyntube/demo/"],
    "urllib.request": ["dyntube/demo/"],
    "socket": [*HTTP, "dyntube/ui/server/hosts.py", "dyntube/demo/"],
    "PIL": ["dyntube/thumbnails/picture.py", "dyntube/demo/"],
    "pyarrow.parquet": ["dyntube/archive/dayfile.py", "dyntube/demo/"],
    "plotly": ["dyntube/charts/"],
    "streamlit": ["dyntube/ui/", "app.py"],
    "duckdb": ["dyntube/engine/duckdb_backend.py", "dyntube/engine/hot_days.py", "dyntube/demo/"],
    "clickhouse_connect": ["dyntube/engine/clickhouse/server.py"],
    "openpyxl": ["dyntube/export/workbook.py", "dyntube/export/cells.py"],
    "sqlite3": ["dyntube/sharing/database.py"],
    "prometheus_client": ["dyntube/metrics.py"],
    "cachetools": ["dyntube/engine/cache.py"],
    "starlette": ["dyntube/ui/server/", "dyntube/demo/"],
}


def imported(tree: ast.AST) -> Iterator[str]:
    """The full name of all that a module imports from other packages, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("outside", "doors"), DOORS.items())
def test_there_is_one_door_to_each_outside_thing(outside, doors):
    users = [
        path
        for path, tree in MODULES.items()
        if any(f"{name}.".startswith(f"{outside}.") for name in imported(tree))
    ]

    assert [path for path in users if not path.startswith(tuple(doors))] == []


@pytest.mark.parametrize(
    "outside",
    [
        "requests",
        "PIL",
        "pyarrow.parquet",
        "plotly",
        "duckdb",
        "clickhouse_connect",
        "openpyxl",
        "sqlite3",
        "prometheus_client",
    ],
)
def test_a_door_is_used(outside):
    behind = [tree for path, tree in MODULES.items() if path.startswith(DOORS[outside][0])]

    assert any(f"{name}.".startswith(f"{outside}.") for tree in behind for name in imported(tree))


def test_only_the_desk_and_what_opens_it_know_the_installation():
    """So that no page, chart or file can pass by what its reader may see."""
    may = (
        "account",
        "desk",
        "notebook",
        "cli",
        "doctor",
        "__main__",
        "ui/door",
        "ui/server/starting",
    )
    behind = {"dyntube.account", "dyntube.engine.duckdb_backend", "dyntube.archive.archive"}
    users = [path for path in OURS if path.startswith("dyntube/ui/") and behind & own_imports(path)]

    assert [path for path in users if not path[8:].startswith(may)] == []


def test_only_what_opens_the_engine_knows_which_one_answers():
    may = ("dyntube/engine/", "dyntube/account.py")
    engines = ("dyntube.engine.clickhouse", "dyntube.engine.duckdb_backend")
    users = [path for path in OURS if any(n.startswith(engines) for n in own_imports(path))]

    assert [path for path in users if not path.startswith(may)] == []


def test_pages_know_what_they_say_and_the_ui_and_nothing_else():
    allowed = re.compile(r"__future__\b|streamlit\b|dyntube\.(ui|words|report\.pages)\b")
    pages = {path: tree for path, tree in MODULES.items() if not path.startswith("dyntube/")}

    found = {
        path: [n for n in imported(tree) if not allowed.match(n)] for path, tree in pages.items()
    }

    assert "app.py" in found
    assert {path: names for path, names in found.items() if names} == {}


# The clauses that a question is made of. Metrics' expressions and engines' set-up have none.
_SQL = re.compile(r"\s*(SELECT|FROM|(LEFT |INNER )?JOIN|WHERE|GROUP BY|ORDER BY)\s")


def literals(tree: ast.AST) -> Iterator[str]:
    """Every text in a module that is not a docstring."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.value


def test_two_modules_write_sql_for_each_engine_and_one_for_sqlite():
    authors = {path for path, tree in MODULES.items() if any(map(_SQL.match, literals(tree)))}

    duckdb = {"dyntube/engine/sources.py", "dyntube/engine/sql.py"}
    clickhouse = {f"dyntube/engine/clickhouse/{name}.py" for name in ("sql", "warehouse")}
    assert authors == {*duckdb, *clickhouse, "dyntube/sharing/database.py"}


# What stands at the top of the package; each may import only those before it.
ORDER = (
    *("errors", "words", "reading", "atomic", "settings", "logs", "events", "query", "archive"),
    *("fetch", "thumbnails"),
    *(
        "formats",
        "sharing",
        "people",
        "trust",
        "engine",
        "insight",
        "export",
        "charts",
        "demo",
        "account",
        "backup",
    ),
    *("store", "metrics", "pinboard", "desk", "notebook", "report", "ui", "pdf", "cli", "doctor"),
    "__main__",
)
OURS = {path: tree for path, tree in MODULES.items() if path.startswith("dyntube/")}
OURS.pop("dyntube/__init__.py")  # it only gives names from the modules below it


def dotted(path: str) -> str:
    """The name of a module: dyntube.query.periods."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


NAMES = {dotted(path) for path in OURS}


def own_imports(path: str) -> set[str]:
    """The other modules of the package that a file imports."""
    here, found = path.split("/")[:-1], set()
    for node in ast.walk(OURS[path]):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            base = base + node.module.split(".") if node.module else base
            names = [".".join([*base, alias.name]) for alias in node.names]
            found |= {name if name in NAMES else ".".join(base) for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in NAMES} - {dotted(path)}


def test_the_order_names_all_that_stands_at_the_top():
    assert sorted(ORDER) == sorted({name.split(".")[1] for name in NAMES})


@pytest.mark.parametrize("path", OURS)
def test_imports_run_downhill(path):
    place = {name: ORDER.index(name.split(".")[1]) for name in NAMES}

    assert [n for n in own_imports(path) if place[n] > place[dotted(path)]] == []


UI_ORDER = ("", "components", "blocks", "frame", "sections", "server")


@pytest.mark.parametrize("path", [path for path in OURS if path.startswith("dyntube/ui/")])
def test_imports_run_downhill_in_the_ui_too(path):
    def place(name):
        parts = name.split(".")
        return UI_ORDER.index(parts[2] if len(parts) > 3 else "")

    above = {n for n in own_imports(path) if n.startswith("dyntube.ui.")}
    assert (
        path == "dyntube/ui/__init__.py"
        or [name for name in above if place(name) > place(dotted(path))] == []
    )


def test_what_a_page_says_needs_no_streamlit():
    assert not any(
        name.startswith("dyntube.ui")
        for path in OURS
        if path.startswith("dyntube/report/")
        for name in own_imports(path)
    )


@pytest.mark.parametrize("package", sorted({name.split(".")[1] for name in NAMES}))
def test_no_imports_inside_a_package_run_in_a_circle(package):
    inside = {dotted(path): own_imports(path) for path in OURS if path.split("/")[1] == package}

    graphlib.TopologicalSorter(inside).prepare()  # raises CycleError


def test_imports_within_the_package_are_seen():
    assert {"dyntube.archive.archive", "dyntube.query.query", "dyntube.reading.records"} <= (
        own_imports("dyntube/engine/duckdb_backend.py")
    )
    assert {"dyntube.charts", "dyntube.formats", "dyntube.ui.layout"} <= (
        own_imports("dyntube/ui/blocks/breakdown_charts.py")
    )
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


@pytest.mark.parametrize(
    "package", sorted({path.split("/")[1] for path in OURS if path.count("/") > 1})
)
def test_a_package_says_what_it_is_for(package):
    said = ast.get_docstring(OURS[f"dyntube/{package}/__init__.py"])

    assert said
    assert len(said) > 40


@pytest.mark.parametrize("path", MODULES)
def test_a_module_fits_in_a_head_and_a_page_on_a_screen(path):
    lines = len((ROOT / path).read_text("utf-8").splitlines())

    assert lines < (60 if path.startswith("pages/") else 301)


def test_the_public_names_are_these():
    public = ["DemoDataWarning", "DoubtWarning", "DynTubeError", "ask", "load_views"]
    assert dyntube.__all__ == public
    assert all(hasattr(dyntube, name) for name in dyntube.__all__)
