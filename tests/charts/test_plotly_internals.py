"""What an upgrade of plotly must not change, see `dyntube/charts/plotly_internals.py`."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dyntube.charts.plotly_internals import unchecked

SPEC = {"data": [{"type": "bar", "x": [1], "no-such-word": 2}], "layout": {"height": 100}}


def test_plotly_does_not_check_what_it_is_told_not_to():
    assert unchecked(SPEC).to_dict()["data"][0]["no-such-word"] == 2
    with pytest.raises(ValueError, match="no-such-word"):
        go.Figure(SPEC)
