"""Checks of DynTube: connection, key, views, and names."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from .. import formats
from ..errors import ApiError, AuthError, UnavailableError
from ..fetch.catalog import KINDS
from ..settings.settings import FetchScope, Settings
from . import cost, log
from .asking import Probe, Probed
from .check import Check, failed, ok, skipped, warning
from .settings import KEY

LOOKED_AT = 28  # days
LOG = ("log", "fields", "pages", "windows", "first fetch")
ALL = ("connection", "key", "clock", *LOG, "names")
_CLOCKS_DIFFER = dt.timedelta(minutes=2)
_SAME_CLOCK = dt.timedelta(seconds=2)  # the Date header has no fractions
_MOST_NAMES = 2_000
_A_FEW = 20  # views sampled of each further scope
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def of_server(asking: Probe) -> Iterator[Check]:
    """All checks that need requests, except names."""
    scopes = asking.settings.scopes
    try:
        first = asking.page(scopes[0], asking.last_days(LOOKED_AT))
    except ApiError as error:
        yield from _no_views(asking, error)
    else:
        yield ok("connection", f"{_host(asking)} answered in {first.seconds:.2f} s")
        yield _accepted(asking.settings)
        yield _clock(asking)
        yield from _views(asking, first)


def _views(asking: Probe, first: Probed) -> Iterator[Check]:
    yield _log(first)
    sample = first if first.records else None
    for scope in asking.settings.scopes[1:]:
        try:
            answered = asking.page(scope, first.window, size=_A_FEW if sample else None)
        except ApiError as error:
            yield failed("log", f"{_named(scope)}{error}")
        else:
            yield _log(answered)
            sample = sample or (answered if answered.records else None)
    expected = [] if sample else cost.expect(asking)  # takes a while
    if sample := sample or _oldest(asking, expected):
        yield log.fields(sample)
        yield log.pages(asking, sample)
        yield log.windows(asking, sample)
    else:
        yield from skipped(("fields", "pages", "windows"), "there are no views to look at")
    yield cost.of_fetch(asking, expected or cost.expect(asking), sample)


def _oldest(asking: Probe, expected: list[cost.Workload]) -> Probed | None:
    """The views of the first day that has any."""
    for one in expected:
        if one.views and not one.reason:
            try:
                return asking.page(one.scope, cost.window(one.first))
            except ApiError:
                continue  # reported already
    return None


def _no_views(asking: Probe, error: ApiError) -> Iterator[Check]:
    host = _host(asking)
    if isinstance(error, UnavailableError):
        was_there = bool(asking.client.clock_skew) or error.wait is not None
        yield failed("connection", str(error), _way_out(host, was_there))
        if was_there:
            yield _clock(asking)
        yield from skipped(("key", *LOG), f"{host} has to answer first")
        return
    yield ok("connection", f"{host} answers")
    if isinstance(error, AuthError):
        copied = "Copy it again, whole, and see that your plan includes analytics by API."
        advice = copied if asking.settings.api_key else f"Set {KEY}: none is set."
        yield failed("key", str(error), advice)
        yield _clock(asking)
        yield from skipped(LOG, "the key has to be accepted first")
        return
    yield from skipped(("key",), "DynTube gave no usable answer")
    yield _clock(asking)
    yield failed(
        "log",
        str(error),
        "If that does not say it: is DYNTUBE_STATS_URL right, and the keys of projects?",
    )
    yield from skipped(LOG[1:], "views have to come first")


def _way_out(host: str, was_there: bool) -> str:
    if was_there:
        return f"{host} is there, but gives no views now. Try again later."
    advice = f"Can this machine reach {host}? Look at DYNTUBE_STATS_URL, DNS and firewall."
    if proxy := next((name for name in _PROXIES if os.environ.get(name)), None):
        advice += f" {proxy} is set, but not used."
    return advice


def _accepted(settings: Settings) -> Check:
    if settings.api_key:
        return ok("key", "accepted")
    return ok("key", "none is set, and none is asked for")


def _clock(asking: Probe) -> Check:
    clock_skew = asking.client.clock_skew
    if not clock_skew:
        return ok("clock", f"{_host(asking)} does not say what time it is there")
    if abs(clock_skew) <= _SAME_CLOCK:
        return ok("clock", "as DynTube's")
    apart = formats.hours(abs(clock_skew).total_seconds())
    text = f"{apart} {'behind' if clock_skew > dt.timedelta(0) else 'ahead of'} DynTube's"
    if abs(clock_skew) <= _CLOCKS_DIFFER:
        return ok("clock", text)
    return warning("clock", text, "Have this machine set its clock (NTP): days end by it.")


def _log(answered: Probed) -> Check:
    scope, came = answered.scope, answered.page.views
    views = formats.count(answered.total, "view") if answered.total else "no views"
    text = f"{_named(scope)}{views} in the last {LOOKED_AT} days"
    if not answered.total:
        what = f"{_setting(scope)} right" if scope.key else "this the account that you expect"
        return warning("log", text, f"Is {what}?")
    if scope.key:
        keys = came[f"{scope.kind}_key"].to_pylist()
        if others := sum(key != scope.key for key in keys):
            return failed(
                "log",
                f"{text}, but {others:,} of {len(keys):,} are of another {scope.kind}",
                f"DynTube does not narrow by {scope.kind}: unset {_setting(scope)}.",
            )
    return ok("log", text)


def _setting(scope: FetchScope) -> str:
    return f"DYNTUBE_{scope.kind.upper()}_KEYS"


def _named(scope: FetchScope) -> str:
    return f"{scope.kind} {scope.key}: " if scope.key else ""


def _host(asking: Probe) -> str:
    return urlsplit(asking.settings.stats_url).netloc


def names(asking: Probe) -> Check:
    """How many projects, channels and videos have a name."""
    counts = []
    try:
        for kind in KINDS:
            items = islice(asking.client.catalog(kind), _MOST_NAMES)
            keys = {str(item.get("key")) for item in items}
            known = "more than " if len(keys) == _MOST_NAMES else ""
            counts.append(f"{known}{formats.count(len(keys), kind.removesuffix('s'))}")
    except ApiError as error:
        return warning("names", str(error), "Until then the dashboard shows keys.")
    if all(text.startswith("0 ") for text in counts):
        return warning("names", "none are listed", "The dashboard shows keys.")
    return ok("names", ", ".join(counts))
