"""A shelf of plain things, and other processes that edit it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dyntube.sharing.json_list import Shelf

NOBODY = 65534


@dataclass(frozen=True)
class Thing:
    id: str
    text: str = ""


def load(item: dict[str, Any]) -> Thing:
    return Thing(**item)


def put(shelf: Shelf[Thing], *ids: str, text: str = "") -> None:
    with shelf.editing() as things:
        things.update({id_: Thing(id_, text) for id_ in ids})


def write(file: Path, stored: object) -> bytes:
    file.parent.mkdir(exist_ok=True)
    file.write_text(stored if isinstance(stored, str) else json.dumps(stored), "utf-8")
    return file.read_bytes()


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Run a script in another process; it may use what this module and `errors` have."""
    head = "import os, signal, sys\nfrom dyntube.errors import *\nfrom tests.shelves import *\n"
    command = [sys.executable, "-c", head + script, *map(str, arguments)]
    root = Path(__file__).parents[1]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
