"""Metrics of one installation for Prometheus: the only module that imports prometheus_client.

They are read from the installation at each scrape and kept nowhere. No label holds anything of
views or people: kinds and reasons are from fixed lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from .account import Account
from .engine.measured import BOUNDS
from .errors import (
    ArchiveError,
    AuthError,
    BadResponseError,
    DynTubeError,
    RequestError,
    UnavailableError,
)
from .events import Event, unforeseen
from .people.gate import Gate

_WHOLE_JOURNAL = 100_000  # lines
_REASONS: dict[str, type[DynTubeError]] = {
    "key": AuthError,
    "request": RequestError,
    "unavailable": UnavailableError,
    "response": BadResponseError,
    "archive": ArchiveError,
    "other": DynTubeError,
}


class InstallationMetrics(Collector):
    """The metrics of the installation that `account` opens.

    `ready`: why this process is not ready, empty if it is. `sessions`: how many are open.
    `refused`: how many requests were refused, by reason. `gate`: what is known of people.
    """

    def __init__(
        self,
        account: Callable[[], Account],
        *,
        ready: Callable[[], Mapping[str, str]],
        sessions: Callable[[], int],
        refused: Callable[[], Mapping[str, int]],
        gate: Callable[[], Gate | None] = lambda: None,
    ) -> None:
        self._account, self._ready = account, ready
        self._sessions, self._refused, self._gate = sessions, refused, gate
        self._succeeded: dt.datetime | None = None  # the journal forgets old syncs

    def collect(self) -> Iterator[Metric]:
        """All metrics, without those that cannot be read now."""
        yield _gauge("ready", "1 if this process can answer, as /readyz says", not self._ready())
        yield _gauge("sessions", "Sessions of readers that are open", self._sessions())
        refused = self._refused().items()
        yield _counters("http_refused", "Requests that were refused", "reason", refused)
        parts = (_questions, _caches, _days, self._sync)
        of_account = [lambda part=part: part(self._account()) for part in parts]
        for made in (*of_account, self._people):
            try:
                yield from made()
            except DynTubeError:
                continue  # `ready` says so, and the log of pages why
            except Exception as error:  # last resort: the other metrics are wanted still
                unforeseen(error)

    def _people(self) -> Iterator[Metric]:
        if (gate := self._gate()) is None:
            return
        text = "1 while access.toml cannot be used and the last good one is in force"
        yield _gauge("access_file_broken", text, bool(gate.rules.problem))
        text = "1 for 15 minutes after the sign-in provider did not answer somebody"
        yield _gauge("provider_away", text, gate.provider_missed_at is not None)
        yield _gauge("people_known", "People who have signed in so far", len(gate.people.all()))

    def _sync(self, account: Account) -> Iterator[Metric]:
        ended = [e for e in account.event_log.read(_WHOLE_JOURNAL) if e.name == "sync_ended"]
        if succeeded := next((e for e in ended if e.facts.get("outcome") == "done"), None):
            self._succeeded = succeeded.at
        if at := self._succeeded:
            text = "When a sync last ended without a failure, in seconds since 1970"
            yield _gauge("sync_last_success_timestamp_seconds", text, at.timestamp())
        text = "Days that the last sync could not fetch"
        yield _gauge("sync_failed_days", text, _failed_days(ended))
        state = account.syncer.state
        yield _gauge("sync_running", "1 while a sync runs, in any process", bool(state.progress))
        yield _failures(state.error)


def _questions(account: Account) -> Iterator[Metric]:
    timings = account.engine.timings.read()
    text = "Seconds that an answer took, from a cache or not"
    histogram = HistogramMetricFamily("dyntube_question_seconds", text, labels=["kind"])
    for kind, timing in timings.items():
        counts = zip([*map(str, BOUNDS), "+Inf"], timing.cumulated(), strict=True)
        histogram.add_metric([kind], list(counts), timing.seconds)
    yield histogram
    failed = ((kind, timing.failed) for kind, timing in timings.items())
    yield _counters("questions_failed", "Questions that ended with an error", "kind", failed)


def _caches(account: Account) -> Iterator[Metric]:
    caches = account.engine.caches()
    text = "Bytes of answers that a cache holds"
    yield _gauges("cache_bytes", text, "cache", ((name, use.bytes) for name, use in caches.items()))
    hits = ((name, use.hits) for name, use in caches.items())
    yield _counters("cache_hits", "Answers that were in a cache", "cache", hits)
    misses = ((name, use.misses) for name, use in caches.items())
    yield _counters("cache_misses", "Answers that had to be made", "cache", misses)


def _days(account: Account) -> Iterator[Metric]:
    days, doubts = account.archive.days(), account.trust().doubts
    yield _gauge("days_stored", "UTC days that are stored", len(days))
    damaged = len(account.archive.damaged())
    yield _gauge("days_damaged", "Day files that are known to be damaged", damaged)
    yield _gauge("days_in_doubt", "UTC days with a doubt that nobody accepted", len(doubts))
    if until := max((info.until for infos in days.values() for info in infos), default=None):
        text = "Seconds since the moment up to which views are known"
        lag = dt.datetime.now(dt.UTC) - until
        yield _gauge("sync_lag_seconds", text, max(0.0, lag.total_seconds()))


def _failed_days(ended: Iterable[Event]) -> int:
    failed = next((event.facts.get("failed") for event in ended), 0)
    return failed if isinstance(failed, int) else 0


def _failures(error: DynTubeError | None) -> Metric:
    """A gauge for each reason, 1 for that of the last sync's failure."""
    found = next((name for name, kind in _REASONS.items() if isinstance(error, kind)), "")
    text = "1 for what the last sync failed for"
    return _gauges("sync_failure", text, "reason", ((name, name == found) for name in _REASONS))


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dyntube_{name}", text, value=value)


def _gauges(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"dyntube_{name}", text, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


def _counters(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = CounterMetricFamily(f"dyntube_{name}", text, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


@contextmanager
def served(port: int, address: str, metrics: Collector) -> Iterator[None]:
    """Answer `GET /metrics` at a port, in a thread of its own. Raises OSError if that is taken."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(metrics)
    server, thread = start_http_server(port, address, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
