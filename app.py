"""The dashboard: its start, its server, and the script run for each reader.

`python app.py` starts it, and so does `streamlit run app.py`. Streamlit imports this file once for
the server, which it finds by the name `app`. For each reader, and after each click, it runs the
same file as `__main__`.
"""

import streamlit as st

from dyntube import ui
from dyntube.report.pages import PAGES
from dyntube.ui.server import log, routes, starting
from dyntube.words import tr

ICONS = {
    "overview": ":material/dashboard:",
    "videos": ":material/video_library:",
    "engagement": ":material/show_chart:",
    "geography": ":material/public:",
    "devices": ":material/devices:",
    "embeds": ":material/web:",
    "live": ":material/sensors:",
    "data": ":material/database:",
    "people": ":material/group:",
}
TITLES = {name: page.title for name, page in PAGES.items()} | {"people": tr("People")}


def main() -> None:
    """Configure the page, offer the others, draw the selected one."""
    st.set_page_config(page_title="DynTube Analytics", page_icon=ui.ICON, layout="wide")
    visible = ui.visible_pages()
    pages = [
        st.Page(
            f"pages/{name}.py",
            title=title,
            icon=ICONS[name],
            default=name == "overview",
            visibility="visible" if name in visible else "hidden",
        )
        for name, title in TITLES.items()
    ]
    chosen = st.navigation(pages, position="top" if visible else "hidden")
    if visible:
        st.set_page_config(page_title=f"{chosen.title} - DynTube Analytics")
        ui.start(chosen.url_path or "overview")
        ui.tabs([page for page in pages if page.visibility == "visible"], chosen)
        chosen.run()


if __name__ != "__main__":
    log.log_everything()
    app = st.App(
        __file__,
        secrets=starting.sign_in_secrets(),
        lifespan=starting.lifespan,
        routes=routes.own_routes(),
        middleware=routes.MIDDLEWARE,
        exception_handlers=routes.ERROR_HANDLERS,
    )
elif st.runtime.exists():
    main()
else:
    starting.serve(__file__)
