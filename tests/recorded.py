"""The questions that all pages ask about a fixed archive, with their answers, in a file.

`python -m tests.recorded` writes it. Do that only where answers are meant to change: the file says
what they were before the engine was rebuilt (`test_recorded.py`).
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
import math
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from dyntube.archive.archive import Archive
from dyntube.engine.engine import Engine
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, CountQuery, Filter, Query, ViewsQuery

from . import library, mixed, odd, plain

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).parent / "data" / "recorded" / "answers.json.gz"
PAGES = ("overview", "videos", "engagement", "geography", "devices", "embeds", "data")
WEEK = {"from": "2026-05-04", "to": "2026-05-10", "compare": "previous"}
CLOCKS_GO_BACK = {"from": "2026-10-25", "to": "2026-10-26", "zone": "Europe/Berlin"}
ADDRESSES: tuple[dict[str, str | list[str]], ...] = (
    WEEK,
    WEEK | {"zone": "America/New_York", "interval": "hour", "metric": "viewers"},
    WEEK | {"country": "DE", "metric": "watch_time", "mix": "device_type"},
    WEEK | {"video": "v-1", "metric": "completion_rate", "colour": "completion_rate"},
    WEEK | {"city-contains": "yor", "browser-not": "Fox", "metric": "new_viewers"},
    WEEK | {"project": ["p-shop", "p-school"], "level": ["city", "browser_version"]},
    WEEK | {"compare": "dates", "compare-from": "2026-04-27", "compare-to": "2026-05-02"},
    WEEK | {"behind": "plays", "check": "no_length", "align": "first"},
    CLOCKS_GO_BACK | {"compare": "none", "metric": "average_watch_time"},
    CLOCKS_GO_BACK | {"compare": "previous", "zone": "Asia/Kathmandu", "country": "Unknown"},
)
QUESTIONS = {kind.__name__: kind for kind in (Query, ViewsQuery, ChecksQuery, CountQuery)}
Recorded = dict[str, Any]


def build(folder: Path) -> Archive:
    """Two weeks of plain views, and two days of odd ones; the same whenever it is called."""
    archive, raw = odd.open_archive(folder), library.views(1500)
    for day in sorted({plain.local(view, "UTC").date() for view in raw}):
        odd.put(archive, day, plain.within(raw, day, day, "UTC"))
    chance = random.Random(15)
    for day in mixed.DAYS:
        odd.put(archive, day, [mixed.oddity(chance, day, f"odd-{day}-{n}") for n in range(300)])
    names = library.NAMES | {"fetched_at": "2026-05-11 00:00:00+00:00"}
    (folder / archive.folders[0] / "names.json").write_text(json.dumps(names), "utf-8")
    return archive


def question_of(recorded: Recorded | None) -> Any:
    """A question as it was recorded."""
    if recorded is None:
        return None
    known = dict(recorded)
    kind = QUESTIONS[known.pop("kind")]
    known["period"] = _period(known["period"])
    known["filters"] = tuple(_filter(found) for found in known["filters"])
    known = {_RENAMED.get(name, name): _tuples(value) for name, value in known.items()}
    if known.get("top_values"):
        known["top_values"] = _filter(known["top_values"])
    return kind(**{"access": EVERYTHING} | known)


_RENAMED = {"keep": "top_values"}  # since the answers were recorded


def answer_of(engine: Engine, recorded: Recorded) -> Recorded:
    """What an engine says today, as it is recorded."""
    asked = question_of(recorded["question"])
    whole = question_of(recorded["part_of"])
    return _answer(getattr(engine, recorded["method"])(asked, *([whole] if whole else [])))


def _period(known: Mapping[str, Any]) -> Period:
    start, end = (dt.date.fromisoformat(known[name]) for name in ("start", "end"))
    until = known["until"] and dt.time.fromisoformat(known["until"])
    rest = {name: value for name, value in known.items() if name not in ("start", "end", "until")}
    return Period(start, end, until=until, **rest)


def _filter(known: Mapping[str, Any]) -> Filter:
    return Filter(**{name: _tuples(value) for name, value in known.items()})


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, Period | Filter | Query | ViewsQuery | ChecksQuery | CountQuery):
        kept = [known.name for known in fields(value) if known.name != "access"]
        return {name: _as_json(getattr(value, name)) for name in kept}
    if isinstance(value, tuple):
        return [_as_json(part) for part in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _question(asked: Any) -> Recorded | None:
    return None if asked is None else {"kind": type(asked).__name__} | _as_json(asked)


def _answer(found: pd.DataFrame | int) -> Recorded:
    if not isinstance(found, pd.DataFrame):
        return {"count": found}
    return {
        "types": {str(name): str(found[name].dtype) for name in found},
        "rows": [[_cell(value) for value in row] for row in found.itertuples(index=False)],
    }


def _cell(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    plain_value = value.item() if hasattr(value, "item") else value
    return plain_value if isinstance(plain_value, bool | int | float | str) else str(plain_value)


@contextmanager
def _noting(found: dict[str, Recorded]) -> Iterator[None]:
    def note(name: str) -> Any:
        method = getattr(Engine, name)

        @wraps(method)
        def noted(engine: Engine, asked: Any, rollup: Any = None) -> Any:
            answer = method(engine, asked, *([rollup] if rollup else []))
            recorded = {"method": name, "question": _question(asked), "part_of": _question(rollup)}
            found.setdefault(json.dumps(recorded, sort_keys=True), recorded | _answer(answer))
            return answer

        return method, noted

    methods = {name: note(name) for name in ("answer", "rows", "checks", "count")}
    for name, (_, noted) in methods.items():
        setattr(Engine, name, noted)
    try:
        yield
    finally:
        for name, (method, _) in methods.items():
            setattr(Engine, name, method)


def _show(page: str, parameters: Mapping[str, str | list[str]]) -> None:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in parameters.items():
        at.query_params[name] = value
    at.switch_page(f"pages/{page}.py").run()
    if at.exception or at.error:
        sys.exit(f"{page} with {parameters} is broken: {[*at.exception, *at.error]}")


def main() -> None:
    found: dict[str, Recorded] = {}
    logging.disable(logging.WARNING)  # Streamlit on running without a browser
    with tempfile.TemporaryDirectory() as folder, _noting(found):
        build(Path(folder))
        os.environ |= {
            "DYNTUBE_ARCHIVE": folder,
            "DYNTUBE_SYNC": "external",
            "DYNTUBE_STATS_URL": odd.STATS_URL,
        }
        for page in PAGES:
            for parameters in ADDRESSES:
                _show(page, parameters)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(found[key], sort_keys=True) for key in sorted(found)]
    FILE.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    print(f"{len(found):,} questions in {FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
