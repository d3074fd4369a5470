"""Somebody with nothing but a clone, Python and make types `make run`.

It installs all packages, so it runs where FRESH is set, as `make test-faults` does.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.fresh import clone, make_run

pytestmark = pytest.mark.skipif(
    not os.environ.get("FRESH"), reason="installs all packages: FRESH=1, as in make test-faults"
)
SAYS = "Installing "


def test_a_clone_starts_ends_starts_again_and_may_be_moved(tmp_path: Path) -> None:
    checkout = clone(tmp_path)
    with make_run(checkout, tmp_path) as first:
        assert first.said.startswith(SAYS)
        assert first.stop().endswith("\nStopped.\n")
    moved = checkout.rename(tmp_path / "elsewhere")
    with make_run(moved, tmp_path) as second:
        assert SAYS not in second.said
        assert second.said.startswith("\nDynTube Analytics is at http://127.0.0.1:")
        rest = second.stop()
        assert f"  Archive    {moved / 'archive'}\n" in rest
        assert rest.endswith("\nStopped.\n")
