"""What an address says: the site and page that a video is embedded on, and the campaign behind it.

An address is not a page: `/p?fbclid=1`, `/p/` and `/p#x` are all the page `/p`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

from .text import clean, short

FRAGMENT = "#"  # stands among a site's parameters for the part of its addresses behind the #
_USUAL_PORTS = {"http": 80, "https": 443}
# What advertisers add to every click, and who they are; the first that is there counts.
_CLICK_IDS = {"gclid": "google", "fbclid": "facebook", "msclkid": "bing"}
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_RESERVED = re.compile("%(?=2[35F]|3F)", re.IGNORECASE)  # of # % / ?: they part an address
_NO_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]|$)")


@dataclass(frozen=True)
class Address:
    """What is kept of an address; None where it does not say.

    `page` is host and path, and what `PageRules` keep of the rest. The others are its `utm_*`
    parameters, `source` and `medium` in small letters.
    """

    page: str | None = None
    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None


@dataclass(frozen=True)
class PageRules:
    """By domain, the parameters that tell its pages apart, FRAGMENT among them if that does too.

    A domain stands for all below it as well; of several, the longest counts.
    """

    of_domains: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, host: str) -> tuple[str, ...]:
        """The parameters that count for a host."""
        named = (rule for rule in self.of_domains if is_own(host, (rule[0],)))
        return max(named, key=lambda rule: len(rule[0]), default=("", ()))[1]

    def __str__(self) -> str:
        return "; ".join(f"{domain}: {' '.join(kept)}" for domain, kept in self.of_domains)


NO_RULES = PageRules()


@lru_cache(maxsize=10_000)
def read(text: str, rules: PageRules = NO_RULES) -> Address:
    """What an address says; any text gives something."""
    parts = _split(text)
    query = _query(parts.query)
    clicked = (who for name, who in _CLICK_IDS.items() if name in query)
    source, medium = query.get("utm_source"), query.get("utm_medium")
    return Address(
        page=_page(parts, rules) or None,
        source=source.lower() if source else next(clicked, None),
        medium=medium.lower() if medium else None,
        name=query.get("utm_campaign"),
        term=query.get("utm_term"),
        content=query.get("utm_content"),
    )


def page(text: str, rules: PageRules = NO_RULES) -> str:
    """The page that an address leads to, as `Address.page` has it; of a page, the same page."""
    return _page(_split(text), rules)


def _split(text: str) -> SplitResult:
    text = clean(text)
    if _NO_SCHEME.match(text):
        text = f"//{text}"
    try:
        return urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return SplitResult("", "", text, "", "")


def _page(parts: SplitResult, rules: PageRules) -> str:
    host, path = site(parts.hostname or ""), _path(parts.path)
    if not host and parts.scheme:
        return short(f"{parts.scheme}:{path}")
    start = f"[{host}]" if ":" in host else host
    found = f"{start}{_port(parts)}{path.rstrip('/')}{_kept(parts, rules.of(host))}"
    return short(clean(found))  # a space before the last slash ends it now


def _path(path: str) -> str:
    """A path as people read it; what would part the address stays encoded."""
    path = _SESSION.sub("", path)
    try:
        return clean(unquote(_RESERVED.sub("%25", path), errors="strict"))
    except UnicodeDecodeError:
        return path


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        return ""
    return "" if port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{port}"


def _kept(parts: SplitResult, names: tuple[str, ...]) -> str:
    """What of query and fragment tells a site's pages apart, in the order of its rule."""
    query = _query(parts.query)
    kept = "&".join(f"{name}={query[name]}" for name in names if name in query)
    fragment = clean(parts.fragment) if FRAGMENT in names else ""
    return (f"?{kept}" if kept else "") + (f"#{fragment}" if fragment else "")


def _query(text: str) -> dict[str, str]:
    """The parameters of a query, names in small letters; of several with a name, the first."""
    return dict(reversed([*_pairs(text)]))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        value = short(clean(unquote_plus(value)))
        if value:
            # Addresses that were put into HTML twice have `&amp;` for `&`.
            yield clean(unquote_plus(name)).lower().removeprefix("amp;"), value


def is_own(domain: str, own: tuple[str, ...]) -> bool:
    """Whether a domain is one of these, or lies below one."""
    name = f".{in_ascii(domain)}"
    return any(name.endswith(f".{in_ascii(known)}") for known in own)


def site(domain: str) -> str:
    """What all spellings of a domain have in common; `www.` makes no other site."""
    name = in_ascii(domain)
    rest = name.removeprefix("www.")
    return rest if "." in rest else name


def in_ascii(domain: str) -> str:
    """A domain as it stands in the DNS: small letters, other scripts as `xn--`, no dot at the end.

    `Bücher.Example.` and `xn--bcher-kva.example` are the same. Any text gives one.
    """
    text = unicodedata.normalize("NFKC", domain).lower().replace("。", ".").rstrip(".")
    if text.isascii():
        return text
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in text.split(".")
    )


def page_name(page: str, domain: str = "") -> str:
    """A page as people read it: without its domain, if that is `domain`."""
    host = site(domain)
    if host and page == host:
        return "/"
    return page.removeprefix(host) if host and page.startswith(f"{host}/") else page
