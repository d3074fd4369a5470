"""`python -m dyntube doctor` over servers that behave and servers that do not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube import doctor
from dyntube.doctor import Check
from dyntube.settings.settings import try_settings

from ..conftest import NOON, SECRET
from ..plain import Record
from ..scripted import Answer, Asked, Script, Server, views
from ..syncing import ONE_DAY, TODAY, hourly, moment_of, paged

ABSENT = Path("absent.toml")
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
NAMES = {"projects": 3, "channels": 1, "videos": 0}


def days(
    count: int, per_day: int = 20, *, until: dt.date = TODAY, **fields: object
) -> list[Record]:
    """Views of so many days, the last of them the day before `until`."""
    return [
        view for n in range(1, count + 1) for view in hourly(per_day, until - n * ONE_DAY, **fields)
    ]


VIEWS = days(40)
RECENT = 27 * 20 + 8  # of the last 28 days, the oldest of which begins at noon


def server_of(log: Script, names: dict[str, int] = NAMES) -> Script:
    """A server of this log, with so many names."""

    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return log(asked)
        kind = asked.path.split("/")[2].split("?")[0]
        items = [{"key": f"{n}", "name": "A", "title": "A"} for n in range(names[kind])]
        return Answer(body=json.dumps({"pager": {"totalPages": 1}, kind: items}).encode())

    return script


def asked_otherwise(log: Script, change: Callable[[dict[str, object]], None]) -> Script:
    """A server that takes a question for another one."""

    def script(asked: Asked) -> Answer:
        otherwise = dict(asked.json)
        change(otherwise)
        return log(Asked(asked.method, asked.path, asked.headers, otherwise))

    return script


def answered_otherwise(log: Script, change: Callable[[Record], None]) -> Script:
    """A server whose records are not as they should be."""

    def script(asked: Asked) -> Answer:
        answer = json.loads(log(asked).body)
        for view in answer["views"]:
            change(view)
        return Answer(body=json.dumps(answer).encode())

    return script


SearchResult = Callable[..., dict[str, Check]]


@pytest.fixture
def look(server: Server, tmp_path: Path) -> SearchResult:
    """Have a server looked at through settings; gives the checks by name, the first of each."""

    def at(log: Script | None = None, names: dict[str, int] = NAMES, **set_to: str):
        if log:
            server.script = server_of(log, names)
        known = {"API_KEY": SECRET, "STATS_URL": server.url, "API_URL": server.url}
        known |= {"ARCHIVE": str(tmp_path / "archive")} | set_to
        environ = {f"DYNTUBE_{name}": text for name, text in known.items()}
        sections = doctor.examine(try_settings(environ, tmp_path / ABSENT), lambda: NOON)
        checks = [check for _, checks in sections for check in checks]
        assert SECRET not in str(checks)
        assert not (tmp_path / "archive").exists()
        return {check.name: check for check in reversed(checks)}

    return at


def test_of_what_works_everything_is_ok(look: SearchResult, server: Server) -> None:
    found = look(paged(VIEWS))
    assert {name: check.state for name, check in found.items() if check.state != "ok"} == {}
    assert found["key"].text == "accepted"
    assert found["log"].text == f"{RECENT} views in the last 28 days"
    assert found["names"].text == "3 projects, 1 channel, 0 videos"
    assert len(server.asked) < 30
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("status", "body"), [(401, b'{"message": "Bad."}'), (403, b"<html>"), (401, b"")]
)
def test_a_refused_key_fails_and_what_needs_it_is_not_looked_at(
    status: int, body: bytes, look: SearchResult
) -> None:
    found = look(lambda _: Answer(status, body))
    assert found["connection"].state == "ok"
    assert found["key"].state == "failed"
    assert f"({status})" in found["key"].text
    for name in ("log", "fields", "pages", "windows", "first fetch"):
        assert found[name].state == "skipped"
    assert found["names"].state == "ok"  # another address, which may take it


def test_a_key_that_is_not_set_is_asked_for_where_one_is_needed(look: SearchResult) -> None:
    found = look(lambda _: Answer(401), API_KEY="")
    assert "none is set" in found["key"].advice
    assert look(paged(VIEWS), API_KEY="")["key"].text == "none is set, and none is asked for"


def test_where_nobody_answers_the_rest_waits(look: SearchResult) -> None:
    found = look(STATS_URL="http://127.0.0.1:9", API_URL="http://127.0.0.1:9")
    assert found["connection"].state == "failed"
    assert "127.0.0.1:9: no connection" in found["connection"].text
    assert "firewall" in found["connection"].advice
    assert {found[name].state for name in ("key", "log", "windows")} == {"skipped"}
    assert found["names"].state == "warning"
    assert found["folder"].state == "ok"


def test_a_proxy_that_is_set_in_vain_is_named(
    look: SearchResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy.example")
    advice = look(STATS_URL="http://127.0.0.1:9", API_URL="http://127.0.0.1:9")["connection"].advice
    assert "HTTPS_PROXY is set, but not used." in advice
    assert "password" not in advice


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html><title>Log in</title>"),
        Answer(404, b'{"message": "No such \\u001b[31m route."}'),
        Answer(302),
        Answer(200, b"[]"),
    ],
)
def test_a_server_of_something_else_fails_the_log(answer: Answer, look: SearchResult) -> None:
    found = look(lambda _: answer)
    assert (found["connection"].state, found["log"].state) == ("ok", "failed")
    assert "DYNTUBE_STATS_URL" in found["log"].advice
    assert found["key"].state == found["fields"].state == "skipped"


def test_a_server_that_is_there_and_cannot_is_told_from_none(look: SearchResult) -> None:
    at = (NOON + dt.timedelta(seconds=1)).strftime(HTTP_DATE)
    found = look(lambda _: Answer(503, headers={"Date": at}))
    assert found["connection"].state == "failed"
    assert "answered 503" in found["connection"].text
    assert "is there, but gives no views now" in found["connection"].advice
    assert found["clock"].state == "ok"


def test_a_server_that_asks_to_wait_is_asked_another_time(
    look: SearchResult, server: Server
) -> None:
    found = look(lambda _: Answer(429, headers={"Retry-After": "120"}))
    assert found["connection"].state == "failed"
    assert "120 seconds" in found["connection"].text
    assert "Try again later" in found["connection"].advice
    assert sum(asked.method == "POST" for asked in server.asked) == 1


@pytest.mark.parametrize(
    ("off", "state", "text"),
    [
        (1, "ok", "as DynTube's"),
        (40, "ok", "40 s behind DynTube's"),
        (-600, "warning", "10 min ahead of DynTube's"),
        (86_400, "warning", "24 h behind DynTube's"),
    ],
)
def test_the_clock_is_compared_with_the_servers(
    off: int, state: str, text: str, look: SearchResult
) -> None:
    log = paged(VIEWS)

    def script(asked: Asked) -> Answer:
        at = NOON + dt.timedelta(seconds=off)
        return Answer(body=log(asked).body, headers={"Date": at.strftime(HTTP_DATE)})

    clock = look(script)["clock"]
    assert (clock.state, clock.text) == (state, text)


def test_a_clock_that_nobody_tells_is_no_warning(look: SearchResult) -> None:
    assert "does not say what time it is" in look(paged(VIEWS))["clock"].text


def snake(view: Record) -> None:
    view["watched_time"] = view.pop("watchTime")


def test_a_field_that_vanished_and_the_new_one_like_it_are_named(look: SearchResult) -> None:
    found = look(answered_otherwise(paged(VIEWS), snake))["fields"]
    assert found.state == "warning"
    assert "empty in all: watchTime, " in found.text
    assert f"new: watched_time ({RECENT})" in found.text
    assert "Is watchTime called watched_time now?" in found.advice


def test_fields_that_cannot_be_read_are_counted(look: SearchResult) -> None:
    def odd(view: Record) -> None:
        view["duration"] = {"seconds": 5}
        view["geo"] = ["DE"]

    found = look(answered_otherwise(paged(days(3)), odd))["fields"]
    assert found.state == "warning"
    assert found.text.startswith("60 views read; not readable: duration (60), geo (60)")


def test_records_that_cannot_be_read_are_counted(look: SearchResult) -> None:
    def some(view: Record) -> None:
        if view["date"].startswith(str(TODAY - ONE_DAY)):
            view["date"] = "yesterday"

    found = look(answered_otherwise(paged(days(3)), some))["fields"]
    assert found.state == "warning"
    assert "20 records not: date is not a date and time" in found.text
    none = look(answered_otherwise(paged(days(3)), lambda view: view.pop("id")))
    assert none["fields"].state == "failed"
    assert "none of 60 records can be read: the record has no id" in none["fields"].text
    assert none["windows"].state == "skipped"


def test_what_is_missing_on_some_plans_and_what_is_new_is_no_warning(look: SearchResult) -> None:
    found = look(answered_otherwise(paged(days(3)), lambda view: view.update(colour="red")))
    assert found["fields"].state == "ok"
    assert "clientUserId" in found["fields"].text
    assert "new: colour (60)" in found["fields"].text


def test_pages_that_are_cut_short_say_how_large_they_are(look: SearchResult) -> None:
    def cap(asked: dict[str, object]) -> None:
        asked["size"] = min(int(str(asked["size"])), 50)

    found = look(asked_otherwise(paged(VIEWS), cap))
    assert found["pages"].state == "warning"
    assert found["pages"].text == f"50 views a page, where {RECENT} were asked for"
    assert found["pages"].advice == "Days are read in pages of 50."
    assert "about 57 requests" in found["first fetch"].text  # 41 days, and 16 pages of 50 views


@pytest.mark.parametrize("size", ["100", "1000"])
def test_a_second_page_is_looked_at_however_few_views_there_are(
    size: str, look: SearchResult
) -> None:
    assert look(paged(VIEWS), PAGE_SIZE=size)["pages"].state == "ok"
    same = asked_otherwise(paged(VIEWS), lambda asked: asked.update(page=1))
    found = look(same, PAGE_SIZE=size)["pages"]
    assert (found.state, found.text) == ("failed", "page 2 has the views of page 1 again")


def test_a_second_page_that_is_empty_or_refused_fails(look: SearchResult) -> None:
    def deep(asked: dict[str, object]) -> None:
        asked["page"] = 1 if asked["page"] == 1 else 999

    empty = look(asked_otherwise(paged(VIEWS), deep))["pages"]
    assert (empty.state, empty.text) == (
        "failed",
        f"page 2 is empty, though {RECENT} views are counted",
    )
    log = paged(VIEWS)
    no = Answer(400, b'{"message": "Too deep."}')
    refused = look(lambda asked: no if asked.json["page"] > 1 else log(asked))["pages"]
    assert refused.state == "failed"
    assert "Too deep" in refused.text


def test_an_order_that_changes_is_said(look: SearchResult) -> None:
    ids = [view["id"] for view in days(10)]

    def script(asked: Asked) -> Answer:
        start = (asked.json["page"] - 1) * 50  # of pages of 100: half of them come again
        found = [view for view in days(10) if view["id"] in ids[start : start + 100]]
        return views(found, total=200, pages=2, size=100)

    found = look(script, PAGE_SIZE="100")["pages"]
    assert (found.state, found.text[:5]) == ("warning", "50 of")


def test_pages_longer_than_asked_for_are_said(look: SearchResult) -> None:
    def grow(asked: dict[str, object]) -> None:
        asked["size"] = max(int(str(asked["size"])), 1000)

    assert f"{RECENT} views a page, where {RECENT // 2} were asked for" in (
        look(asked_otherwise(paged(VIEWS), grow))["pages"].text
    )


@pytest.mark.parametrize(
    ("hours", "said"), [(5, "5 h later"), (-3, "3 h earlier"), (12, "12 h later")]
)
def test_windows_that_are_not_utc_are_known_by_the_view_that_does_not_come(
    hours: int, said: str, look: SearchResult
) -> None:
    def shift(asked: dict[str, object]) -> None:
        for name in ("from", "to"):
            moment = dt.datetime.fromisoformat(str(asked[name])) + dt.timedelta(hours=hours)
            asked[name] = moment.isoformat()

    found = look(asked_otherwise(paged(days(40, 24)), shift))["windows"]
    assert found.state == "warning"
    assert found.text.startswith("not read as UTC: the view of ")
    assert found.text.endswith(f"those {said} do")


def test_windows_that_bring_nothing_back_are_said(look: SearchResult) -> None:
    log = paged(VIEWS)

    def script(asked: Asked) -> Answer:
        start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
        return views([]) if end - start < dt.timedelta(minutes=1) else log(asked)

    found = look(script)["windows"]
    assert found.state == "warning"
    assert found.text.endswith("does not come when it is asked for")


def test_windows_read_as_whole_days_are_said(look: SearchResult) -> None:
    def whole(asked: dict[str, object]) -> None:
        asked["from"] = f"{str(asked['from'])[:10]}T00:00:00"
        asked["to"] = f"{str(asked['to'])[:10]}T23:59:59"

    found = look(asked_otherwise(paged(VIEWS), whole))["windows"]
    assert found.state == "warning"
    assert "two seconds brought" in found.text


def test_the_cost_is_counted_from_the_first_view_on(look: SearchResult) -> None:
    found = look(paged(VIEWS))["first fetch"]
    assert found.state == "ok"
    assert found.text.startswith("41 days since 11 Oct 2026, 800 views: about 41 requests, ")


def test_where_counting_is_refused_the_cost_is_guessed_and_says_why(look: SearchResult) -> None:
    log = paged(VIEWS)
    no = Answer(400, b'{"message": "At most 31 days."}')

    def script(asked: Asked) -> Answer:
        start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
        return no if end - start > dt.timedelta(days=31) else log(asked)

    found = look(script)["first fetch"]
    assert found.state == "warning"
    assert found.text.startswith("90 days since 23 Aug 2026, 1,761 views")  # 548 in 28
    assert "At most 31 days" in found.text


def test_an_account_without_views_has_nothing_to_look_at(look: SearchResult) -> None:
    found = look(paged([]))
    assert (found["log"].state, found["log"].text) == ("warning", "no views in the last 28 days")
    assert {found[name].state for name in ("fields", "pages", "windows")} == {"skipped"}
    assert found["first fetch"].text == "nothing to fetch yet"


def test_an_account_whose_views_are_old_is_looked_at_where_they_are(look: SearchResult) -> None:
    found = look(paged(days(2, until=dt.date(2024, 3, 1))))
    assert found["log"].state == "warning"
    assert {found[name].state for name in ("fields", "pages", "windows")} == {"ok"}
    assert "since 28 Feb 2024, 40 views" in found["first fetch"].text


def test_each_project_has_a_line_and_one_without_views_a_warning(
    look: SearchResult, server: Server
) -> None:
    def of_project(asked: Asked) -> Answer:
        key = asked.json["projectKey"]
        return paged([] if key == "b" else days(5, projectKey=key))(asked)

    server.script = server_of(of_project)
    checks = look(PROJECT_KEYS="b,a")
    assert checks["log"].text == "project b: no views in the last 28 days"
    assert checks["log"].advice == "Is DYNTUBE_PROJECT_KEYS right?"
    assert checks["fields"].text.startswith("100 views read")


def test_a_server_that_does_not_narrow_fails(look: SearchResult) -> None:
    found = look(paged(days(5)), PROJECT_KEYS="another")["log"]
    assert found.state == "failed"
    assert "100 of 100 are of another project" in found.text


@pytest.mark.parametrize("answer", [Answer(404), Answer(200, b"[]"), Answer(401)])
def test_names_that_do_not_come_are_a_warning(
    answer: Answer, look: SearchResult, server: Server
) -> None:
    log = paged(VIEWS)
    server.script = lambda asked: log(asked) if asked.method == "POST" else answer
    found = look()
    assert found["names"].state == "warning"
    assert "shows keys" in found["names"].advice
    assert found["log"].state == "ok"


def test_no_more_names_are_counted_than_matter(look: SearchResult) -> None:
    many = {"projects": 3, "channels": 0, "videos": 2_500}
    assert (
        look(paged(VIEWS), many)["names"].text == "3 projects, 0 channels, more than 2,000 videos"
    )
    none = dict.fromkeys(many, 0)
    assert look(paged(VIEWS), none)["names"].state == "warning"


def test_a_mistake_of_ours_costs_its_part_only(
    look: SearchResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.server.log, "pages", lambda *_: 1 / 0)
    found = look(paged(VIEWS))
    assert "Something went wrong on our side. Reference" in found["DynTube"].text
    assert found["fields"].state == found["names"].state == found["folder"].state == "ok"


def test_the_oldest_view_of_the_page_is_the_one_that_is_asked_for_again(
    look: SearchResult, server: Server
) -> None:
    look(paged(VIEWS))
    oldest = min(map(moment_of, (v for v in VIEWS if moment_of(v) >= NOON - 28 * ONE_DAY)))
    start = oldest.replace(microsecond=0) - dt.timedelta(seconds=1)
    assert f"{start:%Y-%m-%dT%H:%M:%S}" in {
        asked.json["from"] for asked in server.asked if asked.method == "POST"
    }
