"""Embed watch: which embed domains are new, have returned, are gone or unexpected."""

from __future__ import annotations

import pandas as pd

from ..query.dimensions import UNKNOWN
from ..query.periods import Period
from ..reading.addresses import is_own, site
from .comparison import compare

NEW, RETURNED, GONE = "New", "Returned", "Gone"
_BY = "embed_domain"
_COUNTS = ["views", "plays"]


def watch(
    now: pd.DataFrame,
    before: pd.DataFrame | None,
    days: pd.DataFrame,
    *,
    period: Period,
    comparison: Period | None,
    own: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Every domain with views in the period or the comparison, most views first.

    `now` and `before` have `embed_domain`, `views` and `plays`, and may be filtered. `days` has
    `embed_domain` and `day`: a row for each day of the stored history, up to the end of the period,
    on which a domain has any views. So filters decide which domains are listed, but never make one
    new or gone.

    Columns: `embed_domain`; `status`, "New" (no view before the period), "Returned" (views before
    the comparison, none from its start until the period), "Gone" (none in the period) or "";
    `own`, "yes" or "no", or "" where `own` names no domain; `views`, `plays`, `views_before`,
    `plays_before`; `first_view` and `last_view`, days. Nothing is new unless an earlier stored day
    has views; nothing has returned or is gone without a comparison that begins before the period.
    UNKNOWN is left out. Spellings of one site share status and days.
    """
    if comparison is None or comparison.start >= period.start:
        before, comparison = None, None
    rows = compare(now, now.iloc[:0] if before is None else before, [_BY], _COUNTS, gone=True)
    rows = rows[rows[_BY] != UNKNOWN].assign(site=lambda rows: _sites(rows[_BY]))
    rows = rows.join(_seen(days, period, comparison), on="site")
    rows = rows.astype({"views_before": "int64", "plays_before": "int64"})
    rows["own"] = [_own(domain, own) for domain in rows[_BY]]
    order = [_BY, "status", "own", *_COUNTS, "views_before", "plays_before"]
    return rows.sort_values(
        ["views", "views_before", _BY], ascending=[False, False, True], ignore_index=True
    )[[*order, "first_view", "last_view"]]


def _seen(days: pd.DataFrame, period: Period, comparison: Period | None) -> pd.DataFrame:
    """By site: `first_view`, `last_view` and `status`."""
    start = pd.Timestamp(period.start)
    days = days.assign(site=_sites(days[_BY]))
    by_site = days.groupby("site")["day"]
    found = pd.DataFrame({"first_view": by_site.min(), "last_view": by_site.max()})
    is_new = found["first_view"] >= start
    found["status"] = ""
    if not is_new.all():
        found.loc[is_new, "status"] = NEW
    if comparison:
        first = pd.Timestamp(comparison.start)
        compared = days.loc[days["day"].between(first, start, inclusive="left"), "site"]
        is_back = (found["first_view"] < first) & ~found.index.isin(compared)
        found.loc[is_back, "status"] = RETURNED
        found.loc[found["last_view"] < start, "status"] = GONE
    return found


def _sites(domains: pd.Series[str]) -> pd.Series[str]:
    return domains.map({domain: site(domain) for domain in domains.unique()})


def _own(domain: str, own: tuple[str, ...]) -> str:
    if not own:
        return ""
    return "yes" if is_own(domain, own) else "no"
