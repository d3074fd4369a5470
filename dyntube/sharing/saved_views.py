"""Saved views: a page with its period, comparison and filters under a name, personal or shared.

A view is kept as the query parameters of its address, so "last 28 days" moves with the calendar,
and a value that is no longer known is said on the page like that of an old link.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

from ..errors import EntryError
from ..query.dimensions import DIMENSIONS
from ..reading.text import folded
from ..words import tr
from .database import Table
from .entries import NOBODY, Author, moment, one_line
from .old_lists import OldList
from .state import State

LONGEST_NAME = 80  # characters
MOST = 200  # views of one reader, and shared ones
SHARED = ""  # stands where a personal view names its owner

_PAGE = re.compile(r"[a-z0-9_-]{0,40}")
_GONE = tr("This view was deleted by someone else.")


@dataclass(frozen=True)
class SavedView:
    """A named view; `page` is the path of its address, "" for the first page."""

    id: str
    name: str
    page: str
    parameters: dict[str, list[str]]
    owner: str  # the `id` of a person, a `reader_id` where nobody signs in, or SHARED
    created_at: dt.datetime
    author: str = ""  # see `entries.Author`
    author_name: str = ""


class SavedViews:
    """The saved views of one account; safe for many threads and processes.

    A personal view exists for its owner alone; shared ones belong to everybody. All methods raise
    ArchiveError when the state cannot be read, those that change it also when it cannot be written.
    A `check` gets the view as it is when it is about to change, and may raise.
    """

    def __init__(
        self,
        state: State,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._state, self._now = state, now

    def for_reader(self, reader: str) -> list[SavedView]:
        """A reader's own views and the shared ones, by name; "" is a reader who is not known."""
        found = [view for view in self._state.entries(VIEWS) if view.owner in (reader, SHARED)]
        return sorted(found, key=lambda view: (folded(view.name), view.owner))

    def save(
        self,
        name: str,
        page: str,
        parameters: Mapping[str, list[str]],
        owner: str,
        by: Author = NOBODY,
        check: Callable[[SavedView], None] = lambda _: None,
    ) -> tuple[SavedView, bool]:
        """Keep a view for `owner`, and say whether it replaced one of theirs of the same name.

        Raises EntryError when it cannot be kept like this.
        """
        id_, kept = secrets.token_hex(8), dict(parameters)
        view = _checked(SavedView(id_, name, page, kept, owner, self._now(), *by))
        with self._state.editing(VIEWS) as views:
            same = _called(views.values(), view.name, owner)
            if same:
                check(same)
                view = replace(view, id=same.id)
            elif sum(other.owner == owner for other in views.values()) >= MOST:
                text = tr(
                    "There are already {number} such views, which is the limit. Delete one first."
                )
                raise EntryError(text.format(number=MOST))
            views[view.id] = view
        return view, same is not None

    def rename(
        self,
        id_: str,
        name: str,
        reader: str,
        check: Callable[[SavedView], None] = lambda _: None,
    ) -> SavedView:
        """Give a view another name. Raises EntryError when it is gone or the name is taken."""
        with self._state.editing(VIEWS) as views:
            if not _is_there_for(views.get(id_), reader):
                raise EntryError(_GONE)
            check(views[id_])
            view = _checked(replace(views[id_], name=name))
            same = _called(views.values(), view.name, view.owner)
            if same and same.id != id_:
                text = tr("There is already a view called {name}. Choose another name.")
                raise EntryError(text.format(name=same.name))
            views[id_] = view
        return view

    def remove(
        self, id_: str, reader: str, check: Callable[[SavedView], None] = lambda _: None
    ) -> None:
        """Delete a view; one that is gone already, or another reader's, is left alone."""
        with self._state.editing(VIEWS) as views:
            if _is_there_for(views.get(id_), reader):
                check(views[id_])
                del views[id_]

    def take_over(
        self, of: str, owner: str, by: Author, which: Callable[[SavedView], bool]
    ) -> list[SavedView]:
        """Make personal views of one owner another's, as far as `which` says; gives them.

        One whose name the other has already gets a number. Raises EntryError, and takes none, if
        there is no room for all.
        """
        with self._state.editing(VIEWS) as views:
            found = [view for view in views.values() if view.owner == of != SHARED and which(view)]
            if len(found) + sum(view.owner == owner for view in views.values()) > MOST:
                text = tr(
                    "You would have more than {number} views, which is the limit. Delete some "
                    "first."
                )
                raise EntryError(text.format(number=MOST))
            for view in found:
                name = _free_name(views.values(), view.name, owner)
                views[view.id] = replace(
                    view, name=name, owner=owner, author=by.id, author_name=by.name
                )
            return [views[view.id] for view in found]


def reader_id(cookie: str) -> str:
    """Whom a view belongs to, told by a cookie; "" without one.

    A hash is kept instead of the cookie, so whoever reads the file can be nobody else.
    """
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""


def load(item: dict[str, Any]) -> SavedView:
    """The view that cells or a JSON object describe."""
    view = SavedView(**item | {"created_at": moment(item["created_at"])})
    if not isinstance(view.parameters, dict):
        raise TypeError("parameters have names")
    texts = [view.id, view.name, view.page, view.owner, view.author, view.author_name]
    lists = [*view.parameters.values()]
    if not all(isinstance(values, list) for values in lists):
        raise TypeError("a parameter has a list of values")
    if not all(isinstance(text, str) for text in chain(texts, view.parameters, *lists)):
        raise TypeError("a view is made of texts")
    return _checked(view)


def renewed(view: SavedView) -> SavedView:
    """A view of the first file, where a missing value was a word, with nothing in its place."""

    def values(name: str, texts: list[str]) -> list[str]:
        if name.removesuffix("-not") not in DIMENSIONS:
            return texts
        return ["" if text == _ONCE_MISSING else text for text in texts]

    read = {name: values(name, texts) for name, texts in view.parameters.items()}
    return replace(view, parameters=read)


_ONCE_MISSING = "Unknown"


VIEWS = Table("saved_views", load, json=("parameters",))
OLD = OldList("saved_views.json", VIEWS, (renewed,))


def _is_there_for(view: SavedView | None, reader: str) -> bool:
    return view is not None and view.owner in (reader, SHARED)


def _called(views: Iterable[SavedView], name: str, owner: str) -> SavedView | None:
    wanted = owner, folded(name)
    return next((view for view in views if (view.owner, folded(view.name)) == wanted), None)


def _free_name(views: Collection[SavedView], name: str, owner: str) -> str:
    """The name, or one with a number behind it, that its owner has not given to another view."""
    numbered = (f" ({number})" for number in count(2))
    shortened = (f"{name[: LONGEST_NAME - len(n)].rstrip()}{n}" for n in numbered)
    return next(free for free in chain([name], shortened) if not _called(views, free, owner))


def _checked(view: SavedView) -> SavedView:
    if not _PAGE.fullmatch(view.page):
        raise EntryError(tr("A view of this page cannot be saved."))
    return replace(view, name=one_line(view.name, tr("The name"), LONGEST_NAME))
