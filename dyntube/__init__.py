"""DynTube Analytics: fetch, keep, ask, show.

    fetch   sources, config, logs, journal, records, parse, retry, habits, transport -> api
                                           settings and where they stand; events; what a view is;
                                           the API's pages as Arrow rows; asking again
    keep    doubts, dayfile, archive, sweep, whole_day, plan, fetch, beginning, wishes, run, board,
            scopes -> sync, catalog, export, shelf
                                           one Parquet file a day; whether one is short; which days
                                           to fetch, from when on, in which order, and what of it
                                           replaces what is stored; what all processes are told of
                                           it, and others of a folder; names of projects, channels
                                           and videos; shared lists
    ask     periods, coverage, dimensions, metrics -> query -> places, sql, shape, distinct, memory,
            engine -> comparison, trends, embeds, engagement
                                           a question is a value; DuckDB answers it from the files,
                                           or from memory, where the newest are
    trust   fields, accepted -> trust -> reasons, states, quality
                                           which days may have wrong numbers, what of it somebody
                                           has accepted, and how it is said
    people  notes, saved_views             notes on the time axis; named pages with their filters
    take    sheet -> workbook, downloads   a table as CSV or Excel; raw views as CSV or Parquet
    show    formats, charts -> ui          then `pages/` and `app.py`

`account` puts one installation together, `frames` hands it to notebooks, `__main__` to the command
line, `doctor` says whether it works, and `demo` is a stand-in for the API with invented views.
Modules import only those before them in this order: errors, text, zones, addresses, countries,
people, files, sources, setting_texts, config, logs, journal, records, loose_json, parse_plain,
parse, retry, refusals, deadline, habits, transport, api, doubts, dayfile, upgrade, generations,
archive, export, audits, room, revision, swept, paging, sweep, whole_day, day_doubts, plan, fetch,
beginning, wishes, progress, run, board, scopes, sync, catalog, shelf, periods, coverage,
dimensions, metrics, formats, fields, accepted, trust, reasons, states, quality, query, places, sql,
shape, distinct, notes, saved_views, memory, engine, comparison, trends, embeds, engagement, sheet,
workbook, downloads, charts, demo, account, background, frames, ui, terminal, stopping, doctor,
doubting, __main__.

Public names, for notebooks and other programs:
"""

from __future__ import annotations

from .errors import DemoDataWarning, DoubtWarning, DynTubeError
from .frames import ask, load_views

__all__ = ["DemoDataWarning", "DoubtWarning", "DynTubeError", "ask", "load_views"]
