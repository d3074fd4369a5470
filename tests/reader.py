"""A reader's session without Streamlit behind it: what is selected, and what widgets report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from dyntube.report.address import to_parameters
from dyntube.report.selection import Selection


class _Address(dict[str, list[str]]):
    get_all = dict.__getitem__


class Reader:
    """Somebody who looks at a selection, clicks and drags."""

    def __init__(self, patch: pytest.MonkeyPatch, selection: Selection | None = None) -> None:
        self._state: dict[str, Any] = {"selection": selection or Selection()}
        patch.setattr(st, "session_state", self._state)
        patch.setattr(st, "query_params", _Address(to_parameters(self.selection, Selection())))

    @property
    def selection(self) -> Selection:
        """What is looked at now."""
        selection: Selection = self._state["selection"]
        return selection

    def does(self, callback: Callable[..., None], *sent: Any) -> Selection:
        """Call what a component calls with what a browser sent."""
        callback(*sent)
        return self.selection
