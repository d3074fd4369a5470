"""DynTube Analytics: fetch, keep, ask, show.

    fetch   config, journal, records, parse, retry -> api
                                           settings; events; what a view is; the API's pages as
                                           Arrow rows; asking again
    keep    dayfile, archive, sweep, plan, fetch, run -> sync, catalog, export, shelf
                                           one Parquet file a day; whether one is short; which days
                                           to fetch, and what of it replaces what is stored; names
                                           of projects, channels and videos; small shared lists
    ask     periods, dimensions, metrics, quality -> query -> places, sql, shape, distinct,
            memory, engine -> comparison, trends, embeds, engagement
                                           a question is a value; DuckDB answers it from the files,
                                           or from memory, where the newest are
    people  notes, saved_views             notes on the time axis; named pages with their filters
    take    sheet -> workbook, downloads   a table as CSV or Excel; raw views as CSV or Parquet
    show    formats, charts -> ui          then `pages/` and `app.py`

`account` puts one installation together, `frames` hands it to notebooks, `__main__` to the command
line, and `demo` is a stand-in for the API with invented views. Modules import only those before
them in this order: errors, files, config, journal, records, parse_plain, parse, retry, deadline,
api, dayfile, archive, export, audits, room, revision, sweep, plan, fetch, run, sync, catalog,
shelf, periods, dimensions, metrics, quality, query, places, sql, shape, distinct, notes,
saved_views, memory, engine, comparison, trends, embeds, engagement, formats, sheet, workbook,
downloads, charts, demo, account, background, frames, ui, terminal, __main__.

Public names, for notebooks and other programs:
"""

from __future__ import annotations

from .errors import DynTubeError
from .frames import ask, load_views

__all__ = ["DynTubeError", "ask", "load_views"]
