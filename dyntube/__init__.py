"""DynTube Analytics: fetch, keep, ask, show.

    fetch   config, journal, records, parse, retry -> api
                                           settings; events; what a view is; the API's pages as
                                           Arrow rows; asking again
    keep    dayfile, archive, sweep, plan, fetch, run -> sync, catalog, export
                                           one Parquet file a day; whether one is short; which days
                                           to fetch, and what of it replaces what is stored; names
                                           of projects, channels and videos
    ask     periods, metrics, quality -> query -> sql, engine -> comparison, trends
                                           a question is a value; DuckDB answers it from the files
    show    formats, charts -> ui          then `pages/` and `app.py`

`account` puts one installation together, `frames` hands it to notebooks, `__main__` to the command
line, and `demo` is a stand-in for the API with invented views. Modules import only those before
them in this order: errors, files, config, journal, records, parse_plain, parse, retry, deadline,
api, dayfile, archive, export, audits, room, revision, sweep, plan, fetch, run, sync, catalog,
periods, metrics, quality, query, sql, engine, comparison, trends, formats, charts, demo, account,
background, frames, ui, terminal, __main__.

Public names, for notebooks and other programs:
"""

from __future__ import annotations

from .errors import DynTubeError
from .frames import ask, load_views

__all__ = ["DynTubeError", "ask", "load_views"]
