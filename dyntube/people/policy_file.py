"""access.toml, read again whenever it changes; a broken one leaves the last good one in force."""

from __future__ import annotations

import threading
from pathlib import Path

from ..errors import ConfigError
from ..events import event
from . import policy
from .policy import Policy

_Stamp = tuple[int, int, int] | None


class PolicyFile:
    """The rules in force. Thread-safe.

    Until there was a good file, nobody may see anything.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: _Stamp | str = ""  # never a stamp: nothing has been read yet
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
            stamp = self._stamp()
            if stamp == self._read:
                return
            try:
                if stamp and not self.path.is_file():  # reading a pipe would never end
                    raise ConfigError("it is no file.")
                self._policy, self._problem = policy.parse(self.path.read_text("utf-8")), ""
                event("access_read", rules=len(self._policy.rules))
            except (OSError, UnicodeDecodeError, ConfigError) as error:
                self._problem = f"{self.path} cannot be used: {_reason(error)}"
                event("access_not_read", reason=self._problem)
            self._read = stamp

    def _stamp(self) -> _Stamp:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or 'it cannot be read'}."
    return "it is not UTF-8." if isinstance(error, UnicodeDecodeError) else str(error)
