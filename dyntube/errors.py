"""Every error this package raises on purpose.

DynTubeError
├── ConfigError         a setting is missing or makes no sense
├── QueryError          a question names something that does not exist
├── PeriodError         a period that cannot be: reversed, not a date, no such time zone
├── EntryError          a note or a saved view that cannot be kept like this
├── ApiError            the DynTube API did not give what was asked for
│   ├── AuthError       it refused the API key (401, 403); asking again does not help
│   ├── RequestError    it refused the request (400, 404, ...); asking again does not help
│   ├── UnavailableError  no usable answer after every retry: unreachable, 429, 5xx, cut off
│   └── BadResponseError  it answered, but not with what the API's page describes
├── CancelledError      somebody ended the sync before it was done
└── ArchiveError        the archive folder or a file in it cannot be read or written
    └── SyncRunningError  another sync holds the archive's lock

The text of an error is a sentence for the person who can do something about it. It never holds
the API key, a URL's query or a record.
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


class EntryError(DynTubeError):
    """A note or a saved view that cannot be kept like this; the text says what to change."""


class ApiError(DynTubeError):
    """The DynTube API did not give what was asked for."""


class AuthError(ApiError):
    """401 or 403: the API key was refused. Not retried."""


class RequestError(ApiError):
    """Another 4xx or a redirect: the request was refused. Not retried."""


class UnavailableError(ApiError):
    """No usable answer after every retry; `wait` is what the server asked for, in seconds."""

    def __init__(self, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class BadResponseError(ApiError):
    """An answer that is not JSON, or not the JSON that the API's page describes."""


class CancelledError(DynTubeError):
    """Somebody ended the sync before it was done."""


class ArchiveError(DynTubeError):
    """The archive folder or a file in it cannot be read or written."""


class SyncRunningError(ArchiveError):
    """Another sync is writing to this archive."""
