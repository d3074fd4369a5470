"""`python -m dyntube sync` again and again, where no scheduler is.

`python -m deploy.sync_every 15` starts one every 15 minutes. Each is a process of its own, so that
nothing of one is left for the next.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dyntube.cli.signals import Stop, stop_on_signal

ROOT = Path(__file__).parents[1]
SYNC = (sys.executable, "-m", "dyntube", "sync")
CHECK_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Sync until a signal; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.sync_every", description=__doc__)
    parser.add_argument("minutes", type=_minutes, help="from the start of one to that of the next")
    seconds = parser.parse_args(arguments).minutes * 60
    with stop_on_signal() as stop:
        while not stop.is_set():
            began = time.monotonic()
            _sync(stop)
            stop.wait(max(0.0, began + seconds - time.monotonic()))
    return stop.status


def _minutes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1440:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1440")
    return int(text)


def _sync(stop: Stop) -> None:
    """One sync, which is ended in good order by the signal that ends us."""
    with subprocess.Popen(SYNC, cwd=ROOT) as running:
        while running.poll() is None:
            if stop.wait(CHECK_SECONDS):
                running.terminate()
                running.wait()


if __name__ == "__main__":
    sys.exit(main())
