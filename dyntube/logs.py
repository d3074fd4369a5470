"""The log: one JSON object per line on stderr, times in UTC.

Events of this package have a name and facts; see `events.event`. Names that mean trouble
(`day_failed`, `names_not_fetched`, `clock_differs`) are warnings. Records of other libraries become
an event "log" with the logger's name and a message. A traceback is a field of its line. A server
adds what it serves; see `ui/server/log.py`.

On a terminal the log is for people: a short line for each trouble, and tracebacks of our own bugs.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

OURS = "dyntube"
_TROUBLE = re.compile("_failed$|_not_|_differs$")
_log = logging.getLogger(OURS)


def start_logging() -> None:
    """Write this package's records; other loggers are left alone."""
    if _OUTPUT not in _log.handlers:
        _log.addHandler(_OUTPUT)
        _log.setLevel(logging.INFO)
        _log.propagate = False


def log_everything(where: Callable[[], Mapping[str, str]] = dict) -> None:
    """Write the records of all loggers, warnings and uncaught errors of threads.

    `where` gives facts about the thread that writes a line, which are added to it. For our own
    processes only: a program that imports this package keeps its logging.
    """
    start_logging()
    _OUTPUT.setFormatter(_JsonLines(where))
    if sys.stderr.isatty():
        _OUTPUT.setFormatter(_ShortLines())
        _OUTPUT.addFilter(_is_trouble)
    logging.basicConfig(handlers=[_OUTPUT], force=True)
    for known in list(logging.root.manager.loggerDict.values()):
        if isinstance(known, logging.Logger) and known is not _log:
            pass_on(known)
    logging.captureWarnings(True)
    sys.excepthook = lambda _, error, __: _uncaught("the main thread", error)
    threading.excepthook = _ended
    sys.unraisablehook = _unraisable


def pass_on(logger: logging.Logger) -> None:
    """Remove a logger's own handlers, so that its records reach the root."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def _ended(thread: threading.ExceptHookArgs) -> None:
    if thread.exc_type is not SystemExit:
        _uncaught(thread.thread.name if thread.thread else "a thread", thread.exc_value)


def _unraisable(found: sys.UnraisableHookArgs) -> None:
    _uncaught(f"{found.err_msg or 'Exception ignored in'}: {found.object!r}", found.exc_value)


def _uncaught(where: str, error: BaseException | None) -> None:
    _log.error("uncaught", exc_info=error, extra={"facts": {"where": where}})


class _ErrorOutput(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # a bad message must not break its caller
            line = _broken(record, type(error).__name__, for_people=sys.stderr.isatty())
        with suppress(OSError):  # nowhere left to report it
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()


class _JsonLines(logging.Formatter):
    def __init__(self, where: Callable[[], Mapping[str, str]] = dict) -> None:
        super().__init__()
        self._where = where

    def format(self, record: logging.LogRecord) -> str:
        line = _head(record)
        if record.name == OURS:
            line |= {"event": record.msg} | getattr(record, "facts", {})
        else:
            line |= {"event": "log", "logger": record.name, "message": record.getMessage()}
        line |= self._where()
        if record.exc_info and record.exc_info[0]:
            line["trace"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, default=str)


class _ShortLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ours = record.name == OURS
        text = _words(record) if ours else f"{record.name.split('.')[0]}: {record.getMessage()}"
        if ours and record.exc_info and record.exc_info[0]:
            text += "\n" + self.formatException(record.exc_info)
        at = dt.datetime.fromtimestamp(record.created).astimezone()
        return f"{at:%H:%M:%S}  {_harmless(text)}"


def _words(record: logging.LogRecord) -> str:
    """An event for people: "Day failed (day 2026-05-01): no connection"."""
    facts = dict(getattr(record, "facts", {}))
    reason = facts.pop("reason", "")
    known = ", ".join(f"{name} {fact}" for name, fact in facts.items())
    text = str(record.msg).replace("_", " ").capitalize()
    return f"{text}{f' ({known})' if known else ''}{f': {reason}' if reason else ''}"


def _harmless(text: str) -> str:
    """The text without control characters that a terminal would interpret."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _broken(record: logging.LogRecord, reason: str, *, for_people: bool) -> str:
    if for_people:
        return f"{record.name}: {record.msg!a} ({reason})"
    facts = {"message": ascii(record.msg), "reason": reason}
    return json.dumps(_head(record) | {"event": "log", "logger": record.name} | facts)


def _is_trouble(record: logging.LogRecord) -> bool:
    ours = record.name == OURS and _TROUBLE.search(str(record.msg))
    return record.levelno >= logging.WARNING or bool(ours)


def _head(record: logging.LogRecord) -> dict[str, object]:
    at = dt.datetime.fromtimestamp(record.created, dt.UTC)
    level = logging.getLevelName(max(record.levelno, logging.WARNING * _is_trouble(record)))
    return {"at": at.isoformat(), "level": level.lower()}


_OUTPUT = _ErrorOutput()  # a single one, whose lock keeps lines whole
_OUTPUT.setFormatter(_JsonLines())
