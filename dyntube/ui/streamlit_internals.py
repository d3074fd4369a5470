"""What the app uses of Streamlit beyond its documented interface, in one place for upgrades.

`tests/test_streamlit_internals.py` fails where a new version has changed any of it.
"""

from __future__ import annotations

from pathlib import Path

from streamlit.file_util import get_static_dir
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.query_params import CLIENT_STATE_QUERY_STRING_MAX_FIELDS

# Parameters of an address; Streamlit ends the session of a browser that sends more.
MOST_PARAMETERS: int = CLIENT_STATE_QUERY_STRING_MAX_FIELDS


def forget_pages_folder() -> None:
    """Have Streamlit run `app.py` for every page.

    A fresh server runs files in `pages/` by themselves until it has seen st.navigation.
    """
    PagesManager.uses_pages_directory = False


def came_by_history() -> bool:
    """Whether this run is for the browser's Back or Forward, which restore an address.

    Whatever else runs a script, also a click in the menu of pages, does not mean its address.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def static_folder() -> Path:
    """Where the files are that Streamlit sends to every browser."""
    return Path(get_static_dir())
