"""Every error this package raises on purpose.

DynTubeError
├── ConfigError         a setting is missing or invalid
├── QueryError          a query names something that does not exist
├── PeriodError         an invalid period: reversed, not a date, unknown time zone
├── NotAllowedError     a reader requests data beyond their access
│   ├── NotSignedInError  nobody has signed in, or not for this long
│   └── NoAccessError     signed in, but no rule lets them see anything
├── EntryError          an invalid note or saved view
├── ApiError            the DynTube API did not deliver
│   ├── AuthError       it refused the API key or its plan (401, 402, 403); not retried
│   ├── RequestError    it refused the request (400, 404, ...); not retried
│   │   └── NothingError  there is nothing (204, 404, an empty 200)
│   ├── UnavailableError  no usable answer after all retries: unreachable, 429, 5xx, truncated
│   └── BadResponseError  the answer is not as documented
│       └── NoPageError  complete JSON, but not a page of views; not retried
├── CancelledError      the sync was cancelled
├── OutputError         a command's output cannot be written
│   └── OutputClosedError  its reader has ended, as in `| head`
├── PrintError          a page could not be printed
├── UnforeseenError     a bug; the text has the reference of its traceback in the log
├── EngineError         the warehouse did not answer a query
└── ArchiveError        the archive folder or a file in it cannot be read or written
    └── SyncRunningError  another sync holds the archive's lock

The text of an error is a sentence for the person who can act on it. It never holds the API key, a
URL's query or a record.

Warnings: DoubtWarning says that some numbers may be wrong, DemoDataWarning that views are invented.
"""

from __future__ import annotations


class DynTubeError(Exception):
    """The base class of all errors here."""


class ConfigError(DynTubeError):
    """A setting is missing or invalid; the text names it."""


class QueryError(DynTubeError):
    """A query names something that does not exist; the text lists what does."""


class PeriodError(DynTubeError):
    """An invalid period: reversed, not a date, or in an unknown time zone."""


class NotAllowedError(DynTubeError):
    """A reader requests data beyond their access."""


class NotSignedInError(NotAllowedError):
    """Nobody has signed in, or the session is over."""


class NoAccessError(NotAllowedError):
    """Somebody has signed in whom no rule lets see anything; `reason` is for administrators."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason or text


class EntryError(DynTubeError):
    """An invalid note or saved view; the text says what to change."""


class ApiError(DynTubeError):
    """The DynTube API did not deliver what was requested."""


class AuthError(ApiError):
    """401, 402 or 403: the API key or its plan was refused. Not retried."""


class RequestError(ApiError):
    """Another 4xx or a redirect: the request was refused. Not retried."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class NothingError(RequestError):
    """There is nothing (204, 404, an empty 200): no views, or a wrong URL."""


class UnavailableError(ApiError):
    """No usable answer after all retries; `wait` is the server's requested delay in seconds."""

    def __init__(self, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class BadResponseError(ApiError):
    """An answer that is not JSON, or not as the API documents it."""


class NoPageError(BadResponseError):
    """Complete JSON that is not a page of views. Not retried."""


class CancelledError(DynTubeError):
    """The sync was cancelled."""


class OutputError(DynTubeError):
    """A command's output cannot be written, as on a full disk."""


class OutputClosedError(OutputError):
    """The reader of a command's output has ended. Not a failure, and nothing to report."""


class PrintError(DynTubeError):
    """A page could not be printed: the browser failed, or the page was not drawn in time."""


class UnforeseenError(DynTubeError):
    """A bug; its traceback is in the log under the reference in the text."""


class EngineError(DynTubeError):
    """The warehouse did not answer: it is away, took too long, or refused the query."""


class ArchiveError(DynTubeError):
    """The archive folder or a file in it cannot be read or written."""


class SyncRunningError(ArchiveError):
    """Another sync is writing to this archive."""


class DemoDataWarning(UserWarning):
    """The views are invented: no account is connected."""


class DoubtWarning(UserWarning):
    """Numbers may be wrong: some of their days are in doubt; the text says which and why."""
