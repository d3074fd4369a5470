"""The dashboard: page set-up, navigation, then the chosen page. Start it with `make run`."""

import streamlit as st

from dyntube import ui

st.set_page_config(page_title="DynTube Analytics", page_icon=ui.ICON, layout="wide")
chosen = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("pages/data.py", title="Data", icon=":material/database:"),
    ],
    position="top",
)
if ui.start(chosen.title):
    chosen.run()
