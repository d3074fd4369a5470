"""Addresses and networks, of which one may be spelled in many ways."""

from __future__ import annotations

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.networks import address_in, is_listed, networks

SPELLED = {
    "10.0.0.5": "10.0.0.5",
    "::ffff:10.0.0.5": "10.0.0.5",
    "::FFFF:a00:5": "10.0.0.5",
    "0:0:0:0:0:ffff:a00:5": "10.0.0.5",
    "::ffff:10.0.0.5%eth0": "10.0.0.5",
    "2001:DB8:0::1": "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
    "fe80::1%3": "fe80::1",
}


@pytest.mark.parametrize("text", SPELLED)
def test_an_address_has_one_spelling(text: str):
    assert str(address_in(text)) == SPELLED[text]


@pytest.mark.parametrize(
    "text", ["", "unix:", "proxy", "10.0.0.5%eth0", "10.0.0.5:80", "010.0.0.5"]
)
def test_what_is_no_address_is_none(text: str):
    assert address_in(text) is None


LISTED = [
    ("10.0.0.5", "10.0.0.5", True),
    ("10.0.0.5", "::ffff:10.0.0.5", True),
    ("::ffff:10.0.0.5", "10.0.0.5", True),
    ("::ffff:10.0.0.5", "::ffff:10.0.0.5", True),
    ("::ffff:10.0.0.5", "10.0.0.6", False),
    ("::ffff:10.0.0.0/104", "10.255.0.1", True),
    ("::ffff:10.0.0.0/104", "::ffff:10.0.0.1", True),
    ("::ffff:10.0.0.0/104", "11.0.0.1", False),
    ("fe80::/10", "fe80::1%eth0", True),
    ("fe80::1", "fe80::1%eth0", True),
    ("fe80::1", "fe80::2%eth0", False),
    ("2001:db8::/32", "32.1.13.184", False),
    ("10.0.0.0/8", "::10.0.0.1", False),
    ("10.0.0.0/8", "", False),
]


@pytest.mark.parametrize(("listed", "peer", "is_in"), LISTED)
def test_a_peer_is_found_however_either_is_spelled(listed: str, peer: str, is_in: bool):
    assert is_listed(peer, networks("DYNTUBE_PROXIES", listed)) == is_in


WRONG = {
    "0.0.0.0/0": "everybody would be the proxy",
    "::/0": "everybody would be the proxy",
    "::ffff:0:0/96": "everybody would be the proxy",
    "::/64": "everybody would be the proxy",
    "0.0.0.0/1, 128.0.0.0/1": "everybody would be the proxy",
    "0.0.0.0/1, 10.0.0.1, ::ffff:128.0.0.0/97": "everybody would be the proxy",
    "::/1, 8000::/1": "everybody would be the proxy",
    "10.1.2.3/8": "Write 10.1.2.3 for one address, or 10.0.0.0/8 for the network around it.",
    "fe80::1%eth0": "leave the interface out",
    "fe80::%eth0/64": "leave the interface out",
    "proxy.acme.com": "Names are not looked up. Write 10.1.2.3 or",
    "localhost": "Names are not looked up.",
    "10.0.0": "is no IP address or network. Write",
    "10.0.0.0/33": "is no IP address or network. Write",
    "10.0.0.5:443": "is no IP address or network. Write",
    "10.0.0.1 10.0.0.2": "is no IP address or network. Write",
    "[::1]": "is no IP address or network. Write",
    ",": "names no address",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_list_is_named_with_what_to_write(text: str):
    with pytest.raises(ConfigError) as raised:
        networks("DYNTUBE_PROXIES", text)

    assert str(raised.value).startswith("DYNTUBE_PROXIES ")
    assert WRONG[text] in str(raised.value)
