"""Query parameters that links in e-mails and ads add to the campaign's pages."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Flags, Ints, choose, fraction, texts
from .draw import Rows
from .embeds import pages
from .stories import CAMPAIGN_DOMAIN

# Each line is the weight of a link and what it adds; `*` is a random click id.
WAYS = """
30 ?utm_source=linkedin&utm_medium=paid-social&utm_campaign=next-quarter&utm_content=film
20 ?utm_source=newsletter&utm_medium=email&utm_campaign=next-quarter
6 ?utm_source=Newsletter&utm_medium=Email&utm_campaign=next-quarter&utm_content=reminder
14 ?utm_source=google&utm_medium=cpc&utm_campaign=next-quarter&utm_term=workflow+software&gclid=*
8 ?gclid=*
14 ?fbclid=*
3 ?msclkid=*
5
"""
_CLICK_ID = 10  # characters


def addresses(rows: Rows) -> pa.Array:
    """The URL of each view's page, as in the browser."""
    urls = pa.array(pages().urls).take(pa.array(rows.page))
    added = np.where(_is_campaign()[rows.page], _way(rows), 0)
    starts, has_id = _ways()
    ids = texts(rows.number, _CLICK_ID, 6)
    ends = pc.if_else(pa.array(has_id[added]), ids, "")
    return pc.binary_join_element_wise(urls, starts.take(pa.array(added)), ends, "")


def _way(rows: Rows) -> Ints:
    """The number of each view's link in WAYS, from 1."""
    weights = [float(line.split(" ")[0]) for line in WAYS.strip().split("\n")]
    return 1 + choose(weights, fraction(rows.number, 37))


@functools.cache
def _ways() -> tuple[pa.Array, Flags]:
    """What each link adds, number 0 being nothing, and whether a click id follows."""
    added = ["", *(line.partition(" ")[2] for line in WAYS.strip().split("\n"))]
    starts = pa.array([text.removesuffix("*") for text in added])
    return starts, np.array([text.endswith("*") for text in added])


@functools.cache
def _is_campaign() -> Flags:
    """Whether each page belongs to the campaign."""
    is_campaign: Flags = pages().domain == pages().domains.index(CAMPAIGN_DOMAIN)
    return is_campaign
