"""Uses of plotly beyond its public interface, in one place for upgrades.

`tests/charts/test_plotly_internals.py` fails if a new version changes any of them.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def unchecked(spec: dict[str, Any]) -> go.Figure:
    """A figure from plotly's own dictionaries, not validated, which halves the time.

    The tests validate every kind of figure.
    """
    return go.Figure(spec, _validate=False)
