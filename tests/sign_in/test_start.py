"""The start of an app where people sign in: refused where that would not be safe, by every way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..browser.app import ROOT, running_as
from .canary import AT_PROVIDER, WEAK
from .hosted import CSV, ELSEWHERE, PROXY, USER, behind_proxy, draw, free_port, get
from .persons import RULES

RIGHT = AT_PROVIDER | {"OIDC_URL": "http://127.0.0.1:1", "URL": "http://127.0.0.1:8501"}
STARTS = {
    "python app.py": ("app.py",),
    "streamlit run": ("-m", "streamlit", "run", "app.py", "--server.headless=true"),
    "deploy.serve": ("-m", "deploy.serve"),
}
UNSAFE = {
    "a weak secret": (RIGHT | {"COOKIE_SECRET": WEAK}, {}, "COOKIE_SECRET is too weak"),
    "both ways": (RIGHT | {"PROXY_USER_HEADER": USER, "PROXIES": PROXY}, {}, "not both"),
    "a misspelt way": ({"OIDC_ULR": "http://127.0.0.1:1"}, {}, "did you mean DYNTUBE_OIDC_URL?"),
    "a secret that repeats itself": (
        RIGHT | {"COOKIE_SECRET": "canary-0123456789abcdef" * 3},
        *({}, "COOKIE_SECRET is too weak"),
    ),
    "an address with a path": (
        RIGHT | {"URL": "http://127.0.0.1:8501/dash"},
        {},
        "Set DYNTUBE_URL=http://127.0.0.1:8501 or start with server.baseUrlPath=dash.",
    ),
    "an address without the path": (
        RIGHT,
        {"STREAMLIT_SERVER_BASE_URL_PATH": "/dash/"},
        "Set DYNTUBE_URL=http://127.0.0.1:8501/dash.",
    ),
    "a header trusted by hand": (
        RIGHT,
        {"STREAMLIT_SERVER_TRUSTED_USER_HEADERS": '{"X-User": "user"}'},
        "Take out server.trustedUserHeaders",
    ),
}


def start(
    arguments: tuple[str, ...], settings: dict[str, str], **environ: str
) -> subprocess.CompletedProcess[str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "STREAMLIT_"))}
    known = {f"DYNTUBE_{name}": text for name, text in settings.items()}
    port = {"STREAMLIT_SERVER_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=keep | port | known | environ,
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("what", UNSAFE)
@pytest.mark.parametrize("how", STARTS)
def test_nothing_starts_that_would_not_be_safe(tmp_path: Path, how: str, what: str):
    settings, environ, told = UNSAFE[what]

    done = start(STARTS[how], settings | {"ARCHIVE": str(tmp_path)}, **environ)

    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stdout + done.stderr
    assert "http" not in done.stdout


def test_an_option_of_the_command_line_is_no_way_around(tmp_path: Path):
    trusted = '--server.trustedUserHeaders={"X-User": "user"}'

    done = start(("app.py", trusted), RIGHT | {"ARCHIVE": str(tmp_path)})

    assert (done.returncode, done.stdout) == (2, "")
    assert "Take out server.trustedUserHeaders" in done.stderr


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("access") / "access.toml"


@pytest.fixture(scope="module")
def url(demo_archive: Path, access: Path) -> Iterator[str]:
    """An app behind a proxy on demo data, without rules yet, in an environment that trusts all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORWARDED_ALLOW_IPS", "*")
        with behind_proxy(demo_archive, access) as url:
            yield url


ROOT_USER = (USER, "root@acme.com")


def ready(url: str) -> tuple[int, str]:
    answer = get(f"{url}/readyz")
    return answer.status, answer.text


def test_it_is_ready_from_its_first_good_rules_on(url: str, access: Path):
    status, text = ready(url)
    assert status == 503
    assert text == f"access file: {access} cannot be used: No such file or directory."
    assert get(url + CSV, [ROOT_USER]).status == 403

    access.write_text("[[rule")
    status, text = ready(url)
    assert status == 503
    assert text.startswith(f"access file: {access} cannot be used: it is not TOML")
    assert get(url + CSV, [ROOT_USER]).status == 403

    access.write_text(RULES)
    assert ready(url) == (200, "ok")
    assert get(url + CSV, [ROOT_USER]).status == 200

    access.write_text("[[rule")
    assert ready(url) == (200, "ok")
    assert get(url + CSV, [ROOT_USER]).status == 200
    access.unlink()
    assert ready(url) == (200, "ok")
    assert get(url + CSV, [ROOT_USER]).status == 200


@pytest.mark.parametrize("trusts", [{}, {"FORWARDED_ALLOW_IPS": "*"}])
def test_streamlit_run_does_not_start_where_a_peer_could_be_claimed(
    tmp_path: Path, trusts: dict[str, str]
):
    settings = {"PROXY_USER_HEADER": USER, "PROXIES": PROXY, "ARCHIVE": str(tmp_path)}
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DYNTUBE_", "FORWARDED_"))}
    environ = keep | {f"DYNTUBE_{name}": text for name, text in settings.items()} | trusts
    command = [sys.executable, *STARTS["streamlit run"], f"--server.port={free_port()}"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 2
    assert "Start with `python app.py`" in done.stderr


def test_an_environment_that_trusts_all_proxies_lets_nobody_claim_an_address(
    url: str, access: Path
):
    access.write_text(RULES)
    claims = [ROOT_USER, ("X-Forwarded-For", PROXY), ("X-Forwarded-Proto", "https")]

    assert get(url + CSV, claims, source=ELSEWHERE).status == 401
    assert not draw(url, headers=claims, source=ELSEWHERE).says("Watch time")
    page = get(url, [*claims, ("Accept", "text/html")], source=ELSEWHERE)
    assert "secure" not in page.headers["set-cookie"].lower()
    assert get(url + CSV, claims).status == 200
    assert draw(url, headers=claims).says("Watch time")


def test_it_starts_by_streamlit_too_and_asks_to_sign_in(demo_archive: Path, access: Path):
    port = free_port()
    settings = RIGHT | {"URL": f"http://127.0.0.1:{port}", "ACCESS": str(access)}
    arguments = (*STARTS["streamlit run"], f"--server.port={port}")
    with running_as(arguments, demo_archive, settings) as (url, _):
        assert draw(url).says("Sign in to see how your videos do")
        assert get(url + CSV).status == 401


@pytest.mark.parametrize("before", ["[[", 'DYNTUBE_TIMEZONE = "Mars"', ""])
def test_a_way_that_is_set_later_opens_nothing_before_the_next_start(
    demo_archive: Path, access: Path, tmp_path: Path, before: str
):
    """What takes headers away from others than the proxy was started without that way."""
    access.write_text(RULES)
    (tmp_path / ".streamlit").mkdir()
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.write_text(f"{before} # dyntube")
    options = {"SERVER_PORT": str(free_port()), "SERVER_ADDRESS": ELSEWHERE}
    with running_as(
        (f"{ROOT / 'app.py'}",), demo_archive, {}, tmp_path, **options, SERVER_HEADLESS="true"
    ) as (url, _):
        known = {"PROXY_USER_HEADER": USER, "PROXIES": PROXY, "ACCESS": str(access)}
        secrets.write_text("".join(f'DYNTUBE_{name} = "{text}"\n' for name, text in known.items()))

        for source in (ELSEWHERE, PROXY):
            assert get(url + CSV, [ROOT_USER], source=source).status == 503
            drawn = draw(url, headers=[ROOT_USER], source=source)
            # Streamlit copies the file it has found first into the environment, which wins.
            still_wrong = "Mars" in before and drawn.says("is no time zone")
            assert still_wrong or drawn.says("How people sign in has changed since the start")
            assert not drawn.says("Watch time")
