"""DynTube view logs as pandas DataFrames.

    import dyntube

    views = dyntube.load_views("2026-10-01", "2026-10-31")
    plays = dyntube.ask("plays", by="country", start="2026-10-01", end="2026-10-31")

Both read stored days and fetch missing ones, with the dashboard's settings. Errors are
`DynTubeError`; `DoubtWarning` says that some days may be wrong, and `DemoDataWarning` that the
views are invented. Internals: docs/architecture.md.
"""

from __future__ import annotations

from .errors import DemoDataWarning, DoubtWarning, DynTubeError
from .notebook import ask, load_views

__all__ = ["DemoDataWarning", "DoubtWarning", "DynTubeError", "ask", "load_views"]
