"""Uses of Streamlit beyond its public interface, in one place for upgrades.

`tests/ui/test_streamlit_internals.py` fails if a new version changes any of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from google.protobuf.message import DecodeError
from streamlit import config
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer
from streamlit.file_util import get_static_dir
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_media_file_storage import _calculate_file_id
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.state.query_params import CLIENT_STATE_QUERY_STRING_MAX_FIELDS
from streamlit.web.server.starlette import (
    starlette_auth_routes,
    starlette_server_config,
    starlette_websocket,
)

USER_COOKIE: str = starlette_server_config.USER_COOKIE_NAME
TOKENS_COOKIE: str = starlette_server_config.TOKENS_COOKIE_NAME
# What Streamlit says of a session itself, beside the claims of the id_token.
SAYS_ITSELF = ("origin", "is_logged_in", "provider")
# Sets the cookies of a session, signed and cut: `await set_session(response, claims, tokens)`.
set_session = starlette_auth_routes._set_auth_cookie
# What a provider's answer is compared with, signed. It holds the last attempt to sign in alone.
ATTEMPT_COOKIE: str = starlette_server_config.SESSION_COOKIE_NAME
# Query parameters; Streamlit ignores the whole query string of a URL with more.
MOST_PARAMETERS: int = CLIENT_STATE_QUERY_STRING_MAX_FIELDS


def forget_pages_folder() -> None:
    """Make Streamlit run `app.py` for every page.

    Until it has seen st.navigation, a fresh server runs files in `pages/` directly.
    """
    PagesManager.uses_pages_directory = False


def came_by_history() -> bool:
    """Whether this run is caused by the browser's Back or Forward, which restore a URL.

    In all other runs, even after a click in the page menu, the session overrides the URL.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def run_is_wanted() -> Callable[[], bool]:
    """A function that any thread may ask whether this script run is to go on.

    It is not where its reader has closed the tab or asked anew, which the run itself notices at its
    next call of Streamlit.
    """
    context = get_script_run_ctx(suppress_warning=True)
    requests = context and context.script_requests
    if not (context and requests and Runtime.exists()):
        return lambda: True
    session, kinds = context.session_id, script_requests.ScriptRequestType

    def wanted() -> bool:
        if requests._state is kinds.STOP or not Runtime.instance().is_active_session(session):
            return False
        data = requests._rerun_data
        # A part that redraws itself waits for the end of this run.
        waits = bool(data.fragment_id_queue) and not data.is_fragment_scoped_rerun
        return requests._state is kinds.CONTINUE or waits

    return wanted


def redraws_a_part() -> bool:
    """Whether only a fragment runs, and not the whole page."""
    context = get_script_run_ctx(suppress_warning=True)
    return bool(context and context.fragment_ids_this_run)


def claims_in(cookies: Mapping[str, str], origin: str) -> dict[str, object]:
    """What the id_token said of whoever sends these cookies to us at an origin; {} of nobody.

    Streamlit gives `st.user` to scripts alone, and only to websockets from that origin.
    """
    claims = signed_in(cookies, USER_COOKIE)
    told = claims.pop("origin", None) == origin and claims.pop("is_logged_in", False) is True
    return claims if told else {}


def signed_in(cookies: Mapping[str, str], name: str) -> dict[str, object]:
    """What a signed cookie says, which may be cut into several; {} if it is not one of ours."""
    signed = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), name)
    found: dict[str, object] = json.loads(signed) if signed else {}
    return found


def trust_header(name: str) -> None:
    """Let Streamlit tell people apart by a header, when a browser comes back to its session."""
    config.set_option("server.trustedUserHeaders", {name: "proxy_user"})


def lead_to(address: str) -> None:
    """Open an address in place of the page, as `st.login` and `st.logout` do with theirs."""
    if context := get_script_run_ctx():
        message = ForwardMsg()
        message.auth_redirect.url = address
        context.enqueue(message)


def session_id() -> str:
    """The id of the session whose page this thread runs; empty outside of runs."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def kind_of_message(data: bytes) -> str:
    """What a browser asks of its session; "" if that cannot be read."""
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return ""
    kind = message.WhichOneof("type") or ""
    of_server = kind == "backend_operation_request"
    return (message.backend_operation_request.WhichOneof("payload") if of_server else kind) or ""


def media_id(data: bytes, media_type: str, file_name: str) -> str:
    """The id under which Streamlit serves a file that a click has made, below `media/`."""
    return _calculate_file_id(data, media_type, file_name)


def open_sessions() -> int:
    """How many browser tabs are connected now."""
    return Runtime.instance()._session_mgr.num_active_sessions() if Runtime.exists() else 0


def static_folder() -> Path:
    """Where Streamlit's own static files are."""
    return Path(get_static_dir())


def icon_font() -> Path:
    """The file of Streamlit's icons, below `static_folder`."""
    [file] = static_folder().glob("static/media/MaterialSymbols-Rounded.*.woff2")
    return file


def text_font() -> Path:
    """The file of Streamlit's text font, below `static_folder`."""
    [file] = static_folder().glob("static/media/SourceSansVF-Upright.*.woff2")
    return file


def stylesheet() -> Path:
    """The file of Streamlit's CSS that names its fonts, below `static_folder`."""
    [file] = static_folder().glob("static/css/index.*.css")
    return file


def read_options() -> None:
    """Read Streamlit's numbers and texts as `streamlit run` does: files, then environment."""
    flags = {
        name: option.type(os.environ[option.env_var])
        for name, option in config._config_options_template.items()
        if option.env_var in os.environ and option.type in (int, str)
    }
    config.get_config_options(force_reparse=True, options_from_flags=flags)


def option_is_set(name: str) -> bool:
    """Whether somebody has set an option, like "server.port"."""
    return config.is_manually_set(name)


_PACKAGE = "dyntube"
_renderers: dict[str, ComponentRenderer] = {}


def component(name: str, assets: Path, *, isolated: bool) -> ComponentRenderer:
    """What mounts the component whose script is `<name>.js` in a folder.

    Streamlit serves scripts only for installed packages with a manifest. The dashboard runs from a
    checkout, so its manifest is given to Streamlit here. As inline code, scripts would be sent with
    every run, and need `blob:` in our Content-Security-Policy.
    """
    known, full_name = get_bidi_component_manager(), f"{_PACKAGE}.{name}"
    if known.get_component_asset_root(full_name) is None:
        found = [ComponentConfig(name=name, asset_dir=assets.name)]
        known.register_from_manifest(ComponentManifest(_PACKAGE, "1", found), assets.parent)
    if full_name not in _renderers:
        _renderers[full_name] = st.components.v2.component(
            full_name, js=f"{name}.js", isolate_styles=isolated
        )
    return _renderers[full_name]
