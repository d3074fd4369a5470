"""Metrics for Prometheus: read over HTTP from a port of their own, as Prometheus reads them."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from dyntube.account import Account, open_account
from dyntube.engine.measured import KINDS
from dyntube.errors import AuthError, ConfigError
from dyntube.metrics import InstallationMetrics, served
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import CountQuery, Query, ViewsQuery
from dyntube.settings.settings import Settings
from dyntube.ui.server import refused, watching

from .. import odd
from ..clock import set_clock
from ..odd import HOSTILE
from .test_hosts import asked
from .test_routes import LOCAL
from .test_routes import served as app_served

DAY = dt.date(2026, 5, 5)
Values = dict[tuple[str, str], float]  # by name and the value of the only label, if any


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def scraped(
    account: Callable[[], Account], ready: dict[str, str] | None = None
) -> Iterator[Callable[[], Values]]:
    """A function that reads all metrics of an installation over HTTP."""
    metrics = InstallationMetrics(
        account, ready=lambda: ready or {}, sessions=lambda: 3, refused=refused.counts
    )
    port = free_port()
    with served(port, "127.0.0.1", metrics):
        yield lambda: values(port)


def values(port: int) -> Values:
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=20)
    assert answer.status_code == 200
    found: Values = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        for sample in family.samples:
            bound = sample.labels.pop("le", "+Inf")
            assert len(sample.labels) <= 1
            if bound == "+Inf":
                found[sample.name, next(iter(sample.labels.values()), "")] = sample.value
    return found


def filled(folder: Path, count: int) -> Account:
    """An installation whose archive has a day of so many views with hostile texts."""
    odd.put(odd.open_archive(folder, LOCAL), DAY, odd.views(DAY, count))
    return open_account(Settings(api_key="k", stats_url=LOCAL, api_url=LOCAL, archive=folder))


PERIOD = Period(DAY, DAY)
BY_COUNTRY = Query(("views",), PERIOD, by=("country",), access=EVERYTHING)


def test_each_kind_of_question_is_counted_and_its_time_and_cached_answers_too(
    tmp_path: Path,
) -> None:
    account = filled(tmp_path / "archive", 4)
    engine = account.engine
    with scraped(lambda: account) as read:
        before = read()
        for kind in KINDS:
            assert before["dyntube_question_seconds_count", kind] == 0
        for _ in range(3):
            engine.answer(BY_COUNTRY)
        engine.total(BY_COUNTRY)
        engine.rows(ViewsQuery(PERIOD, access=EVERYTHING))
        engine.count(CountQuery(PERIOD, metric="views", access=EVERYTHING))
        list(engine.batches(ViewsQuery(PERIOD, limit=None, access=EVERYTHING)))
        after = read()
    counted = {kind: after["dyntube_question_seconds_count", kind] for kind in KINDS}
    assert counted == {"answer": 3, "total": 1, "rows": 1, "checks": 0, "count": 1, "export": 1}
    assert after["dyntube_question_seconds_sum", "answer"] > 0
    assert after["dyntube_question_seconds_bucket", "answer"] == 3
    assert after["dyntube_cache_hits_total", "answers"] == 2
    assert after["dyntube_cache_misses_total", "answers"] == 3
    assert after["dyntube_cache_bytes", "answers"] > before["dyntube_cache_bytes", "answers"] == 0
    assert after["dyntube_questions_failed_total", "answer"] == 0


def test_a_question_that_fails_is_counted_as_failed(tmp_path: Path) -> None:
    account = filled(tmp_path / "archive", 4)
    account.engine.answer(BY_COUNTRY)
    [file] = (tmp_path / "archive").rglob("*.parquet")
    year = file.parent
    year.rename(tmp_path / "aside")
    year.write_text("no folder")
    with scraped(lambda: account) as read, pytest.raises(Exception, match="cannot be read"):
        account.engine.answer(replace(BY_COUNTRY, by=("city",)))
    year.unlink()
    (tmp_path / "aside").rename(year)
    with scraped(lambda: account) as read:
        assert read()["dyntube_questions_failed_total", "answer"] == 1


def test_several_installations_in_one_process_have_metrics_of_their_own(tmp_path: Path) -> None:
    one, other = filled(tmp_path / "one", 4), filled(tmp_path / "other", 6)
    one.engine.answer(BY_COUNTRY)
    with scraped(lambda: one) as read_one, scraped(lambda: other) as read_other:
        assert read_one()["dyntube_question_seconds_count", "answer"] == 1
        assert read_other()["dyntube_question_seconds_count", "answer"] == 0


def test_no_text_of_views_gets_into_metrics(tmp_path: Path) -> None:
    account = filled(tmp_path / "archive", 4)
    account.engine.rows(ViewsQuery(PERIOD, access=EVERYTHING))
    with scraped(lambda: account) as read:
        labels = {label for _, label in read()}
    assert HOSTILE not in labels
    assert labels <= {"", *KINDS, *account.engine.caches(), *refused.REASONS} | {
        *("key", "request", "unavailable", "response", "archive", "other"),
    }


def test_days_their_age_and_damage_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = filled(tmp_path / "archive", 4)
    later = DAY + dt.timedelta(days=1)
    odd.put(odd.open_archive(tmp_path / "archive", LOCAL), later, odd.views(later, 2))
    [until] = [info.until for info in account.archive.days()[later]]
    set_clock(monkeypatch, until + dt.timedelta(hours=2))
    with scraped(lambda: account) as read:
        found = read()
        assert found["dyntube_days_stored", ""] == 2
        assert found["dyntube_sync_lag_seconds", ""] == 7200
        assert found["dyntube_days_damaged", ""] == 0
        next((tmp_path / "archive").rglob(f"{DAY}*.parquet")).write_bytes(b"damaged")
        account.archive.verify()
        assert read()["dyntube_days_damaged", ""] == 1


def test_syncs_are_told_by_their_end_wherever_they_ran(tmp_path: Path) -> None:
    account = filled(tmp_path / "archive", 4)
    elsewhere = open_account(account.settings)  # as a scheduler's process
    with scraped(lambda: account) as read:
        assert ("dyntube_sync_last_success_timestamp_seconds", "") not in read()
        elsewhere.event_log.write("sync_ended", outcome="done", failed=0)
        at = elsewhere.event_log.read(1)[0].at.timestamp()
        elsewhere.event_log.write("sync_ended", outcome="failed", failed=7)
        elsewhere.syncer.failed(AuthError("DynTube refused the API key (401)."))
        found = read()
        assert found["dyntube_sync_last_success_timestamp_seconds", ""] == at
        assert found["dyntube_sync_failed_days", ""] == 7
        assert found["dyntube_sync_failure", "key"] == 1
        assert found["dyntube_sync_failure", "unavailable"] == 0
        assert found["dyntube_sync_running", ""] == 0
        journal = account.archive.root / account.archive.folders[0] / "journal.jsonl"
        journal.write_text("")  # it forgets old events
        assert read()["dyntube_sync_last_success_timestamp_seconds", ""] == at


def test_an_installation_that_cannot_be_opened_is_not_ready_and_the_process_is_told(
    tmp_path: Path,
) -> None:
    def wrong() -> Account:
        raise ConfigError("DYNTUBE_TIMEZONE cannot be used.")

    with scraped(wrong, {"settings": "DYNTUBE_TIMEZONE cannot be used."}) as read:
        found = read()
    assert found["dyntube_ready", ""] == 0
    assert found["dyntube_sessions", ""] == 3
    assert found["process_resident_memory_bytes", ""] > 1e6
    assert ("dyntube_days_stored", "") not in found


def test_refused_requests_are_counted_by_reason(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    connect(LOCAL, tmp_path / "archive", SYNC="external")
    before = refused.counts()
    with app_served() as url:
        asked(url, "evil.example")
        requests.get(url, params=[("city", str(n)) for n in range(2000)], timeout=20)
        requests.get(f"{url}/healthz", timeout=20)
    after = {reason: before[reason] + 1 for reason in ("host", "parameters")}
    assert refused.counts() == before | after


def test_they_are_served_where_settings_say_and_only_until_the_end(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    filled(tmp_path / "archive", 4)
    port = free_port()
    connect(LOCAL, tmp_path / "archive", SYNC="external", METRICS_PORT=str(port))
    with watching.metrics_served():
        assert values(port)["dyntube_days_stored", ""] == 1
    with pytest.raises(requests.ConnectionError):
        values(port)


def test_they_are_off_by_default(tmp_path: Path, connect: Callable[..., None]) -> None:
    connect(LOCAL, tmp_path / "archive", SYNC="external")
    assert Settings().metrics_port == 0
    before = socket_count()
    with watching.metrics_served():
        assert socket_count() == before


def socket_count() -> int:
    """How many sockets this process has."""
    links = (str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return sum(name.startswith("socket:") for name in links)


def test_a_port_that_is_taken_costs_the_metrics_and_not_the_pages(
    tmp_path: Path, connect: Callable[..., None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        connect(LOCAL, tmp_path / "archive", SYNC="external", METRICS_PORT=str(port))
        with watching.metrics_served(), app_served() as url:
            assert requests.get(f"{url}/healthz", timeout=20).text == "ok"


def test_the_dashboard_s_own_port_is_left_to_it(
    tmp_path: Path, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    connect(LOCAL, tmp_path / "archive", SYNC="external", METRICS_PORT=str(port))
    monkeypatch.setattr("streamlit.get_option", {"server.port": port}.get)
    with watching.metrics_served():
        socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/page/_stcore/metrics"])
def test_streamlit_s_own_metrics_are_nobody_s(
    path: str, tmp_path: Path, connect: Callable[..., None]
) -> None:
    connect(LOCAL, tmp_path / "archive", SYNC="external")
    with app_served() as url:
        answer = requests.get(f"{url}{path}", timeout=20)
    assert (answer.status_code, answer.text) == (404, "Not Found")
