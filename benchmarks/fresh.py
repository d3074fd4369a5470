"""What the first `make run` of a fresh clone takes: seconds until its address answers, megabytes.

`python -m benchmarks.fresh HEAD v0.9` compares revisions, by turns. It installs packages, so it
needs an index: pip's settings in the environment and the host's are kept, no cache is.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .machine import describe

ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Started:
    """A dashboard that `make run` has started: what it said until it answered, and when it did."""

    said: str
    url: str
    seconds: float
    process: subprocess.Popen[str]

    def stop(self) -> str:
        """Press Ctrl-C; gives what is said then."""
        assert self.process.stdout
        os.killpg(self.process.pid, signal.SIGINT)
        said = self.process.stdout.read()
        self.process.wait(60)
        return said


def clone(folder: Path, revision: str = "HEAD") -> Path:
    """The checkout of a revision, without what git does not know."""
    checkout = folder / "checkout"
    for command in (
        ["clone", "-q", str(ROOT), str(checkout)],
        ["-C", str(checkout), "checkout", "-q", revision],
    ):
        subprocess.run(["git", *command], check=True)
    return checkout


@contextmanager
def make_run(checkout: Path, home: Path) -> Iterator[Started]:
    """`make run` of somebody who has nothing yet, in a session of its own."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    process = subprocess.Popen(
        ["make", "run"],
        cwd=checkout,
        env=kept | {"PATH": os.environ["PATH"], "HOME": str(home), "PIP_NO_CACHE_DIR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield _started(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def _started(process: subprocess.Popen[str]) -> Started:
    began, said = time.perf_counter(), ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if found := ADDRESS.search(line):
            with urllib.request.urlopen(f"{found[0]}/_stcore/health", timeout=60) as answer:
                assert answer.status == 200
            return Started(said, found[0], time.perf_counter() - began, process)
    raise AssertionError(f"It did not start:\n{said}")


def megabytes(folder: Path) -> float:
    """What all files below a folder hold."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def processor() -> float:
    """Seconds of processor time that processes took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a row for each turn of each revision."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fresh", description=__doc__)
    parser.add_argument("revisions", nargs="*", default=["HEAD"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(describe(), end="\n\n")
    print("| revision | first start | of processor | next start | .venv |\n|---|---|---|---|---|")
    for revision in options.revisions * options.rounds:
        with tempfile.TemporaryDirectory() as folder:
            checkout = clone(Path(folder), revision)
            before = processor()
            with make_run(checkout, Path(folder)) as first:
                first.stop()
            used = processor() - before
            with make_run(checkout, Path(folder)) as second:
                second.stop()
            size = megabytes(checkout / ".venv")
            print(
                f"| {revision} | {first.seconds:.0f} s | {used:.0f} s | {second.seconds:.1f} s "
                f"| {size:,.0f} MB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
