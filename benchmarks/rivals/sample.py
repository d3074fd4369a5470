"""The vendor's Python sample as a customer would use it: in a loop over the pages.

The request is the sample's own (tests/data/get-video-analytics.txt): `requests.post`, one page
after the other. What comes becomes one pandas frame, nested objects as columns, and one Parquet
file.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import requests

ONE_DAY = dt.timedelta(days=1)


def fetch(url: str, first: dt.date, last: dt.date, size: int) -> list[dict[str, Any]]:
    """The views of the days from `first` to `last`, both included, `size` in a page."""
    views: list[dict[str, Any]] = []
    payload: dict[str, object] = {
        "from": str(first),
        "to": str(last + ONE_DAY),
        "size": size,
        "page": 1,
        "videoKey": "",
        "channelKey": "",
        "projectKey": "",
    }
    headers = {"Content-Type": "application/json"}
    while True:
        response = requests.post(f"{url}/v1/logs/data", data=json.dumps(payload), headers=headers)
        if response.status_code != 200:
            raise RuntimeError(f"Failed to get analytics data. Status code: {response.status_code}")
        data = response.json()
        views += data["views"]
        if data["pager"]["page"] >= data["pager"]["pages"]:
            return views
        payload["page"] = data["pager"]["page"] + 1


def store(views: list[dict[str, Any]], path: Path) -> int:
    """Write them as one Parquet file, and return how many rows it has."""
    frame = pd.json_normalize(views)
    frame.to_parquet(path)
    return len(frame)
