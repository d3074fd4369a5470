"""The wall between readers: whatever is asked, in whatever order, nothing of others comes."""

from __future__ import annotations

import datetime as dt
import inspect
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dyntube.account import Account, open_account
from dyntube.archive.doubts import Doubt
from dyntube.desk import Desk
from dyntube.errors import EntryError, NotAllowedError
from dyntube.fetch.background import Background
from dyntube.people.reader import Anyone
from dyntube.pinboard import Pinboard
from dyntube.query.access import EVERYTHING, PERSONAL, Access
from dyntube.query.dimensions import BETWEEN
from dyntube.query.periods import Period
from dyntube.query.query import ChecksQuery, CountQuery, Filter, Query, ViewsQuery
from dyntube.reading.records import VIEW_COLUMNS
from dyntube.report.pages import PAGES
from dyntube.report.read import as_json, read_page
from dyntube.sharing.saved_views import SHARED
from dyntube.thumbnails.kept import Kept

from . import odd
from .conftest import record

DAYS = [dt.date(2026, 5, 4) + n * odd.ONE_DAY for n in range(3)]
WEEK = Period(dt.date(2026, 5, 4), dt.date(2026, 5, 10), "week")
HOSTS = ("alpha", "beta", "gamma")
COUNTS = {"alpha": 3, "beta": 5, "gamma": 2}
ACCESSES = {
    "the project alpha": Access(projects=frozenset({"p-alpha"}), role="admin"),
    "the project beta": Access(projects=frozenset({"p-beta"}), role="admin"),
    "the channel alpha": Access(channels=frozenset({"c-alpha"}), role="analyst-personal"),
    "nothing": Access(role="admin"),
    "everything": EVERYTHING,
}
SEEN = {
    "the project alpha": ("alpha",),
    "the project beta": ("beta",),
    "the channel alpha": ("alpha",),
    "nothing": (),
    "everything": HOSTS,
}


def views(of: str, day: dt.date) -> list[dict[str, Any]]:
    """Views in which every text names whose they are; those of gamma have no project."""
    keys = {} if of == "gamma" else {"projectKey": f"p-{of}", "channelKey": f"c-{of}"}
    return [
        record(
            f"{of}-{day}-{n}",
            f"{day}T{10 + n}:00:00Z",
            **{"projectKey": None, "channelKey": None} | keys,
            videoKey=f"v-{of}",
            viewerId=f"{of}-viewer-{n}",
            region=of,
            geo={"city": of, "country": "DE"},
            embed={"domain": f"{of}.example", "url": f"https://{of}.example/"},
        )
        for n in range(COUNTS[of])
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    archive = odd.open_archive(folder)
    for n, day in enumerate(DAYS):
        doubts = (Doubt("count", "DynTube counts 4,711 views and sent 10."),) if n == 1 else ()
        known = [view for of in HOSTS for view in views(of, day) if n or of != "beta"]
        odd.put(archive, day, [*known, {"id": "alpha and beta"}], doubts=doubts)
    named = {
        "projects": {f"p-{of}": {"name": f"Project {of}", "id": f"id-{of}"} for of in HOSTS[:2]},
        "channels": {f"c-{of}": {"name": f"Channel {of}"} for of in HOSTS[:2]},
        "videos": {
            f"v-{of}": {"name": f"Film {of}", "project_id": f"id-{of}", "channel": f"c-{of}"}
            | {"image": f"https://images.dyntube.com/{of}.jpg"}
            for of in HOSTS
        },
    }
    text = json.dumps(named | {"version": 2, "fetched_at": "2026-05-11 00:00:00+00:00"})
    (folder / archive.folders[0] / "names.json").write_text(text, "utf-8")
    pictures = Kept(folder / archive.folders[0] / "thumbnails")
    for of in HOSTS:
        pictures.put(f"https://images.dyntube.com/{of}.jpg", of.encode())
    return folder


@pytest.fixture
def account(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    account = open_account(odd.settings(folder))
    for note in account.notes.all():
        account.notes.remove(note.id)
    for of in HOSTS[:2]:
        for scope, key in (("project", f"p-{of}"), ("channel", f"c-{of}"), ("video", f"v-{of}")):
            account.notes.add(DAYS[0], f"Note of {of}", scope, key)  # type: ignore[arg-type]
        account.saved_views.save(f"View of {of}", "videos", {"video": [f"v-{of}"]}, SHARED)
    account.notes.add(DAYS[0], "For all")
    account.saved_views.save("For all", "overview", {"country": ["DE"]}, SHARED)
    return account


def desk(account: Account, access: Access) -> Desk:
    background = Background(account.syncer, account.catalog, external=True)
    return Desk(account, background, Anyone("me", access))


def asked(access: Access) -> dict[str, Any]:
    of_week: Any = (WEEK, "UTC", ())
    return {
        "query": Query(
            ("views", "viewers", "new_viewers"), WEEK, by=("city", "project"), access=access
        ),
        "total": Query(("views", "viewers", "new_viewers"), WEEK, access=access),
        "rows": ViewsQuery(*of_week, access=access),
        "count": CountQuery(*of_week, access=access),
        "checks": ChecksQuery(*of_week, access=access),
    }


# What each public method is asked for. A new one without an entry fails a test.
CALLS: dict[str, Callable[[Desk], object]] = {
    "answer": lambda d: [
        d.answer(asked(d.access)["query"]),
        d.answer(asked(d.access)["total"], asked(d.access)["query"].of(("views",))),
        d.answer(asked(d.access)["total"]),
    ],
    "total": lambda d: d.total(asked(d.access)["query"]),
    "rows": lambda d: d.rows(asked(d.access)["rows"]),
    "batches": lambda d: [table.to_pandas() for table in d.batches(asked(d.access)["rows"])],
    "count": lambda d: d.count(asked(d.access)["count"]),
    "checks": lambda d: d.checks(asked(d.access)["checks"]),
    "names": lambda d: d.names(),
    "thumbnails": lambda d: d.thumbnails([f"v-{of}" for of in HOSTS]),
    "thumbnail": lambda d: [d.thumbnail(f"v-{of}") for of in HOSTS],
    "pinboard.may_change": lambda d: [
        *map(d.pinboard.may_change, d.pinboard.notes()),
        *map(d.pinboard.may_change, d.pinboard.views()),
    ],
    "pinboard.notes": lambda d: d.pinboard.notes(),
    "pinboard.add_note": lambda d: _refused(d, DAYS[0], "x", "project", "p-delta"),
    "pinboard.change_note": lambda d: _foreign_notes(
        d, lambda n: d.pinboard.change_note(n, DAYS[0], "x", "video", "v")
    ),
    "pinboard.remove_note": lambda d: _foreign_notes(d, d.pinboard.remove_note),
    "pinboard.views": lambda d: d.pinboard.views(),
    "pinboard.save_view": lambda d: d.pinboard.save_view("Mine", "overview", {}, shared=False),
    "pinboard.rename_view": lambda d: _foreign_views(
        d, lambda id_: d.pinboard.rename_view(id_, "x")
    ),
    "pinboard.remove_view": lambda d: _foreign_views(d, d.pinboard.remove_view),
    "pinboard.offered_views": lambda d: _offered(d).offered_views(),
    "pinboard.take_over_views": lambda d: _offered(d).take_over_views(),
    "version": lambda d: d.version(),
    "has_days": lambda d: d.has_days(),
    "check_days": lambda d: d.check_days(WEEK, "UTC"),
    "known": lambda d: d.known(),
    "fetched": lambda d: d.fetched(),
    "newest_view": lambda d: d.newest_view(),
    "last_fetch": lambda d: d.last_fetch(),
    "trust": lambda d: d.trust(),
    "damaged_days": lambda d: d.damaged_days(),
    "refused_before": lambda d: d.refused_before(),
    "first_stored_day": lambda d: d.first_stored_day(),
    "first_day": lambda d: d.first_day() if not d.access.all_views else None,
    "first_known_day": lambda d: d.first_known_day("UTC"),
    "first_local_day": lambda d: d.first_local_day("UTC"),
    "sync_state": lambda d: d.sync_state(),
    "ensure": lambda d: d.ensure(DAYS),
    "cancel": lambda d: _for_admins(d, d.cancel),
    "retry": lambda d: _for_admins(d, d.retry),
    "store": lambda d: _for_admins(d, lambda: d.store().infos()),
    "admin": lambda d: _refused_to_all(d.admin),  # `Anyone` is nobody with a name
    "exports": lambda d: _others_are_refused(d, lambda a: d.exports("page", "csv", a)),
    "check_same": lambda d: _others_are_refused(d, d.check_same),
}


def _refused(reader: Desk, *note: Any) -> None:
    if reader.access != EVERYTHING:
        with pytest.raises(NotAllowedError):
            reader.pinboard.add_note(*note)


def _foreign_notes(reader: Desk, change: Callable[[str], object]) -> None:
    own = {note.id for note in reader.pinboard.notes()}
    for note in reader.account.notes.all():
        if note.id not in own:
            with pytest.raises(NotAllowedError):
                change(note.id)


def _foreign_views(reader: Desk, change: Callable[[str], object]) -> None:
    own = {view.id for view in reader.pinboard.views()}
    for view in reader.account.saved_views.for_reader(""):
        if view.id not in own:
            with pytest.raises(NotAllowedError):
                change(view.id)


def _offered(reader: Desk) -> Pinboard:
    """The pinboard of somebody in whose browser each of the others has saved a view."""
    for of in HOSTS:
        reader.account.saved_views.save(f"Left by {of}", "", {"video": [f"v-{of}"]}, "a browser")
    return Pinboard(reader.account, Anyone("me", reader.access, cookie_owner="a browser"))


def _for_admins(reader: Desk, ask: Callable[[], object]) -> None:
    """What is about the store as a whole is not for those who see a part of it."""
    if reader.access == EVERYTHING:
        ask()
        return
    with pytest.raises(NotAllowedError):
        ask()


def _refused_to_all(ask: Callable[[], object]) -> None:
    with pytest.raises(NotAllowedError):
        ask()


def _others_are_refused(reader: Desk, check: Callable[[Access], object]) -> None:
    check(reader.access)
    for access in set(ACCESSES.values()) - {reader.access}:
        with pytest.raises(NotAllowedError):
            check(access)


def shown(value: object) -> str:
    if isinstance(value, pd.DataFrame):
        return str(value.to_dict("records"))
    if isinstance(value, list):
        return " ".join(map(shown, value))
    return repr(value)


def public(of: type) -> set[str]:
    members = inspect.getmembers(of, inspect.isfunction)
    return {name for name, _ in members if not name.startswith("_")}


def test_every_method_of_the_desk_and_of_its_pinboard_is_tried() -> None:
    assert set(CALLS) == public(Desk) | {f"pinboard.{name}" for name in public(Pinboard)}


ORDERS = list(itertools.permutations(ACCESSES, 2))


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(("first", "then"), ORDERS, ids=lambda name: name.replace(" ", "-"))
def test_nothing_of_others_comes_whoever_asked_before(
    account: Account, first: str, then: str, warm: bool
) -> None:
    """With a cold cache, with answers kept of the other reader, and with hot days."""
    if warm:
        account.engine.backend.hot_days.load(100)  # type: ignore[attr-defined]
    for name in (first, then, first):
        reader = desk(account, ACCESSES[name])
        said = {method: shown(call(reader)) for method, call in CALLS.items()}
        for of in set(HOSTS) - set(SEEN[name]):
            assert [method for method, text in said.items() if of in text.lower()] == []
        views = sum(COUNTS[of] * (2 if of == "beta" else 3) for of in SEEN[name])
        assert CALLS["count"](reader) == views
        total, viewers, new = reader.answer(asked(reader.access)["total"]).iloc[0]
        people = sum(COUNTS[of] for of in SEEN[name])
        assert (total, viewers, new) == (views, people, people)
        assert "4,711" not in said["trust"] or name == "everything"


@pytest.mark.parametrize("name", ACCESSES)
def test_pictures_come_of_the_videos_that_may_be_seen(account: Account, name: str) -> None:
    reader = desk(account, ACCESSES[name])
    seen = {f"v-{of}" for of in SEEN[name]}
    assert reader.thumbnails([f"v-{of}" for of in HOSTS]).keys() == seen
    assert [reader.thumbnail(f"v-{of}") for of in SEEN[name]] == [of.encode() for of in SEEN[name]]


def test_the_first_day_is_that_of_what_may_be_seen(account: Account) -> None:
    assert desk(account, ACCESSES["the project beta"]).first_stored_day() == DAYS[1]
    assert desk(account, ACCESSES["the project alpha"]).first_stored_day() == DAYS[0]
    assert desk(account, ACCESSES["nothing"]).first_stored_day() is None


def test_a_question_of_another_reader_is_refused(account: Account) -> None:
    reader = desk(account, ACCESSES["the project alpha"])
    others = asked(EVERYTHING)
    for name, method in (("query", "answer"), ("rows", "rows"), ("count", "count")):
        with pytest.raises(NotAllowedError):
            getattr(reader, method)(others[name])


def test_no_question_is_made_without_saying_who_asks() -> None:
    for make in (Query, ViewsQuery, CountQuery, ChecksQuery):
        with pytest.raises(TypeError, match="access"):
            make(("views",), WEEK) if make is Query else make(WEEK)  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("role", ["reader", "analyst", "analyst-personal", "admin"])
def test_raw_views_come_by_role(account: Account, role: Any) -> None:
    reader = desk(account, Access(all_views=True, role=role))
    query = asked(reader.access)["rows"]
    if role == "reader":
        for ask in (reader.rows, reader.batches):
            with pytest.raises(NotAllowedError):
                ask(query)
        return
    hidden = PERSONAL if role == "analyst" else set()
    expected = [name for name in VIEW_COLUMNS if name not in hidden]
    assert list(reader.rows(query).columns) == expected
    assert next(iter(reader.batches(query))).column_names == expected


def test_a_filter_cannot_widen_what_may_be_seen(account: Account) -> None:
    access = ACCESSES["the project alpha"]
    for operator in ("is", "is_not", "contains"):
        filters = (Filter("project", ("p-beta",), operator),)  # type: ignore[arg-type]
        query = Query(("views",), WEEK, by=("city",), filters=filters, access=access)
        cities = desk(account, access).answer(query)["city"]
        assert {city.split(BETWEEN)[0] for city in cities} <= {"alpha"}


def test_who_is_new_does_not_tell_what_somebody_saw_elsewhere(tmp_path: Path) -> None:
    archive = odd.open_archive(tmp_path)
    for day, of in zip(DAYS, ("beta", "alpha"), strict=False):
        odd.put(archive, day, [views(of, day)[0] | {"viewerId": "both"}])
    account, second = open_account(odd.settings(tmp_path)), Period(DAYS[1], DAYS[1])
    for name, new in (("the project alpha", 1), ("everything", 0)):
        query = Query(("new_viewers",), second, access=ACCESSES[name])
        assert desk(account, ACCESSES[name]).answer(query)["new_viewers"].tolist() == [new]


def test_a_shared_view_that_is_not_seen_is_neither_replaced_nor_named(account: Account) -> None:
    reader = desk(account, Access(projects=frozenset({"p-alpha"})))
    before = {view.id: view for view in account.saved_views.for_reader("")}
    with pytest.raises(EntryError, match=r"The name View of beta is taken\."):
        reader.pinboard.save_view("View of beta", "overview", {}, shared=True)
    assert {view.id: view for view in account.saved_views.for_reader("")} == before


@pytest.mark.parametrize(
    "parameters",
    [
        {"embed_domain": ["beta.example"]},
        {"city": ["beta~x~DE"]},
        {"video-contains": ["film of beta"]},
        {"campaign_name-not": ["beta"]},
    ],
)
def test_a_shared_view_by_words_of_others_is_not_seen(
    account: Account, parameters: dict[str, list[str]]
) -> None:
    account.saved_views.save("By words", "overview", parameters, SHARED)
    reader = desk(account, Access(projects=frozenset({"p-alpha"})))
    assert "By words" not in {view.name for view in reader.pinboard.views()}
    assert "By words" in {view.name for view in desk(account, EVERYTHING).pinboard.views()}


@pytest.mark.parametrize("page", [name for name in PAGES if name != "data"])
@pytest.mark.parametrize("order", [("alpha", "beta"), ("beta", "alpha")])
def test_a_page_that_is_read_says_nothing_of_others(
    account: Account, page: str, order: tuple[str, str]
) -> None:
    now = dt.datetime.combine(DAYS[-1], dt.time(23), dt.UTC)
    address = f"from={DAYS[0]}&to={DAYS[-1]}&compare=none"
    for of in order:  # the second finds what the first has left in caches
        reader = desk(account, Access(projects=frozenset({f"p-{of}"})))
        said = json.dumps(as_json(read_page(reader, PAGES[page], address, now)))
        other = {"alpha": "beta", "beta": "alpha"}[of]
        assert page == "live" or of in said
        assert other not in said


def test_the_page_about_the_store_is_for_administrators(account: Account) -> None:
    reader = desk(account, Access(projects=frozenset({"p-alpha"}), role="admin"))
    now = dt.datetime.combine(DAYS[-1], dt.time(23), dt.UTC)
    with pytest.raises(NotAllowedError):
        read_page(reader, PAGES["data"], "", now)
    assert len(desk(account, EVERYTHING).store().infos()) == len(DAYS)
