"""Our own address, as it is compared with what browsers send."""

from __future__ import annotations

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.sign_in import OpenId, own_url


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
    ],
)
def test_the_host_is_spelled_as_browsers_do_and_the_path_as_it_is(typed, url, origin):
    assert own_url("DYNTUBE_URL", typed) == url
    assert OpenId("", "", "", "", url).origin == origin


@pytest.mark.parametrize("typed", ["http://dash.acme.com", "dash.acme.com", "https://ü..example"])
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ConfigError, match="DYNTUBE_URL must"):
        own_url("DYNTUBE_URL", typed)
