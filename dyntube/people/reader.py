"""Readers: whoever asks at a desk, and what they may see at this moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from ..errors import NotAllowedError
from ..query.access import EVERYTHING, Access
from ..words import tr
from .audit import Action, audit
from .gate import Gate
from .person import Person


class Reader(Protocol):
    """Who asks. All methods are cheap, and may be called from any thread."""

    @property
    def signed_in(self) -> bool:
        """Whether they are a person whom somebody vouches for."""

    @property
    def owner(self) -> str:
        """Whose notes and saved views are theirs; "" if nobody can tell."""

    @property
    def cookie_owner(self) -> str:
        """Whose the saved views of their browser were before they signed in; "" if nobody's."""

    @property
    def name(self) -> str:
        """What others know them by; "" where nobody signs in."""

    @property
    def access(self) -> Access:
        """What they may see now. Raises NotSignedInError and NoAccessError."""

    @property
    def fetch_days(self) -> int | None:
        """How many UTC days may be fetched for one page; None: any."""

    @property
    def writes(self) -> bool:
        """Whether they may write notes and saved views."""

    def turn(self, wanted: Callable[[], bool]) -> AbstractContextManager[None]:
        """What a question is asked in."""

    def export(self, rows: int) -> None:
        """Count exported views. Raises NotAllowedError beyond a limit."""

    def log(self, action: Action, **facts: object) -> None:
        """Write what they do into the audit log."""

    def refused(self, reason: str) -> None:
        """Write into the audit log that they asked for what they may not have."""

    def sees_rows(self) -> None:
        """Write into the audit log that they see personal columns, if they do."""


@dataclass(frozen=True)
class Anyone:
    """Whoever reaches an installation without sign-in, or its operator on the command line."""

    owner: str = ""
    access: Access = EVERYTHING
    name: str = ""
    fetch_days: int | None = None
    writes: bool = True
    signed_in: bool = False
    cookie_owner: str = ""

    def turn(self, _: Callable[[], bool]) -> AbstractContextManager[None]:
        """No limit."""
        return nullcontext()

    def export(self, rows: int) -> None:
        """No limit."""

    def log(self, action: Action, **facts: object) -> None:
        """Nobody to name."""

    def refused(self, reason: str) -> None:
        """Nobody to name."""

    def sees_rows(self) -> None:
        """Nobody to name."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who has signed in; an admin may see as another person does, and change nothing."""

    person: Person
    gate: Gate
    address: str = ""
    seen_as: Person | None = None
    cookie_owner: str = ""

    @property
    def signed_in(self) -> bool:
        """They have."""
        return True

    @property
    def owner(self) -> str:
        """Of the person."""
        return self.person.id

    @property
    def name(self) -> str:
        """The name or address of the person."""
        return self.person.name or self.person.label

    @property
    def access(self) -> Access:
        """What they, or the person they see as, may see now."""
        own = self.gate.grant(self.person).access
        if self.seen_as is None:
            return own
        if not own.is_admin:
            raise NotAllowedError(tr("Only administrators may see what others see."))
        # The session is the admin's; only the rights are the other's.
        return self.gate.rules.policy().grant(self.seen_as).access

    @property
    def fetch_days(self) -> int | None:
        """The limit in the access file."""
        return self.gate.limits.fetch_days

    @property
    def writes(self) -> bool:
        """Not while seeing as somebody else."""
        return self.seen_as is None

    def turn(self, wanted: Callable[[], bool]) -> AbstractContextManager[None]:
        """The questions of one person wait for each other beyond the limit."""
        return self.gate.turn(self.person, wanted)

    def export(self, rows: int) -> None:
        """Against the limit in the access file."""
        self.gate.export(self.person, self.address, self.access, rows)

    def log(self, action: Action, **facts: object) -> None:
        """With the rights in force."""
        as_ = {"seen_as": self.seen_as.id} if self.seen_as else {}
        audit(action, self.person.id, self.address, self.access, **as_, **facts)

    def refused(self, reason: str) -> None:
        """Each reason once in a row."""
        self.gate.refused(self.person, self.address, reason)

    def sees_rows(self) -> None:
        """Once an hour: pages that draw themselves anew would fill the log."""
        if self.access.may_see_personal:
            self.gate.personal_columns(self.person, self.address, self.access)

    def seeing_as(self, other: Person | None) -> SignedIn:
        """The same admin, who sees as another person does, or as before."""
        return replace(self, seen_as=other)
