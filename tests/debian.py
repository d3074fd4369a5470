"""Programs of Debian's packages that tests need, installed where this user may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest


def install(package: str) -> None:
    """Install a package, if root runs the tests on Debian; say nothing if that fails."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing Debian's {package} for the tests ...", file=sys.stderr)
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True}
    subprocess.run(["apt-get", "update", "-qq"], check=False, timeout=300, **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False, timeout=600, **quiet)


def need(program: str, package: str, path: str) -> None:
    """Skip a test without this program; in CI, fail it."""
    if shutil.which(program, path=path):
        return
    install(package)
    if shutil.which(program, path=path):
        return
    text = f"NO {program.upper()}: its tests did not run. Install {package}."
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)
