"""Take each guard out of a copy of the program and see that a test fails: `make test-guards`.

A guard without a test that misses it is a hope. What it prints is the table of docs/reliability.md.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("dyntube", "deploy", "tests", "benchmarks", "static", "pages")
_NODES = "tests/cluster/node_modules"
FILE = Path(__file__).with_suffix(".toml")
_AT_ONCE = 2
_PATIENCE = 900  # seconds
_BIG = shutil.ignore_patterns("node_modules", "__pycache__")
COPIED += ("app.py", "pyproject.toml", "Makefile", ".streamlit")


@dataclass(frozen=True)
class Guard:
    """A guard, what happens without it, and who should notice."""

    name: str
    risk: str
    file: str
    text: str
    without: str
    tests: str


GUARDS = tuple(Guard(**entry) for entry in tomllib.loads(FILE.read_text("utf-8"))["guard"])


def main() -> int:
    """Try each guard, or those whose names contain an argument; 1 when one is not missed."""
    wanted = sys.argv[1:]
    chosen = [guard for guard in GUARDS if not wanted or any(w in guard.name for w in wanted)]
    print("| guard | without it | test that notices | last run |\n|---|---|---|---|")
    unmissed = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for guard, seen in zip(chosen, pool.map(_noticed_by, chosen), strict=True):
            noticed = f"`{seen}`" if seen else "NOT NOTICED"
            today = dt.datetime.now(dt.UTC).date()
            print(f"| {guard.name} | {guard.risk} | {noticed} | {today} |", flush=True)
            unmissed += not seen
    return 1 if unmissed else 0


def _noticed_by(guard: Guard) -> str:
    """The first test that fails without the guard; empty when none does, or one never ends."""
    with tempfile.TemporaryDirectory() as folder:
        _copy(Path(folder))
        _take_out(guard, Path(folder) / "dyntube" / guard.file)
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider"]
        command += (f"tests/{name}" for name in guard.tests.split())
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            return ""
    if done.returncode not in (0, 1):  # nothing was tested
        raise SystemExit(done.stdout)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0].split("::")[-1].split("[")[0] if failed else ""


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_BIG)
        else:
            shutil.copy(source, folder / name)
    (folder / _NODES).symlink_to(ROOT / _NODES)
    (folder / "tests/faults/test_guards.py").unlink()  # which looks for the text, not what it does


def _take_out(guard: Guard, file: Path) -> None:
    text = file.read_text("utf-8")
    if text.count(guard.text) != 1:
        raise SystemExit(
            f"{guard.file} has the guard {guard.name!r} {text.count(guard.text)} times"
        )
    file.write_text(text.replace(guard.text, guard.without), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
