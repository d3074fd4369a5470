"""The stand-in for the DynTube API: what it serves, and what there is to find in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import requests
import uvicorn
from PIL import Image

from dyntube.demo import draw, process, store, stories
from dyntube.demo.catalog import IMAGES, catalog
from dyntube.demo.embeds import pages
from dyntube.demo.server import make_app
from dyntube.demo.views import make_day, table
from dyntube.errors import UnavailableError
from dyntube.reading import parse, records

NOW = dt.datetime(2026, 11, 23, 15, 30, 2, tzinfo=dt.UTC)
YESTERDAY = {"from": "2026-11-22", "to": "2026-11-23"}
TODAY = {"from": "2026-11-23", "size": 1000}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class StandIn:
    """Calls to one running server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def post(self, body: Any, **options: Any) -> requests.Response:
        return self.session.post(f"{self.url}/v1/logs/data", json=body, timeout=20, **options)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.session.get(f"{self.url}{path}", params=parameters, timeout=20)

    def views(self, **asked: Any) -> list[dict[str, Any]]:
        """All views of a window, page by page."""
        found: list[dict[str, Any]] = []
        for page in range(1, 100):
            answer = self.post({"size": 1000, **asked, "page": page}).json()
            found += answer["views"]
            if page >= answer["pager"]["pages"]:
                break
        return found


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[StandIn]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(**options), log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    stand_in = StandIn(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        yield stand_in
    finally:
        stand_in.session.close()
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[StandIn]:
    with serving(clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
def moved(clock: Clock) -> Iterator[Clock]:
    yield clock
    clock.now = NOW


@pytest.fixture(scope="module")
def quarter() -> pa.Table:
    """The 91 days up to 2026-11-22."""
    days = [dt.date(2026, 11, 22) - dt.timedelta(days=n) for n in range(91)]
    return pa.concat_tables([make_day(day) for day in days])


def of_day(views: pa.Table, day: dt.date) -> pa.Table:
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    inside = pc.and_(
        pc.greater_equal(views["date"], pa.scalar(start)),
        pc.less(views["date"], pa.scalar(start + dt.timedelta(days=1))),
    )
    return views.filter(inside)


def having(views: pa.Table, **values: object) -> pa.Table:
    for name, value in values.items():
        views = views.filter(pc.equal(views[name], value))
    return views


def rate(views: pa.Table, flag: str) -> float:
    return float(pc.mean(views[flag].cast(pa.int8())).as_py())


# The view log


def test_a_day_asked_of_another_process_is_the_same(server: StandIn) -> None:
    asked = YESTERDAY | {"size": 1000, "page": 2}
    other = process.start(today="2027-02-01T08:00")
    try:
        assert StandIn(other.url).post(asked).content == server.post(asked).content
    finally:
        other.stop()


def test_another_seed_gives_other_views() -> None:
    day = dt.date(2026, 11, 20)
    assert make_day(day, seed=1)["viewer_id"] != make_day(day, seed=2)["viewer_id"]


def test_the_pages_of_a_day_hold_every_id_once_newest_first(server: StandIn) -> None:
    total = server.post(YESTERDAY).json()["pager"]["total"]
    views = server.views(**YESTERDAY, size=333)
    assert len({view["id"] for view in views}) == len(views) == total
    dates = [dt.datetime.fromisoformat(view["date"]) for view in views]
    assert dates == sorted(dates, reverse=True)


def test_pages_across_days_and_blocks_have_no_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BLOCK", 64)
    day = dt.date(2026, 11, 20)
    start, now = draw.midnight(day), draw.midnight(day) + 2 * 86_400_000_000 + 40_000_000_000
    log = store.Store(seed=3, views_per_day=300)
    window = store.Question(start + 30_000_000_000, now, size=50)
    answers = [log.page(replace(window, page=n), now) for n in range(1, 40)]
    pages = [parse.read_page(answer) for answer in answers]
    ids = [id_ for page in pages for id_ in page.views["id"].to_pylist()]
    assert len(set(ids)) == len(ids) == pages[0].pager.total == sum(p.pager.hits for p in pages)
    dates = [one for page in pages for one in page.views["date"].to_pylist()]
    assert all(newer >= older for newer, older in pairwise(dates))


def test_the_window_is_half_open(server: StandIn) -> None:
    views = server.views(**YESTERDAY)
    middle = dt.datetime.fromisoformat(views[len(views) // 2]["date"]).isoformat()
    before = server.views(**YESTERDAY | {"to": middle})
    after = server.views(**YESTERDAY | {"from": middle})
    assert len(before) + len(after) == len(views)
    assert views[len(views) // 2]["id"] in {view["id"] for view in after}


def test_today_grows_and_running_views_lengthen(server: StandIn, moved: Clock) -> None:
    early = {view["id"]: view for view in server.views(**TODAY)}
    moved.now += dt.timedelta(minutes=2)
    late = {view["id"]: view for view in server.views(**TODAY)}
    assert early.keys() < late.keys()
    longer = [id_ for id_ in early if late[id_]["watchTime"] > early[id_]["watchTime"]]
    assert longer
    assert not any(early[id_]["ended"] for id_ in longer)
    assert all(late[id_]["watchTime"] >= early[id_]["watchTime"] for id_ in early)


def test_nothing_from_the_future_is_served(server: StandIn) -> None:
    newest = server.post(TODAY | {"to": "2027-01-01"}).json()["views"][0]
    assert dt.datetime.fromisoformat(newest["date"]) <= NOW
    assert server.post({"from": "2026-11-24"}).json()["pager"]["total"] == 0


def test_there_is_nothing_before_2020_and_a_thin_pilot_after(server: StandIn) -> None:
    def total(start: str, end: str) -> int:
        return int(server.post({"from": start, "to": end}).json()["pager"]["total"])

    assert total("0001-01-01", "2020-01-01") == 0
    assert 25 * 366 < total("2020-01-01", "2021-01-01") < 60 * 366
    assert 1500 * 365 < total("2025-11-23", "2026-11-23") < 3000 * 365


def test_get_and_post_agree(server: StandIn) -> None:
    asked = YESTERDAY | {"size": 50, "page": 3, "videoKey": ""}
    assert server.get("/v1/logs/data", **asked).content == server.post(asked).content


def test_filters_leave_only_what_they_name(server: StandIn) -> None:
    views = server.views(**YESTERDAY)
    for name in ("videoKey", "channelKey", "projectKey"):
        key = views[0][name]
        expected = [view["id"] for view in views if view[name] == key]
        assert [view["id"] for view in server.views(**YESTERDAY, **{name: key})] == expected
    assert server.post(YESTERDAY | {"videoKey": "unknown"}).json()["pager"]["total"] == 0


def test_a_page_may_be_too_large_or_beyond_the_end(server: StandIn) -> None:
    assert server.post(YESTERDAY | {"size": 5000}).json()["pager"]["size"] == 1000
    beyond = server.post(YESTERDAY | {"page": 10**6}).json()
    assert (beyond["pager"]["hits"], beyond["views"]) == (0, [])
    assert server.post(YESTERDAY).json()["pager"]["size"] == 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": None},
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"from": 20260101},
        {"to": "soon"},
        {"page": 0},
        {"page": "one"},
        {"size": -1},
        {"size": 2.5},
        {"size": True},
        {"videoKey": 7},
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(server: StandIn, wrong: dict[str, Any]) -> None:
    answer = server.post(YESTERDAY | wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["message"]


def test_errors_are_json_whatever_goes_wrong(server: StandIn) -> None:
    url = f"{server.url}/v1/logs/data"
    answers = {
        400: server.session.post(url, data="not json", timeout=20),
        404: server.get("/v2/else"),
        405: server.session.put(url, timeout=20),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert list(answer.json()) == ["message"]
    assert server.post([]).status_code == 400


def test_a_missing_or_wrong_key_is_refused_everywhere(clock: Clock) -> None:
    with serving(clock=clock, key="secret") as guarded:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            refused = guarded.post(YESTERDAY, headers=headers)
            assert refused.status_code == 401
            assert "message" in refused.json()
        assert guarded.get("/v1/videos").status_code == 401
        assert guarded.post(YESTERDAY, headers={"Authorization": "Bearer secret"}).ok


# The names


@pytest.mark.parametrize(("kind", "count"), [("projects", 5), ("channels", 12), ("videos", 140)])
def test_the_names_come_in_pages(server: StandIn, kind: str, count: int) -> None:
    found: list[dict[str, Any]] = []
    for page in range(1, 30):
        answer = server.get(f"/v1/{kind}", page=page, size=10).json()
        found += answer[kind]
        if page >= answer["pager"]["totalPages"]:
            break
    assert len({record["key"] for record in found}) == count == answer["pager"]["totalResults"]
    assert server.get(f"/v1/{kind}", size=500).json()[kind] == found[:100]
    assert server.get(f"/v1/{kind}").json()[kind] == found[:50]


def test_every_key_of_the_log_has_a_name(server: StandIn) -> None:
    views = server.views(**YESTERDAY)
    for kind, field in (("projects", "projectKey"), ("channels", "channelKey")):
        named = {one["key"] for one in server.get(f"/v1/{kind}").json()[kind]}
        assert {view[field] for view in views} <= named
    first = server.get("/v1/videos", size=100).json()["videos"][0]
    assert first["projectId"] in {p["id"] for p in server.get("/v1/projects").json()["projects"]}
    assert first["duration"].count(":") == 2


def test_a_video_is_listed_from_its_release_on(server: StandIn, moved: Clock) -> None:
    moved.now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert 30 < server.get("/v1/videos").json()["pager"]["totalResults"] < 50


# The records


def test_every_page_is_read_whole_and_equals_the_made_day(server: StandIn) -> None:
    made = make_day(dt.date(2026, 11, 22)).sort_by("id")
    total = server.post(YESTERDAY).json()["pager"]["total"]
    bodies = [
        server.post(YESTERDAY | {"size": 1000, "page": page}).content
        for page in range(1, -(-total // 1000) + 1)
    ]
    assert all(parse.read_plain(body) for body in bodies)
    for read in (parse.read_page, parse.read_record_by_record):
        answers = [read(body) for body in bodies]
        assert not any(answer.rejected for answer in answers)
        served = pa.concat_tables([answer.views for answer in answers]).sort_by("id")
        assert served.schema == made.schema == records.SCHEMA
        for name in records.SCHEMA.names:
            assert served[name].to_pylist() == made[name].to_pylist(), name


def test_a_record_has_the_fields_of_the_vendors_sample_in_their_order(server: StandIn) -> None:
    views = server.views(**YESTERDAY)
    view = next(one for one in views if len(one) == 23 and len(one["geo"]) == 5)
    assert " ".join(view) == (
        "id videoKey accountKey projectKey channelKey channelViewId clientUserId planType viewerId"
        " viewId date region started ended muted duration watchTime browser device os geo embed"
        " userKey"
    )
    assert list(view["device"]) == ["family", "brand", "model", "type"]
    assert list(view["geo"]) == ["ip", "city", "country", "region", "continent"]
    assert view["geo"]["ip"].endswith(".0")


def test_every_trap_of_the_log_occurs_within_days(server: StandIn) -> None:
    views = server.views(**YESTERDAY | {"from": "2026-11-17"})
    assert {view.get("userKey", "absent") for view in views} >= {"absent", ""}
    assert {view.get("clientUserId", "absent") for view in views} >= {"absent", "", None}
    assert {view["geo"].get("city", "absent") for view in views} >= {"absent", "", None}
    assert {view.get("duration", "absent") for view in views} >= {"absent", 0, None}
    assert any(v["started"] and v["watchTime"] == 0 for v in views)
    assert any(v["watchTime"] > (v.get("duration") or 10**6) for v in views)
    assert any(v["ended"] and v["watchTime"] < (v.get("duration") or 0) * 0.7 for v in views)
    assert any(v["device"]["type"] == "Mobile" and v["device"]["brand"] == "" for v in views)
    dates = [view["date"].replace("+00:00", "Z").rstrip("Z") for view in views]
    assert {len(date.partition(".")[2]) for date in dates} == set(range(8))
    zulu = sum(view["date"].endswith("Z") for view in views)
    assert 0 < zulu < len(views) / 5


def test_viewers_come_back_and_stay_themselves(quarter: pa.Table) -> None:
    start = dt.datetime(2026, 10, 26, tzinfo=dt.UTC)
    month = quarter.filter(pc.greater_equal(quarter["date"], pa.scalar(start)))
    viewers = Counter(month["viewer_id"].to_pylist())
    assert 1.4 < len(month) / len(viewers) < 1.9
    assert max(viewers.values()) >= 8
    often = having(month, viewer_id=viewers.most_common(1)[0][0])
    assert len(pc.unique(often["device_model"])) == 1
    assert len(pc.unique(often["client_user_id"])) == 1


def test_devices_domains_and_lengths_differ_believably(quarter: pa.Table) -> None:
    played = having(quarter, started=True)
    assert rate(having(quarter, device_type="TV"), "started") > rate(quarter, "started")
    assert rate(having(played, device_type="Mobile"), "muted") > rate(
        having(played, device_type="Desktop"), "muted"
    )
    short = played.filter(pc.less(played["duration"], 180))
    long = played.filter(pc.greater(played["duration"], 1500))
    assert rate(short, "ended") > 1.5 * rate(long, "ended")


def test_the_pool_of_viewers_grows_with_the_scale() -> None:
    rows = draw.draw_day(dt.date(2026, 11, 20), seed=7, views_per_day=100_000)
    assert len(rows) > 90_000
    assert len(set(rows.viewer.tolist())) > 0.6 * len(rows)
    assert table(rows).num_rows == len(rows)


# The stories


def test_the_campaign_is_a_spike_of_one_video_from_one_domain(quarter: pa.Table) -> None:
    day = of_day(quarter, dt.date(2026, 11, 11))
    before = of_day(quarter, dt.date(2026, 11, 10))
    assert len(day) > 1.5 * len(before)
    landed = having(day, embed_domain=stories.CAMPAIGN_DOMAIN)
    top = Counter(landed["video_key"].to_pylist()).most_common(1)[0]
    assert top[1] > 0.9 * len(landed) > 0.3 * len(day)


def test_the_viral_film_rises_on_phones_of_one_country(quarter: pa.Table) -> None:
    chapter = stories.chapter(dt.date(2026, 11, 4))
    key = catalog().videos[chapter.viral_video].key
    film = having(quarter, video_key=key, embed_domain=stories.VIRAL_DOMAIN)
    daily = [len(of_day(film, dt.date(2026, 11, n))) for n in range(1, 13)]
    assert daily[0] < daily[1] < daily[2] < daily[3] > daily[5] > daily[8]
    peak = of_day(film, dt.date(2026, 11, 4))
    assert len(having(peak, geo_country=chapter.viral_country)) > 0.6 * len(peak)
    assert len(having(peak, device_type="Mobile")) > 0.7 * len(peak)


def test_the_outage_loses_views_and_plays_for_six_hours(quarter: pa.Table) -> None:
    def hours(day: dt.date) -> pa.Table:
        views = of_day(quarter, day)
        hour = pc.hour(views["date"])
        first, end = stories.OUTAGE_HOURS
        return views.filter(pc.and_(pc.greater_equal(hour, first), pc.less(hour, end)))

    outage, week_before = hours(dt.date(2026, 10, 14)), hours(dt.date(2026, 10, 7))
    assert len(outage) < 0.35 * len(week_before)
    assert rate(outage, "started") < 0.5 * rate(week_before, "started")


def test_a_site_without_permission_appears(quarter: pa.Table) -> None:
    mirror = having(quarter, embed_domain="free-video-mirror.example")
    assert pc.min(mirror["date"]).as_py().date() == dt.date(2026, 11, 14)
    assert len(mirror) > 100


def test_phones_are_watched_to_the_end_less_and_less(quarter: pa.Table) -> None:
    phones = having(quarter, device_type="Mobile", started=True)
    home = phones.filter(pc.not_equal(phones["embed_domain"], stories.VIRAL_DOMAIN))
    early = pc.less(home["date"], pa.scalar(dt.datetime(2026, 9, 15, tzinfo=dt.UTC)))
    late = pc.greater(home["date"], pa.scalar(dt.datetime(2026, 11, 1, tzinfo=dt.UTC)))
    assert rate(home.filter(late), "ended") < 0.8 * rate(home.filter(early), "ended")


@pytest.mark.parametrize("start", [dt.date(2026, 12, 24), dt.date(2029, 3, 3)])
def test_every_story_lies_within_the_last_sixty_days_whenever_it_is(start: dt.date) -> None:
    days = [stories.chapter(start - dt.timedelta(days=n)) for n in range(60)]
    for part in ("campaign", "viral", "mirror", "outage", "phones"):
        assert any(getattr(day, part) for day in days), part


def test_no_name_of_the_data_can_be_loaded_from_elsewhere() -> None:
    assert all(
        domain.endswith(".example") or domain == "play.dyntube.io" for domain in pages().domains
    )


# The child process


def test_a_child_process_serves_until_it_is_stopped() -> None:
    running = process.start(key="k", today="2026-11-23T12:00", views_per_day=50, seed=1)
    answer = requests.get(
        f"{running.url}/v1/projects", headers={"Authorization": "Bearer k"}, timeout=10
    )
    assert answer.ok
    running.stop()
    running.stop()
    assert running.child.returncode == 0


def test_a_child_that_cannot_come_up_is_a_clear_error(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(UnavailableError, match="did not come up"),
    ):
        process.start(port=taken.getsockname()[1])
    assert "cannot be listened on" in capfd.readouterr().err


def test_the_child_is_handed_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNTUBE_API_KEY", "secret")
    monkeypatch.setenv("SOME_TOKEN", "secret")
    assert "secret" not in process._environment().values()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_the_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "import time; from dyntube.demo import process;"
        "p = process.start(); print(p.child.pid, flush=True); time.sleep(60)"
    )
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    ends = time.monotonic() + 10
    while _alive(child) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_first_line_printed_is_the_address() -> None:
    command = [sys.executable, "-m", "dyntube.demo", "--port=0", "--end-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        url = child.stdout.readline().decode().strip()
        answer = requests.post(f"{url}/v1/logs/data", data=json.dumps(YESTERDAY), timeout=20)
        child.stdin.close()
    assert answer.json()["views"]
    assert child.returncode == 0


def test_a_view_of_an_hour_is_known_only_as_far_as_it_has_come() -> None:
    rows = draw.draw_day(dt.date(2026, 11, 11), seed=1, views_per_day=20_000)
    longest = rows.take(rows.watch == rows.watch.max())
    assert longest.watch[0] > 2**31 / 1e6, "more microseconds than 32 bits hold"
    settled = draw.settle(longest, int(longest.time[0]) + 40_000_000)
    assert settled.watch[0] == 40
    assert not settled.ended[0]


# Pictures


def test_every_video_has_a_picture_in_four_sizes_the_same_each_time(server: StandIn) -> None:
    videos = server.get("/v1/videos", size=100).json()["videos"]
    for video in videos[:3]:
        for url, width in zip(video["image"].values(), (160, 320, 640, 1280), strict=True):
            address = f"/images/{url.removeprefix(IMAGES)}"
            answer = server.get(address)
            assert answer.headers["content-type"] == "image/jpeg"
            assert Image.open(io.BytesIO(answer.content)).size == (width, width * 9 // 16)
            assert server.get(address).content == answer.content
    assert len({server.get(f"/images/{video['id']}-160.jpg").content for video in videos}) == 100


@pytest.mark.parametrize("name", ["a-320.jpg", "..%2fv1", "", "-.jpg"])
def test_there_are_no_other_pictures(name: str, server: StandIn) -> None:
    assert server.get(f"/images/{name}").status_code == 404
    known = catalog().videos[0].id
    assert server.get(f"/images/{known}-99999.jpg").status_code == 404


def test_a_picture_needs_no_key() -> None:
    with serving(key="secret") as guarded:
        assert guarded.get(f"/images/{catalog().videos[0].id}-160.jpg").status_code == 200
        assert guarded.get("/v1/videos").status_code == 401
