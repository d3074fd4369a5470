"""The addresses of signing in: of the provider, our own, and where signing out leads."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from ..errors import ConfigError
from .texts import checked_url, in_browsers

DISCOVERY = "/.well-known/openid-configuration"
_USUAL_PORTS = {"https": 443, "http": 80}
_STEP = re.compile(r"(?![.]+$)[A-Za-z0-9._~-]+")


def discovery_url(name: str, text: str) -> str:
    """The URL of a provider, or of its discovery document; always the latter is returned."""
    address = web_url(name, text)
    return address if address.endswith(DISCOVERY) else f"{address}{DISCOVERY}"


def web_url(name: str, text: str) -> str:
    """A URL without its trailing slash; https:// unless it is on this machine."""
    found = checked_url(name, text, "https://login.acme.com", "anybody on the way could sign in")
    if set(found) & set("?#"):
        raise ConfigError(f"{name} must end before its query: https://login.acme.com.")
    return found


def own_url(name: str, text: str) -> str:
    """Our URL as browsers spell it: they send its origin, and the provider sends them back to it.

    Without a trailing slash, the usual port, and repeated slashes.
    """
    parts = urlsplit(web_url(name, text))
    port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    steps = [step for step in parts.path.split("/") if step]
    if not all(map(_STEP.fullmatch, steps)):
        raise ConfigError(f"{name} must have no path or a plain one, like https://acme.com/dash.")
    try:
        host = _spelled(parts.hostname or "")
    except ValueError:
        raise ConfigError(
            f"{name} must look like https://dash.acme.com, with the name of a host as the DNS has "
            "it: a letter that is not from a to z may need its form with xn--."
        ) from None
    return "/".join((f"{parts.scheme}://{host}{port}", *steps))


def _spelled(host: str) -> str:
    """A host as browsers send it. Raises ValueError."""
    if ":" in host and "%" not in host:  # browsers know no interfaces
        return f"[{ipaddress.IPv6Address(host)}]"
    if host.rpartition(".")[2].isdecimal():  # to browsers it is an address, however short
        return f"{ipaddress.IPv4Address(host)}"
    return in_browsers(host)


def sign_out_url(name: str, text: str) -> str:
    """A URL, or a path on this host."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_path else web_url(name, text)
