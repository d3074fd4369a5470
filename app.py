"""The dashboard: the server that `streamlit run app.py` starts, and the script it runs for readers.

Streamlit finds the server by its name, `app`, and imports this file for it once. For each reader,
and again after each click, it runs the same file as `__main__`.
"""

import streamlit as st

from dyntube import ui
from dyntube.ui import routes

PAGES = (
    ("Overview", ":material/dashboard:"),
    ("Videos", ":material/video_library:"),
    ("Engagement", ":material/show_chart:"),
    ("Geography", ":material/public:"),
    ("Devices", ":material/devices:"),
    ("Embeds", ":material/web:"),
    ("Live", ":material/sensors:"),
    ("Data", ":material/database:"),
)


def main() -> None:
    """Set up the page, offer the others, draw the chosen one."""
    st.set_page_config(page_title="DynTube Analytics", page_icon=ui.ICON, layout="wide")
    pages = [
        st.Page(f"pages/{title.lower()}.py", title=title, icon=icon, default=title == "Overview")
        for title, icon in PAGES
    ]
    chosen = st.navigation(pages, position="top")
    if ui.start(chosen.title):
        chosen.run()


if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, routes=routes.own_routes(), middleware=routes.MIDDLEWARE)
