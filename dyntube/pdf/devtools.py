"""Commands to a Chromium over two pipes: JSON, each message ended by a zero byte.

https://chromedevtools.github.io/devtools-protocol says what there is.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Iterator
from itertools import count
from typing import IO, Any

from ..errors import PrintError

_CHUNK = 1 << 16
_ENDED = "The browser has ended by itself."


class DevTools:
    """Sends commands and waits for their results, up to a moment of `time.monotonic`.

    The pipes have no buffers.
    `session` is the tab that commands are for; empty: the browser.
    """

    def __init__(self, commands: IO[bytes], replies: IO[bytes], until: float) -> None:
        self._commands, self._replies, self._until = commands, replies, until
        self._numbers, self._unread = count(1), b""
        self.session = ""

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command. Raises PrintError: refused, too late, or nobody there."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        try:
            self._commands.write(json.dumps(command).encode() + b"\0")
        except BrokenPipeError:
            raise PrintError(_ENDED) from None
        reply = next(reply for reply in self._messages() if reply.get("id") == number)
        if "error" in reply:
            raise PrintError(f"The browser refuses {method}: {reply['error'].get('message')}.")
        result: dict[str, Any] = reply["result"]
        return result

    def _messages(self) -> Iterator[dict[str, Any]]:
        """All that comes; events too, of which only a crash matters."""
        while True:
            message = json.loads(self._read())
            if message.get("method") == "Inspector.targetCrashed":
                raise PrintError("The browser's page has crashed: is there enough memory?")
            yield message

    def _read(self) -> bytes:
        """The next message."""
        parts = [self._unread]
        while b"\0" not in parts[-1]:
            poll = select.poll()
            poll.register(self._replies, select.POLLIN)
            if not poll.poll(max(0.0, self._until - time.monotonic()) * 1000):
                raise PrintError("The browser does not answer.")
            if not (part := os.read(self._replies.fileno(), _CHUNK)):
                raise PrintError(_ENDED)
            parts.append(part)
        message, _, self._unread = b"".join(parts).partition(b"\0")
        return message
