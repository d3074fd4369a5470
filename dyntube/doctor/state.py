"""Checks of the state file: intact, writable, on a local disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import ArchiveError
from ..sharing.state import State
from .check import Check, failed, ok, warning

ALL = ("state file", "disk")
_MOUNTS = Path("/proc/mounts")
_OVER_A_NETWORK = re.compile(
    r"nfs4?|cifs|smb3|smbfs|9p|afs|ceph|glusterfs|lustre|beegfs|davfs|"
    r"fuse\.(sshfs|s3fs|rclone|gcsfuse|goofys|glusterfs|ceph|davfs2?|smbnetfs|curlftpfs)"
)


def of_state(state: State, *, writes: bool, mounts: Path = _MOUNTS) -> Iterator[Check]:
    """Check the file, also for writing if this installation `writes`, and its disk."""
    yield _file(state, writes)
    yield _disk(state.file.parent, mounts)


def _file(state: State, writes: bool) -> Check:
    try:
        found = state.contents()
        if writes:
            state.try_writing()
    except ArchiveError as error:
        return failed("state file", str(error))
    is_there = state.file.exists()
    if found.unread:
        advice = "Enter again what can be read there, then move the file away."
        mend = "Mend them in that file: the first edit takes over what can be read."
        return warning("state file", "; ".join(found.unread), advice if is_there else mend)
    if is_there:
        return ok("state file", f"{state.file.name} is sound: {found.text}")
    if any(found.counts.values()):
        return ok("state file", f"{found.text}, moved to {state.file.name} by the first edit")
    return ok("state file", "made when somebody first writes a note or saves a view")


def _disk(folder: Path, mounts: Path) -> Check:
    kind = _file_system(folder, mounts)
    if _OVER_A_NETWORK.fullmatch(kind):
        return warning(
            "disk",
            f"{folder} is on a network disk ({kind})",
            "Locks may not hold over a network, and edits at once damage the state file: keep the "
            "archive on a disk of this machine, and run all that uses it here.",
        )
    return ok("disk", kind or "of unknown kind")


def _file_system(folder: Path, mounts: Path) -> str:
    """The file system type of a folder's mount on Linux; "" if unknown."""
    path, best = folder.resolve(), (0, "")
    try:
        lines = mounts.read_text("utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, kind, *_ = f"{line}   ".split(" ")
        at = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point))
        if path.is_relative_to(at) and len(at.parts) >= best[0]:  # later mounts hide earlier ones
            best = len(at.parts), kind
    return best[1]
