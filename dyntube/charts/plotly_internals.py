"""Uses of plotly beyond its public interface, in one place for upgrades.

`tests/charts/test_plotly_internals.py` fails if a new version changes any of them.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

# The drag mode. Streamlit replaces a missing or false mode of a clickable figure by "pan", so that
# a finger on a chart no longer scrolls the page, and disables clicks when it is "select". It keeps
# a value that plotly does not know, and plotly then falls back to the template's mode.
_OF_TEMPLATE = "of-template"


class _Figure(go.Figure):  # type: ignore[misc] # plotly has no types
    """A figure that keeps its template's drag mode even when clickable."""

    def to_dict(self) -> dict[str, Any]:
        spec = self._plain()
        spec["layout"]["dragmode"] = _OF_TEMPLATE
        return spec

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies are made without our drag mode, which plotly rejects.
        return unchecked, (self._plain(),)

    def _plain(self) -> dict[str, Any]:
        spec: dict[str, Any] = super().to_dict()
        return spec


def unchecked(spec: dict[str, Any]) -> go.Figure:
    """A figure from plotly's own dictionaries, not validated, which halves the time.

    The tests validate every kind of figure.
    """
    return _Figure(spec, _validate=False)
