"""The head of a video's page, or of several side by side: titles, and ways back, before and on."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from ... import formats
from ...report.context import ReportContext
from ...report.opened import Place, about, are_unknown, place
from ...words import tr, trn
from ..clicks import open_videos


def way_back(context: ReportContext) -> None:
    """The way back to the list, and to the videos before and after; nothing unless one is open."""
    videos = context.selection.open
    if not videos:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="opened"):
        st.button(
            tr("All videos"),
            icon=":material/arrow_back:",
            key="opened-back",
            type="tertiary",
            on_click=open_videos,
            args=((),),
        )
        unknown = are_unknown(context)
        st.header(_title(context, unknown=unknown), anchor=False, width="stretch")
        if len(videos) == 1 and not unknown:
            _steps(context, place(context, videos[0]))
    if len(videos) == 1 and (said := about(context, videos[0])):
        st.caption(formats.escape_markdown(said))


def _title(context: ReportContext, *, unknown: bool) -> str:
    videos = context.selection.open
    if len(videos) > 1:
        return trn("Comparing {number} video", "Comparing {number} videos", len(videos))
    if unknown and videos[0] not in context.desk.names().videos:
        return tr("Unknown video")
    return formats.escape_markdown(context.labels.one("video", videos[0]))


def _steps(context: ReportContext, found: Place) -> None:
    _step(context, tr("Previous"), "previous", found.before)
    if found.number:
        number, every = f"{found.number:,}", f"{found.all:,}"
        st.caption(tr("{number} of {all}", number=number, all=every), width="content")
    _step(context, tr("Next"), "next", found.after)


def _step(
    context: ReportContext, label: str, side: Literal["previous", "next"], video: str | None
) -> None:
    name = "" if video is None else context.labels.one("video", video)
    st.button(
        label,
        icon=":material/chevron_right:" if side == "next" else ":material/chevron_left:",
        icon_position="right" if side == "next" else "left",
        key=f"opened-{side}",
        help=formats.escape_markdown(name) if name else None,
        disabled=video is None,
        on_click=open_videos,
        args=(() if video is None else (video,),),
    )
