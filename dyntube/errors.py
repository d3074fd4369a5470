"""Every error this package raises on purpose.

DynTubeError
├── ConfigError         a setting is missing or makes no sense
├── QueryError          a question names something that does not exist
├── PeriodError         a period that cannot be: reversed, not a date, no such time zone
├── NotAllowedError     a reader asks for what this reader may not see
├── EntryError          a note or a saved view that cannot be kept like this
├── ApiError            the DynTube API did not give what was asked for
│   ├── AuthError       it refused the API key (401, 403); asking again does not help
│   ├── RequestError    it refused the request (400, 404, ...); asking again does not help
│   │   └── NothingError  it says that there is nothing (204, 404)
│   ├── UnavailableError  no usable answer after every retry: unreachable, 429, 5xx, cut off
│   └── BadResponseError  it answered, but not with what the API's page describes
│       └── NoPageError  with whole JSON that is something else; asking again does not help
├── CancelledError      somebody ended the sync before it was done
├── OutputError         what a command prints cannot be written
│   └── OutputClosedError  whoever read it has ended, as in `| head`
├── UnforeseenError     a mistake of ours; the log has its trace under the reference in the text
└── ArchiveError        the archive folder or a file in it cannot be read or written
    └── SyncRunningError  another sync holds the archive's lock

DemoDataWarning, which is no error, says that views are invented.

The text of an error is a sentence for the person who can do something about it. It never holds
the API key, a URL's query or a record.

DoubtWarning is no error: numbers came, and some may be wrong.
"""

from __future__ import annotations


class DynTubeError(Exception):
    """The root: catch this to catch all."""


class ConfigError(DynTubeError):
    """A setting is missing or makes no sense; the text names it."""


class QueryError(DynTubeError):
    """A question names what does not exist; the text lists what does."""


class PeriodError(DynTubeError):
    """A period that cannot be: reversed, not a date, or in an unknown time zone."""


class NotAllowedError(DynTubeError):
    """A reader asks for what this reader may not see."""


class EntryError(DynTubeError):
    """A note or a saved view that cannot be kept like this; the text says what to change."""


class ApiError(DynTubeError):
    """The DynTube API did not give what was asked for."""


class AuthError(ApiError):
    """401, 402 or 403: the API key was refused, or what its plan includes. Not retried."""


class RequestError(ApiError):
    """Another 4xx or a redirect: the request was refused. Not retried."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class NothingError(RequestError):
    """There is nothing of what was asked for (204, 404): no views, or a wrong address."""


class UnavailableError(ApiError):
    """No usable answer after every retry; `wait` is what the server asked for, in seconds."""

    def __init__(self, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class BadResponseError(ApiError):
    """An answer that is not JSON, or not the JSON that the API's page describes."""


class NoPageError(BadResponseError):
    """Whole JSON that is no page of views. Not retried."""


class CancelledError(DynTubeError):
    """Somebody ended the sync before it was done."""


class OutputError(DynTubeError):
    """What a command prints cannot be written, as on a full disk."""


class OutputClosedError(OutputError):
    """Whoever read what a command prints has ended. Nothing is wrong, and nobody to be told."""


class UnforeseenError(DynTubeError):
    """A mistake of ours; whoever has the reference in the text finds the trace in the log."""


class ArchiveError(DynTubeError):
    """The archive folder or a file in it cannot be read or written."""


class SyncRunningError(ArchiveError):
    """Another sync is writing to this archive."""


class DemoDataWarning(UserWarning):
    """Invented views were given: no account is connected."""


class DoubtWarning(UserWarning):
    """Numbers may be wrong: some of their days are in doubt; the text says which and why."""
