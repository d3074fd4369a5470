"""The package as `pip install` brings it, away from the checkout: nothing is fetched for that."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..cli.test_command_line import MAY, three_days
from ..scripted import serve

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE")
NO_WORDS = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"}


def pip(*arguments: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        cwd=folder,
        env=os.environ | NO_WORDS,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed; what it needs is where the tests have it from."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    shutil.copytree(
        ROOT / "dyntube", source / "dyntube", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, source)
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), ".", folder=source)
    [wheel] = wheels.glob("*.whl")
    target = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--target", str(target), str(wheel), folder=wheels)
    return target


def run(site: Path, folder: Path, *command: str, **environ: str) -> str:
    """What a command prints that is run in a folder away from the checkout."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        command,
        cwd=folder,
        env=keep | {"PYTHONPATH": str(site)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def dyntube(site: Path) -> str:
    return str(site / "bin" / "dyntube")


def test_the_command_and_the_module_are_the_same(site: Path, tmp_path: Path) -> None:
    command = run(site, tmp_path, dyntube(site), "--help")
    module = run(site, tmp_path, sys.executable, "-m", "dyntube", "--help")
    assert command.startswith("usage: dyntube [-h] command")
    assert module.startswith("usage: python -m dyntube [-h] command")
    assert command.split("\n\n")[1:] == module.split("\n\n")[1:]


def test_it_fetches_answers_and_exports_without_the_checkout(site: Path, tmp_path: Path) -> None:
    with serve(three_days) as server:
        known = {"DYNTUBE_STATS_URL": server.url, "DYNTUBE_API_URL": server.url}
        assert run(site, tmp_path, dyntube(site), "sync", *MAY, **known).startswith("3 days")
        days = json.loads(run(site, tmp_path, dyntube(site), "status", "--json", **known))
        assert [day["rows"] for day in days] == [2, 3, 4]
        code = (
            "import datetime as dt, sys, dyntube\n"
            "days = {'start': dt.date(2026, 5, 1), 'end': dt.date(2026, 5, 3)}\n"
            "print(dyntube.__file__, len(dyntube.load_views(**days)))\n"
            "print(dyntube.ask('views', **days)['views'].iloc[0], 'streamlit' in sys.modules)"
        )
        where, asked = run(site, tmp_path, sys.executable, "-c", code, **known).splitlines()
        assert where == f"{site / 'dyntube' / '__init__.py'} 9"
        assert asked == "9 False"
        run(site, tmp_path, dyntube(site), "export", "--to", str(tmp_path / "out"), **known)
        assert len([*(tmp_path / "out").rglob("*.parquet")]) == 3


def test_without_an_account_it_brings_its_own_demo(site: Path, tmp_path: Path) -> None:
    period = ("--from", "2026-10-01", "--to", "2026-10-01")
    assert run(site, tmp_path, dyntube(site), "sync", *period).startswith("1 day fetched, ")


def test_it_needs_what_requirements_txt_says_and_has_every_file(site: Path) -> None:
    [found] = importlib.metadata.distributions(path=[str(site)])
    needed = (ROOT / "requirements.txt").read_text().splitlines()
    lines = (line.partition("#")[0].strip() for line in needed)
    assert sorted(found.requires or []) == sorted(filter(None, lines))
    assert found.metadata["Requires-Python"] == ">=3.11"
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "dyntube").rglob("*.py")}
    installed = {str(path) for path in found.files or []}
    assert {name for name in installed if re.fullmatch(r"dyntube/.*\.py", name)} == ours


def test_what_builds_it_is_the_version_that_is_tested() -> None:
    wanted = re.search(r'requires = \["(.*)"\]', (ROOT / "pyproject.toml").read_text())
    assert wanted
    locked = (ROOT / "requirements-dev.lock").read_text().splitlines()
    assert f"{wanted[1]} \\" in locked
