"""The guards that `make test-guards` takes out are where it looks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

import dyntube

from .guards import GUARDS, Guard

PACKAGE = Path(dyntube.__file__).parent


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_in_its_file(guard: Guard) -> None:
    assert (PACKAGE / guard.file).read_text("utf-8").count(guard.text) == 1
