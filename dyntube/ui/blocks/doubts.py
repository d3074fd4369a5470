"""The banner on days in doubt."""

from __future__ import annotations

import streamlit as st

from ... import formats
from ...report.doubts import PageDoubts

_SHOWN = 6  # reasons in a banner


def banner(found: PageDoubts, more: str = "See the Data page.") -> None:
    """Warn that numbers may be wrong: of which days, and why."""
    if not found.days:
        return
    which, some = formats.count(len(found.days), "day"), ""
    if found.before == found.days:
        which += " in the comparison"
    elif found.before:
        some = f", {len(found.before):,} of them in the comparison"
    lines = [formats.escape_markdown(text) for text in found.reasons[:_SHOWN]]
    text = f"**Numbers of {which} may be wrong{some}.** "
    text += f"{lines[0]} {more}" if len(lines) == 1 else more + "".join(f"\n- {x}" for x in lines)
    st.warning(text, icon=":material/help:")
