"""What a figure needs beside it: medians, and the machine it was measured on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path


def describe() -> str:
    """The machine in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    model = next(models, platform.processor())
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, Python {python}"


def median_seconds(work: Callable[[], object], times: int = 5) -> float:
    """The median time of a piece of work."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def row(what: str, found: str, target: str) -> None:
    """One line of a table in Markdown."""
    print(f"| {what} | {found} | {target} |", flush=True)
