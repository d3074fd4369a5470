"""Notes and saved views, as far as one reader may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from .account import Account
from .errors import EntryError, NotAllowedError
from .people.reader import Reader
from .sharing.notes import Note, Subject
from .sharing.saved_views import SHARED, SavedView
from .sharing.visible import Visible
from .words import tr


@dataclass(frozen=True)
class Pinboard:
    """What people write for themselves and each other.

    Every method checks or filters by what the reader may see. All may raise ArchiveError, and those
    that change something NotAllowedError.
    """

    account: Account
    reader: Reader

    def notes(self) -> list[Note]:
        """The notes about everything, and about what may be seen; the earliest day first."""
        visible = self._visible
        return [n for n in self.account.notes.all() if visible.thing(n.scope, n.key)]

    def add_note(self, day: dt.date, text: str, scope: Subject, key: str) -> Note:
        """Write a note. Raises EntryError when it cannot be kept like this."""
        self._check_sees(scope, key)
        return self.account.notes.add(day, text, scope, key)

    def change_note(self, id_: str, day: dt.date, text: str, scope: Subject, key: str) -> Note:
        """Write a note anew. Raises EntryError when it is gone or cannot be kept like this."""
        self._check_note(id_)
        self._check_sees(scope, key)
        return self.account.notes.change(id_, day, text, scope, key)

    def remove_note(self, id_: str) -> None:
        """Delete a note; one that is gone already is no error."""
        self._check_note(id_)
        self.account.notes.remove(id_)

    def views(self) -> list[SavedView]:
        """The reader's own views and the shared ones that filter by nothing unseen, by name."""
        visible, views = self._visible, self.account.saved_views.for_reader(self.reader.owner)
        return [view for view in views if visible.filters(view.parameters)]

    def save_view(
        self, name: str, page: str, parameters: Mapping[str, list[str]], *, shared: bool
    ) -> tuple[SavedView, bool]:
        """See `SavedViews.save`; a reader who is not known can only share.

        Raises EntryError where an unseen view has the name.
        """
        visible, owner = self._visible, SHARED if shared else self.reader.owner
        same = (v for v in self.account.saved_views.for_reader(owner) if v.owner == owner)
        if any(v.name == name and not visible.filters(v.parameters) for v in same):
            raise EntryError(tr("The name {name} is taken. Choose another one.", name=name))
        return self.account.saved_views.save(name, page, parameters, owner)

    def rename_view(self, id_: str, name: str) -> SavedView:
        """See `SavedViews.rename`."""
        self._check_view(id_)
        return self.account.saved_views.rename(id_, name, self.reader.owner)

    def remove_view(self, id_: str) -> None:
        """See `SavedViews.remove`."""
        self._check_view(id_)
        self.account.saved_views.remove(id_, self.reader.owner)

    @property
    def _visible(self) -> Visible:
        return Visible(self.reader.access, self.account.catalog.names())

    def _check_sees(self, what: str, key: str) -> None:
        if not self._visible.thing(what, key):
            raise NotAllowedError(tr("You may not see what this is about."))

    def _check_note(self, id_: str) -> None:
        for note in self.account.notes.all():
            if note.id == id_:
                self._check_sees(note.scope, note.key)

    def _check_view(self, id_: str) -> None:
        for view in self.account.saved_views.for_reader(self.reader.owner):
            if view.id == id_ and not self._visible.filters(view.parameters):
                raise NotAllowedError(tr("You may not see what this view is about."))
