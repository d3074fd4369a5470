"""Output that ends nowhere: a full disk, a pipe that nobody reads, a terminal of few letters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = [
    ("status",),
    ("doctor",),
    ("status", "--json"),
    ("verify",),
    ("--help",),
    ("sync", "--help"),
]
FULL = "dyntube: The output cannot be written: No space left on device.\n"


def start(
    folder: Path, *arguments: str, stdout: int | IO[bytes], stderr: int | IO[bytes], **environ: str
) -> subprocess.Popen[bytes]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    known |= {"DYNTUBE_STATS_URL": "http://127.0.0.1:1", "DYNTUBE_ARCHIVE": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "dyntube", *arguments],
        env=known | environ,
        cwd=ROOT,
        stdout=stdout,
        stderr=stderr,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_full_disk_is_a_sentence_and_status_1(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = start(tmp_path / "a", *arguments, stdout=full, stderr=subprocess.PIPE)
        said = done.communicate(timeout=60)[1]
    assert (done.returncode, said.decode()) == (1, FULL)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_closed_pipe_ends_quietly(arguments: tuple[str, ...], tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = start(tmp_path / "a", *arguments, stdout=writes, stderr=subprocess.PIPE)
    os.close(writes)
    assert done.communicate(timeout=60)[1] == b""
    assert done.returncode == 141  # as of any program that a closed pipe ends


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_an_error_that_cannot_be_written_keeps_its_status(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        wrong = start(
            tmp_path / "a", "status", stdout=subprocess.PIPE, stderr=full, DYNTUBE_TIMEZONE="Mars"
        )
        assert wrong.communicate(timeout=60)[0] == b""
    assert wrong.returncode == 2


def test_a_terminal_without_our_letters_shows_a_question_mark(tmp_path: Path) -> None:
    done = start(
        tmp_path / "Zürich",
        *("export", "--to", str(tmp_path / "Łódź")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        PYTHONIOENCODING="latin-1",
    )
    said, error = done.communicate(timeout=60)
    assert (done.returncode, error) == (0, b"")
    assert said.decode("latin-1").endswith("?ód?.\n")
