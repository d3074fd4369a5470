"""Health of this process: for those who restart it, and for those who send it readers.

    GET /healthz    200 "ok" while the process answers at all
    GET /readyz     200 "ok", or 503 and why this process can answer nobody

DynTube or the sign-in provider being away, stale data, an access file that is broken after a good
one, or a warehouse that does not answer are no reason: other processes would answer no better, and
pages say so themselves. Metrics are where these show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ...errors import ArchiveError, ConfigError, DynTubeError
from ...events import event, unforeseen
from ..door import gate, installation
from .headers import base_path

_NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class ReadyCheck:
    """What has to hold before readers are sent here: `run` raises DynTubeError if it does not."""

    name: str
    run: Callable[[], object]


def _settings() -> None:
    installation()


def _archive() -> None:
    archive = installation().archive
    if not archive.days() and (unreadable := archive.damaged()):
        raise ArchiveError(f"None of {len(unreadable):,} stored days in {archive.root} can be read")


def _state() -> None:
    installation().state.contents()


def _access() -> None:
    guard = gate()
    if guard and not guard.rules.was_good:
        raise ConfigError(guard.rules.problem)


CHECKS = (
    ReadyCheck("settings", _settings),
    ReadyCheck("archive", _archive),
    ReadyCheck("state file", _state),
    ReadyCheck("access file", _access),
)


def troubles(checks: Sequence[ReadyCheck] = CHECKS) -> dict[str, str]:
    """Why this process is not ready, by check; what fails for the same reason is named once."""
    found: dict[str, str] = {}
    for check in checks:
        try:
            check.run()
        except DynTubeError as error:
            text = str(error)
        except Exception as error:  # last resort: a check must not count as passed
            text = str(unforeseen(error))
        else:
            continue
        if text not in found.values():
            found[check.name] = text
    return found


def health_routes(checks: Sequence[ReadyCheck] = CHECKS) -> list[Route]:
    """The two routes, below the configured base path."""
    told: dict[str, str] = {}

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok", headers=_NOT_KEPT)

    def ready(_: Request) -> Response:
        nonlocal told
        found = troubles(checks)
        if found != told:
            told = found
            event("readiness_failed" if found else "ready", **found)
        if not found:
            return PlainTextResponse("ok", headers=_NOT_KEPT)
        text = "\n".join(f"{name}: {reason}" for name, reason in found.items())
        return PlainTextResponse(text, 503, _NOT_KEPT)

    return [Route(f"{base_path()}/healthz", alive), Route(f"{base_path()}/readyz", ready)]
