"""access.toml, read again whenever it changes; a broken one leaves the last good one in force."""

from __future__ import annotations

import os
import stat
import threading
from codecs import BOM_UTF8
from pathlib import Path

from ..atomic import Stamp, stamp
from ..errors import ConfigError
from ..events import event
from . import policy
from .policy import Policy

_MOST = 1_000_000  # bytes


def read(path: Path) -> Policy:
    """The policy of a file. Raises ConfigError, with what is wrong with it and where."""
    try:
        content = _content(path)
        return policy.parse(content.removeprefix(BOM_UTF8).decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{error.strerror or 'it cannot be read'}.") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"line {line}: it is not UTF-8.") from None


def _content(path: Path) -> bytes:
    """What is in it. Raises OSError and ConfigError."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ConfigError("it is no file.")
        content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise ConfigError(f"it is larger than {_MOST:,} bytes.")
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would wait for a writer


class PolicyFile:
    """The rules in force. Thread-safe.

    Until there was a good file, nobody may see anything.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: Stamp | str | None = ""  # never a stamp: nothing has been read yet
        self._policy: Policy | None = None
        self._problem = ""

    def policy(self) -> Policy:
        """The rules in force now."""
        self._refresh()
        return self._policy or Policy()

    @property
    def problem(self) -> str:
        """What is wrong with the file as it is now; "" if nothing."""
        self._refresh()
        return self._problem

    @property
    def was_good(self) -> bool:
        """Whether there are rules in force."""
        self._refresh()
        return self._policy is not None

    def _refresh(self) -> None:
        if self._stamp() == self._read:
            return
        with self._lock:
            found = self._stamp()
            if found == self._read:
                return
            before = self._policy, self._problem
            try:
                self._policy, self._problem = read(self.path), ""
            except ConfigError as error:
                self._problem = f"{self.path} cannot be used: {error}"
            self._read = found
            if (self._policy, self._problem) != before:
                self._log()

    def _log(self) -> None:
        if self._problem:
            event("access_not_read", reason=self._problem)
        elif self._policy:
            event("access_read", rules=len(self._policy.rules))

    def _stamp(self) -> Stamp | None:
        try:
            return stamp(self.path.stat())
        except OSError:
            return None
