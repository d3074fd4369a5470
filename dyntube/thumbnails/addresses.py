"""Which IP addresses are on the public internet, and not in this machine's own networks."""

from __future__ import annotations

import ipaddress

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address


def is_public(address: str) -> bool:
    """Whether an address, IPv4 or IPv6, is public, and so is the one inside it, if any."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo or found.is_site_local:
            return False
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found
    return found.is_global and not (found.is_multicast or found.is_reserved)
