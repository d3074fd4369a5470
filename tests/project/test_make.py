"""What `make` does on a fresh machine, with a Python that only says what it is asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) exit ${TOO_OLD:-0} ;;
  *ensurepip*) exit ${WITHOUT_VENV:-0} ;;
  "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python
    if [ "$FULL_DISK" ]; then echo "No space left on device" >&2; exit 1; fi
    touch .venv/bin/pip ;;
  "-m pip install"*) if [ "$OFFLINE" ]; then exit 1; fi ;;
  app.py) echo "on port ${STREAMLIT_SERVER_PORT:-8501}" ;;
esac
echo "$*" >> asked
exit 0
"""
LOCKED = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
PACKAGES = sum(line[:1].isalpha() for line in LOCKED)
INSTALLING = f"Installing {PACKAGES} packages into .venv (once, about a minute) ...\n"


class Machine:
    """A folder with a checkout's Makefile and locks, and a path with that Python alone."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self._bin = folder / "checkout", folder / "bin"
        self.checkout.mkdir()
        for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, self.checkout)
        self._bin.mkdir()
        python = self._bin / "python3.11"
        python.write_text(PYTHON)
        python.chmod(0o755)
        for name in ("sh", "make", "grep", "rm", "cp", "mkdir", "touch"):
            found = shutil.which(name)
            assert found
            (self._bin / name).symlink_to(found)

    def make(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `make` with these targets and variables."""
        return subprocess.run(
            ["make", *arguments],
            cwd=self.checkout,
            env={"PATH": str(self._bin)} | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def asked(self) -> list[str]:
        """What the Python was asked since this was called last."""
        file = self.checkout / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line for line in lines if not line.startswith("-c")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_run_says_what_it_installs_and_later_ones_start(machine: Machine) -> None:
    first = machine.make("run")
    assert (first.returncode, first.stdout, first.stderr) == (0, f"{INSTALLING}on port 8501\n", "")
    assert machine.asked() == [
        "-m venv .venv",
        "-m pip install -q --disable-pip-version-check --no-compile -r requirements.lock",
        "app.py",
    ]
    again = machine.make("run", "PORT=8600")
    assert (again.returncode, again.stdout, again.stderr) == (0, "on port 8600\n", "")
    assert machine.asked() == ["app.py"]


def test_without_python3_venv_it_says_what_to_install_and_then_works(machine: Machine) -> None:
    failed = machine.make("run", WITHOUT_VENV="1")
    assert failed.returncode != 0
    assert "apt install python3-venv" in failed.stderr.splitlines()[0]
    assert not (machine.checkout / ".venv").exists()
    assert machine.asked() == []
    assert machine.make("run").stdout == f"{INSTALLING}on port 8501\n"


def test_an_environment_that_cannot_be_made_leaves_nothing(machine: Machine) -> None:
    failed = machine.make("run", FULL_DISK="1")
    assert failed.returncode != 0
    assert "No space left on device\nThe environment .venv could not be made" in failed.stderr
    assert not (machine.checkout / ".venv").exists()
    assert machine.make("run").returncode == 0


def test_one_that_was_left_half_made_is_made_anew(machine: Machine) -> None:
    left = machine.checkout / ".venv" / "bin" / "python"
    left.parent.mkdir(parents=True)
    left.symlink_to("/bin/false")
    assert machine.make("run").stdout == f"{INSTALLING}on port 8501\n"


def test_packages_that_cannot_be_had_are_tried_again_the_next_time(machine: Machine) -> None:
    failed = machine.make("run", OFFLINE="1")
    assert failed.returncode != 0
    assert "The packages could not be installed" in failed.stderr
    assert failed.stdout == INSTALLING
    assert machine.make("run").stdout == f"{INSTALLING}on port 8501\n"


def test_an_old_python_is_refused_with_what_to_do(machine: Machine) -> None:
    failed = machine.make("run", TOO_OLD="1")
    assert failed.returncode != 0
    assert "Python 3.11 is needed" in failed.stderr
    assert not (machine.checkout / ".venv").exists()


def test_a_lock_that_has_changed_is_installed_again(machine: Machine) -> None:
    machine.make("run")
    lock = machine.checkout / "requirements.lock"
    stamp = (machine.checkout / ".venv" / "run").stat().st_mtime
    os.utime(lock, (stamp + 1, stamp + 1))
    assert machine.make("run").stdout == f"{INSTALLING}on port 8501\n"


@pytest.mark.parametrize("target", ["run", "sync", "test", "check", "shots", "lock", "test-faults"])
def test_a_checkout_that_was_moved_works(machine: Machine, target: str) -> None:
    machine.make(target)
    # Other programs in there would call the Python of the old place.
    programs = {path.name for path in (machine.checkout / ".venv" / "bin").iterdir()}
    assert programs == {"python", "pip"}
    (machine.checkout / ".venv" / "bin" / "pip").write_text("#!/nowhere/python\n")
    moved = machine.checkout.rename(machine.checkout.with_name("moved"))
    machine.checkout = moved
    done = machine.make(target)
    assert done.returncode == 0, done.stderr
    assert machine.asked()
