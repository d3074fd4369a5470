"""A person who has signed in, as the provider or the proxy names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import NotSignedInError
from ..reading.text import clean
from ..words import tr

CLOCKS_APART = dt.timedelta(minutes=10)  # that a provider's clock may be ahead of ours
_LEFT_OUT = "_claim_names"  # which claims were too long for a token
_LONGEST = 255  # characters of a subject, an address or a name; OpenID Connect allows no more
PROXY = "proxy"  # the issuer of people whom a proxy names
# What is read of an id_token, beside the groups.
CLAIMS = ("iss", "sub", "iat", "email", "email_verified", "name", _LEFT_OUT, "hasgroups")


@dataclass(frozen=True)
class Person:
    """`email` is empty where none is known, or the provider says that it is not verified.

    `signed_in_at` is the token's `iat`, or when a session behind a proxy began.
    """

    issuer: str
    subject: str
    email: str
    name: str
    groups: frozenset[str]
    signed_in_at: dt.datetime
    groups_left_out: bool = False  # too many for a token, so none are known

    @property
    def id(self) -> str:
        """What tells people apart, for ever: e-mail addresses are given to others."""
        return f"{self.issuer}|{self.subject}"

    @property
    def domain(self) -> str:
        """The domain of the e-mail address, in lower case; "" without one."""
        return lower(self.email.partition("@")[2]) if self.email.count("@") == 1 else ""

    @property
    def names(self) -> tuple[str, ...]:
        """By what an administrator may name them."""
        return tuple(filter(None, (self.id, self.subject, lower(self.email))))

    @property
    def label(self) -> str:
        """A name that people know: the e-mail address, else the name, else the subject."""
        return self.email or self.name or self.subject


def lower(text: str) -> str:
    """Text in lower case for comparison; other than ASCII as it is, where letters may merge."""
    return text.lower() if text.isascii() else text


def from_claims(claims: Mapping[str, object], groups_claim: str, now: dt.datetime) -> Person:
    """The person whom an id_token names. Raises NotSignedInError if it names nobody."""
    subject, issuer, issued = _text(claims.get("sub")), claims.get("iss"), claims.get("iat")
    if not (subject and isinstance(issuer, str) and issuer):
        raise NotSignedInError(tr("Your sign-in names nobody. Sign in again."))
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        raise NotSignedInError(tr("Your sign-in does not say when it was. Sign in again."))
    try:
        signed_in_at = dt.datetime.fromtimestamp(issued, dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise NotSignedInError(
            tr("Your sign-in does not say when it was. Sign in again.")
        ) from None
    if signed_in_at > now + CLOCKS_APART:
        raise NotSignedInError(
            tr("Your sign-in is dated in the future: a clock is wrong. Tell your administrator.")
        )
    verified = claims.get("email_verified", True) is True
    email, name = _text(claims.get("email")) if verified else "", _text(claims.get("name"))
    groups, left_out = _groups(claims, groups_claim), _leaves_out(claims, groups_claim)
    return Person(issuer, subject, email, name, groups, signed_in_at, left_out)


def without_groups(claims: Mapping[str, object], groups_claim: str) -> dict[str, object]:
    """The same claims as a provider sends them if there are too many groups for a token."""
    return {n: v for n, v in claims.items() if n != groups_claim} | {_LEFT_OUT: {groups_claim: ""}}


def from_headers(user: str, groups: str, since: dt.datetime) -> Person | None:
    """The person whom a proxy names in its headers; None if it names nobody."""
    if not (subject := _text(user)):
        return None
    if "@" in subject:  # as somebody typed it: in another case, still the same person
        subject = lower(subject)
    named = frozenset(part.strip() for part in groups.split(",") if part.strip())
    return Person(PROXY, subject, subject if "@" in subject else "", "", named, since)


def _groups(claims: Mapping[str, object], name: str) -> frozenset[str]:
    found = claims.get(name)
    named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(group for group in named if isinstance(group, str) and group)


def _leaves_out(claims: Mapping[str, object], name: str) -> bool:
    if claims.get(name) is not None:
        return False
    left_out = claims.get(_LEFT_OUT)
    named = isinstance(left_out, Mapping) and name in left_out
    return named or bool(claims.get("hasgroups"))


def _text(value: object) -> str:
    """A text as it is: one that needs cleaning could pass for another, and is none; nor is one with
    characters that nobody sees, or that turn others round.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return value if value.isprintable() and clean(value) == value else ""
