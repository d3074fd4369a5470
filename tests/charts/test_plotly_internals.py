"""What an upgrade of plotly must not change, see `dyntube/charts/plotly_internals.py`."""

from __future__ import annotations

import copy
import pickle

import plotly.graph_objects as go
import pytest

from dyntube.charts.plotly_internals import unchecked

SPEC = {"data": [{"type": "bar", "x": [1], "no-such-word": 2}], "layout": {"height": 100}}


def test_plotly_does_not_check_what_it_is_told_not_to():
    assert unchecked(SPEC).to_dict()["data"][0]["no-such-word"] == 2
    with pytest.raises(ValueError, match="no-such-word"):
        go.Figure(SPEC)


def test_streamlit_is_told_a_drag_mode_that_it_leaves_alone_and_plotly_none():
    figure = unchecked(SPEC)

    assert figure.to_dict()["layout"]["dragmode"] == "of-template"
    with pytest.raises(ValueError, match="dragmode"):
        go.Figure(layout={"dragmode": "of-template"})


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f))])
def test_a_copy_is_the_same_figure(copied):
    assert copied(unchecked(SPEC)).to_dict() == unchecked(SPEC).to_dict()
