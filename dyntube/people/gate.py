"""Decides, each time somebody asks, who they are to us: sessions, sign-outs, the rules in force."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import ArchiveError, EntryError, NotAllowedError, NotSignedInError
from ..events import event
from ..query.access import Access
from ..settings.sign_in import ProxyHeaders, SignIn
from ..sharing.people import Known, People
from ..words import tr
from .audit import audit
from .person import Person
from .policy import Granted, Limits
from .policy_file import PolicyFile
from .turns import Turns

_MISSED = dt.timedelta(minutes=15)  # how long a provider counts as away after it did not answer
_MOST_KNOWN = 5_000  # people, before those without access are no longer noted
_REMEMBERED = 20_000  # people and what was last logged of them
_NOTED = "noted"


class Gate:
    """What an installation with sign-in knows of people. Thread-safe."""

    def __init__(
        self,
        sign_in: SignIn,
        people: People,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.sign_in, self.people, self.now = sign_in, people, now
        self.rules = PolicyFile(sign_in.access_file)
        self._missed_at: dt.datetime | None = None
        self._turns = Turns()
        self._lock = threading.Lock()
        self._logged: OrderedDict[tuple[str, ...], object] = OrderedDict()

    def provider_answers(self, answers: bool) -> None:
        """Note whether the provider answered whoever wanted to sign in last."""
        was_missed = self.provider_missed_at is not None
        self._missed_at = None if answers else self.now()
        if answers == was_missed:
            event("provider_back" if answers else "provider_not_reached")

    @property
    def provider_missed_at(self) -> dt.datetime | None:
        """When the provider last failed to answer; None once it has answered, or after a while: it
        may be back, and nobody has signed in by this process since.
        """
        at = self._missed_at
        return at if at and self.now() - at < _MISSED else None

    @property
    def limits(self) -> Limits:
        """What one person may do."""
        return self.rules.policy().limits

    def grant(self, person: Person) -> Granted:
        """What a person may see now.

        Raises NotSignedInError if their session is over, NoAccessError if no rule means them.
        """
        if self.now() - person.signed_in_at > dt.timedelta(hours=self.sign_in.hours):
            raise NotSignedInError(
                tr("Your session is over: it lasts {hours} hours.", hours=self.sign_in.hours)
            )
        known = self.people.all().get(person.id)
        if known and known.has_ended(person.signed_in_at):
            raise NotSignedInError(tr("You are signed out."))
        return self.rules.policy().grant(person)

    def greet(self, person: Person, address: str) -> None:
        """Log a session and any change of its rights, once in this process, and remember who it is.

        Administrators cannot end what is not remembered.
        """
        try:
            access = self.grant(person).access
        except NotSignedInError:
            return
        except NotAllowedError:
            access = Access()  # so that admins see who waits for access
        session = person.signed_in_at.isoformat() if self._has_token else "of this process"
        before = self._last(("session", person.id, session), access)
        if before is None:
            audit("sign_in", person.id, address, access)
        elif before != access:
            audit("access_changed", person.id, address, access)
        self._note(person, session, access)

    def _note(self, person: Person, session: str, access: Access) -> None:
        """Remember who it is; if that cannot be written, it is tried again a minute later."""
        about, minute = ("noted", person.id, session), f"{self.now():%Y-%m-%dT%H:%M}"
        before = self._last(about, minute)
        if before in (_NOTED, minute):
            self._last(about, before)
            return
        if access == Access() and len(self.people.all()) >= _MOST_KNOWN:
            return  # anybody may have an account at some providers
        try:
            self.people.put(_known(person))
        except ArchiveError as error:
            event("person_not_noted", reason=str(error))
        else:
            self._last(about, _NOTED)

    def refused(self, person: Person, address: str, reason: str) -> None:
        """Log a refusal, unless the last one of this person was the same."""
        if self._last(("refused", person.id), reason) != reason:
            audit("refused", person.id, address, reason=reason)

    def personal_columns(self, person: Person, address: str, access: Access) -> None:
        """Log once an hour that somebody sees columns that identify viewers."""
        hour = f"{self.now():%Y-%m-%dT%H}"
        if self._last(("personal", person.id), hour) != hour:
            audit("personal_columns", person.id, address, access)

    def sign_out(self, person: Person, address: str) -> None:
        """End all sessions of a person, wherever they are. Raises ArchiveError, and ends none."""
        self.people.end_sessions(_known(person), None if self._has_token else self.now())
        audit("sign_out", person.id, address)

    def leave(self, person: Person, address: str) -> None:
        """Log that a person signs out of one browser, where `sign_out` has failed."""
        audit("sign_out", person.id, address, sessions="not ended")

    def end_sessions(self, name: str, by: str) -> list[Known]:
        """End the sessions of everybody with an e-mail address, subject or id.

        Raises EntryError if nobody has it, and ArchiveError.
        """
        known = self.people.all().values()
        found = [k for k in known if name in (k.id, k.subject) or name.lower() == k.email.lower()]
        if not found or not name:
            raise EntryError(f"Nobody called {name!r} has signed in.")
        for person in found:
            self.people.end_sessions(person, None if self._has_token else self.now())
            audit("sessions_ended", by, whose=person.id)
        return found

    @contextmanager
    def turn(self, person: Person, wanted: Callable[[], bool]) -> Iterator[None]:
        """Wait until fewer questions of this person are under way than the limit, then ask one."""
        with self._turns.taken(person.id, self.limits.questions, wanted):
            yield

    def export(self, person: Person, address: str, access: Access, rows: int) -> None:
        """Count exported views. Raises NotAllowedError beyond the limit of a day, and ArchiveError
        where they cannot be counted.
        """
        most = self.limits.export_rows
        try:
            is_within = self.people.export(person.id, rows, most, self.now().date())
        except ArchiveError as error:
            raise ArchiveError(
                tr("This export cannot be counted, so it is not made. {reason}", reason=error)
            ) from error
        if not is_within:
            self.refused(person, address, "export_rows")
            raise NotAllowedError(
                tr(
                    "That is more than you may export in one day ({most} views). Choose a shorter "
                    "period, or ask your administrator.",
                    most=f"{most:,}",
                )
            )

    @property
    def _has_token(self) -> bool:
        """Whether sessions begin when a token says so, and not when a page is opened."""
        return not isinstance(self.sign_in.way, ProxyHeaders)

    def _last(self, about: tuple[str, ...], value: object) -> object:
        """What was said last about somebody; None if nothing. It is this value from now on."""
        with self._lock:
            before = self._logged.pop(about, None)
            self._logged[about] = value
            while len(self._logged) > _REMEMBERED:
                self._logged.popitem(last=False)
        return before


def _known(person: Person) -> Known:
    return Known(
        *(person.id, person.issuer, person.subject, person.email, person.name),
        *(sorted(person.groups), person.signed_in_at),
        groups_left_out=person.groups_left_out,
    )
