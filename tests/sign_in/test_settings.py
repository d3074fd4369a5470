"""The settings of signing in: which are good, and that a wrong one is named and never repeated."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.settings import ParsedSettings, read_settings, try_settings
from dyntube.settings.sign_in import OpenId, ProxyHeaders, SignIn

from .canary import AT_PROVIDER, CLIENT_SECRET, COOKIE_SECRET, WEAK

AT_PROXY = {"PROXY_USER_HEADER": "X-Forwarded-Email", "PROXIES": "10.1.2.3, fd00::/8"}
Reads = Callable[..., ParsedSettings]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Read the settings from these, those of a file, and nothing else."""

    def read(environ: dict[str, str], secrets: str = "") -> ParsedSettings:
        (file := tmp_path / "secrets.toml").write_text(secrets, "utf-8")
        found = try_settings({f"DYNTUBE_{name}": text for name, text in environ.items()}, file)
        assert "canary" not in f"{found} {found.unsafe} {found.unknown}"
        return found

    return read


def sign_in(found: ParsedSettings) -> SignIn:
    assert found.wrong == {}
    assert found.unsafe == []
    assert found.settings.sign_in
    return found.settings.sign_in


def test_without_them_nobody_signs_in(reads: Reads):
    assert reads({}).settings.sign_in is None
    assert reads({"PROXIES": "10.0.0.1", "URL": "https://dash.acme.com"}).unsafe == []


def test_a_provider_is_read_from_the_environment_and_from_the_file(reads: Reads, tmp_path: Path):
    secrets = "".join(f'DYNTUBE_{name} = "{text}"\n' for name, text in AT_PROVIDER.items())

    for found in sign_in(reads(AT_PROVIDER)), sign_in(reads({}, secrets)):
        assert found.way == OpenId(
            "https://login.acme.com/.well-known/openid-configuration",
            *("dashboard", CLIENT_SECRET, COOKIE_SECRET, "https://dash.acme.com"),
        )
        assert (found.access_file, found.hours) == (tmp_path / "access.toml", 8)


def test_a_proxy_is_read_with_its_addresses(reads: Reads):
    more = {"PROXY_GROUPS_HEADER": "X-Forwarded-Groups", "SIGN_OUT_URL": "/oauth2/sign_out"}

    found = reads(AT_PROXY | more)

    headers = "x-forwarded-email", "x-forwarded-groups", "/oauth2/sign_out"
    assert sign_in(found).way == ProxyHeaders(*headers)
    assert found.settings.proxies == (ip_network("10.1.2.3"), ip_network("fd00::/8"))


DOCUMENT = "/.well-known/openid-configuration"
DISCOVERED = {
    "https://login.acme.com": "https://login.acme.com",
    "https://login.acme.com/": "https://login.acme.com",
    f"https://login.acme.com/realms/x{DOCUMENT}": "https://login.acme.com/realms/x",
    "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
}


@pytest.mark.parametrize("url", DISCOVERED)
def test_the_discovery_document_of_a_provider_is_found(reads: Reads, url: str):
    way = sign_in(reads(AT_PROVIDER | {"OIDC_URL": url})).way

    assert isinstance(way, OpenId)
    assert way.discovery == f"{DISCOVERED[url]}{DOCUMENT}"


@pytest.mark.parametrize(
    "url", ["http://localhost:8501", "http://127.0.0.1:1", "http://[::1]:8501"]
)
def test_without_tls_it_is_for_this_machine(reads: Reads, url: str):
    way = sign_in(reads(AT_PROVIDER | {"URL": url, "OIDC_URL": url})).way

    assert isinstance(way, OpenId)
    assert way.url == url


def test_openid_is_always_among_the_scopes_and_each_is_asked_for_once(reads: Reads):
    way = sign_in(reads(AT_PROVIDER | {"OIDC_SCOPES": ", email  groups,email"})).way

    assert isinstance(way, OpenId)
    assert way.scopes == "openid email groups"


def test_relative_paths_start_from_the_folder_of_the_settings(reads: Reads, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "client").write_text(f"\ufeff{CLIENT_SECRET} \r\nmore\r\n", "utf-8")
    files = {"OIDC_CLIENT_SECRET": "", "OIDC_CLIENT_SECRET_FILE": "kept/client"}

    found = sign_in(reads(AT_PROVIDER | files | {"ACCESS": "kept/access.toml"}))

    assert found.access_file == tmp_path / "kept" / "access.toml"
    assert isinstance(found.way, OpenId)
    assert found.way.client_secret == CLIENT_SECRET


WRONG_AT_PROVIDER = {
    "plain http": ({"OIDC_URL": "http://login.acme.com"}, "must start with https://"),
    "http past this machine": ({"URL": "http://dash.acme.com"}, "must start with https://"),
    "no scheme": ({"URL": "dash.acme.com"}, "must look like https://"),
    "another scheme": ({"URL": "ftp://dash.acme.com"}, "must look like https://"),
    "a password": ({"OIDC_URL": f"https://me:{WEAK}@login.acme.com"}, "must look like https://"),
    "a query": ({"OIDC_URL": "https://login.acme.com/?tenant=1"}, "must end before its query"),
    "a fragment": ({"URL": "https://dash.acme.com/#x"}, "must end before its query"),
    "a space": ({"OIDC_URL": "https://login.acme.com/a b"}, "must look like https://"),
    "a line break": ({"URL": "https://dash.acme.com/a\nb"}, "must look like https://"),
    "a port that is none": ({"URL": "https://dash.acme.com:99999"}, "must look like https://"),
    "an open bracket": ({"URL": "https://[::1"}, "must look like https://"),
    "a long id": ({"OIDC_CLIENT_ID": "x" * 201}, "must be what the provider calls the dashboard"),
    "a claim with a tab": ({"OIDC_GROUPS_CLAIM": "a\tb"}, "must be the name of a claim"),
    "a scope that is none": ({"OIDC_SCOPES": "openid grüppen"}, "must look like: openid email"),
    "a weak secret": ({"COOKIE_SECRET": WEAK}, "`openssl rand -hex 32`"),
    "no session": ({"SESSION_HOURS": "0"}, "must be a whole number from 1"),
    "half an hour": ({"SESSION_HOURS": "0.5"}, "must be a whole number from 1"),
    "a year": ({"SESSION_HOURS": "8760"}, "must be at most 720 hours"),
    "for ever": ({"SESSION_HOURS": "9" * 5000}, "must be a whole number from 1"),
    "a path of nobody": ({"ACCESS": "~nobody-at-all/access.toml"}, "no such home folder"),
    "no addresses": ({"PROXIES": " , "}, "names no address"),
    "everybody": ({"PROXIES": "10.0.0.1, 0.0.0.0/0"}, "everybody would be the proxy"),
    "everybody with IPv6": ({"PROXIES": "::/0"}, "everybody would be the proxy"),
    "a name": ({"PROXIES": "proxy.acme.com"}, "is no IP address or network"),
    "half an address": ({"PROXIES": "10.0.0"}, "is no IP address or network"),
    "a network that does not begin there": ({"PROXIES": "10.1.2.3/8"}, "is no IP address"),
}
WRONG_AT_PROXY = {
    "two headers": ({"PROXY_USER_HEADER": "X-User, X-Email"}, "must be the name of a header"),
    "an underscore": ({"PROXY_USER_HEADER": "X_User"}, "must be the name of a header"),
    "a colon": ({"PROXY_GROUPS_HEADER": "X-Groups:"}, "must be the name of a header"),
    "what browsers send": ({"PROXY_USER_HEADER": "User-Agent"}, "says something else"),
    "what browsers prefer": ({"PROXY_USER_HEADER": "Accept-Language"}, "says something else"),
    "cookies": ({"PROXY_GROUPS_HEADER": "COOKIE"}, "says something else"),
    "where they are": ({"PROXY_USER_HEADER": "X-Forwarded-For"}, "says something else"),
    "the user's": ({"PROXY_GROUPS_HEADER": "x-forwarded-EMAIL"}, "must be another header"),
    "another host": ({"SIGN_OUT_URL": "//evil.com"}, "must look like https://"),
    "a script": ({"SIGN_OUT_URL": "javascript:alert(1)"}, "must look like https://"),
}
WRONG = {
    **{of: (AT_PROVIDER, *wrong) for of, wrong in WRONG_AT_PROVIDER.items()},
    **{of: (AT_PROXY, *wrong) for of, wrong in WRONG_AT_PROXY.items()},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_one_is_named_with_what_to_do(reads: Reads, what: str):
    known, wrong, told = WRONG[what]
    [name] = wrong

    found = reads(known | wrong)

    assert found.wrong.keys() == {f"DYNTUBE_{name}"}
    [sentence] = found.unsafe
    assert sentence.startswith(f"DYNTUBE_{name} ")
    assert told in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("name", AT_PROVIDER)
def test_a_missing_one_of_a_provider_is_named(reads: Reads, name: str):
    found = reads({other: text for other, text in AT_PROVIDER.items() if other != name})

    [sentence] = found.unsafe
    assert sentence.startswith(f"DYNTUBE_{name} is missing: ")


def test_a_header_that_anybody_could_send_is_no_sign_in(reads: Reads):
    [sentence] = reads({"PROXY_USER_HEADER": "X-User"}).unsafe

    assert sentence.startswith("DYNTUBE_PROXIES is missing: ")


ALONE = {
    "OIDC_CLIENT_SECRET": (CLIENT_SECRET, "DYNTUBE_OIDC_URL is missing"),
    "OIDC_CLIENT_SECRET_FILE": ("/dev/null", "DYNTUBE_OIDC_URL is missing"),
    "OIDC_GROUPS_CLAIM": ("roles", "DYNTUBE_OIDC_URL is missing"),
    "OIDC_SCOPES": ("email", "DYNTUBE_OIDC_URL is missing"),
    "PROXY_GROUPS_HEADER": ("X-Groups", "DYNTUBE_PROXY_USER_HEADER is missing"),
    "ACCESS": ("access.toml", "DYNTUBE_ACCESS says who sees what, but nobody signs in"),
}


@pytest.mark.parametrize("name", ALONE)
def test_one_alone_does_not_leave_the_dashboard_open(reads: Reads, name: str):
    text, told = ALONE[name]

    assert told in " ".join(reads({name: text}).unsafe)


@pytest.mark.parametrize(
    ("environ", "secrets", "meant"),
    [
        ({"OIDC_ULR": "https://login.acme.com"}, "", "DYNTUBE_OIDC_URL"),
        ({"PROXY_USER_HAEDER": "X-User"}, "", "DYNTUBE_PROXY_USER_HEADER"),
        ({}, 'dyntube_oidc_url = "https://login.acme.com"', "DYNTUBE_OIDC_URL"),
        ({}, 'OIDC_URL = "https://login.acme.com"', "DYNTUBE_OIDC_URL"),
    ],
)
def test_a_misspelt_one_does_not_leave_the_dashboard_open(
    reads: Reads, environ: dict[str, str], secrets: str, meant: str
):
    [sentence] = reads(environ, secrets).unsafe

    assert f"is no setting; did you mean {meant}?" in sentence


def test_another_misspelt_setting_leaves_it_as_it_is(reads: Reads):
    assert reads({"TIMEZON": "UTC"}, 'URL = "x"\nACCESS = "y"').unsafe == []


def test_people_sign_in_one_way(reads: Reads):
    [sentence] = reads(AT_PROVIDER | AT_PROXY).unsafe

    assert "Set DYNTUBE_OIDC_URL or DYNTUBE_PROXY_USER_HEADER, not both" in sentence


@pytest.mark.parametrize("section", ["[auth]", "[auth.google]"])
def test_a_provider_that_streamlit_would_read_past_us_is_named(reads: Reads, section: str):
    [sentence] = reads({}, f'{section}\nclient_secret = "{CLIENT_SECRET}"').unsafe

    assert f"has a section {section[:5]}" in sentence
    assert "DYNTUBE_OIDC_URL" in sentence


READABLE = "it has to be readable for the user that runs this"


@pytest.mark.parametrize("name", ["OIDC_CLIENT_SECRET", "COOKIE_SECRET"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, f"names a file that cannot be read (No such file or directory): {READABLE}"),
        (b"", "names a file without a first line"),
        (b"  \n", "names a file without a first line"),
        (b"\xff\xfe", f"names a file that cannot be read (it is no text): {READABLE}"),
    ],
)
def test_a_file_without_a_secret_is_named_once(
    reads: Reads, tmp_path: Path, name: str, content: bytes | None, told: str
):
    if content is not None:
        (tmp_path / "canary-file").write_bytes(content)

    [sentence] = reads(AT_PROVIDER | {name: "", f"{name}_FILE": "canary-file"}).unsafe

    assert sentence == f"DYNTUBE_{name}_FILE {told}."


def test_a_weak_secret_in_a_file_is_weak(reads: Reads, tmp_path: Path):
    (tmp_path / "kept").write_text(f"{WEAK}\n")

    [sentence] = reads(AT_PROVIDER | {"COOKIE_SECRET": "", "COOKIE_SECRET_FILE": "kept"}).unsafe

    assert sentence.startswith("DYNTUBE_COOKIE_SECRET_FILE is too weak")


@pytest.mark.parametrize("name", ["OIDC_CLIENT_SECRET", "COOKIE_SECRET"])
def test_a_secret_stands_in_one_place(reads: Reads, tmp_path: Path, name: str):
    (tmp_path / "kept").write_text(COOKIE_SECRET)

    [sentence] = reads(AT_PROVIDER | {f"{name}_FILE": "kept"}).unsafe

    assert sentence == f"Set DYNTUBE_{name} or DYNTUBE_{name}_FILE, not both."


def test_all_that_is_wrong_is_named_at_once_and_no_secret_repeated(tmp_path: Path):
    wrong = AT_PROVIDER | {"COOKIE_SECRET": WEAK, "URL": "dash.acme.com", "SESSION_HOURS": "x"}

    with pytest.raises(ConfigError) as raised:
        read_settings({f"DYNTUBE_{n}": t for n, t in wrong.items()}, tmp_path / "none.toml")

    text = str(raised.value)
    assert [f"DYNTUBE_{n}" in text for n in ("COOKIE_SECRET", "URL", "SESSION_HOURS")] == [True] * 3
    assert "canary" not in text
