"""IP addresses, in one spelling each, and the networks in which proxies are.

Where a server listens for both versions of IP, it calls the peer 10.0.0.5 `::ffff:10.0.0.5`, and
one on its own link by the interface, too: `fe80::1%eth0`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence

from ..errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

THIS_MACHINE: tuple[Network, ...] = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1")))
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")  # all of IPv4
_WIDEST = {4: 8, 6: 7}  # lengths of the prefixes of the largest private networks: 10/8 and fc00::/7
_LIKE = "Write 10.1.2.3 or 10.1.0.0/16: the addresses from which the proxy connects."
_LIKE_A_NAME = re.compile(r"(?=.*[g-z])[0-9a-z.-]+", re.IGNORECASE)


def address_in(text: str) -> Address | None:
    """The address that a text is, without an interface, IPv4 as such; None if it is none."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:  # as of a Unix socket
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return found
    return found.ipv4_mapped or ipaddress.IPv6Address(int(found))


def is_listed(text: str, networks: Collection[Network]) -> bool:
    """Whether a text is an address in one of these networks."""
    found = address_in(text)
    return found is not None and any(found in network for network in networks)


def networks(name: str, text: str) -> tuple[Network, ...]:
    """Comma-separated IP addresses and networks, like 10.0.0.0/8."""
    found = tuple(_network(name, part.strip()) for part in text.split(",") if part.strip())
    if not found:
        raise ConfigError(f"{name} names no address: write 10.1.2.3 or 10.1.0.0/16.")
    if any(not network.prefixlen for network in _together(found)):
        raise ConfigError(f"{name} has {text[:80]!r}: everybody would be the proxy.")
    return found


def wide(networks: Sequence[Network]) -> list[Network]:
    """Those larger than any private network, in which others than the proxy may well be."""
    return [of for of in _together(networks) if of.prefixlen < _WIDEST[of.version]]


def _together(networks: Sequence[Network]) -> list[Network]:
    """The fewest networks with the same addresses."""
    fours = [network for network in networks if isinstance(network, ipaddress.IPv4Network)]
    sixes = [network for network in networks if isinstance(network, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(fours), *ipaddress.collapse_addresses(sixes)]


def _network(name: str, text: str) -> Network:
    shown = f"{name} has {text[:80]!r}"
    if "%" in text:
        raise ConfigError(f"{shown}: leave the interface out, from the % on.")
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        raise ConfigError(f"{shown}, which is no IP address or network. {_meant(text)}") from None
    if isinstance(found, ipaddress.IPv4Network):
        return found
    if found.supernet_of(_MAPPED):
        raise ConfigError(f"{shown}: everybody would be the proxy.")
    if not found.subnet_of(_MAPPED):
        return found
    last = int(found.network_address) - int(_MAPPED.network_address)
    return ipaddress.IPv4Network((last, found.prefixlen - _MAPPED.prefixlen))


def _meant(text: str) -> str:
    try:
        whole = ipaddress.ip_network(text, strict=False)
    except ValueError:
        is_name = _LIKE_A_NAME.fullmatch(text)
        return f"{'Names are not looked up. ' if is_name else ''}{_LIKE}"
    return f"Write {text.partition('/')[0]} for one address, or {whole} for the network around it."
