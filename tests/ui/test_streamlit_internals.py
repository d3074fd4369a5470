"""What an upgrade of Streamlit must not change, see `dyntube/ui/streamlit_internals.py`."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.session_manager import SessionManager

from dyntube.ui import streamlit_internals

UI = Path(streamlit_internals.__file__).parent
BUNDLE = Path(streamlit.__file__).parent / "static" / "static" / "js"
DOCUMENTED = {"streamlit", "streamlit.delta_generator", "streamlit.web", "streamlit.testing.v1"}


def test_streamlit_has_a_switch_for_the_pages_folder_and_it_is_ours_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "uses_pages_directory" in vars(PagesManager)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    streamlit_internals.forget_pages_folder()
    assert PagesManager.uses_pages_directory is False


def test_a_run_says_whether_the_browser_went_back_or_forward() -> None:
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert streamlit_internals.came_by_history() is False, "outside of a run"


def test_open_sessions_are_those_of_streamlit_s_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(SessionManager.num_active_sessions)
    sessions = SimpleNamespace(_session_mgr=SimpleNamespace(num_active_sessions=lambda: 3))
    monkeypatch.setattr(Runtime, "exists", lambda: True)
    monkeypatch.setattr(Runtime, "instance", lambda: sessions)
    assert streamlit_internals.open_sessions() == 3
    monkeypatch.setattr(Runtime, "exists", lambda: False)
    assert streamlit_internals.open_sessions() == 0


def test_a_run_is_wanted_until_its_reader_asks_anew_or_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    requests, active = script_requests.ScriptRequests(), {"reader"}
    context = SimpleNamespace(script_requests=requests, session_id="reader")
    runtime = SimpleNamespace(is_active_session=active.__contains__)
    monkeypatch.setattr(streamlit_internals, "get_script_run_ctx", lambda **_: context)
    monkeypatch.setattr(Runtime, "exists", lambda: True)
    monkeypatch.setattr(Runtime, "instance", lambda: runtime)
    wanted = streamlit_internals.run_is_wanted()
    assert wanted()
    requests.request_rerun(script_requests.RerunData(fragment_id="live", is_auto_rerun=True))
    assert requests.on_scriptrunner_yield() is None, "a part waits for the end of the run"
    assert wanted()
    requests.request_rerun(script_requests.RerunData(query_string="country=DE"))
    assert not wanted()
    assert requests.on_scriptrunner_yield(), "and so it is for Streamlit"
    assert wanted()
    active.clear()
    assert not wanted()
    active.add("reader")
    requests.request_stop()
    assert not wanted()


def test_outside_of_a_run_everything_is_wanted() -> None:
    assert streamlit_internals.run_is_wanted()()


def test_options_are_read_as_the_server_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "8765")
    streamlit_internals.read_options()
    assert streamlit.get_option("server.port") == 8765
    monkeypatch.delenv("STREAMLIT_SERVER_PORT")
    streamlit_internals.read_options()
    assert streamlit.get_option("server.port") == 8501
    assert not streamlit_internals.option_is_set("server.port")


def test_streamlits_first_page_is_where_it_was() -> None:
    assert "<script" in (streamlit_internals.static_folder() / "index.html").read_text("utf-8")


def test_an_address_may_have_as_many_parameters_as_before() -> None:
    assert streamlit_internals.MOST_PARAMETERS == 1000


def test_every_part_of_a_page_that_the_style_names_is_one_of_streamlits() -> None:
    styles = (*(UI / "css").iterdir(), UI / "server" / "skeleton.html")
    text = "".join(file.read_text("utf-8") for file in styles)
    named = set(re.findall(r'data-testid="(\w+)"', text))
    scripts = "".join(path.read_text("utf-8") for path in BUNDLE.glob("*.js"))

    assert len(named) > 10
    gone = [name for name in named if f'"{name}"' not in scripts and f"`{name}`" not in scripts]
    assert gone == []


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.stem)
def test_undocumented_parts_of_streamlit_are_used_in_one_module(path: Path) -> None:
    modules = {
        node.module
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamlit.")
    }
    if path.stem != "streamlit_internals":
        assert modules <= DOCUMENTED
