"""The banner on days in doubt."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...report.doubts import PageDoubts
from ...words import tr, trn

_SHOWN = 6  # reasons in a banner


def banner(found: PageDoubts, more: str = tr("See the Data page.")) -> None:
    """Warn that numbers may be wrong: of which days, and why."""
    if not found.days:
        return
    lines = [formats.escape_markdown(text) for text in found.reasons[:_SHOWN]]
    rest = f"{lines[0]} {more}" if len(lines) == 1 else more + "".join(f"\n- {x}" for x in lines)
    text = f"**{_which(found)}** {rest}"
    st.warning(text, icon=":material/help:")


def _which(found: PageDoubts) -> str:
    if not found.before:
        return trn(
            "Numbers of {number} day may be wrong.",
            "Numbers of {number} days may be wrong.",
            len(found.days),
        )
    if found.before == found.days:
        return trn(
            "Numbers of {number} day in the comparison may be wrong.",
            "Numbers of {number} days in the comparison may be wrong.",
            len(found.days),
        )
    return trn(
        "Numbers of {number} day may be wrong, including {before} in the comparison.",
        "Numbers of {number} days may be wrong, including {before} in the comparison.",
        len(found.days),
        before=format(len(found.before), ","),
    )
