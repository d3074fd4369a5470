"""What figures use of plotly beyond its documented interface, in one place for upgrades.

`tests/charts/test_plotly_internals.py` fails where a new version has changed any of it.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

# What plotly is to do while a pointer is dragged. Streamlit replaces a missing or false mode of a
# clickable figure by "pan", with which a finger on a chart no longer scrolls the page, and lets
# nothing be clicked where the mode is "select". A word that plotly does not know is left alone by
# Streamlit, and plotly takes the template's mode for it.
_OF_TEMPLATE = "of-template"


class _Figure(go.Figure):  # type: ignore[misc] # plotly has no types
    """A figure whose drag mode is its template's, also where it is clickable."""

    def to_dict(self) -> dict[str, Any]:
        spec = self._plain()
        spec["layout"]["dragmode"] = _OF_TEMPLATE
        return spec

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy is made of what plotly accepts.
        return unchecked, (self._plain(),)

    def _plain(self) -> dict[str, Any]:
        spec: dict[str, Any] = super().to_dict()
        return spec


def unchecked(spec: dict[str, Any]) -> go.Figure:
    """A figure of plotly's own dictionaries that plotly does not check, which takes half the time.

    The tests ask plotly of every kind of figure whether it is right.
    """
    return _Figure(spec, _validate=False)
