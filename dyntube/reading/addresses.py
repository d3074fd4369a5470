"""URLs of embedding pages: the site and page a video is embedded on, and the campaign behind it.

Different URLs may be one page: `/p?fbclid=1`, `/p/` and `/p#x` are all the page `/p`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

from .text import clean, short

FRAGMENT = "#"  # in a page rule: the URL's fragment counts too
_USUAL_PORTS = {"http": 80, "https": 443}
# Click ids that ad networks append to URLs, and their source; the first of these found wins.
_CLICK_IDS = {"gclid": "google", "fbclid": "facebook", "msclkid": "bing"}
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_RESERVED = re.compile("%(?=2[35F]|3F)", re.IGNORECASE)  # of # % / ?, which delimit parts of a URL
_NO_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]|$)")


@dataclass(frozen=True)
class Address:
    """The parts kept of a URL; None where absent.

    `page` is host and path, plus what `PageRules` keep of the rest. The others are its `utm_*`
    parameters; `source` and `medium` are lower case, and a click id is the source without
    `utm_source`.
    """

    page: str | None = None
    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None


@dataclass(frozen=True)
class PageRules:
    """Which parameters tell a domain's pages apart; FRAGMENT stands for the URL's fragment.

    A rule covers its domain and all subdomains; the longest matching domain wins.
    """

    of_domains: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, host: str) -> tuple[str, ...]:
        """The parameters that tell this host's pages apart."""
        named = (rule for rule in self.of_domains if is_own(host, (rule[0],)))
        return max(named, key=lambda rule: len(rule[0]), default=("", ()))[1]

    def __str__(self) -> str:
        return "; ".join(f"{domain}: {' '.join(kept)}" for domain, kept in self.of_domains)


NO_RULES = PageRules()


@lru_cache(maxsize=10_000)
def read(text: str, rules: PageRules = NO_RULES) -> Address:
    """Parse a URL; never fails, whatever the text."""
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
    """The page of a URL, as in `Address.page`, but "" if there is none; idempotent."""
    return _page(_split(text), rules)


def _split(text: str) -> SplitResult:
    text = clean(text)
    if _NO_SCHEME.match(text):
        text = f"//{text}"
    try:
        return urlsplit(text)
    except ValueError:  # brackets without an IPv6 address
        return SplitResult("", "", text, "", "")


def _page(parts: SplitResult, rules: PageRules) -> str:
    host, path = site(parts.hostname or ""), _path(parts.path)
    if not host and parts.scheme:
        return short(f"{parts.scheme}:{path}")
    start = f"[{host}]" if ":" in host else host
    found = f"{start}{_port(parts)}{path.rstrip('/')}{_kept(parts, rules.of(host))}"
    return short(clean(found))  # removing the last slash may leave a trailing space


def _path(path: str) -> str:
    """The decoded path; characters that would change the URL's structure stay encoded."""
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
    """The parts of query and fragment that tell pages apart, in the order of the rule."""
    query = _query(parts.query)
    kept = "&".join(f"{name}={query[name]}" for name in names if name in query)
    fragment = clean(parts.fragment) if FRAGMENT in names else ""
    return (f"?{kept}" if kept else "") + (f"#{fragment}" if fragment else "")


def _query(text: str) -> dict[str, str]:
    """The query's parameters by lower-case name; if a name repeats, the first wins."""
    return dict(reversed([*_pairs(text)]))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        value = short(clean(unquote_plus(value)))
        if value:
            # URLs that were HTML-escaped twice have `&amp;` for `&`.
            yield clean(unquote_plus(name)).lower().removeprefix("amp;"), value


def is_own(domain: str, own: tuple[str, ...]) -> bool:
    """Whether a domain is one of these or a subdomain of one."""
    name = f".{in_ascii(domain)}"
    return any(name.endswith(f".{in_ascii(known)}") for known in own)


def site(domain: str) -> str:
    """The canonical form of a domain, without `www.`."""
    name = in_ascii(domain)
    rest = name.removeprefix("www.")
    return rest if "." in rest else name


def in_ascii(domain: str) -> str:
    """A domain as in the DNS: lower case, punycode (`xn--`), no trailing dot.

    `Bücher.Example.` and `xn--bcher-kva.example` are the same. Never fails, whatever the text.
    """
    text = unicodedata.normalize("NFKC", domain).lower().replace("。", ".").rstrip(".")
    if text.isascii():
        return text
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in text.split(".")
    )


def page_name(page: str, domain: str = "") -> str:
    """A page as displayed: without its domain if that is `domain`; its root is `/`."""
    host = site(domain)
    if host and page == host:
        return "/"
    return page.removeprefix(host) if host and page.startswith(f"{host}/") else page
