"""Parts of a page that redraw by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from ..errors import NotAllowedError
from .streamlit_internals import redraws_a_part

P = ParamSpec("P")


def fragment(
    draw: Callable[P, None], *, run_every: float | None = None, key: str | None = None
) -> Callable[P, None]:
    """`st.fragment`, of a part that has the whole page redrawn once its reader may not see it."""

    @wraps(draw)
    def guarded(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            draw(*arguments, **named)
        except NotAllowedError:
            if not redraws_a_part():
                raise
            st.rerun(scope="app")

    return st.fragment(run_every=run_every, key=key)(guarded)
