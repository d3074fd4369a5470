"""The file access.toml: read again as it changes, and never less than the last good rules."""

from __future__ import annotations

import datetime as dt
import mmap
import os
import tempfile
import time
from pathlib import Path

import pytest

from dyntube.atomic import CLOCK_TICK_NS
from dyntube.errors import NoAccessError
from dyntube.people.person import Person
from dyntube.people.policy import Policy
from dyntube.people.policy_file import PolicyFile

from ..states import run
from .rules import ADA, NORTH, rule

NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
RULE = rule("reader", people=["a@b.c"])


def someone(email: str) -> Person:
    return Person("https://login", "x", email, "", frozenset(), NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "access.toml"


def test_a_changed_file_counts_at_once(file: Path):
    file.write_text(ADA + NORTH)
    rules = PolicyFile(file)
    assert len(rules.policy().rules) == 2

    file.write_text(RULE)

    assert len(rules.policy().rules) == 1


def test_a_change_that_keeps_time_and_size_counts_where_the_file_is_replaced(file: Path):
    file.write_text(RULE)
    rules = PolicyFile(file)
    assert rules.policy().grant(someone("a@b.c"))
    before = file.stat()

    other = file.with_suffix(".new")
    other.write_text(RULE.replace("a@b.c", "z@b.c"))
    os.utime(other, ns=(before.st_mtime_ns, before.st_mtime_ns))
    other.replace(file)

    assert rules.policy().grant(someone("z@b.c"))


def test_a_change_that_leaves_no_trace_counts_where_it_follows_at_once(file: Path):
    """As within a tick of the clock of most systems: what is written into a page of memory that is
    not on disk yet does not change the times of its file."""
    fast = False
    while not fast:  # a machine may be busy
        file.write_text(RULE)
        with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as memory:
            memory[:] = RULE.encode()
            rules = PolicyFile(file)
            assert rules.policy().grant(someone("a@b.c"))
            fast = time.time_ns() - file.stat().st_ctime_ns < CLOCK_TICK_NS
            memory[:] = RULE.replace("a@b.c", "z@b.c").encode()
            if fast:
                assert rules.policy().grant(someone("z@b.c"))


def test_a_link_that_leads_elsewhere_from_now_on_counts_at_once(file: Path):
    (file.parent / "one.toml").write_text(ADA)
    (file.parent / "two.toml").write_text(ADA + NORTH)
    file.symlink_to("one.toml")
    rules = PolicyFile(file)
    assert len(rules.policy().rules) == 1

    (new := file.with_name("new")).symlink_to("two.toml")  # as a volume of Kubernetes does
    new.replace(file)
    assert len(rules.policy().rules) == 2

    (file.parent / "two.toml").unlink()
    assert len(rules.policy().rules) == 2
    assert "No such file" in rules.problem


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + RULE.encode(),
        RULE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf# x\r\n" + RULE.replace("\n", "\r\n").encode() + b"\r\n",
        RULE.rstrip().encode(),
        RULE.encode() + b"#" * 900_000,
    ],
    ids=["a mark", "CRLF", "both", "no last line break", "large"],
)
def test_a_file_as_editors_write_it_is_good(file: Path, content: bytes):
    file.write_bytes(content)
    rules = PolicyFile(file)

    assert rules.policy().grant(someone("a@b.c"))
    assert rules.problem == ""


def no_file(file: Path) -> None:
    file.unlink()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def a_link_to_nothing(file: Path) -> None:
    file.unlink()
    file.symlink_to("nothing")


def a_device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


SPOILED = {
    "cut off": (b"[[rule", "it is not TOML"),
    "in another encoding": (RULE.encode("utf-16"), "line 1: it is not UTF-8"),
    "in Latin-1": (RULE.encode() + "\n# für".encode("latin-1"), "line 5: it is not UTF-8"),
    "with a wrong type": (RULE.encode() + b"projects = 7", "line 1: rule 1: projects is a list"),
    "with old line breaks": (RULE.replace("\n", "\r").encode(), "it is not TOML"),
    "with a NUL": (RULE.encode() + b"\0", "it is not TOML"),
    "deep": (b"x = " + b"[" * 100_000, "too many brackets"),
    "a long number": (b"x = " + b"9" * 5000, "it is not TOML"),
    "huge": (RULE.encode() + b"#" * 1_000_000, "it is larger than 1,000,000 bytes"),
    "gone": (no_file, "No such file or directory"),
    "a folder": (a_folder, "Is a directory"),
    "a pipe": (a_pipe, "it is no file"),
    "a link to itself": (a_link_to_itself, "symbolic links"),
    "a link to nothing": (a_link_to_nothing, "No such file or directory"),
    "a device": (a_device, "it is no file"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_broken_file_leaves_the_last_good_rules_in_force_and_says_so(file: Path, how: str):
    file.write_text(RULE)
    rules, later = PolicyFile(file), PolicyFile(file)
    assert rules.problem == ""

    spoil, told = SPOILED[how]
    if isinstance(spoil, bytes):
        file.write_bytes(spoil)
    else:
        spoil(file)

    assert rules.policy().grant(someone("a@b.c"))
    assert rules.problem.startswith(f"{file} cannot be used: ")
    assert told in rules.problem
    with pytest.raises(NoAccessError):  # where there was no good one
        later.policy().grant(someone("a@b.c"))
    (new := file.with_name("new")).write_text(RULE)
    if file.is_dir():
        file.rmdir()
    new.replace(file)
    assert rules.problem == later.problem == ""


UNREADABLE = """
from dyntube.people.policy_file import PolicyFile
become_nobody()
rules = PolicyFile(Path(sys.argv[1]))
for _ in range(3):
    meet()
    print(len(rules.policy().rules), rules.problem, flush=True)
"""


def test_a_file_that_may_be_read_again_counts_though_nothing_else_has_changed():
    with tempfile.TemporaryDirectory() as name:
        (folder := Path(name)).chmod(0o755)
        (file := folder / "access.toml").write_text(RULE)
        said = []
        process = run(UNREADABLE, file)
        assert process.stdin
        assert process.stdout
        for mode in (0o644, 0o000, 0o644):
            file.chmod(mode)
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("go\n")
            process.stdin.flush()
            said.append(process.stdout.readline().strip())
        process.communicate(timeout=60)

    assert said == ["1", f"1 {file} cannot be used: Permission denied.", "1"]


@pytest.mark.parametrize("text", [None, "[[rule", ""])
def test_without_a_good_file_nobody_sees_anything(file: Path, text):
    if text is not None:
        file.write_text(text)
    rules = PolicyFile(file)

    assert rules.policy() == Policy()
    assert rules.was_good == (text == "")
    with pytest.raises(NoAccessError):
        rules.policy().grant(someone("a@b.c"))
