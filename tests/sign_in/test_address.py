"""Our own address, as it is compared with what browsers send."""

from __future__ import annotations

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.sign_in import OpenId
from dyntube.settings.urls import own_url


@pytest.mark.parametrize(
    ("typed", "url", "origin"),
    [
        ("https://Dash.ACME.com/", "https://dash.acme.com", "https://dash.acme.com"),
        ("https://dash.acme.com:443", "https://dash.acme.com", "https://dash.acme.com"),
        ("https://acme.com:8443/Dash/", "https://acme.com:8443/Dash", "https://acme.com:8443"),
        (
            "https://bücher.example",
            "https://xn--bcher-kva.example",
            "https://xn--bcher-kva.example",
        ),
        ("http://localhost:80", "http://localhost", "http://localhost"),
        ("HTTPS://dash.acme.com.", "https://dash.acme.com", "https://dash.acme.com"),
        ("https://dash.acme.com:", "https://dash.acme.com", "https://dash.acme.com"),
        ("https://dash.acme.com:0443", "https://dash.acme.com", "https://dash.acme.com"),
        ("https://acme.com:08443//a///b/", "https://acme.com:8443/a/b", "https://acme.com:8443"),
        ("https://[2001:DB8:0:0::1]:443/", "https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://[::FFFF:10.0.0.5]", "https://[::ffff:a00:5]", "https://[::ffff:a00:5]"),
        ("https://10.1.2.3", "https://10.1.2.3", "https://10.1.2.3"),
        ("https://bücher.example:8443", *["https://xn--bcher-kva.example:8443"] * 2),
        ("https://BÜCHER.example", *["https://xn--bcher-kva.example"] * 2),
    ],
)
def test_the_host_is_spelled_as_browsers_do_and_the_path_as_it_is(typed, url, origin):
    assert own_url("DYNTUBE_URL", typed) == url
    assert OpenId("", "", "", "", url).origin == origin


WRONG = [
    *("http://dash.acme.com", "dash.acme.com", "https://ü..example", "https://", "https:///dash"),
    *("https://me@dash.acme.com", "https://me:x@dash.acme.com", "https://@dash.acme.com"),
    *("https://dash.acme.com?x", "https://dash.acme.com/#", "https://dash.acme.com/?"),
    *("https://dash.acme.com:0", "https://dash.acme.com:99999", "https://dash.acme.com:x"),
    *("https://dash.acme.com/../x", "https://dash.acme.com/.", "https://dash.acme.com/a%2fb"),
    *("https://dash.acme.com/ä", "https://dash.acme.com/a;b", "https://dash.acme.com\\evil.com"),
    *("https://straße.example", "https://a b.example", "https://[::1", "https://[fe80::1%25eth0]"),
    *("https://127.1", "https://10.1.2.300", "https://*.acme.com", "https://dash,acme.com"),
]


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ConfigError, match="DYNTUBE_URL must"):
        own_url("DYNTUBE_URL", typed)
