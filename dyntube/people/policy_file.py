"""access.toml, read again whenever it changes; a broken one leaves the last good one in force."""

from __future__ import annotations

import threading
from pathlib import Path

from ..atomic import Stamp, stamp
from ..errors import ConfigError
from ..events import event
from . import policy
from .policy import Policy


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
            self._take(*self._now())
            self._read = found

    def _now(self) -> tuple[Policy | None, str]:
        """The rules in force from now on, and what is wrong with the file."""
        try:
            if self.path.exists() and not self.path.is_file():  # reading a pipe would never end
                raise ConfigError("it is no file.")
            return policy.parse(self.path.read_text("utf-8")), ""
        except (OSError, UnicodeDecodeError, ConfigError) as error:
            return self._policy, f"{self.path} cannot be used: {_reason(error)}"

    def _take(self, rules: Policy | None, problem: str) -> None:
        if problem and problem != self._problem:
            event("access_not_read", reason=problem)
        if rules and not problem and (rules != self._policy or self._problem):
            event("access_read", rules=len(rules.rules))
        self._policy, self._problem = rules, problem

    def _stamp(self) -> Stamp | None:
        try:
            return stamp(self.path.stat())
        except OSError:
            return None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or 'it cannot be read'}."
    return "it is not UTF-8." if isinstance(error, UnicodeDecodeError) else str(error)
