"""Whose notes and saved views are, once people sign in: two colleagues and an admin."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from dyntube.account import Account
from dyntube.errors import EntryError, NotAllowedError
from dyntube.people.reader import Anyone
from dyntube.pinboard import Pinboard
from dyntube.query.access import Access
from dyntube.sharing.entries import Author
from dyntube.sharing.notes import Note
from dyntube.sharing.saved_views import SHARED, SavedView, reader_id

from .sign_in.persons import account_with_rules, id_of, signed_in
from .states import run

DAY = dt.date(2026, 11, 12)
ADA = Author("proxy|ada@acme.com", "ada@acme.com")
EVERYBODY = ("ada", "bob", "root")
OF_OTHERS = {"project": ["p2"]}  # that neither Ada nor Bob may see


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return account_with_rules(tmp_path)


@pytest.fixture
def of(account: Account) -> Callable[[str], Pinboard]:
    """The pinboard as somebody sees it; "" is a browser where nobody signs in."""
    return lambda name: Pinboard(account, signed_in(account, name) if name else Anyone("browser"))


Of = Callable[[str], Pinboard]


def write(pinboard: Pinboard, text: str = "Launch") -> Note:
    return pinboard.add_note(DAY, text, "everything", "")


def change(pinboard: Pinboard, note: Note) -> Note:
    return pinboard.change_note(note.id, DAY, "changed", "everything", "")


def share(pinboard: Pinboard, name: str = "Monday") -> SavedView:
    return pinboard.save_view(name, "videos", {}, shared=True)[0]


def keep(pinboard: Pinboard, name: str = "Monday") -> SavedView:
    return pinboard.save_view(name, "videos", {}, shared=False)[0]


def named(pinboard: Pinboard) -> list[str]:
    return [view.name for view in pinboard.views()]


def test_what_is_written_names_its_author(of: Of) -> None:
    for entry in (write(of("ada")), share(of("ada")), keep(of("ada"))):
        assert (entry.author, entry.author_name) == ADA
    assert {(note.author, note.author_name) for note in of("bob").notes()} == {ADA}
    assert [view.owner for view in of("ada").views()] == [SHARED, ADA.id]


def test_where_nobody_signs_in_there_is_no_author_and_anybody_changes_everything(of: Of) -> None:
    """Also what has authors, from when people signed in."""
    with_author = write(of("ada")), share(of("ada"))
    note, view = write(of("")), share(of(""), "Tuesday")
    assert (note.author, note.author_name, view.author, view.author_name) == ("", "", "", "")
    other = Pinboard(of("").account, Anyone("another browser", Access(projects=frozenset({"p1"}))))
    for entry in (*with_author, note, view):
        assert other.may_change(entry)
    for of_note in (with_author[0], note):
        change(other, of_note)
        other.remove_note(of_note.id)
    for of_view in (with_author[1], view):
        other.rename_view(of_view.id, f"{of_view.name} 2")
        other.remove_view(of_view.id)
    assert (other.notes(), other.views()) == ([], [])


@pytest.mark.parametrize("who", ["ada", "root"])
def test_its_author_and_an_admin_change_and_delete_a_note(who: str, of: Of) -> None:
    note = write(of("ada"))
    assert of(who).may_change(note)
    changed = change(of(who), note)
    assert (changed.text, changed.author, changed.author_name) == ("changed", *ADA)
    of(who).remove_note(note.id)
    assert of("bob").notes() == []


def test_nobody_else_changes_or_deletes_a_note(of: Of) -> None:
    note = write(of("ada"))
    assert not of("bob").may_change(note)
    for ask in (lambda: change(of("bob"), note), lambda: of("bob").remove_note(note.id)):
        with pytest.raises(NotAllowedError, match=r"Only ada@acme\.com and administrators may"):
            ask()
    assert of("ada").notes() == [note]


@pytest.mark.parametrize("who", ["ada", "root"])
def test_its_author_and_an_admin_change_and_delete_a_shared_view(who: str, of: Of) -> None:
    view = share(of("ada"))
    assert of(who).may_change(view)
    assert of(who).rename_view(view.id, "Tuesday").author == ADA.id
    of(who).remove_view(view.id)
    assert named(of("ada")) == []


def test_nobody_else_changes_or_deletes_a_shared_view(of: Of) -> None:
    view = share(of("ada"))
    assert not of("bob").may_change(view)
    for ask in (
        lambda: of("bob").rename_view(view.id, "Tuesday"),
        lambda: of("bob").remove_view(view.id),
    ):
        with pytest.raises(NotAllowedError, match=r"Only ada@acme\.com and administrators may"):
            ask()
    assert of("bob").views() == [view]


def test_nobody_else_replaces_a_shared_view_by_saving_one_of_its_name(of: Of) -> None:
    view = share(of("ada"))
    with pytest.raises(EntryError, match=r"The name monday is taken\. Choose another one\."):
        of("bob").save_view(" monday", "overview", {"period": ["today"]}, shared=True)
    assert of("ada").views() == [view]
    assert keep(of("bob")).owner == id_of("bob"), "a personal one may have the name"
    for who in ("ada", "root"):
        again, replaced = of(who).save_view("Monday", "overview", {}, shared=True)
        assert (replaced, again.id, again.author) == (True, view.id, id_of(who))


def test_a_personal_view_is_its_owners_and_not_even_an_admin_meets_it(of: Of) -> None:
    view = keep(of("ada"))
    for other in ("bob", "root"):
        assert of(other).views() == []
        assert not of(other).may_change(view)
        with pytest.raises(EntryError, match="deleted by someone else"):
            of(other).rename_view(view.id, "Mine")
        of(other).remove_view(view.id)
    assert of("ada").may_change(view)
    of("ada").rename_view(view.id, "Tuesday")
    assert named(of("ada")) == ["Tuesday"]
    of("ada").remove_view(view.id)
    assert named(of("ada")) == []


def test_what_was_written_before_people_signed_in_is_changed_by_admins_only(of: Of) -> None:
    note, view = write(of("")), share(of(""))
    refused = pytest.raises(NotAllowedError, match="it was written before people signed in")
    assert not of("ada").may_change(note)
    assert not of("ada").may_change(view)
    with refused:
        change(of("ada"), note)
    with refused:
        of("ada").remove_view(view.id)
    change(of("root"), note)
    of("root").remove_view(view.id)
    assert [entry.text for entry in of("ada").notes()] == ["changed"]
    assert of("ada").views() == []


def test_what_lies_outside_of_what_somebody_sees_is_neither_listed_nor_changed(
    account: Account, of: Of
) -> None:
    """Also where they wrote it themselves, when they still saw it."""
    note = account.notes.add(DAY, "x", "project", "p2", ADA)
    shared, _ = account.saved_views.save("Shared", "videos", OF_OTHERS, SHARED, ADA)
    own, _ = account.saved_views.save("Own", "videos", OF_OTHERS, ADA.id, ADA)
    assert (of("ada").notes(), of("ada").views()) == ([], [])
    asked: list[Callable[[], object]] = [
        lambda: change(of("ada"), note),
        lambda: of("ada").remove_note(note.id),
        lambda: of("ada").rename_view(shared.id, "x"),
        lambda: of("ada").remove_view(shared.id),
        lambda: of("ada").rename_view(own.id, "x"),
        lambda: of("ada").remove_view(own.id),
    ]
    for ask in asked:
        with pytest.raises(NotAllowedError, match="You may not see what this"):
            ask()
    mine = write(of("ada"))
    with pytest.raises(NotAllowedError, match="You may not see what this"):
        of("ada").change_note(mine.id, DAY, "x", "project", "p2")
    assert of("root").notes() == [note, mine]
    assert named(of("root")) == ["Shared"]


# What changes something, by the name of its method. A new one without an entry fails a test.
CHANGES: dict[str, Callable[[Pinboard, Note, SavedView], object]] = {
    "add_note": lambda pinboard, _, __: write(pinboard),
    "change_note": lambda pinboard, note, _: change(pinboard, note),
    "remove_note": lambda pinboard, note, _: pinboard.remove_note(note.id),
    "save_view": lambda pinboard, _, __: keep(pinboard, "Tuesday"),
    "rename_view": lambda pinboard, _, view: pinboard.rename_view(view.id, "Tuesday"),
    "remove_view": lambda pinboard, _, view: pinboard.remove_view(view.id),
    "take_over_views": lambda pinboard, _, __: pinboard.take_over_views(),
}
READS = {"may_change", "notes", "views", "offered_views"}


def test_every_method_either_reads_or_is_among_those_that_change_something() -> None:
    methods = {name for name, _ in inspect.getmembers(Pinboard, inspect.isfunction)}
    assert {name for name in methods if not name.startswith("_")} == READS | CHANGES.keys()


@pytest.mark.parametrize("method", CHANGES)
def test_whoever_sees_as_somebody_else_changes_nothing(
    method: str, account: Account, of: Of
) -> None:
    note, view = write(of("root")), share(of("root"))
    admin, ada = signed_in(account, "root", "cookie"), signed_in(account, "ada")
    as_ada = Pinboard(account, admin.seeing_as(ada.person))
    account.saved_views.save("Before", "", {}, reader_id("cookie"))
    before = account.state.file.read_bytes()
    assert (as_ada.notes(), as_ada.views()) == ([note], [view])
    assert as_ada.offered_views() == []
    assert not as_ada.may_change(note)
    assert not as_ada.may_change(view)
    with pytest.raises(NotAllowedError, match="You are seeing as somebody else: nothing can be"):
        CHANGES[method](as_ada, note, view)
    assert account.state.file.read_bytes() == before


def test_a_refusal_is_written_into_the_audit_log(
    account: Account, of: Of, caplog: pytest.LogCaptureFixture
) -> None:
    note = write(of("ada"))
    unseen = account.notes.add(DAY, "x", "project", "p2")
    caplog.set_level("INFO")
    admin = signed_in(account, "root")
    for ask in (
        lambda: change(of("bob"), note),
        lambda: of("bob").remove_note(unseen.id),
        lambda: write(Pinboard(account, admin.seeing_as(signed_in(account, "ada").person))),
    ):
        with pytest.raises(NotAllowedError):
            ask()
    said = [getattr(log, "facts", {}) for log in caplog.records if log.msg == "audit"]
    assert [(facts["action"], facts["who"], facts["reason"]) for facts in said] == [
        ("refused", id_of("bob"), "not_author"),
        ("refused", id_of("bob"), "not_seen"),
        ("refused", id_of("root"), "seeing_as"),
    ]


def test_an_author_whose_access_has_ended_changes_nothing_any_more(
    account: Account, of: Of
) -> None:
    note = write(of("ada"))
    assert account.settings.sign_in
    account.settings.sign_in.access_file.write_text("")
    for ask in (lambda: change(of("ada"), note), of("ada").notes, of("ada").views):
        with pytest.raises(NotAllowedError, match="nothing is shared with you"):
            ask()


# What was saved in a browser before its reader signed in


COOKIE = "a cookie"


def save_before_sign_in(account: Account, name: str, **parameters: list[str]) -> SavedView:
    of_browser = Pinboard(account, Anyone(reader_id(COOKIE)))
    return of_browser.save_view(name, "videos", parameters, shared=False)[0]


def test_views_of_this_browser_are_offered_and_nothing_happens_by_itself(account: Account) -> None:
    view = save_before_sign_in(account, "Monday")
    ada = Pinboard(account, signed_in(account, "ada", COOKIE))
    assert (ada.offered_views(), ada.views()) == ([view], [])
    shared = share(Pinboard(account, Anyone()), "Ours")
    assert (ada.offered_views(), ada.views()) == ([view], [shared])
    assert not ada.may_change(view)
    ada.remove_view(view.id)
    with pytest.raises(EntryError, match="deleted by someone else"):
        ada.rename_view(view.id, "Mine")
    keep(ada)  # of the same name, and none the less another
    assert (ada.offered_views(), named(ada)) == ([view], ["Monday", "Ours"])


def test_views_that_are_taken_over_are_the_persons_in_every_browser_and_nobody_elses(
    account: Account, of: Of
) -> None:
    first, second = (save_before_sign_in(account, name) for name in ("Monday", "Tuesday"))
    keep(of("ada"), "MONDAY")
    ada = Pinboard(account, signed_in(account, "ada", COOKIE))
    taken = ada.take_over_views()
    assert [(view.id, view.name) for view in taken] == [
        (first.id, "Monday (2)"),
        (second.id, "Tuesday"),
    ]
    assert {(view.owner, view.author, view.author_name) for view in taken} == {(ADA.id, *ADA)}
    assert ada.offered_views() == []
    assert named(of("ada")) == ["MONDAY", "Monday (2)", "Tuesday"]
    bob = Pinboard(account, signed_in(account, "bob", COOKIE))
    assert (bob.offered_views(), bob.views()) == ([], [])
    assert Pinboard(account, Anyone(reader_id(COOKIE))).views() == []


def test_views_of_this_browser_that_are_outside_of_what_somebody_sees_stay_where_they_are(
    account: Account,
) -> None:
    save_before_sign_in(account, "Of others", **OF_OTHERS)
    save_before_sign_in(account, "Of theirs", project=["p1"])
    ada = Pinboard(account, signed_in(account, "ada", COOKIE))
    assert [view.name for view in ada.offered_views()] == ["Of theirs"]
    assert [view.name for view in ada.take_over_views()] == ["Of theirs"]
    admin = Pinboard(account, signed_in(account, "root", COOKIE))
    assert [view.name for view in admin.offered_views()] == ["Of others"]


def test_without_a_cookie_nothing_is_offered_or_taken_and_shared_views_stay_shared(
    account: Account, of: Of
) -> None:
    save_before_sign_in(account, "Monday")
    view = share(of(""))
    for reader in (of("ada"), of("")):
        assert (reader.offered_views(), reader.take_over_views()) == ([], [])
    assert account.saved_views.for_reader("") == [view]


TAKE_OVER_AT_ONCE = """
from tests.sign_in.persons import account_with_rules, signed_in
from dyntube.pinboard import Pinboard
account = account_with_rules(Path(sys.argv[1]))
pinboard = Pinboard(account, signed_in(account, sys.argv[2], "a cookie"))
meet()
print(*[view.id for view in pinboard.take_over_views()])
"""


def test_of_people_who_take_over_the_same_views_at_once_in_many_processes_one_gets_them(
    tmp_path: Path, account: Account, of: Of
) -> None:
    saved = {save_before_sign_in(account, f"view {number}").id for number in range(5)}
    printed = at_once(TAKE_OVER_AT_ONCE, tmp_path, *EVERYBODY)
    got = {name: set(ids.split()) for name, ids in zip(EVERYBODY, printed, strict=True)}
    assert sorted(got.values(), key=len) == [set(), set(), saved]
    assert {name: {view.id for view in of(name).views()} for name in EVERYBODY} == got


SHARE_AT_ONCE = """
from tests.sign_in.persons import account_with_rules, signed_in
from dyntube.pinboard import Pinboard
account = account_with_rules(Path(sys.argv[1]))
pinboard = Pinboard(account, signed_in(account, sys.argv[2]))
meet()
for number in range(10):
    try:
        pinboard.save_view(f"view {number}", "videos", {"country": [sys.argv[2]]}, shared=True)
    except EntryError:
        pass
"""


def at_once(script: str, folder: Path, *names: str) -> list[str]:
    """What processes of several people print, who all begin at once."""
    processes = [run(script, folder, name) for name in names]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(names)
    return printed


def test_of_people_who_share_under_one_name_at_once_in_many_processes_one_does(
    tmp_path: Path, of: Of
) -> None:
    at_once(SHARE_AT_ONCE, tmp_path, "ada", "bob")
    views = of("ada").views()
    assert [view.name for view in views] == [f"view {number}" for number in range(10)]
    for view in views:
        assert id_of(view.parameters["country"][0]) == view.author
