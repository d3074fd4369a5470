"""What somebody sends who does not keep to the page: nothing of others comes, nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from dyntube.account import open_account
from dyntube.events import FILE_NAME
from dyntube.sharing.notes import NOTES
from dyntube.sharing.people import PEOPLE as KNOWN
from dyntube.sharing.saved_views import VIEWS

from .. import odd
from .canaries import CARL, NORA, PAUL, PERIOD, RITA, ROOT, RULES, build
from .hosted import PROXY, behind_proxy, free_port, get
from .looking import buttons, leaks, menus
from .recorded import Sent, record
from .tab import Tab, clicked, tabs, told

Opened = tuple[str, Callable[..., Tab]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forged") / "archive"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def metrics() -> int:
    return free_port()


@pytest.fixture(scope="module")
def app(folder: Path, metrics: int) -> Iterator[Opened]:
    settings = {"SYNC": "external", "METRICS_PORT": str(metrics)}
    with behind_proxy(folder, folder / "access.toml", **settings) as url, tabs(url) as open_tab:
        yield url, open_tab


def kept(folder: Path, but: str = "rita@acme.com") -> dict[str, Any]:
    """All that is kept of and by people, without what one person wrote."""
    account = open_account(odd.settings(folder))
    entries = [*account.state.entries(NOTES), *account.state.entries(VIEWS)]
    return {
        "entries": {e.id: e for e in entries if not getattr(e, "author", "").endswith(but)},
        "ended": {known.id: known.ended_at for known in account.state.entries(KNOWN)},
        "rules": (folder / "access.toml").read_bytes(),
        "journal": (folder / account.archive.folders[0] / FILE_NAME).read_bytes(),
    }


@pytest.fixture(scope="module")
def sent(browser: Browser, folder: Path) -> list[Sent]:
    """What the admin's browser sends while it renames, deletes, signs out and looks at all."""
    state = next(folder.rglob("state.sqlite"))
    before = state.read_bytes()
    settings = {"SYNC": "external", "PROXIES": f"127.0.0.1, {PROXY}"}
    with behind_proxy(folder, folder / "access.toml", **settings) as url, tabs(url) as open_tab:
        open_tab(PAUL.headers).open("")
        found = record(browser, url)
    assert state.read_bytes() != before
    state.write_bytes(before)
    return found


def test_clicks_of_an_admin_in_a_session_of_a_reader_show_and_change_nothing(
    sent: list[Sent], folder: Path, app: Opened
) -> None:
    assert len(sent) > 20
    before = kept(folder)
    for forge in (lambda _, message: message, Tab.as_own):
        tab, page = app[1](RITA.headers), "nowhere"
        for step in sent:
            if step.page != page:
                tab.open(page := step.page, PERIOD)
            came = tab.replay(forge(tab, step.message))
            assert leaks(RITA, came.raw, f"{step.message} p-zn9 v-zn9") == []
        assert leaks(RITA, tab.run().raw, PERIOD) == []
    after = kept(folder)
    assert after == before | {"ended": before["ended"] | {"proxy|rita@acme.com": ""}}


FORGED: dict[str, tuple[str, str, object]] = {
    "a row that is not there": ("top-videos-rows", "opened", "v-zn9"),
    "a bar that is not there": ("list-country", "picked", "KI"),
    "a point that is not there": ("trend-chart", "picked", "project=p-zn9"),
    "a filter that is not offered": ("filters", "changed", {"asked": {"project": ["p-zn9"]}}),
    "a part of a name": ("filters", "changed", {"asked": {"video-contains": ["film num"]}}),
    "no list at all": ("filters", "opened", {"by": "viewer_id", "operator": "is"}),
    "another operator": ("filters", "opened", {"by": "city", "operator": "or 1=1"}),
    "a period": ("period", "changed", {"period": ["all-time"]}),
    "nonsense": ("chips", "changed", {"video": [["v-zn9"], {"a": None}]}),
    "rows behind a card": ("cards", "opened", "views"),
}


@pytest.mark.parametrize("what", FORGED)
def test_events_of_components_are_read_like_an_address(app: Opened, what: str) -> None:
    key, event, value = FORGED[what]
    tab = app[1](RITA.headers)
    tab.open("", PERIOD)
    for name in {event, "opened", "changed"}:
        came = tab.run(told(tab.id_of(key), name, value)).raw
        assert leaks(RITA, came, f"{value} p-zn9 v-zn9") == []
    assert leaks(RITA, tab.run().raw, f"{value} p-zn9 v-zn9") == []


@pytest.mark.parametrize("about", ["Video: Film numbat", "Project: Project lyrebird", "nothing"])
def test_a_note_is_written_about_nothing_that_the_form_does_not_offer(
    folder: Path, app: Opened, about: str
) -> None:
    tab = app[1](CARL.headers)
    tab.open("", PERIOD)
    tab.run(WidgetState(id=tab.id_of("notes"), bool_value=True))
    before = kept(folder, "carl@acme.com")
    came = tab.run(
        WidgetState(id=tab.id_of("note-about-new"), string_value=about),
        WidgetState(id=tab.id_of("note-text-new"), string_value="Forged"),
        clicked(tab.id_of("FormSubmitter:note-new-Add note")),
    )

    assert leaks(CARL, came.raw, about.lower()) == []
    assert kept(folder, "carl@acme.com") == before
    written = [n for n in open_account(odd.settings(folder)).notes.all() if n.text == "Forged"]
    assert {note.scope for note in written} <= {"everything"}


def test_a_file_of_another_session_is_not_served(app: Opened) -> None:
    url, open_tab = app
    (theirs := open_tab(ROOT.headers)).open("", PERIOD)
    id_ = buttons(theirs)["export-page"]
    address = theirs.file(id_)
    assert get(url + address, ROOT.headers).status == 200
    for reader in (RITA, CARL, NORA):
        tab = open_tab(reader.headers)
        tab.open("", PERIOD)

        assert get(url + address, reader.headers).status == 403
        assert get(url + (tab.file(id_) or address), reader.headers).status == 403
    assert get(url + address).status == 401


def test_a_session_that_somebody_else_has_left_is_not_resumed(app: Opened) -> None:
    left, again, other = (app[1](of.headers) for of in (ROOT, ROOT, RITA))
    left.open("", PERIOD)
    left.run(told(left.id_of("filters"), "opened", {"by": "city", "operator": "is"}))
    left.close()
    again.asked = other.asked = ("nothing", left.session)
    other.open("", PERIOD)
    again.open("", PERIOD)

    assert again.session == left.session
    assert other.session != left.session
    assert leaks(RITA, other.run().raw, PERIOD) == []


NOT_OF_PAGES = {
    "clear the caches of all": BackMsg(clear_cache=True),
    "stop the server": BackMsg(debug_shutdown_runtime=True),
    "run when files change": BackMsg(set_run_on_save=True),
    "where the code is from": BackMsg(load_git_info=True),
}


@pytest.mark.parametrize("reader", [RITA, None], ids=["a reader", "nobody"])
def test_messages_that_no_page_sends_are_dropped_and_counted(
    folder: Path, app: Opened, metrics: int, reader: Any
) -> None:
    rules, before = folder / "access.toml", dropped(metrics)
    tab, known = app[1](reader.headers if reader else []), app[1](CARL.headers)
    tab.open("")
    known.open("", PERIOD)
    rules.write_text("[[rule")  # the last good rules are in memory alone
    try:
        for message in NOT_OF_PAGES.values():
            tab.send(message)
        tab.run()
        assert b"bilby" in known.run().raw.lower()
    finally:
        rules.write_text(RULES)
    assert dropped(metrics) == before + len(NOT_OF_PAGES)


def dropped(port: int) -> float:
    """How many messages the server has dropped."""
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=20).text
    [line] = [line for line in text.splitlines() if 'refused_total{reason="message"}' in line]
    return float(line.split()[1])


def test_buttons_that_an_admin_has_on_the_page_do_nothing_once_they_are_none(
    folder: Path, app: Opened
) -> None:
    app[1](PAUL.headers).open("")
    people, overview = app[1](ROOT.headers), app[1](ROOT.headers)
    people.open("people")
    people.run(WidgetState(id=people.id_of("person-chosen"), string_value="paul@acme.com"))
    overview.open("", PERIOD)
    [*menus(overview)]
    [first, *_] = overview.keys("icon-notes-delete-")
    overview.run(clicked(overview.id_of(first)))
    before, rules = kept(folder), folder / "access.toml"
    rules.write_text(RULES.replace(ROOT.rule, RITA.rule.replace("rita", "root")))
    try:
        came = [overview.run(clicked(overview.id_of("notes-yes")))]
        for key in ("end-sessions", "see-as"):
            came.append(people.run(clicked(people.id_of(key))))
        assert leaks(RITA, b"".join(drawn.raw for drawn in came), "root@acme.com") == []
        assert kept(folder) == before | {"rules": rules.read_bytes()}
    finally:
        rules.write_text(RULES)
    people.run(clicked(people.id_of("end-sessions")))
    assert kept(folder)["ended"] != before["ended"]


def test_files_that_no_page_asks_for_are_not_kept(app: Opened) -> None:
    url, open_tab = app
    (tab := open_tab(RITA.headers)).open("", PERIOD)
    address = f"{url}/_stcore/upload_file/{tab.session}/a-file"
    opening = get(f"{url}/_stcore/health", RITA.headers).headers["set-cookie"]
    token = opening.partition("=")[2].partition(";")[0].strip('"')
    headers = [*RITA.headers, ("Cookie", f"_streamlit_xsrf={token}"), ("X-Xsrftoken", token)]
    form = requests.Request("PUT", address, files={"file": b"anything"}).prepare()
    headers.append(("Content-Type", form.headers["Content-Type"]))

    assert isinstance(form.body, bytes)
    assert get(address, headers, method="PUT", body=form.body).status == 404
    assert get(address, headers, method="DELETE").status == 404
