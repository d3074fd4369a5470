"""The dashboard: what starts it, its server, and the script that is run for readers.

`python app.py` starts it, as `streamlit run app.py` does. Streamlit finds the server by its name,
`app`, and imports this file for it once. For each reader, and again after each click, it runs the
same file as `__main__`.
"""

import streamlit as st

from dyntube import ui
from dyntube.ui.server import log, routes, starting

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


if __name__ != "__main__":
    log.log_everything()
    app = st.App(
        __file__,
        lifespan=starting.lifespan,
        routes=routes.own_routes(),
        middleware=routes.MIDDLEWARE,
        exception_handlers=routes.ERROR_HANDLERS,
    )
elif st.runtime.exists():
    main()
else:
    starting.serve(__file__)
