"""A test that fails is named when it does, also where several processes run tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pathlib, time

def test_first():
    assert "this" == "that"

def test_last():
    end = time.monotonic() + 60
    while not pathlib.Path("go").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
"""


@pytest.mark.parametrize("options", [["-n", "0"], ["-n", "2"]])
def test_a_failure_is_told_before_the_other_tests_have_ended(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text("from tests.failures import pytest_configure\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-o", f"pythonpath={ROOT}", *options, "test_it.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout
    early = ""
    for line in process.stdout:
        early += line
        if "this" in line and early.count("that") and "FAILED" in early:
            break
    (tmp_path / "go").touch()  # the last test ends only now
    rest = process.stdout.read()
    process.wait(60)
    process.stdout.close()
    assert "FAILED test_it.py::test_first - call" in early
    assert "1 failed, 1 passed" in rest
