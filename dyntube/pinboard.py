"""Notes and saved views, as far as one reader may see and change them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from .account import Account
from .errors import EntryError, NotAllowedError
from .people.reader import Reader
from .sharing.entries import NOBODY, Author
from .sharing.notes import Note, Subject
from .sharing.saved_views import SHARED, SavedView
from .sharing.visible import Visible
from .words import tr

READ_ONLY = tr("You are seeing as somebody else: nothing can be changed.")


@dataclass(frozen=True)
class Pinboard:
    """What people write for themselves and each other.

    Notes and shared views are changed by their author or an admin; where nobody signs in, by
    anybody. Every method checks or filters by that, and by what the reader may see. All may raise
    ArchiveError, and those that change something NotAllowedError.
    """

    account: Account
    reader: Reader

    @property
    def people_sign_in(self) -> bool:
        """Whether this installation knows who writes; also for its operator, who need not."""
        return self.account.settings.sign_in is not None

    def may_change(self, entry: Note | SavedView) -> bool:
        """Whether the reader may change and delete one of `notes` or `views`."""
        return self.reader.writes and self._owned()(entry)

    def notes(self) -> list[Note]:
        """The notes about everything, and about what may be seen; the earliest day first."""
        visible = self._visible
        return [note for note in self.account.notes.all() if visible.thing(note.scope, note.key)]

    def add_note(self, day: dt.date, text: str, scope: Subject, key: str) -> Note:
        """Write a note. Raises EntryError when it cannot be kept like this."""
        self._check_writes()
        self._check_sees(scope, key)
        return self.account.notes.add(day, text, scope, key, self._author)

    def change_note(self, id_: str, day: dt.date, text: str, scope: Subject, key: str) -> Note:
        """Write a note anew. Raises EntryError when it is gone or cannot be kept like this."""
        check = self._check_of_changes()
        self._check_sees(scope, key)
        return self.account.notes.change(id_, day, text, scope, key, check)

    def remove_note(self, id_: str) -> None:
        """Delete a note; one that is gone already is no error."""
        self.account.notes.remove(id_, self._check_of_changes())

    def views(self) -> list[SavedView]:
        """The reader's own views and the shared ones that filter by nothing unseen, by name."""
        visible, views = self._visible, self.account.saved_views.for_reader(self.reader.owner)
        return [view for view in views if visible.filters(view.parameters)]

    def save_view(
        self, name: str, page: str, parameters: Mapping[str, list[str]], *, shared: bool
    ) -> tuple[SavedView, bool]:
        """See `SavedViews.save`; a reader who is not known can only share.

        Raises EntryError where a view that is unseen or somebody else's has the name.
        """
        self._check_writes()
        visible, owned = self._visible, self._owned()

        def check(same: SavedView) -> None:
            if not (owned(same) and visible.filters(same.parameters)):
                typed = " ".join(name.split())
                raise EntryError(tr("The name {name} is taken. Choose another one.", name=typed))

        owner = SHARED if shared else self.reader.owner
        return self.account.saved_views.save(name, page, parameters, owner, self._author, check)

    def rename_view(self, id_: str, name: str) -> SavedView:
        """See `SavedViews.rename`."""
        check = self._check_of_changes()
        return self.account.saved_views.rename(id_, name, self.reader.owner, check)

    def remove_view(self, id_: str) -> None:
        """See `SavedViews.remove`."""
        self.account.saved_views.remove(id_, self.reader.owner, self._check_of_changes())

    def offered_views(self) -> list[SavedView]:
        """The views that were saved in the reader's browser before they signed in, by name."""
        visible, of = self._visible, self.reader.cookie_owner
        if not (of and self.reader.writes):
            return []
        views = self.account.saved_views.for_reader(of)
        return [view for view in views if view.owner == of and visible.filters(view.parameters)]

    def take_over_views(self) -> list[SavedView]:
        """Make those views the reader's own; see `SavedViews.take_over`."""
        self._check_writes()
        visible, of = self._visible, self.reader.cookie_owner
        return self.account.saved_views.take_over(
            of, self.reader.owner, self._author, lambda view: visible.filters(view.parameters)
        )

    @property
    def _author(self) -> Author:
        # Where nobody signs in the owner is a browser, which is no author.
        return Author(self.reader.owner, self.reader.name) if self.reader.signed_in else NOBODY

    @property
    def _visible(self) -> Visible:
        return Visible(self.reader.access, self.account.catalog.names())

    def _owned(self) -> Callable[[Note | SavedView], bool]:
        """Tells whether an entry is the reader's to change, as the rules are at this moment."""
        reader = self.reader
        anything = not reader.signed_in or reader.access.is_admin

        def owned(entry: Note | SavedView) -> bool:
            if isinstance(entry, SavedView) and entry.owner != SHARED:
                return entry.owner == reader.owner
            return anything or entry.author == reader.owner

        return owned

    def _check_of_changes(self) -> Callable[[Note | SavedView], None]:
        """What refuses to change an entry; called while the state is locked, so that nobody else
        changes it in between."""
        self._check_writes()
        visible, owned = self._visible, self._owned()

        def check(entry: Note | SavedView) -> None:
            if isinstance(entry, SavedView) and not visible.filters(entry.parameters):
                self._refuse("not_seen", tr("You may not see what this view is about."))
            if isinstance(entry, Note) and not visible.thing(entry.scope, entry.key):
                self._refuse("not_seen", _NOT_SEEN)
            if not owned(entry):
                self._refuse("not_author", _whose(entry))

        return check

    def _check_writes(self) -> None:
        if not self.reader.writes:
            self._refuse("seeing_as", READ_ONLY)

    def _check_sees(self, what: str, key: str) -> None:
        if not self._visible.thing(what, key):
            self._refuse("not_seen", _NOT_SEEN)

    def _refuse(self, reason: str, text: str) -> NoReturn:
        self.reader.refused(reason)
        raise NotAllowedError(text)


_NOT_SEEN = tr("You may not see what this is about.")


def _whose(entry: Note | SavedView) -> str:
    if entry.author:
        return tr("Only {name} and administrators may change this.", name=entry.author_name)
    return tr("Only administrators may change this: it was written before people signed in.")
