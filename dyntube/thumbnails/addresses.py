"""Which IP addresses are on the public internet, and not in this machine's own networks."""

from __future__ import annotations

import ipaddress

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
# Special networks that only some versions of Python's `ipaddress` know.
_SPECIAL_4 = [ipaddress.IPv4Network(n) for n in ("192.0.0.0/24", "192.88.99.0/24")]
_SPECIAL_6 = [
    ipaddress.IPv6Network(n) for n in ("2001::/23", "2002::/16", "3fff::/20", "5f00::/16")
]


def is_public(address: str) -> bool:
    """Whether an address, IPv4 or IPv6, is public, and so is the one inside it, if any."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv6Address):
        is_special = found.is_site_local or any(found in network for network in _SPECIAL_6)
    else:
        is_special = any(found in network for network in _SPECIAL_4)
    is_special = is_special or found.is_multicast or found.is_reserved
    return found.is_global and not is_special
