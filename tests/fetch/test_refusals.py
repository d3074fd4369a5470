"""What a server says when it refuses: its own words reach whoever can do something about it."""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import replace

import pytest

from dyntube.errors import ApiError, AuthError, NothingError, RequestError
from dyntube.fetch.client import Client, Window
from dyntube.fetch.progress import Progress
from dyntube.settings.settings import FetchScope, Settings

from ..conftest import NOON, SECRET, record
from ..scripted import Answer, Asked, Script, Server, in_turn
from ..syncing import MAY_1, ONE_DAY, MakeScene, Scene, build, day_asked, hourly, ids, paged

WINDOW = Window(NOON - ONE_DAY, NOON)
PROBLEM = {"title": "Bad range.", "detail": "At most 31 days", "errors": {"From": ["too early"]}}


def asking(server: Server, **known: object) -> Client:
    settings = Settings(api_key=SECRET, stats_url=server.url, api_url=server.url)
    settings = replace(settings, **known)
    return Client(settings, sleep=lambda _: None, now=lambda: NOON)


def refused(server: Server, answer: Answer) -> ApiError:
    server.script = in_turn(answer)
    client = asking(server)
    with pytest.raises(ApiError) as caught:
        client.views(FetchScope(), WINDOW, 1)
    client.close()
    return caught.value


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Not on the free plan."}, ": Not on the free plan."),
        ({"Message": "no"}, ": no."),
        (PROBLEM, ": Bad range. At most 31 days. too early."),
        ({"errors": ["one", {"x": "two"}]}, ": one. two."),
        ({"error": {"message": "deep"}}, ": deep."),
        ("just text", ": just text."),
        ({}, "."),
        ([], "."),
        ({"message": f"key {SECRET} is bad"}, ": key *** is bad."),
    ],
)
def test_a_refusal_has_the_servers_own_words(server: Server, body: object, words: str) -> None:
    error = refused(server, Answer(409, json.dumps(body).encode()))
    assert str(error) == f"{server.url[7:]} refused the request (409){words}"


def test_a_page_in_html_is_quoted_by_its_title(server: Server) -> None:
    page = b"<html><head><TITLE>\nMaintenance\n</TITLE><body>" + b"x" * 9999
    assert "(418): Maintenance." in str(refused(server, Answer(418, page)))


@pytest.mark.parametrize("status", [402, 403])
def test_a_plan_that_does_not_include_this_is_no_bad_key(server: Server, status: int) -> None:
    words = b'{"message": "Analytics API is not available on the free plan."}'
    error = refused(server, Answer(status, words))
    assert isinstance(error, AuthError)
    assert "Analytics API is not available on the free plan." in str(error)
    assert "your plan" in str(error)
    assert len(server.asked) == 1


def test_other_json_is_refused_at_once_with_what_it_has(server: Server) -> None:
    error = refused(server, Answer(200, b'{"data": [], "meta": {}}'))
    assert "it has data, meta" in str(error)
    assert len(server.asked) == 1


def test_an_address_that_never_gave_a_page_of_views_has_no_empty_days(server: Server) -> None:
    for answer in (Answer(404, b'{"message": "No such route."}'), Answer(204), Answer(200, b"")):
        server.asked.clear()
        assert isinstance(refused(server, answer), NothingError)
    assert isinstance(refused(server, Answer(200, b'{"views": []}')), NothingError)


def test_an_address_that_moves_between_two_runs_gives_no_empty_days(scene: MakeScene) -> None:
    today = scene(hourly(3, NOON.date()), page_size=100)
    today.sync()
    today.server.script = in_turn(Answer(404, b'{"message": "Use v2."}'))
    report = today.sync(NOON.date() - ONE_DAY)
    assert "Use v2" in str(report.failed[NOON.date() - ONE_DAY])
    assert NOON.date() - ONE_DAY not in today.archive.days()


def test_a_size_that_is_refused_is_tried_smaller_and_remembered(server: Server) -> None:
    log = paged(hourly(3, NOON.date()))

    def script(asked: Asked) -> Answer:
        return Answer(400, b'{"message": "size"}') if asked.json["size"] > 50 else log(asked)

    server.script = script
    client = asking(server)
    client.views(FetchScope(), WINDOW, 1)
    assert [asked.json["size"] for asked in server.asked] == [1000, 100, 50]
    client.views(FetchScope(), WINDOW, 1)
    assert server.asked[-1].json["size"] == 50
    client.close()


def test_where_no_size_is_taken_the_setting_is_named(server: Server) -> None:
    error = refused(server, Answer(400, b'{"message": "size must be 7"}'))
    assert isinstance(error, RequestError)
    assert "size must be 7. Set DYNTUBE_PAGE_SIZE." in str(error)


def test_names_are_asked_for_in_smaller_pages_too(server: Server) -> None:
    def script(asked: Asked) -> Answer:
        if int(asked.query["size"]) > 20:
            return Answer(422)
        page = int(asked.query["page"])
        found = [{"key": f"k{n}", "name": "n"} for n in range(45)][(page - 1) * 20 : page * 20]
        return Answer(body=json.dumps({"pager": {"pages": 3}, "projects": found}).encode())

    server.script = script
    client = asking(server)
    assert len({item["key"] for item in client.catalog("projects")}) == 45
    client.close()


def test_a_server_that_takes_get_alone_is_asked_so_from_then_on(server: Server) -> None:
    log = paged(hourly(3, NOON.date()))

    def script(asked: Asked) -> Answer:
        given = {n: int(v) if n in ("page", "size") else v for n, v in asked.query.items()}
        return Answer(405) if asked.method == "POST" else log(replace(asked, json=given))

    server.script = script
    client = asking(server)
    for _ in range(2):
        assert len(client.views(FetchScope(), WINDOW, 1)) == 3
    assert [asked.method for asked in server.asked] == ["POST", "GET", "GET"]
    assert SECRET not in " ".join(asked.path for asked in server.asked)
    client.close()


def test_a_day_that_is_gone_by_404_keeps_its_views_and_is_marked(scene: MakeScene) -> None:
    day = NOON.date() - ONE_DAY
    log = scene([*hourly(3, day), *hourly(2, NOON.date())], page_size=100)
    log.sync(day)
    log.views[:] = hourly(2, MAY_1)
    well = log.server.script

    def script(asked: Asked) -> Answer:
        found = well(asked)
        return found if json.loads(found.body)["views"] else Answer(404)

    log.server.script = script
    log.sync(day, after=dt.timedelta(hours=2))
    assert len(ids(log.archive, day)) == 3
    assert [doubt.kind for doubt in log.stored(day).doubts] == ["gone"]


def test_views_that_another_thread_got_meanwhile_show_that_an_empty_answer_is_one(
    server: Server,
) -> None:
    client = asking(server)

    def script(asked: Asked) -> Answer:
        tried = asked.json["size"] == 1
        client.habits.answers |= tried  # the other thread has its page while this one still asks
        return Answer(body=b'{"pager": {"total": 0, "page": 1, "size": 1}, "views": null}')

    server.script = script
    page = client.views(FetchScope(), WINDOW, 1)
    assert page.says_nothing
    assert len(page) == 0
    client.close()


EMPTY = MAY_1 + 3 * ONE_DAY


def by_the_day(log: Scene) -> Script:
    """A server that says 404 where there is nothing, and gives no window that has views as well."""
    well = log.server.script

    def script(asked: Asked) -> Answer:
        start, end = (dt.datetime.fromisoformat(asked.json[name]) for name in ("from", "to"))
        if end - start > dt.timedelta(days=1, seconds=1):
            return Answer(400, b'{"message": "At most a day."}')
        found = well(asked)
        return found if json.loads(found.body)["views"] else Answer(404)

    return script


def test_an_empty_day_that_came_before_any_views_is_asked_for_again_in_the_same_run(
    scene: MakeScene,
) -> None:
    log = scene(hourly(3, MAY_1), page_size=100, concurrency=1)
    log.server.script = by_the_day(log)
    report = log.syncer.sync([EMPTY, MAY_1])
    assert not report.failed
    assert (report.done, report.wanted) == (2, 2)
    assert (log.stored(EMPTY).rows, log.stored(MAY_1).rows) == (0, 3)


def test_a_cancelled_run_asks_for_no_empty_day_again(scene: MakeScene) -> None:
    log = scene(hourly(3, MAY_1), page_size=100, concurrency=1)
    log.server.script = by_the_day(log)
    stop, asked_until = threading.Event(), []

    def cancel_when_a_day_is_stored(now: Progress) -> None:
        if now.days_done and not stop.is_set():
            asked_until.append(len(log.server.asked))
            stop.set()

    days = [EMPTY, MAY_1, MAY_1 - ONE_DAY]
    report = log.syncer.sync(days, stop=stop, progress=cancel_when_a_day_is_stored)
    assert report.cancelled
    assert isinstance(report.failed[EMPTY], NothingError)
    assert EMPTY not in map(day_asked, log.server.asked[asked_until[0] :])


def test_another_scopes_failure_of_the_same_day_stays_when_an_empty_one_is_asked_for_again(
    scene: MakeScene,
) -> None:
    scopes = (FetchScope("project", "failing"), FetchScope("project", "project-a"))
    log = scene(hourly(3, MAY_1), concurrency=1, scopes=scopes)
    by_project = by_the_day(log)

    def script(asked: Asked) -> Answer:
        project = asked.json["projectKey"]
        if project == "failing" and day_asked(asked) == EMPTY:
            return Answer(400, b'{"message": "Not this day."}')
        found = by_project(asked)
        return replace(found, body=found.body.replace(b"project-a", project.encode()))

    log.server.script = script
    report = log.syncer.sync([EMPTY, MAY_1])
    assert log.stored(EMPTY).rows == 0
    said = {day: str(error).split(": ")[-1] for day, error in report.failed.items()}
    assert said == {EMPTY: "Not this day."}


def test_dates_without_a_zone_are_in_doubt_until_somebody_names_it(
    server: Server, settings_of_server: Settings
) -> None:
    views = [record("a", "2026-05-01T23:30:00"), record("b", "2026-05-01T10:00:00")]
    server.script = lambda asked: Answer(
        body=json.dumps({"pager": {"total": 2, "page": 1, "size": 9}, "views": views}).encode()
    )
    settings = replace(settings_of_server, page_size=9)
    days = [MAY_1, MAY_1 + ONE_DAY]
    syncer, archive = build(settings)
    syncer.sync(days)
    assert ids(archive) == ["a", "b"]
    assert {doubt.kind for (info,) in archive.days().values() for doubt in info.doubts} == {"zone"}
    syncer, archive = build(replace(settings, api_zone="America/New_York"))
    syncer.sync(days)
    assert (ids(archive), ids(archive, days[1])) == (["b"], ["a"])
    assert [info.doubts for (info,) in archive.days().values()] == [(), ()]
    assert syncer.due(days) == []
