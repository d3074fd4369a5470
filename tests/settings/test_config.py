"""Settings: where they come from, which wins, and which are refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from dyntube.errors import ConfigError
from dyntube.settings.settings import (
    API_URL,
    STATS_URL,
    FetchScope,
    Settings,
    read_hosts,
    read_settings,
)

KEY = {"DYNTUBE_API_KEY": "key-of-ours"}


def read(tmp_path: Path, secrets: str = "", **environ: str) -> Settings:
    """The settings from these and nothing else."""
    file = tmp_path / "secrets.toml"
    file.write_text(secrets, "utf-8")
    return read_settings(environ, file)


def test_without_any_setting_the_defaults_hold(tmp_path):
    assert read_settings({}, tmp_path / "absent.toml") == Settings(
        api_key="",
        stats_url="https://stats.dyntube.com",
        api_url="https://api.dyntube.com",
        archive=tmp_path / "archive",
        timezone="UTC",
        scopes=(FetchScope("account", ""),),
        page_size=1000,
        concurrency=4,
        refresh_minutes=10,
        demo=True,
    )


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("DYNTUBE_API_KEY", "abc.DEF-123_~+/=", "api_key", "abc.DEF-123_~+/="),
        ("DYNTUBE_API_KEY", "  abc\n", "api_key", "abc"),
        ("DYNTUBE_STATS_URL", "https://stats.example/", "stats_url", "https://stats.example"),
        ("DYNTUBE_API_URL", "https://api.example", "api_url", "https://api.example"),
        ("DYNTUBE_ARCHIVE", "/data/views", "archive", Path("/data/views")),
        ("DYNTUBE_ARCHIVE", "~/views", "archive", Path.home() / "views"),
        ("DYNTUBE_TIMEZONE", "Europe/Berlin", "timezone", "Europe/Berlin"),
        ("DYNTUBE_PAGE_SIZE", "250", "page_size", 250),
        ("DYNTUBE_CONCURRENCY", "1", "concurrency", 1),
        ("DYNTUBE_REFRESH_MINUTES", "60", "refresh_minutes", 60),
        ("DYNTUBE_MEMORY", "50", "memory", 50),
        ("DYNTUBE_MEMORY", "0", "memory", 0),
        (
            "DYNTUBE_HOSTS",
            "Dash.Acme.com.,, *.team.acme.com, dash.acme.com, bücher.example",
            "hosts",
            ("dash.acme.com", "*.team.acme.com", "xn--bcher-kva.example"),
        ),
        (
            "DYNTUBE_THUMBNAIL_HOSTS",
            "*.B.acme.com, cdn.io",
            "thumbnail_hosts",
            ("*.b.acme.com", "cdn.io"),
        ),
        ("DYNTUBE_THUMBNAIL_HOSTS", "off", "thumbnail_hosts", ()),
        ("DYNTUBE_THUMBNAIL_HOSTS", " Off ", "thumbnail_hosts", ()),
        ("DYNTUBE_BROWSER", "/opt/chrome", "browser", "/opt/chrome"),
        ("DYNTUBE_METRICS_PORT", "9108", "metrics_port", 9108),
        ("DYNTUBE_METRICS_ADDRESS", "0.0.0.0", "metrics_address", "0.0.0.0"),
        ("DYNTUBE_METRICS_ADDRESS", "::1", "metrics_address", "::1"),
        ("DYNTUBE_SYNC", "external", "sync", "external"),
        ("DYNTUBE_SYNC", " app ", "sync", "app"),
        (
            "DYNTUBE_OWN_DOMAINS",
            "a.com, B-c_d.a.com,,a.com",
            "own_domains",
            ("a.com", "B-c_d.a.com"),
        ),
    ],
)
def test_each_setting_is_read_from_the_environment_and_from_the_file(
    tmp_path, name, text, field, value
):
    assert getattr(read(tmp_path, **{name: text}), field) == value
    # json.dumps writes a TOML basic string
    assert getattr(read(tmp_path, f"{name} = {json.dumps(text)}"), field) == value


def test_the_environment_wins_over_the_file(tmp_path):
    secrets = 'DYNTUBE_TIMEZONE = "Asia/Tokyo"\nDYNTUBE_PAGE_SIZE = 10'

    settings = read(tmp_path, secrets, DYNTUBE_TIMEZONE="Europe/Berlin")

    assert (settings.timezone, settings.page_size) == ("Europe/Berlin", 10)


def test_numbers_in_the_file_need_no_quotes(tmp_path):
    assert read(tmp_path, "DYNTUBE_CONCURRENCY = 7").concurrency == 7


def test_settings_of_other_programs_in_the_file_do_not_matter(tmp_path):
    secrets = 'password = "x"\n[connections.sql]\nurl = "sqlite://"'

    assert read(tmp_path, secrets) == read(tmp_path)


@pytest.mark.parametrize("kind", ["project", "channel"])
def test_keys_are_a_comma_separated_text_or_a_list_and_each_counts_once(tmp_path, kind):
    name = f"DYNTUBE_{kind.upper()}_KEYS"
    expected = (FetchScope(kind, "a"), FetchScope(kind, "b"))

    assert read(tmp_path, **{name: " a, b ,,a,"}).scopes == expected
    assert read(tmp_path, f'{name} = ["a", "b", "a"]').scopes == expected
    assert read(tmp_path, f'{name} = "a,b"').scopes == expected


@pytest.mark.parametrize(
    ("scope", "parameters"),
    [
        (FetchScope(), {}),
        (FetchScope("project", "p"), {"projectKey": "p"}),
        (FetchScope("channel", "c"), {"channelKey": "c"}),
    ],
)
def test_a_scope_says_what_to_ask_the_api_for(scope, parameters):
    assert scope.parameters() == parameters


@pytest.mark.parametrize(
    ("environ", "demo"),
    [
        ({}, True),
        ({"DYNTUBE_API_KEY": "  ", "DYNTUBE_STATS_URL": ""}, True),
        ({"DYNTUBE_API_URL": "https://api.example"}, True),
        ({"DYNTUBE_SYNC": "app"}, True),
        ({"DYNTUBE_SYNC": "external"}, False),
        (KEY, False),
        ({"DYNTUBE_STATS_URL": "https://stats.example"}, False),
        (KEY | {"DYNTUBE_STATS_URL": "https://stats.example"}, False),
    ],
)
def test_the_demo_runs_until_a_key_or_a_stats_url_is_set(tmp_path, environ, demo):
    assert read(tmp_path, **environ).demo is demo


@pytest.mark.parametrize(
    "host",
    [
        "https://dash.acme.com",
        "dash.acme.com:8501",
        "dash.acme.com/analytics",
        "ann@dash.acme.com",
        "*",
        "*.",
        "*acme.com",
        "dash.*.com",
        "dash..acme.com",
        ".acme.com",
        "[::1]",
        "two words",
        "x" * 64,
        "ü" * 63,
        "a\x00b",
    ],
)
def test_what_is_no_name_of_a_host_is_refused(tmp_path, host):
    for read_them in (read_settings, read_hosts):
        with pytest.raises(ConfigError, match=r"DYNTUBE_HOSTS has .*, which is no name of a host"):
            read_them({"DYNTUBE_HOSTS": f"dash.acme.com, {host}"}, tmp_path / "absent.toml")


def test_names_of_hosts_are_read_whatever_else_is_wrong(tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text('DYNTUBE_HOSTS = ["a.example", "b.example"]', "utf-8")

    assert read_hosts({"DYNTUBE_TIMEZONE": "Mars/Olympus"}, file) == ("a.example", "b.example")
    assert read_hosts({}, tmp_path / "absent.toml") == ()


@pytest.mark.parametrize("word", ["External", "cron", "yes", "app external", "0"])
def test_who_fetches_is_one_of_two_words(tmp_path, word):
    with pytest.raises(ConfigError, match="DYNTUBE_SYNC must be app or external"):
        read(tmp_path, DYNTUBE_SYNC=word)


def test_an_app_that_does_not_fetch_reads_the_folder_that_the_scheduler_writes(tmp_path):
    scheduler = read(tmp_path, **KEY)
    app = read(tmp_path, DYNTUBE_SYNC="external")

    assert app.folder(app.scopes[0]) == scheduler.folder(scheduler.scopes[0])


@pytest.mark.parametrize("name", ["DYNTUBE_STATS_URL", "DYNTUBE_API_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://127.1.2.3",
        "http://[::1]:8000",
        "https://stats.dyntube.com",
        "https://10.0.0.1:8443/stats",
    ],
)
def test_https_and_plain_http_on_this_machine_are_accepted(tmp_path, name, url):
    settings = read(tmp_path, **{name: url})

    assert url in (settings.stats_url, settings.api_url)


@pytest.mark.parametrize("name", ["DYNTUBE_STATS_URL", "DYNTUBE_API_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://stats.dyntube.com",
        "http://10.0.0.1",
        "http://0.0.0.0:8000",
        "http://localhost.evil.example",
        "http://127.evil.example",  # starts like a loopback address and is none
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "ftp://stats.dyntube.com",
        "file:///etc/passwd",
        "stats.dyntube.com",
        "https://",
        "https:///v1",
        "https://user:secret@stats.dyntube.com",
        "https://:secret@stats.dyntube.com",
        "https://[::1",
        "https://stats.dyntube.com:port",
        "nonsense",
    ],
)
def test_an_address_that_is_none_or_would_send_the_key_readable_is_refused(tmp_path, name, url):
    with pytest.raises(ConfigError, match=name) as refused:
        read(tmp_path, **{name: url})
    assert "secret" not in str(refused.value)


def test_project_and_channel_keys_together_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"DYNTUBE_PROJECT_KEYS or DYNTUBE_CHANNEL_KEYS"):
        read(tmp_path, DYNTUBE_PROJECT_KEYS="a", DYNTUBE_CHANNEL_KEYS="b")


@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000),
        *("posix/Europe/Berlin", "right/UTC", "Factory", "localtime", "europe/berlin"),
    ],
)
def test_an_unknown_time_zone_is_refused(tmp_path, zone):
    with pytest.raises(ConfigError, match="DYNTUBE_TIMEZONE"):
        read(tmp_path, DYNTUBE_TIMEZONE=zone)


@pytest.mark.parametrize(
    "name", ["DYNTUBE_PAGE_SIZE", "DYNTUBE_CONCURRENCY", "DYNTUBE_REFRESH_MINUTES"]
)
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "many", "true", "²"])
def test_a_number_that_is_not_whole_and_positive_is_refused(tmp_path, name, text):
    with pytest.raises(ConfigError, match=name):
        read(tmp_path, **{name: text})


@pytest.mark.parametrize("text", ["-1", "1.5", "much"])
def test_memory_may_be_none_but_not_less(tmp_path, text):
    with pytest.raises(ConfigError, match="DYNTUBE_MEMORY must be a whole number from 0"):
        read(tmp_path, DYNTUBE_MEMORY=text)


@pytest.mark.parametrize(
    "domain", ["acme.com.", "10.0.0.1", "bücher.example", "हिन्दी.example", "xn--bcher-kva.example"]
)
def test_a_domain_of_any_script_may_be_an_own_one(tmp_path, domain):
    assert read(tmp_path, DYNTUBE_OWN_DOMAINS=f"acme.com,{domain}").own_domains[1] == domain
    file = f'DYNTUBE_OWN_DOMAINS = ["acme.com", "{domain}"]'
    assert read(tmp_path, file).own_domains == ("acme.com", domain)


NO_DOMAIN = "https://a.com a.com/ a.com/b a.com:443 u@a.com *.a.com .a.com a..com . a.com?b <b>"


@pytest.mark.parametrize("text", [*NO_DOMAIN.split(), "a.com b", "a\u2028b", "a" * 64, "a." * 128])
def test_what_is_no_domain_name_is_refused_with_one_that_is(tmp_path, text):
    with pytest.raises(ConfigError, match=r"DYNTUBE_OWN_DOMAINS has .*Write acme\.com") as refused:
        read(tmp_path, DYNTUBE_OWN_DOMAINS=f"acme.com, {text}")
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "key", ["a\nsecret", "a\r\nsecret", "a secret", "secret\t1", "secreté", '"secret"', "'secret'"]
)
def test_a_key_that_was_copied_badly_is_refused_without_being_repeated(tmp_path, key):
    with pytest.raises(ConfigError, match="DYNTUBE_API_KEY") as refused:
        read(tmp_path, DYNTUBE_API_KEY=key)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"DYNTUBE_API_KEY = hunter2", b"hunter2\xff\xfe", b"[[[hunter2"]
)
def test_a_secrets_file_that_is_not_toml_is_named_and_not_repeated(tmp_path, content):
    file = tmp_path / "secrets.toml"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=r"secrets\.toml cannot be read") as refused:
        read_settings({}, file)
    assert "hunter2" not in str(refused.value)


def test_a_folder_in_place_of_the_secrets_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ConfigError, match=tmp_path.name):
        read_settings({}, tmp_path)


def test_the_api_key_never_shows_in_a_text_of_the_settings(tmp_path):
    settings = read(tmp_path, **KEY)

    assert settings.api_key == "key-of-ours"
    assert "key-of-ours" not in f"{settings!r} {settings!s} {settings}"


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().api_key = "other"  # type: ignore[misc]


# These name folders on disks out there: a change here makes an archive seem empty.
@pytest.mark.parametrize(
    ("scope", "folder"),
    [
        (FetchScope(), "account-91385ea7a802"),
        (FetchScope("project", "5lCohVbzSymGw"), "project-6be2e7013be9"),
        (FetchScope("channel", "5lCohVbzSymGw"), "channel-3f3266494e12"),
    ],
)
def test_the_folder_of_a_scope_stays_the_same_for_ever(scope, folder):
    assert Settings(api_key="any", archive=Path("/anywhere")).folder(scope) == folder


def test_the_folder_of_a_scope_differs_by_server_kind_and_key():
    scopes = [
        FetchScope(),
        *(FetchScope(kind, key) for kind in ("project", "channel") for key in "ab"),
    ]
    servers = [STATS_URL, API_URL]

    folders = {Settings(stats_url=url).folder(scope) for url in servers for scope in scopes}

    assert len(folders) == len(scopes) * len(servers)


@pytest.mark.parametrize("key", ["../../etc", "a/b", "C:\\x", "a\0b", "k" * 500, "con", "é", ""])
def test_nothing_from_outside_becomes_part_of_a_folder(key):
    folder = Settings(stats_url="https://../x").folder(FetchScope("project", key))

    kind, digest = folder.split("-")
    assert kind == "project"
    assert len(digest) == 12
    assert set(digest) <= set("0123456789abcdef")


def test_demo_views_have_one_folder_of_their_own():
    demo = Settings(demo=True)

    assert {demo.folder(FetchScope()), demo.folder(FetchScope("project", "a"))} == {"demo"}


def test_sites_can_say_what_tells_their_pages_apart():
    text = "Shop.example: P id ;lms.example:# ; b\u00fccher.example: x"
    found = read_settings({"DYNTUBE_PAGE_PARAMETERS": text}, Path("absent.toml"))

    assert found.rules.of_domains == (
        ("lms.example", ("#",)),
        ("shop.example", ("p", "id")),
        ("xn--bcher-kva.example", ("x",)),
    )


@pytest.mark.parametrize("text", ["p id", "a.example", "a.example:", ": p", "a b: p", "x/y: p"])
def test_page_parameters_that_name_no_domain_are_refused(text):
    with pytest.raises(ConfigError, match="DYNTUBE_PAGE_PARAMETERS"):
        read_settings({"DYNTUBE_PAGE_PARAMETERS": text}, Path("absent.toml"))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("DYNTUBE_METRICS_PORT", "0", "a port from 1 to 65535, not '0'"),
        ("DYNTUBE_METRICS_PORT", "65536", "a port from 1 to 65535"),
        ("DYNTUBE_METRICS_PORT", "9" * 5000, "a port from 1 to 65535"),
        ("DYNTUBE_METRICS_PORT", "127.0.0.1:9108", "a port from 1 to 65535"),
        ("DYNTUBE_METRICS_ADDRESS", "localhost", "an IP address of this machine"),
        ("DYNTUBE_METRICS_ADDRESS", "0.0.0.0:9108", "an IP address of this machine"),
    ],
)
def test_what_is_no_port_or_address_is_refused(tmp_path, name, text, told):
    with pytest.raises(ConfigError, match=f"{name} must be {told}"):
        read(tmp_path, **{name: text})
